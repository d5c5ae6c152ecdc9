"""Finding, naming and refusing devices, on a stand-in for sounddevice."""

import asyncio
import importlib.abc
import importlib.machinery
import os
import shutil
import sys
import threading
from collections.abc import Sequence
from types import ModuleType

import pytest

from tests.support.portaudio import FakeSoundDevice, PortAudioError, info
from tests.support.sounds import Ear, chirp, reached
from voicedesk.audio import devices, on_device, stream
from voicedesk.audio import speaker as speaker_module
from voicedesk.audio.device_troubles import DeviceBusyError, DeviceGoneError, RateRefusedError
from voicedesk.audio.devices import Device
from voicedesk.audio.microphone import Microphone
from voicedesk.audio.speaker import Speaker
from voicedesk.audio.stream import HostClock, SampleClock
from voicedesk.core.clock import now
from voicedesk.core.errors import (
    DeviceError,
    NoMicrophoneError,
    NoPortAudioError,
    NoSpeakerError,
    SoundError,
    VoiceDeskError,
)
from voicedesk.core.events import AudioKey
from voicedesk.core.settings import DeviceChoice


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> FakeSoundDevice:
    fake = FakeSoundDevice([info("Built-in"), info("Headset", rate=16_000.0)], ["Core Audio"])
    monkeypatch.setattr(devices, "_library", fake)
    return fake


def test_the_default_comes_first(card: FakeSoundDevice) -> None:
    card.defaults = (1, 0)
    assert [device.name for device in devices.inputs()] == ["Headset", "Built-in"]
    assert [device.name for device in devices.outputs()] == ["Built-in", "Headset"]
    assert devices.inputs()[0].choice == DeviceChoice(host_api="Core Audio", name="Headset")


def test_only_devices_of_the_direction_are_listed(card: FakeSoundDevice) -> None:
    card.infos = [info("Microphone", outs=0), info("Speaker", ins=0)]
    card.defaults = (0, 1)
    assert [device.name for device in devices.inputs()] == ["Microphone"]
    assert [device.name for device in devices.outputs()] == ["Speaker"]


def test_a_choice_is_found_by_name_and_replaced_by_the_default_when_it_is_gone(
    card: FakeSoundDevice,
) -> None:
    headset = DeviceChoice(host_api="Core Audio", name="Headset")
    assert devices.find("input", headset).device.index == 1
    assert not devices.find("input", headset).missing
    assert devices.find("input", None).device.name == "Built-in"
    card.infos = card.infos[:1]
    found = devices.find("input", headset)
    assert (found.device.name, found.missing) == ("Built-in", True)


def test_no_device_is_told_as_what_it_is(card: FakeSoundDevice) -> None:
    card.infos = []
    card.defaults = (-1, -1)
    with pytest.raises(NoMicrophoneError):
        devices.find("input", None)
    with pytest.raises(NoSpeakerError):
        devices.find("output", None)


def test_of_the_four_twins_on_windows_the_fast_one_is_shown(card: FakeSoundDevice) -> None:
    long = "Microphone Array (Intel Smart Sound Technology)"
    card.apis = ["MME", "Windows DirectSound", "Windows WASAPI"]
    card.infos = [info(long[:31]), info(long, api=1), info("Line", api=2), info(long, api=2)]
    listed = devices.inputs()
    assert [(device.host_api, device.name) for device in listed] == [
        ("Windows WASAPI", long),
        ("Windows WASAPI", "Line"),
    ]
    assert listed[0].is_default
    card.defaults = (2, 2)
    assert devices.inputs()[0].name == "Line"


async def test_the_device_runs_at_its_own_rate(card: FakeSoundDevice) -> None:
    microphone = Microphone(DeviceChoice(host_api="Core Audio", name="Headset"))
    microphone.open()
    assert card.tried == [(16_000, 1)]
    assert card.streams[0].dtype == "int16"
    microphone.close()
    assert card.streams[0].closed


async def test_behind_alsa_48_khz_is_tried_first(card: FakeSoundDevice) -> None:
    card.apis, card.infos = ["ALSA"], [info("default", rate=44_100.0, outs=32)]
    card.accepts = lambda rate, _channels: -9997 if rate == 48_000 else 0
    speaker = Speaker()
    speaker.open()
    assert card.tried == [(48_000, 2), (44_100, 2)]
    speaker.close()


async def test_a_microphone_with_two_channels_only_is_mixed_down(card: FakeSoundDevice) -> None:
    card.infos = [info("Interface", ins=2)]
    card.accepts = lambda _rate, channels: -9998 if channels == 1 else 0
    microphone = Microphone()
    microphone.open()
    assert card.streams[0].channels == 2
    card.streams[0].call_back(480)
    assert microphone._ring.written == 480
    microphone.close()


