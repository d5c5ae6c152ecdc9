"""When a reply may begin to sound: as early as its arrival allows, as late as it must.

Sound that is played the moment it arrives stutters as soon as a piece is late; sound that waits costs the user time
in every turn. How late pieces come is measured against a player that starts with the first piece: *lateness* is how
long that player would have stood still before a piece. A reply that waits for the worst lateness, once, never
stands still. Servers that send faster than real time have none, and wait for next to nothing.
"""

from __future__ import annotations

FIRST_MS = 30.0
"""So much sound starts a reply at once while nothing late is known."""
LONGEST_LATENESS = 0.25
"""Seconds. A piece that is later than this is an outage, not jitter: nobody wants to wait that long each turn."""
SAFETY = 0.006
"""Seconds added to what is needed by the measure, for the timing of threads."""
_NEGLIGIBLE = 0.005
_FORGET = 0.2
"""Share of the difference by which the wait shrinks after each reply that needed less."""


class StartBuffer:
    """Measures how sound arrives and says when to start, and when to go on after an underrun.

    A *spurt* is sound that should play without a gap: it begins with a first piece and ends when everything has
    been handed over and no more was to come. What is learned stays from spurt to spurt. Times are in seconds.

    Attributes:
        lateness: What the next reply waits for: the worst lateness seen, slowly forgotten.
        gap: The longest pause before a piece that was late.
        block: Length of the device's blocks; sound has to be there that much earlier.
    """

    def __init__(self) -> None:
        self.lateness = 0.0
        self.gap = 0.0
        self.block = 0.01
        self._anchor: float | None = None
        self._latest = 0.0
        self._received = 0.0
        self._pieces = 0
        self._worst = 0.0
        self._worst_gap = 0.0

    @property
    def wait(self) -> float:
        """Seconds from the first piece to the first sample when pieces come just in time."""
        return self.lateness + self.block + SAFETY

    def arrive(self, at: float, length: float) -> None:
        """A piece of ``length`` seconds arrived at ``at``."""
        if self._anchor is None:
            self._anchor, self._latest = at, at
            self._received, self._pieces = 0.0, 0
            self._worst = self._worst_gap = 0.0
        late = at - self._anchor - self._received
        if late > LONGEST_LATENESS:
            self._anchor += late
        elif late > 0.0:
            self._worst = max(self._worst, late)
            self._worst_gap = max(self._worst_gap, at - self._latest)
            self.lateness = max(self.lateness, late)
            self.gap = max(self.gap, at - self._latest)
        self._latest = at
        self._received += length
        self._pieces += 1

    def ready(self, now: float, buffered: float) -> bool:
        """Whether to start, or to go on, with ``buffered`` seconds at hand."""
        if self._anchor is None or buffered <= 0.0:
            return False
        if buffered >= max(FIRST_MS / 1000.0, self._ample):
            return True
        return now >= self._anchor + (self._received - buffered) + self.wait

    @property
    def _ample(self) -> float:
        """So much sound bridges the longest pause that was ever late; there is nothing to wait for then."""
        if self.lateness < _NEGLIGIBLE:
            return 0.0
        return self.gap + self.block + SAFETY

    def end(self) -> None:
        """The spurt is over. Only one that was long enough to tell anything makes the next wait shorter."""
        if self._anchor is not None and self._pieces >= 5 and self._received >= 1.0:
            self.lateness += _FORGET * min(0.0, self._worst - self.lateness)
            self.gap += _FORGET * min(0.0, self._worst_gap - self.gap)
            if self.lateness < _NEGLIGIBLE:
                self.lateness = self.gap = 0.0
        self._anchor = None
