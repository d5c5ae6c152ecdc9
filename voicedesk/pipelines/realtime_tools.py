"""Function tools in a realtime session: what the session is told, what a reply calls, and what the server is answered.

A realtime server ends the response in which it calls. Then every call is run, every result goes into the conversation
as an item of its own, and one further response is asked for: a round. Rounds are counted, so that a model that calls
for ever is asked to answer without.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from voicedesk.core.dialogue import Message, Role, ToolCall, ToolResult
from voicedesk.core.names import name_of
from voicedesk.pipelines.realtime_items import history_item
from voicedesk.providers.realtime import ServerEvent
from voicedesk.providers.stages import ToolSpec
from voicedesk.tools.arguments import LONGEST_ARGUMENTS
from voicedesk.tools.registry import MAX_ROUNDS, MOST_CALLS

_ARGUMENTS = "response.function_call_arguments"
_made_up = itertools.count(1)


def session_tools(specs: Iterable[ToolSpec]) -> dict[str, Any]:
    """The fields of a session (of a ``session.update``) that offer tools. Without any the session has none."""
    tools = [
        {
            "type": "function",
            "name": spec.name,
            "description": spec.description,
            "parameters": dict(spec.parameters),
        }
        for spec in specs
    ]
    return {"tools": tools, "tool_choice": "auto" if tools else "none"}


def result_event(result: ToolResult) -> dict[str, Any]:
    """The event that puts a result into the server's conversation."""
    item = history_item(Message(0, Role.TOOL_RESULT, result=result))
    return {"type": "conversation.item.create", "item": item}


def follow_up(turn: int, round_: int) -> dict[str, Any]:
    """The event that asks for the response after a round of tools.

    Args:
        turn: Whose it is.
        round_: Number of the response in the turn; the first one, which the question asks for, is 0. From
            ``MAX_ROUNDS`` on nothing may be called.
    """
    response: dict[str, Any] = {"metadata": {"turn": str(turn), "round": str(round_)}}
    if round_ >= MAX_ROUNDS:
        response["tool_choice"] = "none"
    return {"type": "response.create", "response": response}


def unanswered(
    calls: Sequence[ToolCall],
    results: Iterable[ToolResult],
    why: str = "The user interrupted before this was done",
) -> list[ToolResult]:
    """Results for the calls that were left without one, so that the server's conversation stays whole."""
    done = {result.call_id for result in results}
    output = json.dumps({"error": why})
    return [
        ToolResult(call.call_id, call.name, output, failed=True)
        for call in calls
        if call.call_id not in done
    ]


@dataclass(slots=True)
class _Call:
    """A call as far as it is known."""

    name: str = ""
    call_id: str = ""
    arguments: str = ""

    def fill(self, told: Mapping[str, Any]) -> None:
        """What an event says replaces what is known; what it leaves out or empty stays."""
        self.name = name_of(told.get("name")) or self.name
        self.call_id = name_of(told.get("call_id")) or self.call_id
        arguments = told.get("arguments")
        if isinstance(arguments, Mapping):
            arguments = json.dumps(arguments)  # some servers give the object itself
        self.arguments = _bounded(_text(arguments)) or self.arguments


class CallCollector:
    """Collects the calls of one response, whichever of its events a server sends.

    The finished response has the last word. A server that leaves the calls out of it, or their ids anywhere, is
    understood all the same from the pieces that came before.
    """

    def __init__(self) -> None:
        self._calls: dict[str, _Call] = {}  # by item, in order
        self._latest = ""

    def take(self, event: ServerEvent) -> bool:
        """Handle an event of the response. Returns whether it was about a call."""
        kind = event["type"]
        if kind in ("response.output_item.added", "response.output_item.done"):
            item = event.get("item")
            if not isinstance(item, Mapping) or item.get("type") != "function_call":
                return False
            self._find(item, item.get("id"), new=kind.endswith("added")).fill(item)
            return True
        if kind not in (f"{_ARGUMENTS}.delta", f"{_ARGUMENTS}.done"):
            return False
        call = self._find(event, event.get("item_id"))
        call.arguments = _bounded(call.arguments + _text(event.get("delta")))
        call.fill(event)
        return True

    def finish(self, response: Mapping[str, Any]) -> tuple[ToolCall, ...]:
        """The calls of a response that is done, in order; none of one that was cancelled or failed.

        Args:
            response: As ``response.done`` gives it.
        """
        if response.get("status", "completed") != "completed":
            return ()
        output = response.get("output")
        items = [
            item
            for item in (output if isinstance(output, list) else ())
            if isinstance(item, Mapping) and item.get("type") == "function_call"
        ]
        calls = self._completed(items) if items else list(self._calls.values())
        return tuple(
            ToolCall(call.call_id or f"vd_call_{next(_made_up)}", call.name, call.arguments)
            for call in calls[: MOST_CALLS + 1]
            if call.name
        )

    def _completed(self, items: Sequence[Mapping[str, Any]]) -> list[_Call]:
        """The calls that a finished response lists, each with what only the pieces said."""
        pieces = list(self._calls.values())
        calls = []
        for place, item in enumerate(items):
            key = self._key(item, item.get("id"))
            same_place = pieces[place] if len(pieces) == len(items) else _Call()
            call = replace(self._calls.get(key, same_place))
            call.fill(item)
            calls.append(call)
        return calls

    def _find(self, told: Mapping[str, Any], item_id: object, *, new: bool = False) -> _Call:
        """The call that an event is about: by its item, by its call id, or else the latest."""
        key = self._key(told, item_id)
        if not key:
            key = f"item-{len(self._calls) + 1}" if new or not self._latest else self._latest
        if key not in self._calls and len(self._calls) > MOST_CALLS:
            return _Call()  # too many: not kept
        self._latest = key
        return self._calls.setdefault(key, _Call())

    def _key(self, told: Mapping[str, Any], item_id: object) -> str:
        item, call_id = name_of(item_id), name_of(told.get("call_id"))
        if item in self._calls or not call_id:
            return item
        same = (key for key, call in self._calls.items() if call.call_id == call_id)
        return next(same, item or call_id)


def _bounded(arguments: str) -> str:
    """One character too many stays, so that what is refused for its length is not taken for broken JSON."""
    return arguments[: LONGEST_ARGUMENTS + 1]


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
