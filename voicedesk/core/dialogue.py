"""The conversation as the models are told it: what was said, what was really heard of the answers, what tools gave.

One dialogue is shared by all pipelines, so that they can be exchanged between two turns. Pipelines read it; it is
written from the events of the turns alone.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum

from voicedesk.core.characters import whole_characters

MOST_TOLD = 100
"""Messages that a model is told; a longer past costs time and money in every turn."""
MOST_KEPT = 5 * MOST_TOLD
"""Messages that are kept here, so that a talk may last all day; all of them are in the history."""


LONGEST_NAME = 256
"""Characters of a tool's name and of a call's, both of which a server may make up."""


class Role(IntEnum):
    """Whose message it is. Within a round of a turn messages stand in this order."""

    USER = 0
    ASSISTANT = 1
    TOOL_CALL = 2
    TOOL_RESULT = 3


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A model wants a tool to be run.

    Attributes:
        call_id: Names the call for its result; made up where a server gives none.
        name: The tool.
        arguments: JSON as the model wrote it; may be invalid.
    """

    call_id: str
    name: str
    arguments: str

    def __post_init__(self) -> None:
        for name in self.__slots__:
            object.__setattr__(self, name, whole_characters(getattr(self, name)))
        for name in ("call_id", "name"):
            object.__setattr__(self, name, getattr(self, name)[:LONGEST_NAME])


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a tool gave.

    Attributes:
        call_id: The call that it answers.
        name: The tool.
        output: Text for the model; of a failed call what went wrong, so that the model can tell.
        failed: Whether it went wrong.
    """

    call_id: str
    name: str
    output: str
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """One thing that was said or done.

    Attributes:
        turn: The turn that it belongs to.
        role: Whose it is.
        text: The words; of the assistant only those that were heard, or read where there was no sound.
        call: For TOOL_CALL.
        result: For TOOL_RESULT.
        round: Of several rounds of tools in one turn, which.
        unheard: What the assistant meant to say and nobody heard, for whoever shows the past; no model is told it.
    """

    turn: int
    role: Role
    text: str = ""
    call: ToolCall | None = None
    result: ToolResult | None = None
    round: int = 0
    unheard: str = ""

    @property
    def place(self) -> tuple[int, int, int, int]:
        """What messages are ordered by."""
        if self.role is Role.USER:
            return (self.turn, 0, 0, 0)
        return (self.turn, 1, self.round, self.role)


class Dialogue:
    """The latest messages, in order of turns, wherever their words arrived."""

    def __init__(self) -> None:
        self._messages: list[Message] = []

    def __iter__(self) -> Iterator[Message]:
        return iter(tuple(self._messages))

    def __len__(self) -> int:
        return len(self._messages)

    def before(self, turn: int, *, most: int = MOST_TOLD) -> tuple[Message, ...]:
        """What was said before a turn: the latest ``most`` messages, beginning with the user's."""
        past = [message for message in self._messages if message.turn < turn]
        latest = past[-most:]
        while len(past) > most and latest and latest[0].role is not Role.USER:
            del latest[0]  # a result without its call, or an answer without its question
        return tuple(latest)

    def say(self, turn: int, role: Role, text: str, *, round: int = 0) -> None:  # noqa: A002 - the field's name
        """Set the words of the user, or of the assistant in one round, in a turn; empty words take them out."""
        self._messages = [
            m
            for m in self._messages
            if not (m.turn == turn and m.role is role and m.round == round)
        ]
        if text.strip():
            self._add(Message(turn, role, text.strip(), round=round))

    def called(self, turn: int, call: ToolCall, *, round: int = 0) -> None:  # noqa: A002 - the field's name
        """A tool was called in a turn."""
        self._add(Message(turn, Role.TOOL_CALL, call=call, round=round))

    def answered(self, turn: int, result: ToolResult, *, round: int = 0) -> None:  # noqa: A002 - the field's name
        """A tool gave its result. A result that nobody waits for is left out: servers refuse it."""
        if any(m.call is not None and m.call.call_id == result.call_id for m in self._messages):
            self._add(Message(turn, Role.TOOL_RESULT, result=result, round=round))

    def settle(self, turn: int) -> None:
        """The turn is over: calls without a result are taken out, since servers refuse them later."""
        answered = {m.result.call_id for m in self._messages if m.result is not None}
        self._messages = [
            m
            for m in self._messages
            if m.turn != turn or m.call is None or m.call.call_id in answered
        ]

    def forget(self, turn: int, *, keep_question: bool = False) -> tuple[Message, ...]:
        """Take a turn out, or all of it but what the user said. Returns what is gone; see ``put_back``."""

        def goes(message: Message) -> bool:
            return message.turn == turn and not (keep_question and message.role is Role.USER)

        gone = tuple(message for message in self._messages if goes(message))
        self._messages = [message for message in self._messages if not goes(message)]
        return gone

    def put_back(self, messages: Iterable[Message]) -> None:
        """Have messages in their places again that were taken out."""
        for message in messages:
            self._add(message)

    def begin(self, past: Iterable[Message] = ()) -> None:
        """Start a new conversation, or go on with one of before.

        Args:
            past: What was said in it; the numbers of its turns are below those to come.
        """
        self._messages = sorted(past, key=lambda message: message.place)[-MOST_KEPT:]

    def _add(self, message: Message) -> None:
        insort(self._messages, message, key=lambda other: other.place)
        oldest = self._messages[0].turn
        if len(self._messages) > MOST_KEPT and oldest != self._messages[-1].turn:
            self._messages = [m for m in self._messages if m.turn != oldest]
