"""A connection that is opened again by itself: when the next attempt is, and why, once it takes longer than a blink."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QLocale, QObject, QTimer

from voicedesk.core.clock import now
from voicedesk.core.errors import VoiceDeskError
from voicedesk.core.events import Link, LinkChanged
from voicedesk.ui.header import StatusView
from voicedesk.ui.wording import error_sentence

_TICK_MS = 1000


class NextTry(QObject):
    """Counts down beside the status. It outlives that: when the window is made anew, the count goes on in it."""

    def __init__(
        self, lasts: Callable[[VoiceDeskError], bool], parent: QObject | None = None
    ) -> None:
        """Nothing is counted yet.

        Args:
            lasts: Called with the reason when a second has passed without a connection, and with each that passes until
                it says that it has told the user, who may close what was told; then only with another reason.
            parent: As Qt has it.
        """
        super().__init__(parent)
        self._lasts = lasts
        self._view: StatusView | None = None
        self._error: VoiceDeskError | None = None
        self._retry_at: float | None = None
        self._told = ""
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self.tick)

    def show_in(self, view: StatusView) -> None:
        """Count in this view from now on, in the language that holds now."""
        self._view = view
        self._show()

    def on_link(self, event: LinkChanged) -> None:
        """The connection has changed."""
        if event.error is None:
            self._told = ""
        if event.link is not Link.RECONNECTING:
            self._timer.stop()
            self._error, self._retry_at, self._told = None, None, ""
        else:
            self._error, self._retry_at = event.error, event.retry_at
            if not self._timer.isActive():
                self._timer.start()
        self._show()

    def tick(self) -> None:
        """Another second has passed without a connection."""
        self._show()
        if self._error is not None and str(self._error) != self._told and self._lasts(self._error):
            self._told = str(self._error)

    def _show(self) -> None:
        if self._view is None:
            return
        # Beside the count as well: the bar is silent about what a turn has told, and that may have scrolled away.
        self._view.setToolTip("" if self._error is None else error_sentence(self._error))
        rest = 0 if self._retry_at is None else math.ceil(self._retry_at - now())
        words = QCoreApplication.translate("Status", "Reconnecting in {} s")
        self._view.show_detail(words.format(QLocale().toString(rest)) if rest > 0 else "")
