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


class SharedAttempt:
    """Work of which one run at a time is enough, whoever asks for it: all who wait share its outcome."""

    def __init__(
        self, tasks: TaskSet, work: Callable[[], Coroutine[Any, Any, None]], *, name: str
    ) -> None:
        """Nothing runs yet.

        Args:
            tasks: Owns the runs.
            work: Makes a run.
            name: For the log.
        """
        self._tasks = tasks
        self._work = work
        self._name = name
        self._run: asyncio.Task[None] | None = None

    async def join(self) -> None:
        """Wait for the run that is under way, or for a new one. A caller that is cancelled does not end it.

        Raises:
            BaseException: Whatever the run ended with.
        """
        if self._run is None:
            self._run = self._tasks.spawn(self._work(), name=self._name, watched=False)
            self._run.add_done_callback(self._ended)
        await asyncio.shield(self._run)

    def _ended(self, run: asyncio.Task[None]) -> None:
        self._run = None
        if not run.cancelled():
            run.exception()  # callers have it, if any is left

    async def abandon(self) -> None:
        """End the run that is under way; its callers are cancelled."""
        if self._run is not None:
            self._run.cancel()
            await asyncio.gather(self._run, return_exceptions=True)
