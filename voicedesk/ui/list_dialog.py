"""What the dialogs about things that are kept have in common: a list, a note, a question, and work that takes a moment."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QEvent, Qt
from PySide6.QtGui import QAction, QKeySequence, QPalette
from PySide6.QtWidgets import QFrame, QListView, QPushButton, QStackedWidget, QWidget

from voicedesk.core.errors import VoiceDeskError
from voicedesk.core.tasks import TaskSet
from voicedesk.ui import theme
from voicedesk.ui.announce import announce
from voicedesk.ui.fitting import FittedDialog
from voicedesk.ui.history_asking import Asking
from voicedesk.ui.history_delegate import HistoryDelegate
from voicedesk.ui.icons import em
from voicedesk.ui.widgets import QuietLabel, style_scroll_bar
from voicedesk.ui.wording import error_sentence


class ListDialog(FittedDialog):
    """A list of what is kept. A subclass builds the list first, then what stands beside it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tasks = TaskSet()
        self._loading: asyncio.Task[None] | None = None

    def _build_list(self, model: QAbstractItemModel, delete: Callable[[], None]) -> None:
        """The list, what stands in its place while it is empty, the note and the question below it.

        Args:
            model: What is listed.
            delete: What the Delete key does in the list.
        """
        unit = em(self)
        self._list = QListView(self)
        self._list.setModel(model)
        self._list.setItemDelegate(HistoryDelegate(self._list))
        self._list.setFrameShape(QFrame.Shape.NoFrame)
        self._list.setUniformItemSizes(True)
        self._list.setMouseTracking(True)
        self._list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        key = QAction(self._list)
        key.setShortcut(QKeySequence(Qt.Key.Key_Delete))
        key.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        key.triggered.connect(delete)
        self._list.addAction(key)
        self._empty = QuietLabel("", self)
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setContentsMargins(unit, unit, unit, unit)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self._list)
        self._stack.addWidget(self._empty)
        self._asking = Asking(self)
        self._note = QuietLabel("", self)
        self._note.setWordWrap(True)
        self._note.hide()

    def _button(self, text: str, action: Callable[[], None] | None = None) -> QPushButton:
        button = QPushButton(text, self)
        button.setAutoDefault(False)
        if action is not None:
            button.clicked.connect(action)
        return button

    def _style(self) -> None:
        palette = QPalette()
        palette.setColor(QPalette.ColorRole.Base, theme.scheme(self.palette()).field)
        self.setPalette(palette)
        style_scroll_bar(self._list.verticalScrollBar(), palette)

    @abstractmethod
    def _show_buttons(self) -> None:
        """Show what can be done now."""

    def _show_list(self, *, is_empty: bool) -> None:
        """Show the list, or what is said in its place."""
        self._stack.setCurrentWidget(self._empty if is_empty else self._list)
        if is_empty:
            announce(self, self._empty.text())

    @property
    def note(self) -> str:
        """What is said about the last thing that was done; empty for nothing."""
        return "" if self._note.isHidden() else self._note.text()

    def tell(self, sentence: str) -> None:
        """Say how something went; empty for nothing."""
        self._note.setText(sentence)
        self._note.setVisible(bool(sentence))
        if sentence:
            announce(self, sentence)

    def _do(self, work: Callable[[], Coroutine[Any, Any, None]]) -> asyncio.Task[None]:
        """Do something that takes a moment; a failure is said in words."""
        return self._tasks.spawn(self._watched(work), name="work of a dialog")

    async def _watched(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        try:
            await work()
        except VoiceDeskError as error:
            self.tell(error_sentence(error))
            self._show_buttons()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_note"):
            self._style()
