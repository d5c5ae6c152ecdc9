"""Which of OpenAI's models are going to be shut down, and when.

From OpenAI's page of deprecations, as of November 2026. A server that tells the date itself, in the ``shutdown_date``
of a model in its list, is believed first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from voicedesk.core.settings import Settings
from voicedesk.providers.profiles import quirks_of

WARN_DAYS = 120
"""How long before its end a model is warned of."""

_JAN_6 = date(2027, 1, 6)
_JAN_14 = date(2027, 1, 14)
_JAN_20 = date(2027, 1, 20)
_FEB_26 = date(2027, 2, 26)

SHUTDOWNS: dict[str, date] = {
    "gpt-5": date(2026, 12, 11),
    "gpt-5-mini": date(2026, 12, 11),
    "gpt-5-nano": date(2026, 12, 11),
    "o3": date(2026, 12, 11),
    "tts-1": _JAN_6,
    "tts-1-hd": _JAN_6,
    "gpt-4o-mini-tts": _JAN_6,
    "gpt-4.1": _JAN_14,
    "gpt-4.1-mini": _JAN_14,
    "gpt-4.1-nano": _JAN_14,
    "gpt-4o": _JAN_14,
    "gpt-4o-mini": _JAN_14,
    "gpt-realtime": _JAN_20,
    "gpt-realtime-mini": _JAN_20,
    "whisper-1": _FEB_26,
    "gpt-4o-transcribe": _FEB_26,
    "gpt-4o-mini-transcribe": _FEB_26,
    "gpt-4o-transcribe-diarize": _FEB_26,
    "gpt-5.1": date(2027, 4, 1),
    "gpt-5.4-nano": date(2027, 4, 1),
}

_SNAPSHOT = re.compile(r"-20\d\d-\d\d-\d\d$")


@dataclass(frozen=True, slots=True)
class Retirement:
    """A model that is about to go, or has gone.

    Attributes:
        model: Its id.
        on: The day it is shut down.
    """

    model: str
    on: date


def shutdown_date(model: str) -> date | None:
    """When OpenAI shuts a model down, a dated snapshot of it too; None when no date is known."""
    return SHUTDOWNS.get(_SNAPSHOT.sub("", model))


def told_date(value: object) -> date | None:
    """The date that a server's list of models gives, None when it gives none that makes sense."""
    if not isinstance(value, str):
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None


def is_due(on: date, today: date) -> bool:
    """Whether it is time to warn."""
    return (on - today).days <= WARN_DAYS


def retiring(settings: Settings, today: date, server_id: str = "") -> list[Retirement]:
    """The models in use that are about to be shut down, the soonest first. Only where the dates count.

    Args:
        settings: What is in use.
        today: The user's day.
        server_id: Models of this server alone; empty for all.
    """
    found = {
        Retirement(model, on)
        for used, model in _models_in_use(settings)
        if server_id in {"", used}
        and quirks_of(settings.server(used)).retires_models
        and (on := shutdown_date(model)) is not None
        and is_due(on, today)
    }
    return sorted(found, key=lambda each: (each.on, each.model))


def _models_in_use(settings: Settings) -> Iterator[tuple[str, str]]:
    """Server and model of every part of the chosen pipeline."""
    realtime, classic = settings.realtime, settings.classic
    if settings.mode == "realtime":
        yield realtime.server, realtime.model
        if realtime.transcribe:
            yield realtime.server, realtime.transcription_model
        return
    yield classic.transcription_server, classic.transcription_model
    if classic.transcription in {"auto", "live"}:
        yield classic.transcription_server, classic.live_transcription_model
    yield classic.thinking_server, classic.thinking_model
    if classic.voice_kind == "server":
        yield classic.speech_server, classic.speech_model
    elif classic.voice_kind == "realtime":
        yield classic.speech_server, realtime.model
