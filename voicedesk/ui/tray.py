"""The icon in the desktop's tray: what the application is doing, and the few things that one may want from there."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QAction, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QMenu, QSystemTrayIcon, QWidget

from voicedesk.conversation.control import TalkControl
from voicedesk.core.events import Event, LinkChanged, StateChanged
from voicedesk.ui import theme
from voicedesk.ui.icons import application_icon, paint_icon
from voicedesk.ui.status import Status, status_of, status_word

_SIZES = (16, 22, 24, 32, 48, 64)


def status_icon(status: Status, widget: QWidget) -> QIcon:
    """The application's icon with the sign of a status on it."""
    base = application_icon()
    if status is Status.READY:
        return base
    result = QIcon()
    colours = theme.scheme(widget.palette())
    for size in _SIZES:
        pixmap = QPixmap(size, size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawPixmap(0, 0, base.pixmap(size, size))
        side = 0.62 * size
        sign = QRectF(size - side, size - side, side, side)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(widget.palette().base())
        painter.drawEllipse(sign)
        inner = sign.adjusted(0.1 * side, 0.1 * side, -0.1 * side, -0.1 * side)
        paint_icon(painter, inner, status.icon, colours.status[status])
        painter.end()
        result.addPixmap(pixmap)
    return result


class Tray(QObject):
    """Shows the status and offers a menu. On a desktop without a tray it does nothing.

    Signals:
        wanted: The user wants to see the window.
    """

    wanted = Signal()

    def __init__(
        self, window: QWidget, control: TalkControl, actions: Sequence[QAction | None]
    ) -> None:
        """Nothing is shown yet.

        Args:
            window: Can be shown and hidden from here.
            control: Says what is going on.
            actions: What else can be done, in the order of the menu; None for a line between.
        """
        super().__init__(window)
        self._window = window
        self._control = control
        self._status: Status | None = None
        self._icon = QSystemTrayIcon(self)
        self._icon.activated.connect(self._on_activated)
        self._menu = QMenu(window)
        self._word = self._menu.addAction("")
        self._word.setEnabled(False)
        self._show_window = self._menu.addAction("")
        self._show_window.triggered.connect(self._toggle_window)
        for action in actions:
            if action is None:
                self._menu.addSeparator()
            else:
                self._menu.addAction(action)
        self._menu.aboutToShow.connect(self._name_window)
        self._icon.setContextMenu(self._menu)
        self._name_window()
        window.installEventFilter(self)
        self._stop_observing = control.observe(self._on_event)
        self._show_status()

    @property
    def menu(self) -> QMenu:
        """What opens from the icon."""
        return self._menu

    @property
    def tip(self) -> str:
        """What is said when the mouse is over the icon."""
        return self._icon.toolTip()

    @staticmethod
    def is_available() -> bool:
        """Whether this desktop has a tray."""
        return QSystemTrayIcon.isSystemTrayAvailable()

    def show(self) -> bool:
        """Show the icon where there is a tray. Returns whether there is."""
        is_there = self.is_available()
        self._icon.setVisible(is_there)
        return is_there

    def close(self) -> None:
        """Take the icon away. Safe to call twice."""
        self._icon.hide()
        self._stop_observing()
        self._stop_observing = _nothing

    def _on_event(self, event: Event) -> None:
        if isinstance(event, StateChanged | LinkChanged):
            self._show_status()

    def _show_status(self) -> None:
        status = status_of(self._control.state, self._control.link)
        if status is self._status:
            return
        self._status = status
        word = status_word(status)
        self._word.setText(word)
        self._icon.setIcon(status_icon(status, self._window))
        self._icon.setToolTip(self.tr("VoiceDesk: {}").format(word))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.PaletteChange and self._status is not None:
            self._icon.setIcon(status_icon(self._status, self._window))
        return super().eventFilter(watched, event)

    def _name_window(self) -> None:
        is_there = self._window.isVisible() and not self._window.isMinimized()
        self._show_window.setText(
            self.tr("Hide the Window") if is_there else self.tr("Show the Window")
        )

    def _toggle_window(self) -> None:
        if self._window.isVisible() and not self._window.isMinimized():
            self._window.hide()
        else:
            self._raise()

    def _raise(self) -> None:
        self._window.setWindowState(self._window.windowState() & ~Qt.WindowState.WindowMinimized)
        self._window.show()
        self._window.raise_()
        self._window.activateWindow()
        self.wanted.emit()

    def _on_activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason == QSystemTrayIcon.ActivationReason.Trigger:
            self._raise()


def _nothing() -> None:
    """There is nothing left to end."""
