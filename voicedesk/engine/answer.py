"""An answer in text, before an endpoint gives it its shape: a conversation in, words and calls out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from voicedesk.engine.assistant.assistant import Assistant
from voicedesk.engine.assistant.skill import Message
from voicedesk.engine.assistant.tool_use import NO_TOOLS, Tools
from voicedesk.engine.protocol.items import new_id
from voicedesk.engine.protocol.usage import text_tokens

MOST_MESSAGES = 2000
"""In one request, as many as a realtime conversation holds."""

_WORD = re.compile(r"\s*\S+\s*")
_PIECE = re.compile(r".{1,16}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Prompt:
    """What the assistant is asked, whatever the endpoint.

    Attributes:
        messages: The conversation, oldest first.
        instructions: The system's part.
        tools: The client's functions.
        given_tokens: What all of it counts.
        limit: Most tokens of the answer, or None.
        stop: The answer ends before any of these.
    """

    messages: Sequence[Message]
    instructions: str = ""
    tools: Tools = NO_TOOLS
    given_tokens: int = 0
    limit: int | None = None
    stop: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """A function that the client is to call.

    Attributes:
        call_id: Ties its result to it.
        name: The function's.
        pieces: JSON of the arguments, as it is streamed; cut where the limit was reached.
    """

    call_id: str
    name: str
    pieces: tuple[str, ...]

    @property
    def arguments(self) -> str:
        """All pieces."""
        return "".join(self.pieces)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the assistant answers.

    Attributes:
        words: The text, as it is streamed.
        calls: Functions to be called instead.
        tokens: What it counts.
        cut: Whether the limit ended it.
    """

    words: tuple[str, ...]
    calls: tuple[Call, ...]
    tokens: int
    cut: bool

    @property
    def text(self) -> str:
        """All words."""
        return "".join(self.words)


def answer(assistant: Assistant, prompt: Prompt) -> Answer:
    """Answer a prompt. Takes no time worth mentioning."""
    reply = assistant.reply(prompt.messages, tools=prompt.tools, instructions=prompt.instructions)
    budget = _Budget(prompt.limit)
    calls = []
    for call in reply.calls:
        pieces = budget.take(_PIECE.findall(call.arguments))
        calls.append(Call(new_id("call"), call.name, pieces))
        if budget.spent:
            break
    words = budget.take(_WORD.findall(_before(reply.text, prompt.stop)))
    return Answer(words, tuple(calls), budget.tokens, budget.spent)


class _Budget:
    """Counts tokens up to a limit."""

    def __init__(self, limit: int | None) -> None:
        self._limit = limit
        self.tokens = 0
        self.spent = False

    def take(self, pieces: Sequence[str]) -> tuple[str, ...]:
        """The pieces that there is room for, in order."""
        taken = []
        for piece in pieces:
            tokens = text_tokens(piece)
            if self.spent or (self._limit is not None and self.tokens + tokens > self._limit):
                self.spent = True
                break
            self.tokens += tokens
            taken.append(piece)
        return tuple(taken)


def _before(text: str, stop: Sequence[str]) -> str:
    ends = [at for word in stop if (at := text.find(word)) >= 0]
    return text[: min(ends)] if ends else text
