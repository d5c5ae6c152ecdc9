"""Reads a screen as it is painted, and names the gross faults: text that is faint, cut, covered or shortened.

What a widget writes is had by painting it into an SVG, which keeps each piece of text with its place, font and colour;
the ground that it stands on, and whether it is there whole, is looked up in the picture of the window.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from xml.etree import ElementTree as ET

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QBuffer, QIODevice, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QImage,
    QKeySequence,
    QRegion,
    QTransform,
)
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QFrame,
    QLabel,
    QLineEdit,
    QMenu,
    QScrollBar,
    QSizeGrip,
    QSlider,
    QStackedWidget,
    QStyle,
    QStyleOptionComboBox,
    QTabBar,
    QTableWidget,
    QWidget,
)

from voicedesk.core.resources import resource_path

SMALL_SCREEN = QSize(1366, 768)
"""In pixels of 100 %: nothing may be larger with text of the usual size."""
LEAST, LEAST_LARGE = 4.5, 3.0
"""Contrast of text and of large text: WCAG 2.2, 1.4.3."""
_LARGE, _LARGE_BOLD = 24.0, 18.66  # pixels: 18 and 14 points
_SVG = "{http://www.w3.org/2000/svg}"
_CONTROLS = (QAbstractButton, QLabel, QComboBox, QLineEdit, QSlider, QAbstractSpinBox)
_SILENT = frozenset({QWidget, QFrame, QScrollBar, QStackedWidget, QSizeGrip})
"""They write nothing themselves, unless it is the inside of an area that scrolls."""
_INK = 0.15
"""Of the way from the ground to the text's colour: what is at least so far is part of a letter."""
_COLOURS_AT_LEAST = 10
_Pixels = NDArray[np.int16]


@dataclass(frozen=True)
class Piece:
    """A piece of text that a widget has painted. Places are in the window's coordinates.

    Attributes:
        ink: Where its letters are.
        cut: How it is cut off or covered: "across", "down", both or neither.
    """

    text: str
    owner: QWidget
    ink: QRectF
    colour: QColor
    is_large: bool
    cut: frozenset[str]


class Picture:
    """A window or dialog as it is painted now."""

    def __init__(self, window: QWidget) -> None:
        self._window = window
        image = window.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
        self._ratio = image.devicePixelRatio()
        self._size = QSize(image.width(), image.height())
        rows = np.frombuffer(image.constBits(), np.uint8)
        rows = rows.reshape(image.height(), image.bytesPerLine())[:, : 4 * image.width()]
        self._pixels = rows.reshape(image.height(), -1, 4)[:, :, 2::-1].copy()
        self.pieces = list(_pieces(window))

    def faults(self) -> list[str]:
        """What is wrong, as sentences; empty when nothing is."""
        found = [*self._emptiness(), *_displaced(self._window), *_narrow(self._window)]
        for piece in self.pieces:
            found += [f"{piece.text!r} {fault}" for fault in self._faults_of(piece)]
        for one, other in combinations(self.pieces, 2):
            if one.text == other.text and one.ink == other.ink:
                continue  # painted once more in another colour, as words are that are still to sound
            if not one.cut and not other.cut and _overlap(one.ink, other.ink):
                found.append(f"{one.text!r} and {other.text!r} are written on each other")
        return found

    def _emptiness(self) -> Iterator[str]:
        if self._size != self._window.size() * self._ratio:
            yield f"the picture has {self._size.toTuple()}, the window {self._window.size().toTuple()}"
        if not self.pieces:
            yield "there is no text in it"
        kinds = _kinds(self._pixels[::5, ::5].astype(np.int16))
        if np.count_nonzero(np.bincount(kinds)) <= _COLOURS_AT_LEAST:
            yield "it is empty"

    def _faults_of(self, piece: Piece) -> Iterator[str]:
        if piece.cut:
            if not _can_scroll(piece):
                how = " and ".join(sorted(piece.cut))
                yield f"is cut or covered {how} in {named(piece.owner)}"
            return
        if _is_shortened(piece):
            yield f"is all that {named(piece.owner)} shows, and nothing says the rest"
        pixels = self._around(piece.ink, 2.0)
        ground = _ground(pixels)
        ink = _laid_over(piece.colour, ground)
        ratio, needed = contrast(ink, ground), LEAST_LARGE if piece.is_large else LEAST
        if ratio < needed and not _is_disabled(piece):
            yield f"is faint in {named(piece.owner)}: {ratio:.2f} of {needed}, {_hex(ink)} on {_hex(ground)}"
        elif ratio >= LEAST and (lost := self._lost(piece, ink, ground)) and not _is_rolled(piece):
            yield f"is not there at its {lost} in {named(piece.owner)}"

    def _around(self, place: QRectF, margin: float) -> _Pixels:
        left, top = place.left() - margin, place.top() - margin
        right, bottom = place.right() + margin, place.bottom() + margin
        rows = slice(max(0, round(top * self._ratio)), max(0, round(bottom * self._ratio)))
        columns = slice(max(0, round(left * self._ratio)), max(0, round(right * self._ratio)))
        return self._pixels[rows, columns].astype(np.int16)

    def _lost(self, piece: Piece, ink: _Pixels, ground: _Pixels) -> str:
        """The edges at which the letters of a piece should be seen and are not."""
        if not any(letter.isalnum() for letter in piece.text):
            return ""  # signs alone are turned round where one reads from the right
        place, deep = piece.ink, 3.0
        edges = {
            "left": QRectF(place.left(), place.top(), deep, place.height()),
            "right": QRectF(place.right() - deep, place.top(), deep, place.height()),
            "top": QRectF(place.left(), place.top(), place.width(), deep),
            "bottom": QRectF(place.left(), place.bottom() - deep, place.width(), deep),
        }
        far = np.abs(ink - ground).max()
        lost = []
        for name, edge in edges.items():
            pixels = self._around(edge, 1.0)
            if pixels.size == 0 or np.abs(pixels - ground).max() < _INK * far:
                lost.append(name)
        return " and ".join(lost)