@pytest.mark.parametrize(
    ("code", "kind", "reason"),
    [
        (-9985, DeviceBusyError, "another program is using it"),
        (-9996, DeviceGoneError, "it is not connected any more"),
        (-9997, RateRefusedError, "it does not work at any usual sample rate"),
        (-1, DeviceError, "it does not start"),
    ],
)
async def test_a_refusal_is_told_in_words_and_with_its_own_remedy(
    card: FakeSoundDevice, code: int, kind: type[DeviceError], reason: str
) -> None:
    card.accepts = lambda _rate, _channels: code
    speaker = Speaker()
    with pytest.raises(DeviceError) as caught:
        speaker.open()
    assert str(caught.value).startswith(f"The sound device Built-in cannot be used: {reason}.")
    assert type(caught.value) is kind
    assert not speaker.is_open
    speaker.close()


async def test_a_device_that_does_not_start_is_freed(card: FakeSoundDevice) -> None:
    card.fails_to_start = True
    for device in (Speaker(), Microphone()):
        with pytest.raises(DeviceError):
            device.open()
        assert not device.is_open
    assert all(made.closed for made in card.streams)
    assert devices.refresh()
    assert card.restarts == 1


async def test_a_device_that_stops_by_itself_is_told_and_freed(
    card: FakeSoundDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "_LOOK_EVERY", 0.01)
    ear, troubles = Ear(), list[VoiceDeskError]()
    speaker, microphone = Speaker(), Microphone()
    speaker.listen(ear)
    microphone.on_trouble(troubles.append)
    speaker.open()
    microphone.open()
    assert devices.refresh() is False
    speaker.play(AudioKey(1, "r", "a"), chirp(0.5).tobytes())
    speaker.complete()
    for made in card.streams:
        made.active = False
    await reached(lambda: "drained" in ear.names and len(troubles) == 1, "the news")
    assert ear.names == ["trouble", "drained"]
    assert isinstance(troubles[0], DeviceError)
    assert [speaker.is_open, microphone.is_open] == [False, False]
    assert all(made.closed for made in card.streams)


