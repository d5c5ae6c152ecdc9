"""No window is larger than its screen: what a dialog has no room for is scrolled, and its buttons stay in sight."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import (
    QDialog,
    QLayout,
    QLayoutItem,
    QStyle,
    QWidget,
)

from voicedesk.ui.roomy import ContentArea, needed_height, room_for


def grow(window: QWidget) -> None:
    """Make a window as high as its words need, as far as the screen goes; it never shrinks."""
    layout = window.layout()
    assert layout is not None
    layout.activate()
    needed = needed_height(window)
    for area in window.findChildren(ContentArea):
        if area.isVisibleTo(window):
            needed += max(0, area.needed_height - area.minimumSizeHint().height())
    window.resize(window.width(), max(window.height(), min(needed, room_for(window).height())))


class FittedDialog(QDialog):
    """A dialog that is never larger than the screen, and as high as its words need as far as the screen goes.

    Its layout has to be able to get so small.
    """

    def event(self, event: QEvent) -> bool:
        result = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest and self.isVisible():
            grow(self)  # there is more to say, or it takes more lines
        return result

    def setVisible(self, visible: bool) -> None:  # noqa: FBT001 - Qt's
        # Done before its parts are shown, they are laid out only once.
        if visible and not self.isVisible():
            for layout in self.findChildren(QLayout):
                layout.invalidate()  # it is not told what is hidden in a window that is
            self.resize(self.size().boundedTo(room_for(self)))
            grow(self)
        super().setVisible(visible)
        # It is painted as it stays: without a scroll bar that was needed for a moment only.
        if visible:
            QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)


class ButtonRow(QLayout):
    """Buttons in a line, some at its beginning and the others at its end; in more lines where it is too narrow."""

    def __init__(self, gap: int) -> None:
        super().__init__()
        self._items: list[QLayoutItem] = []
        self._ends_from = 0
        self.setSpacing(gap)
        self.setContentsMargins(0, 0, 0, 0)

    def add_gap(self) -> None:
        """What is added from now on stands at the end of the line."""
        self._ends_from = len(self._items)

    # ------------------------------------------------------------------------------ Qt

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        lines = self._lines(width)
        return sum(map(_height, lines)) + self.spacing() * max(0, len(lines) - 1)

    def sizeHint(self) -> QSize:
        shown = self._shown()
        return QSize(self._width(shown), _height(shown))

    def minimumSize(self) -> QSize:
        shown = self._shown()
        widest = max((item.sizeHint().width() for item in shown), default=0)
        return QSize(max(widest, self._width(shown) // 2), _height(shown))

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        lines, top = self._lines(rect.width()), rect.top()
        for line in lines:
            self._place(line, QRect(rect.left(), top, rect.width(), _height(line)))
            top += _height(line) + self.spacing()

    # ------------------------------------------------------------------------------ lines

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _width(self, items: list[QLayoutItem]) -> int:
        gaps = self.spacing() * max(0, len(items) - 1)
        return sum(item.sizeHint().width() for item in items) + gaps

    def _lines(self, width: int) -> list[list[QLayoutItem]]:
        lines: list[list[QLayoutItem]] = [[]]
        for item in self._shown():
            if lines[-1] and self._width([*lines[-1], item]) > width:
                lines.append([])
            lines[-1].append(item)
        return lines

    def _place(self, line: list[QLayoutItem], area: QRect) -> None:
        ends = {id(item) for item in self._items[self._ends_from :]}
        left = area.left()
        parent = self.parentWidget()
        direction = (
            parent.layoutDirection() if parent is not None else Qt.LayoutDirection.LeftToRight
        )
        rest = max(0, area.width() - self._width(line))
        for item in line:
            if id(item) in ends:
                # All that is left over lies before the first of the end.
                left, rest = left + rest, 0
            size = QSize(item.sizeHint().width(), area.height())
            place = QRect(QPoint(left, area.top()), size)
            item.setGeometry(QStyle.visualRect(direction, area, place))
            left += size.width() + self.spacing()


def _height(items: list[QLayoutItem]) -> int:
    return max((item.sizeHint().height() for item in items), default=0)
