"""How the window is there: whole or compact, with a sign in the tray, with sound or without."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

from voicedesk.conversation.control import TalkControl
from voicedesk.ui.announce import announce
from voicedesk.ui.compact import CompactMode
from voicedesk.ui.tray import Tray
from voicedesk.ui.widgets import Hairline

if TYPE_CHECKING:  # the window makes it
    from voicedesk.ui.main_window import MainWindow


class WindowModes(QObject):
    """Adds its actions to the window's menu.

    Attributes:
        compact: Makes the window small.
        compact_action: Does so from menus and by key.
        mute_action: Whether answers are silent.
        tray: None until ``show_tray``.

    Signals:
        muted: Answers are to be silent, or to sound again.
    """

    muted = Signal(bool)

    def __init__(self, window: MainWindow, control: TalkControl) -> None:
        super().__init__(window)
        menu = window.header.menu.menu()
        assert menu is not None
        window.closed.connect(self.close)
        middle = window.centralWidget()
        layout = middle.layout() if middle is not None else None
        assert middle is not None
        assert layout is not None
        self._window = window
        self._control = control
        self.tray: Tray | None = None
        self.compact = CompactMode(
            window,
            window.transcript,
            hidden=[
                *(window.header, window.transcript, window.strip, window.question_field),
                *middle.findChildren(Hairline),  # those of open dialogs are not the window's
            ],
            bars=[
                *(window.messages, window.confirmations),
                *(window.retry_bar, window.ways_back.undo_bar),
            ],
        )
        layout.addWidget(self.compact.line)
        self.compact_action = self._action(self.tr("Compact Window"), "Ctrl+K", menu)
        self.compact_action.toggled.connect(lambda is_on: self.compact.set_on(is_on=is_on))
        self.compact.changed.connect(self._on_compact)
        window.question_field.wanted.connect(lambda: self.compact.set_on(is_on=False))
        self.mute_action = self._action(self.tr("Mute Answers"), "Ctrl+Shift+M", menu)
        self.mute_action.toggled.connect(self.muted)
        self.mute_action.toggled.connect(self._on_muted)
        self._muted_signs = (window.header.muted, self.compact.muted)
        for sign in self._muted_signs:
            sign.clicked.connect(lambda: self.mute_action.setChecked(False))

    def _on_compact(self, is_on: bool) -> None:  # noqa: FBT001 - Qt's
        self.compact_action.setChecked(is_on)
        words = self.tr("The window is compact") if is_on else self.tr("The window is whole")
        announce(self._window, words)

    def _on_muted(self, is_on: bool) -> None:  # noqa: FBT001 - Qt's
        for sign in self._muted_signs:
            sign.setVisible(is_on)
        words = self.tr("Answers are muted") if is_on else self.tr("Answers sound again")
        announce(self._window, words)

    def _action(self, text: str, keys: str, menu: QMenu) -> QAction:
        action = QAction(text, self)
        action.setCheckable(True)
        action.setShortcut(QKeySequence(keys))
        lines = [each for each in menu.actions() if each.isSeparator()]
        menu.insertAction(lines[2], action)  # with what shows more or less of the window
        self._window.addAction(action)
        return action

    def show_tray(self) -> bool:
        """Show an icon in the tray, where there is one. Returns whether there is."""
        if self.tray is None:
            leave = QAction(self.tr("Quit"), self)
            leave.triggered.connect(self._window.close)
            actions = (self.compact_action, self.mute_action, None, leave)
            self.tray = Tray(self._window, self._control, actions)
        return self.tray.show()

    def close(self) -> None:
        """The window goes, and the icon in the tray with it."""
        if self.tray is not None:
            self.tray.close()
