"""How far up the transcript is laid out: the latest messages, and as many above them as somebody went up to.

A paragraph that is laid out keeps what it was shaped with for as long as it is there, some fifty bytes for each letter of
it: two thousand messages with lists and code took thirty megabytes, of which a screen shows a dozen. What is above
is written when somebody scrolls up, as older parts of a long conversation are, and leaves when they are back.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from voicedesk.ui.conversation_entries import Entry

MOST = 400
"""Entries that are laid out while the newest words are in sight."""
LEAVING = MOST // 10
"""So many more may be there before those leave again: what stands below them is moved each time."""
AT_ONCE = MOST // 4
"""So many leave at a time: all of two thousand took fifty milliseconds, in which the window would stand still."""

_Place = tuple[int, int, int]
_BEGINNING: _Place = (-(2**62), 0, 0)


class Reach:
    """The place of the first entry that is laid out; those of the log are given, in their order."""

    def __init__(self) -> None:
        self._first = _BEGINNING

    def __contains__(self, entry: Entry) -> bool:
        return entry.place >= self._first

    def begin(self, entries: Sequence[Entry]) -> None:
        """Reach from the newest entry as far as is laid out at most, whatever was there before."""
        self._first = entries[-MOST].place if len(entries) > MOST else _BEGINNING

    def has_above(self, entries: Sequence[Entry]) -> bool:
        """Whether there are entries above the first one that is laid out."""
        return bool(entries) and entries[0] not in self

    def widen(self, entries: Sequence[Entry], most: int) -> Sequence[Entry]:
        """Reach so many entries further up. Returns those that are new."""
        end = self._index(entries)
        begin = max(0, end - most)
        self._first = entries[begin].place if begin else _BEGINNING
        return entries[begin:end]

    def widen_to(self, entries: Sequence[Entry], entry: Entry) -> Sequence[Entry]:
        """Reach as far up as an entry. Returns those that are new."""
        end = self._index(entries)
        begin = bisect_left(entries, entry.place, key=lambda other: other.place)
        return self.widen(entries, max(0, end - begin))

    def narrow(self, entries: Sequence[Entry]) -> Sequence[Entry]:
        """Reach less far up where it is more than is laid out at most and worth its while. Returns those that leave."""
        begin = self._index(entries)
        excess = len(entries) - begin - MOST
        if excess <= LEAVING:
            return ()
        end = begin + min(excess, AT_ONCE)
        self._first = entries[end].place
        return entries[begin:end]

    def _index(self, entries: Sequence[Entry]) -> int:
        return bisect_left(entries, self._first, key=lambda entry: entry.place)
