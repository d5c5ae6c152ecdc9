"""The list of conversations as Qt's views see it, filled page by page from the disk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QCoreApplication,
    QDateTime,
    QLocale,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
)

from voicedesk.conversation.store.model import Conversation, Found

PAGE = 50
MOST_FOUND = 200
"""Of what a search finds no more is listed: another word narrows it sooner than scrolling."""

DATE_ROLE = Qt.ItemDataRole.UserRole
EXCERPT_ROLE = Qt.ItemDataRole.UserRole + 1
MARKS_ROLE = Qt.ItemDataRole.UserRole + 2

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Row:
    """A conversation in the list, and what a search has found in it."""

    conversation: Conversation
    excerpt: str = ""
    marks: Sequence[tuple[int, int]] = ()


def when(seconds: float) -> str:
    """A moment as a list shows it: the time if it is today, else the date."""
    moment = QDateTime.fromSecsSinceEpoch(round(seconds))
    locale = QLocale()
    if moment.date() == QDateTime.currentDateTime().date():
        return locale.toString(moment.time(), QLocale.FormatType.ShortFormat)
    return locale.toString(moment.date(), QLocale.FormatType.ShortFormat)


def title_of(conversation: Conversation) -> str:
    """The title, or words that stand in for one."""
    return conversation.title or QCoreApplication.translate("History", "Untitled")


def length_of(conversation: Conversation) -> str:
    """How long a conversation is, in words."""
    if conversation.turns == 1:
        return QCoreApplication.translate("History", "1 question")
    return QCoreApplication.translate("History", "{number} questions").format(
        number=conversation.turns
    )


class HistoryModel(QAbstractListModel):
    """Conversations, the latest first. Whoever fills it is asked for more when the view comes to the end."""

    def __init__(self, more: Callable[[], None], renamed: Callable[[str, str], None]) -> None:
        """Nothing is in it yet.

        Args:
            more: Called when more rows are wanted; see ``append``.
            renamed: Called with the id and the title that the user has typed.
        """
        super().__init__()
        self.rows: list[Row] = []
        self._more = more
        self._renamed = renamed
        self._has_more = False

    def show_page(self, conversations: Sequence[Conversation]) -> None:
        """Show the first page of all."""
        self._show([Row(each) for each in conversations], has_more=len(conversations) >= PAGE)

    def show_found(self, found: Sequence[Found]) -> None:
        """Show what a search has found."""
        rows = [Row(each.conversation, each.excerpt, each.marks) for each in found]
        self._show(rows, has_more=False)

    def _show(self, rows: list[Row], *, has_more: bool) -> None:
        self.beginResetModel()
        self.rows = rows
        self._has_more = has_more
        self.endResetModel()

    def append(self, conversations: Sequence[Conversation]) -> None:
        """Add the next page."""
        self._has_more = len(conversations) >= PAGE
        known = {row.conversation.id for row in self.rows}
        fresh = [Row(each) for each in conversations if each.id not in known]
        if fresh:
            self.beginInsertRows(QModelIndex(), len(self.rows), len(self.rows) + len(fresh) - 1)
            self.rows += fresh
            self.endInsertRows()

    def row_of(self, conversation: str) -> int:
        """Where a conversation stands, -1 if it is not listed."""
        for number, row in enumerate(self.rows):
            if row.conversation.id == conversation:
                return number
        return -1

    # ------------------------------------------------------------------------------ Qt

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self.rows)

    def canFetchMore(self, _parent: Index) -> bool:
        return self._has_more

    def fetchMore(self, _parent: Index) -> None:
        self._has_more = False  # until this page has come
        self._more()

    def flags(self, index: Index) -> Qt.ItemFlag:
        return super().flags(index) | Qt.ItemFlag.ItemIsEditable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.rows[index.row()]
        conversation = row.conversation
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return title_of(conversation)
            case Qt.ItemDataRole.EditRole:
                return conversation.title
            case Qt.ItemDataRole.AccessibleTextRole:
                parts = (title_of(conversation), when(conversation.updated_at), row.excerpt)
                return ", ".join(part for part in parts if part)
            case Qt.ItemDataRole.ToolTipRole:
                return title_of(conversation)
            case _ if role == DATE_ROLE:
                return when(conversation.updated_at)
            case _ if role == EXCERPT_ROLE:
                return row.excerpt or length_of(conversation)
            case _ if role == MARKS_ROLE:
                return tuple(row.marks)
            case _:
                return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        conversation = self.rows[index.row()].conversation
        title = str(value).strip()
        if role != Qt.ItemDataRole.EditRole or title == conversation.title:
            return False
        self._renamed(conversation.id, title)
        return True
