"""The ways to the figures: from the strip, from a message, from the menu."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from voicedesk.conversation.control import TalkControl
from voicedesk.ui.conversation_entries import Entry, Kind
from voicedesk.ui.latency_strip import LatencyStrip
from voicedesk.ui.message_bar import MessageAction
from voicedesk.ui.transcript import Transcript

if TYPE_CHECKING:  # the window paints before they are loaded
    from voicedesk.conversation.figures.turns import Figures
    from voicedesk.ui.latency_dialog import LatencyDialog

_MESSAGES = frozenset({Kind.USER, Kind.REPLY})


class LatencyAccess(QObject):
    """Opens the window of the figures, which is made when it is first wanted.

    Signals:
        settings_wanted: The user asked for this page of the settings, and this setting on it.
    """

    settings_wanted = Signal(str, str)

    def __init__(
        self,
        control: TalkControl,
        strip: LatencyStrip,
        transcript: Transcript,
        figures: Figures | None,
    ) -> None:
        """Offer the ways. Without ``figures`` some are gathered from the control's events from now on."""
        super().__init__(strip)
        self._dialog: LatencyDialog | None = None
        self._strip = strip
        self._stop: Callable[[], None] | None = None
        self._figures = figures if figures is not None else self._gathered(control)
        strip.details_wanted.connect(self.open)
        action = MessageAction(
            "latency", self.tr("Where the Time Went"), self._is_known, self._open_message
        )
        transcript.tools.set_actions((*transcript.tools.actions, action))

    def _is_known(self, entry: Entry) -> bool:
        return entry.kind in _MESSAGES and self._figures.of(entry.turn) is not None

    def _open_message(self, entry: Entry) -> None:
        self.open(entry.turn)

    def open(self, turn: int = 0, figures: Figures | None = None) -> None:
        """Show the figures of a turn; 0 for the latest. ``figures``: of a conversation that is read, not of this run."""
        from voicedesk.ui.latency_dialog import LatencyDialog

        if self._dialog is None:
            self._dialog = LatencyDialog(self._figures, self._strip.window())
            self._dialog.settings_wanted.connect(self.settings_wanted)
        self._dialog.show_turn(turn, figures)
        self._dialog.show()
        self._dialog.raise_()
        self._dialog.activateWindow()

    def leave(self) -> tuple[int, Figures | None] | None:
        """Close for good. Returns what is shown, for another one's ``open_at``; None while nothing is."""
        dialog, self._dialog = self._dialog, None
        here = dialog.here if dialog is not None and dialog.isVisible() else None
        if dialog is not None:
            dialog.leave()
        self.close()
        return here

    def open_at(self, here: tuple[int, Figures | None] | None) -> None:
        """Show what was shown before the window was made anew."""
        if here is not None:
            self.open(*here)

    def close(self) -> None:
        """Close the window of the figures, if there is one, and gather no more."""
        if self._dialog is not None:
            self._dialog.close()
            self._dialog.finish()
        if self._stop is not None:
            self._stop()
            self._stop = None

    def _gathered(self, control: TalkControl) -> Figures:
        from voicedesk.conversation.figures.turns import Figures

        figures = Figures()
        self._stop = control.observe(figures)
        return figures
