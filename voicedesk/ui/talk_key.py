"""The talk key without Qt: what a press, a tap, a lost key-up and a second source mean.

Hold to talk; a press shorter than a tap keeps the take open until the next press. The key can go down from several
sources (the space bar, the mouse); whichever is first owns the hold until it lets go. However the hold ends, each
``press`` is followed by exactly one ``release`` or ``cancel``.
"""

from __future__ import annotations

import math
from collections.abc import Callable


class TalkKey:
    """Turns downs and ups into ``press``, ``release`` and ``cancel``.

    Attributes:
        tap_s: A shorter press is a tap, in seconds; 0 switches tapping off, infinity holding.
    """

    def __init__(
        self,
        *,
        press: Callable[[], bool],
        release: Callable[[], None],
        cancel: Callable[[], None],
        tap_s: float = 0.4,
    ) -> None:
        """``press`` returns whether a take has begun: without one a tap has nothing to keep open."""
        self.tap_s = tap_s
        self._press = press
        self._release = release
        self._cancel = cancel
        self._owner: str | None = None
        self._down_at = 0.0
        self._owed = False  # press was called, and neither release nor cancel since
        self._take = False  # the take of that press is still running

    @property
    def owner(self) -> str | None:
        """The source that holds the key down."""
        return self._owner

    @property
    def is_active(self) -> bool:
        """Whether a press waits for its release, by a held key or a tap."""
        return self._owed

    @property
    def is_locked(self) -> bool:
        """Whether a tap keeps the take open with no key down."""
        return self._owed and self._owner is None

    def down(self, source: str, at: float) -> None:
        """A source went down at ``at`` (seconds). Ignored while any source holds the key."""
        if self._owner is not None:
            return
        self._owner = source
        if self._owed:
            self._end()
            return
        self._down_at = at
        self._owed = True
        self._take = self._press()

    def up(self, source: str, at: float) -> None:
        """A source went up. Only the owner of the hold can end it."""
        if self._owner != source:
            return
        self._owner = None
        is_tap = at - self._down_at < self.tap_s
        if self._owed and not (is_tap and self._take):
            self._end()

    def lost(self, source: str | None = None) -> None:
        """The key-up of a source (any, when None) will never come: the hold ends now.

        A take that a tap keeps open goes on: no key is down, so none was lost, or none has to be.
        """
        if self._owner is None or source not in {None, self._owner}:
            return
        self._owner = None
        if self._owed and not (math.isinf(self.tap_s) and self._take):
            self._end()

    def finish(self) -> None:
        """End the take whatever keeps it open. A key that is still down does nothing until its next press."""
        if self._owed:
            self._end()

    def toggle(self, at: float) -> None:
        """Press and keep open, or end: for a screen reader's single action."""
        if self._owed:
            self.finish()
        elif self._owner is None:
            self._down_at = at
            self._owed = True
            self._take = self._press()
            if not self._take:
                self._end()

    def take_ended(self) -> None:
        """The take ended by itself (it failed, or was sent): there is nothing left to keep open."""
        self._take = False
        if self._owner is None:
            self._owed = False

    def cancel(self) -> None:
        """Drop the take or stop the reply, whether or not a key is down."""
        self._owner = None
        self._owed = False
        self._take = False
        self._cancel()

    def _end(self) -> None:
        self._owed = False
        self._take = False
        self._release()
