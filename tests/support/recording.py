"""Test sounds, and recordings that can be read while they are made."""

import os
import subprocess
import threading
import time
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.int16]

RATE = 48_000
_READ_BYTES = 480  # 5 ms of mono at 48 kHz


def tone(hertz: float, seconds: float, *, rate: int = RATE, amplitude: float = 0.5) -> Samples:
    """A sine of `amplitude` (1.0 is full scale), int16 mono, with 5 ms ramps so that it does not click."""
    at = np.arange(round(seconds * rate)) / rate
    ramp = np.minimum(1.0, np.minimum(at, seconds - at) / 0.005)
    return (np.sin(2 * np.pi * hertz * at) * ramp * amplitude * 32767).astype(np.int16)


def tone_level(samples: Samples, hertz: float, *, rate: int = RATE) -> float:
    """The amplitude of the `hertz` component of `samples` (1.0 is full scale)."""
    if not len(samples):
        return 0.0
    at = np.arange(len(samples)) / rate
    correlation = np.mean(samples / 32768 * np.exp(-2j * np.pi * hertz * at))
    return float(2 * abs(correlation))


def write_wav(path: Path, samples: Samples, *, rate: int = RATE) -> Path:
    """Write int16 mono `samples` as a WAV file and return its path."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    return path


def wait_until(condition: Callable[[], bool], timeout: float, what: str) -> None:
    """Poll `condition` until it holds; `TimeoutError` naming `what` after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {timeout} s for {what}")
        time.sleep(0.005)


def end_process(process: subprocess.Popen[bytes]) -> None:
    """Ask `process` to end, insist after two seconds, and reap it."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            process.kill()
    process.wait()


class Recording:
    """What a source gave, int16 mono at 48 kHz, readable while it is being recorded.

    `origin` is the `time.monotonic` second in which sample 0 was due at the device, drawn from the block that
    took the shortest way here; it settles within the first few blocks. It may jump when the device is pulled
    out. `time.perf_counter` is the same clock on Linux.
    """

    def __init__(self, process: subprocess.Popen[bytes], latency: float) -> None:
        self.origin = float("inf")
        self._process = process
        self._ahead = latency
        self._data = bytearray()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._read, name="recording", daemon=True)
        self._thread.start()

    def _read(self) -> None:
        stream = self._process.stdout
        assert stream is not None
        while block := os.read(stream.fileno(), _READ_BYTES):
            arrived = time.monotonic()
            with self._lock:
                self._data += block
                played = len(self._data) / 2 / RATE - self._ahead
                self.origin = min(self.origin, arrived - played)

    def samples(self, start: int = 0) -> Samples:
        """The samples so far, from number `start` on (a copy)."""
        with self._lock:
            whole = len(self._data) // 2 * 2
            return np.frombuffer(bytes(self._data[2 * start : whole]), dtype="<i2").astype(np.int16)

    def time_of(self, sample: int) -> float:
        """The `time.monotonic` second in which sample number `sample` was due at the device."""
        return self.origin + sample / RATE

    def first_above(self, threshold: int = 300, start: int = 0) -> int | None:
        """Number of the first sample from `start` on that is louder than `threshold`, or None."""
        loud = np.flatnonzero(np.abs(self.samples(start).astype(np.int32)) > threshold)
        return start + int(loud[0]) if len(loud) else None

    def last_above(self, threshold: int = 300, start: int = 0) -> int | None:
        """Number of the last sample from `start` on that is louder than `threshold`, or None."""
        loud = np.flatnonzero(np.abs(self.samples(start).astype(np.int32)) > threshold)
        return start + int(loud[-1]) if len(loud) else None

    def wait_for_samples(self, count: int, timeout: float = 10.0) -> None:
        """Wait until `count` samples are there."""
        wait_until(lambda: len(self._data) >= 2 * count, timeout, f"{count} recorded samples")

    def wait_for_sound(self, timeout: float = 10.0, *, threshold: int = 300, start: int = 0) -> int:
        """Wait until something is heard from sample `start` on; its first sample's number."""
        wait_until(
            lambda: self.first_above(threshold, start) is not None,
            timeout,
            "sound in the recording",
        )
        first = self.first_above(threshold, start)
        assert first is not None
        return first

    def wait_for_silence(
        self, seconds: float, timeout: float = 30.0, *, threshold: int = 300
    ) -> None:
        """Wait until the newest `seconds` are silent."""
        count = round(seconds * RATE)

        def silent() -> bool:
            have = len(self._data) // 2
            return have >= count and self.first_above(threshold, have - count) is None

        wait_until(silent, timeout, f"{seconds} s of silence in the recording")

    def stop(self) -> None:
        """End the recording; what was recorded stays readable."""
        end_process(self._process)
        self._thread.join()
        assert self._process.stdout is not None
        self._process.stdout.close()
