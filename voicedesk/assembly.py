"""Makes pipelines of settings: which stage is on which server, with which model."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from voicedesk.conversation.storage import Folders
from voicedesk.core.dialogue import Dialogue
from voicedesk.core.settings import BUILTIN, Classic, Realtime, Settings
from voicedesk.pipelines.base import Pipeline
from voicedesk.pipelines.chunker import Chunking
from voicedesk.pipelines.classic import ClassicPipeline
from voicedesk.pipelines.classic_turn import Chain
from voicedesk.pipelines.gate import VoicePace
from voicedesk.pipelines.realtime import RealtimePipeline
from voicedesk.providers.http import HttpServer
from voicedesk.providers.offline_speech import OfflineSpeech
from voicedesk.providers.pace import PaceBook
from voicedesk.providers.profiles import QUIRKS, Address, Quirks
from voicedesk.providers.realtime_speech import RealtimeVoice
from voicedesk.providers.speech import ServerVoice
from voicedesk.providers.stages import Thinker, Transcriber, Voice
from voicedesk.providers.thinkers import thinker_for
from voicedesk.providers.transcription_fallback import transcriber_for
from voicedesk.providers.voice_cache import CachedVoice, VoiceCache
from voicedesk.servers import Servers
from voicedesk.synth.voice import OfflineVoice
from voicedesk.tools.registry import Registry

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
        self._cache = VoiceCache(folders.data / "voice")
        self._offline = OfflineVoice()
        self._chain_voice: Voice | None = None
        self._voice_paces: dict[tuple[str, str, str], VoicePace] = {}

    def pipeline(self, settings: Settings) -> Pipeline:
        """The pipeline that the settings ask for, not opened."""
        tools = self._tools.without(settings.assistant.tools_off)
        specs = tools.specs if settings.assistant.tools else ()
        if settings.mode == "realtime":
            return RealtimePipeline(
                self._source(settings, settings.realtime.server),
                realtime_settings(settings),
                settings.assistant.instructions,
                history=self._dialogue.before,
                tools=specs,
                run_tools=tools.run_all,
            )
        classic = classic_settings(settings)
        self._chain_voice = self._voice(settings, classic)
        chain = Chain(
            thinker=self._thinker(settings, classic),
            voice=self._chain_voice,
            history=self._dialogue.before,
            instructions=settings.assistant.instructions,
            chunking=Chunking(classic.chunking),
            language=classic.language,
            tools=specs,
            run_tools=tools.run_all,
            pace=self._pace_of(self._chain_voice),
        )
        server = settings.server(classic.thinking_server).name
        return ClassicPipeline(self._transcriber(settings, classic), chain, server=server)

    def own_voice(self, settings: Settings, language: str) -> Voice:
        """The voice for words of our own: that of the latest chain, or this computer's. Not to be closed."""
        if settings.mode == "classic" and self._chain_voice is not None:
            return self._chain_voice
        return self._cached(OfflineSpeech(self._offline, language=language))

    async def close(self) -> None:
        """End what the pipelines share; they are closed before."""
        await self._cache.close()
        await self._offline.close()

    # ----------------------------------------------------------------------------------- stages

    def _pace_of(self, voice: Voice) -> VoicePace:
        """What is known of a voice's speed, whichever pipeline learned it."""
        identity = voice.identity
        key = (identity.server, identity.model, identity.voice)
        return self._voice_paces.setdefault(key, VoicePace())

    def _source(self, settings: Settings, server_id: str) -> Callable[[], Awaitable[Address]]:
        async def source() -> Address:
            return await self._servers.address(settings, server_id)

        return source

    def _http(self, settings: Settings, server_id: str) -> HttpServer:
        return HttpServer(self._source(settings, server_id), paces=self.paces)

    def _transcriber(self, settings: Settings, classic: Classic) -> Transcriber:
        server_id = classic.transcription_server
        return transcriber_for(
            classic,
            settings.server(server_id),
            self._http(settings, server_id),
            self._source(settings, server_id),
        )

    def _thinker(self, settings: Settings, classic: Classic) -> Thinker:
        dialect = settings.server(classic.thinking_server).dialect
        return thinker_for(
            self._http(settings, classic.thinking_server),
            QUIRKS.get(dialect, Quirks()),
            kind=classic.thinking,
            model=classic.thinking_model,
            effort=classic.effort,
        )

    def _voice(self, settings: Settings, classic: Classic) -> Voice:
        if classic.voice_kind == "offline":
            return self._cached(
                OfflineSpeech(
                    self._offline,
                    voice=classic.voice,
                    speed=classic.speed,
                    language=classic.language,
                )
            )
        server_id = classic.speech_server
        name = settings.server(server_id).base_url or server_id
        if classic.voice_kind == "server":
            return self._cached(
                ServerVoice(
                    self._http(settings, server_id),
                    name=name,
                    model=classic.speech_model,
                    voice=classic.voice,
                    speed=classic.speed,
                    language=classic.language,
                )
            )
        realtime = RealtimeVoice(
            self._source(settings, server_id),
            name=name,
            model=classic.speech_model,
            voice=classic.voice,
            speed=classic.speed,
            language=classic.language,
        )
        # A model may say something else than it was given: that is not kept.
        return CachedVoice(realtime, self._cache, worth=realtime.said_truly)

    def _cached(self, voice: Voice) -> CachedVoice:
        return CachedVoice(voice, self._cache)
