"""The offline voice as a voice of the classic chain: pyttsx3 in its own process, with no key and no network."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing

from voicedesk.core.errors import VoiceError
from voicedesk.providers.stages import VoiceIdentity
from voicedesk.providers.trim import pause_after
from voicedesk.synth.voice import DEFAULT_WPM, OfflineVoice, VoiceInfo

log = logging.getLogger(__name__)

_OTHER_NAMES = {"zh": "cmn", "no": "nb"}
"""What espeak calls languages that go by another name elsewhere."""
_MOST_COMMON = {"en": "en-us"}


class OfflineSpeech:
    """Speaks with the voice of this computer. Units are made one after the other, in the order of the calls."""

    def __init__(
        self,
        offline: OfflineVoice | None = None,
        *,
        voice: str = "",
        speed: float = 1.0,
        language: str = "",
    ) -> None:
        """Nothing is started yet.

        Args:
            offline: A voice that is shared and closed by its owner; None for one of our own.
            voice: An id of its voices; one that it does not have, or none, leaves the choice to the language.
            speed: 1.0 is normal.
            language: As in "de"; empty for the voice's default.
        """
        self._offline = offline if offline is not None else OfflineVoice()
        self._owned = offline is None
        self._voice = voice
        self._language = language
        self._wpm = round(DEFAULT_WPM * speed)
        self._chosen: str | None = None
        self._knows = False
        self._turn = asyncio.Lock()
        self._identity = VoiceIdentity("offline", "pyttsx3", voice, speed, language)

    @property
    def identity(self) -> VoiceIdentity:
        """What decides how a text sounds."""
        return self._identity

    async def warm(self) -> None:
        """Start the process, so that the first unit need not wait for it. A failure is told by ``speak``."""
        try:
            await self._choose()
        except VoiceError as error:
            log.info("warming the offline voice: %s (%s)", error, error.detail)

    async def speak(self, text: str) -> AsyncGenerator[bytes, None]:
        """The sound of one unit, and the pause that belongs after it.

        A process that hangs or dies in the middle is started again and says the same piece once more.

        Raises:
            VoiceError: It died twice at the same piece, or there is no voice on this computer. The next unit tries
                again with a new process.
        """
        spoken = False
        # The pieces of two units would alternate otherwise, and the one that sounds first be done last.
        async with self._turn:
            await self._choose()
            sound = self._offline.speak(text, voice=self._chosen, wpm=self._wpm)
            async with aclosing(sound) as pieces:
                async for pcm in pieces:
                    spoken = True
                    yield pcm
        if spoken and (pause := pause_after(text)):
            yield pause

    async def close(self) -> None:
        """End the process, if it is ours."""
        if self._owned:
            await self._offline.close()

    async def _choose(self) -> None:
        if self._knows:
            return
        voices = await self._offline.voices()
        self._chosen = _fitting(voices, self._voice, self._language)
        self._knows = True


def _fitting(voices: tuple[VoiceInfo, ...], voice: str, language: str) -> str | None:
    """The id of the wanted voice, or of one that speaks the language; None leaves it to the system."""
    if voice and any(info.id == voice for info in voices):
        return voice
    wanted = _tag(language)
    if not wanted:
        return None
    plain = _OTHER_NAMES.get(wanted.split("-")[0], wanted.split("-")[0])
    for tag in (wanted, _MOST_COMMON.get(plain, plain)):
        for info in voices:
            if tag in map(_tag, info.languages):
                return info.id
    related = (i for i in voices if any(_tag(tag).split("-")[0] == plain for tag in i.languages))
    return next((info.id for info in related), None)


def _tag(language: str) -> str:
    return language.strip().lower().replace("_", "-")
