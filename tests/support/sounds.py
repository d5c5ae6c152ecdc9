"""Sounds to play, a listener that keeps what it is told, and a way to find a sound in a recording."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from voicedesk.core.errors import VoiceDeskError
from voicedesk.core.events import AudioKey, Heard

Samples = npt.NDArray[np.int16]


def chirp(seconds: float, *, rate: int = 24_000, amplitude: float = 0.3) -> Samples:
    """A tone that rises from 300 to 3,000 Hz: no two places in it are alike."""
    at = np.arange(round(seconds * rate)) / rate
    phase = 2 * np.pi * (300 * at + 2700 / (2 * max(seconds, 0.001)) * at * at)
    return (np.sin(phase) * amplitude * 32767).astype(np.int16)


def noise(samples: int, *, seed: int = 1, amplitude: float = 0.2) -> Samples:
    """Noise, the same for the same seed."""
    values = np.random.default_rng(seed).standard_normal(samples) * amplitude / 3 * 32767
    return np.clip(values, -32768, 32767).astype(np.int16)


def find(needle: Samples, haystack: Samples) -> int:
    """Where `needle` begins in `haystack`: the place of the highest correlation."""
    size = 1 << (len(needle) + len(haystack)).bit_length()
    spectrum = np.fft.rfft(haystack.astype(float), size)
    correlation = np.fft.irfft(spectrum * np.conj(np.fft.rfft(needle.astype(float), size)))
    return int(np.argmax(correlation[: len(haystack)]))


def largest_step(samples: Samples) -> int:
    """The largest difference between neighbours: a click is a large one."""
    return int(np.abs(np.diff(samples.astype(np.int32))).max(initial=0))


@dataclass
class Ear:
    """An `OutputListener` that keeps all it is told: name and arguments, in order."""

    told: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)

    def queued(self, key: AudioKey, at: float) -> None:
        self.told.append(("queued", (key, at)))

    def sounded(self, key: AudioKey, at: float, audible_at: float | None) -> None:
        self.told.append(("sounded", (key, at, audible_at)))

    def finished(self, heard: Heard, at: float) -> None:
        self.told.append(("finished", (heard, at)))

    def drained(self, at: float) -> None:
        self.told.append(("drained", (at,)))

    def underrun(self, key: AudioKey, at: float) -> None:
        self.told.append(("underrun", (key, at)))

    def trouble(self, error: VoiceDeskError) -> None:
        self.told.append(("trouble", (error,)))

    @property
    def names(self) -> list[str]:
        """What was told, without the arguments."""
        return [name for name, _ in self.told]

    def arguments(self, name: str) -> tuple[Any, ...]:
        """The arguments of the only call of `name`."""
        (found,) = [arguments for told, arguments in self.told if told == name]
        return found


async def reached(condition: Callable[[], bool], what: str, timeout: float = 10.0) -> None:
    """Wait on the loop until `condition` holds."""
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {timeout} s for {what}")
        await asyncio.sleep(0.005)
