"""What a voice is given to say of a streamed text, with the place of each character in it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from voicedesk.pipelines.phrases import Phrases, guess_language, phrases

BREAK = "\n"
"""Stands in the spoken text where a paragraph, heading or item ends."""

_SAMPLE = 400
_STOPS = ".!?…:;,。！？：；，、"
_RUN = re.compile(r"\s+|\S+(?: \S+)*")
_BEFORE_STOP = re.compile(r"\s+([.,!?;:](?:\s|$))")


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


class Saying:
    """Collects what is said, with white space and the ends of paragraphs put in order.

    Attributes:
        gap: A line ended within a paragraph: a space is due if the paragraph goes on.
    """

    def __init__(self, language: str = "") -> None:
        """Nothing is said yet.

        Args:
            language: Of the text, as in "en"; guessed from what is said when empty.
        """
        self.gap = False
        self._language = language
        self._sample = ""
        self._out: list[Spoken] = []
        self._last = BREAK
        self._solid = ""

    @property
    def phrases(self) -> Phrases:
        """The sentences of the text's language."""
        return phrases(self._language or guess_language(self._sample))

    def take(self) -> list[Spoken]:
        """What was said since the last call."""
        out, self._out = self._out, []
        return out

    def say(self, text: str, end: int) -> None:
        """Say something in place of what ends there."""
        if self._last.isspace():
            text = text.lstrip(" ")
        if text:
            self._note(text)
            self._out.append(Spoken(text, end, exact=False))

    def exact(self, text: str, start: int) -> None:
        """Say what stands in the text from there, runs of white space as one space."""
        for run in _RUN.finditer(text):
            if not run[0].isspace():
                self._note(run[0])
                self._out.append(Spoken(run[0], start + run.end(), exact=True))
            elif not self._last.isspace():
                self._last = " "
                self._out.append(Spoken(" ", start + run.start() + 1, exact=False))

    def stop(self, end: int) -> None:
        """A paragraph, heading or item is over: the voice drops, whether or not it was written so."""
        self.gap = False
        if self._solid and self._solid not in _STOPS:
            self.say(".", end)
        if self._last != BREAK:
            self._out.append(Spoken(BREAK, end, exact=False))
        self._last, self._solid = BREAK, ""

    def _note(self, text: str) -> None:
        self._last = text[-1]
        solid = text.rstrip()
        if solid:
            self._solid = solid[-1]
        if len(self._sample) < _SAMPLE:
            self._sample += text


def tidy(spoken: str) -> str:
    """Spoken text in one line, without the gaps that removed marks leave."""
    return _BEFORE_STOP.sub(r"\1", " ".join(spoken.split())).strip()
