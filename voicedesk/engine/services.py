"""What every session of the engine shares: ears, a voice, an assistant."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field

from voicedesk.core.errors import VoiceError
from voicedesk.engine.assistant.assistant import Assistant
from voicedesk.engine.ears.ears import Ears, EarsError
from voicedesk.synth.voice import OfflineVoice

log = logging.getLogger(__name__)

REALTIME_MODEL = "voicedesk-realtime"
EARS_MODEL = "voicedesk-ears"
ASSISTANT_MODEL = "voicedesk-assistant"
VOICE_MODEL = "voicedesk-voice"
MODELS = (REALTIME_MODEL, EARS_MODEL, ASSISTANT_MODEL, VOICE_MODEL)
"""Names for the list of models. Any name is accepted: there is one assistant."""


@dataclass
class Services:
    """The engines behind the protocol.

    Attributes:
        ears: Speech to text.
        voice: Text to speech.
        assistant: Questions to answers.
        state: For each of ``ears`` and ``voice``: ``starting``, ``ready`` or a sentence about what is wrong.
    """

    ears: Ears = field(default_factory=Ears)
    voice: OfflineVoice = field(default_factory=OfflineVoice)
    assistant: Assistant = field(default_factory=Assistant)
    state: dict[str, str] = field(default_factory=lambda: {"ears": "starting", "voice": "starting"})

    async def warm(self) -> None:
        """Start ears and voice, so that the first turn does not wait for them. What fails is kept in ``state``."""
        await asyncio.gather(self._warm_voice(), self._warm_ears())

    async def _warm_voice(self) -> None:
        try:
            await self.voice.start()
            self.state["voice"] = "ready"
        except VoiceError as error:
            log.warning("%s (%s)", error, error.detail)
            self.state["voice"] = str(error)

    async def _warm_ears(self) -> None:
        try:
            await self.ears.start()
            self.state["ears"] = "ready"
        except EarsError as error:
            log.warning("%s", error)
            self.state["ears"] = str(error)

    async def close(self) -> None:
        """End every child process."""
        await asyncio.gather(self.voice.close(), self.ears.close())
