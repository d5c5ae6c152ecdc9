"""Sound devices: which there are, which is meant, and why one refuses. The only way to PortAudio.

sounddevice starts PortAudio when it is imported, hence the import is made late, once, and can fail. PortAudio takes
the list of devices once; ``refresh`` takes it anew while no stream is open.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from voicedesk.audio.device_troubles import DeviceBusyError, DeviceGoneError, RateRefusedError
from voicedesk.core.errors import (
    DeviceError,
    NoMicrophoneError,
    NoPortAudioError,
    NoSpeakerError,
    SoundError,
)
from voicedesk.core.settings import DeviceChoice

Kind = Literal["input", "output"]

_REASONS = {
    -9985: "another program is using it",
    -9986: "the sound system does not answer",
    -9987: "it did not answer in time",
    -9992: "there is not enough memory",
    -9993: "it is not connected any more",
    -9996: "it is not connected any more",
    -9997: "it does not work at any usual sample rate",
    -9998: "it does not work with one or two channels",
    -9999: "the sound system refused it",
}
_KINDS: dict[int, type[DeviceError]] = {
    -9985: DeviceBusyError,
    -9993: DeviceGoneError,
    -9996: DeviceGoneError,
    -9997: RateRefusedError,
    -9998: RateRefusedError,
}
_MATTERS_OF_FORM = {-9997, -9998, -9999}  # another rate or channel count may do
_REMEDIES = {
    "apt-get": "sudo apt install libportaudio2",
    "dnf": "sudo dnf install portaudio",
    "pacman": "sudo pacman -S portaudio",
    "zypper": "sudo zypper install libportaudio2",
    "apk": "sudo apk add portaudio",
}

BLOCK_S: dict[Kind, float] = {"input": 0.02, "output": 0.01}
"""Seconds of a device block. Left to itself PortAudio calls back every 5 ms, which costs twice the processor and, with
an interpreter that one thread has at a time, holds up everything else."""

# PortAudio's own calls are not safe from several threads; never taken in a callback.
_lock = threading.RLock()
_open_streams = 0
_library: Any = None


@dataclass(frozen=True, slots=True)
class Device:
    """A device as PortAudio numbers it until the next ``refresh``.

    Attributes:
        index: PortAudio's number.
        host_api: The sound system that it belongs to.
        name: What that system calls it.
        channels: Channels that it has in the direction asked for.
        rate: The rate that it reports as its own.
        is_default: Whether it is the system's default.
    """

    index: int
    host_api: str
    name: str
    channels: int
    rate: int
    is_default: bool

    @property
    def choice(self) -> DeviceChoice:
        """What names it in the settings."""
        return DeviceChoice(host_api=self.host_api, name=self.name)


@dataclass(frozen=True, slots=True)
class Found:
    """The device to use; ``missing`` when the chosen one is not there and this is the default in its place."""

    device: Device
    missing: bool = False


def library() -> Any:
    """The sounddevice module, with PortAudio running.

    Raises:
        NoPortAudioError: PortAudio is not installed.
        SoundError: It is, and does not start.
    """
    global _library  # noqa: PLW0603 - one PortAudio in a process
    with _lock:
        if _library is None:
            _library = _load()
        return _library


def _load() -> Any:
    try:
        with _quiet():
            import sounddevice
    except OSError as error:
        raise NoPortAudioError(str(error), remedy=_remedy()) from error
    except Exception as error:  # its own class of error cannot be named before it is imported
        raise SoundError(repr(error), reason="the sound system does not start") from error
    return sounddevice


def _remedy() -> str:
    if sys.platform == "darwin":
        return "brew install portaudio"
    for program, command in _REMEDIES.items():
        if shutil.which(program):
            return command
    return "see the README for your system"


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep ALSA, JACK and PortAudio from writing to stderr about what is not there: it is told in words."""
    try:
        kept = os.dup(2)
    except OSError:  # there is no stderr, as in a windowed program
        yield
        return
    try:
        with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - a device, not a path
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def version() -> str:
    """PortAudio's own words about its version.

    Raises:
        SoundError: There is no PortAudio.
    """
    return str(library().get_portaudio_version()[1])


def host_apis() -> list[str]:
    """Names of the sound systems that PortAudio knows here.

    Raises:
        SoundError: There is no PortAudio.
    """
    with _lock:
        return [str(api["name"]) for api in library().query_hostapis()]


def inputs() -> list[Device]:
    """The microphones, the default first.

    Raises:
        SoundError: There is no PortAudio.
    """
    return _devices("input")


def outputs() -> list[Device]:
    """The speakers, the default first.

    Raises:
        SoundError: There is no PortAudio.
    """
    return _devices("output")


def _devices(kind: Kind) -> list[Device]:
    with _lock:
        sounddevice = library()
        apis = [str(api["name"]) for api in sounddevice.query_hostapis()]
        default = int(sounddevice.default.device[0 if kind == "input" else 1])
        found = [
            Device(
                index=index,
                host_api=apis[info["hostapi"]],
                name=str(info["name"]),
                channels=int(info[f"max_{kind}_channels"]),
                rate=round(info["default_samplerate"]),
                is_default=index == default,
            )
            for index, info in enumerate(sounddevice.query_devices())
            if info[f"max_{kind}_channels"] > 0
        ]
    return sorted(_without_twins(found), key=lambda device: not device.is_default)


