"""The ways in which a question can be answered: each pipeline with each server that offers what it needs."""

from __future__ import annotations

from dataclasses import dataclass

from voicedesk.core.settings import Classic, Mode, Realtime, Server, Settings
from voicedesk.providers.presets import Stage, preset_of, stages_of


@dataclass(frozen=True, slots=True)
class Way:
    """A pipeline and the server that thinks in it.

    Attributes:
        mode: The pipeline.
        server: Id of the server.
    """

    mode: Mode
    server: str


def ways_of(settings: Settings) -> tuple[Way, ...]:
    """All ways there are, those of the realtime pipeline first."""
    needed: tuple[tuple[Mode, Stage], ...] = (("realtime", "realtime"), ("classic", "thinking"))
    return tuple(
        Way(mode, identifier)
        for mode, stage in needed
        for identifier, server in settings.servers.items()
        if stage in stages_of(server.dialect)
    )


def way_of(settings: Settings) -> Way:
    """The way in which questions are answered now."""
    return Way(settings.mode, settings.answering_id)


def settings_for(settings: Settings, way: Way) -> Settings:
    """Settings with which questions are answered in this way; what it does not concern stays as it is."""
    server = settings.server(way.server)
    update: dict[str, object] = {"mode": way.mode}
    if way.mode == "realtime" and way.server != settings.realtime.server:
        update["realtime"] = _realtime(settings.realtime, way.server, server)
    elif way.mode == "classic" and way.server != settings.classic.thinking_server:
        update["classic"] = _classic(settings.classic, way.server, server)
    return settings.model_copy(update=update)


def _model(server: Server, stage: Stage, present: str) -> str:
    """The model to ask a server for: one that it is known by, or the one that the user has chosen."""
    preset = preset_of(server.dialect)
    return preset.models.get(stage, present) if preset is not None else present


def _realtime(chosen: Realtime, identifier: str, server: Server) -> Realtime:
    model = _model(server, "realtime", chosen.model)
    return chosen.model_copy(update={"server": identifier, "model": model})


def _classic(chosen: Classic, identifier: str, server: Server) -> Classic:
    """Each stage that the server offers moves there; the voice stays on this computer, or comes home."""
    offered = stages_of(server.dialect)
    update: dict[str, object] = {
        "thinking": "auto",
        "thinking_server": identifier,
        "thinking_model": _model(server, "thinking", chosen.thinking_model),
        "effort": "",
    }
    if "transcription" in offered:
        update |= {
            "transcription": "auto",
            "transcription_server": identifier,
            "transcription_model": _model(server, "transcription", chosen.transcription_model),
            "live_transcription_model": _model(server, "live", chosen.live_transcription_model),
        }
    if chosen.voice_kind != "offline" and chosen.speech_server != identifier:
        update |= {"voice_kind": "offline", "voice": ""}
    return chosen.model_copy(update=update)
