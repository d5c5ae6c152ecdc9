"""Tells which words were never heard where their look cannot: in what is copied, and to a screen reader."""

from __future__ import annotations

import re
from collections.abc import Iterable

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QTextCursor, QTextDocument, QTextDocumentFragment

from voicedesk.ui.transcript_style import UNHEARD, TranscriptStyle

_BLOCK = re.compile(r"[ \t]*(?:[-*+>#|]|\d+[.)][ \t]|```)")
"""How a line begins that is no part of the one before, in Markdown."""
_FENCE = "```"


def joined(heard: str, unheard: str) -> str:
    """An answer of which only the beginning was heard, in one: a sentence that was cut goes on in its line."""
    if not heard or not unheard:
        return heard + unheard
    last = heard[heard.rfind("\n") + 1 :].lstrip()
    ends_line = last.startswith(("#", "|")) or heard.count(_FENCE) % 2 == 1
    return heard + ("\n" if ends_line or _BLOCK.match(unheard) else " ") + unheard


def mark_unheard(document: QTextDocument, first: int, last: int, style: TranscriptStyle) -> None:
    """Show the words between two positions as never heard."""
    cursor = QTextCursor(document)
    cursor.setPosition(first)
    cursor.setPosition(max(first, last), QTextCursor.MoveMode.KeepAnchor)
    cursor.mergeCharFormat(style.unheard)


def told(text: str, unheard: Iterable[tuple[int, int]]) -> str:
    """Text in which the ranges (start, end) that were never heard say so."""
    parts = []
    done = 0
    before, behind = _marks()
    for start, end in unheard:
        words = text[start:end]
        bare = words.strip()
        if bare:
            space = len(words) - len(words.lstrip())
            parts += [text[done : start + space], before, bare, behind]
            done = start + space + len(bare)
    return "".join([*parts, text[done:]])


def told_selection(selection: QTextDocumentFragment) -> str:
    """A selection as plain text, in which words that were never heard say so."""
    document = QTextDocument()
    cursor = QTextCursor(document)
    cursor.insertFragment(selection)
    ranges = list(_ranges(document))
    if not ranges:
        return selection.toPlainText()
    before, behind = _marks()
    for first, last in reversed(ranges):
        words = [at for at in range(first, last) if not document.characterAt(at).isspace()]
        if words:
            cursor.setPosition(words[-1] + 1)
            cursor.insertText(behind)
            cursor.setPosition(words[0])
            cursor.insertText(before)
    return document.toPlainText()


def _marks() -> tuple[str, str]:
    """What stands before and behind words that were never heard."""
    marks = QCoreApplication.translate("Transcript", "[not heard: {}]")
    before, _, behind = marks.partition("{}")
    return before, behind


def _ranges(document: QTextDocument) -> list[tuple[int, int]]:
    """Positions (start, end) of the runs of words that were never heard; one goes on from line to line."""
    found: list[tuple[int, int]] = []
    goes_on = False
    block = document.begin()
    while block.isValid():
        for part in block.textFormats():
            start = block.position() + part.start
            if not part.format.boolProperty(UNHEARD):
                goes_on = False
                continue
            begin = found.pop()[0] if goes_on else start
            found.append((begin, start + part.length))
            goes_on = True
        block = block.next()
    return found
