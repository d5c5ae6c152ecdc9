"""The figures, their cost, and the watch over the loop, put together for a conversation."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from voicedesk.conversation.control import Observer
from voicedesk.conversation.figures.loop_watch import LoopWatch
from voicedesk.conversation.figures.stages import Stages
from voicedesk.conversation.figures.turns import Figures

if TYPE_CHECKING:
    from voicedesk.conversation.figures.accountant import Accountant
    from voicedesk.conversation.figures.tracing import Tracing

FILE = "spending.json"


class Books:
    """All that is kept of the turns' times and costs.

    Attributes:
        figures: Where the time of each turn went.
    """

    def __init__(
        self,
        observe: Callable[[Observer], object],
        stages: Callable[[], Stages],
        folder: Path,
    ) -> None:
        """Watch a conversation; ``prepare`` before its first turn.

        Args:
            observe: Has events handed to an observer.
            stages: Who takes part in a turn that begins now.
            folder: Where the cost of the day is kept.
        """
        self.figures = Figures(stages)
        self._watch = LoopWatch(self.figures.note_stall)
        self._observe, self._folder = observe, folder
        self._accountant: Accountant | None = None
        self._tracing: Tracing | None = None
        for observer in (self.figures, self._watch):
            observe(observer)

    def prepare(self) -> Accountant:
        """Who counts what the turns cost, and whoever hands their times over, watch from now on."""
        if self._accountant is not None:
            return self._accountant
        from voicedesk.conversation.figures.accountant import Accountant
        from voicedesk.conversation.figures.spending import Spending
        from voicedesk.conversation.figures.tracing import Tracing, is_wanted

        self._accountant = Accountant(self.figures, Spending(self._folder / FILE))
        self._observe(self._accountant)
        if is_wanted():
            self._tracing = Tracing(self.figures)
            self._observe(self._tracing)
        return self._accountant

    def load(self) -> None:
        """Look up what was spent before this run, and load what hands traces over, if anybody wants them."""
        self.prepare().load()
        if self._tracing is not None:
            self._tracing.load()

    async def close(self) -> None:
        """Watch and count no more."""
        self._watch.stop()
        if self._accountant is not None:
            await self._accountant.close()
        if self._tracing is not None:
            await self._tracing.close()