# ------------------------------------------------------------------------------ what is painted


def _pieces(window: QWidget) -> Iterator[Piece]:
    for widget in [window, *window.findChildren(QWidget)]:
        holder = widget.parentWidget()
        is_viewport = isinstance(holder, QAbstractScrollArea) and holder.viewport() is widget
        if type(widget) in _SILENT and not is_viewport:
            continue
        if (
            widget.isVisible()
            and widget.window() is window
            and not widget.visibleRegion().isEmpty()
        ):
            yield from _written(widget, window)


def _written(widget: QWidget, window: QWidget) -> Iterator[Piece]:
    """The pieces of text that a widget itself paints and of which something is in sight."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    svg = QSvgGenerator()
    svg.setOutputDevice(buffer)
    svg.setResolution(widget.logicalDpiX())
    svg.setSize(widget.size())
    widget.render(svg, QPoint(), QRegion(), QWidget.RenderFlag(0))
    data = buffer.data().data()
    if b"<text" not in data:
        return
    seen = widget.visibleRegion()
    to_window = widget.mapTo(window, QPoint(0, 0))
    for group in ET.fromstring(data).iter(f"{_SVG}g"):
        transform = _matrix(group.get("transform", ""))
        for element in group.findall(f"{_SVG}text"):
            text = (element.text or "").strip()
            font = _font(element)
            ink = transform.mapRect(_ink(element, font))
            if not text or ink.isEmpty() or not seen.intersects(_without_edges(ink)):
                continue
            yield Piece(
                text=text,
                owner=widget,
                ink=ink.translated(to_window),
                colour=_colour(element),
                is_large=font.pixelSize() >= (_LARGE_BOLD if font.bold() else _LARGE),
                cut=_cut(ink, seen),
            )


def _cut(ink: QRectF, seen: QRegion) -> frozenset[str]:
    """In which direction letters are not in sight, but for what is rounded."""
    wanted = QRegion(_without_edges(ink))
    shared = seen.intersected(wanted)
    if wanted.subtracted(seen).isEmpty():
        return frozenset()
    there, whole = shared.boundingRect(), wanted.boundingRect()
    ways = {"across": there.width() < whole.width(), "down": there.height() < whole.height()}
    return frozenset(way for way, is_cut in ways.items() if is_cut or there == whole)


def _without_edges(ink: QRectF) -> QRect:
    """Letters without what reaches out of the line, as the foot of a J does, and what is rounded."""
    edge = 1.0 + 0.08 * ink.height()
    return ink.adjusted(edge, 1, -edge, -1).toRect()


def _matrix(text: str) -> QTransform:
    if not text.startswith("matrix("):
        return QTransform()
    return QTransform(*(float(part) for part in text[7:-1].split(",")))


def _font(element: ET.Element) -> QFont:
    font = QFont(element.get("font-family", ""))
    font.setPixelSize(max(1, round(float(element.get("font-size", "1")))))
    font.setWeight(QFont.Weight(int(element.get("font-weight", "400"))))
    font.setItalic(element.get("font-style") == "italic")
    return font


def _ink(element: ET.Element, font: QFont) -> QRectF:
    text, metrics = element.text or "", QFontMetricsF(font)
    indent = metrics.horizontalAdvance(text[: len(text) - len(text.lstrip())])
    left, line = float(element.get("x", "0")) + indent, float(element.get("y", "0"))
    return metrics.tightBoundingRect(text.strip()).translated(left, line)


def _colour(element: ET.Element) -> QColor:
    colour = QColor(element.get("fill", "#000000"))
    colour.setAlphaF(float(element.get("fill-opacity", "1")))
    return colour


# -------------------------------------------------------------------------------------- colours


def _ground(pixels: _Pixels) -> _Pixels:
    """The colour that most of a place has; one with a gradient counts as one colour."""
    kinds = _kinds(pixels)
    most = pixels.reshape(-1, 3)[kinds == np.bincount(kinds).argmax()]
    result: _Pixels = most.mean(axis=0).round().astype(np.int16)
    return result


def _kinds(pixels: _Pixels) -> _Pixels:
    """A number for each pixel: the same for colours that are nearly the same."""
    coarse = pixels.reshape(-1, 3) >> 4
    return (coarse[:, 0] << 8) | (coarse[:, 1] << 4) | coarse[:, 2]


def _laid_over(colour: QColor, ground: _Pixels) -> _Pixels:
    share = colour.alphaF()
    own = np.array([colour.red(), colour.green(), colour.blue()])
    result: _Pixels = (own * share + ground * (1.0 - share)).round().astype(np.int16)
    return result


def contrast(one: _Pixels, other: _Pixels) -> float:
    """The contrast of two colours (red, green, blue; 0 to 255), from 1 to 21: WCAG 2.2."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: _Pixels) -> float:
    parts = np.asarray(colour, np.float64) / 255.0
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


