"""Responses, streamed: how OpenAI's own models are asked, which take tools and reasoning together only here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from voicedesk.core.counts import counted
from voicedesk.core.dialogue import Message, Role
from voicedesk.providers.answers import (
    WHOLE,
    CallCollector,
    broken_off,
    empty_is_fine,
    nothing_said,
    sound_arguments,
    stopped,
    told_messages,
)
from voicedesk.providers.failures import as_mapping
from voicedesk.providers.http import Link
from voicedesk.providers.profiles import Address
from voicedesk.providers.sse import SseEvent
from voicedesk.providers.stages import Question, ThoughtEnded, ToolSpec
from voicedesk.providers.streamed import AnswerReader, StreamedThinker

_ENDS = {"response.completed", "response.incomplete", "response.failed", "response.cancelled"}
_WORDS = {"response.output_text.delta", "response.refusal.delta"}


class ResponsesThinker(StreamedThinker):
    """A model behind ``/responses``. The server keeps nothing: each request holds the whole conversation."""

    def _gives_way(self, refusal: str, body: Mapping[str, Any]) -> bool:
        # Models without reasoning refuse its effort, smaller servers the rest.
        fields = [f for f in ("reasoning", "store") if f in refusal and f in body]
        self._unknown.update(fields[:1])
        return bool(fields)

    def _whole_body(self, question: Question) -> dict[str, Any]:
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
        return body

    def _opened(
        self, body: Mapping[str, Any]
    ) -> Callable[[Link], AbstractAsyncContextManager[Any]]:
        # As arguments they would be gone through one by one, which holds up the loop for 30 ms when they are many.
        return lambda link: link.client.responses.with_streaming_response.create(
            model=self.model, input=[], stream=True, extra_body=body
        )

    def _reader(self, address: Address, question: Question) -> AnswerReader:
        return _Reader(address, self.model, may_be_empty=empty_is_fine(question.messages))


class _Reader(AnswerReader):
    """Takes the events of one response, the last of which holds all of it."""

    def __init__(self, address: Address, model: str, *, may_be_empty: bool) -> None:
        super().__init__(address, model)
        self._response: Mapping[str, Any] | None = None
        self._may_be_empty = may_be_empty
        self._calls = CallCollector()
        self._indices: dict[str, int] = {}
        self._item = ""

    def take(self, event: SseEvent) -> str:
        data = event.json()
        if not isinstance(data, Mapping):
            self._garbage += event.data.strip() != "[DONE]"
            return ""
        kind = str(data.get("type") or event.event)
        if kind == "error" or (kind not in _ENDS and data.get("error")):
            raise self._failure(data)
        if event.event == WHOLE or data.get("object") == "response":
            self._end_with(data)
        elif kind in _ENDS:
            self._end_with(as_mapping(data.get("response")))
        elif kind in _WORDS:
            return self._words(data)
        elif "function_call_arguments" in kind or "output_item" in kind:
            self._take_call(kind, data)
        return ""

    def _end_with(self, response: Mapping[str, Any]) -> None:
        self._response = response
        self.done = True

    def _words(self, data: Mapping[str, Any]) -> str:
        delta = data.get("delta")
        item = str(data.get("item_id") or "")
        text = delta if isinstance(delta, str) else ""
        if item != self._item and self.text.characters and text and not text[0].isspace():
            text = " " + text  # words of another message of the same answer
        self._item = item
        return self._add(text)

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
        text = self.text.end()
        if not self.text.characters and self._response is not None:
            text = self._add(_output_words(self._response)) + self.text.end()
        return text

    def ended(self) -> ThoughtEnded:
        something = bool(self._calls or self.text.characters)
        if self._response is None:
            raise broken_off(self._address) if something else self._nothing()
        self._judge(self._response)
        calls = self._calls.calls() or _output_calls(self._response)
        if not calls and not self.text.characters and not self._may_be_empty:
            raise nothing_said(self._address)
        return ThoughtEnded(calls, counted(self._response.get("usage")))

    def _judge(self, response: Mapping[str, Any]) -> None:
        status = response.get("status")
        if status == "failed":
            raise self._failure({"error": response.get("error") or {}})
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
