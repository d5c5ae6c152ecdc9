"""Notices when this application stands still while a turn runs: the loop is asked for a moment and comes late."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from voicedesk.core.clock import now
from voicedesk.core.events import Event, StateChanged
from voicedesk.core.turn import AT_REST

STEP_S = 0.05


class LoopWatch:
    """An observer that looks at the loop twenty times a second, in a turn and at no other time."""

    def __init__(self, stalled: Callable[[float], None]) -> None:
        """``stalled`` is told for how many milliseconds the loop stood still, each time that it was late."""
        self._stalled = stalled
        self._due = 0.0
        self._handle: asyncio.TimerHandle | None = None

    def __call__(self, event: Event) -> None:
        """Take an event of the stream."""
        if not isinstance(event, StateChanged):
            return
        if event.state in AT_REST:
            self.stop()
        elif self._handle is None:
            self._ask()

    @property
    def is_running(self) -> bool:
        """Whether a turn runs."""
        return self._handle is not None

    def stop(self) -> None:
        """Look no more."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _ask(self) -> None:
        self._due = now() + STEP_S
        self._handle = asyncio.get_running_loop().call_later(STEP_S, self._look)

    def _look(self) -> None:
        late = (now() - self._due) * 1000.0
        if late > 0.0:
            self._stalled(late)
        self._ask()
