"""Room for words that wrap: Qt gives a window the height that its widgets want at their widest."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QSize, Qt
from PySide6.QtGui import QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QApplication,
    QDialog,
    QLayout,
    QScrollArea,
    QSizePolicy,
    QStyle,
    QVBoxLayout,
    QWidget,
)

from voicedesk.ui.icons import em
from voicedesk.ui.widgets import FocusFrame, style_scroll_bar

_TITLE_BAR = QStyle.PixelMetric.PM_TitleBarHeight
_LEAST_EM = 4
"""So low may be what is scrolled."""
_MOST = 1 << 20
_CHANGES = frozenset({QEvent.Type.LayoutRequest, QEvent.Type.Resize, QEvent.Type.Show})


def needed_height(widget: QWidget) -> int:
    """The height at which nothing in a widget with a layout is cut at its present width."""
    layout = widget.layout()
    assert layout is not None
    if layout.hasHeightForWidth():
        return layout.totalMinimumHeightForWidth(widget.width())
    return layout.totalMinimumSize().height()


def settle(widget: QWidget) -> None:
    """Give texts of another length their room at once: by itself it takes the layouts around them a few rounds."""
    around: QWidget | None = widget
    while around is not None and not isinstance(around, QAbstractScrollArea):
        layout = around.layout()
        if layout is not None:
            layout.activate()
        around = around.parentWidget()


def room_for(window: QWidget) -> QSize:
    """How large a window may be on its screen, without its frame."""
    room = window.screen().availableGeometry().size()
    frame = window.frameGeometry().size() - window.size()  # nothing before it was shown
    title_bar = window.style().pixelMetric(_TITLE_BAR, None, window)
    return QSize(room.width() - frame.width(), room.height() - max(frame.height(), title_bar))


class FocusFollower(QObject):
    """Scrolls an area to what gets the keyboard. Qt does so only while that goes on from within the area."""

    def __init__(self, area: QScrollArea) -> None:
        super().__init__(area)
        self._area = area
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._show)

    def _show(self, _before: QWidget | None, now: QWidget | None) -> None:
        if now is not None and self._area.isAncestorOf(now):
            self._area.ensureWidgetVisible(now)


class ContentArea(QScrollArea):
    """What a dialog is about: as large as that where there is room, else scrolled from top to bottom."""

    def __init__(self, content: QWidget, name: str, parent: QWidget | None = None) -> None:
        """``content`` has a layout; ``name`` is what a screen reader calls it."""
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.verticalScrollBar().rangeChanged.connect(self._on_range)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(content)
        self.viewport().setAutoFillBackground(False)
        content.setAutoFillBackground(False)
        if self._inside().hasHeightForWidth():
            # Else the height of words that wrap would be taken at their narrowest.
            content.setMinimumHeight(1)
        FocusFrame(self)
        FocusFollower(self)
        self._style()

    @property
    def needed_height(self) -> int:
        """The height at which nothing in it has to be scrolled, at its present width."""
        return self._height_at(self.width())

    def _height_at(self, width: int) -> int:
        layout = self._inside()
        if layout.hasHeightForWidth():
            return layout.totalHeightForWidth(width)
        return layout.totalMinimumSize().height()

    def sizeHint(self) -> QSize:
        return self._inside().totalSizeHint()

    def minimumSizeHint(self) -> QSize:
        least, bar = self._inside().totalMinimumSize(), self.verticalScrollBar().sizeHint()
        return QSize(least.width() + bar.width(), min(least.height(), _LEAST_EM * em(self)))

    def _on_range(self, _least: int, most: int) -> None:
        """Who has no mouse scrolls it by key, and need not pass it where there is nothing to scroll."""
        policy = Qt.FocusPolicy.TabFocus if most else Qt.FocusPolicy.NoFocus
        self.setFocusPolicy(policy)

    def _inside(self) -> QLayout:
        content = self.widget()
        layout = content.layout() if content is not None else None
        assert layout is not None
        return layout

    def _style(self) -> None:
        style_scroll_bar(self.verticalScrollBar(), self.palette(), QPalette.ColorRole.Window)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.widget() and event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()  # what is in it wants another size
            if isinstance(self.window(), QDialog):  # it grows at once, before a scroll bar comes
                QCoreApplication.sendEvent(self.window(), QEvent(QEvent.Type.LayoutRequest))
            self._choose_bar()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._choose_bar()
        super().resizeEvent(event)

    def _choose_bar(self) -> None:
        """No bar where all fits: one that is there makes words wrap that then need it."""
        policy = Qt.ScrollBarPolicy
        fits = self.height() >= self.needed_height
        self.setVerticalScrollBarPolicy(
            policy.ScrollBarAlwaysOff if fits else policy.ScrollBarAsNeeded
        )

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self.widget() is not None:
            self._style()


class NoticeArea(ContentArea):
    """Notices and questions one below the other, as high as they are; scrolled where that is more than the screen has."""

    def __init__(self, notices: Iterable[QWidget], name: str, parent: QWidget) -> None:
        inside = QWidget(parent)
        rows = QVBoxLayout(inside)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        for each in notices:
            rows.addWidget(each)
        super().__init__(inside, name, parent)
        self._highest = _MOST
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def hold(self, highest: int) -> None:
        """Be no higher than this, in pixels."""
        if highest != self._highest:
            self._highest = highest
            self.updateGeometry()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return min(self._height_at(width), self._highest)

    def minimumSizeHint(self) -> QSize:
        least = self._inside().totalMinimumSize()
        return QSize(least.width(), min(least.height(), self._highest))


def set_least(window: QWidget, inside: QWidget, wanted: QSize) -> None:
    """Let a window be no smaller than is wanted, unless its screen is, and no narrower than what is inside."""
    least = wanted.boundedTo(room_for(window))
    window.setMinimumSize(least.expandedTo(QSize(inside.minimumSizeHint().width(), 0)))


class RoomyWidget(QWidget):
    """The inside of a window, which does not get lower than what is in it needs.

    Attributes:
        rows: Its layout, from top to bottom without gaps.
    """

    def __init__(self, parent: QWidget, least: Callable[[], int]) -> None:
        """``least``: how low the window may be in any case."""
        super().__init__(parent)
        self._least = least
        self._yielding: list[NoticeArea] = []
        self.rows = QVBoxLayout(self)
        self.rows.setContentsMargins(0, 0, 0, 0)
        self.rows.setSpacing(0)

    def gather(self, *notices: QWidget) -> NoticeArea:
        """Put together what gives way where the screen is too low for all that is in the window."""
        area = NoticeArea(notices, notices[0].accessibleName(), self)
        self._yielding.append(area)
        return area

    def event(self, event: QEvent) -> bool:
        result = super().event(event)
        if event.type() in _CHANGES and hasattr(self, "rows"):
            self._hold()
        return result

    def _hold(self) -> None:
        window = self.window()
        room = room_for(window).height()
        around = window.height() - self.height() if self.isVisible() else 0
        self._share(room - around)
        height = min(max(self._least(), needed_height(self) + around), room)
        if window is not self and height != window.minimumHeight():
            window.setMinimumHeight(height)

    def _share(self, room: int) -> None:
        """Have what gives way be no higher than all the rest leaves it; the first may take most."""
        width, least = self.width(), _LEAST_EM * em(self)
        shown = sum(area.heightForWidth(width) for area in self._yielding)
        left = room - (needed_height(self) - shown)
        for place, area in enumerate(self._yielding):
            later = [each.needed_height for each in self._yielding[place + 1 :]]
            highest = max(least, left - sum(min(least, height) for height in later))
            area.hold(highest)
            left -= min(area.needed_height, highest)
