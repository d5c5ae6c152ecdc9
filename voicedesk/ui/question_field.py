"""The line where a question is typed, and the button that sends it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QWidget

from voicedesk.ui.widgets import IconButton, RoundedField

_LONGEST_QUESTION = 32_000


class _Line(QLineEdit):
    """Leaves the key of Undo to the window while nothing of what was typed can be undone."""

    def event(self, event: QEvent) -> bool:
        is_undo = (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and event.matches(QKeySequence.StandardKey.Undo)
        )
        if is_undo and not self.isUndoAvailable():
            event.ignore()
            return False
        return super().event(event)


class QuestionField(RoundedField):
    """Takes a typed question.

    Signals:
        wanted: The user wants to type one, wherever this is now.
        asked: The user wants it answered.
    """

    wanted = Signal()
    asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        self.edit: QLineEdit = _Line(parent)
        super().__init__(self.edit, parent)
        self.edit.setPlaceholderText(self.tr("or type a question"))
        self.edit.setAccessibleName(self.tr("Question"))
        self.edit.setMaxLength(_LONGEST_QUESTION)
        self.edit.returnPressed.connect(self.asked)
        self.send = IconButton("send", self.tr("Send the question"), self)
        self.send.setEnabled(False)
        self.send.clicked.connect(self._on_send)
        self.edit.textChanged.connect(lambda text: self.send.setEnabled(bool(text.strip())))
        self.add(self.send)

    def take_focus(self) -> None:
        """Go there by keyboard, and type over what stands there."""
        self.wanted.emit()
        self.edit.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.edit.selectAll()

    def _on_send(self) -> None:
        self.asked.emit()
