"""The figures, their cost, and the watch over the loop, put together for a conversation."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from voicedesk.conversation.control import Observer
from voicedesk.conversation.figures.accountant import Accountant
from voicedesk.conversation.figures.loop_watch import LoopWatch
from voicedesk.conversation.figures.spending import Spending
from voicedesk.conversation.figures.stages import Stages
from voicedesk.conversation.figures.tracing import Tracing, is_wanted
from voicedesk.conversation.figures.turns import Figures

FILE = "spending.json"


class Books:
    """All that is kept of the turns' times and costs.

    Attributes:
        figures: Where the time of each turn went.
        accountant: What the turns cost.
    """

    def __init__(
        self,
        observe: Callable[[Observer], object],
        stages: Callable[[], Stages],
        folder: Path,
    ) -> None:
        """Watch a conversation.

        Args:
            observe: Has events handed to an observer.
            stages: Who takes part in a turn that begins now.
            folder: Where the cost of the day is kept.
        """
        self.figures = Figures(stages)
        self.accountant = Accountant(self.figures, Spending(folder / FILE))
        self._watch = LoopWatch(self.figures.note_stall)
        self._tracing = Tracing(self.figures) if is_wanted() else None
        for observer in (self.figures, self._watch, self.accountant, self._tracing):
            if observer is not None:
                observe(observer)

    def load(self) -> None:
        """Look up what was spent before this run, and load what hands traces over, if anybody wants them."""
        self.accountant.load()
        if self._tracing is not None:
            self._tracing.load()

    async def close(self) -> None:
        """Watch and count no more."""
        self._watch.stop()
        await self.accountant.close()
        if self._tracing is not None:
            await self._tracing.close()
