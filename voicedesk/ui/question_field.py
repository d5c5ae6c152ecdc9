"""The line where a question is typed, and the button that sends it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from voicedesk.ui.widgets import IconButton, RoundedField

_LONGEST_QUESTION = 32_000


class QuestionField(RoundedField):
    """Takes a typed question.

    Signals:
        asked: The user wants it answered.
    """

    asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        self.edit = QLineEdit(parent)
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

    def _on_send(self) -> None:
        self.asked.emit()
