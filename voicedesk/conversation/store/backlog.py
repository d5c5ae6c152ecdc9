"""What could not be written yet: of each thing the latest, so that it stays small however long the trouble lasts."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

log = logging.getLogger(__name__)

MOST = 500
"""Things of which something is still to be written; beyond that the one that failed the longest ago is given up."""

Writing = Callable[[sqlite3.Connection], object]


@dataclass(frozen=True, slots=True)
class Late:
    """What is to be written of one thing.

    Attributes:
        key: Which thing.
        state: Writes it as it is by now; None where only the amendment is late.
        amendment: Takes something out of it; done after ``state``, and safe to do again.
    """

    key: str
    state: Writing | None
    amendment: Writing | None

    def __call__(self, connection: sqlite3.Connection) -> None:
        """Write it, within one transaction."""
        for writing in (self.state, self.amendment):
            if writing is not None:
                writing(connection)


class Backlog:
    """Things that are to be written again, the one that failed the longest ago first. Of one thread."""

    def __init__(self) -> None:
        self._late: dict[str, Late] = {}

    def __len__(self) -> int:
        return len(self._late)

    def all(self) -> list[Late]:
        """Everything that is late."""
        return list(self._late.values())

    def with_what_is_late(self, key: str, writing: Writing, *, amends: bool) -> Late:
        """A writing, and what has to be done with it since it could not be done before.

        Args:
            key: The thing that it is about.
            writing: Writes the thing's state, which takes the place of an earlier one.
            amends: Whether it takes something out of the state instead.
        """
        before = self._late.get(key)
        if amends:
            return Late(key, before.state if before else None, writing)
        return Late(key, writing, before.amendment if before else None)

    def keep(self, late: Late) -> None:
        """Have this done later, in place of what was late of the same thing."""
        self._late.pop(late.key, None)
        self._late[late.key] = late
        if len(self._late) > MOST:
            oldest = next(iter(self._late))
            del self._late[oldest]
            log.info("given up, since too much could not be written: %s", oldest)

    def forget(self, key: str) -> None:
        """Nothing of this thing is late any more."""
        self._late.pop(key, None)
