"""Finds settings by words: their names, what they do, what else people call them, in every language there is."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from PySide6.QtCore import QObject

from voicedesk.core.settings import Settings
from voicedesk.ui.settings_fields import Field, Option, Page
from voicedesk.ui.settings_schema import PAGES, field_at, page_of
from voicedesk.ui.translation import catalogue, languages

MOST = 12
_CONTEXT = "Settings"
_NAME, _OTHER_WORDS, _VALUES, _PAGE, _HELP = 100, 40, 25, 20, 10
_SHORTEST_STEM = 3
_LONGEST_ENDING = 2
"""Letters: "logs" and "testen" find "log" and "Test"."""


@dataclass(frozen=True, slots=True)
class Found:
    """A setting that was found, and where it is."""

    page: Page
    field: Field


@dataclass(frozen=True, slots=True)
class _Text:
    weight: int
    text: str


def plain(text: str) -> str:
    """A text as it is compared: small letters without accents or hyphens. Umlauts may be typed without their dots."""
    parts = unicodedata.normalize("NFKD", text.casefold().replace("-", ""))
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


class SettingsIndex(QObject):
    """All settings by their words. Made when somebody first looks for something."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._catalogues = [catalogue(language, self) for language in languages()[1:]]
        self._entries = [
            (Found(page, field), self._texts(page, field))
            for page in PAGES
            for field in page.fields
        ]

    def find(self, query: str) -> list[Found]:
        """The settings in which every word of the query occurs, the best first, MOST at most."""
        wanted = plain(query).split()
        if not wanted:
            return []
        scored = []
        for place, (found, texts) in enumerate(self._entries):
            score = sum(scores := [_best(word, texts) for word in wanted])
            if all(scores):
                scored.append((-score, place, found))
        return [found for _, _, found in sorted(scored, key=lambda one: one[:2])[:MOST]]

    def _texts(self, page: Page, field: Field) -> list[_Text]:
        values = [name for _, name in field.options] if isinstance(field, Option) else []
        sources = [
            (_NAME, field.label),
            (_OTHER_WORDS, field.words),
            (_PAGE, page.title),
            (_HELP, field.help),
            *((_VALUES, value) for value in values),
        ]
        return [
            _Text(weight, plain(text))
            for weight, source in sources
            if source
            for text in (source, *self._translations(source))
        ]

    def _translations(self, source: str) -> list[str]:
        found = (catalogue.translate(_CONTEXT, source) for catalogue in self._catalogues)
        return [text for text in found if text]


def _best(word: str, texts: list[_Text]) -> float:
    """How well a word fits, 0 where it does not."""
    return max(text.weight * _fit(word, text.text) for text in texts)


def _fit(word: str, text: str) -> float:
    """Whole words before beginnings, then what differs by its ending, then what is somewhere inside."""
    words = re.findall(r"\w+", text)
    if re.search(rf"\b{re.escape(word)}\b", text):
        return 1.2
    if re.search(rf"\b{re.escape(word)}", text):
        return 1.0
    if any(_is_stem(one, word) for one in words):
        return 0.8
    return 0.4 if word in text else 0.0


def _is_stem(stem: str, word: str) -> bool:
    ending = len(word) - len(stem)
    return len(stem) >= _SHORTEST_STEM and ending <= _LONGEST_ENDING and word.startswith(stem)


def place_of(found: Found, settings: Settings) -> Found:
    """Where to go for a setting: itself, or, where it means nothing now, the one that decides about that."""
    page, field = found.page, found.field
    if not page.when.holds(settings):
        governor = page.when.governor
    elif not field.when.holds(settings):
        governor = field.when.governor
    else:
        return found
    return place_of(Found(page_of(governor), field_at(governor)), settings)
