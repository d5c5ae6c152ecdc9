"""Room for words that wrap: Qt gives a window the height that its widgets want at their widest."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QWidget

_CHANGES = frozenset({QEvent.Type.LayoutRequest, QEvent.Type.Resize, QEvent.Type.Show})


def needed_height(widget: QWidget) -> int:
    """The height at which nothing in a widget with a layout is cut at its present width."""
    layout = widget.layout()
    assert layout is not None
    if layout.hasHeightForWidth():
        return layout.totalMinimumHeightForWidth(widget.width())
    return layout.totalMinimumSize().height()


def grow(window: QWidget) -> None:
    """Make a window as high as its words need, as far as the screen goes; it never shrinks."""
    layout = window.layout()
    assert layout is not None
    layout.activate()
    room = window.screen().availableGeometry().height()
    window.resize(window.width(), max(window.height(), min(needed_height(window), room)))


class RoomyWidget(QWidget):
    """The inside of a window, which does not get lower than what is in it needs."""

    def __init__(self, parent: QWidget, least: Callable[[], int]) -> None:
        """``least``: how low the window may be in any case."""
        super().__init__(parent)
        self._least = least

    def event(self, event: QEvent) -> bool:
        result = super().event(event)
        if event.type() in _CHANGES and self.layout() is not None:
            self._hold()
        return result

    def _hold(self) -> None:
        window = self.window()
        room = window.screen().availableGeometry().height()
        around = window.height() - self.height() if self.isVisible() else 0
        height = max(self._least(), min(needed_height(self) + around, room))
        if window is not self and height != window.minimumHeight():
            window.setMinimumHeight(height)
