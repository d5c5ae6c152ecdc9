"""Goes over from one stream of a microphone to another without a seam: both hear the same, but not at once.

Two streams of one device tell the time of a sample to some ten milliseconds at first. Their samples tell it exactly:
what was heard through one is looked for in what was heard through the other.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from voicedesk.audio.ring import Frames

COMPARED_S = 0.02
"""So much of both is compared,"""
ASTRAY_S = 0.03
"""and so wrong the times of a stream may be that has just begun."""
_LONGEST_S = 3.0
_SAME = 0.95
_AS_GOOD = 0.001


class Splice:
    """Keeps what comes through the new stream until it can follow on what came through the old one.

    Args:
        rate: Frames per second of both.
    """

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._pieces: list[Frames] = []
        self._count = 0
        self._begun = 0.0

    def add(self, frames: Frames, at: float) -> None:
        """The new stream has heard something; it is copied."""
        if not self._count:
            self._begun = at
        self._pieces.append(frames.copy())
        self._count += len(frames)
        self._begun += (at + len(frames) / self._rate - self._ends) / 2.0  # later times are better

    @property
    def _ends(self) -> float:
        return self._begun + self._count / self._rate

    def is_ahead(self, ends: float) -> bool:
        """Whether the old stream, heard until ``ends``, has come so far that the new one need only catch up."""
        return bool(self._count) and ends >= self._begun + COMPARED_S + 2.0 * ASTRAY_S

    def is_due(self, ends: float) -> bool:
        """Whether the two can be joined where the old one ends."""
        return self.is_ahead(ends) and (
            self._ends >= ends + ASTRAY_S or self._count >= _LONGEST_S * self._rate
        )

    def join(self, tail: Frames, ends: float) -> tuple[Frames, float]:
        """What follows on the old stream, whose last frames are ``tail``, at ``ends``: frames, and the time of the first."""
        heard = np.concatenate(self._pieces)
        expected = round((ends - self._begun) * self._rate)
        at = place(tail[:, 0], heard[:, 0], expected, round(ASTRAY_S * self._rate))
        return heard[at:], self._begun + at / self._rate


def place(
    tail: npt.NDArray[np.int16], heard: npt.NDArray[np.int16], expected: int, reach: int
) -> int:
    """Where in ``heard`` goes on what ends with ``tail``: within ``reach`` of ``expected``, and there if it is not known."""
    count = tail.size
    first = max(count, expected - reach)
    last = min(heard.size, expected + reach)
    fallback = min(max(expected, 0), heard.size)
    if not count or last < first:
        return fallback
    window = heard[first - count : last].astype(np.float64)
    known = tail.astype(np.float64)
    sums = np.concatenate(([0.0], np.cumsum(window**2)))
    power = (sums[count:] - sums[:-count]) * float(np.dot(known, known))
    alike = np.correlate(window, known, "valid") / np.sqrt(np.maximum(power, 1.0))
    best = float(alike.max())
    if best < _SAME:
        return fallback
    candidates = first + np.flatnonzero(alike >= best - _AS_GOOD)
    return int(candidates[np.abs(candidates - expected).argmin()])
