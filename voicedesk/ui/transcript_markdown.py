"""Reads the Markdown of a finished answer: paragraphs, lists, code and tables, and where in the text each word stood.

Qt's own reader does the parsing, in a document that is never laid out: 40 KB take it about 8 ms. HTML stays text,
and an image is named by its alternative text, so that nothing is ever loaded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from PySide6.QtGui import (
    QFont,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextList,
    QTextListFormat,
    QTextTable,
    QTextTableCell,
)

LONGEST = 60_000
"""Longer text is shown as it came: it would hold up the window."""
_MOST_CELLS = 600

_HARD_BREAKS = 0x8000
"""The parser's flag that a line's end ends the line, as whoever writes in a chat means it."""
_FEATURES = QTextDocument.MarkdownFeature(
    QTextDocument.MarkdownFeature.MarkdownDialectGitHub.value
    | QTextDocument.MarkdownFeature.MarkdownNoHTML.value
    | _HARD_BREAKS
)
_MARKUP = re.compile(
    r"[*_`~\\\[|]|&\w|://|www\.|^\s{0,3}(?:#{1,6}\s|>|[-+]\s|\d{1,9}[.)]\s|-{3,}\s*$|={2,}\s*$)",
    re.MULTILINE,
)


class Shape(Enum):
    """What a line is."""

    TEXT = auto()
    HEADING = auto()
    ITEM = auto()
    QUOTE = auto()
    RULE = auto()
    CODE = auto()
    TABLE = auto()


@dataclass(slots=True)
class Run:
    """Some words in one look.

    Attributes:
        text: The words.
        source: Where in the Markdown they stand; they are as long there.
        link: Where they lead; empty for nowhere.
    """

    text: str
    source: int = 0
    bold: bool = False
    italic: bool = False
    struck: bool = False
    fixed: bool = False
    link: str = ""


@dataclass(slots=True)
class Piece:
    """A paragraph, an item of a list, a whole block of code, or a table.

    Attributes:
        level: Of a heading 1 to 6, of a quote its depth.
        marks: How an item of a list is marked, and how deep it stands.
        is_first: Of the items of a list, whether it is the first.
        code: The text of a block of code, for copying.
        rows: Of a table, its cells; the first row is the head.
    """

    shape: Shape
    runs: list[Run] = field(default_factory=list)
    level: int = 0
    marks: QTextListFormat | None = None
    is_first: bool = False
    code: str = ""
    rows: list[list[list[Run]]] = field(default_factory=list)

    def __iter__(self) -> Iterator[Run]:
        yield from self.runs
        for row in self.rows:
            for cell in row:
                yield from cell


def has_markup(text: str) -> bool:
    """Whether text looks different when it is read as Markdown."""
    return len(text) <= LONGEST and _MARKUP.search(text) is not None


def read(text: str) -> list[Piece]:
    """The pieces of Markdown, in order. Words that cannot be found again in ``text`` stand where the last ones did."""
    document = QTextDocument()
    document.setMarkdown(text, _FEATURES)
    pieces = list(_pieces(document))
    _locate(text, [run for piece in pieces for run in piece])
    return pieces


def _pieces(document: QTextDocument) -> Iterator[Piece]:
    block = document.begin()
    lists: set[int] = set()
    code: Piece | None = None
    while block.isValid():
        table = _table_at(block)
        if table is not None:
            code = None
            yield _table(table)
            block = document.findBlock(table.lastPosition() + 1)
            continue
        if block.blockFormat().hasProperty(QTextFormat.Property.BlockCodeFence):
            if code is None:
                code = Piece(Shape.CODE)
            _add_code(code, block)
            if not block.next().blockFormat().hasProperty(QTextFormat.Property.BlockCodeFence):
                yield code
                code = None
        elif (piece := _piece(block, lists)) is not None:
            yield piece
        block = block.next()


# What Qt gives as null, which its annotations do not say.


def _table_at(block: QTextBlock) -> QTextTable | None:
    return QTextCursor(block).currentTable()


def _list_of(block: QTextBlock) -> QTextList | None:
    return block.textList()


def _piece(block: QTextBlock, lists: set[int]) -> Piece | None:
    look = block.blockFormat()
    if look.hasProperty(QTextFormat.Property.BlockTrailingHorizontalRulerWidth):
        return Piece(Shape.RULE, [Run("———")])
    runs = list(_runs(block))
    if not runs:
        return None
    if look.headingLevel():
        return Piece(Shape.HEADING, runs, level=look.headingLevel())
    marks = _list_of(block)
    if marks is not None:
        is_first = marks.objectIndex() not in lists
        lists.add(marks.objectIndex())
        return Piece(Shape.ITEM, runs, marks=marks.format(), is_first=is_first)
    depth = look.property(QTextFormat.Property.BlockQuoteLevel)
    if isinstance(depth, int) and depth > 0:
        return Piece(Shape.QUOTE, runs, level=depth)
    return Piece(Shape.TEXT, runs)


def _add_code(code: Piece, block: QTextBlock) -> None:
    if code.runs:
        code.runs.append(Run("\n", fixed=True))
        code.code += "\n"
    if block.text():
        code.runs.append(Run(block.text(), fixed=True))
        code.code += block.text()


def _runs(block: QTextBlock) -> Iterator[Run]:
    place = block.begin()
    while not place.atEnd():
        fragment = place.fragment()
        place += 1
        look = fragment.charFormat()
        text = fragment.text()
        if look.isImageFormat():
            text = str(look.property(QTextFormat.Property.ImageAltText) or "") or "…"
            look = QTextCharFormat()
        yield Run(
            text.replace("\u2028", "\n"),
            bold=look.fontWeight() >= QFont.Weight.Bold,
            italic=look.fontItalic(),
            struck=look.fontStrikeOut(),
            fixed=look.fontFixedPitch(),
            link=look.anchorHref(),
        )


def _table(table: QTextTable) -> Piece:
    piece = Piece(Shape.TABLE)
    columns = table.columns()
    for row in range(min(table.rows(), max(1, _MOST_CELLS // columns))):
        piece.rows.append(
            [list(_cell_runs(table.cellAt(row, column))) for column in range(columns)]
        )
    return piece


def _cell_runs(cell: QTextTableCell) -> Iterator[Run]:
    block, last = cell.firstCursorPosition().block(), cell.lastCursorPosition().block()
    while block.isValid():
        yield from _runs(block)
        if block == last:
            return
        block = block.next()


def _locate(text: str, runs: Sequence[Run]) -> None:
    """Find each run in the text: whole where it stands so, else by its first word."""
    at = 0
    for run in runs:
        found = text.find(run.text, at)
        if found < 0:
            words = run.text.split()
            found = text.find(words[0], at) if words else at
        run.source = max(found, at)
        at = min(len(text), run.source + (len(run.text) if found >= 0 else 0))
