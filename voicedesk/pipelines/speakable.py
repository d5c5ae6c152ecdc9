"""Markdown as it streams, made into words that a voice can say.

Markup, emoji and addresses are taken out or put into words; code and tables are named instead of read. What cannot be
decided before more text has come is held back, so that the result does not depend on where the stream was split.
"""

from __future__ import annotations

import re
from enum import Enum, auto

from voicedesk.pipelines.inline import WAIT, Inline
from voicedesk.pipelines.spoken import Saying, Spoken, tidy

_LONGEST_MARKER = 200
_LONGEST_KEPT = 400

_MARKER = re.compile(
    r"[ \t]*(?:>[ \t]?)*[ \t]*(?:(?P<head>#{1,6})[ \t]+|(?P<item>[-*+•])[ \t]+(?:\[[ xX]\][ \t]+)?"
    r"|(?P<number>\d{1,3})[.)][ \t]+|(?P<fence>`{3,}|~{3,})|(?P<row>\|))?"
)
_MARKER_BEGUN = re.compile(
    r"[ \t]*(?:>[ \t]?)*[ \t]*(?:#{1,6}[ \t]*|[-*+•][ \t]*(?:\[[ xX]?\]?)?[ \t]*|\d{1,3}[.)]?[ \t]*|`+|~+|[-*_= \t]+)?"
)
_RULE = re.compile(r"[ \t]*(?:[-=]{2,}|(?:[-*_][ \t]*){3,})[ \t]*")
_SEPARATOR = re.compile(r"[|:\- \t]+")


class _In(Enum):
    """Where in the text the reading stands."""

    START = auto()
    TEXT = auto()
    ITEM = auto()
    ROW = auto()
    FENCE = auto()
    CODE = auto()


