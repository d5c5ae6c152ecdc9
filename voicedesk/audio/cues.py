"""Small sounds of our own, made when they are first needed. PCM16 little-endian mono 24 kHz."""

from __future__ import annotations

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
