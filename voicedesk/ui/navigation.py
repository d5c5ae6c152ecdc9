"""How the list of the settings' pages is drawn: an icon, a name, and a rounded ground under the chosen one."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPalette, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from voicedesk.ui import theme
from voicedesk.ui.icons import paint_icon

ICON_ROLE = Qt.ItemDataRole.UserRole
"""The role under which an item keeps the name of its icon."""


class NavigationDelegate(QStyledItemDelegate):
    """Draws an item of the list of pages."""

    def sizeHint(
        self, option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        unit = option.fontMetrics.height()
        return QSize(8 * unit, int(2.5 * unit))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        unit = option.fontMetrics.height()
        state = option.state
        palette: QPalette = option.palette
        area = QRectF(option.rect).adjusted(2, 2, -2, -2)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        ink = palette.color(QPalette.ColorRole.Text)
        if state & QStyle.StateFlag.State_Selected:
            painter.setBrush(
                palette.color(QPalette.ColorGroup.Active, QPalette.ColorRole.Highlight)
            )
            ink = palette.color(QPalette.ColorGroup.Active, QPalette.ColorRole.HighlightedText)
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(theme.scheme(palette).bubble)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(palette.color(QPalette.ColorRole.Accent), max(1.5, unit / 9)))
        radius = unit / 2
        painter.drawRoundedRect(area, radius, radius)
        side = 1.25 * unit
        margin = 0.7 * unit
        is_mirrored = painter.layoutDirection() == Qt.LayoutDirection.RightToLeft
        left = area.right() - margin - side if is_mirrored else area.left() + margin
        place = QRectF(left, area.center().y() - side / 2, side, side)
        paint_icon(painter, place, index.data(ICON_ROLE), ink)
        text = area.adjusted(2 * margin + side, 0, -margin, 0)
        if is_mirrored:
            text = area.adjusted(margin, 0, -2 * margin - side, 0)
        painter.setPen(ink)
        painter.drawText(
            text, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading, index.data()
        )
        painter.restore()
