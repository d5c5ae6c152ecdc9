"""The entries of a transcript in their order, and what has changed about them."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterator, Sequence

from voicedesk.ui.conversation_entries import Entry, Kind


class EntryList:
    """Keeps entries sorted by their place, and remembers which are new, changed or gone.

    Attributes:
        entries: In the order in which they stand.
    """

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self._serial = 0
        self._changed: dict[int, Entry] = {}
        self._removed: dict[int, Entry] = {}
        self._latest: dict[tuple[int, Kind], Entry] = {}

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def take_changes(self) -> tuple[list[Entry], list[Entry]]:
        """Entries removed and entries new or changed since the last call, the latter in order of place."""
        removed = list(self._removed.values())
        changed = sorted(self._changed.values(), key=lambda entry: entry.place)
        self._removed.clear()
        self._changed.clear()
        return removed, changed

    def question(self, turn: int) -> str:
        """What the user said in a turn, as far as it is known."""
        return entry.text if (entry := self._find(turn, Kind.USER)) is not None else ""

    def put_back(self, entries: Sequence[Entry]) -> None:
        """Count these entries as changed once more, as far as they are still there."""
        for entry in entries:
            if entry.serial not in self._removed:
                self._changed.setdefault(entry.serial, entry)

    def _find(self, turn: int, kind: Kind) -> Entry | None:
        return self._latest.get((turn, kind))

    def _enter(self, turn: int, kind: Kind) -> Entry:
        """A new entry, where it belongs."""
        self._serial += 1
        entry = Entry(kind, turn, self._serial)
        self._insert(entry)
        return entry

    def _insert(self, entry: Entry) -> None:
        insort(self.entries, entry, key=lambda other: other.place)
        self._latest[entry.turn, entry.kind] = entry
        self._touch(entry)

    def _touch(self, entry: Entry) -> None:
        self._changed[entry.serial] = entry

    def _drop(self, entry: Entry) -> None:
        del self.entries[bisect_right(self.entries, entry.place, key=lambda other: other.place) - 1]
        if self._latest.get((entry.turn, entry.kind)) is entry:
            del self._latest[entry.turn, entry.kind]
        self._changed.pop(entry.serial, None)
        self._removed[entry.serial] = entry
