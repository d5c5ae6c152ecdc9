"""Writes the words of one entry into the document, plain or from Markdown, and knows where each of them has gone."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

from PySide6.QtGui import QTextCharFormat, QTextCursor, QTextList

from voicedesk.ui.transcript_markdown import Piece, Run, Shape, read
from voicedesk.ui.transcript_style import TranscriptStyle


def units(text: str) -> int:
    """Length of text in a document, which counts UTF-16 units."""
    return len(text) + sum(character > "\uffff" for character in text)


@dataclass(slots=True)
class CodeBlock:
    """A block of code in the document.

    Attributes:
        start: A cursor in its frame, which Qt moves along.
        text: The code.
    """

    start: QTextCursor
    text: str


@dataclass(slots=True)
class Written:
    """Where the words of an entry stand.

    Attributes:
        text: The words as they came.
        spans: For each run of words its begin in ``text``, its length there, and its begin in the document, counted
            from the first word. In order of the text.
        codes: The blocks of code.
        links: The words that lead somewhere, with their addresses.
    """

    text: str
    spans: list[tuple[int, int, int]] = field(default_factory=list)
    codes: list[CodeBlock] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)

    def place(self, offset: int, *, is_end: bool = False) -> int:
        """Where a place in the text is in the document, counted from the first word.

        Between two runs it is the begin of the next one, and the end of the last one for the end of a range.
        """
        index = bisect_right(self.spans, offset - is_end, key=lambda span: span[0]) - 1
        if index < 0:
            return self.spans[0][2] if self.spans else 0
        begin, length, place = self.spans[index]
        if offset >= begin + length and not is_end and index + 1 < len(self.spans):
            return self.spans[index + 1][2]
        return place + units(self.text[begin : min(offset, begin + length)])


def write_plain(cursor: QTextCursor, text: str, look: QTextCharFormat) -> Written:
    """Write text as it is at a cursor."""
    cursor.insertText(text, look)
    return Written(text, [(0, len(text), 0)])


class MarkdownWriter:
    """Writes the Markdown of an entry."""

    def __init__(self, style: TranscriptStyle) -> None:
        self._style = style

    def write(self, cursor: QTextCursor, text: str) -> Written:
        """Write at a cursor that stands in an empty block; the cursor then stands behind the last word."""
        written = Written(text)
        begin = cursor.position()
        lists: dict[int, QTextList] = {}
        is_free = True  # the block that the cursor is in
        for piece in read(text):
            if piece.shape is Shape.CODE:
                self._code(cursor, piece, written, begin, is_free=is_free)
                is_free = True
            elif piece.shape is Shape.TABLE:
                self._table(cursor, piece, written, begin, is_free=is_free)
                is_free = True
            else:
                if not is_free:
                    cursor.insertBlock()
                self._block(cursor, piece, lists)
                self._runs(cursor, piece, piece.runs, written, begin)
                is_free = False
        return written

    def _block(self, cursor: QTextCursor, piece: Piece, lists: dict[int, QTextList]) -> None:
        cursor.setBlockFormat(self._style.piece_block(piece))
        cursor.setBlockCharFormat(QTextCharFormat())  # that of the marks of a list
        if piece.marks is None:
            return
        depth = piece.marks.indent()
        if piece.is_first or depth not in lists:
            lists[depth] = cursor.createList(piece.marks)
        else:
            lists[depth].add(cursor.block())

    def _runs(
        self, cursor: QTextCursor, piece: Piece, runs: list[Run], written: Written, begin: int
    ) -> None:
        for run in runs:
            written.spans.append((run.source, len(run.text), cursor.position() - begin))
            cursor.insertText(run.text, self._style.run(run, piece))
            if run.link:
                written.links.append((run.text, run.link))

    def _code(
        self, cursor: QTextCursor, piece: Piece, written: Written, begin: int, *, is_free: bool
    ) -> None:
        """A frame; Qt keeps the block before it and makes one behind it."""
        if is_free:
            cursor.setBlockFormat(self._style.thin_block())
        frame = cursor.insertFrame(self._style.code_frame())
        cursor.setBlockFormat(self._style.piece_block(piece))
        written.codes.append(CodeBlock(QTextCursor(cursor), piece.code))
        written.codes[-1].start.setKeepPositionOnInsert(True)
        self._runs(cursor, piece, piece.runs, written, begin)
        cursor.setPosition(frame.lastPosition() + 1)
        cursor.setBlockFormat(self._style.thin_block())

    def _table(
        self, cursor: QTextCursor, piece: Piece, written: Written, begin: int, *, is_free: bool
    ) -> None:
        if is_free:
            cursor.setBlockFormat(self._style.thin_block())
        table = cursor.insertTable(len(piece.rows), len(piece.rows[0]), self._style.table())
        for row, cells in enumerate(piece.rows):
            for column, runs in enumerate(cells):
                for run in runs:
                    run.bold = run.bold or row == 0
                cell = table.cellAt(row, column).firstCursorPosition()
                self._runs(cell, piece, runs, written, begin)
        cursor.setPosition(table.lastPosition() + 1)
        cursor.setBlockFormat(self._style.thin_block())
