"""How loud a run of speech is as it comes in, and where it pauses."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

FRAME_MS = 10.0
SHORTEST_PAUSE = 8
"""Frames; a closed mouth before "t" or "k" is as quiet, and shorter."""
_FRAME = 240
_QUIETEST = 110  # -50 dB of full scale: hiss
_QUIET_SHARE = 0.025  # of the loud parts


class Loudness:
    """How loud a run of sound is, frame by frame, as it comes in.

    Attributes:
        frames: The highest sample of each 10 ms, 0 to 32768.
    """

    def __init__(self) -> None:
        self.frames: list[int] = []
        self._rest = b""

    def add(self, pcm: bytes) -> None:
        """The next piece: PCM16 mono 24 kHz in the machine's order, whole samples."""
        data = self._rest + pcm
        samples = memoryview(data)[: len(data) // 2 * 2].cast("h")
        whole = len(samples) // _FRAME * _FRAME
        for start in range(0, whole, _FRAME):
            frame = samples[start : start + _FRAME].tolist()
            self.frames.append(max(*frame, -min(frame)))
        self._rest = data[whole * 2 :]

    @property
    def ms(self) -> float:
        """Milliseconds of sound that came."""
        return len(self.frames) * FRAME_MS + len(self._rest) / 48.0


def quiet_level(frames: Sequence[int]) -> int:
    """What no frame of a pause exceeds: hiss, and what is far below the loud parts of the speech."""
    loud = sorted(frames)[int(len(frames) * 0.9)] if frames else 0
    return max(_QUIETEST, int(loud * _QUIET_SHARE))


@dataclass(frozen=True, slots=True)
class Speaking:
    """The parts of a run that are no pause, and the axis of time without pauses (in ms).

    Attributes:
        at: For each pause within: how much was said before it.
        pauses: First and last frame (exclusive) of each.
        first: First frame that is no silence.
        last: After the last one.
        said: All that was said.
    """

    first: int
    last: int
    pauses: list[tuple[int, int]]
    at: list[float]
    said: float

    def real(self, said: float) -> float:
        """Where in the sound so much was said: before a pause that follows there."""
        index = bisect_left(self.at, said - 1e-6)
        gone = sum(end - start for start, end in self.pauses[:index])
        return (self.first + gone) * FRAME_MS + said

    def begin(self, said: float) -> float:
        """The same, after a pause that follows there."""
        return self.real(said + 1e-3)


def speaking(frames: Sequence[int], *, whole: bool) -> Speaking | None:
    """Where a run is speech and where it pauses; None for silence.

    Args:
        frames: As of ``Loudness``.
        whole: Whether the run is complete, so that the silence at its end is none of its pauses.
    """
    quiet = quiet_level(frames)
    audible = [index for index, peak in enumerate(frames) if peak > quiet]
    if not audible:
        return None
    first = audible[0]
    last = audible[-1] + 1 if whole else len(frames)
    pauses = [
        (before + 1, after)
        for before, after in pairwise(audible)
        if after - before > SHORTEST_PAUSE
    ]
    if not whole and last - audible[-1] > SHORTEST_PAUSE:
        pauses.append((audible[-1] + 1, last))
    at, gone = [], 0
    for start, end in pauses:
        at.append((start - first - gone) * FRAME_MS)
        gone += end - start
    return Speaking(first, last, pauses, at, (last - first - gone) * FRAME_MS)
