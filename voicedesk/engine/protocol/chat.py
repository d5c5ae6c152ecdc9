"""Chat Completions: requests checked, and answers in their shape, whole or in chunks."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from voicedesk.engine.answer import MOST_MESSAGES, Answer, Prompt
from voicedesk.engine.assistant.skill import Message
from voicedesk.engine.protocol import fields
from voicedesk.engine.protocol.errors import invalid, not_one_of, wrong_type
from voicedesk.engine.protocol.fields import Json
from voicedesk.engine.protocol.function_tools import check_tools, usable_tools
from voicedesk.engine.protocol.items import new_id
from voicedesk.engine.protocol.usage import text_tokens

MOST_STOPS = 4

_ROLES = ("system", "developer", "user", "assistant", "tool")


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """A request to ``/v1/chat/completions``.

    Attributes:
        prompt: What the assistant is asked.
        streams: Whether the answer is to come as events.
        model: Echoed.
        tells_usage: Whether a stream ends with what it counts.
        id: Of the completion.
        created: Seconds since 1970.
    """

    prompt: Prompt
    streams: bool
    model: str
    tells_usage: bool
    id: str = field(default_factory=lambda: new_id("chatcmpl"))
    created: int = field(default_factory=lambda: int(time.time()))

    def whole(self, made: Answer) -> Json:
        """The answer as a ``chat.completion``."""
        message: Json = {"role": "assistant", "content": made.text, "refusal": None}
        if made.calls:
            message["content"] = None
            message["tool_calls"] = [
                {"id": call.call_id, **_function(call.name, call.arguments)} for call in made.calls
            ]
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": _end(made)}
        return {**self._head("chat.completion"), "choices": [choice], "usage": self._usage(made)}

    def events(self, made: Answer) -> Iterable[tuple[None, Json | str]]:
        """The answer as ``chat.completion.chunk`` objects, and ``[DONE]``."""
        first = {"role": "assistant", "content": None if made.calls else "", "refusal": None}
        yield None, self._chunk(first)
        for index, call in enumerate(made.calls):
            head = {"index": index, "id": call.call_id, **_function(call.name, "")}
            yield None, self._chunk({"tool_calls": [head]})
            for piece in call.pieces:
                more = {"index": index, "function": {"arguments": piece}}
                yield None, self._chunk({"tool_calls": [more]})
        for word in made.words:
            yield None, self._chunk({"content": word})
        yield None, self._chunk({}, _end(made))
        if self.tells_usage:
            head = self._head("chat.completion.chunk")
            yield None, {**head, "choices": [], "usage": self._usage(made)}
        yield None, "[DONE]"

    def _chunk(self, delta: Json, finish_reason: str | None = None) -> Json:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        chunk = {**self._head("chat.completion.chunk"), "choices": [choice]}
        return {**chunk, "usage": None} if self.tells_usage else chunk

    def _head(self, kind: str) -> Json:
        return {
            "id": self.id,
            "object": kind,
            "created": self.created,
            "model": self.model,
            "service_tier": "default",
            "system_fingerprint": None,
        }

    def _usage(self, made: Answer) -> Json:
        return {
            "prompt_tokens": self.prompt.given_tokens,
            "completion_tokens": made.tokens,
            "total_tokens": self.prompt.given_tokens + made.tokens,
            "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
            "completion_tokens_details": {
                "reasoning_tokens": 0,
                "audio_tokens": 0,
                "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            },
        }


def parse_chat(raw: Json) -> ChatRequest:
    """Check a request.

    Raises:
        ClientError: It cannot be, or asks for what this server cannot do.
    """
    _check_unsupported(raw)
    model = fields.text(raw, "model")
    entries = fields.array(raw, "messages")
    if not 0 < len(entries) <= MOST_MESSAGES:
        raise invalid("messages", f"Invalid 'messages': expected 1 to {MOST_MESSAGES} messages.")
    messages = _Reader().read(entries)
    streams = fields.flag(raw, "stream")
    listed = raw.get("tools")
    tools = [] if listed is None else check_tools(listed, "tools", nested=True)
    limit = fields.optional_count(raw, "max_completion_tokens")
    prompt = Prompt(
        messages,
        "\n".join(message.text for message in messages if message.role == "system"),
        usable_tools(
            tools,
            raw.get("tool_choice"),
            "tool_choice",
            parallel=fields.flag(raw, "parallel_tool_calls", default=True),
        ),
        _given(messages, tools),
        fields.optional_count(raw, "max_tokens") if limit is None else limit,
        _stops(raw.get("stop")),
    )
    return ChatRequest(prompt, streams, model, _tells_usage(raw, streams=streams))


def _check_unsupported(raw: Json) -> None:
    """What would change the answer and cannot be done is refused; what would only tint it is taken."""
    if (fields.optional_count(raw, "n") or 1) > 1:
        raise invalid("n", "This server gives one answer to a request. Leave 'n' at 1.")
    if fields.flag(raw, "logprobs"):
        raise invalid("logprobs", "This server's assistant has no probabilities to tell.")
    if raw.get("response_format") is not None:
        kind = fields.text(fields.mapping(raw, "response_format"), "type", "response_format.")
        if kind != "text":
            raise not_one_of("response_format.type", kind, ["text"])
    if raw.get("modalities") not in (None, ["text"]):
        raise invalid("modalities", "This endpoint answers in text. Use the realtime endpoint.")
    for name in ("functions", "function_call"):
        if raw.get(name) is not None:
            raise invalid(name, f"'{name}' is deprecated. Use 'tools' and 'tool_choice'.")
    for name, least, most in (
        ("temperature", 0, 2),
        ("top_p", 0, 1),
        ("presence_penalty", -2, 2),
        ("frequency_penalty", -2, 2),
    ):
        fields.optional_number(raw, name, least, most)


def _tells_usage(raw: Json, *, streams: bool) -> bool:
    if raw.get("stream_options") is None:
        return False
    if not streams:
        raise invalid("stream_options", "'stream_options' is only allowed when 'stream' is true.")
    return fields.flag(fields.mapping(raw, "stream_options"), "include_usage", "stream_options.")


def _stops(value: object) -> list[str]:
    stops: list[object] = [] if value is None else value if isinstance(value, list) else [value]
    if len(stops) > MOST_STOPS:
        raise invalid("stop", f"Invalid 'stop': at most {MOST_STOPS} strings.")
    words = []
    for stop in stops:
        if not isinstance(stop, str):
            raise wrong_type("stop", "a string or an array of strings", stop)
        words.append(stop)
    return [word for word in words if word]


def _given(messages: Iterable[Message], tools: list[Json]) -> int:
    texts = sum(text_tokens(message.text) for message in messages)
    return texts + (text_tokens(json.dumps(tools)) if tools else 0)


def _function(name: str, arguments: str) -> Json:
    return {"type": "function", "function": {"name": name, "arguments": arguments}}


def _end(made: Answer) -> str:
    if made.cut:
        return "length"
    return "tool_calls" if made.calls else "stop"


class _Reader:
    """Reads messages in order, and holds which calls still wait for their results."""

    def __init__(self) -> None:
        self._calls: dict[str, tuple[str, str]] = {}
        self._messages: list[Message] = []

    def read(self, entries: Iterable[object]) -> list[Message]:
        for index, entry in enumerate(entries):
            path = f"messages[{index}]"
            if not isinstance(entry, dict):
                raise wrong_type(path, "an object", entry)
            role = fields.text(entry, "role", f"{path}.")
            if role not in _ROLES:
                raise not_one_of(f"{path}.role", role, _ROLES)
            if role == "tool":
                self._messages.append(self._result(entry, path))
                continue
            self._check_answered(path)
            if role == "assistant":
                self._assistant(entry, path)
            else:
                text = _content(entry, path)
                self._messages.append(Message("user" if role == "user" else "system", text))
        self._check_answered("messages")
        return self._messages

    def _assistant(self, entry: Json, path: str) -> None:
        calls = entry.get("tool_calls")
        if calls is not None:
            for at, call in enumerate(fields.array(entry, "tool_calls", f"{path}.")):
                self._call(call, f"{path}.tool_calls[{at}]")
        if entry.get("content") is not None or not calls:
            self._messages.append(Message("assistant", _content(entry, path)))

    def _call(self, call: Any, path: str) -> None:
        if not isinstance(call, dict):
            raise wrong_type(path, "an object", call)
        if call.get("type", "function") != "function":
            raise not_one_of(f"{path}.type", call.get("type"), ["function"])
        function = fields.mapping(call, "function", f"{path}.")
        at = f"{path}.function."
        call_id = fields.text(call, "id", f"{path}.")
        self._calls[call_id] = (
            fields.text(function, "name", at),
            fields.text(function, "arguments", at),
        )

    def _result(self, entry: Json, path: str) -> Message:
        call_id = fields.text(entry, "tool_call_id", f"{path}.")
        call = self._calls.pop(call_id, None)
        if call is None:
            raise invalid(
                f"{path}.tool_call_id",
                f"No call with id '{call_id[:80]}' stands before this message: a message with role 'tool' answers one"
                " of the 'tool_calls' of the assistant's message before it.",
            )
        return Message("tool", _content(entry, path), *call)

    def _check_answered(self, path: str) -> None:
        if self._calls:
            names = ", ".join(f"'{call_id[:80]}'" for call_id in self._calls)
            raise invalid(
                path,
                "Each of the 'tool_calls' of an assistant's message must be answered by a message with role 'tool'."
                f" Not answered: {names}.",
            )


def _content(entry: Mapping[str, Any], path: str) -> str:
    """The text of a message, of its text parts if it has parts."""
    content = entry.get("content")
    if not isinstance(content, list):
        return fields.text(entry, "content", f"{path}.")
    texts = []
    for index, part in enumerate(content):
        at = f"{path}.content[{index}]"
        if not isinstance(part, dict):
            raise wrong_type(at, "an object", part)
        kind = fields.text(part, "type", f"{at}.")
        if kind not in ("text", "refusal"):
            raise invalid(
                f"{at}.type",
                f"This endpoint reads text, not '{kind[:80]}'. Use parts of type 'text'.",
            )
        texts.append(fields.text(part, kind, f"{at}."))
    return " ".join(texts)
