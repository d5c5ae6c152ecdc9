"""Devices that nobody uses rest, and are awake before anybody notices: on real PortAudio."""

import contextlib
from collections.abc import Iterator

import numpy as np
import pytest

from tests.support.pulse import VirtualSound
from tests.support.sounds import Ear, chirp, find, reached
from voicedesk.audio import devices, on_device, stream
from voicedesk.audio import speaker as speaker_module
from voicedesk.audio.devices import Device
from voicedesk.audio.io import BLOCK_MS, CapturedBlock
from voicedesk.audio.microphone import Microphone
from voicedesk.audio.pcm import resample
from voicedesk.audio.played import PlayedSound
from voicedesk.audio.speaker import Speaker
from voicedesk.core.clock import now
from voicedesk.core.errors import DeviceError, VoiceDeskError
from voicedesk.core.events import AudioKey

pytestmark = pytest.mark.sound

KEY = AudioKey(1, "r", "a")


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_device, "REST_AFTER_S", 0.0)
    monkeypatch.setattr(speaker_module, "TRIAL_S", 0.3)


@pytest.fixture
def microphone(pulse: VirtualSound) -> Iterator[Microphone]:
    made = Microphone()
    yield made
    made.close()


@pytest.fixture
def speaker(pulse: VirtualSound) -> Iterator[Speaker]:
    made = Speaker(played=PlayedSound())
    yield made
    made.close()


async def rested(device: Microphone | Speaker) -> None:
    await reached(lambda: device.is_resting and device._stream.is_paused, "the rest")


async def test_a_take_reaches_back_into_the_rest_and_has_no_gap(microphone: Microphone) -> None:
    microphone.open()
    await rested(microphone)
    written = microphone._ring.written
    await reached(lambda: microphone._ring.written > written + 48_000, "more sound")
    blocks: list[CapturedBlock] = []
    pressed = now()
    microphone.begin(pressed - 0.3, blocks.append)
    assert not microphone.is_resting
    await reached(lambda: microphone._present is microphone._quick, "the quick stream")
    await reached(lambda: microphone._slow.stream.is_paused, "the end of the slow one")
    assert microphone.is_open
    released = now()
    await microphone.end(released + 0.1, through=released)
    assert blocks[0].captured_at == pytest.approx(pressed - 0.3, abs=0.001)
    assert blocks[-1].captured_at >= released - 0.05
    steps = np.diff([block.captured_at for block in blocks])
    # The two streams tell slightly other times.
    assert np.abs(steps - BLOCK_MS / 1000.0).max() < 0.04
    await rested(microphone)


