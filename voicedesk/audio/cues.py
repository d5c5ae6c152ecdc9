"""Small sounds of our own, made when they are first needed. PCM16 little-endian mono 24 kHz."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from voicedesk.audio.io import RATE


@cache
def tick() -> bytes:
    """A soft tick, 60 ms long and 26 dB below full scale: still at work."""
    import numpy as np  # late: the window paints before it is needed

    time = np.arange(int(0.06 * RATE)) / RATE
    rise = np.minimum(1.0, time / 0.004)
    tone = np.sin(2 * np.pi * 660.0 * time) * np.exp(-time / 0.014) * rise
    fade = np.minimum(1.0, (0.06 - time) / 0.01)
    return (tone * fade * 0.05 * 32767).astype("<i2").tobytes()


@cache
def listening() -> bytes:
    """Two soft notes upwards, 90 ms: talk."""
    return _notes((523.25, 783.99), 0.045)


@cache
def sent() -> bytes:
    """Two soft notes downwards, 90 ms: it is on its way."""
    return _notes((783.99, 523.25), 0.045)


@cache
def failed() -> bytes:
    """Two low notes, 240 ms: something is wrong."""
    return _notes((220.0, 174.61), 0.12)


def _notes(pitches: Sequence[float], seconds: float) -> bytes:
    """Notes one after the other, each with a soft begin and end, 26 dB below full scale."""
    import numpy as np  # late: the window paints before it is needed

    time = np.arange(round(seconds * RATE)) / RATE
    shape = np.sin(np.pi * time / seconds) ** 0.7
    notes = [np.sin(2 * np.pi * pitch * time) * shape for pitch in pitches]
    return (np.concatenate(notes) * 0.05 * 32767).astype("<i2").tobytes()
