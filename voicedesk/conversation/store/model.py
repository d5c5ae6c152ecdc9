"""What the history gives and takes, as plain values. Times are seconds since 1970, UTC."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from voicedesk.core.dialogue import Message, Role, ToolCall, ToolResult


class Outcome(Enum):
    """What became of a turn."""

    OPEN = "open"
    ANSWERED = "answered"
    INTERRUPTED = "interrupted"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Said:
    """One message of a turn.

    Attributes:
        role: Whose it is.
        text: What the user said, or what was heard of the assistant.
        unheard: What the assistant meant to say and nobody heard.
        round: Of several rounds of tools in one turn, which.
        call: For TOOL_CALL.
        result: For TOOL_RESULT.
    """

    role: Role
    text: str = ""
    unheard: str = ""
    round: int = 0
    call: ToolCall | None = None
    result: ToolResult | None = None

    @property
    def data(self) -> str:
        """What a tool was asked or gave, as JSON; empty for words."""
        if self.call is not None:
            call = self.call
            parts = {"id": call.call_id, "name": call.name, "arguments": call.arguments}
            return json.dumps(parts, ensure_ascii=False)
        if self.result is not None:
            result = self.result
            return json.dumps(
                {
                    "id": result.call_id,
                    "name": result.name,
                    "output": result.output,
                    "failed": result.failed,
                },
                ensure_ascii=False,
            )
        return ""

    @classmethod
    def of_row(cls, role: str, round: int, text: str, unheard: str, data: str) -> Said:  # noqa: A002 - the field's name
        """Read it from a row of ``messages``."""
        kind = Role[role]
        parts: Mapping[str, Any] = json.loads(data) if data else {}
        call = result = None
        if kind is Role.TOOL_CALL:
            call = ToolCall(parts["id"], parts["name"], parts["arguments"])
        elif kind is Role.TOOL_RESULT:
            result = ToolResult(parts["id"], parts["name"], parts["output"], parts["failed"])
        return cls(kind, text, unheard, round, call, result)

    def as_message(self, turn: int) -> Message:
        """As a part of the past; its text, which the models are told, is without what was never heard."""
        return Message(turn, self.role, self.text, self.call, self.result, self.round, self.unheard)


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn as it is kept.

    Attributes:
        id: Names it for good.
        started_at: When the key went down or the question was sent.
        outcome: What became of it.
        mode: The pipeline: "realtime", "classic".
        server: The server that answered, for people.
        model: The model that answered.
        typed: Whether the question was typed.
        heard_ms: Length of what sounded of the reply.
        reply_ms: Length of the reply's sound.
        usage: The server's count, None when it gave none.
        timeline: Milliseconds from the key-up, by the names of ``core.timeline.Point``.
        figures: What else is known of its times and its cost, as in ``figures.kept``; empty where it was not kept.
        error: The sentence of what went wrong.
        messages: In order.
    """

    id: str
    started_at: float
    outcome: Outcome = Outcome.OPEN
    mode: str = ""
    server: str = ""
    model: str = ""
    typed: bool = False
    heard_ms: float = 0.0
    reply_ms: float = 0.0
    usage: Mapping[str, Any] | None = None
    timeline: Mapping[str, float | None] = field(default_factory=dict)
    figures: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""
    messages: tuple[Said, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing happened in it that is worth keeping."""
        return not self.messages and not self.error


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation in the list.

    Attributes:
        id: Names it for good.
        title: The user's own, or the first words; empty when nothing was written down.
        created_at: When it began.
        updated_at: When its last turn changed.
        turns: How many there are.
    """

    id: str
    title: str
    created_at: float
    updated_at: float
    turns: int


@dataclass(frozen=True, slots=True)
class Found:
    """A conversation that holds what was searched for.

    Attributes:
        conversation: Which.
        excerpt: The words around the latest place, or the title.
        marks: Start and end of what was searched for, in the excerpt.
    """

    conversation: Conversation
    excerpt: str
    marks: Sequence[tuple[int, int]]


class TakeState(Enum):
    """What became of a take."""

    RECORDING = "recording"
    WAITING = "waiting"
    ANSWERED = "answered"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Recording:
    """A sound file that is kept.

    Attributes:
        id: Names it for good.
        kind: "take" for the user's voice, "reply" for what was heard of an answer.
        turn: The id of its turn; empty if it is not known any more.
        state: What became of the take.
        cut: Whether VoiceDesk ended in the middle of its turn.
        seconds: Its length.
        created_at: When it began.
    """

    id: str
    kind: str
    turn: str
    state: TakeState
    cut: bool
    seconds: float
    created_at: float


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A take that was never answered.

    Attributes:
        recording: Its sound, and what became of it.
        words: What was understood of it; empty where nothing is known.
        error: The sentence of what went wrong; empty where nothing was told.
    """

    recording: Recording
    words: str = ""
    error: str = ""
