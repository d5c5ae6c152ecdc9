"""The pages of the settings as data: which settings there are, what they are called, and what helps to choose.

Bounds and defaults are not repeated here: they come from the settings themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QCoreApplication

from voicedesk.core.settings import Settings

_CONTEXT = "Settings"


def translated(text: str) -> str:
    """The text of a page in the user's language."""
    return QCoreApplication.translate(_CONTEXT, text)


def QT_TRANSLATE_NOOP(_context: str, text: str) -> str:
    """Marks a text for Qt's translation tools, which know this name. PySide's own does not say that it is a str."""
    return text


@dataclass(frozen=True, slots=True)
class Field:
    """One setting.

    Attributes:
        path: Where it is in the settings, as in "talk.tail_ms".
        label: Its name, untranslated.
        help: What it does, in a sentence, untranslated.
        remote_only: It means nothing to the built-in server.
    """

    path: str
    label: str
    help: str = ""
    remote_only: bool = False

    @property
    def default(self) -> Any:
        """The value it has in fresh settings."""
        return read(Settings(), self.path)


@dataclass(frozen=True, slots=True)
class Whole(Field):
    """A whole number with a unit."""

    unit: str = ""
    step: int = 1

    @property
    def bounds(self) -> tuple[int, int]:
        """The least and the greatest value that the settings take."""
        section, _, name = self.path.rpartition(".")
        least, most = 0, 1_000_000
        for mark in type(read(Settings(), section)).model_fields[name].metadata:
            least = getattr(mark, "ge", least)
            most = getattr(mark, "le", most)
        return least, most


@dataclass(frozen=True, slots=True)
class Switch(Field):
    """On or off."""


@dataclass(frozen=True, slots=True)
class Choice(Field):
    """A word, with suggestions; any other may be typed."""

    suggestions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Words(Field):
    """Text of several lines."""


@dataclass(frozen=True, slots=True)
class Device(Field):
    """A sound device; ``kind`` is the attribute of ``Devices`` that lists them."""

    kind: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the settings."""

    name: str
    title: str
    icon: str
    fields: tuple[Field, ...]


PAGES: tuple[Page, ...] = (
    Page(
        "server",
        QT_TRANSLATE_NOOP("Settings", "Server"),
        "server",
        (
            Choice(
                "realtime.model",
                QT_TRANSLATE_NOOP("Settings", "Model"),
                QT_TRANSLATE_NOOP("Settings", "A speech-to-speech model that this server offers."),
                remote_only=True,
                suggestions=(
                    "gpt-realtime-2.1",
                    "gpt-realtime-2.1-mini",
                    "gpt-realtime-2",
                    "gpt-realtime-1.5",
                ),
            ),
            Choice(
                "realtime.voice",
                QT_TRANSLATE_NOOP("Settings", "Voice"),
                QT_TRANSLATE_NOOP("Settings", "The voice that answers."),
                remote_only=True,
                suggestions=(
                    "marin",
                    "cedar",
                    "alloy",
                    "ash",
                    "ballad",
                    "coral",
                    "echo",
                    "sage",
                    "shimmer",
                    "verse",
                ),
            ),
            Switch(
                "realtime.transcribe",
                QT_TRANSLATE_NOOP("Settings", "Show what I said"),
                QT_TRANSLATE_NOOP(
                    "Settings", "The server writes your words down; it may charge for that."
                ),
            ),
        ),
    ),
    Page(
        "talk",
        QT_TRANSLATE_NOOP("Settings", "Talk"),
        "microphone",
        (
            Whole(
                "talk.tail_ms",
                QT_TRANSLATE_NOOP("Settings", "Keep recording after release"),
                QT_TRANSLATE_NOOP("Settings", "So that your last word is whole."),
                unit="ms",
                step=50,
            ),
            Whole(
                "talk.preroll_ms",
                QT_TRANSLATE_NOOP("Settings", "Include sound from before the press"),
                QT_TRANSLATE_NOOP("Settings", "So that your first word is whole."),
                unit="ms",
                step=50,
            ),
            Whole(
                "talk.tap_ms",
                QT_TRANSLATE_NOOP("Settings", "Longest tap"),
                QT_TRANSLATE_NOOP(
                    "Settings",
                    "A shorter press keeps listening until the next one. 0 turns it off.",
                ),
                unit="ms",
                step=50,
            ),
            Whole(
                "talk.cap_s",
                QT_TRANSLATE_NOOP("Settings", "Longest recording"),
                QT_TRANSLATE_NOOP("Settings", "Recording ends by itself after this time."),
                unit="s",
                step=10,
            ),
        ),
    ),
    Page(
        "sound",
        QT_TRANSLATE_NOOP("Settings", "Sound"),
        "sound",
        (
            Device(
                "sound.microphone",
                QT_TRANSLATE_NOOP("Settings", "Microphone"),
                kind="microphones",
            ),
            Device("sound.speaker", QT_TRANSLATE_NOOP("Settings", "Speaker"), kind="speakers"),
        ),
    ),
    Page(
        "assistant",
        QT_TRANSLATE_NOOP("Settings", "Assistant"),
        "assistant",
        (
            Words(
                "assistant.instructions",
                QT_TRANSLATE_NOOP("Settings", "Instructions"),
                QT_TRANSLATE_NOOP(
                    "Settings", "What the assistant is told about its part, before you talk."
                ),
            ),
        ),
    ),
)


def read(settings: Settings, path: str) -> Any:
    """The value at a path such as "talk.tail_ms"."""
    value: Any = settings
    for name in path.split("."):
        value = getattr(value, name)
    return value


def with_value(settings: Settings, path: str, value: object) -> Settings:
    """New settings with another value at a path; the old ones are left as they are.

    Raises:
        pydantic.ValidationError: The value does not fit.
    """
    result = settings.model_copy(deep=True)
    section, _, name = path.rpartition(".")
    setattr(read(result, section) if section else result, name, value)
    return result
