"""The transcript: both sides of the conversation in one text document, with live words.

One document gives selection across messages, copying, find and the screen reader's text interface for nothing, and
inserting words into it costs about a millisecond. The latest messages stand in it, and those above them for whoever goes
up to them. Words stream in as plain text; the Markdown of an answer is read once, when the answer is whole.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QMimeData, QPoint, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QFrame, QMenu, QTextBrowser, QTextEdit, QToolTip, QWidget

from voicedesk.core.clock import now
from voicedesk.core.dialogue import Message
from voicedesk.core.events import ConversationOpened, Event, Heard
from voicedesk.ui import theme
from voicedesk.ui.announce import announce
from voicedesk.ui.clipboard import copy_text
from voicedesk.ui.conversation_entries import Entry, Kind
from voicedesk.ui.conversation_log import ConversationLog
from voicedesk.ui.icons import em
from voicedesk.ui.message_bar import MessageAction, copying
from voicedesk.ui.message_menu import fill_menu, replace_select_all
from voicedesk.ui.message_tools import MessageTools
from voicedesk.ui.talk_key_names import talk_key_name
from voicedesk.ui.tool_words import tool_sentence
from voicedesk.ui.transcript_document import SETTINGS_LINK, TranscriptDocument
from voicedesk.ui.transcript_grounds import inked, paint_under
from voicedesk.ui.transcript_reach import Reach
from voicedesk.ui.unheard_words import told, told_selection
from voicedesk.ui.widgets import FloatingButton, FocusFrame, style_scroll_bar
from voicedesk.ui.wording import error_note, hint_sentence, wait_sentence

_FRAME_MS = 25
_FRAME_BUDGET_S = 0.008
"""So long a frame may write into the document before it lets the window do something else."""
_OLDER = 50
"""So many older messages come at a time when the user has scrolled up to the first one."""
_COLUMN_EM = 44
"""Lines longer than this are hard to read, however wide the window is."""


class Transcript(QTextBrowser):
    """Shows what was said, typed and answered.

    Signals:
        settings_wanted: The user followed a note to this page of the settings.
        link_wanted: The user followed a link of an answer; nothing has been opened yet.
        laid_out: What has changed can be read now.
    """

    settings_wanted = Signal(str)
    link_wanted = Signal(str)
    laid_out = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.log = ConversationLog(
            hint=hint_sentence, error=error_note, tool=tool_sentence, wait=wait_sentence
        )
        self._reach = Reach()
        self._follows = True
        self._placing = False
        self._selects_all = False  # as soon as all is there
        self._dimmed: list[tuple[int, int]] = []
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_FRAME_MS)
        self._timer.timeout.connect(self._frame)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUndoRedoEnabled(False)
        self.setOpenLinks(False)
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextBrowserInteraction
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setAccessibleName(self.tr("Conversation"))
        self.describe()
        self._document = TranscriptDocument(self.document(), self.palette(), self.font(), em(self))
        self.tools = MessageTools(self, self._document)
        self.tools.chosen_changed.connect(self._on_chosen)
        self.set_actions(())
        self.anchorClicked.connect(self._on_anchor)
        self.highlighted.connect(self._on_highlighted)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self.verticalScrollBar().rangeChanged.connect(self._on_range)
        self._latest = FloatingButton("down", self.tr("Show the latest words"), self)
        self._latest.clicked.connect(self.show_latest)
        self._latest.hide()
        FocusFrame(self)
        self._set_margins()
        style_scroll_bar(self.verticalScrollBar(), self.palette())

    # ------------------------------------------------------------------------------ the words

    def on_event(self, event: Event) -> None:
        """Take in an event; what changed is laid out with the next frame, together."""
        has_news = self.log.apply(event)
        if isinstance(event, ConversationOpened):
            self._reach.begin(self.log.entries)
        if has_news and not self._timer.isActive():
            self._timer.start()

    def set_transcribing(self, *, is_on: bool) -> None:
        """Whether the user's words can be expected at all."""
        self.log.transcribing = is_on

    @property
    def follows(self) -> bool:
        """Whether the view keeps to the newest words."""
        return self._follows

    @property
    def is_behind(self) -> bool:
        """Whether something that is known is not laid out yet."""
        return self._timer.isActive()

    def flush(self) -> None:
        """Lay out all that has changed, keeping to the end or to what the user is reading."""
        self._lay_out(None)

    def _frame(self) -> None:
        """Lay out as much as fits into a frame; the rest with the next one."""
        if self._lay_out(now() + _FRAME_BUDGET_S):
            self._timer.start()

    def _lay_out(self, until: float | None) -> bool:
        """Returns whether anything is left."""
        self._timer.stop()
        removed, changed = self.log.take_changes()
        leaving = self._leaving()
        removed += leaving
        changed = [entry for entry in changed if entry in self._reach]
        if not removed and not changed:
            return False
        was_empty = self._document.is_empty
        newest = self.log.entries[-1].turn if self.log.entries else 0
        for entry in changed:
            is_question = entry.kind is Kind.USER and entry.turn == newest
            if is_question and self._document.is_new(entry):
                self._follows = True  # a new question of the user's own: that is where they are now
        # Asked for only where it is needed: each paragraph that was looked at keeps what was found out about it.
        anchor = None if self._follows else self.cursorForPosition(QPoint(0, 0))
        offset = self.cursorRect(anchor).top() if anchor is not None else 0
        self.tools.forget(removed)
        self._placing = True
        try:
            changed.reverse()  # the newest first: they are in sight
            left = self._document.sync(removed, changed, until)
            bar = self.verticalScrollBar()
            if anchor is None:
                bar.setValue(bar.maximum())
            else:
                bar.setValue(bar.value() + self.cursorRect(anchor).top() - offset)
        finally:
            self._placing = False
        self.log.put_back(left)
        self._place_latest(has_news=True)
        self.tools.place()
        if was_empty != self._document.is_empty:
            self.describe()
            self.viewport().update()
        self.laid_out.emit()
        if not left:
            self._on_all_there()
        return bool(left or leaving)  # more may have to leave

    def _leaving(self) -> Sequence[Entry]:
        """Entries far above the newest words, which leave while nobody has anything to do with them."""
        is_used = self.textCursor().hasSelection() or self.tools.chosen is not None
        return self._reach.narrow(self.log.entries) if self._follows and not is_used else ()

    def _on_all_there(self) -> None:
        if self._selects_all:
            self._selects_all = False
            self.selectAll()
        self._show_older()

    def show_past(self, messages: Sequence[Message]) -> None:
        """Show what was said in a conversation that goes on, in place of everything that is shown."""
        self.log.show_past(messages)
        self._reach.begin(self.log.entries)
        self._timer.start()

    def describe(self) -> None:
        """An empty transcript says what to do; one with words needs no description."""
        is_empty = not self.log.entries
        words = self.tr("Hold {key} and talk, or type a question.").format(key=talk_key_name())
        self.setAccessibleDescription(words if is_empty else "")

    def message_text(self, entry: Entry) -> str:
        """The words of an entry as they are copied and spoken: those that were never heard say so."""
        return told(self._document.words(entry), entry.unheard)

    # ------------------------------------------------------------------------------ spoken words

    def light(self, turn: int, heard: Sequence[Heard]) -> None:
        """Show the words of a reply that have sounded in full ink and dim those that are still to come.

        Only laid over the text: nothing is laid out anew. With nothing heard all words are in full ink.
        """
        found = self.log.still_to_sound(turn, {part.key: part for part in heard})
        places = self._document.places(*found) if found is not None else []
        if places == self._dimmed:
            return
        self._dimmed = places
        ink = theme.scheme(self.palette()).muted
        self.setExtraSelections(inked(self.document(), places, ink))

    # ------------------------------------------------------------------------------ scrolling

    def show_latest(self) -> None:
        """Go to the newest words and keep to them."""
        self._follows = True
        self.verticalScrollBar().setValue(self.verticalScrollBar().maximum())

    def _on_scrolled(self, value: int) -> None:
        if not self._placing:
            self._follows = value >= self.verticalScrollBar().maximum() - em(self)
            self.tools.place()
            self._show_older()
        self._place_latest(has_news=self._latest.isVisible())

    def _show_older(self) -> None:
        """Where the user has come to the top, have more come above it; what is in sight stays where it is."""
        bar = self.verticalScrollBar()
        is_at_top = bar.value() <= bar.minimum() + self.viewport().height() // 2
        if not is_at_top or self._follows or self.is_behind:
            return
        has_above = self._reach.has_above(self.log.entries)
        if has_above or self.log.has_older:
            if not has_above:
                self.log.show_older(_OLDER)
            self.log.put_back(self._reach.widen(self.log.entries, _OLDER))
            self._timer.start()

    def _place_latest(self, *, has_news: bool) -> None:
        """The button that leads to the newest words is there only when they are out of sight."""
        self._latest.setVisible(has_news and not self._follows)
        self._latest.place(self.viewport().geometry())

    def _on_range(self, _low: int, high: int) -> None:
        if self._follows:
            self._placing = True
            self.verticalScrollBar().setValue(high)
            self._placing = False

    def _set_margins(self) -> None:
        unit = em(self)
        side = max(int(1.5 * unit), (self.viewport().width() - _COLUMN_EM * unit) // 2)
        self._document.set_margins(side, unit)

    # ------------------------------------------------------------------------------ actions

    def set_actions(self, actions: Sequence[MessageAction]) -> None:
        """Offer these actions with each message, after copying it."""
        copy = copying(self.tr("Copy Message"), _has_words, self._copy_message)
        self.tools.set_actions((copy, *actions))

    def select_whole(self) -> None:
        """Select all that was said, once the messages that are out of sight stand there too."""
        self._follows = False
        self._selects_all = True
        self.log.put_back(self._reach.widen(self.log.entries, len(self.log.entries)))
        self._timer.start()

    def _on_anchor(self, url: QUrl) -> None:
        link, _, page = url.toString().partition("/")
        if link == SETTINGS_LINK:
            self.settings_wanted.emit(page)
        else:
            self.link_wanted.emit(url.toString(QUrl.ComponentFormattingOption.FullyEncoded))

    def _on_highlighted(self, url: QUrl) -> None:
        """Show where a link leads before it is followed."""
        address = "" if url.toString().startswith(SETTINGS_LINK) else url.toDisplayString()
        QToolTip.showText(self.cursor().pos(), address, self)

    def _copy_message(self, entry: Entry) -> None:
        copy_text(self, self.message_text(entry))

    # ------------------------------------------------------------------------------ by keyboard

    def _step(self, *, forward: bool) -> None:
        entry = self.tools.step(self.log.entries, forward=forward)
        if entry is None:
            return
        if entry not in self._reach:
            self._follows = False
            self.log.put_back(self._reach.widen_to(self.log.entries, entry))
        self.flush()
        self.tools.bring_into_sight(entry)
        self.tools.choose(entry)

    def _on_chosen(self) -> None:
        entry = self.tools.chosen
        if entry is not None:
            announce(self, f"{self._document.label(entry)}: {self.message_text(entry)}")
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        chosen = self.tools.chosen
        if event.modifiers() & Qt.KeyboardModifier.AltModifier and event.key() in _STEPS:
            self._step(forward=event.key() == Qt.Key.Key_Down)
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self.select_whole()
        elif (
            event.matches(QKeySequence.StandardKey.Copy)
            and chosen is not None
            and not self.textCursor().hasSelection()
        ):
            self._copy_message(chosen)
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: FBT001 - Qt's
        """Tab leads to the tools of the chosen message, then on: not through the links of a long conversation."""
        first = self.tools.bar.first()
        # Qt asks here on behalf of the tools too, which are within the view.
        is_chosen = self.hasFocus() and self.tools.chosen is not None
        if forward and is_chosen and first is not None:
            first.setFocus(Qt.FocusReason.TabFocusReason)
            return True
        return QTextEdit.focusNextPrevChild(self, forward)

    # ------------------------------------------------------------------------------ Qt

    def loadResource(self, _type: int, _name: QUrl | str) -> object:
        """Nothing is ever loaded, neither from the network nor from the disk."""
        return None

    def createMimeDataFromSelection(self) -> QMimeData:
        """A selection is copied as plain text: our colours mean nothing elsewhere."""
        data = QMimeData()
        data.setText(told_selection(self.textCursor().selection()))
        return data

    def menu_at(self, place: QPoint) -> QMenu:
        """The context menu of a place in the viewport."""
        menu = self.createStandardContextMenu(place)
        self._fill_menu(menu, self._document.entry_at(self.cursorForPosition(place).position()))
        return menu

    def _fill_menu(self, menu: QMenu, entry: Entry | None) -> None:
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        replace_select_all(menu, self.select_whole)
        if entry is not None:
            written = self._document.written(entry)
            fill_menu(menu, entry, self.tools.actions, written, self.link_wanted.emit)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        chosen = self.tools.chosen
        if event.reason() == QContextMenuEvent.Reason.Keyboard and chosen is not None:
            menu = self.createStandardContextMenu()
            self._fill_menu(menu, chosen)
            place = self.tools.area_of(chosen).center().toPoint()
            menu.popup(self.viewport().mapToGlobal(place))
            return
        self.menu_at(event.pos()).popup(event.globalPos())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        place = self.cursorForPosition(event.position().toPoint()).position()
        self.tools.hover(self._document.entry_at(place))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.tools.choose(None)
        super().mousePressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.tools.hover(None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._set_margins()
        self._place_latest(has_news=self._latest.isVisible())
        self.tools.place()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in {QEvent.Type.PaletteChange, QEvent.Type.FontChange} and hasattr(
            self, "_document"
        ):
            self.restyle()
            self._set_margins()
            style_scroll_bar(self.verticalScrollBar(), self.palette())

    def restyle(self) -> None:
        """What is in sight takes on another look at once, the rest frame by frame."""
        self._document.restyle(self.palette(), self.font(), em(self))
        top = self.verticalScrollBar().value()
        shown = self._document.entries_between(top, top + self.viewport().height())
        self._document.sync((), [entry for entry, _ in shown])
        self.log.put_back(self.log.entries)
        self._timer.start()

    def paintEvent(self, event: QPaintEvent) -> None:
        chosen = self.tools.chosen if self.hasFocus() else None
        paint_under(self, self._document, chosen, event.rect())
        super().paintEvent(event)


_STEPS = frozenset({Qt.Key.Key_Up, Qt.Key.Key_Down})


def _has_words(entry: Entry) -> bool:
    return bool(entry.text)
