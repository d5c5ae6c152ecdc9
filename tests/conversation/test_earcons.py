"""Soft sounds beside the turns: when they sound, and that they are never part of what was said."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence

import numpy as np
import pytest

from tests.conversation.fakes import SILENCE_FELL, SPEECH, Desk
from voicedesk.audio import cues
from voicedesk.audio.cues import Cue
from voicedesk.audio.io import RATE, CapturedBlock
from voicedesk.conversation import listening as listening_module
from voicedesk.conversation.earcons import Earcons
from voicedesk.conversation.playout import FILLER
from voicedesk.core.clock import now
from voicedesk.core.errors import RateLimitError
from voicedesk.core.events import Heard
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
    assert played(desk) == [len(each().pcm) for each in (cues.listening, cues.sent, cues.failed)]


async def test_a_failure_is_heard_when_the_reply_that_failed_is_silent(desk: Desk) -> None:
    desk.pipeline.error = RateLimitError(server="Fake")
    desk.conductor.ask("What time is it?")
    await desk.until(lambda: desk.speaker.log[-1:] == [FILLER])
    assert desk.speaker.log == ["r", SILENCE_FELL, FILLER]


async def test_what_sounds_while_the_key_is_held_is_not_recorded(desk: Desk) -> None:
    taken: list[bytes] = []
    desk.conductor.watch_takes(lambda _turn, pcm: taken.append(pcm))
    desk.conductor.press()
    deliver = desk.microphone._deliver
    assert deliver is not None
    cue = cues.listening()
    deliver(CapturedBlock(cue.pcm, now()))  # the sound has just begun
    before, after = (np.frombuffer(pcm, "<i2").astype(float) for pcm in (cue.pcm, taken[0]))
    assert np.sum(after**2) < np.sum(before**2) / 1000
    desk.conductor.cancel()


async def test_a_press_while_an_answer_is_thought_of_is_heard_too(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken_back = asyncio.Event()

    async def interrupted(_heard: Sequence[Heard]) -> None:
        await taken_back.wait()  # by a server that is far away

    monkeypatch.setattr(desk.pipeline, "interrupt", interrupted)
    desk.pipeline.go_on.clear()
    desk.pipeline.silent = True
    desk.conductor.ask("One")
    await desk.until(lambda: desk.conductor.state is State.THINKING)
    desk.conductor.press()
    assert desk.conductor.state is State.LISTENING
    await desk.until(lambda: FILLER in desk.speaker.log)
    assert desk.speaker.log == [SILENCE_FELL, FILLER]
    assert not taken_back.is_set(), "nobody waits for the server to hear it"
    desk.conductor.cancel()
    taken_back.set()
    desk.pipeline.go_on.set()


async def test_what_is_played_after_a_stop_that_was_called_off_is_heard(desk: Desk) -> None:
    desk.pipeline.go_on.clear()
    desk.conductor.ask("One")
    await desk.state(State.SPEAKING)
    desk.conductor.press()
    (stopping,) = [task for task in asyncio.all_tasks() if task.get_name() == "stop reply"]
    stopping.cancel()  # before it has begun
    desk.conductor.play_cue(cues.failed())
    await desk.until(lambda: len(played(desk)) == 1)
    desk.conductor.cancel()
    desk.pipeline.go_on.set()


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


@pytest.mark.parametrize("make", [cues.listening, cues.sent, cues.failed, cues.tick])
def test_a_cue_is_short_and_soft_and_begins_and_ends_in_silence(
    make: Callable[[], Cue | bytes],
) -> None:
    cue = make()
    samples = np.frombuffer(cue if isinstance(cue, bytes) else cue.pcm, "<i2").astype(float)
    assert len(samples) <= 0.25 * RATE
    assert 0.02 < np.abs(samples).max() / 32768 < 0.06
    assert np.abs(samples[[0, -1]]).max() < 120
