"""What pyttsx3 leaves in a file, as trimmed PCM16 mono 24 kHz.

espeak and SAPI write WAV, macOS writes AIFF. Used in the voice's own process only: the application does not load
numpy for it, and no event loop waits for it.
"""

from __future__ import annotations

import struct
import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soxr

RATE = 24_000
LEAD_MS = 15
"""Silence kept before the first sound, so that a soft onset is not cut."""
TAIL_MS = 40
"""Silence kept after the last sound; the gap between sentences is made by whoever joins them."""

_AUDIBLE = 10 ** (-50 / 20)
_WINDOW = RATE // 200

Samples = npt.NDArray[np.float32]


def read_words(path: Path, begins: Sequence[float]) -> tuple[bytes, list[tuple[float, float]]]:
    """The speech in a file as PCM16 little-endian mono 24 kHz, and where in it the words begin and end (ms).

    The silence at both ends is cut down to `LEAD_MS` and `TAIL_MS`; of pure silence nothing is left.

    Args:
        path: The file.
        begins: Where in the file the words begin (s), never falling.

    Raises:
        ValueError: The file is no sound that can be read.
    """
    data = path.read_bytes()
    samples, rate = _aiff(data) if data[:4] == b"FORM" else _wav(path)
    if rate != RATE and len(samples):
        samples = soxr.resample(samples, rate, RATE)
    span = _sounding(samples)
    pcm = np.clip(np.rint(samples[span] * 32768), -32768, 32767).astype("<i2").tobytes()
    starts = [round(begin * RATE) for begin in begins]
    stops = [*starts[1:], len(samples)]
    words = [
        (_ms(start, span), _ms(_end_of(samples, start, stop), span))
        for start, stop in zip(starts, stops, strict=False)
    ]
    return pcm, words


def _ms(sample: int, span: slice) -> float:
    return float(max(0, min(sample, span.stop) - span.start)) * 1000.0 / RATE


def _end_of(samples: Samples, start: int, stop: int) -> int:
    """Where a word has sounded: before the pause that may follow it."""
    audible = np.flatnonzero(np.abs(samples[start:stop]) > _AUDIBLE)
    return start + int(audible[-1]) + 1 if len(audible) else stop


def _sounding(samples: Samples) -> slice:
    audible = np.flatnonzero(np.abs(samples) > _AUDIBLE)
    if not len(audible):
        return slice(0, 0)
    start = max(0, int(audible[0]) - RATE * LEAD_MS // 1000)
    end = min(len(samples), int(audible[-1]) + 1 + RATE * TAIL_MS // 1000)
    return slice(start, end)


def _wav(path: Path) -> tuple[Samples, int]:
    try:
        with wave.open(str(path), "rb") as file:
            channels, width, rate = file.getnchannels(), file.getsampwidth(), file.getframerate()
            frames = file.readframes(file.getnframes())
    except (wave.Error, EOFError) as error:
        raise ValueError(f"no WAV file: {error}") from error
    if width != 2:
        raise ValueError(f"samples of {8 * width} bits")
    return _mono(
        np.frombuffer(frames[: len(frames) // (2 * channels) * 2 * channels], "<i2"), channels
    ), rate


def _aiff(data: bytes) -> tuple[Samples, int]:
    if data[8:12] not in (b"AIFF", b"AIFC"):
        raise ValueError("neither WAV nor AIFF")
    chunks = {}
    at = 12
    while at + 8 <= len(data):
        name, length = struct.unpack_from(">4sI", data, at)
        chunks[name] = data[at + 8 : at + 8 + length]
        at += 8 + length + length % 2
    common, sound = chunks.get(b"COMM", b""), chunks.get(b"SSND", b"")
    if len(common) < 18 or len(sound) < 8:
        raise ValueError("an AIFF file without sound")
    channels, _, bits = struct.unpack_from(">hIh", common)
    exponent, mantissa = struct.unpack_from(">HQ", common, 8)
    if bits != 16 or channels < 1 or common[18:22] not in (b"", b"NONE", b"twos", b"sowt"):
        raise ValueError(f"AIFF samples of {bits} bits in a form that is not read")
    order = "<i2" if common[18:22] == b"sowt" else ">i2"
    body = sound[8 : 8 + (len(sound) - 8) // (2 * channels) * 2 * channels]
    return _mono(np.frombuffer(body, order), channels), round(
        mantissa / 2 ** (16383 + 63 - exponent)
    )


def _mono(samples: npt.NDArray[np.int16], channels: int) -> Samples:
    frames = samples.reshape(-1, channels).astype(np.float32) / np.float32(32768)
    mixed: Samples = frames.mean(axis=1, dtype=np.float32)
    return mixed
