"""Calls side by side: results in order, failures told, questions asked first, everything cancellable."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest

from tests.conftest import ExpectLog
from voicedesk.core.dialogue import ToolCall, ToolResult
from voicedesk.providers.stages import ToolSpec
from voicedesk.tools import registry as registry_module
from voicedesk.tools.registry import LARGEST_RESULT, MOST_CALLS, SIDE_BY_SIDE, Registry, bounded
from voicedesk.tools.tool import Confirmation, Tool, ToolError

Run = Callable[[Mapping[str, Any]], Awaitable[str]]
PARAMETERS = {"type": "object", "properties": {"text": {"type": "string"}}}


def tool(name: str, run: Run, *, timeout_s: float = 10.0, asks: str | None = None) -> Tool:
    spec = ToolSpec(name, f"The tool {name}.", PARAMETERS)
    confirm = None if asks is None else lambda arguments: Confirmation(asks, arguments["text"])
    return Tool(spec, run, confirm, timeout_s)


def call(name: str, call_id: str = "", **arguments: object) -> ToolCall:
    return ToolCall(call_id or f"call-{name}", name, json.dumps(arguments))


async def echo(arguments: Mapping[str, Any]) -> str:
    return str(arguments.get("text", ""))


async def for_ever(_arguments: Mapping[str, Any]) -> str:
    await asyncio.Event().wait()
    raise AssertionError("unreachable")


def error_of(result: ToolResult) -> str:
    assert result.failed
    return str(json.loads(result.output)["error"])


async def test_two_calls_run_side_by_side_and_answer_in_order() -> None:
    second_is_through = asyncio.Event()

    async def first(_arguments: Mapping[str, Any]) -> str:
        await second_is_through.wait()  # could never be, one after the other
        return "one"

    async def second(_arguments: Mapping[str, Any]) -> str:
        second_is_through.set()
        return "two"

    told: list[str] = []
    tools = Registry([tool("first", first), tool("second", second)])
    results = await tools.run_all(
        [call("first"), call("second")], lambda result: told.append(result.output)
    )
    assert [result.output for result in results] == ["one", "two"]
    assert told == ["two", "one"]
    assert [result.call_id for result in results] == ["call-first", "call-second"]
    assert not any(result.failed for result in results)


async def test_no_calls_are_no_results() -> None:
    assert await Registry([]).run_all([]) == []


async def test_a_failure_is_told_and_the_others_go_on(expected_log: ExpectLog) -> None:
    async def refuses(_arguments: Mapping[str, Any]) -> str:
        raise ToolError("The tea is out")

    async def breaks(_arguments: Mapping[str, Any]) -> str:
        raise KeyError("/a/private/path")

    expected_log("the tool breaks failed")
    tools = Registry([tool("echo", echo), tool("refuses", refuses), tool("breaks", breaks)])
    results = await tools.run_all(
        [call("refuses"), call("breaks"), call("echo", text="still here")]
    )
    assert error_of(results[0]) == "The tea is out"
    assert "private" not in error_of(results[1])
    assert results[2] == ToolResult("call-echo", "echo", "still here")


async def test_a_slow_tool_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = asyncio.Event()

    async def slow(_arguments: Mapping[str, Any]) -> str:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        return ""

    tools = Registry([tool("slow", slow, timeout_s=0.01), tool("echo", echo)])
    slow_one, quick = await tools.run_all([call("slow"), call("echo", text="quick")])
    assert "longer than 0.01 seconds" in error_of(slow_one)
    assert quick.output == "quick"
    assert ended.is_set()


async def test_a_time_limit_of_the_tools_own_is_not_taken_for_ours() -> None:
    async def impatient(_arguments: Mapping[str, Any]) -> str:
        raise TimeoutError

    (result,) = await Registry([tool("impatient", impatient)]).run_all([call("impatient")])
    assert "waited too long" in error_of(result)


async def test_one_call_can_be_cancelled_alone() -> None:
    started = asyncio.Event()

    async def waits(arguments: Mapping[str, Any]) -> str:
        started.set()
        return await for_ever(arguments)

    tools = Registry([tool("waits", waits), tool("echo", echo)])
    running = asyncio.ensure_future(tools.run_all([call("waits"), call("echo", text="here")]))
    await started.wait()
    assert tools.cancel("call-waits")
    stopped, other = await running
    assert "stopped" in error_of(stopped)
    assert other.output == "here"
    assert not tools.cancel("call-waits")


async def test_cancelling_the_round_cancels_every_call() -> None:
    started, ended = 0, 0
    all_started = asyncio.Event()

    async def waits(arguments: Mapping[str, Any]) -> str:
        nonlocal started, ended
        started += 1
        if started == 3:
            all_started.set()
        try:
            return await for_ever(arguments)
        finally:
            ended += 1

    told: list[ToolResult] = []
    tools = Registry([tool("waits", waits)])
    calls = [call("waits", f"id-{number}") for number in range(3)]
    running = asyncio.ensure_future(tools.run_all(calls, told.append))
    await all_started.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert ended == 3
    assert told == []


@pytest.mark.parametrize(
    ("wanted", "complaint"),
    [
        (ToolCall("1", "fly", "{}"), "no tool 'fly'.*echo"),
        (ToolCall("1", "echo", "{"), "not valid JSON"),
        (ToolCall("1", "echo", '{"text": []}'), "must be text"),
    ],
)
async def test_a_call_that_makes_no_sense_is_told(wanted: ToolCall, complaint: str) -> None:
    (result,) = await Registry([tool("echo", echo)]).run_all([wanted])
    with pytest.raises(ToolError, match=complaint):
        raise ToolError(error_of(result))


async def test_forty_calls_run_a_few_at_a_time_and_the_surplus_is_refused() -> None:
    running, most = 0, 0

    async def counts(_arguments: Mapping[str, Any]) -> str:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        return "done"

    calls = [call("counts", f"id-{number}") for number in range(40)]
    results = await Registry([tool("counts", counts)]).run_all(calls)
    assert [result.call_id for result in results] == [each.call_id for each in calls]
    assert [result.failed for result in results] == [False] * MOST_CALLS + [True] * 8
    assert most == SIDE_BY_SIDE


async def test_a_large_result_is_cut_between_two_letters() -> None:
    async def large(_arguments: Mapping[str, Any]) -> str:
        return "é" * LARGEST_RESULT

    (result,) = await Registry([tool("large", large)]).run_all([call("large")])
    assert len(result.output.encode()) <= LARGEST_RESULT
    assert result.output.startswith("éé")
    assert "cut" in result.output
    assert bounded("é" * (LARGEST_RESULT // 2)) == "é" * (LARGEST_RESULT // 2)


async def test_what_is_switched_off_is_neither_offered_nor_run() -> None:
    tools = Registry([tool("echo", echo), tool("wait", for_ever)])
    fewer = tools.without(["wait", "unknown"])
    assert [spec.name for spec in tools.specs] == ["echo", "wait"]
    assert [spec.name for spec in fewer.specs] == ["echo"]
    assert fewer.names == ("echo", "wait")
    (result,) = await fewer.run_all([call("wait")])
    assert "switched off" in error_of(result)


def test_two_tools_cannot_have_one_name() -> None:
    with pytest.raises(ValueError, match="echo"):
        Registry([tool("echo", echo), tool("echo", echo)])


# -------------------------------------------------------------------------------------- questions


async def test_the_user_is_asked_before_the_tool_runs() -> None:
    order: list[str] = []

    async def confirm(question: str, detail: str) -> bool:
        order.append(f"{question} {detail}")
        return True

    async def acts(arguments: Mapping[str, Any]) -> str:
        order.append("acted")
        return await echo(arguments)

    tools = Registry([tool("acts", acts, asks="Do it?")], confirm=confirm)
    (result,) = await tools.run_all([call("acts", text="now")])
    assert order == ["Do it? now", "acted"]
    assert result.output == "now"


async def test_a_no_is_a_result() -> None:
    async def confirm(_question: str, _detail: str) -> bool:
        return False

    tools = Registry([tool("acts", for_ever, asks="Do it?")], confirm=confirm)
    (result,) = await tools.run_all([call("acts", text="now")])
    assert "did not allow" in error_of(result)
    assert json.loads(result.output)["declined"] is True


async def test_no_answer_is_a_no(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry_module, "CONFIRM_TIMEOUT_S", 0.01)
    withdrawn = False

    async def confirm(_question: str, _detail: str) -> bool:
        nonlocal withdrawn
        try:
            await asyncio.Event().wait()
        finally:
            withdrawn = True
        return True

    tools = Registry([tool("acts", for_ever, asks="Do it?")], confirm=confirm)
    (result,) = await tools.run_all([call("acts", text="now")])
    assert "did not answer" in error_of(result)
    assert withdrawn


async def test_the_time_of_the_question_is_not_the_tools() -> None:
    asked = asyncio.Event()
    answer = asyncio.Event()

    async def confirm(_question: str, _detail: str) -> bool:
        asked.set()
        return await answer.wait()

    tools = Registry([tool("acts", echo, asks="Do it?", timeout_s=0.01)], confirm=confirm)
    running = asyncio.ensure_future(tools.run_all([call("acts", text="now")]))
    await asked.wait()
    await asyncio.sleep(0.03)
    answer.set()
    (result,) = await running
    assert result.output == "now"


async def test_one_question_at_a_time() -> None:
    open_questions, most = 0, 0

    async def confirm(_question: str, _detail: str) -> bool:
        nonlocal open_questions, most
        open_questions += 1
        most = max(most, open_questions)
        await asyncio.sleep(0)
        open_questions -= 1
        return True

    tools = Registry([tool("acts", echo, asks="Do it?")], confirm=confirm)
    fewer = tools.without([])
    calls = [call("acts", f"id-{number}", text=str(number)) for number in range(3)]
    results = await asyncio.gather(tools.run_all(calls), fewer.run_all(calls))
    assert [[each.output for each in some] for some in results] == [["0", "1", "2"]] * 2
    assert most == 1


async def test_a_question_ends_with_the_turn() -> None:
    asked = asyncio.Event()
    withdrawn = asyncio.Event()

    async def confirm(_question: str, _detail: str) -> bool:
        asked.set()
        try:
            await asyncio.Event().wait()
        finally:
            withdrawn.set()
        return True

    tools = Registry([tool("acts", echo, asks="Do it?")], confirm=confirm)
    running = asyncio.ensure_future(tools.run_all([call("acts", text="now")]))
    await asked.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert withdrawn.is_set()


async def test_where_nobody_can_be_asked_the_tool_is_not_offered() -> None:
    tools = Registry([tool("acts", echo, asks="Do it?"), tool("echo", echo)])
    assert [spec.name for spec in tools.specs] == ["echo"]
    (result,) = await tools.run_all([call("acts", text="now")])
    assert result.failed
