"""A strip that wants to be seen: an icon, words and buttons on a ground with a touch of colour."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable

from PySide6.QtCore import QEvent, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from voicedesk.ui import theme
from voicedesk.ui.icons import em
from voicedesk.ui.widgets import IconView

_TINT = 0.13

Words = Callable[[], str]
"""Gives a text in the language that the window speaks when it is asked, which may change while the text is shown."""


class Banner(QWidget):
    """Base of such strips; the words come first in ``row``, then its buttons. It outlives a change of the language."""

    icon_name = ""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        unit = em(self)
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(int(0.8 * unit), unit // 2, unit // 2, unit // 2)
        self.row.setSpacing(unit // 2)
        self._icon = IconView(self.icon_name, 1.25, self)
        self.row.addWidget(self._icon)
        self._style()

    @abstractmethod
    def colour(self) -> QColor:
        """What the icon and the ground are coloured with."""

    @abstractmethod
    def speak(self) -> None:
        """Show all words in the language that holds now."""

    def add_button(self, text: str) -> QPushButton:
        """A button at the end, which a click does not give the keyboard to: that stays where it is."""
        button = QPushButton(text, self)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.row.addWidget(button)
        return button

    def _style(self) -> None:
        self._icon.show_icon(self.icon_name, self.colour())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_icon"):
            self._style()
        elif event.type() == QEvent.Type.LanguageChange:
            self.speak()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        radius = 0.6 * em(self)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.mix(self.palette().window().color(), self.colour(), _TINT))
        painter.drawRoundedRect(QRectF(self.rect()), radius, radius)
