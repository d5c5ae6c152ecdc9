"""A clock that jumps over idle time, for a loop that has sockets and threads as well: days pass in minutes.

``install`` comes before anything of the application is imported, since that takes its clock from ``time`` at import.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import queue
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

_BEFORE = (concurrent.futures, queue, sqlite3, subprocess, threading)
"""They take their own clock at import and wait by it for threads and processes, which know of no other."""

T = TypeVar("T")


class _Clock:
    """The seconds that have passed."""

    passed = 1000.0

    @classmethod
    def now(cls) -> float:
        return cls.passed


def install() -> None:
    """Have the clocks that measure spans tell the virtual time."""
    time.perf_counter = time.monotonic = _Clock.now


class JumpingLoop(asyncio.SelectorEventLoop):
    """Goes on to the next timer as soon as nothing happens and no thread is at work for it."""

    def __init__(self) -> None:
        self._held = 0
        super().__init__()

    def time(self) -> float:
        return _Clock.now()

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Within the block time stands still: something is waited for that takes real time."""
        self._held += 1
        try:
            yield
        finally:
            self._held -= 1

    def run_in_executor(  # type: ignore[override]  # the loop's own says "Any"
        self, executor: Any, func: Callable[..., T], *args: Any
    ) -> asyncio.Future[T]:
        future: asyncio.Future[T] = super().run_in_executor(executor, func, *args)
        self._held += 1
        future.add_done_callback(self._let_go)
        return future

    def _let_go(self, _future: object) -> None:
        self._held -= 1

    def _run_once(self) -> None:
        is_idle = not self._ready and not self._selector.select(0)  # type: ignore[attr-defined]
        if is_idle and not self._held and not self._stopping:  # type: ignore[attr-defined]
            timers = [t for t in self._scheduled if not t.cancelled()]  # type: ignore[attr-defined]
            if timers:
                _Clock.passed = max(_Clock.passed, min(timer.when() for timer in timers))
        super()._run_once()  # type: ignore[misc]
