"""Three soft notes to try a speaker with. PCM16 little-endian mono 24 kHz."""

from __future__ import annotations

from functools import cache

from voicedesk.audio.io import RATE

_NOTES_HZ = (523.25, 659.26, 783.99)
_STEP_S = 0.22
_RING_S = 0.7


@cache
def chime() -> bytes:
    """Three rising notes that ring into each other: 1.14 s, at most 14 dB below full scale."""
    import numpy as np  # late: the window paints before it is needed

    length = round(((len(_NOTES_HZ) - 1) * _STEP_S + _RING_S) * RATE)
    result = np.zeros(length)
    time = np.arange(round(_RING_S * RATE)) / RATE
    shape = np.minimum(1.0, time / 0.008) * np.exp(-time / 0.18)
    shape *= np.minimum(1.0, (_RING_S - time) / 0.05)
    for number, pitch in enumerate(_NOTES_HZ):
        start = round(number * _STEP_S * RATE)
        result[start : start + time.size] += np.sin(2 * np.pi * pitch * time) * shape
    result *= 0.2 / np.abs(result).max()
    return (result * 32767).astype("<i2").tobytes()
