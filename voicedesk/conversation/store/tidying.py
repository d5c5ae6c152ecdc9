"""Conversations that are older than the user wants them to be kept go by themselves."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from voicedesk.conversation.store.history import History
from voicedesk.conversation.store.retention import HISTORY_SPANS
from voicedesk.core.errors import StorageError
from voicedesk.core.tasks import TaskSet

log = logging.getLogger(__name__)

EVERY_S = 3600.0
"""Between two looks."""


class Tidying:
    """Looks for conversations that did not go on for too long, now and every hour."""

    def __init__(self, history: History, present: Callable[[], str], span: str) -> None:
        """Nothing is looked for yet.

        Args:
            history: The conversations.
            present: The id of the one that goes on now, which stays however old it is.
            span: How long they are kept, as the setting names it.
        """
        self._history = history
        self._present = present
        self._tasks = TaskSet()
        self._task: asyncio.Task[None] | None = None
        self._span = span

    def use(self, span: str) -> None:
        """Have them kept for another span, from now on."""
        if span != self._span:
            self._span = span
            self.start()

    def start(self) -> None:
        """Look, where any are to go at all."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        span_s = HISTORY_SPANS[self._span]
        if span_s < float("inf"):
            self._task = self._tasks.spawn(self._look(span_s), name="looking for old conversations")

    async def _look(self, span_s: float) -> None:
        while True:
            try:
                await self._history.delete_older(time.time() - span_s, but=self._present())
            except StorageError as error:
                log.info("old conversations are not deleted: %s", error.detail)
            await asyncio.sleep(EVERY_S)

    async def close(self) -> None:
        """Look no longer. Safe to call twice."""
        await self._tasks.close()
