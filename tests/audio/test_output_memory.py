"""What an output keeps of sound that has ended, however long it is used: next to nothing of few keys."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from tests.audio.test_output import HandDriven
from tests.support.sounds import Ear, noise
from voicedesk.audio import output
from voicedesk.audio.pcm import StreamResampler
from voicedesk.core.events import AudioKey


@pytest.fixture(params=[24_000, 44_100, 48_000])
def hand(request: pytest.FixtureRequest) -> Iterator[HandDriven]:
    made = HandDriven(request.param)
    made.listen(Ear())
    yield made
    made.close()


async def answer(hand: HandDriven, turn: int, *, is_cut: bool) -> None:
    """A reply of two runs of sound, whole or interrupted in the second."""
    for item in ("a", "b"):
        hand.play(AudioKey(turn, "r", item), noise(2400).tobytes())
        hand.finish(AudioKey(turn, "r", item))
    if is_cut:
        await hand.run(0.15)
        await hand.interrupted()
    else:
        hand.complete()
        await hand.run(0.4)


def alive() -> int:
    gc.collect()
    return sum(isinstance(each, output._Sent | StreamResampler) for each in gc.get_objects())


async def test_no_more_is_kept_after_a_hundred_answers_than_after_twenty(hand: HandDriven) -> None:
    hand.open()
    before = alive()
    kept = []
    for turn in range(1, 101):
        await answer(hand, turn, is_cut=turn % 3 == 0)
        if turn in {20, 100}:
            kept.append(alive() - before)
    assert kept[0] == kept[1] <= 2 * (output._REMEMBERED_KEYS + 2)


async def test_of_an_earlier_answer_only_its_length_is_known(hand: HandDriven) -> None:
    hand.open()
    for turn in (1, 2, 3):
        await answer(hand, turn, is_cut=turn == 2)
    hand.play(AudioKey(4, "r", "a"), noise(240).tobytes())
    spans = {key: sent.spans for key, sent in hand._sent.items()}
    assert {key.turn for key in spans} == {1, 2, 3, 4}
    assert not any(spans.values())
    assert hand.position(AudioKey(1, "r", "b")) == pytest.approx(100.0)
    assert 0.0 < hand.position(AudioKey(2, "r", "b")) < 100.0


async def test_what_is_being_interrupted_is_not_forgotten_meanwhile(
    hand: HandDriven, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output, "_REMEMBERED_KEYS", 2)
    hand.open()
    keys = [AudioKey(1, "r", str(item)) for item in range(4)]
    for key in keys:
        hand.play(key, noise(2400).tobytes())
    await hand.run(0.15)
    hand.hush()
    for item in range(6):
        hand.play(AudioKey(0, "cue", str(item)), noise(24).tobytes())  # a sound of no turn's
    heard = await hand.interrupted()
    assert [key for key, *_ in heard] == keys
