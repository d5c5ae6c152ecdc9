"""The ground of an item in a list: rounded, lit where it is chosen or pointed at, framed where the keyboard is."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPalette, QPen
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from voicedesk.ui import theme


def paint_ground(painter: QPainter, option: QStyleOptionViewItem) -> tuple[QColor, QColor]:
    """Paint it, with smooth edges. Returns the colours of the text on it: of what matters, and of what is beside it."""
    unit = option.fontMetrics.height()
    palette: QPalette = option.palette
    ink, quiet = palette.color(QPalette.ColorRole.Text), theme.scheme(palette).muted
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if option.state & QStyle.StateFlag.State_Selected:
        # As of a window that is in front, so that the choice is as plain when another has the keyboard.
        active = QPalette.ColorGroup.Active
        painter.setBrush(palette.color(active, QPalette.ColorRole.Highlight))
        ink = quiet = palette.color(active, QPalette.ColorRole.HighlightedText)
    elif option.state & QStyle.StateFlag.State_MouseOver:
        painter.setBrush(theme.scheme(palette).bubble)
    if option.state & QStyle.StateFlag.State_HasFocus:
        painter.setPen(QPen(palette.color(QPalette.ColorRole.Accent), max(1.5, unit / 9)))
    painter.drawRoundedRect(QRectF(option.rect).adjusted(2, 2, -2, -2), unit / 2, unit / 2)
    return ink, quiet
