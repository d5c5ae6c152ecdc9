"""Ears and a voice that a test holds in its hand, for sessions without processes."""

import asyncio
import random
from collections.abc import Callable
from typing import cast

from voicedesk.core.errors import VoiceError
from voicedesk.engine.assistant.assistant import Assistant
from voicedesk.engine.ears.ears import Ears, EarsError, Transcript
from voicedesk.engine.services import Services
from voicedesk.synth.voice import OfflineVoice


class FakeUtterance:
    """Hears what the test says, when it lets it."""

    def __init__(self, ears: "FakeEars", on_words: Callable[[str], None] | None = None) -> None:
        self.ears = ears
        self.on_words = on_words
        self.sound = bytearray()
        self.dropped = False

    @property
    def seconds(self) -> float:
        return len(self.sound) / 48_000

    @property
    def pcm(self) -> bytes:
        return bytes(self.sound)

    def feed(self, pcm: bytes) -> None:
        self.sound += pcm

    def drop(self) -> None:
        self.dropped = True

    async def finish(self) -> Transcript:
        await self.ears.may_hear.wait()
        if self.ears.broken:
            raise EarsError("Speech recognition failed. Say it again.")
        return Transcript(self.ears.hears, self.seconds, dictated=False)


class FakeEars:
    """Ears that hear `hears`."""

    def __init__(self) -> None:
        self.hears = "what is one plus one"
        self.broken = False
        self.may_hear = asyncio.Event()
        self.may_hear.set()
        self.utterances: list[FakeUtterance] = []

    def listen(self, on_words: Callable[[str], None] | None = None) -> FakeUtterance:
        self.utterances.append(FakeUtterance(self, on_words))
        return self.utterances[-1]


class FakeVoice:
    """A voice that takes 60 ms for each character, at once.

    Attributes:
        broken: Whether it fails.
        breaks_at: The number of the piece at which it fails.
        allowed: How many pieces it may speak; it waits before the next.
        asked: Pieces that it was to speak.
        given_up: Pieces that nobody waits for any more.
        spoken: Pieces that it spoke.
    """

    def __init__(self) -> None:
        self.broken = False
        self.breaks_at = 0
        self.allowed = asyncio.Semaphore(1_000_000)
        self.asked = 0
        self.given_up = 0
        self.spoken: list[str] = []

    async def render(self, text: str, *, voice: str | None = None, wpm: int = 0) -> bytes:
        self.asked += 1
        try:
            await asyncio.sleep(0)
            await self.allowed.acquire()
        except asyncio.CancelledError:
            self.given_up += 1
            raise
        if self.broken or self.asked == self.breaks_at:
            raise VoiceError("test", reason="it is hoarse")
        self.spoken.append(text)
        if not any(character.isalnum() for character in text):
            return b""
        return b"\1\0" * 24 * 60 * len(text.strip())


def fake_services() -> tuple[Services, FakeEars, FakeVoice]:
    """Services made of fakes, and the fakes."""
    ears, voice = FakeEars(), FakeVoice()
    assistant = Assistant(random=random.Random(1))
    return Services(cast("Ears", ears), cast("OfflineVoice", voice), assistant), ears, voice
