"""Finds out what each turn cost, when nothing else is being done, and keeps the sum of the day."""

from __future__ import annotations

import asyncio
import logging

from voicedesk.conversation.figures.prices import Used, estimate, used_by
from voicedesk.conversation.figures.spending import Spending
from voicedesk.conversation.figures.turn_figures import TurnFigures
from voicedesk.conversation.figures.turns import Figures
from voicedesk.core.events import Event, StateChanged
from voicedesk.core.tasks import TaskSet
from voicedesk.core.timeline import Point
from voicedesk.core.turn import AT_REST

log = logging.getLogger(__name__)

LATE_COUNT_S = 5.0
"""So long the count of a reply that was cut may come after it; then the turn is priced without."""


class Accountant:
    """An observer beside the figures. Turns are priced at rest: loading the prices must not hold up sound.

    Attributes:
        spending: The sums of today.
    """

    def __init__(self, figures: Figures, spending: Spending | None = None) -> None:
        """Nothing is counted yet.

        Args:
            figures: The turns.
            spending: Where their cost is added up.
        """
        self.spending = spending or Spending()
        self._figures = figures
        self._tasks = TaskSet()
        self._open: dict[int, TurnFigures] = {}
        self._awaited: dict[int, asyncio.TimerHandle] = {}  # turns whose count may still come
        self._is_at_rest = True
        self._working: asyncio.Task[None] | None = None
        self._loading = asyncio.Lock()
        self._loaded = False
        self._stop = figures.watch(self._on_turn)

    def __call__(self, event: Event) -> None:
        """Take an event of the stream."""
        if isinstance(event, StateChanged):
            self._is_at_rest = event.state in AT_REST
            self._begin()

    def load(self) -> None:
        """Look up what was spent before this run."""
        self._tasks.spawn(self._load(), name="looking up today's cost")

    async def _load(self) -> None:
        async with self._loading:
            if not self._loaded:
                before = await asyncio.to_thread(self.spending.load)
                self.spending.go_on_from(before)
                self._figures.spent = self.spending.today
                self._loaded = True

    def _on_turn(self, turn: TurnFigures) -> None:
        if not turn.is_over:
            return
        if turn.is_cut and turn.usage is None and turn.cost is None:
            self._await(turn)
        else:
            self._admit(turn)

    def _await(self, turn: TurnFigures) -> None:
        """Servers count a reply that was cut as well, and say so when they have stopped it."""
        if turn.turn not in self._awaited:
            loop = asyncio.get_running_loop()
            self._awaited[turn.turn] = loop.call_later(LATE_COUNT_S, self._admit, turn)

    def _admit(self, turn: TurnFigures) -> None:
        if (awaited := self._awaited.pop(turn.turn, None)) is not None:
            awaited.cancel()
        self._open[turn.turn] = turn
        self._begin()

    def _begin(self) -> None:
        is_working = self._working is not None and not self._working.done()
        if self._open and self._is_at_rest and not is_working:
            self._working = self._tasks.spawn(self._work(), name="counting the cost")

    async def _work(self) -> None:
        await self._load()
        while self._open and self._is_at_rest:
            await self._price_all()

    async def _price_all(self) -> None:
        changed: list[TurnFigures] = []
        while self._open and self._is_at_rest:
            turn = self._open.pop(next(iter(self._open)))
            if await self._price(turn):
                changed.append(turn)
        for turn in changed:
            self._figures.tell(turn)
            self._open.pop(turn.turn, None)  # told by ourselves
        if any(turn.cost is not None and not turn.cost.is_local for turn in changed):
            await asyncio.to_thread(self.spending.save)

    async def _price(self, turn: TurnFigures) -> bool:
        """Find out what a turn cost. Returns whether that is news."""
        if not turn.timeline.points or _came_to_nothing(turn):
            return False
        used = usage_of(turn)
        if all(part.stage.is_local for part in used):
            cost = estimate(used)
        else:
            cost = await asyncio.to_thread(estimate, used)
        if cost == turn.cost:
            return False
        if not cost.is_local:
            self.spending.add(cost, turn.cost)
            self._figures.spent = self.spending.today
        turn.cost = cost
        return True

    async def close(self) -> None:
        """Count no more."""
        self._stop()
        for awaited in self._awaited.values():
            awaited.cancel()
        self._awaited.clear()
        await self._tasks.close()


def usage_of(turn: TurnFigures) -> list[Used]:
    """What each stage used in a turn."""
    timeline = turn.timeline
    began, ended = Point.FIRST_SAMPLE, Point.TAKE_END
    return used_by(
        turn.stages,
        usage=turn.usage,
        heard_usage=turn.heard_usage,
        take_ms=None if timeline.typed else timeline.between(began, ended),
        reply_ms=turn.reply_ms,
        characters=turn.characters,
    )


def _came_to_nothing(turn: TurnFigures) -> bool:
    """Whether a turn failed before a server did anything for it, as far as anybody knows."""
    return bool(turn.failure) and not (turn.usage or turn.reply_ms or turn.characters)
