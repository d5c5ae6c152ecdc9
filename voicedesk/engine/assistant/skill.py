"""What a skill is: a function tool with a name, a schema, a way to recognise its question and to say its result."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from voicedesk.engine.assistant.text import Utterance

Arguments = dict[str, Any]
Result = dict[str, Any]
Role = Literal["user", "assistant", "system", "tool"]


@dataclass(frozen=True, slots=True)
class Message:
    """One entry of the conversation as the assistant sees it.

    Attributes:
        role: Who said it; ``tool`` is the output of a function call.
        text: What was said; empty for speech in which no words were heard.
        name: The function's name, for ``tool``.
        arguments: The function's arguments as JSON, for ``tool``.
    """

    role: Role
    text: str
    name: str = ""
    arguments: str = ""


def _now() -> datetime:
    return datetime.now().astimezone()


@dataclass(frozen=True)
class Context:
    """What a skill may look at.

    Attributes:
        history: The conversation before the question.
        now: The clock, with the local time zone.
        random: Where dice and coins come from.
    """

    history: Sequence[Message] = ()
    now: Callable[[], datetime] = _now
    random: random.Random = field(default_factory=random.SystemRandom)


def schema(required: Sequence[str] = (), **properties: Mapping[str, object]) -> dict[str, object]:
    """JSON schema of an object with these properties and no others."""
    return {
        "type": "object",
        "properties": {name: dict(value) for name, value in properties.items()},
        "required": list(required),
        "additionalProperties": False,
    }


@dataclass(frozen=True)
class Skill:
    """A function tool.

    Attributes:
        name: As in a tools list.
        description: For people and for models.
        parameters: JSON schema of the arguments' object.
        understand: The arguments if the question is for this skill, else None.
        run: The function itself.
        say: A spoken sentence for its arguments and result.
    """

    name: str
    description: str
    understand: Callable[[Utterance, Context], Arguments | None]
    run: Callable[[Arguments, Context], Result]
    say: Callable[[Arguments, Result], str]
    parameters: Mapping[str, object] = field(default_factory=schema)

    def tool(self) -> dict[str, object]:
        """The skill as an entry of a ``tools`` list."""
        return {
            "type": "function",
            "name": self.name,
            "description": self.description,
            "parameters": dict(self.parameters),
        }
