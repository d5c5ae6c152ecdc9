"""Icons: SVG files of ours, drawn in the colour of the text beside them."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QWidget

from voicedesk.core.resources import resource_path

_SMALL = 16  # the side of icons in fields and menus
_SCALES = (1, 2, 3)  # of screens; what lies between is scaled down


@lru_cache(maxsize=64)
def _source(name: str) -> str:
    return resource_path("icons", f"{name}.svg").read_text(encoding="utf-8")


@lru_cache(maxsize=256)
def _renderer(name: str, colour: str) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(_source(name).replace("currentColor", colour).encode()))


@lru_cache(maxsize=128)
def _pixmap(name: str, colour: str, side: int, scale: float) -> QPixmap:
    pixmap = QPixmap(side, side)
    pixmap.fill(Qt.GlobalColor.transparent)
    pixmap.setDevicePixelRatio(scale)
    painter = QPainter(pixmap)
    _renderer(name, colour).render(painter, QRectF(0, 0, side / scale, side / scale))
    painter.end()
    return pixmap


def paint_icon(painter: QPainter, rect: QRectF, name: str, colour: QColor) -> None:
    """Draw an icon into a square, sharp at any scale."""
    scale = painter.device().devicePixelRatio()
    side = max(1, round(rect.width() * scale))
    painter.drawPixmap(rect.topLeft(), _pixmap(name, colour.name(), side, scale))


@lru_cache(maxsize=64)
def _icon(name: str, colour: str, faded: str, side: int) -> QIcon:
    result = QIcon()
    for mode, shade in ((QIcon.Mode.Normal, colour), (QIcon.Mode.Disabled, faded)):
        for scale in _SCALES:
            result.addPixmap(_pixmap(name, shade, side * scale, 1.0), mode)
    return result


def icon(name: str, palette: QPalette, side: int = _SMALL) -> QIcon:
    """An icon in the colours of a palette, sharp at a side of so many pixels. Ask again when the palette changes."""
    role = QPalette.ColorRole.ButtonText
    return _icon(
        name,
        palette.color(QPalette.ColorGroup.Active, role).name(),
        palette.color(QPalette.ColorGroup.Disabled, role).name(),
        side,
    )


@lru_cache(maxsize=1)
def application_icon() -> QIcon:
    """The icon of the application, in its own colours."""
    result = QIcon()
    renderer = QSvgRenderer(str(resource_path("icons", "voicedesk.svg")))
    for size in (16, 24, 32, 48, 64, 128, 256):
        pixmap = QPixmap(size, size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        renderer.render(painter, QRectF(0, 0, size, size))
        painter.end()
        result.addPixmap(pixmap)
    return result


def em(widget: QWidget) -> int:
    """The height of the widget's font, the unit of all sizes."""
    return widget.fontMetrics().height()
