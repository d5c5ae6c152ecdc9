"""What several pages of the pipelines declare alike: when they mean anything, and settings that each pipeline has."""

from __future__ import annotations

from collections.abc import Callable

from voicedesk.core.settings import Settings
from voicedesk.providers.profiles import quirks_of
from voicedesk.ui.settings_fields import Choice, Decimal, Option, When
from voicedesk.ui.settings_texts import QT_TRANSLATE_NOOP

IS_CLASSIC = When("mode", lambda settings: settings.mode == "classic")

VOICES = (
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
)
TRANSCRIPTION_MODELS = (
    "gpt-transcribe",
    "gpt-4o-transcribe",
    "gpt-4o-mini-transcribe",
    "whisper-1",
)

_BY_ITSELF = ("", QT_TRANSLATE_NOOP("Settings", "As the model does by itself"))
_NONE = ("none", QT_TRANSLATE_NOOP("Settings", "None"))
_EFFORTS = (
    ("minimal", QT_TRANSLATE_NOOP("Settings", "Minimal")),
    ("low", QT_TRANSLATE_NOOP("Settings", "Low")),
    ("medium", QT_TRANSLATE_NOOP("Settings", "Medium")),
    ("high", QT_TRANSLATE_NOOP("Settings", "High")),
    ("xhigh", QT_TRANSLATE_NOOP("Settings", "Very high")),
)


def remote(governor: str, server_id: Callable[[Settings], str]) -> When:
    """Where a server other than the built-in one does the work: that one has nothing to choose from.

    Args:
        governor: The path of the setting that decides.
        server_id: Which server does the work.
    """
    return When(
        governor, lambda settings: not quirks_of(settings.server(server_id(settings))).is_ours
    )


def effort(path: str, when: When, *, can_be_none: bool = False) -> Option:
    """How much a model thinks before it answers."""
    return Option(
        path,
        QT_TRANSLATE_NOOP("Settings", "How much it thinks first"),
        QT_TRANSLATE_NOOP("Settings", "More makes better answers that come later."),
        when=when,
        options=(_BY_ITSELF, *([_NONE] if can_be_none else []), *_EFFORTS),
        words=QT_TRANSLATE_NOOP("Settings", "effort, reasoning, thinking, quality"),
    )


def speed(path: str) -> Decimal:
    """How fast a voice speaks."""
    return Decimal(
        path,
        QT_TRANSLATE_NOOP("Settings", "Speed"),
        unit="×",
        step=0.05,
        words=QT_TRANSLATE_NOOP("Settings", "rate, pace, faster, slower, tempo"),
    )


def spoken_language(path: str) -> Choice:
    """What language a transcription expects."""
    return Choice(
        path,
        QT_TRANSLATE_NOOP("Settings", "Language you speak"),
        QT_TRANSLATE_NOOP("Settings", "A code such as en or de. Empty: the server finds out."),
        suggestions=("en", "de", "fr", "es", "it", "zh", "ja"),
        when_empty=QT_TRANSLATE_NOOP("Settings", "Found out by itself"),
        words=QT_TRANSLATE_NOOP("Settings", "speech recognition, dictation"),
    )
