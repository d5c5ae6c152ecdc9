"""Who does what in a turn, as far as it matters for its cost: which model, on which server."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from urllib.parse import urlsplit

from voicedesk.core.settings import Settings
from voicedesk.providers.profiles import is_loopback, quirks_of


class Role(Enum):
    """What is done."""

    ANSWER = "answer"  # all of it, by a realtime model
    TRANSCRIPTION = "transcription"
    THINKING = "thinking"
    SPEECH = "speech"


@dataclass(frozen=True, slots=True)
class Stage:
    """One of those that take part in a turn.

    Attributes:
        role: What it does.
        model: Its name on the server.
        base_url: Where the server is; empty on this computer.
        is_local: Whether it runs on this computer and so costs nothing.
    """

    role: Role
    model: str
    base_url: str = ""
    is_local: bool = False


Stages = tuple[Stage, ...]


def stages_of(settings: Settings) -> Stages:
    """Those that take part in the turns that these settings ask for."""
    if settings.mode == "realtime":
        chosen = settings.realtime
        answer = _stage(settings, Role.ANSWER, chosen.server, chosen.model)
        if not chosen.transcribe:
            return (answer,)
        return (
            answer,
            _stage(settings, Role.TRANSCRIPTION, chosen.server, chosen.transcription_model),
        )
    classic = settings.classic
    quirks = quirks_of(settings.server(classic.transcription_server))
    is_live = classic.transcription == "live" or (
        classic.transcription == "auto" and quirks.live_transcription
    )
    heard = classic.live_transcription_model if is_live else classic.transcription_model
    if classic.voice_kind == "offline":
        voice = Stage(Role.SPEECH, "", is_local=True)
    else:
        is_session = classic.voice_kind == "realtime"
        model = settings.realtime.model if is_session else classic.speech_model
        voice = _stage(settings, Role.SPEECH, classic.speech_server, model)
    return (
        _stage(settings, Role.TRANSCRIPTION, classic.transcription_server, heard),
        _stage(settings, Role.THINKING, classic.thinking_server, classic.thinking_model),
        voice,
    )


def _stage(settings: Settings, role: Role, server_id: str, model: str) -> Stage:
    server = settings.server(server_id)
    if quirks_of(server).is_ours:
        return Stage(role, model, is_local=True)
    return Stage(role, model, server.base_url.strip(), _is_here(server.base_url))


def _is_here(base_url: str) -> bool:
    try:
        host = urlsplit(base_url.strip()).hostname
    except ValueError:  # no URL at all; the connection says so
        return False
    return host is not None and is_loopback(host)
