"""Sound that is kept for long, in memory of its own."""

from __future__ import annotations

import mmap


class Pieces:
    """Sound in the order in which it came.

    Packed, it lies in pages of its own, which are the system's again when it is dropped: thousands of small pieces that
    stay for minutes leave the heap full of holes, and it grows by a megabyte every few minutes of talk.
    """

    def __init__(self) -> None:
        self._packed: mmap.mmap | None = None
        self._loose: list[bytes] = []

    def __len__(self) -> int:
        """Bytes of sound."""
        return len(self._packed or b"") + sum(map(len, self._loose))

    def add(self, pcm: bytes) -> None:
        """One more piece."""
        self._loose.append(pcm)

    def pack(self) -> None:
        """No more is expected; it may come all the same."""
        if not any(self._loose):
            return
        size = len(self)
        whole = mmap.mmap(-1, size)
        for piece in self.read():
            whole.write(piece)
        self.clear()
        self._packed = whole

    def read(self) -> list[bytes]:
        """All of it, in one or more pieces; no piece when there is nothing."""
        packed = [self._packed[:]] if self._packed is not None else []
        return [*packed, *self._loose]

    def clear(self) -> None:
        """Drop it."""
        self._loose = []
        if self._packed is not None:
            self._packed.close()
            self._packed = None
