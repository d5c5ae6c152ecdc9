"""Markdown as it streams, made into words that a voice can say.

Markup, emoji and addresses are taken out or put into words; code and tables are named instead of read. What cannot be
decided before more text has come is held back, so that the result does not depend on where the stream was split.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from enum import Enum, auto

from voicedesk.pipelines.phrases import guess_language, phrases

BREAK = "\n"
"""Stands in the spoken text where a paragraph, heading or item ends."""

_LONGEST_LINK = 2000
_LONGEST_MARKER = 200
_LONGEST_TAG = 300
_KEPT_ROW = 400
_SAMPLE = 400

_STOPS = ".!?…:;,。！？：；，、"
_SPECIAL = r"*_~`\[\]<>&\\|!\n【→⇒➜•\U0001F000-\U0001FAFF\u2600-\u27BF\u2B00-\u2BFF\u2300-\u23FF\uFE0F\u200D\u20E3\U000E0000-\U000E007F"
_PLAIN = re.compile(rf"(?:[^{_SPECIAL}hHwW]|(?<=[^\W_])[hHwW])+")
_EMOJI = re.compile(
    "(?:[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u2300-\u23ff\ufe0f\u20e3\U000e0000-\U000e007f]\u200d?)+"
)
_ADDRESS = re.compile(
    r"(?:https?://|www\.)[^\s<>()\[\]\"“”`*，。]+(?:\([^\s()]*\)[^\s<>()\[\]\"`*]*)?", re.IGNORECASE
)
_ADDRESS_STARTS = ("http://", "https://", "www.")
_HOST = re.compile(r"(?:https?://)?(?:[^/@\s]*@)?(?:www\.)?([^/:?#\s]+)", re.IGNORECASE)
_LINK = re.compile(
    r"\[((?:[^\[\]\n]|\[[^\[\]\n]*\])*)\]\(\s*<?([^()\s<>]*(?:\([^()\s]*\)[^()\s<>]*)*)>?(?:\s+[\"'][^\n]*?[\"'])?\s*\)"
)
_LINK_BEGUN = re.compile(
    r"\[(?:[^\[\]\n]|\[[^\[\]\n]*\]?)*(?:\](?:\([^\n)]*(?:\([^\n)]*\)?[^\n)]*)?)?)?"
)
_NOTE = re.compile(r"\[\^[^\]\n]{1,60}\]:?")
_CITATION = re.compile(r"【[^】\n]{0,80}】")
_TAG = re.compile(r"<(?:(https?://[^<>\s]+)|!--.*?--|/?[a-zA-Z][^<>\n]*)>", re.DOTALL)
_TAG_BEGUN = re.compile(r"<(?:[!/a-zA-Z][^<>\n]*)?")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,31});")
_ENTITY_BEGUN = re.compile(r"&[#a-zA-Z0-9]{0,31}")
_MARKER = re.compile(
    r"[ \t]*(?:>[ \t]?)*[ \t]*(?:(?P<head>#{1,6})[ \t]+|(?P<item>[-*+•])[ \t]+(?:\[[ xX]\][ \t]+)?"
    r"|(?P<number>\d{1,3})[.)][ \t]+|(?P<fence>`{3,}|~{3,})|(?P<row>\|))?"
)
_MARKER_BEGUN = re.compile(
    r"[ \t]*(?:>[ \t]?)*[ \t]*(?:#{1,6}[ \t]*|[-*+•][ \t]*(?:\[[ xX]?\]?)?|\d{1,3}[.)]?[ \t]*|`{1,}|~{1,}|[-*_= \t]+)?"
)
_RULE = re.compile(r"[ \t]*(?:[-=]{2,}|(?:[-*_][ \t]*){3,})[ \t]*")
_SEPARATOR = re.compile(r"[|:\- \t]+")


@dataclass(frozen=True, slots=True)
class Spoken:
    """A run of what is said.

    Attributes:
        text: The words; ``BREAK`` where a paragraph ends.
        end: Where in the streamed text the characters end that it stands for.
        exact: It stands in the streamed text as it is, so that each of its characters has a place of its own.
    """

    text: str
    end: int
    exact: bool


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
        self._language = language
        self._sample = ""
        self._held = ""
        self._at = 0
        self._before = ""
        self._state = _In.START
        self._out: list[Spoken] = []
        self._last = BREAK
        self._solid = ""
        self._gap = False
        self._code = False
        self._fence = ""
        self._lines = 0
        self._row = ""
        self._first_row = ""
        self._rows = 0
        self._ruled = False

    def feed(self, delta: str) -> list[Spoken]:
        """What can be said for certain after the next piece of the stream."""
        self._held += delta
        return self._read(final=False)

    def flush(self) -> list[Spoken]:
        """What is left, at the end of the stream."""
        self._read(final=True, keep=True)
        if self._state in {_In.CODE, _In.FENCE}:
            self._close_code(self._at)
        if self._rows:
            if self._state is _In.ROW:
                self._end_row()
            self._close_table(self._at)
        if self._state is _In.ITEM:
            self._stop(self._at)
        self._state = _In.START
        return self._take()

    # ------------------------------------------------------------------------------------- reading

    def _read(self, *, final: bool, keep: bool = False) -> list[Spoken]:
        steps = {
            _In.START: self._start,
            _In.TEXT: self._inline,
            _In.ITEM: self._inline,
            _In.ROW: self._in_row,
            _In.FENCE: self._in_fence,
            _In.CODE: self._in_code,
        }
        at = 0
        while at < len(self._held):
            reached = steps[self._state](at, final)
            if reached < 0:
                break
            if reached > at:
                self._before = self._held[reached - 1]
            at = reached
        self._held = self._held[at:]
        self._at += at
        return [] if keep else self._take()

    def _take(self) -> list[Spoken]:
        out, self._out = self._out, []
        return out

    def _start(self, at: int, final: bool) -> int:
        """The beginning of a line decides what it is. Returns where reading goes on, -1 to wait."""
        newline = self._held.find("\n", at)
        end = newline if newline >= 0 else len(self._held)
        line = (
            self._held[at:end]
            if end - at <= _LONGEST_MARKER
            else self._held[at : at + _LONGEST_MARKER]
        )
        whole = newline >= 0 or final
        if not whole and len(line) < _LONGEST_MARKER and _MARKER_BEGUN.fullmatch(line):
            return -1
        if self._rows and not line.lstrip(" \t>").startswith("|"):
            self._close_table(self._at + at)
        if not line.strip() or (whole and _RULE.fullmatch(line)):
            self._stop(self._at + end)
            return min(end + 1, len(self._held))
        marker = _MARKER.match(line)
        assert marker is not None  # every part of it may be missing
        return self._begin(marker, at)

    def _begin(self, marker: re.Match[str], at: int) -> int:
        begun = at + marker.end()
        self._code = False
        if marker["fence"]:
            self._stop(self._at + at)
            self._fence, self._lines, self._state = marker["fence"], 0, _In.FENCE
        elif marker["row"]:
            self._stop(self._at + at)
            self._row, self._state = "", _In.ROW
            begun -= 1
        elif marker["head"] or marker["item"] or marker["number"]:
            self._stop(self._at + at)
            self._state = _In.ITEM
            if marker["number"]:
                self._say(marker["number"] + ": ", self._at + begun)
        else:
            if self._gap:
                self._say(" ", self._at + begun)
            self._state = _In.TEXT
        self._gap = False
        return begun

    def _inline(self, at: int, final: bool) -> int:
        run = _PLAIN.match(self._held, at)
        if run is not None:
            self._say_exact(run[0], self._at + at)
            return run.end()
        char = self._held[at]
        if char == "\n":
            return self._newline(at)
        if self._code and char != "`":
            self._say({"_": " ", "|": " "}.get(char, char), self._at + at + 1)
            return at + 1
        if char in "hHwW":
            return self._word(at, final)
        if char in "[!":
            return self._bracket(at, final)
        if char in "*_~`":
            return self._emphasis(at, final)
        if char in "<&\\【":
            return self._escape(at, final)
        emoji = _EMOJI.match(self._held, at)
        if emoji is not None:
            return emoji.end()
        if char in "→⇒➜•|":
            self._say(",", self._at + at + 1)
        elif char not in "]\u200d" or (char == "\u200d" and self._before.isalpha()):
            self._say_exact(char, self._at + at)
        return at + 1

    def _newline(self, at: int) -> int:
        if self._state is _In.ITEM:
            self._stop(self._at + at + 1)
        else:
            self._gap = True
        self._state = _In.START
        return at + 1

    # -------------------------------------------------------------------------------------- inline

    def _word(self, at: int, final: bool) -> int:
        """A letter that an address may begin with."""
        if (self._held[at - 1] if at else self._before).isalnum():
            self._say_exact(self._held[at], self._at + at)
            return at + 1
        head = self._held[at : at + 8].lower()
        if head.startswith(_ADDRESS_STARTS):
            address = _ADDRESS.match(self._held, at)
            end = address.end() if address is not None else len(self._held)
            if end == len(self._held) and not final and end - at < _LONGEST_LINK:
                return -1
            if address is not None:
                end = at + len(address[0].rstrip(".,;:!?'"))
                self._say(_host(self._held[at:end]), self._at + end)
                return end
        elif not final and any(start.startswith(head) for start in _ADDRESS_STARTS):
            return -1
        self._say_exact(self._held[at], self._at + at)
        return at + 1

    def _bracket(self, at: int, final: bool) -> int:
        image = self._held[at] == "!"
        if image:
            before = self._held[at - 1] if at else self._before
            after = self._held[at + 1 : at + 2]
            if (before and not before.isspace()) or (after and after != "["):
                self._say_exact("!", self._at + at)
                return at + 1
            if not after:
                return self._literal(at, final)
        start = at + image
        for pattern in (_NOTE, _LINK):
            match = pattern.match(self._held, start)
            if match is not None:
                if pattern is _LINK:
                    self._link(match, image=image)
                return match.end()
        begun = _LINK_BEGUN.match(self._held, start)
        open_ = begun is not None and begun.end() == len(self._held)
        if open_ and not final and len(self._held) - start < _LONGEST_LINK:
            return -1
        return start + 1

    def _literal(self, at: int, final: bool) -> int:
        if not final:
            return -1
        self._say_exact(self._held[at], self._at + at)
        return at + 1

    def _link(self, match: re.Match[str], *, image: bool) -> None:
        text = re.sub(r"[*_`~\[\]]+|!\[", "", _EMOJI.sub("", match[1])).strip()
        if _ADDRESS.fullmatch(text):
            text = _host(text)
        if image:
            text = phrases(self._spoken_language()).image.format(text=text) if text else ""
        elif not text and not match[1].strip():
            text = _host(match[2])
        if text:
            self._say(text, self._at + match.end())

    def _emphasis(self, at: int, final: bool) -> int:
        end = at
        while end < len(self._held) and self._held[end] == self._held[at]:
            end += 1
        if end == len(self._held) and not final and end - at < _LONGEST_MARKER:
            return -1
        before = self._held[at - 1] if at else self._before
        after = self._held[end : end + 1]
        char = self._held[at]
        if char == "`":
            self._code = not self._code
        elif char == "_" and before.isalnum() and after.isalnum():
            self._say(" ", self._at + end)
        elif char == "*" and end - at == 1 and _multiplies(before, after):
            self._say("×", self._at + end)
        elif char == "*" and before.isdigit() and after.isdigit():
            self._say("^", self._at + end)
        return end

    def _escape(self, at: int, final: bool) -> int:
        """What needs to be seen to its end before it means anything."""
        char = self._held[at]
        if char == "\\":
            after = self._held[at + 1 : at + 2]
            if not after and not final:
                return -1
            if after and not after.isalnum() and not after.isspace() and after not in "()[]":
                self._say(after, self._at + at + 2)
            return at + 1 + bool(after and not after.isalnum() and not after.isspace())
        whole, begun, longest = {
            "<": (_TAG, _TAG_BEGUN, _LONGEST_TAG),
            "&": (_ENTITY, _ENTITY_BEGUN, 40),
            "【": (_CITATION, re.compile(r"【[^】\n]*"), 100),
        }[char]
        match = whole.match(self._held, at)
        if match is not None:
            if char == "<" and match[1]:
                self._say(_host(match[1]), self._at + match.end())
            elif char == "&":
                self._say(html.unescape(match[0]).replace("\xa0", " "), self._at + match.end())
            return match.end()
        half = begun.match(self._held, at)
        if (
            half is not None
            and half.end() == len(self._held)
            and not final
            and half.end() - at < longest
        ):
            return -1
        self._say_exact(char, self._at + at)
        return at + 1

    # ------------------------------------------------------------------------------- code and tables

    def _in_fence(self, at: int, final: bool) -> int:
        """The rest of the line that opens a block of code, or a whole block in one line."""
        newline = self._held.find("\n", at)
        if newline < 0 and not final and len(self._held) - at < _LONGEST_LINK:
            return -1
        end = newline if newline >= 0 else len(self._held)
        if self._fence in self._held[at:end]:
            self._lines = 1
            self._close_code(self._at + end)
        elif newline >= 0:
            self._state = _In.CODE
            self._row = ""
        return min(end + 1, len(self._held))

    def _in_code(self, at: int, final: bool) -> int:
        newline = self._held.find("\n", at)
        end = newline if newline >= 0 else len(self._held)
        if len(self._row) < _LONGEST_MARKER:
            self._row += self._held[at : min(end, at + _LONGEST_MARKER)]
        if newline < 0 and not final:
            return end
        closing = self._row.strip(" \t>")
        self._row = ""
        if closing.startswith(self._fence) and not closing.strip(self._fence[0]):
            self._close_code(self._at + end)
        else:
            self._lines += 1
        return min(end + 1, len(self._held))

    def _close_code(self, end: int) -> None:
        self._state = _In.START
        if self._row.strip():
            self._lines += 1
        self._row = ""
        if self._lines:
            one, many = phrases(self._spoken_language()).code
            self._say(one if self._lines == 1 else many.format(n=self._lines), end)
            self._stop(end)
        self._lines = 0

    def _in_row(self, at: int, final: bool) -> int:
        newline = self._held.find("\n", at)
        end = newline if newline >= 0 else len(self._held)
        if len(self._row) < _KEPT_ROW:
            self._row += self._held[at : min(end, at + _KEPT_ROW)]
        if newline < 0:
            return end
        self._end_row()
        self._state = _In.START
        return end + 1

    def _end_row(self) -> None:
        if self._rows == 0:
            self._first_row = self._row
        elif self._rows == 1 and _SEPARATOR.fullmatch(self._row):
            self._ruled = True
        self._rows += 1
        self._row = ""

    def _close_table(self, end: int) -> None:
        cells = [cell.strip() for cell in self._first_row.strip().strip("|").split("|")]
        if self._ruled:
            said = phrases(self._spoken_language()).table
            self._say(said.format(m=len(cells), n=self._rows - 2), end)
        else:
            # Lines that begin with a bar and are no table are few and short: the first is read.
            self._say(", ".join(cell for cell in cells if cell), end)
        self._stop(end)
        self._rows, self._ruled, self._first_row = 0, False, ""

    # -------------------------------------------------------------------------------------- saying

    def _spoken_language(self) -> str:
        return self._language or guess_language(self._sample)

    def _stop(self, end: int) -> None:
        """A paragraph, heading or item is over: the voice drops, whether or not it was written so."""
        self._gap = False
        if self._solid and self._solid not in _STOPS:
            self._say(".", end)
        if self._last != BREAK:
            self._out.append(Spoken(BREAK, end, exact=False))
        self._last, self._solid = BREAK, ""

    def _say(self, text: str, end: int) -> None:
        if self._last.isspace():
            text = text.lstrip(" ")
        if text:
            self._note(text)
            self._out.append(Spoken(text, end, exact=False))

    def _say_exact(self, text: str, start: int) -> None:
        """Say what stands in the text, runs of white space as one space."""
        for run in re.finditer(r"\s+|\S+(?: \S+)*", text):
            if not run[0].isspace():
                self._note(run[0])
                self._out.append(Spoken(run[0], start + run.end(), exact=True))
            elif not self._last.isspace():
                self._last = " "
                self._out.append(Spoken(" ", start + run.end(), exact=False))

    def _note(self, text: str) -> None:
        self._last = text[-1]
        solid = text.rstrip()
        if solid:
            self._solid = solid[-1]
        if len(self._sample) < _SAMPLE:
            self._sample += text


def _multiplies(before: str, after: str) -> bool:
    return (before.isdigit() and after.isdigit()) or (before == " " and after == " ")


def _host(address: str) -> str:
    match = _HOST.match(address)
    return match[1] if match is not None else ""


def speakable(text: str, language: str = "") -> str:
    """A whole text as a voice should say it, in one line."""
    reader = Speakable(language)
    spoken = [*reader.feed(text), *reader.flush()]
    return tidy("".join(run.text for run in spoken))


_BEFORE_STOP = re.compile(r"\s+([.,!?;:](?:\s|$))")


def tidy(spoken: str) -> str:
    """Spoken text in one line, without the gaps that removed marks leave."""
    return _BEFORE_STOP.sub(r"\1", " ".join(spoken.split())).strip()
