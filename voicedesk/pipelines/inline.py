"""Markup within a line: emphasis, code, links, addresses, tags, entities, emoji."""

from __future__ import annotations

import html
import re

from voicedesk.pipelines.spoken import Saying

WAIT = -1
"""More must come before it can be told what this is."""

_LONGEST_LINK = 2000
_LONGEST_RUN = 200

_PICTURES = (
    "\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u2300-\u23ff\ufe0f\u20e3\U000e0000-\U000e007f"
)
_ARROWS = "→⇒➜•|"
_JOINER = "\u200d"
_PLAIN = re.compile(rf"(?:[^*_~`\[\]<>&\\|!\n【→⇒➜•{_JOINER}{_PICTURES}hHwW]|(?<=[^\W_])[hHwW])+")
_EMOJI = re.compile(rf"(?:[{_PICTURES}]{_JOINER}?)+")
_ADDRESS = re.compile(
    r"(?:https?://|www\.)(?:[^\s<>()\[\]\"“”`*，。]|\([^\s()]*\))+", re.IGNORECASE
)
_ADDRESS_STARTS = ("http://", "https://", "www.")
_HOST = re.compile(r"(?:https?://)?(?:[^/@\s]*@)?(?:www\.)?([^/:?#\s]+)", re.IGNORECASE)
_LABEL = r"\[((?:[^\[\]\n]|\[[^\[\]\n]*\])*)\]"
_LINK = re.compile(
    _LABEL + r"\([ \t]*<?((?:[^()\s<>]|\([^()\s]*\))*)>?(?:[ \t]+[\"'][^\n]*?[\"'])?[ \t]*\)"
)
_LINK_BEGUN = re.compile(
    r"\[(?:[^\[\]\n]|\[[^\[\]\n]*\])*(?:\[[^\[\]\n]*|\](?:\((?:[^()\n]|\([^()\n]*\))*(?:\([^()\n]*)?)?)?"
)
_NOTE = re.compile(r"\[\^[^\]\n]{1,60}\]")
_TAG = re.compile(r"<(?:(https?://[^<>\s]+)|!--[^\n]*?--|/?[a-zA-Z][^<>\n]*)>")
_TAG_BEGUN = re.compile(r"<(?:[!/a-zA-Z][^<>\n]{0,300})?")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,31});")
_ENTITY_BEGUN = re.compile(r"&[#a-zA-Z0-9]{0,31}")
_CITATION = re.compile(r"【[^】\n]{0,80}】")
_CITATION_BEGUN = re.compile(r"【[^】\n]{0,80}")
_CLOSED = {
    "<": (_TAG, _TAG_BEGUN),
    "&": (_ENTITY, _ENTITY_BEGUN),
    "【": (_CITATION, _CITATION_BEGUN),
}


