"""The soft sounds at a press leave the speaker and stay out of the take, also where the microphone hears all of them."""

import asyncio
from pathlib import Path
from statistics import median

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from tests.end_to_end.desktop import Person, desktop_with, run, settings_for
from tests.support.pulse import SPEAKER, VirtualSound
from tests.support.realtime_server import ScriptedServer, Session
from tests.support.recording import RATE, Samples, tone, tone_level, write_wav
from voicedesk.audio.io import RATE as TAKE_RATE
from voicedesk.core.turn import State

pytestmark = [pytest.mark.sound, pytest.mark.timeout(120)]

NOTES = (523.25, 783.99)
VOICE = 2000.0
"""The pitch of what is said."""
LOUD = 0.05


@pytest.fixture
def echo(pulse: VirtualSound) -> None:
    """The microphone hears what leaves the speaker, all of it and as loud as it is."""
    pulse.pactl("set-default-source", f"{SPEAKER}.monitor")  # put back before the next test


def levels(samples: Samples, hertz: float, rate: int) -> list[float]:
    """The amplitude of a pitch in each 20 ms."""
    size = rate // 50
    starts = range(0, len(samples) - size, size // 2)
    return [tone_level(samples[at : at + size], hertz, rate=rate) for at in starts]


def missing(samples: Samples, rate: int) -> float:
    """The share of the time in which the voice is not there: a busy machine has holes in all its sound."""
    found = levels(samples, VOICE, rate)
    usual = median(found)
    assert usual > LOUD / 4  # two channels may have become one
    return sum(level < usual / 2 for level in found) / len(found)


async def press(person: Person, takes: dict[int, bytearray]) -> Samples:
    """Hold the key for a while, with a voice that speaks all along; the take."""
    turn = person.desktop.desk.conductor.turn + 1
    person.hold()
    await person.until(lambda: len(takes.get(turn, b"")) >= 2 * TAKE_RATE)
    person.let_go()
    await person.until(lambda: person.state not in {State.LISTENING, State.ENDING})
    return np.frombuffer(bytes(takes[turn]), "<i2").astype(np.int16)


def assert_heard_and_not_taken(take: Samples, speaker: Samples, *, lost: int) -> None:
    """``lost``: how often sound of the microphone was lost on its way, which is no fault of the cue."""
    for note in NOTES:
        assert max(levels(speaker, note, RATE)) > 0.04
        assert max(levels(take, note, TAKE_RATE)) < 0.004
    holes = missing(take, TAKE_RATE) - missing(speaker, RATE)
    assert holes < 0.05 or lost > 0, f"{holes:.0%} of what is said is missing"


@pytest.mark.usefixtures("echo")
def test_the_sound_at_a_press_is_heard_and_not_taken(
    qtbot: QtBot, pulse: VirtualSound, tmp_path: Path
) -> None:
    del qtbot
    voice = write_wav(tmp_path / "voice.wav", tone(VOICE, 20.0, amplitude=LOUD))

    async def work() -> None:
        asked = asyncio.Event()

        async def think(_session: Session) -> None:
            asked.set()
            await asyncio.Event().wait()

        with pulse.record_speaker() as speaker:
            async with ScriptedServer() as server:
                server.replies.extend([[think], [think]])
                settings = settings_for(server.base_url)
                settings.feedback.cues = True
                async with desktop_with(settings) as person:
                    takes: dict[int, bytearray] = {}
                    person.desktop.desk.conductor.watch_takes(
                        lambda turn, pcm: takes.setdefault(turn, bytearray()).extend(pcm)
                    )
                    sound = person.desktop.sound
                    assert sound is not None
                    pulse.play_to_speaker(voice)
                    await asyncio.to_thread(speaker.wait_for_sound)
                    await asyncio.sleep(settings.talk.preroll_ms / 1000.0)  # all of it has voice
                    for _ in range(2):  # the second time while it thinks
                        start, before = len(speaker.samples()), sound.counts()
                        take = await press(person, takes)
                        lost = sound.counts().since(before).lost_blocks
                        assert_heard_and_not_taken(take, speaker.samples(start), lost=lost)
                        await asyncio.wait_for(asked.wait(), 10)
                        assert person.state is State.THINKING
                        asked.clear()
                    pulse.stop_playing()

    run(work)
