"""Calls out of the events of a realtime reply, and what the server is answered."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicedesk.core.dialogue import ToolCall, ToolResult
from voicedesk.pipelines.realtime_tools import (
    CallCollector,
    follow_up,
    result_event,
    session_tools,
    unanswered,
)
from voicedesk.providers.stages import ToolSpec
from voicedesk.tools.arguments import LONGEST_ARGUMENTS
from voicedesk.tools.registry import MAX_ROUNDS, MOST_CALLS

Json = dict[str, Any]
ARGUMENTS = json.dumps({"expression": "12 + 30", "why": "because it was asked for"})


def item(number: int = 1, arguments: str = "", **more: object) -> Json:
    return {
        "id": f"item_{number}",
        "type": "function_call",
        "call_id": f"call_{number}",
        "name": f"tool_{number}",
        "arguments": arguments,
        **more,
    }


def wanted(number: int = 1, arguments: str = ARGUMENTS) -> ToolCall:
    return ToolCall(f"call_{number}", f"tool_{number}", arguments)


def in_pieces(text: str, pieces: int) -> list[str]:
    size = -(-len(text) // pieces)
    return [text[at : at + size] for at in range(0, len(text), size)]


def call_events(number: int = 1, arguments: str = ARGUMENTS, pieces: int = 4) -> list[Json]:
    at = {"item_id": f"item_{number}", "call_id": f"call_{number}"}
    kind = "response.function_call_arguments"
    return [
        {"type": "response.output_item.added", "item": item(number)},
        *({"type": f"{kind}.delta", "delta": d, **at} for d in in_pieces(arguments, pieces)),
        {"type": f"{kind}.done", "arguments": arguments, **at},
        {"type": "response.output_item.done", "item": item(number, arguments)},
    ]


def collected(
    events: Sequence[Json], output: object = (), status: str = "completed"
) -> list[ToolCall]:
    collector = CallCollector()
    for event in events:
        assert collector.take(event)
    return list(collector.finish({"status": status, "output": output}))


def without(event: Json, *names: str) -> Json:
    return {
        key: without(value, *names) if isinstance(value, dict) else value
        for key, value in event.items()
        if key not in names
    }


def test_a_call_as_the_official_server_sends_it() -> None:
    assert collected(call_events(), [item(1, ARGUMENTS)]) == [wanted()]


def test_arguments_in_forty_pieces() -> None:
    assert len(in_pieces(ARGUMENTS, 40)) > 25
    one_by_one = call_events(pieces=len(ARGUMENTS))
    assert collected(one_by_one, [item(1, ARGUMENTS)]) == [wanted()]
    only_pieces = [event for event in one_by_one if not event["type"].endswith("done")]
    assert collected(only_pieces) == [wanted()]


def test_two_calls_whose_pieces_are_mixed() -> None:
    first, second = call_events(1), call_events(2)
    mixed = [event for pair in zip(first, second, strict=True) for event in pair]
    both = [wanted(1), wanted(2)]
    assert collected(mixed) == both
    assert collected(mixed, [item(1, ARGUMENTS), item(2, ARGUMENTS)]) == both


def test_only_the_finished_response_is_enough() -> None:
    message = {"id": "item_0", "type": "message", "content": []}
    output = [message, item(1, ARGUMENTS), "nonsense", item(2, "{}")]
    assert collected([], output) == [wanted(1), wanted(2, "{}")]


def test_the_finished_response_has_the_last_word() -> None:
    assert collected(call_events(1, '{"half'), [item(1, ARGUMENTS)]) == [wanted()]


@pytest.mark.parametrize("missing", [("item_id", "id"), ("call_id",), ("item_id", "id", "call_id")])
def test_ids_that_are_left_out(missing: tuple[str, ...]) -> None:
    events = [without(e, *missing) for number in (1, 2) for e in call_events(number)]
    calls = collected(events)
    assert [(call.name, call.arguments) for call in calls] == [
        ("tool_1", ARGUMENTS),
        ("tool_2", ARGUMENTS),
    ]
    assert len({call.call_id for call in calls}) == 2
    assert all(call.call_id for call in calls)
    output = [without(item(number, ARGUMENTS), *missing) for number in (1, 2)]
    for pieces in (events, []):
        again = collected(pieces, output)
        assert [call.name for call in again] == ["tool_1", "tool_2"]
        assert [call.arguments for call in again] == [ARGUMENTS, ARGUMENTS]
        assert len({call.call_id for call in again}) == 2


def test_ids_that_are_null() -> None:
    events = [{**event, "item_id": None, "call_id": None} for event in call_events()]
    assert collected(events) == [wanted()]


def test_a_finished_response_that_leaves_the_arguments_to_the_pieces() -> None:
    assert collected(call_events(), [item(1, "")]) == [wanted()]
    assert collected(call_events(), [without(item(1), "arguments", "name")]) == [wanted()]


def test_arguments_given_as_an_object() -> None:
    (call,) = collected([], [item(1) | {"arguments": {"a": 1}}])
    assert json.loads(call.arguments) == {"a": 1}


@pytest.mark.parametrize("status", ["cancelled", "failed", "incomplete"])
def test_a_response_that_came_to_nothing_calls_nothing(status: str) -> None:
    assert collected(call_events(), [item(1, ARGUMENTS)], status) == []


def test_a_response_without_status_or_output() -> None:
    collector = CallCollector()
    for event in call_events():
        collector.take(event)
    assert collector.finish({}) == (wanted(),)


def test_other_events_are_not_its_own() -> None:
    collector = CallCollector()
    message = {"id": "item_1", "type": "message"}
    for event in (
        {"type": "response.output_item.added", "item": message},
        {"type": "response.output_item.added"},
        {"type": "response.output_audio.delta", "delta": "AAAA"},
    ):
        assert not collector.take(event)
    assert collector.finish({"output": [message]}) == ()


def test_a_call_without_a_name_is_no_call() -> None:
    assert collected([], [without(item(1, ARGUMENTS), "name")]) == []


def test_what_is_kept_has_bounds() -> None:
    many = [event for number in range(200) for event in call_events(number, "{}")]
    assert len(collected(many)) == MOST_CALLS + 1
    endless = call_events(1, "x" * (LONGEST_ARGUMENTS * 3), pieces=50)
    (call,) = collected(endless)
    assert len(call.arguments) == LONGEST_ARGUMENTS + 1


@given(
    st.lists(st.sampled_from([1, 2, 3]), unique=True, min_size=1), st.integers(1, 60), st.randoms()
)
def test_calls_come_out_whatever_the_order_of_their_pieces(
    numbers: list[int], pieces: int, random: Any
) -> None:
    streams = [call_events(number, pieces=pieces) for number in numbers]
    began = [stream.pop(0) for stream in streams]
    events = []
    while streams:
        stream = random.choice(streams)
        events.append(stream.pop(0))
        streams = [each for each in streams if each]
    assert collected([*began, *events]) == [wanted(number) for number in numbers]


# ---------------------------------------------------------------------------------- what is sent


def test_the_session_is_offered_the_tools() -> None:
    spec = ToolSpec("get_time", "The time.", {"type": "object", "properties": {}})
    assert session_tools([spec]) == {
        "tools": [
            {
                "type": "function",
                "name": "get_time",
                "description": "The time.",
                "parameters": {"type": "object", "properties": {}},
            }
        ],
        "tool_choice": "auto",
    }
    assert session_tools([]) == {"tools": [], "tool_choice": "none"}


def test_a_result_goes_into_the_conversation() -> None:
    assert result_event(ToolResult("call_1", "get_time", "noon")) == {
        "type": "conversation.item.create",
        "item": {"type": "function_call_output", "call_id": "call_1", "output": "noon"},
    }


def test_a_loop_of_calls_is_stopped_at_ten() -> None:
    for round_ in range(1, MAX_ROUNDS):
        assert "tool_choice" not in follow_up(3, round_)["response"]
    last = follow_up(3, MAX_ROUNDS)
    assert last == {
        "type": "response.create",
        "response": {"metadata": {"turn": "3", "round": "10"}, "tool_choice": "none"},
    }


def test_calls_that_were_interrupted_are_answered() -> None:
    calls = [wanted(1), wanted(2)]
    (left,) = unanswered(calls, [ToolResult("call_1", "tool_1", "done")])
    assert (left.call_id, left.name, left.failed) == ("call_2", "tool_2", True)
    assert "interrupted" in json.loads(left.output)["error"]
    assert [result.call_id for result in unanswered(calls, [])] == ["call_1", "call_2"]
