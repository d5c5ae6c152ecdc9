"""How much sound a device holds: little where the computer is in time for it, more where it was late.

What a device holds is heard that much later, but it bridges moments in which this process does not run, because others
keep the computer busy. Nobody can know beforehand how long those are.
"""

from __future__ import annotations

STEPS_S = (0.02, 0.04, 0.08, 0.16)
"""Seconds that are asked for. The first is clean on a computer that has time; PortAudio's own "low" is not."""
_LATE = 2
"""Blocks that came late in one turn and mean something: a single one happens on any computer."""
_LONG = 50
"""Turns in time, one after the other, after which less is tried again."""


class Reserve:
    """What one device is to hold. It grows from turn to turn, and shrinks after many that were in time."""

    def __init__(self) -> None:
        self._step = 0
        self._in_time = 0

    @property
    def seconds(self) -> float:
        """What to ask the device for when it is opened next."""
        return STEPS_S[self._step]

    def note(self, late: int) -> None:
        """A turn is over in which so many blocks came late."""
        if late >= _LATE:
            self._step = min(self._step + 1, len(STEPS_S) - 1)
            self._in_time = 0
        elif late:
            self._in_time = 0
        else:
            self._in_time += 1
            if self._in_time >= _LONG:
                self._step = max(self._step - 1, 0)
                self._in_time = 0
