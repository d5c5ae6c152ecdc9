"""Garbage is collected on the GUI thread alone, and the oldest of it only while nobody talks or listens.

Python collects on whichever thread happens to allocate, and PortAudio's callbacks run Python on threads of their own. A
Qt object that dies there leaves its timers behind, which crash the application when they next fire; and a collection
in a callback is a gap in the sound. So is one beside it: no other thread runs meanwhile, and the oldest generation takes
some tens of milliseconds where the speaker holds twenty.
"""

from __future__ import annotations

import gc
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

_EVERY_MS = 1000
_LONGEST_WAIT = 600
"""Looks that the older generations are put off at most, one after the other: ten minutes of talk without a rest."""


class Garbage(QObject):
    """From its making to ``release`` Python does not collect by itself; a timer does, by Python's own thresholds.

    Attributes:
        is_quiet: Whether nothing is recorded or played that a standstill would be heard in.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.is_quiet: Callable[[], bool] = _always
        self._put_off = 0
        self._was_enabled = gc.isenabled()
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def look(self) -> None:
        """Collect the oldest generation that is due; while something sounds the youngest at most."""
        generation = _due()
        if generation is None:
            return
        if generation > 0 and not self.is_quiet() and self._put_off < _LONGEST_WAIT:
            self._put_off += 1
            generation = 0
        else:
            self._put_off = 0
        gc.collect(generation)
        if generation == 2 and gc.get_freeze_count() == 0:
            # What is there by now, modules and windows, stays: later collections need not go through it again.
            gc.freeze()

    def release(self) -> None:
        """Let Python collect by itself again."""
        self._timer.stop()
        self.is_quiet = _always
        self.setParent(None)  # the next run looks for its own among the application's children
        if self._was_enabled:
            gc.enable()


def _always() -> bool:
    return True


def _due() -> int | None:
    """The oldest generation that has reached Python's threshold."""
    for generation in (2, 1, 0):
        threshold = gc.get_threshold()[generation]
        if threshold and gc.get_count()[generation] > threshold:
            return generation
    return None
