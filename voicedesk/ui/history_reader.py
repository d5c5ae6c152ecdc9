"""Shows a conversation of the past to read: who said what, and what nobody heard."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QColor, QFont, QPalette, QTextBlockFormat, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QFrame, QTextEdit, QWidget

from voicedesk.conversation.store.model import Turn
from voicedesk.core.dialogue import Role
from voicedesk.ui import theme
from voicedesk.ui.icons import em
from voicedesk.ui.widgets import style_scroll_bar

_MOST_TURNS = 500
"""Of a longer conversation the end is shown; an export has all of it."""


class HistoryReader(QTextEdit):
    """The words of a conversation, as plain text: what a model said is data."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setUndoRedoEnabled(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName(self.tr("Conversation"))
        self.document().setDocumentMargin(em(self))
        self.show_turns(())

    def show_turns(self, turns: Sequence[Turn]) -> None:
        """Show these turns, in place of what is shown."""
        self.clear()
        style_scroll_bar(self.verticalScrollBar(), self.palette())
        cursor = self.textCursor()
        cursor.beginEditBlock()
        if len(turns) > _MOST_TURNS:
            self._write(cursor, self.tr("The beginning is left out here."), self._quiet())
        for turn in turns[-_MOST_TURNS:]:
            self._write_turn(cursor, turn)
        cursor.endEditBlock()
        self.moveCursor(QTextCursor.MoveOperation.Start)

    def _write_turn(self, cursor: QTextCursor, turn: Turn) -> None:
        names = {
            Role.USER: self.tr("You"),
            Role.ASSISTANT: QCoreApplication.translate("Transcript", "VoiceDesk"),
        }
        for said in turn.messages:
            name = names.get(said.role)
            if name is None or not (said.text or said.unheard):
                continue
            self._write(cursor, name, self._label(), above=True)
            if said.text:
                self._write(cursor, said.text, QTextCharFormat())
            if said.unheard:
                self._write(cursor, said.unheard, self._quiet())
        if turn.error:
            self._write(cursor, turn.error, self._quiet(), above=True)

    def _write(
        self, cursor: QTextCursor, text: str, look: QTextCharFormat, *, above: bool = False
    ) -> None:
        block = QTextBlockFormat()
        block.setTopMargin(em(self) if above and not self.document().isEmpty() else 0)
        if self.document().isEmpty():
            cursor.setBlockFormat(block)
        else:
            cursor.insertBlock(block)
        cursor.insertText(text, look)

    def _label(self) -> QTextCharFormat:
        look = QTextCharFormat()
        look.setFontWeight(QFont.Weight.DemiBold)
        look.setForeground(self.palette().color(QPalette.ColorRole.Text))
        return look

    def _quiet(self) -> QTextCharFormat:
        look = QTextCharFormat()
        colour: QColor = theme.scheme(self.palette()).muted
        look.setForeground(colour)
        look.setFontItalic(True)
        return look
