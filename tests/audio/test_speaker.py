"""The speaker on real PortAudio: what leaves the sound card is recorded and compared, sample by sample."""

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial

import numpy as np
import pytest

from tests.support.pulse import RATE, Recording, VirtualSound
from tests.support.sounds import Ear, Samples, chirp, find, largest_step, reached
from voicedesk.audio.io import AudioOutput
from voicedesk.audio.pcm import resample
from voicedesk.audio.speaker import Speaker
from voicedesk.core.clock import now
from voicedesk.core.events import AudioKey

pytestmark = pytest.mark.sound

A, B = AudioKey(1, "r", "a"), AudioKey(1, "r", "b")
DELTA = 4800  # bytes: 100 ms
WARM = 0.5  # seconds of silence until the sound server knows its own latency


@contextmanager
def opened(ear: Ear) -> Iterator[Speaker]:
    speaker = Speaker()
    as_contract: AudioOutput = speaker
    as_contract.listen(ear)
    as_contract.open()
    try:
        yield speaker
    finally:
        as_contract.close()


def say(speaker: Speaker, key: AudioKey, sound: Samples) -> None:
    pcm = sound.tobytes()
    for at in range(0, len(pcm), DELTA):
        speaker.play(key, pcm[at : at + DELTA])


async def undisturbed(attempt: Callable[[], Awaitable[None]]) -> None:
    """Four attempts: a machine that is busy otherwise starves its sound server now and then."""
    for _ in range(3):
        with contextlib.suppress(AssertionError):
            return await attempt()
    return await attempt()


async def recorded(recording: Recording, until: float) -> None:
    """Wait until the recording has reached a moment."""
    await reached(
        lambda: recording.time_of(len(recording.samples())) > until, "the recording to go on"
    )


async def test_a_reply_leaves_the_card_whole_in_order_and_when_it_was_said_to(
    pulse: VirtualSound,
) -> None:
    await undisturbed(partial(play_two_keys, pulse))


async def play_two_keys(pulse: VirtualSound) -> None:
    ear = Ear()
    first, second = chirp(0.7), chirp(0.4, amplitude=0.5)
    with pulse.record_speaker() as recording, opened(ear) as speaker:
        await recorded(recording, now() + WARM)
        say(speaker, A, first)
        speaker.finish(A)
        say(speaker, B, second)
        speaker.finish(B)
        speaker.complete()
        await reached(lambda: "drained" in ear.names, "the end")
        await recorded(recording, now() + 0.1)
        heard = recording.samples()
        rate = speaker._buffer.rate
        sounded = next(arguments for name, arguments in ear.told if name == "sounded")
        assert speaker.underflows == 0
    assert rate == RATE
    sent = np.concatenate([resample(sound, 24_000, RATE) for sound in (first, second)])
    place = find(sent, heard)
    assert np.abs(heard[place : place + len(sent)].astype(int) - sent).max() <= 2
    assert not (np.abs(heard[:place].astype(int)) > 2).any()
    assert sounded[1] == pytest.approx(recording.time_of(place), abs=0.005)
    assert [name for name in ear.names if name in {"underrun", "trouble"}] == []


async def test_an_interruption_fades_without_a_click_and_tells_what_was_heard(
    pulse: VirtualSound,
) -> None:
    await undisturbed(partial(interrupt, pulse))


async def interrupt(pulse: VirtualSound) -> None:
    ear, sound = Ear(), chirp(5.0)
    with pulse.record_speaker() as recording, opened(ear) as speaker:
        await recorded(recording, now() + WARM)
        say(speaker, A, sound)
        await reached(lambda: speaker.position(A) > 300, "300 ms of sound")
        (heard,) = await speaker.interrupt()
        silent_at = speaker.silent_at()
        assert silent_at is not None
        say(speaker, A, sound)  # stale deltas, as they come in a barge-in
        await recorded(recording, silent_at + 0.3)
        record = recording.samples()
    sent = resample(sound, 24_000, RATE)
    place = find(sent[: RATE // 5], record)
    loud = np.flatnonzero(np.abs(record.astype(int)) > 8)
    end = int(loud[-1]) + 1
    frames = round(heard.heard_ms / 1000 * RATE)
    assert end - place == pytest.approx(frames, abs=0.005 * RATE)
    assert end - place <= frames
    assert recording.time_of(end) == pytest.approx(silent_at, abs=0.005)
    difference = np.abs(record[place:end].astype(int) - sent[: end - place])
    fade = end - place - int(np.flatnonzero(difference > 2)[0])
    assert 0.004 * RATE <= fade <= 0.012 * RATE
    assert largest_step(record) <= 1.1 * largest_step(sent[: end - place])


async def test_the_position_is_what_the_recording_holds(
    pulse: VirtualSound,
) -> None:
    await undisturbed(partial(read_positions, pulse))


async def read_positions(pulse: VirtualSound) -> None:
    ear, sound = Ear(), chirp(1.5)
    readings: list[tuple[float, float]] = []
    with pulse.record_speaker() as recording, opened(ear) as speaker:
        await recorded(recording, now() + WARM)
        say(speaker, A, sound)
        speaker.finish(A)
        speaker.complete()
        while "drained" not in ear.names:
            readings.append((now(), speaker.position(A)))
            await asyncio.sleep(0.01)
        await recorded(recording, now() + 0.1)
        record = recording.samples()
    place = find(resample(sound, 24_000, RATE), record)
    begun = recording.time_of(place)
    errors = [ms - (at - begun) * 1000 for at, ms in readings if 50 < ms < 1450]
    assert len(errors) > 20
    assert np.abs(errors).max() < 5
    assert speaker.position(A) == 1500.0


async def test_the_stream_goes_with_close_and_can_be_opened_again(pulse: VirtualSound) -> None:
    before = threading.active_count()
    ear = Ear()
    speaker = Speaker()
    speaker.listen(ear)
    for turn in range(3):
        speaker.open()
        speaker.open()
        key = AudioKey(turn, "r", "a")
        say(speaker, key, chirp(0.1))
        speaker.complete()
        await reached(lambda: "drained" in ear.names, "the end")
        ear.told.clear()
        speaker.close()
        speaker.close()
        assert not speaker.is_open
    assert threading.active_count() == before
    assert pulse.pactl("list", "short", "sink-inputs") == ""


async def test_it_may_be_opened_on_another_thread(pulse: VirtualSound) -> None:
    ear = Ear()
    speaker = Speaker(loop=asyncio.get_running_loop())
    speaker.listen(ear)
    opening = threading.Thread(target=speaker.open)
    opening.start()
    await reached(lambda: not opening.is_alive(), "the device")
    assert speaker.is_open
    assert speaker.name == "default"
    say(speaker, A, chirp(0.1))
    speaker.complete()
    await reached(lambda: "drained" in ear.names, "the end")
    speaker.close()
