"""Fades: how sound begins after a gap, ends when it runs out, and stops when it is cut off, without a click."""

from __future__ import annotations

import numpy as np

from voicedesk.audio.pcm import Floats, Samples

FADE_MS = 8.0
"""Length of the fade when a reply is cut off."""
TAIL_MS = 5.0
"""Length of what rounds off sound that ran out, and of the fade-in after it."""
MAX_BLOCK = 8192
"""Frames of a block at most."""


class Shape:
    """The envelope that a device's sound goes through, and the ends that it is given.

    Sound that stops in mid-wave clicks. What stops is therefore continued by its own mirror image while it fades:
    every real frame keeps its full level, and the wave stays continuous. Nothing here allocates more than a few
    kilobytes in a call.

    Attributes:
        fade: Room for the real frames of a cut; put them here and call ``fade_out``.
        ending: Whether an end is still to be played before anything else.
    """

    def __init__(self, rate: int, volume: float = 1.0) -> None:
        fade, tail = round(FADE_MS * rate / 1000), round(TAIL_MS * rate / 1000)
        self.fade: Samples = np.zeros(fade, dtype=np.int16)
        self._rise = _rise(tail)
        self._fall = _rise(fade)[::-1]
        self._recent: Samples = np.zeros(fade, dtype=np.int16)
        self._end: Samples = np.zeros(fade, dtype=np.int16)
        self._end_at = self._end_length = 0
        self._risen = tail
        self._gain = volume
        self._scratch: Floats = np.zeros(MAX_BLOCK, dtype=np.float32)
        self._ramp: Floats = np.linspace(0.0, 1.0, MAX_BLOCK, dtype=np.float32)

    @property
    def ending(self) -> bool:
        """Whether an end is still to be played before anything else."""
        return self._end_at < self._end_length

    def begin(self) -> None:
        """Sound starts, or goes on after a gap: what sounded before the gap is not continued."""
        self._recent[:] = 0

    def ease_in(self) -> None:
        """Let the next sound rise from silence."""
        self._risen = 0

    def pass_through(self, frames: Samples) -> None:
        """Apply the rise to frames that are handed over, in place, and remember the last of them."""
        if not len(frames):
            return
        count = min(len(frames), self._rise.size - self._risen)
        if count:
            _scale(frames[:count], self._rise[self._risen : self._risen + count])
            self._risen += count
        if len(frames) >= self._recent.size:
            self._recent[:] = frames[-self._recent.size :]
        else:
            self._recent[: -len(frames)] = self._recent[len(frames) :]
            self._recent[-len(frames) :] = frames

    def round_off(self) -> None:
        """Sound has run out: continue it by its mirror image, falling to silence."""
        length = self._rise.size
        self._end[:length] = self._recent[: -length - 1 : -1]
        _scale(self._end[:length], self._rise[::-1])
        self._end_at, self._end_length = 0, length
        self._risen = length

    def fade_out(self, real: int) -> int:
        """Cut off: let the ``real`` frames in ``fade``, continued by their mirror image, fall to silence.

        Returns the length of the fade in frames.
        """
        length = self.fade.size
        self._end[:real] = self.fade[:real]
        self._end[real:] = self._recent[::-1][: length - real]
        _scale(self._end, self._fall)
        self._end_at, self._end_length = 0, length
        self._risen = self._rise.size
        return length

    def end_softly(self, out: Samples) -> int:
        """Put what is left of the end into ``out``. Returns how many frames."""
        count = min(len(out), self._end_length - self._end_at)
        out[:count] = self._end[self._end_at : self._end_at + count]
        self._end_at += count
        return count

    def amplify(self, out: Samples, volume: float) -> None:
        """Apply the volume; a change is spread over the block."""
        if volume == self._gain == 1.0:
            return
        scratch = self._scratch[: len(out)]
        if volume == self._gain:
            np.multiply(out, np.float32(volume), out=scratch)
        else:
            step = (volume - self._gain) * MAX_BLOCK / len(out)
            np.multiply(self._ramp[: len(out)], np.float32(step), out=scratch)
            scratch += np.float32(self._gain)
            scratch *= out
        np.rint(scratch, out=scratch)
        out[:] = scratch
        self._gain = volume


def _rise(length: int) -> Floats:
    """A raised cosine from silence to full level."""
    steps = (np.arange(length, dtype=np.float32) + 0.5) / np.float32(length)
    rise: Floats = (0.5 - 0.5 * np.cos(np.pi * steps)).astype(np.float32)
    return rise


def _scale(frames: Samples, curve: Floats) -> None:
    frames[:] = np.rint(frames * curve)
