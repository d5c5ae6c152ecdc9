"""Keeps a text document in step with the conversation's log: inserts, appends, rewrites and removes entries.

An entry is a run of blocks: a label (not for notes) and the words, one block for each paragraph. One cursor for each
entry marks where it begins; Qt moves these cursors along with every edit. Words that arrive are appended, so that
only the last paragraph is laid out again.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import (
    QFont,
    QPalette,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
)

from voicedesk.ui import theme
from voicedesk.ui.conversation_entries import Entry, Kind, Note, UserState
from voicedesk.ui.status import Status

SETTINGS_LINK = "action:settings"
"""The address of the link from a note to the settings."""

_DOT = " · "


@dataclass(slots=True, eq=False)
class _Shown:
    """An entry as it stands in the document."""

    entry: Entry
    start: QTextCursor
    text: str
    looks: tuple[object, ...]

    @property
    def place(self) -> tuple[int, int, int]:
        return self.entry.place


def units(text: str) -> int:
    """Length of text in a document, which counts UTF-16 units."""
    return len(text) + sum(character > "\uffff" for character in text)


class TranscriptDocument:
    """Renders entries into a document."""

    def __init__(self, document: QTextDocument, palette: QPalette, unit: int) -> None:
        """``unit`` is the height of the font in pixels."""
        self._document = document
        self._shown: list[_Shown] = []
        self._by_serial: dict[int, _Shown] = {}
        document.setUndoRedoEnabled(False)
        document.setDocumentMargin(0)
        self._take_style(palette, unit)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to read."""
        return not self._shown

    def is_new(self, entry: Entry) -> bool:
        """Whether the entry is not in the document yet."""
        return entry.serial not in self._by_serial

    # -------------------------------------------------------------------------------- contents

    def sync(self, removed: list[Entry], changed: list[Entry]) -> None:
        """Bring the document up to date."""
        edit = QTextCursor(self._document)
        edit.beginEditBlock()
        try:
            for entry in removed:
                shown = self._by_serial.pop(entry.serial, None)
                if shown is not None:
                    self._remove(shown)
            for entry in changed:
                shown = self._by_serial.get(entry.serial)
                if shown is None:
                    self._insert(entry)
                else:
                    self._update(shown)
        finally:
            edit.endEditBlock()

    def restyle(self, palette: QPalette, unit: int) -> None:
        """Draw everything anew in other colours or another size."""
        self._take_style(palette, unit)
        edit = QTextCursor(self._document)
        edit.beginEditBlock()
        for shown in self._shown:
            self._write(shown)
        edit.endEditBlock()

    def words(self, entry: Entry) -> str:
        """The words of an entry: its text, or what stands in for it."""
        if entry.kind is Kind.USER and not entry.text:
            return _STAND_INS[entry.user_state]()
        return entry.text

    def _insert(self, entry: Entry) -> None:
        index = bisect_right(self._shown, entry.place, key=lambda shown: shown.place)
        cursor = QTextCursor(self._document)
        if index < len(self._shown):
            # The block that begins here keeps its format for the new entry and is formatted anew below.
            place = self._shown[index].start.position()
            cursor.setPosition(place)
            cursor.insertBlock(cursor.blockFormat())
            cursor.setPosition(place)
        else:
            cursor.movePosition(QTextCursor.MoveOperation.End)
            if self._shown:
                cursor.insertBlock()
        shown = _Shown(entry, QTextCursor(cursor), "", ())
        self._shown.insert(index, shown)
        self._by_serial[entry.serial] = shown
        self._write(shown)

    def _remove(self, shown: _Shown) -> None:
        index = self._index(shown)
        start, end = shown.start.position(), self._end(index)
        del self._shown[index]
        cursor = QTextCursor(self._document)
        if index < len(self._shown):
            cursor.setPosition(start)
            cursor.setPosition(end + 1, QTextCursor.MoveMode.KeepAnchor)
        else:
            cursor.setPosition(max(0, start - 1))
            cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        if index < len(self._shown):
            self._write(self._shown[index])  # joining blocks may have mixed their formats

    def _update(self, shown: _Shown) -> None:
        text = self.words(shown.entry)
        looks = self._looks(shown.entry)
        if looks == shown.looks and text.startswith(shown.text):
            cursor = QTextCursor(self._document)
            cursor.setPosition(self._end(self._index(shown)))
            cursor.insertText(text[len(shown.text) :], self._text_format(shown.entry))
            shown.text = text
        else:
            self._write(shown)

    @staticmethod
    def _looks(entry: Entry) -> tuple[object, ...]:
        """Everything but the words that decides how an entry is drawn."""
        return (entry.user_state, entry.interrupted, entry.unheard, entry.note, entry.settings_page)

    def _write(self, shown: _Shown) -> None:
        """Write an entry anew into its place."""
        entry = shown.entry
        start = shown.start.position()
        cursor = QTextCursor(self._document)
        cursor.setPosition(start)
        cursor.setPosition(self._end(self._index(shown)), QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        label = self._label(entry)
        if label:
            cursor.setBlockFormat(self._label_block)
            cursor.insertText(label, self._label_format)
            cursor.insertBlock(self._text_block(entry))
        else:
            cursor.setBlockFormat(self._text_block(entry))
        text = self.words(entry)
        begin = cursor.position()
        cursor.insertText(text, self._text_format(entry))
        for first, last in entry.unheard:
            self._dim(begin + units(text[:first]), begin + units(text[:last]))
        if entry.settings_page:
            link = QTextCharFormat(self._link_format)
            link.setAnchorHref(f"{SETTINGS_LINK}/{entry.settings_page}")
            cursor.insertText(" ", self._text_format(entry))
            cursor.insertText(QCoreApplication.translate("Transcript", "Open Settings"), link)
        shown.start.setPosition(start)
        shown.text, shown.looks = text, self._looks(entry)

    def _dim(self, first: int, last: int) -> None:
        cursor = QTextCursor(self._document)
        cursor.setPosition(first)
        cursor.setPosition(last, QTextCursor.MoveMode.KeepAnchor)
        cursor.setCharFormat(self._quiet_format)

    # -------------------------------------------------------------------------------- places

    def _index(self, shown: _Shown) -> int:
        return bisect_right(self._shown, shown.place, key=lambda other: other.place) - 1

    def _end(self, index: int) -> int:
        """The position behind the last character of the entry at ``index``."""
        if index + 1 < len(self._shown):
            return self._shown[index + 1].start.position() - 1
        return self._document.characterCount() - 1

    def end_of(self, entry: Entry) -> int:
        """The position behind the last character of an entry."""
        return self._end(self._index(self._by_serial[entry.serial]))

    def places(self, entry: Entry, ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
        """Positions (start, end) in the document of ranges of an entry's words; none while it is not there."""
        shown = self._by_serial.get(entry.serial)
        if shown is None:
            return []
        block = shown.start.block()
        begin = (block.next() if self._label(entry) else block).position()
        text = shown.text
        return [
            (begin + units(text[:first]), begin + units(text[:last]))
            for first, last in ranges
            if first < len(text)
        ]

    def entry_at(self, position: int) -> Entry | None:
        """The entry that holds a position of the document."""
        index = bisect_right(self._shown, position, key=lambda shown: shown.start.position()) - 1
        return self._shown[index].entry if index >= 0 else None

    def entries_between(self, top: float, bottom: float) -> Iterator[tuple[Entry, QTextBlock]]:
        """Entries whose place meets a range of heights (document pixels), with their first block of words."""
        layout = self._document.documentLayout()

        def height(shown: _Shown) -> float:
            return layout.blockBoundingRect(shown.start.block()).top()

        index = max(0, bisect_right(self._shown, top, key=height) - 1)
        for shown in self._shown[index:]:
            if height(shown) > bottom:
                return
            block = shown.start.block()
            yield shown.entry, block.next() if self._label(shown.entry) else block

    # -------------------------------------------------------------------------------- looks

    def set_margins(self, side: int, edge: int) -> None:
        """The space around the text, in pixels."""
        frame = self._document.rootFrame().frameFormat()
        if (frame.leftMargin(), frame.topMargin()) != (side, edge):
            frame.setLeftMargin(side)
            frame.setRightMargin(side)
            frame.setTopMargin(edge)
            frame.setBottomMargin(1.5 * edge)
            self._document.rootFrame().setFrameFormat(frame)

    def _take_style(self, palette: QPalette, unit: int) -> None:
        colours = theme.scheme(palette)
        self._unit = unit
        self._label_format = QTextCharFormat()
        self._label_format.setForeground(colours.muted)
        self._label_format.setFontWeight(QFont.Weight.DemiBold)
        self._quiet_format = QTextCharFormat()
        self._quiet_format.setForeground(colours.muted)
        self._error_format = QTextCharFormat()
        self._error_format.setForeground(colours.status[Status.ERROR])
        self._link_format = QTextCharFormat()
        self._link_format.setForeground(palette.color(QPalette.ColorRole.Link))
        self._link_format.setFontUnderline(True)
        self._link_format.setAnchor(True)
        self._label_block = QTextBlockFormat()
        self._label_block.setTopMargin(1.3 * unit)

    def _text_block(self, entry: Entry) -> QTextBlockFormat:
        block = QTextBlockFormat()
        block.setLineHeight(125, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        if entry.kind is Kind.USER:
            block.setTopMargin(0.7 * self._unit)
            block.setLeftMargin(0.8 * self._unit)
            block.setRightMargin(0.8 * self._unit)
            block.setBottomMargin(0.45 * self._unit)
        elif entry.kind is Kind.REPLY:
            block.setTopMargin(0.25 * self._unit)
        else:
            block.setTopMargin(1.0 * self._unit)
            block.setLeftMargin(1.6 * self._unit)
        return block

    def _text_format(self, entry: Entry) -> QTextCharFormat:
        if entry.kind is Kind.TOOL:
            return self._quiet_format
        if entry.kind is Kind.NOTE:
            return self._error_format if entry.note is Note.ERROR else self._quiet_format
        if entry.kind is Kind.USER and entry.user_state is not UserState.FINAL:
            return self._quiet_format
        return QTextCharFormat()

    @staticmethod
    def _label(entry: Entry) -> str:
        if entry.kind is Kind.USER:
            return QCoreApplication.translate("Transcript", "You")
        if entry.kind in {Kind.NOTE, Kind.TOOL}:
            return ""
        name = QCoreApplication.translate("Transcript", "VoiceDesk")
        if entry.interrupted:
            return name + _DOT + QCoreApplication.translate("Transcript", "interrupted")
        return name


_STAND_INS: dict[UserState, Callable[[], str]] = {
    UserState.WAITING: lambda: "…",
    UserState.PARTIAL: lambda: "…",
    UserState.FINAL: lambda: "",
    UserState.WITHOUT_TEXT: lambda: QCoreApplication.translate("Transcript", "(spoken)"),
    UserState.NOT_TRANSCRIBED: lambda: QCoreApplication.translate(
        "Transcript", "(not transcribed)"
    ),
    UserState.NO_WORDS: lambda: QCoreApplication.translate("Transcript", "(no words)"),
}
