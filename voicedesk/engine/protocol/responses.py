"""The Responses API: requests checked, and answers in its shape, whole or as events. Nothing is stored."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from voicedesk.engine.answer import Answer, Call, Prompt
from voicedesk.engine.protocol import fields
from voicedesk.engine.protocol.errors import ClientError, invalid, not_one_of
from voicedesk.engine.protocol.fields import Json
from voicedesk.engine.protocol.function_tools import check_tools, usable_tools
from voicedesk.engine.protocol.items import new_id
from voicedesk.engine.protocol.requests import check_metadata
from voicedesk.engine.protocol.responses_input import read_input
from voicedesk.engine.protocol.usage import text_tokens


@dataclass(frozen=True, slots=True)
class ResponsesRequest:
    """A request to ``/v1/responses``.

    Attributes:
        prompt: What the assistant is asked.
        streams: Whether the answer is to come as events.
        echo: What of the request stands in the response object.
        id: Of the response.
        created: Seconds since 1970.
    """

    prompt: Prompt
    streams: bool
    echo: Json
    id: str = field(default_factory=lambda: new_id("resp"))
    created: int = field(default_factory=lambda: int(time.time()))

    def whole(self, made: Answer) -> Json:
        """The answer as a ``response``."""
        return self._ended(made, _items(made))

    def events(self, made: Answer) -> Iterator[tuple[str, Json]]:
        """The answer as events, from ``response.created`` to ``response.completed`` or ``.incomplete``."""
        for number, (kind, values) in enumerate(self._events(made)):
            yield kind, {"type": kind, "sequence_number": number, **values}

    def _events(self, made: Answer) -> Iterator[tuple[str, Json]]:
        begun = self._response("in_progress", [])
        yield "response.created", {"response": begun}
        yield "response.in_progress", {"response": begun}
        items = _items(made)
        for index, item in enumerate(items):
            at = {"output_index": index}
            yield "response.output_item.added", {**at, "item": item.begun()}
            for kind, values in item.content():
                yield kind, {"item_id": item.id, **at, **values}
            yield "response.output_item.done", {**at, "item": item.done()}
        whole = self._ended(made, items)
        yield f"response.{whole['status']}", {"response": whole}

    def _ended(self, made: Answer, items: Sequence[_Message | _Call]) -> Json:
        given = self.prompt.given_tokens
        usage = {
            "input_tokens": given,
            "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
            "output_tokens": made.tokens,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": given + made.tokens,
        }
        state = "incomplete" if made.cut else "completed"
        ended = {**self._response(state, [item.done() for item in items]), "usage": usage}
        if made.cut:
            return {**ended, "incomplete_details": {"reason": "max_output_tokens"}}
        return {**ended, "completed_at": int(time.time())}

    def _response(self, state: str, output: list[Json]) -> Json:
        return {
            "id": self.id,
            "object": "response",
            "created_at": self.created,
            "completed_at": None,
            "status": state,
            "background": False,
            "error": None,
            "incomplete_details": None,
            "output": output,
            "usage": None,
            **self.echo,
        }


def _items(made: Answer) -> list[_Message | _Call]:
    """What the output holds. If the answer was cut its last item is incomplete."""
    if made.calls:
        last = len(made.calls) - 1
        return [_Call(call, cut=made.cut and at == last) for at, call in enumerate(made.calls)]
    return [_Message(made)]


class _Message:
    """The message of a response."""

    def __init__(self, made: Answer) -> None:
        self.id = new_id("msg")
        self._made = made

    def begun(self) -> Json:
        """As it is added."""
        return self._render("in_progress", [])

    def content(self) -> Iterator[tuple[str, Json]]:
        """Events between its beginning and its end."""
        at = {"content_index": 0}
        yield "response.content_part.added", {**at, "part": _part("")}
        for word in self._made.words:
            yield "response.output_text.delta", {**at, "delta": word, "logprobs": []}
        text = self._made.text
        yield "response.output_text.done", {**at, "text": text, "logprobs": []}
        yield "response.content_part.done", {**at, "part": _part(text)}

    def done(self) -> Json:
        """As it is in the end."""
        state = "incomplete" if self._made.cut else "completed"
        return self._render(state, [_part(self._made.text)])

    def _render(self, state: str, content: list[Json]) -> Json:
        head = {"id": self.id, "type": "message", "status": state, "role": "assistant"}
        return {**head, "content": content}


class _Call:
    """A function call of a response."""

    def __init__(self, call: Call, *, cut: bool) -> None:
        self.id = new_id("fc")
        self._call = call
        self._cut = cut

    def begun(self) -> Json:
        """As it is added."""
        return self._render("in_progress", "")

    def content(self) -> Iterator[tuple[str, Json]]:
        """Events between its beginning and its end."""
        for piece in self._call.pieces:
            yield "response.function_call_arguments.delta", {"delta": piece}
        done = {"name": self._call.name, "arguments": self._call.arguments}
        yield "response.function_call_arguments.done", done

    def done(self) -> Json:
        """As it is in the end."""
        return self._render("incomplete" if self._cut else "completed", self._call.arguments)

    def _render(self, state: str, arguments: str) -> Json:
        return {
            "id": self.id,
            "type": "function_call",
            "status": state,
            "call_id": self._call.call_id,
            "name": self._call.name,
            "arguments": arguments,
        }


def _part(text: str) -> Json:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def parse_responses(raw: Json) -> ResponsesRequest:
    """Check a request.

    Raises:
        ClientError: It cannot be, or asks for what this server cannot do.
    """
    _check_unsupported(raw)
    model = fields.text(raw, "model")
    instructions = fields.optional_text(raw, "instructions")
    messages = read_input(raw.get("input"))
    tools = [] if raw.get("tools") is None else check_tools(raw["tools"], "tools")
    choice = "auto" if raw.get("tool_choice") is None else raw["tool_choice"]
    parallel = fields.flag(raw, "parallel_tool_calls", default=True)
    said = [message.text for message in messages if message.role == "system"]
    given = sum(text_tokens(message.text) for message in messages)
    given += text_tokens(instructions or "") + (text_tokens(json.dumps(tools)) if tools else 0)
    limit = fields.optional_count(raw, "max_output_tokens")
    prompt = Prompt(
        messages,
        "\n".join([instructions or "", *said]),
        usable_tools(tools, choice, "tool_choice", parallel=parallel),
        given,
        limit,
    )
    echo = {
        "model": model,
        "instructions": instructions,
        "tools": [_shown(tool) for tool in tools],
        "tool_choice": choice,
        "parallel_tool_calls": parallel,
        "max_output_tokens": limit,
        **_tints(raw),
    }
    return ResponsesRequest(prompt, fields.flag(raw, "stream"), echo)


def _tints(raw: Json) -> Json:
    """What is taken, told back, and changes nothing here: an answer by rules has no temperature."""
    temperature = fields.optional_number(raw, "temperature", 0, 2)
    top_p = fields.optional_number(raw, "top_p", 0, 1)
    reasoning = {} if raw.get("reasoning") is None else fields.mapping(raw, "reasoning")
    return {
        "metadata": check_metadata(raw, "metadata") or {},
        "temperature": 1.0 if temperature is None else temperature,
        "top_p": 1.0 if top_p is None else top_p,
        "top_logprobs": 0,
        "reasoning": {
            "effort": fields.optional_text(reasoning, "effort", "reasoning."),
            "summary": None,
        },
        "text": {"format": {"type": "text"}, "verbosity": "medium"},
        "truncation": "disabled",
        "store": False,
        "previous_response_id": None,
        "max_tool_calls": None,
        "service_tier": "default",
        "user": fields.optional_text(raw, "user"),
    }


def _shown(tool: Json) -> Json:
    return {"description": None, "parameters": None, "strict": True, **tool}


def _check_unsupported(raw: Json) -> None:
    if raw.get("previous_response_id") is not None:
        raise ClientError(
            "This server stores no responses. Send the whole conversation as 'input'.",
            code="previous_response_not_found",
            param="previous_response_id",
        )
    for name in ("conversation", "prompt"):
        if raw.get(name) is not None:
            raise invalid(name, f"This server stores nothing that '{name}' could refer to.")
    if fields.flag(raw, "background"):
        raise invalid("background", "This server answers at once. Leave 'background' out.")
    text = {} if raw.get("text") is None else fields.mapping(raw, "text")
    if text.get("format") is not None:
        kind = fields.text(fields.mapping(text, "format", "text."), "type", "text.format.")
        if kind != "text":
            raise not_one_of("text.format.type", kind, ["text"])
