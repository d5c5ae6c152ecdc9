"""Owner of background tasks.

The loop keeps only weak references to its tasks, so one that nobody holds can be collected while it runs. A
TaskSet holds its tasks, reports what they fail with, and ends them all before it goes.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")


class TaskSet:
    """Holds tasks until they end.

    Attributes:
        failed: Called with what a task failed with, unless somebody awaits it by ``spawn(..., watched=False)``.
    """

    def __init__(self, failed: Callable[[BaseException], None] | None = None) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self.failed = failed

    def __len__(self) -> int:
        return len(self._tasks)

    def spawn(
        self, work: Coroutine[Any, Any, T], *, name: str, watched: bool = True
    ) -> asyncio.Task[T]:
        """Run a coroutine as a task of this set.

        Args:
            work: The coroutine.
            name: For the log and for leak reports.
            watched: Whether a failure is reported here; False when the caller awaits the task.
        """
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._watched if watched else self._tasks.discard)
        return task

    def _watched(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if error is None:
            return
        if self.failed is not None:
            self.failed(error)
        else:
            log.error("task %s failed", task.get_name(), exc_info=error)

    async def close(self) -> None:
        """Cancel every task and wait until all have ended."""
        while self._tasks:
            tasks = list(self._tasks)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._tasks.difference_update(tasks)
