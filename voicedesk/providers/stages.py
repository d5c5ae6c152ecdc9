"""The three stages of the classic chain, as contracts: transcribe, think, speak.

A stage is made for one server and one model, is warmed before it is needed, and is used for one turn at a time. Sound
is PCM16 little-endian mono 24 kHz everywhere; a stage whose server wants another format converts at its own edge.
Every stage raises ``ServerError`` (or ``VoiceError``) with a sentence, and cancelling what it does ends the request.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from voicedesk.core.characters import whole_characters
from voicedesk.core.dialogue import Message, ToolCall


@dataclass(frozen=True, slots=True)
class Words:
    """What the user said, so far.

    Attributes:
        text: All of it; replaces what came before.
        usage: The server's own count, with the last words only.
    """

    text: str
    usage: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", whole_characters(self.text))


class Hearing(Protocol):
    """One take being transcribed."""

    def feed(self, pcm: bytes) -> None:
        """The next piece of the take. Returns at once."""

    async def finish(self) -> Words:
        """The take is over: wait for its final words. Empty when nothing was said.

        Raises:
            ServerError: It could not be transcribed in any of the ways that are left.
        """

    async def cancel(self) -> None:
        """The take is dropped. Safe at any moment and twice."""


class Transcriber(Protocol):
    """Turns takes into words."""

    @property
    def model(self) -> str:
        """What transcribes, for people."""

    async def warm(self) -> None:
        """Make ready whatever can be: imports, connection, session. Cheap when it is ready.

        Raises:
            ServerError: It will not work like this.
        """

    def begin(self, words: Callable[[Words], None]) -> Hearing:
        """A take begins. ``words`` is told what is understood so far, on the loop, as often as it changes."""

    async def close(self) -> None:
        """End every connection and task. Safe to call twice."""


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A function that a model may call.

    Attributes:
        name: Letters, digits, underscore.
        description: What it does and when to use it, for the model.
        parameters: JSON schema of its arguments, an object.
    """

    name: str
    description: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    """What a model is asked.

    Attributes:
        instructions: The system's part.
        messages: The conversation, the user's present words last, then the rounds of tools of this turn.
        tools: What it may call.
    """

    instructions: str
    messages: Sequence[Message]
    tools: Sequence[ToolSpec] = ()


@dataclass(frozen=True, slots=True)
class TextPiece:
    """Words of the answer: never empty, never reasoning. May be white space once words have come."""

    text: str


@dataclass(frozen=True, slots=True)
class ThoughtEnded:
    """The model is through. ``calls`` are the tools that it wants, complete and in order.

    ``usage`` is the server's own count.
    """

    calls: Sequence[ToolCall] = ()
    usage: Mapping[str, Any] | None = None


Thought = TextPiece | ThoughtEnded


class Thinker(Protocol):
    """A model that answers in words."""

    @property
    def model(self) -> str:
        """The model, for people."""

    async def warm(self) -> None:
        """Open a connection ahead of the request, so that it need not be waited for. Never raises ServerError."""

    def think(self, question: Question) -> AsyncGenerator[Thought, None]:
        """The answer, as it is made; ThoughtEnded last, once.

        Raises:
            ServerError: It failed; what came before stays valid.
        """

    async def close(self) -> None:
        """End every connection. Safe to call twice."""


@dataclass(frozen=True, slots=True)
class VoiceIdentity:
    """What decides how a text sounds. With the text it is the key of the cache."""

    server: str
    model: str
    voice: str
    speed: float = 1.0
    language: str = ""


class Voice(Protocol):
    """Turns text into sound."""

    @property
    def identity(self) -> VoiceIdentity:
        """What decides how a text sounds."""

    async def warm(self) -> None:
        """Make ready whatever can be. Never raises ServerError."""

    def speak(self, text: str) -> AsyncGenerator[bytes, None]:
        """The sound of one unit of text as it is made: whole samples, never empty. Up to three at a time.

        A voice that knows where its words lie gives pieces of ``Speech``.

        Raises:
            ServerError: The server's voice failed.
            VoiceError: The offline voice failed.
        """

    async def close(self) -> None:
        """End every connection and process. Safe to call twice."""
