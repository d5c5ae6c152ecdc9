"""Small sounds of our own, made when they are first needed. PCM16 little-endian mono 24 kHz."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from voicedesk.audio.io import RATE


@dataclass(frozen=True, slots=True)
class Cue:
    """Notes one after the other.

    Attributes:
        pcm: Their sound.
        pitches: Of each, in hertz.
        note_s: How long each lasts, in seconds.
    """

    pcm: bytes
    pitches: tuple[float, ...]
    note_s: float

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.pitches) * self.note_s


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
def listening() -> Cue:
    """Two soft notes upwards, 90 ms: talk."""
    return _notes((523.25, 783.99), 0.045)


@cache
def sent() -> Cue:
    """Two soft notes downwards, 90 ms: it is on its way."""
    return _notes((783.99, 523.25), 0.045)


@cache
def failed() -> Cue:
    """Two low notes, 240 ms: something is wrong."""
    return _notes((220.0, 174.61), 0.12)


def _notes(pitches: tuple[float, ...], seconds: float) -> Cue:
    """Notes one after the other, each with a soft begin and end, 24 dB below full scale."""
    import numpy as np  # late: the window paints before it is needed

    time = np.arange(round(seconds * RATE)) / RATE
    shape = np.sin(np.pi * time / seconds) ** 2  # which has next to nothing beside its pitch
    notes = [np.sin(2 * np.pi * pitch * time) * shape for pitch in pitches]
    pcm = (np.concatenate(notes) * 0.06 * 32767).astype("<i2").tobytes()
    return Cue(pcm, pitches, seconds)
