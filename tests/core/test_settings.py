"""Settings: defaults, bounds, files of other versions, and files that are broken."""

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from voicedesk.core.errors import SettingsError
from voicedesk.core.settings import BUILTIN, SCHEMA, Settings, Talk, dump, load

FILES = Path(__file__).parent / "settings_files"


def test_the_defaults_work_without_a_key_or_a_network() -> None:
    settings = Settings()
    assert settings.realtime_server.dialect == "builtin"
    assert settings.talk.tail_ms == 200


def test_what_is_written_is_read_again() -> None:
    settings = Settings(talk=Talk(tail_ms=450))
    assert load(dump(settings)) == settings


def test_fields_of_a_later_version_are_kept() -> None:
    data = {"talk": {"tail_ms": 100, "whistle": True}, "moon": {"phase": 3}}
    again = json.loads(dump(load(json.dumps(data))))
    assert again["talk"]["whistle"] is True
    assert again["moon"] == {"phase": 3}
    assert again["talk"]["tail_ms"] == 100


def test_an_empty_object_means_the_defaults() -> None:
    assert load("{}") == Settings()


def test_the_built_in_server_is_always_there() -> None:
    settings = load(json.dumps({"servers": {}, "realtime": {"server": "gone"}}))
    assert BUILTIN in settings.servers
    assert settings.realtime_server.dialect == "builtin"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no json",
        "[]",
        "null",
        '{"schema_version": "1"}',
        '{"schema_version": 0}',
        '{"schema_version": true}',
        '{"talk": {"tail_ms": -1}}',
        '{"talk": {"tail_ms": "long"}}',
        '{"talk": []}',
        "[" * 100_000,
    ],
)
def test_a_broken_file_is_told_in_a_sentence(text: str) -> None:
    with pytest.raises(SettingsError, match="defaults are in use"):
        load(text)


def test_a_file_of_a_newer_version_is_told() -> None:
    with pytest.raises(SettingsError, match="newer VoiceDesk"):
        load(json.dumps({"schema_version": SCHEMA + 1}))


@pytest.mark.parametrize(
    ("old", "style", "tap_ms"),
    [({"tap_ms": 0}, "hold", 400), ({"tap_ms": 50}, "both", 100), ({"tap_ms": 300}, "both", 300)],
)
def test_the_longest_tap_of_the_first_schema_is_brought_up_to_date(
    old: dict[str, Any], style: str, tap_ms: int
) -> None:
    data = {"schema_version": 1, "talk": {**old, "tail_ms": 150}}
    settings = load(json.dumps(data))
    assert (settings.talk.style, settings.talk.tap_ms) == (style, tap_ms)
    assert settings.talk.tail_ms == 150
    assert settings.schema_version == SCHEMA
    assert load(dump(settings)) == settings


@pytest.mark.parametrize(
    ("old", "new"),
    [({"reduced_motion": True}, "always"), ({"reduced_motion": False}, "system"), ({}, "system")],
)
def test_the_motion_of_the_second_schema_is_brought_up_to_date(
    old: dict[str, Any], new: str
) -> None:
    data = {"schema_version": 2, "appearance": {**old, "theme": "dark", "later": 1}}
    settings = load(json.dumps(data))
    assert settings.appearance.reduced_motion == new
    assert settings.appearance.theme == "dark"
    assert json.loads(dump(settings))["appearance"]["later"] == 1
    assert load(dump(settings)) == settings


_AS_IT_WAS = {1: {"talk.tap_ms"}, 2: {"appearance.reduced_motion"}}
"""What each schema kept in another way than the one after it: how that is read now has a test of its own, above."""


def values_of(data: dict[str, Any], before: str = "") -> dict[str, Any]:
    """Each value of a settings file by its path, as in "talk.tail_ms"."""
    found: dict[str, Any] = {}
    for name, value in data.items():
        path = f"{before}{name}"
        found |= values_of(value, f"{path}.") if isinstance(value, dict) else {path: value}
    return found


@pytest.mark.parametrize("schema", range(1, SCHEMA))
def test_a_whole_file_of_an_older_schema_is_kept(schema: int) -> None:
    """As that version wrote it, with no value left at its default: what the user chose is what holds."""
    text = (FILES / f"schema_{schema}.json").read_text("utf-8")
    settings = load(text)
    was, is_now = values_of(json.loads(text)), values_of(json.loads(dump(settings)))
    changed = {path for path, value in was.items() if is_now.get(path) != value}
    now_otherwise = set().union(*(_AS_IT_WAS[each] for each in range(schema, SCHEMA)))
    assert changed == {"schema_version", *(now_otherwise & set(was))}
    assert settings.schema_version == SCHEMA
    assert load(dump(settings)) == settings


def test_a_wrong_value_is_not_repeated_in_the_error() -> None:
    with pytest.raises(SettingsError) as caught:
        load(json.dumps({"realtime": {"effort": "sk-secret"}}))
    assert "sk-secret" not in f"{caught.value} {caught.value.detail}"


def test_an_assignment_is_checked() -> None:
    talk = Talk()
    with pytest.raises(ValidationError):
        talk.tail_ms = 5000


json_values = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=10) | st.integers(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(sorted(Settings.model_fields)) | st.text(max_size=5), inner
        )
    ),
    max_leaves=12,
)


@given(json_values)
def test_any_json_gives_settings_or_a_settings_error(value: Any) -> None:
    with contextlib.suppress(SettingsError):
        assert isinstance(load(json.dumps(value)), Settings)
