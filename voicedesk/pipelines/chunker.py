"""Text as it streams, cut into units for a voice: the first as early as it sounds right, later ones as large as time allows."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from voicedesk.core.placed import Placed
from voicedesk.core.word_lengths import Word, words_of
from voicedesk.pipelines.boundaries import Boundaries, Boundary, Mark
from voicedesk.pipelines.speakable import Speakable
from voicedesk.pipelines.spoken import BREAK, tidy

SECONDS_A_CHARACTER = 0.065
"""Speech in European languages, roughly; used until sound is there to measure."""
_MOST = {"auto": 200, "word": 60, "phrase": 200, "sentence": 400}
_MOST_FIRST = 80
_LEAST_FIRST = 10
_LEAST = 20
_LEAST_BEFORE_CONJUNCTION = 30
_LEAST_STRETCH = 40
_DRY_S = 0.6
_LOOK_AHEAD = 24
"""More characters than any boundary needs to be decided."""

_OPENERS = frozenset(
    """
    sure yes no well okay ok right great hi hello hey thanks indeed exactly absolutely certainly definitely
    perfect good alright sorry actually however so now then first finally of-course i-see no-problem got-it
    ja nein klar gut gerne gern natürlich hallo danke genau stimmt okay also nun doch sicher leider super
    oui non bien d'accord bonjour merci sí si claro vale hola gracias bueno sì certo ciao grazie va-bene
    """.replace("-", " ").split()
) | {
    "of course",
    "i see",
    "no problem",
    "got it",
    "va bene",
    "thank you",
    "guten tag",
    "kein problem",
}
_CONJUNCTION = re.compile(
    r" (?=(?:and|or|but|because|which|that|when|while|if|so|und|oder|aber|weil|dass|wenn|denn|et|ou|mais|que|y|pero"
    r"|porque|e|ma|perché) )"
)
_WORD_END = re.compile(r"\s")
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_WORD = re.compile(
    r"\s|[。！？｡，、；：]{1,8}[」』）】]{0,4}(?=[^。！？｡，、；：」』）】])|[\u3040-\u30ff\u3400-\u9fff]{8}"
)
_LEADING = re.compile(r"^(?:[.,;:!?…)\]”’»]+(?=\s|$)|[。！？，、；：」』）】])+\s*")


class Chunking(StrEnum):
    """How text is cut."""

    AUTO = "auto"
    WORD = "word"
    PHRASE = "phrase"
    SENTENCE = "sentence"


@dataclass(frozen=True, slots=True)
class Unit:
    """A piece of the text for the voice.

    Attributes:
        index: From 0.
        start: First character in the streamed text that it stands for; where the unit before ended.
        end: After the last one.
        text: What the voice says, without markup; never without a letter or digit.
        words: Its words, with their places in the streamed text.
    """

    index: int
    start: int
    end: int
    text: str
    words: tuple[Word, ...] = ()

    def in_stream(self, placed: Sequence[Placed]) -> tuple[Placed, ...]:
        """Words that are placed by their ends in ``text``, by their ends in the streamed text."""
        ends = {
            said.end: word.end for said, word in zip(words_of(self.text), self.words, strict=True)
        }
        return tuple(replace(each, end=ends[each.end]) for each in placed if each.end in ends)


class Chunker:
    """Cuts one streamed text.

    Units follow each other without a gap. Text that says nothing (markup, emoji) goes with the unit after it; at the
    very end, where none follows, it belongs to no unit.
    """

    def __init__(self, chunking: Chunking, language: str = "") -> None:
        """Nothing has come yet.

        Args:
            chunking: How to cut.
            language: Of the text, as in "en"; guessed from it when empty.
        """
        self._chunking = chunking
        self._speakable = Speakable(language)
        self._boundaries = Boundaries(language)
        self._text = ""
        self._ends: list[int] = []
        self._marks: deque[Boundary] = deque()
        self._from = 0
        self._count = 0
        self._start = 0
        self._cut_s = 0.0
        self._buffered_s = 0.0
        self._sounding = False

    def add(self, delta: str, *, buffered_s: float = 0.0) -> list[Unit]:
        """The units that the next piece of text completes.

        Args:
            delta: The piece, split anywhere; may be empty, to ask again with more or less sound buffered.
            buffered_s: Seconds of sound that are still to be played of the units given so far; 0 before the first sound.
        """
        self._take(delta)
        self._marks.extend(self._boundaries.scan(self._text, final=False))
        return self._cut(buffered_s, final=False)

    def flush(self) -> list[Unit]:
        """The units that are left when the text is complete."""
        for run in self._speakable.flush():
            self._append(run.text, run.end, exact=run.exact)
        self._marks.extend(self._boundaries.scan(self._text, final=True))
        units = self._cut(self._buffered_s, final=True)
        rest = self._unit(len(self._text))
        return units if rest is None else [*units, rest]

    def _take(self, delta: str) -> None:
        for run in self._speakable.feed(delta):
            self._append(run.text, run.end, exact=run.exact)

    def _append(self, text: str, end: int, *, exact: bool) -> None:
        self._text += text
        self._ends += range(end - len(text) + 1, end + 1) if exact else [end] * len(text)

    # ------------------------------------------------------------------------------------- cutting

    def _cut(self, buffered_s: float, *, final: bool) -> list[Unit]:
        self._buffered_s = buffered_s
        self._sounding = self._sounding or buffered_s > 0
        units: list[Unit] = []
        while True:
            end = self._next(buffered_s if self._sounding else self._cut_s, final=final)
            unit = self._unit(self._whole(end)) if end is not None else None
            if unit is None:
                break
            units.append(unit)
        self._forget()
        return units

    def _next(self, buffered_s: float, *, final: bool) -> int | None:
        """Where the next unit ends, None when it is not complete."""
        most = self._most
        words = self._chunking is Chunking.WORD
        end = self._word() if words else self._marked(buffered_s, most)
        if end is None and len(self._text) - self._from > most + (0 if final else _LOOK_AHEAD):
            end = self._forced(most)
        if final:
            return end
        if end is None and self._hurried:
            end = self._eager() or self._conjunction(_LEAST_BEFORE_CONJUNCTION)
        if end is None and self._runs_dry(buffered_s):
            end = self._conjunction(_LEAST) or self._stretch()
        return end

    def _runs_dry(self, buffered_s: float) -> bool:
        """Silence is near and no mark is in sight: a stop in the wrong place sounds better than a stall."""
        return (
            self._chunking is Chunking.AUTO
            and self._count > 0
            and self._sounding
            and buffered_s < _DRY_S
        )

    @property
    def _hurried(self) -> bool:
        """The first unit of all, which somebody is waiting for."""
        return self._chunking is Chunking.AUTO and self._count == 0

    @property
    def _most(self) -> int:
        return _MOST_FIRST if self._hurried else _MOST[self._chunking]

    def _marked(self, buffered_s: float, most: int) -> int | None:
        for boundary in self._marks:
            if boundary.end - self._from > most:
                return None
            if self._chunking is Chunking.SENTENCE and boundary.mark is not Mark.SENTENCE:
                continue
            said = self._said(boundary.end)
            if any(map(str.isalnum, said)) and self._enough(said, boundary.mark, buffered_s):
                return boundary.end
        return None

    def _enough(self, said: str, mark: Mark, buffered_s: float) -> bool:
        """Whether what ends with a mark is worth a unit of its own."""
        if self._chunking is Chunking.SENTENCE:
            return True
        if self._chunking is Chunking.PHRASE:
            return _length(said) >= _LEAST
        if self._hurried:
            return _opens(said)
        clause, sentence = _least(buffered_s)
        return _length(said) >= (sentence if mark is Mark.SENTENCE else clause)

    def _word(self) -> int | None:
        for match in _WORD.finditer(self._text, self._from):
            if self._speaks(match.end()):
                return match.end()
        return None

    def _speaks(self, end: int) -> bool:
        return any(map(str.isalnum, self._text[self._from : end]))

    def _eager(self) -> int | None:
        """All that is there, if a clause ends with its last character as far as can be told."""
        if len(self._text) - self._from > _MOST_FIRST:
            return None
        mark = self._boundaries.eager(self._text)
        return len(self._text) if mark is not None and _opens(self._said(len(self._text))) else None

    def _conjunction(self, least: int) -> int | None:
        """Before a word that begins another thought, where no mark came."""
        match = _CONJUNCTION.search(self._text, self._from + least)
        return match.end() if match is not None else None

    def _stretch(self) -> int | None:
        """All whole words that are there, if they are enough for a while."""
        end = self._text.rfind(" ", self._from) + 1
        return end if end - self._from >= _LEAST_STRETCH else None

    def _forced(self, most: int) -> int:
        """The best place in a stretch that is too long and has no boundary that would do."""
        limit = self._from + most
        marks = [b.end for b in self._marks if self._from + most // 3 <= b.end <= limit]
        if marks:
            return marks[-1]
        for pattern in (_CONJUNCTION, _WORD_END):
            ends = [m.end() for m in pattern.finditer(self._text, self._from + most // 2, limit)]
            if ends:
                return ends[-1]
        return limit

    # --------------------------------------------------------------------------------------- units

    def _whole(self, end: int) -> int:
        """Not within what stands for one place of the text, such as the words for a block of code."""
        while end < len(self._ends) and self._ends[end] == self._ends[end - 1]:
            end += 1
        return end

    def _said(self, end: int) -> str:
        return _LEADING.sub("", tidy(self._text[self._from : end]))

    def _unit(self, end: int) -> Unit | None:
        """Cut off a unit; None when it would say nothing."""
        said = self._said(end)
        if not any(map(str.isalnum, said)):
            return None
        words = self._words(said, end)
        unit = Unit(self._count, self._start, self._ends[end - 1], said, words)
        self._count += 1
        self._start = unit.end
        self._from = end
        self._cut_s += _length(said) * SECONDS_A_CHARACTER
        while self._marks and self._marks[0].end <= end:
            self._marks.popleft()
        return unit

    def _words(self, said: str, end: int) -> tuple[Word, ...]:
        """The words of a unit in the streamed text. What is said differs from it in white space alone, and at its head."""
        places = [
            place
            for character, place in zip(
                self._text[self._from : end], self._ends[self._from : end], strict=True
            )
            if not character.isspace()
        ]
        solid = sum(not character.isspace() for character in said)
        places = places[len(places) - solid :]
        words, at = [], 0
        for word in words_of(said):
            count = word.end - word.start
            words.append(replace(word, start=places[at] - 1, end=places[at + count - 1]))
            at += count
        return tuple(words)

    def _forget(self) -> None:
        """Take off what was cut, so that only the open end of the text is kept."""
        count, self._from = self._from, 0
        if count:
            self._text = self._text[count:]
            del self._ends[:count]
            self._marks = deque(Boundary(b.end - count, b.mark) for b in self._marks)
            self._boundaries.drop(count)


def _opens(said: str) -> bool:
    """Whether a reply can begin with this alone."""
    if _length("".join(filter(str.isalnum, said))) >= _LEAST_FIRST:
        return True
    return said.rstrip(".,;:!?…–— 。！？，、；：").lower() in _OPENERS or said.endswith(
        ("!", "！", "。", "？", "?", BREAK)
    )


def _length(said: str) -> int:
    """Characters, as long as those of European languages sound: one of Chinese or Japanese takes about three."""
    return len(said) + 2 * len(_WIDE.findall(said))


def _least(buffered_s: float) -> tuple[int, int]:
    """Characters of a unit that ends with a clause and with a sentence; more, the more sound is there to cover it."""
    if buffered_s < 1.0:
        return _LEAST, _LEAST
    if buffered_s < 3.0:
        return 80, _LEAST
    if buffered_s < 8.0:
        return 140, 60
    return 180, 120