async def test_a_microphone_that_has_no_second_stream_goes_on_as_it_is(
    microphone: Microphone, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, refused = devices.make_stream, []

    def once(
        kind: devices.Kind, device: Device, callback: object, latency: float, block: float | None
    ) -> object:
        if block is not None:
            refused.append(device)
            raise DeviceError("busy", device=device.name, reason="another program is using it")
        return make(kind, device, callback, latency, block)

    monkeypatch.setattr(devices, "make_stream", once)
    microphone.open()
    await reached(lambda: bool(refused), "an attempt")
    await reached(lambda: not microphone.is_resting, "that it stays awake")
    written = microphone._ring.written
    await reached(lambda: microphone._ring.written > written + 24_000, "more sound")
    assert len(refused) == 1
    assert not microphone._stream.is_paused


async def test_what_was_said_is_kept_where_waking_ends_in_the_middle(
    microphone: Microphone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The quick stream begins, and then calls no more: what the slow one has heard meanwhile is part of the take."""
    told: list[VoiceDeskError] = []
    microphone.on_trouble(told.append)
    microphone.open()
    await rested(microphone)
    monkeypatch.setattr(stream, "SILENT_S", 0.5)
    monkeypatch.setattr(stream, "STARTING_S", 0.0)
    heard, calls = microphone._quick.callback, iter(range(5))

    def falls_silent(data: object, frames: int, time: object, status: object) -> None:
        if next(calls, None) is not None:
            heard(data, frames, time, status)

    monkeypatch.setattr(microphone._quick, "callback", falls_silent)
    blocks: list[CapturedBlock] = []
    pressed = now()
    microphone.begin(pressed, blocks.append)
    await reached(lambda: bool(told), "word of it")
    died = now()
    assert not microphone.is_open
    seconds = sum(len(block.pcm) for block in blocks) / 48_000
    assert seconds >= died - pressed - 0.25  # a block of the slow stream, and what the devices hold


async def test_a_microphone_that_dies_at_rest_says_so(microphone: Microphone) -> None:
    told: list[VoiceDeskError] = []
    microphone.on_trouble(told.append)
    microphone.open()
    await rested(microphone)
    slow = microphone._slow.stream._stream
    assert slow is not None
    slow.abort()
    await reached(lambda: bool(told), "word of it")
    assert not microphone.is_open
    microphone.open()
    written = microphone._ring.written
    await reached(lambda: microphone._ring.written > written, "sound")


async def test_a_speaker_wakes_for_sound_and_plays_all_of_it(
    pulse: VirtualSound, speaker: Speaker
) -> None:
    for _ in range(3):  # a busy machine starves its sound server now and then
        with contextlib.suppress(AssertionError):
            return await play_out_of_a_rest(pulse, speaker)
    return await play_out_of_a_rest(pulse, speaker)


async def play_out_of_a_rest(pulse: VirtualSound, speaker: Speaker) -> None:
    ear = Ear()
    speaker.listen(ear)
    speaker.open()
    with pulse.record_speaker() as recording:
        await rested(speaker)
        assert speaker.is_open
        sound = chirp(0.5)
        speaker.play(KEY, sound.tobytes())
        speaker.finish(KEY)
        speaker.complete()
        await reached(lambda: "drained" in ear.names, "the end")
        until = now() + 0.1
        await reached(
            lambda: recording.time_of(len(recording.samples())) > until, "the recording to go on"
        )
        heard = recording.samples()
    sent = resample(sound, 24_000, 48_000)
    at = find(sent[:9600], heard)
    assert len(heard) - at >= sent.size
    assert abs(find(sent[-9600:], heard) - (at + sent.size - 9600)) <= 2
    await rested(speaker)


async def test_a_speaker_that_starts_late_does_not_rest(
    speaker: Speaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its server asks for nothing for seconds, which is seen when it is stopped and started in the silence."""
    monkeypatch.setattr(speaker_module, "_LATE_S", -1.0)  # no device is so quick
    started: list[Device] = []
    start = devices.start_stream

    def counted(made: object, device: Device) -> None:
        started.append(device)
        start(made, device)

    monkeypatch.setattr(devices, "start_stream", counted)
    speaker.open()
    await reached(lambda: speaker._is_quick is not None, "the end of the trial")
    looked = speaker._stream.heard_at
    await reached(lambda: speaker._stream.heard_at > looked + 0.6, "more looks at it")
    assert not speaker.is_resting
    assert len(started) == 2
    speaker.close()
    monkeypatch.undo()
    monkeypatch.setattr(on_device, "REST_AFTER_S", 0.0)
    speaker.open()  # perhaps it is another device by now
    await rested(speaker)


async def test_the_longest_gap_is_counted_from_the_start_on(speaker: Speaker) -> None:
    speaker.open()
    present = speaker._stream
    present.called(present.heard_at + 2.0)
    assert present.longest_gap == pytest.approx(2.0, abs=0.1)
    present.pause()
    present.resume()
    assert present.longest_gap < 1.9


async def test_a_speaker_that_does_not_start_again_has_died(
    speaker: Speaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    ear = Ear()
    speaker.listen(ear)
    speaker.open()
    await rested(speaker)

    def refuse(made: object, device: Device) -> None:
        raise DeviceError("gone", device=device.name, reason="it is not connected any more")

    monkeypatch.setattr(devices, "start_stream", refuse)
    speaker.wake()
    await reached(lambda: "trouble" in ear.names, "word of it")
    assert not speaker.is_open


async def test_a_device_of_another_sound_system_does_not_rest(
    speaker: Speaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(on_device, "_MAY_REST", frozenset())
    speaker.open()
    speaker._looked()
    assert not speaker.is_resting
