"""Settings that go to another computer: no secrets go along, and nothing comes in that only the user can allow."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicedesk.core.settings import BUILTIN, OPENAI, OPENAI_URL, Server, Settings, Talk, dump, load
from voicedesk.core.settings_exchange import SettingsImportError, export_text, import_text

SECRET = "sk-planted-0123456789"


def test_what_is_exported_can_be_imported() -> None:
    settings = Settings(talk=Talk(tail_ms=450, key="f9"))
    settings.servers["mine"] = Server(name="Mine", base_url="https://nas.example/v1")
    assert import_text(export_text(settings).encode(), Settings()) == settings


def test_a_settings_file_can_be_imported_too() -> None:
    settings = Settings(talk=Talk(tail_ms=450))
    assert import_text(dump(settings).encode(), Settings()) == settings


def test_no_secret_goes_along() -> None:
    data = {
        "api_key": SECRET,
        "talk": {"key_of_the_server": SECRET},
        "servers": {
            "mine": {
                "name": "Mine",
                "base_url": f"https://me:{SECRET}@nas.example:8080/v1?key={SECRET}#{SECRET}",
                "token": SECRET,
            }
        },
    }
    text = export_text(load(json.dumps(data)))
    assert SECRET not in text
    assert "https://nas.example:8080/v1" in text


def test_leave_to_talk_without_encryption_is_not_imported() -> None:
    theirs = Settings()
    theirs.servers["nas"] = Server(name="NAS", base_url="http://nas.local/v1", allow_plain=True)
    text = export_text(theirs).encode()
    assert not import_text(text, Settings()).servers["nas"].allow_plain
    assert import_text(text, theirs).servers["nas"].allow_plain
    moved = theirs.model_copy(deep=True)
    moved.servers["nas"].base_url = "http://other.local/v1"
    assert not import_text(text, moved).servers["nas"].allow_plain


def test_the_servers_that_everybody_has_stay_where_they_are() -> None:
    theirs = Settings()
    theirs.servers[OPENAI].base_url = "https://elsewhere.example/v1"
    theirs.servers[BUILTIN].dialect = "openai"
    result = import_text(export_text(theirs).encode(), Settings())
    assert result.servers[OPENAI].base_url == OPENAI_URL
    assert result.servers[BUILTIN].dialect == "builtin"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "damaged"),
        (b"{}", "no settings"),
        (b'{"name": "a package"}', "no settings"),
        (b"\xff\xfe\x00", "not text"),
        (b'{"schema_version": 99}', "newer"),
        (b'{"talk": {"tail_ms": -5}}', "talk.tail_ms"),
        (b" " * 2_000_000, "too large"),
    ],
)
def test_what_is_no_settings_file_is_told_in_a_sentence(data: bytes, reason: str) -> None:
    with pytest.raises(SettingsImportError, match="Nothing was changed") as caught:
        import_text(data, Settings())
    assert reason in str(caught.value)


@given(st.binary(max_size=200))
def test_any_file_gives_settings_or_a_sentence(data: bytes) -> None:
    with contextlib.suppress(SettingsImportError):
        assert isinstance(import_text(data, Settings()), Settings)
