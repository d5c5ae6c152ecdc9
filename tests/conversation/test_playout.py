"""What the playout says of the present reply: how much of it has sounded so far."""

from __future__ import annotations

import pytest

from tests.conversation.fakes import FakeSpeaker
from voicedesk.conversation.playout import FILLER, Playout
from voicedesk.core.events import AudioKey

FIRST = AudioKey(1, "sound", "round-0", 0)
SECOND = AudioKey(1, "sound", "round-0", 1)


def playout_on(speaker: FakeSpeaker | None) -> Playout:
    playout = Playout(
        speaker,
        lambda turn, point, at: None,
        lambda heard, at: None,
        lambda error: pytest.fail(str(error)),
    )
    playout.begin(1)
    return playout


async def test_each_run_tells_how_much_of_it_was_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    speaker = FakeSpeaker()
    playout = playout_on(speaker)
    playout.play(FIRST, bytes(4800))
    playout.play(SECOND, bytes(9600))
    playout.end(FIRST)
    speaker.end_key(FIRST)
    monkeypatch.setattr(speaker, "position", lambda key: 30.0 if key == SECOND else 0.0)
    told = [
        (heard.key, heard.heard_ms, heard.received_ms, heard.finished)
        for heard in playout.heard_so_far()
    ]
    assert told == [(FIRST, 100.0, 100.0, True), (SECOND, 30.0, 200.0, False)]


async def test_no_more_is_heard_than_came(monkeypatch: pytest.MonkeyPatch) -> None:
    speaker = FakeSpeaker()
    playout = playout_on(speaker)
    playout.play(FIRST, bytes(4800))
    monkeypatch.setattr(speaker, "position", lambda key: 1e9)
    (heard,) = playout.heard_so_far()
    assert heard.heard_ms == heard.received_ms == 100.0


async def test_another_reply_begins_anew_and_a_filler_is_none_of_it() -> None:
    speaker = FakeSpeaker()
    playout = playout_on(speaker)
    playout.play(FIRST, bytes(4800))
    playout.begin(2)
    playout.fill(AudioKey(2, FILLER, "0"), bytes(4800))
    assert list(playout.heard_so_far()) == []


async def test_without_a_speaker_nothing_is_heard() -> None:
    playout = playout_on(None)
    playout.play(FIRST, bytes(4800))
    assert list(playout.heard_so_far()) == []


async def test_a_gap_in_the_reply_is_told_and_one_in_a_filler_is_not() -> None:
    speaker = FakeSpeaker()
    told: list[tuple[int, float]] = []
    playout = Playout(
        speaker,
        lambda turn, point, at: None,
        lambda heard, at: None,
        lambda error: pytest.fail(str(error)),
        lambda turn, wanted_at: told.append((turn, wanted_at)),
    )
    playout.begin(1)
    playout.underrun(FIRST, 5.0)
    playout.underrun(AudioKey(1, FILLER, "0"), 6.0)
    playout.underrun(AudioKey(0, "sound", "round-0"), 7.0)
    assert told == [(1, 5.0)]
    assert playout.underruns == 1