def _without_twins(devices: list[Device]) -> list[Device]:
    """Windows shows each device once for each of its four sound systems; WASAPI is the one that is fast."""
    best = [device for device in devices if device.host_api == "Windows WASAPI"]
    if not best:
        return devices
    if any(device.is_default for device in best):
        return best
    # PortAudio's default is that of MME, whose names are cut off after 31 characters.
    default = next((device.name for device in devices if device.is_default), "")
    mark = next(
        (d.index for d in best if default and d.name.startswith(default[:31])), best[0].index
    )
    return [
        Device(d.index, d.host_api, d.name, d.channels, d.rate, is_default=d.index == mark)
        for d in best
    ]


def find(kind: Kind, choice: DeviceChoice | None) -> Found:
    """The device that was chosen, the default if it is not there.

    Raises:
        NoPortAudioError: There is no PortAudio.
        NoMicrophoneError: There is no input device.
        NoSpeakerError: There is no output device.
    """
    devices = _devices(kind)
    if not devices:
        raise NoMicrophoneError if kind == "input" else NoSpeakerError
    if choice is None:
        return Found(devices[0])
    for device in devices:
        if (device.host_api, device.name) == (choice.host_api, choice.name):
            return Found(device)
    return Found(devices[0], missing=True)


def refresh() -> bool:
    """Take the list of devices anew. Returns False, and does nothing, while a stream is open.

    Raises:
        SoundError: PortAudio does not start again.
    """
    with _lock:
        sounddevice = library()
        if _open_streams:
            return False
        try:
            with _quiet():
                # There is no public way; https://github.com/spatialaudio/python-sounddevice/issues/125
                sounddevice._terminate()  # noqa: SLF001 - see above
                sounddevice._initialize()  # noqa: SLF001 - see above
        except sounddevice.PortAudioError as error:
            raise SoundError(str(error), reason="the sound system does not start") from error
        return True


def refusal(device: Device, error: Exception) -> DeviceError:
    """What to tell the user when a device gives ``error``, sounddevice's PortAudioError."""
    code = _code(error)
    return _KINDS.get(code, DeviceError)(
        str(error), device=device.name, reason=_REASONS.get(code, "it does not start")
    )


def _code(error: Exception) -> int:
    """PortAudio's number of an error; 0 if it has none."""
    code = error.args[1] if len(error.args) > 1 else 0
    return code if isinstance(code, int) else 0


def make_stream(
    kind: Kind, device: Device, callback: Any, latency: float, block: float | None = None
) -> Any:
    """Make a raw int16 stream, not started yet. The caller frees it with ``close_stream``.

    Args:
        kind: Direction.
        device: Which.
        callback: PortAudio's.
        latency: What the device is asked to hold, in seconds.
        block: Seconds between two calls; None for those of its kind.

    Raises:
        DeviceError: The device refuses.
    """
    global _open_streams  # noqa: PLW0603 - one PortAudio in a process
    with _lock:
        sounddevice = library()
        make = sounddevice.RawInputStream if kind == "input" else sounddevice.RawOutputStream
        failure: Exception | None = None
        for rate, channels in _forms(kind, device):
            try:
                with _quiet():
                    stream = make(
                        samplerate=rate,
                        channels=channels,
                        device=device.index,
                        dtype="int16",
                        latency=latency,
                        blocksize=round(rate * (block or BLOCK_S[kind])),
                        callback=callback,
                    )
            except sounddevice.PortAudioError as error:
                failure = failure or error
                if _code(error) not in _MATTERS_OF_FORM:
                    break
            else:
                _open_streams += 1
                return stream
        assert failure is not None
        raise refusal(device, failure) from failure


def start_stream(stream: Any, device: Device) -> None:
    """Start a stream of ``make_stream``.

    Raises:
        DeviceError: The device refuses.
    """
    with _lock:
        try:
            stream.start()
        except library().PortAudioError as error:
            raise refusal(device, error) from error


def stop_stream(stream: Any) -> None:
    """Stop a stream of ``make_stream`` at once; it can be started again."""
    with _lock:
        stream.abort(ignore_errors=True)


def close_stream(stream: Any) -> None:
    """Stop a stream of ``make_stream`` at once and free it."""
    global _open_streams  # noqa: PLW0603 - one PortAudio in a process
    with _lock:
        stream.abort(ignore_errors=True)
        stream.close(ignore_errors=True)
        _open_streams -= 1


def _forms(kind: Kind, device: Device) -> list[tuple[int, int]]:
    """Rates and channel counts to try, the best first.

    PortAudio names 44.1 kHz for whatever ALSA can convert, while the sound servers behind it run at 48 kHz, and
    to 48 kHz the way from 24 kHz is short. One channel of a microphone is enough and is mixed by those who know
    how; a single channel of a speaker would sound on the left only.
    """
    rates = [48_000, device.rate] if device.host_api == "ALSA" else [device.rate, 48_000]
    several = min(2, device.channels)
    channels = [1, several, device.channels] if kind == "input" else [several, 1, device.channels]
    return list(dict.fromkeys((rate, count) for count in channels for rate in rates))
