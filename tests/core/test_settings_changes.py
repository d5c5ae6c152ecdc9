"""A change of one setting keeps no other that is in use only for now."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from voicedesk.core.settings import Classic, Realtime, Server, Settings, Talk
from voicedesk.core.settings_changes import with_change

MINE = Server(name="Mine", base_url="https://mine.example/v1")

some = st.builds(
    Settings,
    mode=st.sampled_from(["realtime", "classic"]),
    talk=st.builds(Talk, tail_ms=st.integers(0, 500), key=st.sampled_from(["space", "f9"])),
    realtime=st.builds(Realtime, server=st.sampled_from(["builtin", "mine"])),
    classic=st.builds(Classic, thinking_server=st.sampled_from(["builtin", "mine"])),
    servers=st.dictionaries(st.sampled_from(["builtin", "mine", "other"]), st.just(MINE)),
)


def test_a_pipeline_that_is_used_for_now_is_not_kept_with_another_setting() -> None:
    kept = Settings()
    for_now = kept.model_copy(update={"mode": "classic"})
    changed = for_now.model_copy(update={"talk": Talk(tail_ms=450)})
    result = with_change(kept, for_now, changed)
    assert (result.mode, result.talk.tail_ms) == ("realtime", 450)


def test_a_pipeline_that_the_user_chooses_meanwhile_is_kept() -> None:
    kept = Settings(mode="classic")
    result = with_change(kept, Settings(mode="classic", talk=Talk(key="f9")), Settings())
    assert (result.mode, result.talk.key) == ("realtime", "space")


def test_a_server_that_is_removed_is_gone_and_one_that_was_added_is_there() -> None:
    kept = Settings(servers={"a": MINE, "b": MINE})
    before = kept.model_copy(update={"mode": "classic"})
    after = before.model_copy(update={"servers": {"b": MINE, "c": MINE}})
    assert set(with_change(kept, before, after).servers) == {"b", "c"}


@given(some, some, some)
def test_no_change_keeps_all_and_a_change_from_what_is_kept_is_the_change(
    kept: Settings, before: Settings, after: Settings
) -> None:
    assert with_change(kept, before, before) == kept
    assert with_change(kept, kept, after) == after


READ: tuple[Callable[[Settings], object], ...] = (
    lambda settings: settings.mode,
    lambda settings: settings.talk.tail_ms,
    lambda settings: settings.talk.key,
    lambda settings: settings.realtime.server,
    lambda settings: settings.classic.thinking_server,
)


@given(some, some, some)
def test_what_changed_is_as_it_is_now_and_all_else_as_it_was_kept(
    kept: Settings, before: Settings, after: Settings
) -> None:
    result = with_change(kept, before, after)
    for read in READ:
        assert read(result) == (read(kept) if read(before) == read(after) else read(after))
