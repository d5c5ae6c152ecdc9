"""What the playout says of the present reply: how much of it has sounded so far."""

from __future__ import annotations

import pytest

from tests.conversation.fakes import FakeSpeaker
from voicedesk.conversation.playout import FILLER, Playout
from voicedesk.core.events import AudioKey, Heard

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


async def test_what_a_failure_cut_is_never_whole_however_much_of_it_sounded() -> None:
    speaker = FakeSpeaker()
    told: list[Heard] = []
    playout = Playout(
        speaker,
        lambda turn, point, at: None,
        lambda heard, at: told.append(heard),
        lambda error: pytest.fail(str(error)),
    )
    playout.begin(1)
    playout.play(FIRST, bytes(4800))
    playout.end(FIRST)
    playout.play(SECOND, bytes(9600))
    playout.end(SECOND, is_whole=False)
    await playout.finish(is_whole=False)
    assert [(heard.key, heard.finished) for heard in told] == [(FIRST, True), (SECOND, False)]
    assert [heard.finished for heard in playout.heard_so_far()] == [True, False]
    speaker.played.clear()  # the device has nothing left to tell
    (cut,) = await playout.interrupt()
    assert cut == Heard(SECOND, 200.0, 200.0)


async def test_that_a_run_was_cut_can_be_told_after_its_end() -> None:
    speaker = FakeSpeaker()
    playout = playout_on(speaker)
    playout.play(FIRST, bytes(4800))
    playout.end(FIRST)
    speaker.end_key(FIRST)
    playout.end(FIRST, is_whole=False)
    assert speaker.finished == [FIRST], "its sound ends once"
    await playout.finish(is_whole=False)
    speaker.played.clear()
    assert list(await playout.interrupt()) == [Heard(FIRST, 100.0, 100.0)]


async def test_sound_that_comes_after_its_end_ends_once_more() -> None:
    speaker = FakeSpeaker()
    playout = playout_on(speaker)
    for _ in range(2):
        playout.play(FIRST, bytes(4800))
        playout.end(FIRST)
    assert speaker.finished == [FIRST, FIRST]


@pytest.mark.parametrize("is_whole", [True, False])
async def test_a_run_whose_end_was_not_told_is_as_whole_as_the_reply(*, is_whole: bool) -> None:
    speaker = FakeSpeaker()
    playout = playout_on(speaker)
    playout.play(FIRST, bytes(4800))
    speaker.finished.append(FIRST)  # as a device does where all is complete
    await playout.finish(is_whole=is_whole)
    (heard,) = playout.heard_so_far()
    assert heard.finished is is_whole


async def test_the_next_reply_is_not_cut_by_the_failure_of_the_last() -> None:
    speaker = FakeSpeaker()
    playout = playout_on(speaker)
    playout.play(FIRST, bytes(4800))
    playout.end(FIRST, is_whole=False)
    await playout.finish(is_whole=False)
    playout.begin(2)
    speaker.played.clear()
    assert list(await playout.interrupt()) == []
