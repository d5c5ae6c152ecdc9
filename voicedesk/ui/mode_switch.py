"""The switch between the pipelines: two choices side by side, of which one holds."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QHBoxLayout, QRadioButton, QSizePolicy, QWidget

from voicedesk.ui import theme
from voicedesk.ui.icons import em


class Segment(QRadioButton):
    """One choice of the switch. Qt's own radio button in all but its looks: arrow keys go from one to the next."""

    def __init__(self, text: str, explanation: str, parent: QWidget) -> None:
        super().__init__(text, parent)
        # Reached by Tab and never by a click, so that Space stays the talk key.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setToolTip(explanation)
        self.setAccessibleName(text)
        self.setAccessibleDescription(explanation)

    def sizeHint(self) -> QSize:
        unit = em(self)
        width = self.fontMetrics().horizontalAdvance(self.text())
        return QSize(width + int(1.8 * unit), int(1.7 * unit))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def hitButton(self, place: QPoint) -> bool:
        return self.rect().contains(place)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        unit = em(self)
        body = QRectF(self.rect()).adjusted(2, 2, -2, -2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        ink = theme.scheme(palette).muted
        if self.isChecked():
            painter.setBrush(palette.color(QPalette.ColorRole.Base))
            painter.setPen(theme.scheme(palette).border)
            ink = palette.color(QPalette.ColorRole.WindowText)
        elif self.underMouse():
            ink = palette.color(QPalette.ColorRole.WindowText)
        if self.hasFocus():
            painter.setPen(QPen(palette.color(QPalette.ColorRole.Accent), max(1.5, unit / 9)))
        painter.drawRoundedRect(body, body.height() / 2, body.height() / 2)
        painter.setPen(ink)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())


class ModeSwitch(QWidget):
    """Shows which pipeline answers, and takes another choice.

    Signals:
        mode_chosen: The user chose this pipeline, "realtime" or "classic".
    """

    mode_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mode = ""
        self._segments = {
            "realtime": Segment(
                self.tr("Realtime"),
                self.tr(
                    "One speech model listens and answers. Sound goes both ways as it is made."
                ),
                self,
            ),
            "classic": Segment(
                self.tr("Classic"),
                self.tr("Your words are written down, a model answers in writing, a voice reads."),
                self,
            ),
        }
        layout = QHBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.setSpacing(0)
        for mode, segment in self._segments.items():
            segment.clicked.connect(lambda _checked=False, mode=mode: self._choose(mode))
            layout.addWidget(segment)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Pipeline"))
        self.show_mode("realtime")

    @property
    def mode(self) -> str:
        """The pipeline that is shown."""
        return self._mode

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The choices, in their order."""
        return tuple(self._segments.values())

    def show_mode(self, mode: str) -> None:
        """Show which pipeline answers, without telling that it was chosen."""
        self._mode = mode
        self._segments[mode].setChecked(True)
        self.setAccessibleDescription(self._segments[mode].text())

    def _choose(self, mode: str) -> None:
        if mode != self._mode:
            self.show_mode(mode)
            self.mode_chosen.emit(mode)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.scheme(self.palette()).bubble)
        body = QRectF(self.rect())
        painter.drawRoundedRect(body, body.height() / 2, body.height() / 2)
