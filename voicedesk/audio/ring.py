"""The ring between a microphone's callback and the loop: one writer, one reader, no locks.

The writer never waits: what is oldest is written over. Positions are absolute counts of frames since the stream
began, so that nothing has to be reset and a reader sees at once what it has missed.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Frames = npt.NDArray[np.int16]
"""int16 of shape (n, channels)."""


class CaptureRing:
    """Preallocated ring of int16 frames.

    Two counters keep writer and reader apart, each written by the writer only, as one store of an int: ``_claimed``
    goes up before frames are copied in and ``_written`` afterwards. A reader copies first and then looks whether
    the writer has claimed any of it meanwhile.

    Args:
        capacity: Frames that it holds.
        channels: Samples in a frame.
    """

    def __init__(self, capacity: int, channels: int = 1) -> None:
        if capacity < 1 or channels < 1:
            raise ValueError("a ring holds at least one frame of one channel")
        self._frames: Frames = np.zeros((capacity, channels), dtype=np.int16)
        self._capacity = capacity
        self._claimed = 0
        self._written = 0

    @property
    def capacity(self) -> int:
        """Frames that it holds."""
        return self._capacity

    @property
    def written(self) -> int:
        """Frames written since the beginning: the position of the next one."""
        return self._written

    @property
    def oldest(self) -> int:
        """Position of the oldest frame that can still be read."""
        return max(0, self._claimed - self._capacity)

    def write(self, frames: Frames) -> None:
        """Add frames of shape (n, channels); the oldest give way. For the writer only."""
        count = len(frames)
        start = self._written
        self._claimed = start + count
        if count > self._capacity:
            start += count - self._capacity
            frames = frames[-self._capacity :]
        at = start % self._capacity
        head = min(len(frames), self._capacity - at)
        self._frames[at : at + head] = frames[:head]
        self._frames[: len(frames) - head] = frames[head:]
        self._written = self._claimed

    def read(self, start: int, stop: int | None = None) -> tuple[int, Frames]:
        """Copy frames out. For the reader only.

        Args:
            start: Position of the first frame wanted.
            stop: Position after the last; None, or beyond what is there, for all there is.

        Returns:
            The position of the first frame returned, later than ``start`` when the writer was faster, and a copy
            of the frames, perhaps none.
        """
        end = self._written if stop is None else min(stop, self._written)
        begin = min(max(start, self.oldest), max(end, start))
        if begin >= end:
            return begin, np.zeros((0, self._frames.shape[1]), dtype=np.int16)
        at = begin % self._capacity
        count = end - begin
        head = min(count, self._capacity - at)
        copy = np.concatenate((self._frames[at : at + head], self._frames[: count - head]))
        lost = min(count, max(0, self.oldest - begin))
        return begin + lost, copy[lost:]
