"""What the application says by itself: that it still takes a moment, and that a timer has run out."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TYPE_CHECKING

from voicedesk.conversation.asked import Announcement
from voicedesk.core.clock import now
from voicedesk.core.errors import VoiceDeskError
from voicedesk.core.events import (
    AudioDelta,
    AudioEnded,
    AudioKey,
    Event,
    ReplyEnded,
    TextDelta,
    TextEnded,
)

if TYPE_CHECKING:
    from voicedesk.providers.stages import Voice

log = logging.getLogger(__name__)

FILLERS = {
    "en": "One moment.",
    "de": "Einen Moment.",
    "fr": "Un instant.",
    "es": "Un momento.",
    "it": "Un momento.",
    "pt": "Um momento.",
    "nl": "Een moment.",
    "pl": "Chwileczkę.",
    "ja": "少々お待ちください。",
    "zh": "请稍等。",
}


def filler(language: str) -> str:
    """The phrase that says that it takes a moment, in a language such as "de" or "de-AT"; English if it is not known."""
    return FILLERS.get(language.replace("_", "-").split("-")[0].lower(), FILLERS["en"])


def spoken(text: str, voice: Voice) -> Announcement:
    """Words of our own as a reply. When the voice fails they are there to be read."""

    async def events(turn: int) -> AsyncGenerator[Event, None]:
        key = AudioKey(turn, "announcement", "1")
        yield TextDelta(turn=turn, at=now(), key=key, text=text)
        yield TextEnded(turn=turn, at=now(), key=key, text=text)
        try:
            async with aclosing(voice.speak(text)) as sound:
                async for pcm in sound:
                    yield AudioDelta(turn=turn, at=now(), key=key, pcm=pcm)
        except VoiceDeskError as error:
            log.info("an announcement could not be spoken: %s (%s)", error, error.detail)
        yield AudioEnded(turn=turn, at=now(), key=key)
        yield ReplyEnded(turn=turn, at=now())

    return events


async def sound_of(text: str, voice: Voice) -> bytes:
    """A phrase as sound, PCM16 mono 24 kHz; empty when the voice fails: then it is not said."""
    pcm = bytearray()
    try:
        async with aclosing(voice.speak(text)) as pieces:
            async for piece in pieces:
                pcm += piece
    except VoiceDeskError as error:
        log.info("no phrase for long waits: %s (%s)", error, error.detail)
        return b""
    return bytes(pcm)
