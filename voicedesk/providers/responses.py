"""Responses, streamed: how OpenAI's own models are asked, which take tools and reasoning together only here."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, aclosing
from typing import Any

from voicedesk.core.dialogue import Message, Role
from voicedesk.core.errors import ProtocolError, ServerError
from voicedesk.providers.answers import (
    MOST_CHARACTERS,
    WHOLE,
    AnswerText,
    CallCollector,
    body_events,
    broken_off,
    drain,
    empty_is_fine,
    nothing_said,
    sound_arguments,
    stopped,
    told_messages,
    too_long,
    warm_quietly,
)
from voicedesk.providers.failures import as_mapping, error_message, message_failure, refusal_text
from voicedesk.providers.http import HttpServer, Link
from voicedesk.providers.profiles import Address
from voicedesk.providers.sse import SseEvent
from voicedesk.providers.stages import Question, TextPiece, Thought, ThoughtEnded, ToolSpec

log = logging.getLogger(__name__)

_ENDS = {"response.completed", "response.incomplete", "response.failed", "response.cancelled"}
_WORDS = {"response.output_text.delta", "response.refusal.delta"}


class ResponsesThinker:
    """A model behind ``/responses``. The server keeps nothing: each request holds the whole conversation."""

    def __init__(self, server: HttpServer, model: str, *, effort: str = "") -> None:
        """Nothing is opened yet.

        Args:
            server: Where it is.
            model: Its id.
            effort: How much it reasons; empty for the server's own choice.
        """
        self.model = model
        self._server = server
        self._effort = effort
        self._unknown: set[str] = set()

    async def warm(self) -> None:
        """Open a connection ahead of the request."""
        await warm_quietly(self._server)

    async def close(self) -> None:
        """End every connection."""
        await self._server.close()

    async def think(self, question: Question) -> AsyncGenerator[Thought, None]:
        """The answer, as it is made.

        Raises:
            ServerError: It failed; what came before stays valid.
        """
        while True:
            begun = False
            try:
                async with aclosing(self._answer(question)) as thoughts:
                    async for thought in thoughts:
                        begun = True
                        yield thought
                return
            except ServerError as error:
                refusal = refusal_text(error)
                body = self._body(question)
                # Models without reasoning refuse its effort, smaller servers the rest.
                fields = [f for f in ("reasoning", "store") if f in refusal and f in body]
                if begun or not fields:
                    raise
                log.info("%s refused: %s; asking again without", self.model, error.detail)
                self._unknown.add(fields[0])

    def _body(self, question: Question) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": self.model,
            "input": input_items(question.messages),
            "stream": True,
            "store": False,
        }
        if question.instructions.strip():
            body["instructions"] = question.instructions
        if question.tools:
            body["tools"] = [_tool(spec) for spec in question.tools]
        if self._effort:
            body["reasoning"] = {"effort": self._effort}
        return {field: value for field, value in body.items() if field not in self._unknown}

    async def _answer(self, question: Question) -> AsyncGenerator[Thought, None]:
        body = self._body(question)

        def opened(link: Link) -> AbstractAsyncContextManager[Any]:
            # As arguments they would be gone through one by one, which holds up the loop for 30 ms when they are many.
            return link.client.responses.with_streaming_response.create(
                model=self.model, input=[], stream=True, extra_body=body
            )

        address = (await self._server.link()).address
        async with self._server.exchange(opened, model=self.model) as response:
            reader = _Reader(address, self.model, may_be_empty=empty_is_fine(question.messages))
            async with aclosing(body_events(response, response.iter_bytes(), address)) as events:
                async for event in events:
                    if text := reader.take(event):
                        yield TextPiece(text)
                    if reader.response is not None:
                        break
                if text := reader.end():
                    yield TextPiece(text)
                yield reader.ended()
                await drain(events)


class _Reader:
    """Takes the events of one answer.

    Attributes:
        response: The finished response, once it is there.
    """

    def __init__(self, address: Address, model: str, *, may_be_empty: bool) -> None:
        self.response: Mapping[str, Any] | None = None
        self._text = AnswerText()
        self._address = address
        self._model = model
        self._may_be_empty = may_be_empty
        self._calls = CallCollector()
        self._indices: dict[str, int] = {}
        self._item = ""
        self._garbage = 0

    def take(self, event: SseEvent) -> str:
        """The words of an event, empty when it has none.

        Raises:
            ServerError: The server says that it failed, or does not end.
        """
        data = event.json()
        if not isinstance(data, Mapping):
            self._garbage += event.data.strip() != "[DONE]"
            return ""
        kind = str(data.get("type") or event.event)
        if kind == "error" or (kind not in _ENDS and data.get("error")):
            message, code = error_message(data)
            raise message_failure(message, code, self._address, model=self._model)
        if event.event == WHOLE or data.get("object") == "response":
            self.response = data
        elif kind in _ENDS:
            self.response = as_mapping(data.get("response"))
        elif kind in _WORDS:
            return self._words(data)
        elif "function_call_arguments" in kind or "output_item" in kind:
            self._take_call(kind, data)
        return ""

    def _words(self, data: Mapping[str, Any]) -> str:
        delta = data.get("delta")
        item = str(data.get("item_id") or "")
        text = delta if isinstance(delta, str) else ""
        if item != self._item and self._text.characters and text and not text[0].isspace():
            text = " " + text  # words of another message of the same answer
        self._item = item
        text = self._text.add(text)
        if self._text.characters > MOST_CHARACTERS:
            raise too_long(self._address)
        return text

    def _take_call(self, kind: str, data: Mapping[str, Any]) -> None:
        item = as_mapping(data.get("item"))
        if item and item.get("type") != "function_call":
            return
        name = str(data.get("item_id") or item.get("id") or data.get("output_index"))
        index = self._indices.setdefault(name, len(self._indices))
        if kind.endswith("item.added"):
            self._calls.add(index, item.get("call_id"), item.get("name"), None)
        elif kind.endswith("arguments.delta"):
            self._calls.add(index, None, None, data.get("delta"))
        elif kind.endswith("arguments.done"):
            self._calls.complete(index, None, None, data.get("arguments"))
        elif kind.endswith("item.done"):
            self._calls.complete(
                index, item.get("call_id"), item.get("name"), item.get("arguments")
            )

    def end(self) -> str:
        """Words that are left: all of them when the answer did not come as a stream."""
        text = self._text.end()
        if not self._text.characters and self.response is not None:
            text = self._text.add(_output_words(self.response)) + self._text.end()
        return text

    def ended(self) -> ThoughtEnded:
        """What the answer comes to.

        Raises:
            ServerError: It was none, or not all of one.
        """
        something = bool(self._calls or self._text.characters)
        if self.response is None:
            if self._garbage and not something:
                reason = "its answer is damaged"
                raise ProtocolError("no event made sense", server=self._address.name, reason=reason)
            raise broken_off(self._address) if something else nothing_said(self._address)
        self._judge(self.response)
        calls = self._calls.calls() or _output_calls(self.response)
        if not calls and not self._text.characters and not self._may_be_empty:
            raise nothing_said(self._address)
        usage = self.response.get("usage")
        return ThoughtEnded(calls, usage if isinstance(usage, Mapping) else None)

    def _judge(self, response: Mapping[str, Any]) -> None:
        status = response.get("status")
        if status == "failed":
            message, code = error_message({"error": response.get("error") or {}})
            raise message_failure(message, code, self._address, model=self._model)
        if str(status) in {"incomplete", "cancelled"}:
            details = as_mapping(response.get("incomplete_details"))
            raise stopped(str(details.get("reason") or status), self._address)


def _output(response: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    output = response.get("output")
    return [as_mapping(item) for item in output] if isinstance(output, list) else []


def _output_words(response: Mapping[str, Any]) -> str:
    words = []
    for item in _output(response):
        content = item.get("content")
        if item.get("type") == "message" and isinstance(content, list):
            parts = (as_mapping(part) for part in content)
            words.append("".join(str(p.get("text") or p.get("refusal") or "") for p in parts))
    return " ".join(words)


def _output_calls(response: Mapping[str, Any]) -> tuple[Any, ...]:
    collector = CallCollector()
    for index, item in enumerate(_output(response)):
        if item.get("type") == "function_call":
            collector.add(index, item.get("call_id"), item.get("name"), item.get("arguments"))
    return collector.calls()


def _tool(spec: ToolSpec) -> dict[str, Any]:
    return {
        "type": "function",
        "name": spec.name,
        "description": spec.description,
        "parameters": dict(spec.parameters),
        "strict": False,
    }


def input_items(messages: Sequence[Message]) -> list[dict[str, Any]]:
    """The conversation as Responses takes it: messages, calls and their results as items in a row."""
    items: list[dict[str, Any]] = []
    for message in told_messages(messages):
        if message.call is not None:
            items.append(
                {
                    "type": "function_call",
                    "call_id": message.call.call_id,
                    "name": message.call.name,
                    "arguments": sound_arguments(message.call.arguments),
                }
            )
        elif message.result is not None:
            items.append(
                {
                    "type": "function_call_output",
                    "call_id": message.result.call_id,
                    "output": message.result.output,
                }
            )
        else:
            role = "user" if message.role is Role.USER else "assistant"
            items.append({"role": role, "content": message.text})
    return items
