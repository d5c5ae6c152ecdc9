"""Below the conversation: what was just done, and for a while the way to have it undone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from voicedesk.ui.announce import announce
from voicedesk.ui.banner import Words
from voicedesk.ui.icons import em
from voicedesk.ui.widgets import QuietLabel

LASTS_MS = 10_000
"""So long it is offered, and longer while the mouse or the keyboard is on it."""


def _nothing() -> None:
    """For what is final by itself."""


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that can be undone for a while.

    Attributes:
        sentence: What was done.
        undo: Undoes it.
        settle: Called instead when it is not undone.
        rest_ms: So long it is offered.
    """

    sentence: Words
    undo: Callable[[], object]
    settle: Callable[[], object] = _nothing
    rest_ms: int = LASTS_MS


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
        self._offer: Offer | None = None
        self._timer = QTimer(self)
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
        return self._label.text() if self._offer is not None else ""

    def offer(
        self, sentence: Words, undo: Callable[[], object], settle: Callable[[], object] = _nothing
    ) -> None:
        """Offer to undo something; what was offered before is final.

        Args:
            sentence: What was done; asked for again where the offer goes on in another language.
            undo: Undoes it.
            settle: Called instead when it is not undone.
        """
        self.settle()
        self._show(Offer(sentence, undo, settle))
        announce(self, self.tr("{what} Ctrl+Z undoes it.").format(what=sentence()))

    def hand_over(self) -> Offer | None:
        """End the offer here without deciding it: another bar goes on with it, for the time that is left."""
        rest = min(max(1, self._timer.remainingTime()), LASTS_MS)  # Qt's clock is coarse
        offer = self._withdraw()
        return replace(offer, rest_ms=rest) if offer is not None else None

    def take_over(self, offer: Offer | None) -> None:
        """Go on with what another bar has offered, in the language that holds now."""
        if offer is not None:
            self.settle()
            self._show(offer)

    def _show(self, offer: Offer) -> None:
        self._offer = offer
        sentence = offer.sentence()
        self._label.setText(sentence)
        self._button.setAccessibleDescription(sentence)
        self.action.setEnabled(True)
        self.show()
        self._timer.start(offer.rest_ms)

    def _withdraw(self) -> Offer | None:
        offer, self._offer = self._offer, None
        self.action.setEnabled(False)
        self._timer.stop()
        self.hide()
        return offer

    def undo(self) -> None:
        """Undo what is offered; nothing where nothing is."""
        offer = self._withdraw()
        if offer is not None:
            offer.undo()

    def settle(self) -> None:
        """What was done is final. Safe to call at any time."""
        offer = self._withdraw()
        if offer is not None:
            offer.settle()

    def _on_time(self) -> None:
        """Whoever is about to press it is not too late."""
        if self.underMouse() or self._button.hasFocus():
            self._timer.start(LASTS_MS)
        else:
            self.settle()
