"""The microphone on real PortAudio: what is played into the virtual microphone is in the take, and in its place."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from tests.support.pulse import RATE, VirtualSound, write_wav
from tests.support.sounds import chirp, find, reached
from voicedesk.audio import devices
from voicedesk.audio.io import BLOCK_MS, AudioInput, CapturedBlock
from voicedesk.audio.lengths import milliseconds
from voicedesk.audio.microphone import Microphone
from voicedesk.audio.pcm import Samples, from_bytes, resample
from voicedesk.core.clock import now
from voicedesk.core.settings import DeviceChoice

pytestmark = pytest.mark.sound

MARKER = chirp(0.3, rate=RATE, amplitude=0.5)


@contextmanager
def opened() -> Iterator[Microphone]:
    microphone = Microphone()
    as_contract: AudioInput = microphone
    as_contract.open()
    try:
        yield microphone
    finally:
        as_contract.close()


def joined(blocks: list[CapturedBlock]) -> Samples:
    return from_bytes(b"".join(block.pcm for block in blocks))


async def test_sound_from_before_the_press_is_in_the_take_whole_and_in_its_place(
    pulse: VirtualSound, tmp_path: Path
) -> None:
    blocks: list[CapturedBlock] = []
    with pulse.record_microphone() as recording, opened() as microphone:
        await reached(lambda: microphone._ring.written > RATE / 2, "a warm stream")
        pulse.play_to_microphone(write_wav(tmp_path / "marker.wav", MARKER))
        await reached(lambda: microphone.level.peak > 0.2, "the marker")
        press = now()
        microphone.begin(press - 0.3, blocks.append)
        first = blocks[0].captured_at
        await reached(lambda: microphone.level.peak < 0.01, "the marker's end")
        await microphone.end(now() + 0.02)
        assert microphone.overflows == 0
        record = recording.samples()
    assert first <= press
    assert first == pytest.approx(press - 0.3, abs=0.005)
    taken = joined(blocks)
    place = find(resample(MARKER, RATE, 24_000), taken)
    captured_at = blocks[0].captured_at + place / 24_000
    assert captured_at < press
    assert captured_at == pytest.approx(recording.time_of(find(MARKER, record)), abs=0.01)
    assert difference(taken, record) <= 3


def difference(taken: Samples, record: Samples) -> int:
    """By how much a take differs from what the sound server gave a recorder at 48 kHz."""
    best = 1 << 16
    for phase in (0, 1):  # a sample of the take may lie between those that a recording begins with
        whole = resample(record[phase:], RATE, 24_000)
        inner = taken[100:-100]
        place = find(inner, whole)
        given = whole[place : place + len(inner)]
        best = min(best, int(np.abs(given.astype(int) - inner).max()))
    return best


async def test_a_take_has_no_gaps_and_ends_when_it_is_told_to(pulse: VirtualSound) -> None:
    blocks: list[CapturedBlock] = []
    with opened() as microphone:
        await reached(lambda: microphone._ring.written > RATE / 2, "a warm stream")
        begun = now()
        microphone.begin(begun - 0.2, blocks.append)
        await reached(lambda: len(blocks) * BLOCK_MS >= 500, "half a second of sound")
        end = now() + 0.1
        await microphone.end(end)
        assert now() >= end
        count = len(blocks)
        written = microphone._ring.written
        await reached(lambda: microphone._ring.written > written + RATE / 20, "what comes after")
        assert len(blocks) == count
    length = len(joined(blocks)) / 24_000
    assert length <= end - begun + 0.2 + 0.05  # the sound server's clock is only so exact
    assert blocks[-1].captured_at < end
    assert {milliseconds(len(block.pcm)) for block in blocks[:-1]} == {BLOCK_MS}


async def test_the_stream_goes_with_close_and_can_be_opened_again(pulse: VirtualSound) -> None:
    before = threading.active_count()
    streams = pulse.pactl("list", "short", "source-outputs")
    microphone = Microphone()
    for _ in range(3):
        microphone.open()
        microphone.open()
        await reached(lambda: microphone._ring.written > 0, "sound")
        microphone.close()
        microphone.close()
        assert not microphone.is_open
    assert threading.active_count() == before
    assert pulse.pactl("list", "short", "source-outputs") == streams


async def test_a_device_that_is_not_there_is_replaced_by_the_default(pulse: VirtualSound) -> None:
    names = [(device.host_api, device.name) for device in devices.inputs()]
    assert ("ALSA", "default") in names
    assert devices.inputs()[0].is_default
    chosen = Microphone(DeviceChoice(host_api="ALSA", name="pulse"))
    missing = Microphone(DeviceChoice(host_api="ALSA", name="My headset"))
    for microphone, name, substitute in ((chosen, "pulse", False), (missing, "default", True)):
        microphone.open()
        assert (microphone.name, microphone.is_substitute) == (name, substitute)
        microphone.close()


async def test_the_list_of_devices_is_not_taken_anew_while_a_stream_is_open(
    pulse: VirtualSound,
) -> None:
    with opened():
        assert devices.refresh() is False
    assert devices.refresh() is True
    assert devices.outputs()
    assert devices.version().startswith("PortAudio")
    assert "ALSA" in devices.host_apis()