def _hex(colour: _Pixels) -> str:
    return "#" + "".join(f"{int(part):02x}" for part in colour)


# ------------------------------------------------------------------------------------- the rest


def named(widget: QWidget) -> str:
    """What a widget is called in what is told of it."""
    text = widget.accessibleName() or str(getattr(widget, "text", str)())
    parent = widget.parentWidget()
    around = "" if parent is None or text else f" of {named(parent)}"
    return f"{type(widget).__name__} {text!r}" if text else f"{type(widget).__name__}{around}"


def _can_scroll(piece: Piece) -> bool:
    """Whether the rest comes into sight by scrolling, or is what somebody has typed."""
    widget: QWidget | None = piece.owner
    if isinstance(widget, QLineEdit) and widget.text():
        return True
    ways: set[str] = set()
    while widget is not None:
        if isinstance(widget, QAbstractScrollArea):
            bars = {"across": widget.horizontalScrollBar(), "down": widget.verticalScrollBar()}
            ways |= {way for way, bar in bars.items() if bar.isVisible()}
        widget = widget.parentWidget()
    return piece.cut <= ways


def _is_rolled(piece: Piece) -> bool:
    """Whether it is an entry of a menu that is higher than the screen, which rolls under the mouse and by key."""
    owner = piece.owner
    return isinstance(owner, QMenu) and owner.sizeHint().height() > owner.height()


def _is_shortened(piece: Piece) -> bool:
    """Whether a text ends in dots that nobody has written there, and nobody is told the rest."""
    if "…" not in piece.text:
        return False
    owner = piece.owner
    known = [" ".join(text.split()).replace("&", "") for text in _known_texts(owner)]
    start = " ".join(piece.text.partition("…")[0].split())
    if any(start in text and "…" not in text for text in known):
        return False
    is_words_of_ours = isinstance(owner, QLabel | QAbstractButton)
    return not any(
        piece.text in text and (not is_words_of_ours or _own_dots().fullmatch(text))
        for text in known
    )


@lru_cache(maxsize=1)
def _own_dots() -> re.Pattern[str]:
    """The texts of the window that are written with such dots, in both languages."""
    root = ET.parse(resource_path("translations") / "voicedesk_de.ts").getroot()
    texts = {
        re.sub(r"\\\{\w*\\\}", ".*", re.escape((each.text or "").replace("&", "")))
        for tag in ("source", "translation")
        for each in root.iter(tag)
        if "…" in (each.text or "")
    }
    return re.compile("|".join(sorted(texts)))