class Speakable:
    """Reads a stream of Markdown. ``feed`` takes what comes, ``flush`` ends it."""

    def __init__(self, language: str = "") -> None:
        """Nothing is read yet.

        Args:
            language: Of the text, as in "en" or "de-AT"; guessed from what is read when empty.
        """
        self._saying = Saying(language)
        self._inline = Inline(self._saying)
        self._held = ""
        self._offset = 0
        self._before = ""
        self._final = False
        self._in = _In.START
        self._fence = ""
        self._lines = 0
        self._line = ""
        self._first_row = ""
        self._rows = 0
        self._ruled = False
        self._steps = {
            _In.START: self._start,
            _In.TEXT: self._text,
            _In.ITEM: self._text,
            _In.ROW: self._row,
            _In.FENCE: self._fenced,
            _In.CODE: self._code,
        }

    def feed(self, delta: str) -> list[Spoken]:
        """What can be said for certain after the next piece of the stream."""
        self._held += delta
        self._read()
        return self._saying.take()

    def flush(self) -> list[Spoken]:
        """What is left, at the end of the stream."""
        self._final = True
        self._read()
        if self._in in {_In.CODE, _In.FENCE}:
            self._close_code(self._offset)
        if self._in is _In.ROW:
            self._end_row()
        if self._rows:
            self._close_table(self._offset)
        if self._in is _In.ITEM:
            self._saying.stop(self._offset)
        self._in = _In.START
        return self._saying.take()

    # ------------------------------------------------------------------------------------- reading

    def _read(self) -> None:
        at = 0
        while at < len(self._held):
            reached = self._steps[self._in](at)
            if reached == WAIT:
                break
            if reached > at:
                self._before = self._held[reached - 1]
            at = reached
        self._held = self._held[at:]
        self._offset += at

    def _line_end(self, at: int) -> int:
        """Where the line ends, or what is there of it."""
        newline = self._held.find("\n", at)
        return newline if newline >= 0 else len(self._held)

    def _after(self, end: int) -> int:
        """The place after the end of a line."""
        return min(end + 1, len(self._held))

    def _start(self, at: int) -> int:
        """The beginning of a line decides what it is."""
        end = self._line_end(at)
        line = self._held[at : min(end, at + _LONGEST_MARKER)]
        whole = end < len(self._held) or self._final
        short = len(line) < _LONGEST_MARKER
        if not whole and short and _MARKER_BEGUN.fullmatch(line):
            return WAIT
        if self._rows and not line.lstrip(" \t>").startswith("|"):
            self._close_table(self._offset + at)
        if not short and not line.strip():
            return at + len(line)
        if not line.strip(" \t\r") or (whole and short and _RULE.fullmatch(line)):
            self._saying.stop(self._offset + end)
            return self._after(end)
        marker = _MARKER.match(line)
        assert marker is not None  # every part of it may be missing
        return self._begin(marker, at)

    def _begin(self, marker: re.Match[str], at: int) -> int:
        begun = at + marker.end()
        self._inline.begin()
        if marker.lastgroup is None:
            if self._saying.gap:
                self._saying.say(" ", self._offset + begun)
            self._in = _In.TEXT
            self._saying.gap = False
            return begun
        self._saying.stop(self._offset + at)
        if marker["fence"]:
            self._fence, self._lines, self._line, self._in = marker["fence"], 0, "", _In.FENCE
        elif marker["row"]:
            self._line, self._in = "", _In.ROW
            return begun - 1
        else:
            self._in = _In.ITEM
            if marker["number"]:
                self._saying.say(marker["number"] + ": ", self._offset + begun)
        return begun

    def _text(self, at: int) -> int:
        if self._held[at] != "\n":
            return self._inline.step(
                self._held,
                at,
                offset=self._offset,
                before=self._held[at - 1] if at else self._before,
                final=self._final,
            )
        if self._in is _In.ITEM:
            self._saying.stop(self._offset + at + 1)
        else:
            self._saying.gap = True
        self._in = _In.START
        return at + 1

    # ------------------------------------------------------------------------------- code and tables

    def _keep(self, at: int, end: int) -> None:
        """Remember the beginning of a line that may be long."""
        if len(self._line) < _LONGEST_KEPT:
            self._line += self._held[at : min(end, at + _LONGEST_KEPT)]

    def _fenced(self, at: int) -> int:
        """The rest of the line that opens a block of code, or a whole block in one line."""
        end = self._line_end(at)
        self._keep(at, end)
        if end == len(self._held) and not self._final:
            return end
        if self._fence in self._line:
            self._lines, self._line = 1, ""
            self._close_code(self._offset + end)
        else:
            self._line, self._in = "", _In.CODE
        return self._after(end)

    def _code(self, at: int) -> int:
        end = self._line_end(at)
        self._keep(at, end)
        if end == len(self._held):
            return end
        if self._closes():
            self._line = ""
            self._close_code(self._offset + end)
        else:
            self._lines, self._line = self._lines + 1, ""
        return self._after(end)

    def _closes(self) -> bool:
        line = self._line.strip(" \t>\r")
        return line.startswith(self._fence) and not line.strip(self._fence[0])

    def _close_code(self, end: int) -> None:
        if self._line.strip() and self._in is _In.CODE and not self._closes():
            self._lines += 1
        if self._lines:
            one, many = self._saying.phrases.code
            self._saying.say(one if self._lines == 1 else many.format(n=self._lines), end)
            self._saying.stop(end)
        self._lines, self._line, self._in = 0, "", _In.START

    def _row(self, at: int) -> int:
        end = self._line_end(at)
        self._keep(at, end)
        if end == len(self._held):
            return end
        self._end_row()
        return end + 1

    def _end_row(self) -> None:
        if self._rows == 0:
            self._first_row = self._line
        elif self._rows == 1 and _SEPARATOR.fullmatch(self._line.strip()):
            self._ruled = True
        self._rows, self._line, self._in = self._rows + 1, "", _In.START

    def _close_table(self, end: int) -> None:
        cells = [cell.strip() for cell in self._first_row.strip().strip("|").split("|")]
        if self._ruled:
            table = self._saying.phrases.table
            self._saying.say(table.format(m=len(cells), n=self._rows - 2), end)
        else:
            # Lines that begin with a bar and are no table are few and short: the first is read.
            self._saying.say(", ".join(cell for cell in cells if cell), end)
        self._saying.stop(end)
        self._rows, self._ruled, self._first_row = 0, False, ""


def speakable(text: str, language: str = "") -> str:
    """A whole text as a voice should say it, in one line."""
    reader = Speakable(language)
    spoken = [*reader.feed(text), *reader.flush()]
    return tidy("".join(run.text for run in spoken))
