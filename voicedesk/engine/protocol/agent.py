"""The agent's chat: messages in, pieces of content out, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from voicedesk.engine.answer import MOST_MESSAGES, Answer, Prompt
from voicedesk.engine.assistant.skill import Message
from voicedesk.engine.protocol import fields
from voicedesk.engine.protocol.errors import invalid, not_one_of, wrong_type
from voicedesk.engine.protocol.fields import Json
from voicedesk.engine.services import ASSISTANT_MODEL

_ROLES = ("system", "user", "assistant")


@dataclass(frozen=True, slots=True)
class AgentRequest:
    """A request to ``/api/v1/chat``.

    Attributes:
        prompt: What the assistant is asked.
        streams: Whether the answer is to come as events.
        model: Echoed.
    """

    prompt: Prompt
    streams: bool
    model: str

    def whole(self, made: Answer) -> Json:
        """The answer as one object."""
        return self._piece(made.text, done=True)

    def events(self, made: Answer) -> Iterable[tuple[None, Json]]:
        """A piece for each word, and one that is empty and done."""
        for word in made.words:
            yield None, self._piece(word, done=False)
        yield None, self._piece("", done=True)

    def _piece(self, content: str, *, done: bool) -> Json:
        return {"content": content, "done": done, "model": self.model}


def parse_agent(raw: Json) -> AgentRequest:
    """Check a request.

    Raises:
        ClientError: It cannot be.
    """
    entries = fields.array(raw, "messages")
    if not 0 < len(entries) <= MOST_MESSAGES:
        raise invalid("messages", f"Invalid 'messages': expected 1 to {MOST_MESSAGES} messages.")
    messages = [_message(entry, f"messages[{index}]") for index, entry in enumerate(entries)]
    return AgentRequest(
        Prompt(
            messages, "\n".join(message.text for message in messages if message.role == "system")
        ),
        streams=fields.flag(raw, "stream"),
        model=fields.optional_text(raw, "model") or ASSISTANT_MODEL,
    )


def _message(entry: object, path: str) -> Message:
    if not isinstance(entry, dict):
        raise wrong_type(path, "an object", entry)
    role = fields.text(entry, "role", f"{path}.")
    if role not in _ROLES:
        raise not_one_of(f"{path}.role", role, _ROLES)
    return Message(role, fields.text(entry, "content", f"{path}."))  # type: ignore[arg-type] # one of _ROLES
