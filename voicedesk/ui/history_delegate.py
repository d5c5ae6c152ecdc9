"""How a conversation looks in the list: its title and date, and below them where the words were found."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QPainter,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from voicedesk.ui.history_model import DATE_ROLE, EXCERPT_ROLE, MARKS_ROLE
from voicedesk.ui.list_ground import paint_ground

_Index = QModelIndex | QPersistentModelIndex


def marked(marks: Sequence[tuple[int, int]]) -> list[QTextLayout.FormatRange]:
    """Ranges of a text in bold."""
    result = []
    for start, end in marks:
        part = QTextLayout.FormatRange()
        part.start, part.length = start, end - start
        part.format = QTextCharFormat()
        part.format.setFontWeight(QFont.Weight.Bold)
        result.append(part)
    return result


class HistoryDelegate(QStyledItemDelegate):
    """Draws a conversation, and edits its title in place."""

    def sizeHint(self, option: QStyleOptionViewItem, _index: _Index) -> QSize:
        unit = option.fontMetrics.height()
        return QSize(12 * unit, int(3.3 * unit))

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, _index: _Index
    ) -> None:
        place = QRect(option.rect)
        place.setHeight(max(editor.sizeHint().height(), option.rect.height() // 2))
        editor.setGeometry(place)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        unit = option.fontMetrics.height()
        painter.save()
        ink, quiet = paint_ground(painter, option)
        inner = QRectF(option.rect).adjusted(0.7 * unit, 0.45 * unit, -0.7 * unit, -0.45 * unit)
        line = inner.height() / 2
        date = index.data(DATE_ROLE)
        metrics = QFontMetricsF(option.font)
        first = QRectF(inner.left(), inner.top(), inner.width(), line)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        painter.setPen(quiet)
        painter.drawText(first, flags | Qt.AlignmentFlag.AlignTrailing, date)
        bold = QFont(option.font)
        bold.setWeight(QFont.Weight.DemiBold)
        room = first.width() - metrics.horizontalAdvance(date) - unit
        is_mirrored = painter.layoutDirection() == Qt.LayoutDirection.RightToLeft
        place = QRectF(
            first.right() - room if is_mirrored else first.left(), first.top(), room, line
        )
        painter.setFont(bold)
        painter.setPen(ink)
        title = QFontMetricsF(bold).elidedText(index.data(), Qt.TextElideMode.ElideRight, room)
        painter.drawText(place, flags | Qt.AlignmentFlag.AlignLeading, title)
        self._paint_excerpt(
            painter,
            option,
            index,
            QRectF(inner.left(), inner.top() + line, inner.width(), line),
            quiet,
        )
        painter.restore()

    @staticmethod
    def _paint_excerpt(
        painter: QPainter, option: QStyleOptionViewItem, index: _Index, place: QRectF, ink: QColor
    ) -> None:
        """One line, from its beginning; what was searched for is bold."""
        layout = QTextLayout(" ".join(index.data(EXCERPT_ROLE).splitlines()), option.font)
        layout.setFormats(marked(index.data(MARKS_ROLE)))
        text_option = QTextOption(Qt.AlignmentFlag.AlignLeading)
        text_option.setTextDirection(painter.layoutDirection())
        text_option.setWrapMode(QTextOption.WrapMode.WordWrap)
        layout.setTextOption(text_option)
        layout.beginLayout()
        line = layout.createLine()
        line.setLineWidth(place.width())
        layout.endLayout()
        painter.setPen(ink)
        top = place.top() + (place.height() - line.height()) / 2
        line.draw(painter, QPointF(place.left(), top))
