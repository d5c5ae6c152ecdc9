"""Two small pictures: the waterfall of a turn, a row for each step, and the line of the latest latencies."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from voicedesk.conversation.figures.waterfall import Row
from voicedesk.ui import theme
from voicedesk.ui.icons import em
from voicedesk.ui.latency_words import step_name
from voicedesk.ui.status import Status
from voicedesk.ui.wording import whole_milliseconds

_ROW_EM = 1.65


class WaterfallView(QWidget):
    """The rows of a turn, each where it lies in the latency. Its description says the same in words."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Row] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Steps of this answer"))

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Draw these."""
        self._rows = list(rows)
        self.setAccessibleDescription(
            ", ".join(f"{step_name(row.step)} {whole_milliseconds(row.length)}" for row in rows)
        )
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        unit = em(self)
        return QSize(40 * unit, int(max(1, len(self._rows)) * _ROW_EM * unit))

    def minimumSizeHint(self) -> QSize:
        return QSize(26 * em(self), self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self._rows:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.layoutDirection() is Qt.LayoutDirection.RightToLeft:
            # Time still runs from left to right; the names stand on the other side.
            self._paint(painter, names_left=False)
        else:
            self._paint(painter, names_left=True)

    def _paint(self, painter: QPainter, *, names_left: bool) -> None:
        unit, metrics = em(self), QFontMetricsF(self.font())
        colours = theme.scheme(self.palette())
        names = [step_name(row.step) for row in self._rows]
        gap = 0.8 * unit
        names_width = min(
            max(metrics.horizontalAdvance(name) for name in names), 0.45 * self.width()
        )
        figures_width = max(
            metrics.horizontalAdvance(whole_milliseconds(row.length)) for row in self._rows
        )
        room = self.width() - names_width - figures_width - 2 * gap
        left = names_width + gap if names_left else figures_width + gap
        names_at = 0.0 if names_left else left + room + gap
        figures_at = left + room + gap if names_left else 0.0
        total = max(row.end for row in self._rows)
        height = _ROW_EM * unit
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        middle = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        for index, (row, name) in enumerate(zip(self._rows, names, strict=True)):
            top = index * height
            painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
            text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, names_width)
            align = middle if names_left else right
            painter.drawText(QRectF(names_at, top, names_width, height), align, text)
            figure = whole_milliseconds(row.length)
            painter.drawText(QRectF(figures_at, top, figures_width, height), right, figure)
            painter.setPen(QPen(colours.line, 1))
            painter.drawLine(
                QPointF(left, top + height / 2), QPointF(left + room, top + height / 2)
            )
            self._paint_bar(painter, row, QRectF(left, top, room, height), total)

    def _paint_bar(self, painter: QPainter, row: Row, area: QRectF, total: float) -> None:
        unit = em(self)
        start = area.left() + row.start / total * area.width()
        width = max(row.length / total * area.width(), unit / 5)
        start = min(start, area.right() - width)
        bar = QRectF(start, area.top() + 0.25 * unit, width, area.height() - 0.5 * unit)
        painter.setPen(QPen(self._edge(row), 1))
        painter.setBrush(self._ground(row))
        radius = min(unit / 4, width / 2)
        painter.drawRoundedRect(bar, radius, radius)

    def _ground(self, row: Row) -> QColor:
        colours = theme.scheme(self.palette())
        if row.share:
            return colours.shares[row.share]
        return QColor(Qt.GlobalColor.transparent)  # what went on beside is only outlined

    def _edge(self, row: Row) -> QColor:
        colours = theme.scheme(self.palette())
        return colours.border if row.share else colours.status[Status.THINKING]


class Sparkline(QWidget):
    """The latest latencies as a line, from nothing at the bottom to the longest at the top. Says nothing by itself."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values: list[float] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def show_values(self, values: Sequence[float]) -> None:
        """Draw these, oldest first."""
        self._values = list(values)
        self.update()

    def sizeHint(self) -> QSize:
        unit = em(self)
        return QSize(9 * unit, int(1.5 * unit))

    def minimumSizeHint(self) -> QSize:
        unit = em(self)
        return QSize(5 * unit, unit)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self._values:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        unit = em(self)
        area = QRectF(self.rect()).adjusted(unit / 3, unit / 4, -unit / 3, -unit / 4)
        top = max(self._values) or 1.0
        steps = max(1, len(self._values) - 1)
        points = [
            QPointF(
                area.left() + (area.width() * index / steps if len(self._values) > 1 else 0.0),
                area.bottom() - value / top * area.height(),
            )
            for index, value in enumerate(self._values)
        ]
        accent = self.palette().color(QPalette.ColorRole.Accent)
        under = QColor(accent)
        under.setAlphaF(0.16)  # so that it is seen how far above nothing the line runs
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(under)
        ground = [
            QPointF(points[-1].x(), area.bottom()),
            QPointF(points[0].x(), area.bottom()),
        ]
        painter.drawPolygon(QPolygonF([*points, *ground]))
        painter.setPen(QPen(accent, max(1.2, unit / 12)))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF(points))
        painter.setBrush(accent)
        painter.drawEllipse(points[-1], unit / 8, unit / 8)
