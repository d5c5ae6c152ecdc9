"""Time limits for what others do: only time in which this application could take notice of it counts.

While the loop stands still (a machine under heavy load, a laptop that sleeps, a debugger) the answer may have come long
ago and lie in the socket. A limit that goes by the clock would be over before the loop has looked.
"""

from __future__ import annotations

import asyncio
from types import TracebackType

STEP_S = 0.1
"""Seconds between two looks at the clock: a look that comes late shows for how long the loop could not read."""
_FEWEST_STEPS = 5
_PATIENCE = 5
"""A loop that never comes in time has looked so many times as often as it would have had to."""


class AttentiveTimeout:
    """Like ``asyncio.timeout``, but of a loop that comes late only the time in which it ran is counted.

    The end never comes with a late look: whatever has arrived meanwhile is read first.
    """

    def __init__(self, seconds: float) -> None:
        """Raise TimeoutError in the block after ``seconds`` of attention. To be entered once."""
        self._step = min(STEP_S, seconds / _FEWEST_STEPS)
        self._left = seconds
        self._looks = round(_PATIENCE * seconds / self._step) if self._step > 0.0 else 0
        self._limit = asyncio.timeout(None)
        self._due = 0.0
        self._handle: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> None:
        await self._limit.__aenter__()
        self._ask()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._handle is not None:
            self._handle.cancel()
        await self._limit.__aexit__(kind, error, traceback)

    def _ask(self) -> None:
        loop = asyncio.get_running_loop()
        step = max(0.0, min(self._step, self._left))
        self._due = loop.time() + step
        self._handle = loop.call_at(self._due, self._look, step)

    def _look(self, step: float) -> None:
        now = asyncio.get_running_loop().time()
        self._left -= max(0.0, step - max(0.0, now - self._due))
        self._looks -= 1
        # Halves of ever smaller rests would never come to an end.
        if self._left <= self._step / 100.0 or self._looks <= 0:
            self._handle = None
            self._limit.reschedule(now)
        else:
            self._ask()
