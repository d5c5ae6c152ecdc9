"""A stand-in for sounddevice: devices that a test plugs in and out, streams whose blocks it asks for."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from types import SimpleNamespace
from typing import Any


class PortAudioError(Exception):
    """As sounddevice's own: a text and a number."""


@dataclass
class FakeStream:
    """A stream whose blocks are asked for by the test."""

    samplerate: int
    channels: int
    device: int
    dtype: str
    latency: float
    blocksize: int
    callback: Callable[[Any, int, Any, Any], None]
    active: bool = False
    closed: bool = False
    fails_to_start: bool = False
    is_input: bool = False

    def start(self) -> None:
        if self.fails_to_start:
            raise PortAudioError("cannot start", -9985)
        self.active = True

    def abort(self, ignore_errors: bool = True) -> None:
        self.active = False

    def close(self, ignore_errors: bool = True) -> None:
        self.closed = True

    def hear(self, sound: Any) -> None:
        """Call back with mono sound of this stream's rate."""
        times = SimpleNamespace(currentTime=0.0, inputBufferAdcTime=0.0)
        status = SimpleNamespace(input_overflow=False)
        self.callback(sound.repeat(self.channels).tobytes(), len(sound), times, status)

    def call_back(self, frames: int, *, flagged: bool = False, current: float = 0.0) -> bytearray:
        data = bytearray(frames * self.channels * 2)
        times = SimpleNamespace(
            currentTime=current,
            inputBufferAdcTime=current - 0.01,
            outputBufferDacTime=current + 0.02,
        )
        status = SimpleNamespace(input_overflow=flagged, output_underflow=flagged)
        self.callback(data, frames, times, status)
        return data


@dataclass
class FakeSoundDevice:
    """As much of sounddevice as is used.

    Attributes:
        infos: The devices that are listed.
        refuses: Devices by name that do not open, with PortAudio's number of the reason.
        plugged: What will be listed after the next start; None for the same.
    """

    infos: list[dict[str, Any]]
    apis: list[str]
    defaults: tuple[int, int] = (0, 0)
    accepts: Callable[[int, int], int] = lambda _rate, _channels: 0
    fails_to_start: bool = False
    streams: list[FakeStream] = field(default_factory=list)
    refuses: dict[str, int] = field(default_factory=dict)
    plugged: list[dict[str, Any]] | None = None
    tried: list[tuple[int, int]] = field(default_factory=list)
    restarts: int = 0
    # Called on its thread while it takes its list anew.
    starting: Callable[[], object] = lambda: None
    PortAudioError = PortAudioError

    @property
    def default(self) -> SimpleNamespace:
        return SimpleNamespace(device=list(self.defaults))

    def query_hostapis(self) -> list[dict[str, str]]:
        return [{"name": name} for name in self.apis]

    def query_devices(self) -> list[dict[str, Any]]:
        return self.infos

    def get_portaudio_version(self) -> tuple[int, str]:
        return 1, "PortAudio V19"

    def _make(self, *, is_input: bool, **arguments: Any) -> FakeStream:
        form = arguments["samplerate"], arguments["channels"]
        self.tried.append(form)
        name = self.infos[arguments["device"]]["name"]
        if code := self.refuses.get(name, 0) or self.accepts(*form):
            raise PortAudioError("refused", code)
        made = FakeStream(**arguments, fails_to_start=self.fails_to_start, is_input=is_input)
        self.streams.append(made)
        return made

    RawInputStream = property(lambda self: partial(self._make, is_input=True))
    RawOutputStream = property(lambda self: partial(self._make, is_input=False))

    def _terminate(self) -> None:
        self.restarts += 1

    def _initialize(self) -> None:
        self.starting()
        if self.plugged is not None:
            self.infos = self.plugged


def info(name: str, api: int = 0, ins: int = 1, outs: int = 2, rate: float = 48_000.0) -> Any:
    return {
        "name": name,
        "hostapi": api,
        "max_input_channels": ins,
        "max_output_channels": outs,
        "default_samplerate": rate,
    }
