"""The shortest thing that can be asked of each stage of a server, to see that it works and how long it takes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from voicedesk.core.clock import now
from voicedesk.core.dialogue import Message, Role
from voicedesk.core.errors import ReplyFailedError
from voicedesk.providers.http import HttpServer, Source
from voicedesk.providers.presets import Stage
from voicedesk.providers.profiles import WIRE_RATE, Address
from voicedesk.providers.realtime_session import RealtimeSession
from voicedesk.providers.speech import ServerVoice
from voicedesk.providers.stages import Question, TextPiece, Words
from voicedesk.providers.thinkers import thinker_for
from voicedesk.providers.transcription import RestTranscriber
from voicedesk.providers.transcription_live import transcription_session

QUESTION = "Say hello."
SENTENCE = "Hello."
_LONGEST_PROOF = 80
_SILENCE = bytes(WIRE_RATE)  # half a second


@dataclass(frozen=True, slots=True)
class Wishes:
    """How the settings use a server, besides the models.

    Attributes:
        thinking: The kind of API; "auto" for what suits the server.
        effort: How much the model reasons.
        voice: Of the speech; empty for the server's own.
        language: Of takes.
        sample: A short take, PCM16 mono 24 kHz; empty for silence.
    """

    thinking: str = "auto"
    effort: str = ""
    voice: str = ""
    language: str = ""
    sample: bytes = b""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One stage to be tried.

    Attributes:
        server: For requests.
        source: For sessions.
        address: Where it is.
        model: What to try it with.
        wishes: How it is used.
    """

    server: HttpServer
    source: Source
    address: Address
    model: str
    wishes: Wishes


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it.

    Attributes:
        ms: Until the first sign of a result.
        proof: Words that came, cut short.
    """

    ms: float
    proof: str = ""


Trial = Callable[[Attempt], Awaitable[Outcome]]


def _ignore(_event: object) -> None: ...


async def _session(attempt: Attempt, session: dict[str, Any], intent: str) -> Outcome:
    begun = now()
    opened = RealtimeSession(
        attempt.source,
        model=attempt.model,
        session=session,
        handle=_ignore,
        lost=_ignore,
        intent=intent,
    )
    try:
        await opened.open()
        return Outcome((now() - begun) * 1000)
    finally:
        await opened.close()


async def try_realtime(attempt: Attempt) -> Outcome:
    """Open a session and have it confirmed. Costs nothing: nothing is said in it."""
    pcm = {"type": "audio/pcm", "rate": WIRE_RATE}
    sound = {"input": {"format": pcm, "turn_detection": None}, "output": {"format": pcm}}
    session = {"type": "realtime", "output_modalities": ["audio"], "audio": sound}
    return await _session(attempt, session, "")


async def try_live(attempt: Attempt) -> Outcome:
    """Open a session that transcribes and have it confirmed."""
    session = transcription_session(attempt.model, attempt.wishes.language)
    return await _session(attempt, session, "transcription")


async def try_transcription(attempt: Attempt) -> Outcome:
    """Have the sample written down."""
    first: list[float] = []

    def on_words(_words: Words) -> None:
        first.append(now())

    begun = now()
    transcriber = RestTranscriber(
        attempt.server, model=attempt.model, language=attempt.wishes.language
    )
    words = await transcriber.transcribe(attempt.wishes.sample or _SILENCE, on_words)
    return Outcome(((first or [now()])[0] - begun) * 1000, _proof(words.text))


async def try_thinking(attempt: Attempt) -> Outcome:
    """Ask for one word, and stop once there is something."""
    thinker = thinker_for(
        attempt.server,
        attempt.address.quirks,
        kind=attempt.wishes.thinking,
        model=attempt.model,
        effort=attempt.wishes.effort,
    )
    question = Question("", [Message(1, Role.USER, QUESTION)])
    begun, ms, said = now(), 0.0, ""
    async with aclosing(thinker.think(question)) as thoughts:
        async for thought in thoughts:
            if isinstance(thought, TextPiece):
                ms = ms or (now() - begun) * 1000
                said += thought.text
            if len(said) > _LONGEST_PROOF:
                break
    return Outcome(ms or (now() - begun) * 1000, _proof(said))


async def try_speech(attempt: Attempt) -> Outcome:
    """Have one word spoken, and stop at the first sound of it."""
    voice = ServerVoice(
        attempt.server,
        name=attempt.address.base_url,
        model=attempt.model,
        voice=attempt.wishes.voice,
    )
    begun = now()
    async with aclosing(voice.speak(SENTENCE)) as sound:
        async for _ in sound:
            return Outcome((now() - begun) * 1000)
    raise ReplyFailedError("no sound", server=attempt.address.name, reason="it sent no sound.")


TRIALS: dict[Stage, Trial] = {
    "realtime": try_realtime,
    "live": try_live,
    "transcription": try_transcription,
    "thinking": try_thinking,
    "speech": try_speech,
}


def _proof(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST_PROOF else text[: _LONGEST_PROOF - 2] + " …"
