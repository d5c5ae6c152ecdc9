"""Below the conversation: what was just done, and for a while the way to have it undone."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from voicedesk.ui.announce import announce
from voicedesk.ui.icons import em
from voicedesk.ui.widgets import QuietLabel

LASTS_MS = 10_000
"""So long it is offered, and longer while the mouse or the keyboard is on it."""


def _nothing() -> None:
    """For what is final by itself."""


class UndoBar(QWidget):
    """A sentence and a button. Takes no room while there is nothing to undo.

    Attributes:
        action: Does the same from a menu and by key.
    """

    def __init__(
        self, window: QWidget, parent: QWidget | None = None, *, has_margins: bool = True
    ) -> None:
        """``window`` owns the action. Without margins of its own it fits in a dialog, which has some."""
        super().__init__(parent)
        unit = em(self)
        self.action = QAction(self.tr("Undo"), window)
        self.action.setShortcut(QKeySequence("Ctrl+Z"))
        self.action.setEnabled(False)
        self.action.triggered.connect(self.undo)
        self._undo: Callable[[], object] | None = None
        self._settle: Callable[[], object] = _nothing
        self._timer = QTimer(self)
        self._timer.setInterval(LASTS_MS)
        self._timer.timeout.connect(self._on_time)
        self._label = QuietLabel("", self)
        self._label.setWordWrap(True)
        self._button = QPushButton(self.tr("Undo"), self)
        self._button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._button.setAutoDefault(False)  # Enter in a dialog means something else
        self._button.setToolTip(self.tr("Undo (Ctrl+Z)"))
        self._button.clicked.connect(self.undo)
        layout = QHBoxLayout(self)
        if has_margins:
            layout.setContentsMargins(unit, int(0.4 * unit), unit, int(0.4 * unit))
        else:
            layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(int(0.8 * unit))
        layout.addWidget(self._label, 1)
        layout.addWidget(self._button)
        self.hide()

    @property
    def button(self) -> QPushButton:
        """The button, for the order of the keyboard's focus."""
        return self._button

    @property
    def sentence(self) -> str:
        """What is shown; empty while there is nothing to undo."""
        return self._label.text() if self._undo is not None else ""

    def offer(
        self, sentence: str, undo: Callable[[], object], settle: Callable[[], object] = _nothing
    ) -> None:
        """Offer to undo something; what was offered before is final.

        Args:
            sentence: What was done, in the user's language.
            undo: Undoes it.
            settle: Called instead when it is not undone.
        """
        self.settle()
        self._undo, self._settle = undo, settle
        self._label.setText(sentence)
        self._button.setAccessibleDescription(sentence)
        self.action.setEnabled(True)
        self.show()
        self._timer.start()
        announce(self, self.tr("{what} Ctrl+Z undoes it.").format(what=sentence))

    def undo(self) -> None:
        """Undo what is offered; nothing where nothing is."""
        undo, self._settle = self._undo, _nothing
        self.settle()
        if undo is not None:
            undo()

    def settle(self) -> None:
        """What was done is final. Safe to call at any time."""
        settle, self._settle = self._settle, _nothing
        self._undo = None
        self.action.setEnabled(False)
        self._timer.stop()
        self.hide()
        settle()

    def _on_time(self) -> None:
        """Whoever is about to press it is not too late."""
        if not self.underMouse() and not self._button.hasFocus():
            self.settle()
