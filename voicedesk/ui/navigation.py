"""How the lists beside the settings are drawn: the pages with their icons, and the settings that were found."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPalette, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from voicedesk.ui import theme
from voicedesk.ui.icons import paint_icon

ICON_ROLE = Qt.ItemDataRole.UserRole
"""The role under which an item keeps the name of its icon."""
LEVEL_ROLE = Qt.ItemDataRole.UserRole + 1
"""The role under which an item keeps how far it is indented: 1 for a page that belongs to the one above."""
NOTE_ROLE = Qt.ItemDataRole.UserRole + 2
"""The role under which an item keeps a second, quieter line."""


class NavigationDelegate(QStyledItemDelegate):
    """Draws an item of the list of pages."""

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

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        unit = option.fontMetrics.height()
        width = option.rect.width() - unit if option.rect.width() > 0 else 10 * unit
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
        palette: QPalette = option.palette
        area = QRectF(option.rect).adjusted(2, 2, -2, -2)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        name, note = palette.color(QPalette.ColorRole.Text), theme.scheme(palette).muted
        if option.state & QStyle.StateFlag.State_Selected:
            active = QPalette.ColorGroup.Active
            painter.setBrush(palette.color(active, QPalette.ColorRole.Highlight))
            name = note = palette.color(active, QPalette.ColorRole.HighlightedText)
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(theme.scheme(palette).bubble)
        painter.drawRoundedRect(area, unit / 2, unit / 2)
        inner = area.adjusted(unit / 2, 0.3 * unit, -unit / 2, -0.3 * unit)
        flags = Qt.AlignmentFlag.AlignLeading | Qt.TextFlag.TextWordWrap
        painter.setPen(name)
        painter.drawText(inner, flags | Qt.AlignmentFlag.AlignTop, index.data())
        painter.setPen(note)
        painter.drawText(inner, flags | Qt.AlignmentFlag.AlignBottom, index.data(NOTE_ROLE))
        painter.restore()
