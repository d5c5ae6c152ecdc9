"""Soft sounds beside the turns: when they sound, and that they are never part of what was said."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import numpy as np
import pytest

from tests.conversation.fakes import SPEECH, Desk
from voicedesk.audio import cues
from voicedesk.audio.io import RATE, CapturedBlock
from voicedesk.conversation import listening as listening_module
from voicedesk.conversation.earcons import Earcons
from voicedesk.conversation.listening import silenced
from voicedesk.conversation.playout import FILLER
from voicedesk.core.clock import now
from voicedesk.core.errors import RateLimitError
from voicedesk.core.events import AudioKey, Heard
from voicedesk.core.turn import State


@pytest.fixture(autouse=True)
def _short_takes_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening_module, "MIN_TAKE_S", 0.0)  # the key is down for no time at all


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    made = Desk()
    made.conductor.observe(Earcons(made.conductor, is_on=True))
    yield made
    await made.conductor.close()


def played(desk: Desk) -> list[int]:
    """Bytes of each sound of our own, in order."""
    return [size for key, size in desk.speaker.played.items() if key.response == FILLER]


async def test_begin_end_and_failure_are_heard(desk: Desk) -> None:
    desk.pipeline.error = RateLimitError(server="Fake")
    desk.conductor.press()
    assert desk.microphone._deliver is not None
    desk.microphone._deliver(CapturedBlock(SPEECH, now() + 1.0))  # after the sound
    desk.conductor.release()
    await desk.state(State.FAILED)
    await desk.until(lambda: len(played(desk)) >= 3)
    assert played(desk) == [len(cues.listening()), len(cues.sent()), len(cues.failed())]


async def test_a_failure_is_heard_when_the_reply_that_failed_is_silent(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    play, interrupt = desk.speaker.play, desk.speaker.interrupt

    def playing(key: AudioKey, pcm: bytes) -> None:
        order.append(key.response)
        play(key, pcm)

    async def interrupting() -> Sequence[Heard]:
        await asyncio.sleep(0)
        order.append("silence")
        return await interrupt()

    monkeypatch.setattr(desk.speaker, "play", playing)
    monkeypatch.setattr(desk.speaker, "interrupt", interrupting)
    desk.pipeline.error = RateLimitError(server="Fake")
    desk.conductor.ask("What time is it?")
    await desk.until(lambda: order[-1:] == [FILLER])
    assert order == ["r", "silence", FILLER]


async def test_what_sounds_while_the_key_is_held_is_recorded_as_silence(desk: Desk) -> None:
    taken: list[bytes] = []
    desk.conductor.watch_takes(lambda _turn, pcm: taken.append(pcm))
    desk.conductor.press()
    desk.microphone.speak(SPEECH, 3)  # the sound has just begun
    assert b"".join(taken) == bytes(3 * len(SPEECH))
    desk.conductor.cancel()


async def test_an_interruption_needs_no_sound_of_its_own(desk: Desk) -> None:
    desk.pipeline.go_on.clear()
    desk.conductor.ask("One")
    await desk.state(State.SPEAKING)
    desk.conductor.press()
    assert played(desk) == []
    desk.conductor.cancel()
    desk.pipeline.go_on.set()


async def test_nothing_is_played_when_it_is_switched_off() -> None:
    desk = Desk()
    desk.conductor.observe(Earcons(desk.conductor))
    await desk.talk_and_release()
    await desk.state(State.READY)
    assert played(desk) == []
    await desk.conductor.close()


@pytest.mark.parametrize(
    ("begin", "end", "left"),
    [(0.0, 0.005, 15), (0.005, 0.01, 15), (0.018, 9.0, 18), (-1.0, 9.0, 0), (0.5, 0.6, 20)],
)
def test_only_the_time_of_the_sound_is_silenced(begin: float, end: float, left: int) -> None:
    """``left``: milliseconds of the block's twenty."""
    pcm = np.full(RATE // 50, 1000, "<i2").tobytes()
    block = silenced(CapturedBlock(pcm, 100.0), 100.0 + begin, 100.0 + end)
    assert len(block.pcm) == len(pcm)
    assert np.count_nonzero(np.frombuffer(block.pcm, "<i2")) == left * RATE // 1000


@pytest.mark.parametrize("cue", [cues.listening, cues.sent, cues.failed, cues.tick])
def test_a_cue_is_short_and_soft_and_begins_and_ends_in_silence(cue: object) -> None:
    assert callable(cue)
    samples = np.frombuffer(cue(), "<i2").astype(float)
    assert len(samples) <= 0.25 * RATE
    assert 0.02 < np.abs(samples).max() / 32768 < 0.06
    assert np.abs(samples[[0, -1]]).max() < 120
