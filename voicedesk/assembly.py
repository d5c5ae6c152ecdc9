"""Makes pipelines of settings: which stage is on which server, with which model.

What a classic chain is made of is loaded when one is wanted: most of it is no part of the realtime pipeline.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from voicedesk.conversation.storage import Folders
from voicedesk.core.dialogue import Dialogue
from voicedesk.core.settings import BUILTIN, Classic, Realtime, Settings
from voicedesk.pipelines.base import Pipeline
from voicedesk.providers.pace import PaceBook
from voicedesk.providers.profiles import Address
from voicedesk.providers.stages import Voice
from voicedesk.servers import Servers
from voicedesk.tools.registry import Registry

if TYPE_CHECKING:
    from voicedesk.chains import Chains

BUILTIN_MODEL = "voicedesk-realtime"
"""What the built-in server's rule-based assistant is called."""
BUILTIN_EARS = "voicedesk-ears"
BUILTIN_ASSISTANT = "voicedesk-assistant"
BUILTIN_VOICE = "voicedesk-voice"


def realtime_settings(settings: Settings) -> Realtime:
    """The realtime settings as the chosen server understands them."""
    if settings.realtime_server.dialect != BUILTIN:
        return settings.realtime
    return settings.realtime.model_copy(
        update={"model": BUILTIN_MODEL, "voice": "", "noise_reduction": "", "effort": ""}
    )


def classic_settings(settings: Settings) -> Classic:
    """The classic settings as the chosen servers understand them."""
    classic = settings.classic
    update: dict[str, str] = {}
    if settings.server(classic.transcription_server).dialect == BUILTIN:
        update["transcription_model"] = update["live_transcription_model"] = BUILTIN_EARS
    if settings.server(classic.thinking_server).dialect == BUILTIN:
        update |= {"thinking_model": BUILTIN_ASSISTANT, "effort": ""}
    if classic.voice_kind != "offline":
        update |= _speech(settings)
    return classic.model_copy(update=update)


def _speech(settings: Settings) -> dict[str, str]:
    """Model and voice of the server that speaks; a realtime session has the realtime pipeline's, unless told."""
    classic, realtime = settings.classic, settings.realtime
    is_session = classic.voice_kind == "realtime"
    if settings.server(classic.speech_server).dialect == BUILTIN:
        return {"speech_model": BUILTIN_MODEL if is_session else BUILTIN_VOICE, "voice": ""}
    if is_session:
        return {"speech_model": realtime.model, "voice": classic.voice or realtime.voice}
    return {}


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
