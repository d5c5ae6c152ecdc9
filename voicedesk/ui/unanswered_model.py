"""The unanswered takes as Qt's views see them: what was understood, when, how long, and why it was not answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QCoreApplication, QLocale, QModelIndex, Qt

from voicedesk.conversation.store.model import TakeState, Unanswered
from voicedesk.ui.history_model import DATE_ROLE, EXCERPT_ROLE, MARKS_ROLE, Index, when
from voicedesk.ui.stored_sentences import stored_sentence


def words_of(take: Unanswered) -> str:
    """What was understood, or words that stand in for it."""
    return take.words or QCoreApplication.translate("Unanswered", "Not understood yet")


def length_of(take: Unanswered) -> str:
    """When it was said and how long it is: "10:41 · 3.2 s"."""
    seconds = QLocale().toString(take.recording.seconds, "f", 1)
    length = QCoreApplication.translate("Unanswered", "{} s").format(seconds)
    return f"{when(take.recording.created_at)} · {length}"


def reason_of(take: Unanswered) -> str:
    """Why there is no answer, as a sentence."""
    if take.error:
        return stored_sentence(take.error)
    if take.recording.cut:
        return QCoreApplication.translate(
            "Unanswered", "VoiceDesk ended before there was an answer."
        )
    if take.recording.state is TakeState.CANCELLED:
        return QCoreApplication.translate("Unanswered", "You cancelled it.")
    return QCoreApplication.translate("Unanswered", "There was no answer.")


class UnansweredModel(QAbstractListModel):
    """Takes, the latest first.

    Attributes:
        rows: What is listed.
    """

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[Unanswered] = []

    def show(self, takes: Sequence[Unanswered]) -> None:
        """List these, in place of all others."""
        self.beginResetModel()
        self.rows = list(takes)
        self.endResetModel()

    def row_of(self, recording: str) -> int:
        """The row of a take, -1 when it is not listed."""
        ids = (row for row, take in enumerate(self.rows) if take.recording.id == recording)
        return next(ids, -1)

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        take = self.rows[index.row()]
        if role == MARKS_ROLE:
            return ()
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{words_of(take)}, {length_of(take)}. {reason_of(take)}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{words_of(take)}\n{reason_of(take)}"
        texts = {
            Qt.ItemDataRole.DisplayRole: words_of,
            DATE_ROLE: length_of,
            EXCERPT_ROLE: reason_of,
        }
        text = texts.get(role)
        return text(take) if text is not None else None

    def index_of(self, row: int) -> QModelIndex:
        """The index of a row; an invalid one when there is no such row."""
        return self.index(row) if 0 <= row < len(self.rows) else QModelIndex()
