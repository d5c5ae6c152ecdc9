"""Keeps a text document in step with the conversation's log: inserts, appends, rewrites and removes entries.

An entry is a run of blocks: a label (not for notes) and the words, one block for each paragraph. One cursor for each
entry marks where it begins; Qt moves these cursors along with every edit. Words that arrive are appended, so that
only the last paragraph is laid out again; the Markdown of an answer is read once, when it is whole.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QRectF
from PySide6.QtGui import (
    QFont,
    QPalette,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
)

from voicedesk.core.clock import now
from voicedesk.ui.conversation_entries import Entry, Kind, UserState
from voicedesk.ui.transcript_markdown import has_markup
from voicedesk.ui.transcript_style import TranscriptStyle
from voicedesk.ui.transcript_writer import MarkdownWriter, Written, write_plain
from voicedesk.ui.unheard_words import mark_unheard

SETTINGS_LINK = "action:settings"
"""The address of the link from a note to the settings."""

_DOT = " · "


@dataclass(slots=True, eq=False)
class _Shown:
    """An entry as it stands in the document."""

    entry: Entry
    start: QTextCursor
    looks: tuple[object, ...]
    written: Written

    @property
    def place(self) -> tuple[int, int, int]:
        return self.entry.place


class TranscriptDocument:
    """Renders entries into a document."""

    def __init__(self, document: QTextDocument, palette: QPalette, font: QFont, unit: int) -> None:
        """``unit`` is the height of the font in pixels."""
        self._document = document
        self._shown: list[_Shown] = []
        self._by_serial: dict[int, _Shown] = {}
        document.setUndoRedoEnabled(False)
        document.setDocumentMargin(0)
        self._style = TranscriptStyle(palette, font, unit)
        self._writer = MarkdownWriter(self._style)
        document.setIndentWidth(1.5 * unit)
        self._version = 0  # of the style

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to read."""
        return not self._shown

    def is_new(self, entry: Entry) -> bool:
        """Whether the entry is not in the document yet."""
        return entry.serial not in self._by_serial

    # -------------------------------------------------------------------------------- contents

    def sync(
        self, removed: Iterable[Entry], changed: list[Entry], until: float | None = None
    ) -> list[Entry]:
        """Bring the document up to date.

        Args:
            removed: Entries that are no more.
            changed: Entries that are new, or have changed, in their order.
            until: Stop then (seconds of ``core.clock``), so that the window never stands still; None for never.

        Returns:
            The changed entries that are left for the next call.
        """
        # Two edits: one that reaches from the oldest entry to the newest lays out all between them anew.
        with self._edit():
            self._remove_all(removed)
        done = 0
        with self._edit():
            for entry in changed:
                shown = self._by_serial.get(entry.serial)
                if shown is None:
                    self._insert(entry)
                else:
                    self._update(shown)
                done += 1
                if until is not None and now() > until:
                    break
        return changed[done:]

    @contextmanager
    def _edit(self) -> Iterator[None]:
        """What is changed in the block is laid out at its end, together."""
        edit = QTextCursor(self._document)
        edit.beginEditBlock()
        try:
            yield
        finally:
            edit.endEditBlock()

    def restyle(self, palette: QPalette, font: QFont, unit: int) -> None:
        """Draw what is written from now on in other colours or another size; the rest when it is synced again."""
        self._style = TranscriptStyle(palette, font, unit)
        self._writer = MarkdownWriter(self._style)
        self._document.setIndentWidth(1.5 * unit)
        self._version += 1

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
        shown = _Shown(entry, QTextCursor(cursor), (), Written(""))
        self._shown.insert(index, shown)
        self._by_serial[entry.serial] = shown
        self._write(shown)

    def _remove_all(self, removed: Iterable[Entry]) -> None:
        """Those that stand together go together: each edit moves every cursor, and there are thousands."""
        there = (self._by_serial.pop(entry.serial, None) for entry in removed)
        places = sorted(self._index(shown) for shown in there if shown is not None)
        while places:
            first = last = places.pop()
            while places and places[-1] == first - 1:
                first = places.pop()
            self._remove(first, last)

    def _remove(self, first: int, last: int) -> None:
        """Remove the entries from one index to another, both included."""
        start, end = self._shown[first].start.position(), self._end(last)
        del self._shown[first : last + 1]
        cursor = QTextCursor(self._document)
        if first < len(self._shown):
            cursor.setPosition(start)
            cursor.setPosition(end + 1, QTextCursor.MoveMode.KeepAnchor)
        else:
            cursor.setPosition(max(0, start - 1))
            cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        if first < len(self._shown):
            self._write(self._shown[first])  # joining blocks may have mixed their formats

    def _update(self, shown: _Shown) -> None:
        text = self.words(shown.entry)
        before = shown.written.text
        if self._looks(shown.entry) == shown.looks and text.startswith(before):
            more = text[len(before) :]
            cursor = QTextCursor(self._document)
            cursor.setPosition(self._end(self._index(shown)))
            cursor.insertText(more, self._style.text(shown.entry))
            shown.written.text = text
            shown.written.spans = [(0, len(text), 0)]
        else:
            self._write(shown)

    def _looks(self, entry: Entry) -> tuple[object, ...]:
        """Everything but the words that decides how an entry is drawn."""
        # Markdown is written whole each time: words at its end may change what stands before them.
        markdown = entry.text if self._is_markdown(entry) else ""
        return (
            self._version,
            entry.user_state,
            entry.interrupted,
            entry.unheard,
            entry.note,
            entry.settings_page,
            markdown,
        )

    @staticmethod
    def _is_markdown(entry: Entry) -> bool:
        return entry.kind is Kind.REPLY and entry.is_whole and has_markup(entry.text)

    def _write(self, shown: _Shown) -> None:
        """Write an entry anew into its place."""
        entry = shown.entry
        start = shown.start.position()
        cursor = QTextCursor(self._document)
        cursor.setPosition(start)
        cursor.setPosition(self._end(self._index(shown)), QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        label = self.label(entry)
        if label:
            cursor.setBlockFormat(self._style.label_block)
            cursor.insertText(label, self._style.label)
            cursor.insertBlock(self._style.block(entry))
        else:
            cursor.setBlockFormat(self._style.block(entry))
        begin = cursor.position()
        text = self.words(entry)
        if self._is_markdown(entry):
            shown.written = self._writer.write(cursor, text)
        else:
            shown.written = write_plain(cursor, text, self._style.text(entry))
        for first, last in entry.unheard:
            start_of, end_of = shown.written.place(first), shown.written.place(last, is_end=True)
            mark_unheard(self._document, begin + start_of, begin + end_of, self._style)
        if entry.settings_page:
            link = QTextCharFormat(self._style.link)
            link.setAnchorHref(f"{SETTINGS_LINK}/{entry.settings_page}")
            cursor.insertText(" ", self._style.text(entry))
            cursor.insertText(QCoreApplication.translate("Transcript", "Open Settings"), link)
        shown.start.setPosition(start)
        shown.looks = self._looks(entry)

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
        begin = self._first_words(shown).position()
        written = shown.written
        found = [
            (begin + written.place(first), begin + written.place(last, is_end=True))
            for first, last in ranges
            if first < len(written.text)
        ]
        return [(first, last) for first, last in found if first < last]

    def _first_words(self, shown: _Shown) -> QTextBlock:
        block = shown.start.block()
        return block.next() if self.label(shown.entry) else block

    def written(self, entry: Entry) -> Written:
        """What was written of an entry; nothing while it is not there."""
        shown = self._by_serial.get(entry.serial)
        return shown.written if shown is not None else Written("")

    def codes_between(self, top: float, bottom: float) -> list[tuple[QRectF, str]]:
        """The grounds of the blocks of code that meet a range of heights, with their text. Document pixels."""
        layout = self._document.documentLayout()
        found = []
        for entry, _ in self.entries_between(top, bottom):
            for code in self.written(entry).codes:
                rect = layout.frameBoundingRect(code.start.currentFrame())
                gap = self._style.frame_margin
                rect.adjust(0, gap, 0, -gap)
                if rect.bottom() >= top and rect.top() <= bottom:
                    found.append((rect, code.text))
        return found

    def rect_of(self, entry: Entry) -> QRectF:
        """The room of an entry in document pixels, its label included; empty while it is not there."""
        shown = self._by_serial.get(entry.serial)
        if shown is None:
            return QRectF()
        layout = self._document.documentLayout()
        first = layout.blockBoundingRect(shown.start.block())
        last = layout.blockBoundingRect(self._document.findBlock(self.end_of(entry)))
        return first.united(last)

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
            yield shown.entry, self._first_words(shown)

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

    @staticmethod
    def label(entry: Entry) -> str:
        """The name above an entry; empty for none."""
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
