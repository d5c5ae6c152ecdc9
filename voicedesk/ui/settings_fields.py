"""The kinds of settings: what an editor needs to know of one.

Bounds and defaults are not repeated here: they come from the settings themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from voicedesk.core.settings import Settings
from voicedesk.ui.settings_texts import QT_TRANSLATE_NOOP
from voicedesk.ui.settings_values import read


@dataclass(frozen=True, slots=True)
class When:
    """Beside which other settings a setting or a page means anything. It is hidden where it does not.

    Attributes:
        governor: The path of the setting that decides; empty where nothing does.
        holds: Whether it means anything beside these settings.
    """

    governor: str
    holds: Callable[[Settings], bool]


ALWAYS = When("", lambda _settings: True)


@cache
def _defaults() -> Settings:
    return Settings()


@dataclass(frozen=True, slots=True)
class Field:
    """One setting.

    Attributes:
        path: Where it is in the settings, as in "talk.tail_ms".
        label: Its name, untranslated.
        help: What it does, in a sentence, untranslated.
        when: Beside which other settings it means anything.
        words: Other words that people may look for it by, untranslated.
    """

    path: str
    label: str
    help: str = ""
    when: When = ALWAYS
    words: str = ""

    @property
    def default(self) -> Any:
        """The value it has in fresh settings."""
        return read(_defaults(), self.path)


def _limit(path: str, name: str, otherwise: float) -> float:
    """What the settings themselves say of a value: "ge" and "le" of a number, "max_length" of a word."""
    section, _, last = path.rpartition(".")
    for mark in type(read(_defaults(), section)).model_fields[last].metadata:
        limit: float | None = getattr(mark, name, None)
        if limit is not None:
            return limit
    return otherwise


def _bounds(path: str) -> tuple[float, float]:
    return _limit(path, "ge", 0.0), _limit(path, "le", 1_000_000.0)


@dataclass(frozen=True, slots=True)
class Whole(Field):
    """A whole number with a unit."""

    unit: str = ""
    step: int = 1

    @property
    def bounds(self) -> tuple[int, int]:
        """The least and the greatest value that the settings take."""
        least, most = _bounds(self.path)
        return int(least), int(most)


@dataclass(frozen=True, slots=True)
class Milliseconds(Whole):
    """A short time."""

    unit: str = "ms"
    step: int = 50


@dataclass(frozen=True, slots=True)
class Decimal(Field):
    """A number with two decimals and a unit."""

    unit: str = ""
    step: float = 0.1

    @property
    def bounds(self) -> tuple[float, float]:
        """The least and the greatest value that the settings take."""
        return _bounds(self.path)


@dataclass(frozen=True, slots=True)
class Percent(Field):
    """A share from 0 to 1, shown in percent."""

    unit: str = "%"
    step: int = 5


@dataclass(frozen=True, slots=True)
class Switch(Field):
    """On or off."""


@dataclass(frozen=True, slots=True)
class Choice(Field):
    """A word, with suggestions; any other may be typed.

    Attributes:
        suggestions: What most people choose from.
        when_empty: What an empty word means, untranslated; empty where a word is needed.
    """

    suggestions: tuple[str, ...] = ()
    when_empty: str = ""

    @property
    def longest(self) -> int:
        """How many letters it may have."""
        return int(_limit(self.path, "max_length", 200))


@dataclass(frozen=True, slots=True)
class Option(Field):
    """One of a few values, each with a name (untranslated)."""

    options: tuple[tuple[Any, str], ...] = ()


@dataclass(frozen=True, slots=True)
class LanguageChoice(Field):
    """One of the languages that the window can speak."""


@dataclass(frozen=True, slots=True)
class ServerChoice(Field):
    """One of the servers in the settings."""

    help: str = QT_TRANSLATE_NOOP("Settings", "Keys and addresses are on the page Servers.")


@dataclass(frozen=True, slots=True)
class ToolChoice(Field):
    """Which tools may be used; the value lists those that may not."""


@dataclass(frozen=True, slots=True)
class Words(Field):
    """Text of several lines."""


@dataclass(frozen=True, slots=True)
class Device(Field):
    """A sound device; ``kind`` is the attribute of ``Devices`` that lists them."""

    kind: str = ""


@dataclass(frozen=True, slots=True)
class Panel(Field):
    """Something on a page that is no value of the settings; ``path`` names it."""

    @property
    def default(self) -> Any:
        """There is none."""
        return None


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the settings.

    Attributes:
        name: For the program.
        title: For people, untranslated.
        icon: Name of its icon.
        fields: From top to bottom.
        when: Beside which other settings the page means anything.
        level: 1 for a page that belongs to the one above, else 0.
    """

    name: str
    title: str
    icon: str
    fields: tuple[Field, ...]
    when: When = ALWAYS
    level: int = 0
