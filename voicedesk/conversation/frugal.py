"""Gives memory back while nothing is said: sound comes and goes in pieces, and leaves holes in the heap."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from voicedesk.core.events import Event, StateChanged
from voicedesk.core.memory import EVERY_S, REST_S, give_back, keep_little
from voicedesk.core.turn import AT_REST


class Frugal:
    """An observer of the conductor. On the loop's thread."""

    def __init__(self, give: Callable[[], object] = give_back) -> None:
        """``give`` gives free memory back. Little of it is kept meanwhile."""
        keep_little()
        self._give = give
        self._gave_at: float | None = None
        self._timer: asyncio.TimerHandle | None = None

    def __call__(self, event: Event) -> None:
        """Take an event of the stream."""
        if not isinstance(event, StateChanged):
            return
        self.close()
        loop = asyncio.get_running_loop()
        is_due = self._gave_at is None or loop.time() - self._gave_at >= EVERY_S
        if event.state in AT_REST and is_due:
            self._timer = loop.call_later(REST_S, self._now)

    def _now(self) -> None:
        self._timer = None
        self._gave_at = asyncio.get_running_loop().time()
        self._give()

    def close(self) -> None:
        """Wait no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
