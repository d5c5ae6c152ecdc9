"""Below the conversation: the way to ask once more what was not answered."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from voicedesk.ui.icons import em, icon
from voicedesk.ui.widgets import QuietLabel


class RetryBar(QWidget):
    """A sentence and a button. Takes no room while there is nothing to try again.

    Signals:
        wanted: The user wants the question to be asked once more.
    """

    wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        unit = em(self)
        self._button = QPushButton(self.tr("Try Again"), self)
        side = int(1.15 * unit)
        self._button.setIconSize(QSize(side, side))
        self._button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._button.setToolTip(self.tr("Ask the same once more (Ctrl+R)"))
        self._button.setAccessibleDescription(self.tr("Ask the same once more (Ctrl+R)"))
        self._button.clicked.connect(self.wanted)
        self._label = QuietLabel(self.tr("Your question is kept."), self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(unit, int(0.4 * unit), unit, int(0.4 * unit))
        layout.setSpacing(int(0.8 * unit))
        layout.addStretch(1)
        layout.addWidget(self._label)
        layout.addWidget(self._button)
        layout.addStretch(1)
        self.hide()

    @property
    def button(self) -> QPushButton:
        """The button, for the order of the keyboard's focus."""
        return self._button

    def offer(self, *, is_possible: bool) -> None:
        """Show or hide it."""
        if is_possible:
            self._button.setIcon(icon("reset", self.palette()))
        self.setVisible(is_possible)
