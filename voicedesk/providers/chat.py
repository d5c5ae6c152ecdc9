"""Chat Completions, streamed: the one way to ask a model that every server knows."""

from __future__ import annotations

import re
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
    sound_arguments,
    stopped,
    told_messages,
)
from voicedesk.providers.failures import STOPPED, as_mapping
from voicedesk.providers.http import Link
from voicedesk.providers.profiles import Address
from voicedesk.providers.sse import SseEvent
from voicedesk.providers.stages import Question, ThoughtEnded, ToolSpec
from voicedesk.providers.streamed import AnswerReader, StreamedThinker

LINGER_S = 2.0
"""How long a server that has said why its answer ended is waited for to end the stream."""

_NO_TOOLS = re.compile(
    r"support\w* (function |any )?tool|tools?\b.{0,60} not support", re.IGNORECASE
)


class ChatThinker(StreamedThinker):
    """A model behind ``/chat/completions``."""

    def _gives_way(self, refusal: str, body: Mapping[str, Any]) -> bool:
        if "reasoning_effort" in refusal and "tool" in refusal and self._effort != "none":
            self._effort = "none"  # newer models take tools here only without reasoning
            return True
        refused = {
            "reasoning_effort": "reasoning_effort" in refusal,
            "stream_options": "stream_options" in refusal,
            "tools": _NO_TOOLS.search(refusal) is not None,
        }
        field = next((name for name, found in refused.items() if found and name in body), None)
        if field is not None:
            self._unknown.add(field)
        return field is not None

    def _whole_body(self, question: Question) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": self.model,
            "messages": chat_messages(question.instructions, question.messages),
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        if question.tools:
            body["tools"] = [_tool(spec) for spec in question.tools]
        if self._effort:
            body["reasoning_effort"] = self._effort
        return body

    def _opened(
        self, body: Mapping[str, Any]
    ) -> Callable[[Link], AbstractAsyncContextManager[Any]]:
        # As arguments they would be gone through one by one, which holds up the loop for 30 ms when they are many.
        return lambda link: link.client.chat.completions.with_streaming_response.create(
            model=self.model, messages=[], stream=True, extra_body=body
        )

    def _reader(self, address: Address, question: Question) -> AnswerReader:
        return _Reader(address, self.model, may_be_empty=empty_is_fine(question.messages))


class _Reader(AnswerReader):
    """Takes the chunks of one completion."""

    def __init__(self, address: Address, model: str, *, may_be_empty: bool) -> None:
        super().__init__(address, model)
        self._may_be_empty = may_be_empty
        self._calls = CallCollector()
        self._finish = ""

    @property
    def patience_s(self) -> float | None:
        # Of an answer that has ended only the count of what it took is missing.
        return LINGER_S if self._finish else None

    def take(self, event: SseEvent) -> str:
        if event.data.strip() == "[DONE]":
            self.done = True
            return ""
        data = event.json()
        if not isinstance(data, Mapping):
            self._garbage += 1
            return ""
        if data.get("error") or event.event == "error":
            raise self._failure(data)
        self._usage = counted(data.get("usage")) or self._usage
        choices = data.get("choices")
        choice = as_mapping(choices[0]) if isinstance(choices, list) and choices else {}
        if isinstance(choice.get("finish_reason"), str):
            self._finish = choice["finish_reason"]
        # A body that is no stream holds the whole message where a stream holds what is new.
        new = as_mapping(choice.get("delta")) or as_mapping(choice.get("message"))
        self._take_calls(new.get("tool_calls"))
        self.done = event.event == WHOLE
        return self._add(_words(new.get("content")) or _words(new.get("refusal")))

    def _take_calls(self, pieces: Any) -> None:
        for piece in pieces if isinstance(pieces, list) else ():
            call = as_mapping(piece)
            function = as_mapping(call.get("function"))
            self._calls.add(
                call.get("index"), call.get("id"), function.get("name"), function.get("arguments")
            )

    def ended(self) -> ThoughtEnded:
        calls = self._calls.calls()
        something = bool(calls or self.text.characters)
        if self._finish in STOPPED or self._finish == "error":
            raise stopped(self._finish, self._address)
        if not self.done and not self._finish and something:
            raise broken_off(self._address)
        if not something and (self._garbage or not (self._may_be_empty and self._finish)):
            raise self._nothing()
        return ThoughtEnded(calls, self._usage)


def _words(content: Any) -> str:
    """The words of a message's content: a string, or a list of parts of which some are reasoning."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    parts = (as_mapping(part) for part in content)
    texts = (part.get("text") for part in parts if str(part.get("type")) in {"text", "output_text"})
    return "".join(text for text in texts if isinstance(text, str))


def _tool(spec: ToolSpec) -> dict[str, Any]:
    function = {
        "name": spec.name,
        "description": spec.description,
        "parameters": dict(spec.parameters),
    }
    return {"type": "function", "function": function}


def chat_messages(instructions: str, messages: Sequence[Message]) -> list[dict[str, Any]]:
    """The conversation as Chat Completions takes it.

    What the user said in several turns without an answer is one message, and so are answers with nothing left between
    them: many models' templates demand that the two take turns.
    """
    told: list[dict[str, Any]] = []
    if instructions.strip():
        told.append({"role": "system", "content": instructions})
    open_round: tuple[int, int] | None = None
    for message in told_messages(messages):
        last = told[-1] if told else {}
        if message.role is Role.USER:
            if last.get("role") == "user":
                last["content"] += "\n" + message.text
            else:
                told.append({"role": "user", "content": message.text})
        elif message.result is not None:
            result = message.result
            told.append({"role": "tool", "tool_call_id": result.call_id, "content": result.output})
        elif message.call is not None:
            call = {"name": message.call.name, "arguments": sound_arguments(message.call.arguments)}
            if last.get("role") != "assistant" or open_round != (message.turn, message.round):
                told.append({"role": "assistant", "content": None})
            told[-1].setdefault("tool_calls", []).append(
                {"id": message.call.call_id, "type": "function", "function": call}
            )
        elif last.get("role") == "assistant" and "tool_calls" not in last:
            last["content"] += "\n" + message.text
        else:
            told.append({"role": "assistant", "content": message.text})
        open_round = (message.turn, message.round)
    return told
