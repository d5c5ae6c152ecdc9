"""The history: earlier conversations to find, read, continue, rename, export and delete."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QModelIndex, Qt, QTimer
from PySide6.QtGui import QAction, QHideEvent, QKeyEvent, QPalette, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QListView,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from voicedesk.conversation.store.model import Conversation, Turn
from voicedesk.core.errors import VoiceDeskError
from voicedesk.ui.announce import announce
from voicedesk.ui.banner import Words
from voicedesk.ui.fitting import ButtonRow
from voicedesk.ui.history_deletion import Deletion
from voicedesk.ui.history_export import ExportMenu
from voicedesk.ui.history_model import MOST_FOUND, PAGE, HistoryModel, title_of
from voicedesk.ui.history_ports import HistoryPorts
from voicedesk.ui.history_reader import HistoryReader
from voicedesk.ui.icons import em, icon
from voicedesk.ui.list_dialog import ListDialog
from voicedesk.ui.undo_bar import Offer, UndoBar
from voicedesk.ui.widgets import Hairline, tab_through
from voicedesk.ui.wording import error_sentence

_INTO_THE_LIST = frozenset({Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter})
_TYPING_MS = 60
"""A search begins when no key came for this long."""


@dataclass(frozen=True, slots=True)
class Deleted:
    """A conversation that can be had back.

    Attributes:
        conversation: It is hidden, and still on disk.
        rest_ms: So long that is offered.
    """

    conversation: Conversation
    rest_ms: int


class HistoryDialog(ListDialog):
    """A list of conversations, the chosen one beside it, and what can be done with it."""

    def __init__(self, ports: HistoryPorts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ports = ports
        self._deletion = Deletion(ports.conversations)
        self._deleted: Conversation | None = None
        self._deleting: asyncio.Task[None] | None = None
        self._reading: asyncio.Task[None] | None = None
        self._wanted = ""  # a conversation that is to be chosen as soon as it is listed
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(_TYPING_MS)
        self._typing.timeout.connect(self.refresh)
        self.setWindowTitle(self.tr("History"))
        self._build()
        self._style()
        self._show_chosen()

    # ------------------------------------------------------------------------------ building

    def _build(self) -> None:
        self._build_search()
        self._model = HistoryModel(self._load_more, self._rename)
        self._build_list(self._model, self._ask_to_delete)
        self._list.setAccessibleName(self.tr("Conversations"))
        self._list.setEditTriggers(QListView.EditTrigger.EditKeyPressed)
        self._list.activated.connect(lambda _index: self._proceed())
        self._list.selectionModel().currentChanged.connect(lambda *_indexes: self._show_chosen())
        self._empty.setBackgroundRole(QPalette.ColorRole.Base)  # that of the list
        self._empty.setAutoFillBackground(True)
        self._reader = HistoryReader(self)
        self._reader.times_wanted.connect(self._show_times)
        tab_through(self._list, self._reader)
        self._undo = UndoBar(self, self, has_margins=False)
        self.addAction(self._undo.action)
        self._build_buttons()
        self._lay_out()

    def _build_search(self) -> None:
        self._search = QLineEdit(self)
        self._search.setPlaceholderText(self.tr("Search what was said"))
        self._search.setAccessibleName(self.tr("Search what was said"))
        self._search.setClearButtonEnabled(True)
        self._glass = QAction(self._search)
        self._search.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)
        self._search.textChanged.connect(lambda _text: self._typing.start())

    def _build_buttons(self) -> None:
        self._delete_all = self._button(self.tr("Delete All"), self._ask_to_delete_all)
        self._times = self._button(self.tr("Where the Time Went"), self._show_times_here)
        self._delete = self._button(self.tr("Delete"), self._ask_to_delete)
        self._export = self._button(self.tr("Export"))
        self._menu = ExportMenu(self, self._ports.conversations, self._do)
        self._export.setMenu(self._menu)
        self._renaming = self._button(self.tr("Rename"), self._edit_title)
        self._continue = self._button(self.tr("Continue"), self._proceed)
        self._continue.setToolTip(
            self.tr("Go on with this conversation: the next answer knows what was said in it")
        )

    def _lay_out(self) -> None:
        unit = em(self)
        side = QVBoxLayout()
        side.setSpacing(unit // 2)
        side.addWidget(self._search)
        side.addWidget(self._stack, 1)
        panes = QHBoxLayout()
        panes.setSpacing(unit)
        panes.addLayout(side, 2)
        panes.addWidget(self._reader, 3)
        row = ButtonRow(unit // 2)
        row.addWidget(self._delete_all)
        row.add_gap()
        row.addWidget(self._times)
        for button in (self._delete, self._export, self._renaming, self._continue):
            row.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(unit, unit, unit, unit)
        layout.setSpacing(int(0.7 * unit))
        layout.addLayout(panes, 1)
        layout.addWidget(self._note)
        layout.addWidget(self._asking)
        layout.addWidget(self._undo)
        layout.addWidget(Hairline(self))
        layout.addLayout(row)
        self._stack.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        self.resize(54 * unit, 38 * unit)

    def _style(self) -> None:
        super()._style()
        self._glass.setIcon(icon("search", self.palette()))

    # ------------------------------------------------------------------------------ contents

    @property
    def chosen(self) -> Conversation | None:
        """The conversation that is chosen in the list."""
        row = self._list.currentIndex().row()
        return self._model.rows[row].conversation if 0 <= row < len(self._model.rows) else None

    @property
    def here(self) -> tuple[str, str]:
        """What is searched for and which conversation is chosen, for ``start``."""
        return self._search.text(), self.chosen.id if self.chosen is not None else ""

    def start(self, here: tuple[str, str] = ("", "")) -> None:
        """Show it, with the words of the last search gone, or as another one was."""
        words, self._wanted = here
        self._search.setText(words)
        self._typing.stop()
        self.show()
        self.raise_()
        self.activateWindow()
        self._search.setFocus()

    def refresh(self) -> None:
        """List anew what there is, or what the search finds."""
        if self._loading is not None:
            self._loading.cancel()
        self._loading = self._tasks.spawn(self._load(self._search.text().strip()), name="history")

    async def _load(self, words: str) -> None:
        chosen, row = self.here[1] or self._wanted, self._list.currentIndex().row()
        try:
            if words:
                self._model.show_found(await self._deletion.search(words, MOST_FOUND))
            else:
                self._model.show_page(await self._deletion.list(PAGE))
        except VoiceDeskError as error:
            self.tell(error_sentence(error))
            return
        there = self._model.row_of(chosen)
        row = there if there >= 0 else min(max(row, 0), len(self._model.rows) - 1)
        self._list.setCurrentIndex(self._model.index(row) if self._model.rows else QModelIndex())
        self._show_emptiness(words)
        self._show_chosen()

    def _show_emptiness(self, words: str) -> None:
        if words:
            text = self.tr("Nothing was found.")
        elif self._ports.is_kept():
            text = self.tr("Nothing here yet. What you talk about is kept on this computer only.")
        else:
            text = self.tr("Conversations are not kept. Settings, Privacy can change that.")
        self._empty.setText(text)
        self._show_list(is_empty=not self._model.rows)
        if words and self._model.rows:
            announce(self, self._model.index(0).data(Qt.ItemDataRole.AccessibleTextRole))

    def _load_more(self) -> None:
        self._do(self._append)

    async def _append(self) -> None:
        offset = len(self._model.rows)
        page = await self._deletion.list(PAGE, offset)
        if offset == len(self._model.rows):  # otherwise the list is another one by now
            self._model.append(page)

    def _show_chosen(self) -> None:
        chosen = self.chosen
        self._show_buttons()
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None
        if chosen is None:
            self._show_turns(())
        else:
            self._reading = self._do(partial(self._read, chosen.id))

    def _show_buttons(self) -> None:
        chosen = self.chosen
        is_present = chosen is not None and chosen.id == self._ports.current()
        for button in (self._renaming, self._export, self._delete):
            button.setEnabled(chosen is not None)
        self._continue.setEnabled(chosen is not None and not is_present)
        self._delete_all.setEnabled(bool(self._model.rows))
        self._menu.conversation = chosen

    async def _read(self, conversation: str) -> None:
        sought = self._search.text()
        self._show_turns(await self._ports.conversations.turns(conversation), sought)

    def _show_turns(self, turns: Sequence[Turn], sought: str = "") -> None:
        self._reader.show_turns(turns, sought)
        self._times.setEnabled(self._reader.has_times)
        self._times.setToolTip(
            self.tr("No times of these answers were kept.")
            if turns and not self._reader.has_times
            else ""
        )

    # ------------------------------------------------------------------------------ actions

    def _show_times(self, turn: int) -> None:
        self._ports.show_times(turn, self._reader.figures)

    def _show_times_here(self) -> None:
        """Of the turn in which the reader's cursor stands, or of the nearest one of which they are known."""
        here, figures = self._reader.turn, self._reader.figures
        self._ports.show_times(min((t.turn for t in figures), key=lambda n: abs(n - here)), figures)

    def _proceed(self) -> None:
        if self._continue.isEnabled() and (chosen := self.chosen) is not None:
            self.tell("")
            self._do(partial(self._go_on, chosen.id))

    async def _go_on(self, conversation: str) -> None:
        await self._ports.proceed(conversation)
        self.close()

    def _edit_title(self) -> None:
        self._list.setFocus()
        self._list.edit(self._list.currentIndex())

    def _rename(self, conversation: str, title: str) -> None:
        async def rename() -> None:
            await self._ports.conversations.rename(conversation, title)
            self.refresh()

        self._do(rename)

    def _ask_to_delete(self) -> None:
        chosen = self.chosen
        if chosen is None:
            return
        if chosen.id != self._ports.current():
            self._delete_softly(chosen)
            return

        async def delete() -> None:
            await self._ports.conversations.delete(chosen.id)
            self.tell(self.tr("The conversation was deleted."))
            self.refresh()

        self._asking.ask(
            self.tr("Delete “{title}” and its recordings for good?").format(title=title_of(chosen)),
            self.tr("Delete"),
            lambda: self._do(delete),
        )

    def _delete_softly(self, conversation: Conversation) -> None:
        """Out of sight, and to be had back for a while. The present one is asked about: it goes on meanwhile."""
        self.tell("")
        self._undo.settle()
        self._undo.offer(*self._hide(conversation))

    def _hide(
        self, conversation: Conversation
    ) -> tuple[Words, Callable[[], object], Callable[[], object]]:
        """Take it out of sight. Returns what is said of that, what puts it back, and what makes it final."""
        name = conversation.id

        def put_back() -> None:
            self._deletion.put_back(name)
            self.refresh()

        def settle() -> None:
            self._deleting = self._do(partial(self._deletion.finish, name))

        self._deleted = conversation
        self._deletion.hide(name)
        self.refresh()
        sentence = self.tr("“{title}” was deleted.").format(title=title_of(conversation))
        return lambda: sentence, put_back, settle

    def hand_over(self) -> Deleted | None:
        """End the offer to undo a deletion without deciding it: another dialog goes on with it."""
        offer = self._undo.hand_over()
        if offer is None or self._deleted is None:
            return None
        return Deleted(self._deleted, offer.rest_ms)

    def take_over(self, deleted: Deleted) -> None:
        """Go on with what another dialog has offered to undo."""
        self._undo.take_over(Offer(*self._hide(deleted.conversation), deleted.rest_ms))

    def _ask_to_delete_all(self) -> None:
        async def delete() -> None:
            await self._ports.conversations.delete_all()
            self.tell(self.tr("All conversations were deleted."))
            self.refresh()

        self._asking.ask(
            self.tr("Delete every conversation and every recording for good?"),
            self.tr("Delete All"),
            lambda: self._do(delete),
        )

    async def stop(self) -> None:
        """The application ends: close it, and leave nothing running."""
        self.close()
        self._typing.stop()
        if self._deleting is not None:
            await self._deleting  # what was deleted is not to be there at the next start
        await self._tasks.close()

    # ------------------------------------------------------------------------------ Qt

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.tell("")
        self._asking.hide()
        self._show_buttons()  # another conversation may be going on by now
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if not event.spontaneous():  # closed, not minimised
            self._undo.settle()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key == Qt.Key.Key_Escape and self._search.text():
            self._search.clear()
            self._search.setFocus()
        elif key in _INTO_THE_LIST and self._search.hasFocus():
            self._list.setFocus()
        else:
            super().keyPressEvent(event)
