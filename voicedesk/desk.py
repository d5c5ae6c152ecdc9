"""Puts the parts together, without a window: settings, keys, servers, sound, and the conductor."""

from __future__ import annotations

import asyncio
import contextlib
import logging

from voicedesk.audio.io import AudioInput, AudioOutput
from voicedesk.conversation.conductor import Conductor
from voicedesk.conversation.logs import redactor
from voicedesk.conversation.record import Recorder
from voicedesk.core.errors import EngineError, ServerError, WrongKeyError
from voicedesk.core.settings import BUILTIN, Realtime, Settings
from voicedesk.engine.launch import EngineAddress, EngineProcess
from voicedesk.pipelines.base import Pipeline
from voicedesk.pipelines.realtime import RealtimePipeline
from voicedesk.providers.keys import Keys
from voicedesk.providers.profiles import QUIRKS, Address, address_of

log = logging.getLogger(__name__)

BUILTIN_MODEL = "voicedesk-realtime"
"""What the built-in server's rule-based assistant is called."""


class Servers:
    """Knows how to reach each server of the settings; starts the built-in one when it is first needed."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._engine = EngineProcess()
        self._address: EngineAddress | None = None
        self._starting = asyncio.Lock()

    async def address(self, settings: Settings, server_id: str) -> Address:
        """The address of a server.

        Raises:
            ServerError: It has no usable address, its key is missing, or the built-in server does not start.
        """
        server = settings.servers.get(server_id)
        if server is None or server.dialect == BUILTIN:
            return await self._builtin()
        key = self._keys.read(server_id, server)
        redactor.hide(key)
        address = address_of(server, key)
        if address.quirks.needs_key and not key:
            raise NoKeyError(server=server.name)
        return address

    async def _builtin(self) -> Address:
        async with self._starting:
            if self._address is None or not self._engine.alive:
                self._address = await self._engine.start()
        engine = self._address
        redactor.hide(engine.token)
        return Address("Built-in", engine.base_url, engine.token, QUIRKS[BUILTIN])

    async def close(self) -> None:
        """End the built-in server."""
        await self._engine.stop()


class NoKeyError(WrongKeyError):
    """A server that wants a key, and none is known."""

    sentence = "{server} needs a key. Enter yours in Settings, Server."


def realtime_settings(settings: Settings) -> Realtime:
    """The realtime settings as the chosen server understands them."""
    if settings.realtime_server.dialect != BUILTIN:
        return settings.realtime
    return settings.realtime.model_copy(
        update={"model": BUILTIN_MODEL, "voice": "", "noise_reduction": "", "effort": ""}
    )


class Desk:
    """Everything but the window.

    Attributes:
        settings: Those in force.
        conductor: Leads the turns.
        recorder: What happened in them.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        keys: Keys | None = None,
        microphone: AudioInput | None = None,
        speaker: AudioOutput | None = None,
    ) -> None:
        """Nothing is opened yet.

        Args:
            settings: To begin with.
            keys: Where the servers' keys are.
            microphone: To begin with; None for none yet.
            speaker: To begin with; None for none yet.
        """
        self.settings = settings
        self._servers = Servers(keys or Keys())
        self.recorder = Recorder()
        self.conductor = Conductor(self._pipeline(settings), microphone, speaker, settings.talk)
        self.conductor.observe(self.recorder)

    def _pipeline(self, settings: Settings) -> Pipeline:
        async def source() -> Address:
            return await self._servers.address(settings, settings.realtime.server)

        return RealtimePipeline(
            source, realtime_settings(settings), settings.assistant.instructions
        )

    async def warm(self) -> None:
        """Start the built-in server if it is the one, in its own process; ``start`` then finds it there."""
        if self.settings.realtime_server.dialect == BUILTIN:
            with contextlib.suppress(ServerError):  # told when it is needed
                await self._servers.address(self.settings, self.settings.realtime.server)

    async def start(self) -> None:
        """Connect to the server. A failure is told by the conductor's events."""
        await self.conductor.start()

    async def connect(self) -> None:
        """Connect to the server, and say so if that fails.

        Raises:
            VoiceDeskError: Why it failed.
        """
        await self.conductor.connect()

    async def apply(self, settings: Settings) -> None:
        """Take new settings into use: at once, but for what needs another connection, which stops the present turn."""
        old, self.settings = self.settings, settings
        self.conductor.use_talk(settings.talk)
        if self._answering(settings) != self._answering(old):
            await self.conductor.use_pipeline(self._pipeline(settings))
            await self.conductor.start()

    async def reconnect(self) -> None:
        """Connect anew: a key has changed."""
        await self.conductor.use_pipeline(self._pipeline(self.settings))
        await self.conductor.start()

    @staticmethod
    def _answering(settings: Settings) -> tuple[object, ...]:
        """What decides who answers and how."""
        return (
            settings.mode,
            settings.realtime,
            settings.realtime_server,
            settings.assistant,
        )

    @property
    def server_name(self) -> str:
        """The server that answers, for people."""
        return self.settings.realtime_server.name

    @property
    def model(self) -> str:
        """The model that answers, for people."""
        return realtime_settings(self.settings).model

    async def close(self) -> None:
        """Stop what runs and end the built-in server. Safe to call twice."""
        await self.conductor.close()
        await self._servers.close()


__all__ = ["BUILTIN_MODEL", "Desk", "EngineError", "NoKeyError", "Servers", "realtime_settings"]