class Inline:
    """Reads what stands within a line, one mark or one run of plain text at a time."""

    def __init__(self, saying: Saying) -> None:
        """Nothing is read yet; ``saying`` takes what is said."""
        self._saying = saying
        self._code = False
        self._text = ""
        self._offset = 0
        self._before = ""
        self._final = False
        self._marks = {
            **dict.fromkeys("hHwW", self._address),
            **dict.fromkeys("*_~`", self._emphasis),
            **dict.fromkeys("<&【", self._closed),
            "[": self._bracket,
            "!": self._exclamation,
            "\\": self._escape,
        }

    def begin(self) -> None:
        """A line begins."""
        self._code = False

    def step(self, text: str, at: int, *, offset: int, before: str, final: bool) -> int:
        """Read on from a place that is not the end of a line.

        Args:
            text: What is there.
            at: The place.
            offset: Where in the stream ``text`` begins.
            before: The character before the place.
            final: Nothing follows ``text``.

        Returns:
            The place after what was read, or ``WAIT``.
        """
        self._text, self._offset, self._before, self._final = text, offset, before, final
        char = text[at]
        run = None if char in "hHwW" and not at else _PLAIN.match(text, at)
        if run is not None:
            self._saying.exact(run[0], offset + at)
            return run.end()
        if self._code and char != "`":
            return self._verbatim(at, char)
        mark = self._marks.get(char)
        return mark(at) if mark is not None else self._other(at, char)

    def _verbatim(self, at: int, char: str) -> int:
        """Within code, marks mean themselves."""
        if char in "_|":
            self._saying.say(" ", self._offset + at + 1)
        else:
            self._saying.exact(char, self._offset + at)
        return at + 1

    def _other(self, at: int, char: str) -> int:
        emoji = _EMOJI.match(self._text, at)
        if emoji is not None:
            return emoji.end()
        if char in _ARROWS:
            self._saying.say(",", self._offset + at + 1)
        elif char != "]" and (char != _JOINER or self._before.isalpha()):
            self._saying.exact(char, self._offset + at)
        return at + 1

    def _itself(self, at: int) -> int:
        self._saying.exact(self._text[at], self._offset + at)
        return at + 1

    def _unfinished(self, end: int, begun: int, longest: int) -> bool:
        """Whether what began there reaches to the end of what is there and may go on."""
        return end == len(self._text) and not self._final and end - begun < longest

    # ----------------------------------------------------------------------------- marks in order

    def _address(self, at: int) -> int:
        """A letter that an address may begin with."""
        if self._before.isalnum():
            return self._itself(at)
        head = self._text[at : at + 8].lower()
        if head.startswith(_ADDRESS_STARTS):
            address = _ADDRESS.match(self._text, at)
            end = address.end() if address is not None else at + len(head)
            if self._unfinished(end, at, _LONGEST_LINK) or self._open_bracket(end):
                return WAIT
            if address is not None:
                said = address[0].rstrip(".,;:!?'")
                self._saying.say(host(said), self._offset + at + len(said))
                return at + len(said)
        elif not self._final and any(start.startswith(head) for start in _ADDRESS_STARTS):
            return WAIT
        return self._itself(at)

    def _open_bracket(self, end: int) -> bool:
        """An address may hold a pair of brackets, of which only the first is there yet."""
        return (
            self._text[end : end + 1] == "("
            and not re.search(r"[\s()]", self._text[end + 1 :])
            and self._unfinished(len(self._text), end, _LONGEST_RUN)
        )

    def _emphasis(self, at: int) -> int:
        char, end = self._text[at], at
        while end < len(self._text) and self._text[end] == char:
            end += 1
        if self._unfinished(end, at, _LONGEST_RUN):
            return WAIT
        after = self._text[end : end + 1]
        digits = self._before.isdigit() and after.isdigit()
        spaces = self._before == " " and after == " "
        if char == "`":
            self._code = not self._code
        elif char == "_" and self._before.isalnum() and after.isalnum():
            self._saying.say(" ", self._offset + end)
        elif char == "*" and (digits or (spaces and end - at == 1)):
            self._saying.say("×" if end - at == 1 else "^", self._offset + end)
        elif char == "~" and end - at == 1 and not after.isalpha():
            return self._itself(at)
        return end

    def _exclamation(self, at: int) -> int:
        """Ends a sentence, or begins an image when nothing stands before it."""
        after = self._text[at + 1 : at + 2]
        if (self._before and not self._before.isspace()) or (after or "[") != "[":
            return self._itself(at)
        if not after:
            return self._itself(at) if self._final else WAIT
        return self._bracket(at)

    def _bracket(self, at: int) -> int:
        start = at + (self._text[at] == "!")
        note = _NOTE.match(self._text, start)
        if note is not None:
            return note.end()
        link = _LINK.match(self._text, start)
        if link is not None:
            self._link(link, image=start > at)
            return link.end()
        begun = _LINK_BEGUN.match(self._text, start)
        if begun is not None and self._unfinished(begun.end(), at, _LONGEST_LINK):
            return WAIT
        return start + 1

    def _link(self, link: re.Match[str], *, image: bool) -> None:
        text = re.sub(r"!?\[|[*_`~\]]+", "", _EMOJI.sub("", link[1])).strip()
        if _ADDRESS.fullmatch(text):
            text = host(text)
        if image:
            text = self._saying.phrases.image.format(text=text) if text else ""
        elif not link[1].strip():
            text = host(link[2])
        self._saying.say(text, self._offset + link.end())

    def _escape(self, at: int) -> int:
        """A backslash; brackets after it are those of a formula."""
        after = self._text[at + 1 : at + 2]
        if not after and not self._final:
            return WAIT
        if not after or after.isalnum() or after.isspace():
            return at + 1
        if after not in "()[]":
            self._saying.exact(after, self._offset + at + 1)
        return at + 2

    def _closed(self, at: int) -> int:
        """What needs to be seen to its end before it means anything."""
        char = self._text[at]
        pattern, begun = _CLOSED[char]
        match = pattern.match(self._text, at)
        if match is None:
            half = begun.match(self._text, at)
            if half is not None and self._unfinished(half.end(), at, _LONGEST_RUN):
                return WAIT
            return self._itself(at)
        if char == "<" and match[1]:
            self._saying.say(host(match[1]), self._offset + match.end())
        elif char == "&":
            said = html.unescape(match[0]).replace("\xa0", " ").replace("\n", " ")
            self._saying.say(said, self._offset + match.end())
        return match.end()


def host(address: str) -> str:
    """What is said of an address: the server's name."""
    match = _HOST.match(address)
    return match[1] if match is not None else ""
