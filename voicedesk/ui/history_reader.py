"""Shows a conversation of the past to read: who said what, what nobody heard, and how long each answer took."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFont,
    QMouseEvent,
    QPalette,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
)
from PySide6.QtWidgets import QFrame, QTextEdit, QWidget

from voicedesk.conversation.figures.turn_figures import TurnFigures
from voicedesk.conversation.figures.turns import Figures
from voicedesk.conversation.store.figures_kept import KeptFigures, of_turn
from voicedesk.conversation.store.model import Turn
from voicedesk.conversation.store.searching import places_of, terms_of
from voicedesk.core.clock import now
from voicedesk.core.dialogue import Role
from voicedesk.ui import theme
from voicedesk.ui.icons import em
from voicedesk.ui.stored_sentences import stored_sentence
from voicedesk.ui.transcript_markdown import has_markup
from voicedesk.ui.transcript_style import TranscriptStyle
from voicedesk.ui.transcript_writer import MarkdownWriter, Written, write_plain
from voicedesk.ui.unheard_words import joined, mark_unheard, told_selection
from voicedesk.ui.widgets import FocusFrame, style_scroll_bar
from voicedesk.ui.wording import seconds

_MOST_TURNS = 500
"""Of a longer conversation the end is shown; an export has all of it."""
_MOST_MARKS = 200
_MARK = 0.3
"""Of the accent in the ground of what was searched for."""
_TIMES = "times:"
_SLICE_S = 0.008
"""So long it writes at a time; the rest comes when other things have had their turn."""


class HistoryReader(QTextEdit):
    """The words of a conversation, to read and copy; no address in them can be followed.

    Signals:
        times_wanted: The user wants to see where the time of an answer went, by its number.
    """

    times_wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        flags = Qt.TextInteractionFlag
        self.setTextInteractionFlags(flags.TextSelectableByMouse | flags.TextSelectableByKeyboard)
        self.setTabChangesFocus(True)
        self.setUndoRedoEnabled(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName(self.tr("Conversation"))
        self.document().setDocumentMargin(em(self))
        FocusFrame(self)
        self._turns: tuple[Turn, ...] = ()
        self._terms: list[str] = []  # that were searched for,
        self._found: list[tuple[int, int]] = []  # and where they begin and end
        self._waiting: deque[tuple[int, Turn]] = deque()
        self._places: list[tuple[int, int]] = []  # where each turn begins, and its number
        self._pressed_on = ""
        self.viewport().setMouseTracking(True)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._write_some)
        self.show_turns(())

    def show_turns(self, turns: Sequence[Turn], sought: str = "") -> None:
        """Show these turns, in place of what is shown, and in them what was searched for."""
        self._turns, self._terms = tuple(turns), terms_of(sought)
        self._begin()
        self.moveCursor(QTextCursor.MoveOperation.Start)
        self._write_some()

    def _begin(self) -> None:
        self.clear()
        self.document().setDocumentMargin(em(self))
        style_scroll_bar(self.verticalScrollBar(), self.palette())
        self.setAccessibleDescription("")
        self._style = TranscriptStyle(self.palette(), self.font(), em(self))
        self._writer = MarkdownWriter(self._style)
        shown = self._turns[-_MOST_TURNS:]
        self._waiting = deque(enumerate(shown, -len(shown)))
        self._places, self._found = [], []
        self.setExtraSelections([])
        if len(self._turns) > _MOST_TURNS:
            cursor = self.textCursor()
            self._write(cursor, self.tr("The beginning is left out here."), self._quiet())

    def createMimeDataFromSelection(self) -> QMimeData:
        """A selection is copied as plain text: our colours mean nothing elsewhere."""
        data = QMimeData()
        data.setText(told_selection(self.textCursor().selection()))
        return data

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in {QEvent.Type.PaletteChange, QEvent.Type.FontChange} and hasattr(
            self, "_writer"
        ):
            self._restyle()

    def _restyle(self) -> None:
        """Write anew what is written, in the colours of now: the reader stays at the same words."""
        left, height = len(self._waiting), self.verticalScrollBar().value()
        marked = self.textCursor()
        anchor, place = marked.anchor(), marked.position()
        self._begin()
        self._write_some(left)
        cursor = self.textCursor()
        cursor.setPosition(anchor)
        cursor.setPosition(place, QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)
        self.verticalScrollBar().setValue(height)

    def _write_some(self, left: int | None = None) -> None:
        """Write for a moment, or until no more than so many turns are left."""
        until = now() + _SLICE_S
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.beginEditBlock()
        while self._waiting:
            begin = cursor.position()
            self._write_turn(cursor, *self._waiting.popleft())
            self._find(begin, cursor.position())
            if len(self._waiting) <= left if left is not None else now() > until:
                break
        cursor.endEditBlock()
        if self._waiting:
            self._timer.start()
        else:
            self._timer.stop()
            self._show_found(goes_there=left is None)

    def _find(self, begin: int, end: int) -> None:
        """Note where in what was just written stands what was searched for."""
        if self._terms:
            written = QTextCursor(self.document())
            written.setPosition(begin)
            written.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
            places = places_of(self._terms, written.selectedText())
            self._found += [(begin + first, begin + last) for first, last in places]

    def _show_found(self, *, goes_there: bool) -> None:
        """Mark what was found, and go to the latest of it unless the user has gone elsewhere meanwhile."""
        colours, marks = self.palette(), []
        accent = colours.color(QPalette.ColorRole.Accent)
        for first, last in self._found[-_MOST_MARKS:]:
            mark = QTextEdit.ExtraSelection()
            mark.cursor = QTextCursor(self.document())
            mark.cursor.setPosition(first)
            mark.cursor.setPosition(last, QTextCursor.MoveMode.KeepAnchor)
            mark.format.setBackground(theme.mix(colours.base().color(), accent, _MARK))
            mark.format.setForeground(colours.text())
            marks.append(mark)
        self.setExtraSelections(marks)
        bar = self.verticalScrollBar()
        if marks and goes_there and bar.value() == bar.minimum():
            there = QTextCursor(self.document())
            there.setPosition(self._found[-1][0])
            self.setTextCursor(there)
            bar.setValue(
                bar.value() + self.cursorRect().center().y() - self.viewport().height() // 2
            )

    def _write_turn(self, cursor: QTextCursor, number: int, turn: Turn) -> None:
        figures: TurnFigures | None = of_turn(number, turn)
        self._places.append((cursor.position(), number))
        names = {
            Role.USER: self.tr("You"),
            Role.ASSISTANT: QCoreApplication.translate("Transcript", "VoiceDesk"),
        }
        for said in turn.messages:
            name = names.get(said.role)
            if name is None or not (said.text or said.unheard):
                continue
            if said.unheard:
                name += " · " + QCoreApplication.translate("Transcript", "interrupted")
            self._write(cursor, name, self._label(), above=True)
            if said.role is Role.ASSISTANT and figures is not None:
                self._write_time(cursor, figures)
                figures = None  # once, however many parts the answer has
            whole = joined(said.text, said.unheard)
            is_marked = said.role is Role.ASSISTANT and _is_marked(whole)
            begin, written = (self._write_marked if is_marked else self._write_plain)(cursor, whole)
            if said.unheard:
                first = len(whole) - len(said.unheard)
                end = begin + written.place(len(whole), is_end=True)
                mark_unheard(self.document(), begin + written.place(first), end, self._style)
                self.setAccessibleDescription(self.tr("Words in italics were not heard."))
        if turn.error:
            self._write(cursor, stored_sentence(turn.error), self._quiet(), above=True)

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

    def _write_time(self, cursor: QTextCursor, figures: TurnFigures) -> None:
        """How long the answer took, as the way to where that time went."""
        latency = figures.timeline.latency_ms
        if not figures.timeline.points:
            return
        look = self._quiet()
        cursor.insertText(" · ", look)
        look.setAnchor(True)
        look.setAnchorHref(f"{_TIMES}{figures.turn}")
        look.setFontUnderline(True)
        look.setToolTip(self.tr("Where the Time Went"))
        text = QCoreApplication.translate("Latency", "not heard")
        cursor.insertText(text if latency is None else seconds(latency), look)

    # ------------------------------------------------------------------------------ times

    @property
    def figures(self) -> Figures:
        """What is known of the times of the turns that are shown, by their numbers."""
        return Figures.of_the_past(KeptFigures(self._turns[-_MOST_TURNS:]).values())

    @property
    def has_times(self) -> bool:
        """Whether the times of any turn that is shown were kept."""
        return any(of_turn(0, turn).timeline.points for turn in self._turns[-_MOST_TURNS:])

    @property
    def turn(self) -> int:
        """The number of the turn in which the text cursor stands; 0 for none."""
        return self._turn_at(self.textCursor().position())

    def _turn_at(self, position: int) -> int:
        index = bisect_right(self._places, (position, 0)) - 1
        return self._places[max(0, index)][1] if self._places else 0

    def _time_at(self, place: QPoint) -> str:
        address = self.anchorAt(place)
        return address if address.startswith(_TIMES) else ""

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        shape = (
            Qt.CursorShape.PointingHandCursor
            if self._time_at(event.position().toPoint())
            else Qt.CursorShape.IBeamCursor
        )
        self.viewport().setCursor(shape)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        is_left = event.button() is Qt.MouseButton.LeftButton
        self._pressed_on = self._time_at(event.position().toPoint()) if is_left else ""

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        pressed_on, self._pressed_on = self._pressed_on, ""
        if pressed_on and pressed_on == self._time_at(event.position().toPoint()):
            self.times_wanted.emit(int(pressed_on.removeprefix(_TIMES)))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = self.createStandardContextMenu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        is_by_key = event.reason() is QContextMenuEvent.Reason.Keyboard
        number = (
            self.turn
            if is_by_key
            else self._turn_at(self.cursorForPosition(event.pos()).position())
        )
        if self.figures.of(number) is not None:
            menu.addSeparator()
            action = menu.addAction(self.tr("Where the Time Went"))
            action.triggered.connect(lambda: self.times_wanted.emit(number))
        menu.popup(event.globalPos())

    def _write_plain(self, cursor: QTextCursor, text: str) -> tuple[int, Written]:
        cursor.insertBlock(QTextBlockFormat())
        begin = cursor.position()
        return begin, write_plain(cursor, text, QTextCharFormat())

    def _write_marked(self, cursor: QTextCursor, text: str) -> tuple[int, Written]:
        """Returns where its words begin, and where each of them stands from there."""
        cursor.insertBlock(QTextBlockFormat())
        begin = cursor.position()
        written = self._writer.write(cursor, text)
        for code in written.codes:
            frame = code.start.currentFrame()
            look = frame.frameFormat()
            look.setBackground(theme.scheme(self.palette()).code)
            frame.setFrameFormat(look)
        return begin, written

    def _label(self) -> QTextCharFormat:
        look = QTextCharFormat()
        look.setFontWeight(QFont.Weight.DemiBold)
        look.setForeground(self.palette().color(QPalette.ColorRole.Text))
        return look

    def _quiet(self) -> QTextCharFormat:
        look = QTextCharFormat()
        colour: QColor = theme.scheme(self.palette()).muted
        look.setForeground(colour)
        return look


def _is_marked(text: str) -> bool:
    """Whether it is better read as Markdown. The address of a link, which cannot be followed here, stays to be seen."""
    return "](" not in text and has_markup(text)
