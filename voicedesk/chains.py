"""Makes classic chains of settings, and keeps what they share: the offline voice, spoken sounds, and voices' pace."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from voicedesk.conversation.storage import Folders
from voicedesk.core.dialogue import Dialogue
from voicedesk.core.settings import Classic, Settings
from voicedesk.pipelines.chunker import Chunking
from voicedesk.pipelines.classic import ClassicPipeline
from voicedesk.pipelines.classic_turn import Chain
from voicedesk.pipelines.gate import VoicePace
from voicedesk.providers.http import HttpServer
from voicedesk.providers.offline_speech import OfflineSpeech
from voicedesk.providers.pace import PaceBook
from voicedesk.providers.profiles import Address, quirks_of
from voicedesk.providers.realtime_speech import RealtimeVoice
from voicedesk.providers.speech import ServerVoice
from voicedesk.providers.stages import Thinker, Transcriber, Voice
from voicedesk.providers.thinkers import thinker_for
from voicedesk.providers.transcription_fallback import transcriber_for
from voicedesk.providers.voice_cache import CachedVoice, VoiceCache
from voicedesk.synth.voice import OfflineVoice
from voicedesk.tools.registry import Registry

SourceOf = Callable[[Settings, str], Callable[[], Awaitable[Address]]]
"""Of settings and a server's id makes what gives that server's address."""


class Chains:
    """What classic pipelines are made of."""

    def __init__(
        self, source_of: SourceOf, dialogue: Dialogue, paces: PaceBook, folders: Folders
    ) -> None:
        """Nothing is opened yet.

        Args:
            source_of: Where servers are.
            dialogue: The conversation, which every pipeline goes on with.
            paces: How fast which server may be asked.
            folders: Where sounds are kept.
        """
        self._source = source_of
        self._dialogue = dialogue
        self._paces = paces
        self._cache = VoiceCache(folders.data / "voice")
        self._offline = OfflineVoice()
        self._chain_voice: Voice | None = None
        self._voice_paces: dict[tuple[str, str, str], VoicePace] = {}

    def pipeline(self, settings: Settings, classic: Classic, tools: Registry) -> ClassicPipeline:
        """The chain that the settings ask for, not opened.

        Args:
            settings: All of them.
            classic: Those of the chain, as the chosen servers understand them.
            tools: What its model may call.
        """
        self._chain_voice = self._voice(settings, classic)
        chain = Chain(
            thinker=self._thinker(settings, classic),
            voice=self._chain_voice,
            history=self._dialogue.before,
            instructions=settings.assistant.instructions,
            chunking=Chunking(classic.chunking),
            language=classic.language,
            tools=tools.specs if settings.assistant.tools else (),
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
        """End what the chains share; they are closed before."""
        await self._cache.close()
        await self._offline.close()

    # ----------------------------------------------------------------------------------- stages

    def _pace_of(self, voice: Voice) -> VoicePace:
        """What is known of a voice's speed, whichever pipeline learned it."""
        identity = voice.identity
        key = (identity.server, identity.model, identity.voice)
        return self._voice_paces.setdefault(key, VoicePace())

    def _http(self, settings: Settings, server_id: str) -> HttpServer:
        return HttpServer(self._source(settings, server_id), paces=self._paces)

    def _transcriber(self, settings: Settings, classic: Classic) -> Transcriber:
        server_id = classic.transcription_server
        return transcriber_for(
            classic,
            settings.server(server_id),
            self._http(settings, server_id),
            self._source(settings, server_id),
        )

    def _thinker(self, settings: Settings, classic: Classic) -> Thinker:
        return thinker_for(
            self._http(settings, classic.thinking_server),
            quirks_of(settings.server(classic.thinking_server)),
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
