"""Where a growing text may be cut: ends of sentences and of clauses, each decided once, when enough has come to tell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import sentencex

from voicedesk.pipelines.phrases import base_language, guess_language
from voicedesk.pipelines.spoken import BREAK

_CONTEXT = 200
"""Characters before a stop that decide whether it ends a sentence."""
_LONGEST_WORD = 16
_SAMPLE = 400

_CLOSERS = "\"'”’»)\\]」』）】"
_MARK = re.compile(
    rf"(?P<wide>[。！？｡]{{1,8}}[{_CLOSERS}]{{0,4}})|(?P<stop>[.!?…]{{1,8}}[{_CLOSERS}]{{0,4}})"
    rf"|(?P<clause>[,;:–—][{_CLOSERS}]{{0,2}})|(?P<comma>[，、；：][{_CLOSERS}]{{0,2}})|(?P<hard>{BREAK})"
)
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uff00-\uffef]")
_WORD = re.compile(r"\w+")
_TOKEN = re.compile(r"[^\s(\[\"“«]+$")


class Mark(IntEnum):
    """What ends at a place, the weightier the greater."""

    CLAUSE = 1
    SENTENCE = 2


@dataclass(frozen=True, slots=True)
class Boundary:
    """A place where the text may be cut: after ``end`` characters."""

    end: int
    mark: Mark


class Boundaries:
    """Finds the boundaries of a text that grows at its end.

    Each is decided from a bounded number of characters around it, whatever the pieces that the text came in.
    """

    def __init__(self, language: str = "") -> None:
        """Nothing is known yet.

        Args:
            language: Of the text, as in "en"; guessed from it when empty.
        """
        self._language = base_language(language)
        self._sample = ""
        self._scanned = 0
        self._sentence = ""

    def scan(self, text: str, *, final: bool) -> list[Boundary]:
        """The boundaries that can be decided now and were not before.

        Args:
            text: All of the text so far, less what was taken off by ``drop``.
            final: No more comes.
        """
        found: list[Boundary] = []
        while (match := _MARK.search(text, self._scanned)) is not None:
            sentence = self._sentence + text[self._scanned : match.end()]
            mark = self._decide(text, match, sentence, final=final)
            if mark is None:
                break
            if mark:
                found.append(Boundary(match.end(), Mark(mark)))
            if not self._language and len(self._sample) < _SAMPLE:
                self._sample += text[self._scanned : match.end()]
            self._sentence = "" if mark == Mark.SENTENCE else sentence[-_CONTEXT:]
            self._scanned = match.end()
        return found

    def drop(self, count: int) -> None:
        """The first characters of the text were taken off."""
        if self._scanned < count:
            # Cut without a boundary: what follows is judged as it stands.
            self._sentence = ""
        self._scanned = max(0, self._scanned - count)

    def eager(self, text: str) -> Mark | None:
        """What ends with the very last character, going by what is there alone.

        A stop that may belong to a number, an abbreviation or an address ends nothing yet.
        """
        match = _MARK.search(text, self._scanned)
        if match is None or text[match.end() :].strip():
            return None
        token = _TOKEN.search(text[max(0, match.start() - 40) : match.start()])
        word = token[0] if token is not None else ""
        if match["wide"] or match["hard"]:
            return Mark.SENTENCE
        if not word or word[-1].isdigit():
            return None
        if not match["stop"]:
            return Mark.CLAUSE
        if match[0][0] == "." and ("." in word or len(word) < 2 or "/" in word or "@" in word):
            return None
        sentence = self._sentence + text[self._scanned : match.end()]
        return Mark.SENTENCE if self._ends(sentence, " A") else None

    def _decide(self, text: str, match: re.Match[str], sentence: str, *, final: bool) -> int | None:
        """Its mark, 0 when nothing ends there, None when more must come to tell."""
        end = match.end()
        if match["hard"]:
            return Mark.SENTENCE
        if end >= len(text):
            # A run of stops or closing quotes may go on.
            return Mark.SENTENCE if final else None
        after = text[end]
        if match["wide"] or match["comma"]:
            return Mark.SENTENCE if match["wide"] else Mark.CLAUSE
        if match["clause"]:
            return Mark.CLAUSE if after.isspace() or match[0][0] == "—" else 0
        if after == BREAK or _WIDE.match(after):
            return Mark.SENTENCE
        if not after.isspace():
            return 0
        return self._stop(sentence, match[0], text[end + 1 : end + 1 + _LONGEST_WORD], final=final)

    def _stop(self, sentence: str, stop: str, following: str, *, final: bool) -> int | None:
        if not following:
            return Mark.SENTENCE if final else None
        after = following[0]
        if sentence[: -len(stop)][-1:].isdigit():
            if len(following) < _LONGEST_WORD and following.isalpha() and not final:
                return None  # of an ordinal, the whole next word tells: a month, or a new sentence
            word = _WORD.match(following)
            after = word[0] if word is not None else after
        if stop[-1] in _CLOSERS and after[0].isupper():
            return Mark.SENTENCE
        return Mark.SENTENCE if self._ends(sentence, " " + after) else 0

    def _ends(self, before: str, after: str) -> bool:
        """Whether a sentence ends between two texts, by the rules of the language."""
        context = before[-_CONTEXT:]
        language = self._language or guess_language(self._sample + before)
        parts: Sequence[str] = sentencex.segment(language, context + after)
        reached = 0
        for part in parts[:-1]:
            reached += len(part)
        return reached >= len(context)
