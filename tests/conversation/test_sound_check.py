"""Trying the devices: what is heard comes back, the talk key goes first, and nothing is told as words."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.conversation.fakes import SILENCE, SPEECH, Desk
from voicedesk.audio.chime import chime
from voicedesk.audio.io import RATE, SAMPLE_BYTES
from voicedesk.audio.pcm import from_bytes
from voicedesk.conversation.sound_check import SoundBusyError, SoundCheck
from voicedesk.conversation.stages import Stage
from voicedesk.core.errors import NoMicrophoneError, NoSpeakerError, VoiceDeskError
from voicedesk.core.turn import State

BLOCKS = 5
LISTEN_S = BLOCKS * len(SPEECH) / RATE / SAMPLE_BYTES


class Trial:
    """A sound check that remembers what it was told."""

    def __init__(self, desk: Desk) -> None:
        self.check = SoundCheck(desk.conductor, listen_s=LISTEN_S)
        self.told: list[Stage | VoiceDeskError] = []

    def tell(self, stage: Stage | VoiceDeskError) -> None:
        self.told.append(stage)

    async def until(self, stage: Stage | type[VoiceDeskError]) -> None:
        async with asyncio.timeout(5):
            while not self.told or not (
                self.told[-1] is stage
                or (isinstance(stage, type) and isinstance(self.told[-1], stage))
            ):
                await asyncio.sleep(0.001)


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    made = Desk()
    yield made
    await made.conductor.close()


@pytest.fixture
async def trial(desk: Desk) -> AsyncIterator[Trial]:
    made = Trial(desk)
    yield made
    await made.check.close()


async def test_a_sound_is_played_and_told_to_nobody_as_words(desk: Desk, trial: Trial) -> None:
    trial.check.play_sound(trial.tell)
    await trial.until(Stage.DONE)
    assert trial.told == [Stage.PLAYING, Stage.DONE]
    assert sum(desk.speaker.played.values()) == len(chime())
    assert desk.recorder.turns[1].assistant_text == ""
    assert desk.pipeline.log == []


async def test_what_was_heard_is_played(desk: Desk, trial: Trial) -> None:
    desk.microphone.tail_over.clear()
    trial.check.hear_yourself(trial.tell)
    await trial.until(Stage.LISTENING)
    desk.microphone.speak(SPEECH, BLOCKS)
    desk.microphone.tail_over.set()
    await trial.until(Stage.DONE)
    assert trial.told == [Stage.LISTENING, Stage.PLAYING, Stage.DONE]
    assert sum(desk.speaker.played.values()) == BLOCKS * len(SPEECH)


async def test_silence_is_told_and_not_played(desk: Desk, trial: Trial) -> None:
    desk.microphone.tail_over.clear()
    trial.check.hear_yourself(trial.tell)
    await trial.until(Stage.LISTENING)
    desk.microphone.speak(SILENCE, BLOCKS)
    desk.microphone.tail_over.set()
    await trial.until(Stage.NOTHING_HEARD)
    assert desk.speaker.played == {}


async def test_the_talk_key_goes_first(desk: Desk, trial: Trial) -> None:
    desk.microphone.tail_over.clear()
    trial.check.hear_yourself(trial.tell)
    await trial.until(Stage.LISTENING)
    desk.conductor.press()
    desk.microphone.speak(SPEECH, BLOCKS)
    desk.microphone.tail_over.set()
    await trial.until(Stage.INTERRUPTED)
    assert desk.conductor.state is State.LISTENING
    assert desk.microphone.aborted == 0, "the take is the user's now"


async def test_stopping_while_it_listens_lets_the_microphone_go(desk: Desk, trial: Trial) -> None:
    desk.microphone.tail_over.clear()
    trial.check.hear_yourself(trial.tell)
    await trial.until(Stage.LISTENING)
    trial.check.stop()
    await trial.check.close()
    assert desk.microphone.aborted == 1
    assert trial.told == [Stage.LISTENING]


async def test_stopping_while_it_plays_ends_the_sound(desk: Desk, trial: Trial) -> None:
    desk.speaker.play_through = False
    trial.check.play_sound(trial.tell)
    await desk.state(State.SPEAKING)
    trial.check.stop()
    await desk.until(lambda: desk.speaker.interrupted == 1)
    assert desk.conductor.state is State.READY
    assert trial.told == [Stage.PLAYING]


async def test_a_press_while_it_plays_ends_the_trial(desk: Desk, trial: Trial) -> None:
    desk.speaker.play_through = False
    trial.check.play_sound(trial.tell)
    await desk.state(State.SPEAKING)
    desk.conductor.press()
    await trial.until(Stage.DONE)
    assert desk.conductor.state is State.LISTENING


async def test_while_somebody_talks_nothing_is_tried(desk: Desk, trial: Trial) -> None:
    desk.conductor.press()
    trial.check.hear_yourself(trial.tell)
    await trial.until(SoundBusyError)
    assert len(desk.microphone.begun) == 1


async def test_missing_devices_are_told(desk: Desk, trial: Trial) -> None:
    await desk.conductor.use_microphone(None)
    trial.check.hear_yourself(trial.tell)
    await trial.until(NoMicrophoneError)
    await desk.conductor.use_speaker(None)
    trial.check.play_sound(trial.tell)
    await trial.until(NoSpeakerError)


def test_the_chime_is_soft_and_ends_in_silence() -> None:
    samples = from_bytes(chime())
    assert 0.15 < abs(samples).max() / 32767 < 0.21
    assert abs(samples[-10:]).max() < 30
