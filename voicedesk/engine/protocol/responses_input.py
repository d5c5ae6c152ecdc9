"""The input of the Responses API: a text, or items of a conversation with its function calls and their outputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from voicedesk.engine.answer import MOST_MESSAGES
from voicedesk.engine.assistant.skill import Message
from voicedesk.engine.protocol import fields
from voicedesk.engine.protocol.errors import invalid, missing, not_one_of, wrong_type
from voicedesk.engine.protocol.fields import Json

_ROLES = ("user", "assistant", "system", "developer")
_TYPES = ("message", "function_call", "function_call_output", "reasoning")
_TEXTS = {"input_text": "text", "output_text": "text", "text": "text", "refusal": "refusal"}


def read_input(value: object) -> list[Message]:
    """The conversation that a request holds.

    Raises:
        ClientError: It is none, or calls and outputs do not belong together.
    """
    if value is None:
        raise missing("input")
    if isinstance(value, str):
        return [Message("user", fields.text({"input": value}, "input"))]
    if not isinstance(value, list):
        raise wrong_type("input", "a string or an array", value)
    if not 0 < len(value) <= MOST_MESSAGES:
        raise invalid("input", f"Invalid 'input': expected 1 to {MOST_MESSAGES} items.")
    reader = _Reader()
    for index, item in enumerate(value):
        reader.read(item, f"input[{index}]")
    return reader.end()


class _Reader:
    """Reads items in order, and holds which calls still wait for their outputs."""

    def __init__(self) -> None:
        self._calls: dict[str, tuple[str, str]] = {}
        self._answered: set[str] = set()
        self._messages: list[Message] = []

    def read(self, item: object, path: str) -> None:
        if not isinstance(item, dict):
            raise wrong_type(path, "an object", item)
        kind = fields.optional_text(item, "type", f"{path}.") or "message"
        if kind == "message":
            self._messages.append(_message(item, path))
        elif kind == "function_call":
            call_id, call = _call(item, path)
            self._calls[call_id] = call
        elif kind == "function_call_output":
            self._messages.append(self._output(item, path))
        elif kind == "item_reference":
            raise invalid(path, "This server stores no items. Send the item itself.")
        elif kind != "reasoning":  # which models send along and this one has no use for
            raise not_one_of(f"{path}.type", kind, _TYPES)

    def end(self) -> list[Message]:
        for call_id in self._calls:
            if call_id not in self._answered:
                raise invalid("input", f"No tool output found for function call {call_id[:80]}.")
        return self._messages

    def _output(self, item: Json, path: str) -> Message:
        call_id = fields.text(item, "call_id", f"{path}.")
        if call_id not in self._calls:
            raise invalid(
                f"{path}.call_id",
                f"No tool call found for function call output with call_id {call_id[:80]}.",
            )
        self._answered.add(call_id)
        return Message("tool", _text(item, "output", path), *self._calls[call_id])


def _message(item: Json, path: str) -> Message:
    role = fields.text(item, "role", f"{path}.")
    if role not in _ROLES:
        raise not_one_of(f"{path}.role", role, _ROLES)
    text = _text(item, "content", path)
    if role == "user":
        return Message("user", text)
    return Message("assistant" if role == "assistant" else "system", text)


def _call(item: Json, path: str) -> tuple[str, tuple[str, str]]:
    name = fields.text(item, "name", f"{path}.")
    arguments = fields.text(item, "arguments", f"{path}.")
    return fields.text(item, "call_id", f"{path}."), (name, arguments)


def _text(item: Mapping[str, Any], name: str, path: str) -> str:
    """A text, or the text of its parts."""
    content = item.get(name)
    if not isinstance(content, list):
        return fields.text(item, name, f"{path}.")
    texts = []
    for index, part in enumerate(content):
        at = f"{path}.{name}[{index}]"
        if not isinstance(part, dict):
            raise wrong_type(at, "an object", part)
        kind = fields.text(part, "type", f"{at}.")
        if kind not in _TEXTS:
            raise invalid(
                f"{at}.type",
                f"This endpoint reads text, not '{kind[:80]}'. Use parts of type 'input_text'.",
            )
        texts.append(fields.text(part, _TEXTS[kind], f"{at}."))
    return " ".join(texts)