def _known_texts(widget: QWidget) -> Iterator[str]:
    """All that is known of what a widget says: its own text, tooltip and accessible names, and those of its items."""
    yield from (widget.toolTip(), widget.accessibleName(), widget.accessibleDescription())
    for name in ("text", "title", "currentText", "placeholderText", "toPlainText"):
        yield str(getattr(widget, name, str)())
    if isinstance(widget, QMenu):
        yield from (action.text() for action in widget.actions())
    if isinstance(widget, QTabBar):
        for index in range(widget.count()):
            yield from (widget.tabText(index), widget.tabToolTip(index))
    view = widget.parentWidget()
    if isinstance(view, QAbstractItemView):
        model, roles = view.model(), Qt.ItemDataRole
        columns = view.columnCount() if isinstance(view, QTableWidget) else 1
        for row in range(model.rowCount()):
            for column in range(columns):
                place = model.index(row, column)
                for role in (roles.DisplayRole, roles.ToolTipRole, roles.AccessibleTextRole):
                    yield str(model.data(place, role) or "")
    elif view is not None and isinstance(view, QAbstractScrollArea):
        yield from _known_texts(view)


def _is_disabled(piece: Piece) -> bool:
    """Whether it belongs to something that cannot be used now, which may be faint: WCAG 2.2, 1.4.3."""
    if not isinstance(piece.owner, QMenu):
        return not piece.owner.isEnabled()
    native = QKeySequence.SequenceFormat.NativeText
    return any(
        piece.text in f"{each.text()} {each.shortcut().toString(native)}".replace("&", "")
        for each in piece.owner.actions()
        if not each.isEnabled()
    )


def _overlap(one: QRectF, other: QRectF) -> bool:
    shared = one.intersected(other)
    return shared.width() > 2.0 and shared.height() > 2.0


def _controls(window: QWidget) -> Iterator[QWidget]:
    for widget in window.findChildren(QWidget):
        if not isinstance(widget, _CONTROLS) or not widget.isVisible():
            continue
        inside_of = widget.parentWidget()
        is_part = isinstance(
            inside_of, QLineEdit | QComboBox | QAbstractSpinBox | QTabBar | QAbstractItemView
        )
        if widget.window() is window and not is_part and not isinstance(inside_of, QScrollBar):
            yield widget


def _displaced(window: QWidget) -> Iterator[str]:
    """Widgets that reach out of their parents, and controls that lie on each other."""
    for widget in window.findChildren(QWidget):
        parent = widget.parentWidget()
        if not widget.isVisible() or widget.window() is not window or parent is None:
            continue
        holder = parent.parentWidget()
        if isinstance(holder, QAbstractScrollArea) and holder.viewport() is parent:
            continue  # it scrolls
        if not parent.rect().contains(widget.geometry()):
            place, room = widget.geometry().getRect(), parent.rect().getRect()
            yield f"{named(widget)} reaches out of {named(parent)}: {place} of {room}"
    places = {
        widget: widget.visibleRegion().translated(widget.mapTo(window, QPoint(0, 0)))
        for widget in _controls(window)
    }
    for one, other in combinations(places, 2):
        shared = places[one].intersected(places[other]).boundingRect()
        is_within = one.isAncestorOf(other) or other.isAncestorOf(one)
        if min(shared.width(), shared.height()) > 1 and not is_within:
            yield f"{named(one)} and {named(other)} lie on each other"


def _narrow(window: QWidget) -> Iterator[str]:
    """Boxes in which one of the choices would be cut, and labels with less room than they ask for."""
    for widget in _controls(window):
        if isinstance(widget, QComboBox) and not widget.toolTip():
            option = QStyleOptionComboBox()
            widget.initStyleOption(option)
            room = QApplication.style().subControlRect(
                QStyle.ComplexControl.CC_ComboBox,
                option,
                QStyle.SubControl.SC_ComboBoxEditField,
                widget,
            )
            for index in range(widget.count()):
                text = widget.itemText(index)
                needs = widget.fontMetrics().horizontalAdvance(text)
                if needs > room.width():
                    yield f"{text!r} has {room.width()} of {needs} in {named(widget)}"
        elif isinstance(widget, QLabel) and widget.wordWrap():
            needs = widget.heightForWidth(widget.width())
            if widget.height() < needs:
                yield f"{named(widget)} has a height of {widget.height()}, not {needs}"
        elif isinstance(widget, QLabel | QAbstractButton):
            needs = widget.minimumSizeHint().width()
            if widget.width() < needs:
                yield f"{named(widget)} has a width of {widget.width()}, not {needs}"


__all__ = ["SMALL_SCREEN", "Picture", "Piece", "contrast", "named"]
