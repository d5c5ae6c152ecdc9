"""Ctrl+C and a polite kill end the application properly, although Qt's loop waits outside of Python."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable
from types import FrameType

from PySide6.QtCore import QObject, QSocketNotifier


class Interrupts(QObject):
    """Wakes Python when a signal arrives, so that its handlers run at once and not at the next event.

    Args:
        end: Called on SIGTERM. SIGINT keeps the handler that it has; asyncio's cancels the main task.
    """

    def __init__(self, end: Callable[[], None]) -> None:
        super().__init__()
        self._end = end
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        self._notifier = QSocketNotifier(self._reader.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._drain)
        self._old_wakeup = signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        self._old_term = signal.signal(signal.SIGTERM, self._on_term)

    def _drain(self) -> None:
        self._reader.recv(64)

    def _on_term(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self._end()

    def restore(self) -> None:
        """Leave signals as they were found."""
        self._notifier.setEnabled(False)
        signal.signal(signal.SIGTERM, self._old_term)
        signal.set_wakeup_fd(self._old_wakeup)
        self._reader.close()
        self._writer.close()
