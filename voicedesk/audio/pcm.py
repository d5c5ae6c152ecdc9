"""PCM16 samples: bytes and arrays, levels, and resampling of streams without delay worth speaking of.

``Samples`` is a one-dimensional int16 array, mono. Full scale is 32768.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import soxr

from voicedesk.audio.io import RATE, Level

Samples = npt.NDArray[np.int16]
Floats = npt.NDArray[np.float32]

FULL_SCALE = 32768.0
AUDIBLE = round(FULL_SCALE * 10 ** (-50 / 20))
"""Loudness of a single sample (as int16) from which on it counts as audible: -50 dB of full scale."""

SPEECH_RMS = 0.0025
"""Loudness (of full scale) that speech exceeds in at least one block; -52 dB, above a quiet room's noise."""
_LOUD_FRAME = RATE // 50

NO_SAMPLES: Samples = np.zeros(0, dtype=np.int16)


def from_bytes(pcm: bytes | bytearray | memoryview) -> Samples:
    """The samples of little-endian PCM16 bytes, without a copy where the machine is little-endian.

    Raises:
        ValueError: The length is odd.
    """
    samples: Samples = np.frombuffer(pcm, dtype="<i2").astype(np.int16, copy=False)
    return samples


def to_bytes(samples: Samples) -> bytes:
    """Little-endian PCM16 bytes of the samples."""
    return samples.astype("<i2", copy=False).tobytes()


def to_float(samples: Samples) -> Floats:
    """The samples as float32, full scale 1.0."""
    return samples.astype(np.float32) / np.float32(FULL_SCALE)


def from_float(values: npt.NDArray[np.floating]) -> Samples:
    """Samples from floats of full scale 1.0, rounded; what is too loud is clipped, what is no number is silence."""
    with np.errstate(over="ignore", invalid="ignore"):  # whatever a server sends as floats
        scaled = values * np.float32(FULL_SCALE)
    np.rint(scaled, out=scaled)
    np.minimum(scaled, FULL_SCALE - 1, out=scaled)
    np.maximum(scaled, -FULL_SCALE, out=scaled)
    # What is infinite was clipped; to look at each sample costs ten times as much.
    if math.isnan(scaled.sum()):
        scaled = np.nan_to_num(scaled)
    samples: Samples = scaled.astype(np.int16)
    return samples


def mono(frames: npt.NDArray[np.int16]) -> Samples:
    """Mix interleaved frames of shape (n, channels) down to one channel by their mean."""
    if frames.shape[1] == 1:
        return frames[:, 0]
    samples: Samples = np.rint(frames.mean(axis=1, dtype=np.float32)).astype(np.int16)
    return samples


def level_of(samples: npt.NDArray[np.int16]) -> Level:
    """Loudness of the samples, any shape; zero for none."""
    if not samples.size:
        return Level()
    values = samples.astype(np.float32).ravel()
    power = float(np.dot(values, values)) / values.size
    return Level(
        rms=min(1.0, math.sqrt(power) / FULL_SCALE),
        peak=min(1.0, float(np.abs(values).max()) / FULL_SCALE),
    )


def loudness(pcm: bytes) -> float:
    """The greatest loudness of 20 ms in PCM16 mono 24 kHz: 0 to 1. An offset of a cheap microphone is not loudness."""
    samples = from_bytes(pcm)
    whole = samples.size // _LOUD_FRAME * _LOUD_FRAME
    frames = samples[:whole].reshape(-1, _LOUD_FRAME) if whole else samples.reshape(1, -1)
    return float(frames.astype(np.float32).std(axis=1).max()) / FULL_SCALE if samples.size else 0.0


def first_audible(samples: Samples, threshold: int = AUDIBLE) -> int | None:
    """Index of the first sample at least as loud as ``threshold``; None when all is silence."""
    loud = (samples >= threshold) | (samples <= -threshold)
    index = int(loud.argmax()) if loud.size else 0
    return index if loud.size and loud[index] else None


class StreamResampler:
    """Brings a stream of samples to another rate, piece by piece, as if it were resampled in one go.

    soxr's own stream works in blocks of its fast convolution and holds back 4 to 38 ms of a 24 to 48 kHz stream,
    which would be missing at the head of a reply and in the start buffer. Here each piece is resampled together
    with samples on either side, as far as the filter reaches; the result is that of the whole to the last bit or
    so, and only ``_reach`` (4 ms at 24 kHz) is held back. Rates whose ratio does not
    come out even within 25 ms use soxr's stream as it is.

    The first output sample belongs to the same moment as the first input sample.
    """

    def __init__(self, in_rate: int, out_rate: int) -> None:
        self.in_rate = in_rate
        self.out_rate = out_rate
        divisor = math.gcd(in_rate, out_rate)
        self._unit_in = in_rate // divisor
        self._unit_out = out_rate // divisor
        self._identity = in_rate == out_rate
        self._in_pieces = self._unit_in <= in_rate // 40
        self._reach = math.ceil(100 * in_rate / min(in_rate, out_rate))
        self._context = math.ceil(self._reach / self._unit_in) * self._unit_in
        self._made: soxr.ResampleStream | None = None
        self._kept: Floats = np.zeros(0, dtype=np.float32)
        self._done = 0

    @property
    def _stream(self) -> soxr.ResampleStream:
        """The one of soxr's, made when it is needed: one takes tens of kilobytes."""
        if self._made is None:
            rates = self.in_rate, self.out_rate
            self._made = soxr.ResampleStream(*rates, 1, dtype="float32", quality="HQ")
        return self._made

    def feed(self, samples: Samples) -> Samples:
        """Take the next samples and return what can be said about the output by now, perhaps nothing."""
        if self._identity or not samples.size:
            return samples
        values = to_float(samples)
        if not self._in_pieces:
            return from_float(self._stream.resample_chunk(values))
        kept = np.concatenate((self._kept, values))
        end = (kept.size - self._reach) // self._unit_in * self._unit_in
        if end <= self._done:
            self._kept = kept
            return NO_SAMPLES
        result = self._resample(kept)[self._out(self._done) : self._out(end)]
        start = max(0, end - self._context)
        self._kept, self._done = kept[start:], end - start
        return from_float(result)

    def flush(self) -> Samples:
        """Return what was held back and begin a new stream."""
        if self._identity:
            return NO_SAMPLES
        if self._in_pieces:
            rest = self._resample(self._kept)[self._out(self._done) :]
        else:
            rest = self._stream.resample_chunk(np.zeros(0, dtype=np.float32), last=True)
        self.reset()
        return from_float(rest)

    def reset(self) -> None:
        """Forget what was held back and let go of the memory; what is fed next begins a new stream."""
        self._made = None
        self._kept, self._done = np.zeros(0, dtype=np.float32), 0

    def _out(self, index: int) -> int:
        return index // self._unit_in * self._unit_out

    def _resample(self, values: Floats) -> Floats:
        self._stream.clear()
        result: Floats = self._stream.resample_chunk(values, last=True)
        return result


def resample(samples: Samples, in_rate: int, out_rate: int) -> Samples:
    """Bring a whole recording to another rate."""
    if in_rate == out_rate or not samples.size:
        return samples
    result: Floats = soxr.resample(to_float(samples), in_rate, out_rate, quality="HQ")
    return from_float(result)
