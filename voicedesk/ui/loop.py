"""asyncio on Qt's loop: qasync's, with its faults mended."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from contextvars import Context
from functools import partial
from typing import Any, cast

import shiboken6
from PySide6.QtCore import QObject, Qt, QTimerEvent
from PySide6.QtWidgets import QApplication

import qasync  # isort: skip  # after PySide6: it takes the binding that is loaded

_WITHIN_A_TASK_S = 0.005
"""After so long it is looked again whether the task that makes Qt handle events is done with that."""


class _Later(asyncio.Handle):
    """What is to be done later. Cancelled, it stops its timer, of which each limit on a wait would leave one behind."""

    __slots__ = ("stop",)

    def __init__(
        self,
        callback: Callable[..., object],
        args: tuple[Any, ...],
        loop: asyncio.AbstractEventLoop,
        context: Context | None,
    ) -> None:
        super().__init__(callback, args, loop, context)
        self.stop: Callable[[asyncio.Handle], None] | None = None

    def cancel(self) -> None:
        stop, self.stop = self.stop, None
        super().cancel()
        if stop is not None:
            stop(self)


class _PreciseTimer(qasync._SimpleTimer):  # type: ignore[misc]  # noqa: SLF001 - no public way
    """qasync's timers, with three faults mended.

    They are Qt's coarse ones, which may be 5 % late: 10 ms on a release tail. And where a task makes Qt handle events,
    as a menu or a native dialog does, they would run the steps of other tasks within it, which asyncio refuses: such a
    task would never go on. Here those steps wait. And what was cancelled kept its timer until that was due.
    """

    def __init__(self) -> None:
        super().__init__()
        self._due = 0  # the timer whose work is being done

    def add_callback(self, handle: asyncio.Handle, delay: float = 0) -> asyncio.Handle:
        timer = self.startTimer(int(max(0, delay) * 1000))
        self._SimpleTimer__callbacks[timer] = handle
        if isinstance(handle, _Later):
            handle.stop = partial(self._forget, timer)
        return handle

    def _forget(self, timer: int, handle: asyncio.Handle) -> None:
        # What has been done is cancelled too, and the number of its timer may be another's by then.
        waiting = self._SimpleTimer__callbacks
        if timer != self._due and waiting.get(timer) is handle and shiboken6.isValid(self):
            del waiting[timer]
            self.killTimer(timer)

    def startTimer(self, milliseconds: int) -> int:
        return int(super().startTimer(milliseconds, Qt.TimerType.PreciseTimer))

    def timerEvent(self, event: QTimerEvent) -> None:
        if asyncio._get_running_loop() is None or asyncio.current_task() is None:  # noqa: SLF001 - raises otherwise
            before, self._due = self._due, event.timerId()
            try:
                super().timerEvent(event)
            finally:
                self._due = before
            return
        timer = event.timerId()
        self.killTimer(timer)
        handle = self._SimpleTimer__callbacks.pop(timer, None)
        if handle is not None:
            self.add_callback(handle, _WITHIN_A_TASK_S)


class Loop(qasync.QEventLoop):  # type: ignore[misc]
    """asyncio on Qt's loop, with precise timers."""

    def __init__(self, application: QApplication) -> None:
        super().__init__(application, set_running_loop=False)
        shiboken6.delete(self.__dict__.pop("_timer"))
        self._timer: QObject = _PreciseTimer()

    def run_forever(self) -> int:
        """Run, and have abandoned async generators closed in a task, as asyncio's own loop does and qasync does not."""
        before = sys.get_asyncgen_hooks()
        sys.set_asyncgen_hooks(
            firstiter=self._asyncgen_firstiter_hook, finalizer=self._asyncgen_finalizer_hook
        )
        try:
            return int(super().run_forever() or 0)
        finally:
            sys.set_asyncgen_hooks(*before)

    def call_later(
        self,
        delay: float,
        callback: Callable[..., object],
        *args: Any,
        context: Context | None = None,
    ) -> asyncio.Handle:
        """As asyncio's own; ``call_soon`` and ``call_at`` come by it."""
        return self._add_callback(_Later(callback, args, self, context), delay)

    def _add_callback(self, handle: asyncio.Handle, delay: float = 0) -> asyncio.Handle:
        """What a thread asks for when the loop has been closed comes too late: nobody is left to do it."""
        if self.is_closed():
            handle.cancel()
            return handle
        return cast("asyncio.Handle", super()._add_callback(handle, delay))

    def close(self) -> None:
        """Close the loop, and its timer with it: a timer that outlives its loop may die on another thread."""
        timer = self._timer
        super().close()
        if shiboken6.isValid(timer):
            shiboken6.delete(timer)
