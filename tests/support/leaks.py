"""What a test left behind: threads, asyncio tasks and child processes that were not there before it.

A test is given a moment to let go, since a thread that was told to end needs one; what is still there then is
a leak. Whatever lives for a whole session is made known with `tolerate_thread` or `tolerate_process`.
"""

import asyncio
import asyncio.runners
import contextlib
import threading
import time
import weakref
from collections.abc import Iterator
from typing import Any

import psutil

_GRACE = 3.0
_OWN_HELPERS = ("multiprocessing.resource_tracker", "multiprocessing.forkserver")

_loops: weakref.WeakSet[asyncio.BaseEventLoop] = weakref.WeakSet()
_cancelled_at_close: list[str] = []
_tolerated_threads: weakref.WeakSet[threading.Thread] = weakref.WeakSet()
_tolerated_processes: set[int] = set()


def tolerate_thread(thread: threading.Thread) -> None:
    """Let `thread` live on after the test that started it."""
    _tolerated_threads.add(thread)


def tolerate_process(pid: int) -> None:
    """Let the child process `pid` live on after the test that started it."""
    _tolerated_processes.add(pid)


def install() -> None:
    """Watch event loops from now on: which there are, and what a runner has to cancel at its end."""
    make_loop = asyncio.BaseEventLoop.__init__
    cancel_all = asyncio.runners._cancel_all_tasks  # type: ignore[attr-defined]  # no public hook

    def note_loop(self: asyncio.BaseEventLoop, *args: Any, **kwargs: Any) -> None:
        make_loop(self, *args, **kwargs)
        _loops.add(self)

    def note_tasks(loop: asyncio.AbstractEventLoop) -> None:
        if tasks := asyncio.all_tasks(loop):
            _, left = loop.run_until_complete(asyncio.wait(tasks, timeout=1.0))
            _cancelled_at_close.extend(_describe(task) for task in left)
        cancel_all(loop)

    asyncio.BaseEventLoop.__init__ = note_loop  # type: ignore[method-assign,assignment]
    asyncio.runners._cancel_all_tasks = note_tasks  # type: ignore[attr-defined]


def _describe(task: "asyncio.Task[Any]") -> str:
    return f"task {task.get_name()}: {task.get_coro()}"


def _threads() -> set[threading.Thread]:
    """Live threads of Python's own; PortAudio's and Qt's show up as dummies and end with their streams."""
    return {
        thread
        for thread in threading.enumerate()
        if not isinstance(thread, threading._DummyThread) and thread not in _tolerated_threads
    }


def _children() -> dict[int, str]:
    """Child processes by pid, each with its command line."""
    found = {}
    for child in psutil.Process().children():
        with contextlib.suppress(psutil.NoSuchProcess):
            command = " ".join(child.cmdline()) or f"{child.name()} ({child.status()})"
            if child.pid not in _tolerated_processes and not any(
                name in command for name in _OWN_HELPERS
            ):
                found[child.pid] = command
    return found


def _tasks() -> set["asyncio.Task[Any]"]:
    """Unfinished tasks of all loops, closed ones too."""
    return {task for loop in list(_loops) for task in asyncio.all_tasks(loop)}


class LeakCheck:
    """Remembers what there is when it is made; `leaks` tells what came since and stayed."""

    def __init__(self) -> None:
        self._threads = _threads()
        self._children = set(_children())
        self._tasks = _tasks()
        _cancelled_at_close.clear()

    def _now(self) -> Iterator[str]:
        yield from (_describe(task) for task in _tasks() - self._tasks)
        yield from (f"thread {thread.name}" for thread in _threads() - self._threads)
        for pid, command in _children().items():
            if pid not in self._children:
                yield f"process {pid}: {command}"

    def leaks(self) -> list[str]:
        """One line for each thing left behind, after a grace of three seconds at most."""
        deadline = time.monotonic() + _GRACE
        while (found := sorted(self._now())) and time.monotonic() < deadline:
            time.sleep(0.01)
        return [*_cancelled_at_close, *found]