async def test_what_a_device_that_was_just_woken_went_without_is_not_counted(
    card: FakeSoundDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(on_device, "REST_AFTER_S", 0.0)
    monkeypatch.setattr(on_device, "_MAY_REST", {"Core Audio", "ALSA"})
    monkeypatch.setattr(speaker_module, "TRIAL_S", 0.0)
    monkeypatch.setattr(stream, "_LOOK_EVERY", 0.01)
    speaker = Speaker()
    speaker.open()
    made = card.streams[0]
    made.call_back(100, flagged=True)
    assert speaker.underflows == 1
    await reached(lambda: speaker.is_resting and speaker._stream.is_paused, "the rest")
    speaker.complete()
    await reached(lambda: not speaker._stream.is_paused, "its end")
    made.call_back(100, flagged=True)
    assert speaker.underflows == 1
    speaker.close()


async def test_a_look_at_the_stream_before_leaves_the_one_that_is_being_opened(
    card: FakeSoundDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Opened on a thread, it does not run yet when the loop looks after the one that was closed."""
    monkeypatch.setattr(stream, "_LOOK_EVERY", 0.01)
    troubles: list[VoiceDeskError] = []
    microphone = Microphone(loop=asyncio.get_running_loop())
    microphone.on_trouble(troubles.append)
    microphone.open()
    microphone.close()
    start, opening = devices.start_stream, threading.Event()

    def slow(made: object, device: devices.Device) -> None:
        opening.wait(10.0)
        start(made, device)

    monkeypatch.setattr(devices, "start_stream", slow)
    opened = asyncio.create_task(asyncio.to_thread(microphone.open))
    await reached(lambda: len(card.streams) == 2, "the second stream")
    looked = asyncio.get_running_loop().time() + 0.05
    await reached(lambda: asyncio.get_running_loop().time() > looked, "some looks")
    opening.set()
    await opened
    assert microphone.is_open
    assert not troubles
    microphone.close()


async def test_a_device_that_no_longer_calls_back_has_stopped(
    card: FakeSoundDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "_LOOK_EVERY", 0.01)
    monkeypatch.setattr(stream, "SILENT_S", 0.05)
    monkeypatch.setattr(stream, "STARTING_S", 0.0)
    troubles: list[VoiceDeskError] = []
    microphone = Microphone()
    microphone.on_trouble(troubles.append)
    microphone.open()
    await reached(lambda: len(troubles) == 1, "the news")
    assert not microphone.is_open


async def test_blocks_go_to_all_channels_and_trouble_is_counted(card: FakeSoundDevice) -> None:
    speaker = Speaker()
    speaker.open()
    made = card.streams[0]
    speaker.play(AudioKey(1, "r", "a"), (chirp(0.6) | 1).tobytes())
    speaker.complete()
    data = made.call_back(20_000, flagged=True)  # more than is filled in one go
    left, right = data[0::4] + data[1::4], data[2::4] + data[3::4]
    assert left == right
    assert any(data[-100:])
    assert speaker.underflows == 1
    await asyncio.sleep(0)
    assert speaker.position(AudioKey(1, "r", "a")) == 0.0
    speaker.close()


async def test_without_times_of_the_host_the_latency_stands_in(card: FakeSoundDevice) -> None:
    microphone = Microphone()
    microphone.open()
    before = now()
    card.streams[0].call_back(480, flagged=True, current=0.0)
    _, captured_at = microphone._anchor
    assert before - 0.02 <= captured_at <= now() - 0.02
    assert microphone.overflows == 1
    microphone.close()


def test_the_hosts_clock_is_followed_by_its_quickest_answers() -> None:
    clock = HostClock()
    assert clock.convert(9105.0, 9104.99, 5.0) == pytest.approx(5.01)
    # The interpreter was busy: the callback began 8 ms late.
    assert clock.convert(9105.1, 9105.09, 5.108) == pytest.approx(5.11)
    # A wall clock that is set back by an hour is followed at once.
    assert clock.convert(9105.2 - 3600, 9105.19 - 3600, 5.2) == pytest.approx(5.21)
    # A clock that drifts is followed within two seconds.
    moment = 0.0
    for step in range(400):
        current = 9105.3 - 3600 + step * 0.01
        moment = clock.convert(current, current, 5.31 + step * 0.01 + step * 1e-5) or 0.0
    assert moment == pytest.approx(5.31 + 3.99 + 399e-5, abs=0.0021)


def test_what_a_sound_server_says_of_each_block_is_evened_out() -> None:
    clock, errors = SampleClock(48_000), []
    for block in range(200):
        wrong = 0.004 * (-1) ** block
        errors.append(clock.even(block * 960, 7.0 + block * 0.02 + wrong) - (7.0 + block * 0.02))
    assert max(map(abs, errors[20:])) < 0.0005
    # 50 ms of sound were lost: the frames that come now are later than their number says.
    assert clock.even(200 * 960, 11.05) == pytest.approx(11.05)


@pytest.mark.parametrize("times", [(0.0, 10.0), (10.0, 0.0), (500.0, 10.0), (-1.0, -2.0)])
def test_nonsense_from_the_host_is_no_time(times: tuple[float, float]) -> None:
    assert HostClock().convert(*times, 1.0) is None


class Broken(importlib.abc.MetaPathFinder):
    """An import system in which sounddevice cannot be imported."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def find_spec(
        self, name: str, _path: Sequence[str] | None, _target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name == "sounddevice":
            os.write(2, b"ALSA lib: noise that nobody wants to read\n")
            raise self.error
        return None


@pytest.mark.parametrize(
    ("error", "kind"),
    [(OSError("PortAudio library not found"), NoPortAudioError), (PortAudioError("x"), SoundError)],
)
def test_a_missing_library_is_told_with_its_remedy_and_without_noise(
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    error: Exception,
    kind: type[SoundError],
) -> None:
    monkeypatch.setattr(devices, "_library", None)
    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Broken(error), *sys.meta_path])
    monkeypatch.setattr(shutil, "which", lambda name: name == "apt-get")
    with pytest.raises(SoundError) as caught:
        devices.inputs()
    assert type(caught.value) is kind
    assert capfd.readouterr().err == ""
    if kind is NoPortAudioError:
        assert "sudo apt install libportaudio2" in str(caught.value)


@pytest.mark.parametrize(
    ("platform", "program", "remedy"),
    [
        ("darwin", "", "brew install portaudio"),
        ("linux", "dnf", "sudo dnf install portaudio"),
        ("linux", "", "see the README for your system"),
    ],
)
def test_the_remedy_is_that_of_the_system(
    monkeypatch: pytest.MonkeyPatch, platform: str, program: str, remedy: str
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(shutil, "which", lambda name: name == program)
    assert devices._remedy() == remedy


def test_one_device_equals_itself() -> None:
    device = Device(1, "ALSA", "default", 2, 48_000, is_default=True)
    assert device == Device(1, "ALSA", "default", 2, 48_000, is_default=True)
