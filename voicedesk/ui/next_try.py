"""A connection that is opened again by itself: when the next attempt is, and why, once it takes longer than a blink."""

from __future__ import annotations

import math

from PySide6.QtCore import QCoreApplication, QLocale, QObject, QTimer, Signal

from voicedesk.core.clock import now
from voicedesk.core.errors import VoiceDeskError
from voicedesk.core.events import Link, LinkChanged
from voicedesk.ui.header import StatusView
from voicedesk.ui.wording import error_sentence

_TICK_MS = 1000


class NextTry(QObject):
    """Counts down beside the status.

    Signals:
        lasts: There has been no connection for a second; the reason is given.
    """

    lasts = Signal(VoiceDeskError)

    def __init__(self, view: StatusView, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._view = view
        self._error: VoiceDeskError | None = None
        self._retry_at: float | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self.tick)

    def on_link(self, event: LinkChanged) -> None:
        """The connection has changed."""
        if event.link is not Link.RECONNECTING:
            self._timer.stop()
            self._view.show_detail("")
            self._view.setToolTip("")
            return
        self._error, self._retry_at = event.error, event.retry_at
        # Beside the count as well: the bar is silent about what a turn has told, and that may have scrolled away.
        self._view.setToolTip("" if event.error is None else error_sentence(event.error))
        if not self._timer.isActive():
            self._timer.start()
        self._count()

    def tick(self) -> None:
        """Another second has passed without a connection."""
        self._count()
        if self._error is not None:
            self.lasts.emit(self._error)

    def _count(self) -> None:
        rest = 0 if self._retry_at is None else math.ceil(self._retry_at - now())
        words = QCoreApplication.translate("Status", "Reconnecting in {} s")
        self._view.show_detail(words.format(QLocale().toString(rest)) if rest > 0 else "")
