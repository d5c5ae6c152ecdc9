"""Tries the servers of the settings: what each is used for, with which models, and how that goes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from voicedesk.core.errors import SoundFileError
from voicedesk.core.resources import resource_path
from voicedesk.core.settings import Settings
from voicedesk.providers.presets import Stage

if TYPE_CHECKING:
    from voicedesk.providers.probe import ServerReport, Subject, Told
    from voicedesk.servers import Servers

log = logging.getLogger(__name__)

_SAMPLE_BYTES = 3 * 48_000


def uses(settings: Settings) -> Iterator[tuple[Stage, str, str]]:
    """What the chosen pipeline needs: stage, the server's id, and the model."""
    from voicedesk.assembly import classic_settings, realtime_settings

    if settings.mode == "realtime":
        realtime = realtime_settings(settings)
        yield "realtime", realtime.server, realtime.model
        return
    classic = classic_settings(settings)
    if classic.transcription in {"auto", "live"}:
        yield "live", classic.transcription_server, classic.live_transcription_model
    yield "transcription", classic.transcription_server, classic.transcription_model
    yield "thinking", classic.thinking_server, classic.thinking_model
    if classic.voice_kind != "offline":
        stage: Stage = "speech" if classic.voice_kind == "server" else "realtime"
        yield stage, classic.speech_server, classic.speech_model


def servers_in_use(settings: Settings) -> list[str]:
    """The ids of the servers that the chosen pipeline needs, each once, in the order of its stages."""
    return list(dict.fromkeys(server_id for _, server_id, _ in uses(settings)))


def models_of(settings: Settings, server_id: str) -> dict[Stage, str]:
    """The models that a server is used with, by both pipelines."""
    found: dict[Stage, str] = {}
    # The chosen pipeline last: where both use a stage, its model is the one that matters.
    for mode in sorted(("realtime", "classic"), key=lambda each: each == settings.mode):
        chosen = settings.model_copy(update={"mode": mode})
        found |= {stage: model for stage, used, model in uses(chosen) if used == server_id}
    return found


def subject_of(settings: Settings, server_id: str, *, sample: bytes, today: date) -> Subject:
    """What there is to try of a server."""
    from voicedesk.assembly import classic_settings
    from voicedesk.providers.probe import Subject
    from voicedesk.providers.profiles import quirks_of
    from voicedesk.providers.trials import Wishes

    server = settings.server(server_id)
    classic = classic_settings(settings)
    models = models_of(settings, server_id)
    quirks = quirks_of(server)
    if classic.transcription == "auto" and not quirks.live_transcription:
        models.pop("live", None)
    in_use = set(models.values())
    if settings.realtime.server == server_id and settings.realtime.transcribe:
        in_use.add(settings.realtime.transcription_model)
    return Subject(
        server.name,
        server.dialect,
        models,
        Wishes(
            thinking=classic.thinking if "thinking" in models else "auto",
            effort=classic.effort,
            voice=classic.voice if "speech" in models else "",
            language=classic.language,
            sample=sample,
        ),
        frozenset(in_use),
        today,
    )


class Prober:
    """Tries servers with the keys that are known for them."""

    def __init__(self, servers: Servers) -> None:
        """``servers`` knows where they are; it starts the built-in one when that is to be tried."""
        self._servers = servers

    async def check_keys(self, settings: Settings) -> None:
        """See whether the servers of the chosen pipeline take their keys, where connecting alone does not show it.

        Raises:
            ServerError: The first that refuses its key, or cannot be reached.
        """
        from voicedesk.providers.key_check import check_key
        from voicedesk.providers.profiles import quirks_of

        if settings.mode == "realtime":
            return  # a session is refused without the right key
        for server_id in servers_in_use(settings):
            if not quirks_of(settings.server(server_id)).is_ours:
                await check_key(lambda each=server_id: self._servers.address(settings, each))  # type: ignore[misc]

    async def test(self, settings: Settings, server_id: str, told: Told) -> ServerReport:
        """Try a server. Never raises ServerError: what fails is in the report. Cancelling it ends it.

        Args:
            settings: Where the server is and what it is used for.
            server_id: Which.
            told: Told the report each time that it has grown.
        """
        from voicedesk.providers.probe import probe

        sample = await asyncio.to_thread(_sample)
        today = date.today()  # noqa: DTZ011 - the user's day is meant
        subject = subject_of(settings, server_id, sample=sample, today=today)
        return await probe(lambda: self._servers.address(settings, server_id), subject, told)


def _sample() -> bytes:
    """A short recorded question; silence where it is not installed."""
    from voicedesk.audio.files import read_wav

    try:
        return read_wav(resource_path("speech", "question.wav"))[:_SAMPLE_BYTES]
    except (SoundFileError, OSError) as error:
        log.info("no sample of speech: %r", error)
        return b""
