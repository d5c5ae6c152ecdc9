"""Makes pipelines of settings: which stage is on which server, with which model.

What a classic chain is made of is loaded when one is wanted: most of it is no part of the realtime pipeline.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from voicedesk.conversation.storage import Folders
from voicedesk.core.dialogue import Dialogue
from voicedesk.core.settings import Classic, Realtime, Server, Settings
from voicedesk.pipelines.base import Pipeline
from voicedesk.providers.pace import PaceBook
from voicedesk.providers.presets import Stage
from voicedesk.providers.profiles import Address, quirks_of
from voicedesk.servers import Servers
from voicedesk.tools.registry import Registry

if TYPE_CHECKING:
    from voicedesk.chains import Chains
    from voicedesk.providers.stages import Voice


def _models(server: Server, **chosen: Stage) -> dict[str, str]:
    """The models of a server that has only these, by the settings that choose one for something."""
    only = quirks_of(server).models
    return {setting: only[stage] for setting, stage in chosen.items() if stage in only}


def _ignored(server: Server, *settings: str) -> dict[str, str]:
    """Those of the settings that mean nothing to a server: none is chosen."""
    return dict.fromkeys(quirks_of(server).ignores.intersection(settings), "")


def realtime_settings(settings: Settings) -> Realtime:
    """The realtime settings as the chosen server understands them."""
    server = settings.realtime_server
    update = _models(server, model="realtime")
    update |= _ignored(server, "voice", "noise_reduction", "effort")
    return settings.realtime.model_copy(update=update)


def classic_settings(settings: Settings) -> Classic:
    """The classic settings as the chosen servers understand them."""
    classic = settings.classic
    hears, thinks = (
        settings.server(classic.transcription_server),
        settings.server(classic.thinking_server),
    )
    update = _models(hears, transcription_model="transcription", live_transcription_model="live")
    update |= _models(thinks, thinking_model="thinking") | _ignored(thinks, "effort")
    if classic.voice_kind != "offline":
        update |= _speech(settings)
    return classic.model_copy(update=update)


def _speech(settings: Settings) -> dict[str, str]:
    """Model and voice of the server that speaks; a realtime session has the realtime pipeline's, unless told."""
    classic, realtime = settings.classic, settings.realtime
    server = settings.server(classic.speech_server)
    if classic.voice_kind != "realtime":
        return _models(server, speech_model="speech") | _ignored(server, "voice")
    asked = {"speech_model": realtime.model, "voice": classic.voice or realtime.voice}
    return asked | _models(server, speech_model="realtime") | _ignored(server, "voice")


def model_of(settings: Settings) -> str:
    """The model that answers, for people."""
    if settings.mode == "realtime":
        return realtime_settings(settings).model
    return classic_settings(settings).thinking_model


class Assembly:
    """What pipelines are made of, and what they share.

    Attributes:
        paces: How fast which server may be asked.
    """

    def __init__(
        self, servers: Servers, dialogue: Dialogue, tools: Registry, folders: Folders
    ) -> None:
        """Nothing is opened yet.

        Args:
            servers: Where they are.
            dialogue: The conversation, which every pipeline goes on with.
            tools: What models may call.
            folders: Where sounds are kept.
        """
        self.paces = PaceBook()
        self._servers = servers
        self._dialogue = dialogue
        self._tools = tools
        self._folders = folders
        self._made: Chains | None = None

    def pipeline(self, settings: Settings) -> Pipeline:
        """The pipeline that the settings ask for, not opened."""
        tools = self._tools.without(settings.assistant.tools_off)
        if settings.mode == "classic":
            return self._chains.pipeline(settings, classic_settings(settings), tools)
        from voicedesk.pipelines.realtime import RealtimePipeline

        return RealtimePipeline(
            self._source(settings, settings.realtime.server),
            realtime_settings(settings),
            settings.assistant.instructions,
            history=self._dialogue.before,
            tools=tools.specs if settings.assistant.tools else (),
            run_tools=tools.run_all,
        )

    def own_voice(self, settings: Settings, language: str) -> Voice:
        """The voice for words of our own: that of the latest chain, or this computer's. Not to be closed."""
        return self._chains.own_voice(settings, language)

    async def close(self) -> None:
        """End what the pipelines share; they are closed before."""
        if self._made is not None:
            await self._made.close()

    @property
    def _chains(self) -> Chains:
        if self._made is None:
            from voicedesk.chains import Chains

            self._made = Chains(self._source, self._dialogue, self.paces, self._folders)
        return self._made

    def _source(self, settings: Settings, server_id: str) -> Callable[[], Awaitable[Address]]:
        async def source() -> Address:
            return await self._servers.address(settings, server_id)

        return source
