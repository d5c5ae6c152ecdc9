"""A question at the foot of a dialog, answered there: nothing nests, nothing blocks, and Esc means no."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from voicedesk.ui.announce import announce
from voicedesk.ui.icons import em


class Asking(QWidget):
    """Asks before something is deleted for good. Takes no room while there is no question."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._do: Callable[[], object] = lambda: None
        self._back: QWidget | None = None
        self._label = QLabel("", self)
        self._label.setWordWrap(True)
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._yes = QPushButton(self.tr("Delete"), self)
        self._yes.clicked.connect(self._accept)
        self._no = QPushButton(self.tr("Keep"), self)
        self._no.clicked.connect(self.close_question)
        for button in (self._yes, self._no):
            button.setAutoDefault(False)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(em(self) // 2)
        layout.addWidget(self._label, 1)
        layout.addWidget(self._yes)
        layout.addWidget(self._no)
        self.hide()

    @property
    def question(self) -> str:
        """What is asked now; empty for nothing."""
        return "" if self.isHidden() else self._label.text()

    def ask(self, question: str, yes: str, do: Callable[[], object]) -> None:
        """Ask, with the focus on the answer that keeps everything.

        Args:
            question: As a sentence.
            yes: The caption of the button that does it.
            do: What it does.
        """
        self._do = do
        self._back = self.window().focusWidget()
        self._label.setText(question)
        self._yes.setText(yes)
        for button in (self._yes, self._no):
            button.setAccessibleDescription(question)
        self.show()
        self._no.setFocus()
        announce(self, question, is_urgent=True)

    def close_question(self) -> None:
        """The answer is no."""
        self.hide()
        if self._back is not None and self._back.isVisible():
            self._back.setFocus()

    def _accept(self) -> None:
        do = self._do
        self.close_question()
        do()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_question()
        else:
            super().keyPressEvent(event)
