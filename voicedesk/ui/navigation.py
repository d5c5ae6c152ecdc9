"""How the lists beside the settings are drawn: the pages with their icons, and the settings that were found."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractItemView, QStyledItemDelegate, QStyleOptionViewItem

from voicedesk.ui.icons import paint_icon
from voicedesk.ui.list_ground import paint_ground

ICON_ROLE = Qt.ItemDataRole.UserRole
"""The role under which an item keeps the name of its icon."""
LEVEL_ROLE = Qt.ItemDataRole.UserRole + 1
"""The role under which an item keeps how far it is indented: 1 for a page that belongs to the one above."""
NOTE_ROLE = Qt.ItemDataRole.UserRole + 2
"""The role under which an item keeps a second, quieter line."""


_ICON_ALONE_EM = 6


class NavigationDelegate(QStyledItemDelegate):
    """Draws an item of the list of pages: where that is narrow, the icon alone."""

    def sizeHint(
        self, option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        unit = option.fontMetrics.height()
        return QSize(8 * unit, int(2.4 * unit))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        unit = option.fontMetrics.height()
        area = QRectF(option.rect).adjusted(2, 2, -2, -2)
        painter.save()
        ink, _ = paint_ground(painter, option)
        side = 1.25 * unit
        margin = 0.7 * unit
        if area.width() < _ICON_ALONE_EM * unit:
            place = QRectF(0, 0, side, side)
            place.moveCenter(area.center())
            paint_icon(painter, place, index.data(ICON_ROLE), ink)
            painter.restore()
            return
        is_mirrored = painter.layoutDirection() == Qt.LayoutDirection.RightToLeft
        indent = 1.3 * unit * (index.data(LEVEL_ROLE) or 0)
        area.adjust(0 if is_mirrored else indent, 0, -indent if is_mirrored else 0, 0)
        left = area.right() - margin - side if is_mirrored else area.left() + margin
        place = QRectF(left, area.center().y() - side / 2, side, side)
        paint_icon(painter, place, index.data(ICON_ROLE), ink)
        text = area.adjusted(2 * margin + side, 0, -margin, 0)
        if is_mirrored:
            text = area.adjusted(margin, 0, -2 * margin - side, 0)
        painter.setPen(ink)
        painter.drawText(
            text,
            Qt.AlignmentFlag.AlignVCenter
            | Qt.AlignmentFlag.AlignLeading
            | Qt.TextFlag.TextWordWrap,
            index.data(),
        )
        painter.restore()


class ResultDelegate(QStyledItemDelegate):
    """Draws a setting that was found: its name, and below it where it is."""

    def __init__(self, view: QAbstractItemView) -> None:
        super().__init__(view)
        self._view = view

    def _bar_width(self) -> int:
        """Room for the scroll bar is left always: rows are not measured anew when it comes."""
        return self._view.verticalScrollBar().sizeHint().width()

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        unit = option.fontMetrics.height()
        width = max(4 * unit, self._view.width() - self._bar_width() - unit - 4)
        flags = Qt.TextFlag.TextWordWrap
        room = QRect(0, 0, width, 10 * unit)
        height = option.fontMetrics.boundingRect(room, flags, index.data()).height()
        height += option.fontMetrics.boundingRect(room, flags, index.data(NOTE_ROLE)).height()
        return QSize(8 * unit, height + int(0.8 * unit))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        unit = option.fontMetrics.height()
        area = QRectF(option.rect).adjusted(2, 2, -2, -2)
        painter.save()
        name, note = paint_ground(painter, option)
        inner = area.adjusted(unit / 2, 0.3 * unit, -unit / 2, -0.3 * unit)
        flags = Qt.AlignmentFlag.AlignLeading | Qt.TextFlag.TextWordWrap
        painter.setPen(name)
        painter.drawText(inner, flags | Qt.AlignmentFlag.AlignTop, index.data())
        painter.setPen(note)
        painter.drawText(inner, flags | Qt.AlignmentFlag.AlignBottom, index.data(NOTE_ROLE))
        painter.restore()
