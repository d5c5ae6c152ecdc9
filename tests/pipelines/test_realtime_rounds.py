"""Rounds of tools in the realtime pipeline: called, run side by side, answered, interrupted, lost, and stopped."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from tests.support.realtime_server import ScriptedServer, Session, Step, begin, done, say
from voicedesk.core.dialogue import ToolCall
from voicedesk.core.errors import ConnectionLostError
from voicedesk.core.events import AudioDelta, Event, ReplyEnded, TextDelta, ToolAnswered, ToolCalled
from voicedesk.core.settings import Realtime
from voicedesk.pipelines.realtime import RealtimePipeline
from voicedesk.providers.profiles import Address, Quirks
from voicedesk.providers.stages import ToolSpec
from voicedesk.tools.registry import MAX_ROUNDS, Registry
from voicedesk.tools.tool import Arguments, Tool, ToolError

TONE = b"\x10\x27\xf0\xd8" * 1200  # 100 ms
SCHEMA = {"type": "object", "properties": {"n": {"type": "number"}}, "additionalProperties": False}


class Room:
    """A pipeline with three tools on a scripted server."""

    def __init__(self, server: ScriptedServer) -> None:
        self.server = server
        self.go_on = asyncio.Event()
        self.running = 0
        self.turn = 0
        self.events: list[Event] = []
        specs = {"double": self._double, "fail": self._fail, "slow": self._slow}
        self.tools = Registry([Tool(ToolSpec(n, n, SCHEMA), run) for n, run in specs.items()])

        async def source() -> Address:
            return Address("Test", server.base_url, "secret", Quirks())

        self.pipeline = RealtimePipeline(
            source, Realtime(), "Be brief.", tools=self.tools.specs, run_tools=self.tools.run_all
        )
        self.pipeline.listen(lambda _event: None)

    async def _double(self, arguments: Arguments) -> str:
        return json.dumps({"double": 2 * arguments["n"]})

    async def _fail(self, _arguments: Arguments) -> str:
        raise ToolError("The thing is broken")

    async def _slow(self, _arguments: Arguments) -> str:
        self.running += 1
        try:
            await self.go_on.wait()
        finally:
            self.running -= 1
        return "{}"

    async def ask(self) -> None:
        self.turn += 1
        self.pipeline.begin_turn(self.turn)
        self.events = []
        async with asyncio.timeout(10):
            async for event in self.pipeline.end_turn("Please"):
                self.events.append(event)

    async def until_running(self) -> None:
        async with asyncio.timeout(10):
            while not self.running:
                await asyncio.sleep(0.005)

    def outputs(self) -> list[dict[str, Any]]:
        items = [event["item"] for event in self.server.of("conversation.item.create")]
        return [item for item in items if item["type"] == "function_call_output"]

    def words(self) -> str:
        return "".join(event.text for event in self.events if isinstance(event, TextDelta))


def calls(*wanted: ToolCall, pieces: int = 1) -> Step:
    """A step: function calls, their arguments in pieces."""

    async def step(session: Session) -> None:
        for call in wanted:
            item = {"type": "function_call", "id": f"item_{call.call_id}", "name": call.name}
            ids = {"response_id": session.active, "item_id": item["id"]}
            added = {**item, "call_id": call.call_id, "arguments": ""}
            await session.send({"type": "response.output_item.added", **ids, "item": added})
            size = max(1, -(-len(call.arguments) // pieces))
            for at in range(0, len(call.arguments), size):
                delta = call.arguments[at : at + size]
                kind = "response.function_call_arguments.delta"
                await session.send({"type": kind, **ids, "call_id": call.call_id, "delta": delta})

    return step


def output(wanted: Sequence[ToolCall]) -> list[dict[str, Any]]:
    return [
        {"type": "function_call", "id": f"item_{c.call_id}", "call_id": c.call_id, "name": c.name,
         "arguments": c.arguments}
        for c in wanted
    ]  # fmt: skip


def calling(*wanted: ToolCall, pieces: int = 1, tokens: int = 5) -> list[Step]:
    """A whole response that calls."""
    usage = {"total_tokens": tokens}
    return [begin(), calls(*wanted, pieces=pieces), done(output=output(wanted), usage=usage)]


def call(call_id: str, name: str, arguments: str = '{"n": 21}') -> ToolCall:
    return ToolCall(call_id, name, arguments)


@pytest.fixture
async def room() -> AsyncIterator[Room]:
    async with ScriptedServer() as server:
        made = Room(server)
        await made.pipeline.open()
        yield made
        await made.pipeline.close()


async def test_the_session_offers_the_tools(room: Room) -> None:
    session = (await room.server.wait_for("session.update"))["session"]
    assert [tool["name"] for tool in session["tools"]] == ["double", "fail", "slow"]
    assert session["tool_choice"] == "auto"


async def test_two_calls_side_by_side_one_of_which_fails(room: Room) -> None:
    room.server.replies.append(
        [begin(), say("Let me look.", TONE), calls(call("a", "double"), call("b", "fail", "{}")),
         done(output=output([call("a", "double"), call("b", "fail", "{}")]), usage={"total_tokens": 5})]
    )  # fmt: skip
    room.server.replies.append([begin(), say("It is 42.", TONE), done(usage={"total_tokens": 7})])
    await room.ask()
    assert [e.call.call_id for e in room.events if isinstance(e, ToolCalled)] == ["a", "b"]
    failed = {e.result.call_id: e.result.failed for e in room.events if isinstance(e, ToolAnswered)}
    assert failed == {"a": False, "b": True}
    told = {item["call_id"]: item["output"] for item in room.outputs()}
    assert json.loads(told["a"]) == {"double": 42}
    assert "broken" in told["b"]
    assert room.words() == "Let me look.It is 42."
    assert sum(len(e.pcm) for e in room.events if isinstance(e, AudioDelta)) == 2 * len(TONE)
    (end,) = [event for event in room.events if isinstance(event, ReplyEnded)]
    assert end.usage == {"total_tokens": 12}
    # The results are there before the next response is asked for.
    order = room.server.types()
    assert order.count("response.create") == 2
    assert order.index("conversation.item.create", 2) < len(order) - 1 - order[::-1].index(
        "response.create"
    )


async def test_arguments_in_forty_pieces(room: Room) -> None:
    arguments = json.dumps({"n": 21}).replace(" ", " " * 80)
    room.server.replies.append(calling(call("a", "double", arguments), pieces=40))
    await room.ask()
    assert json.loads(room.outputs()[0]["output"]) == {"double": 42}


async def test_a_loop_of_calls_is_stopped(room: Room) -> None:
    for number in range(MAX_ROUNDS):
        room.server.replies.append(calling(call(f"c{number}", "double")))
    await room.ask()
    requests = room.server.of("response.create")
    assert len(requests) == MAX_ROUNDS + 1
    assert all("tool_choice" not in event["response"] for event in requests[:-1])
    assert requests[-1]["response"]["tool_choice"] == "none"
    assert room.words() == "hello to you"


async def test_an_interruption_while_a_tool_runs(room: Room) -> None:
    room.server.replies.append(calling(call("a", "slow", "{}"), call("b", "double")))
    asking = asyncio.create_task(room.ask())
    await room.until_running()
    await room.pipeline.interrupt(())
    await asking
    assert room.running == 0
    # The server's conversation holds a result for every call, so that it can go on.
    assert sorted(item["call_id"] for item in room.outputs()) == ["a", "b"]
    assert room.server.types().count("response.create") == 1
    await room.ask()
    assert room.words() == "hello to you"
    assert len(room.outputs()) == 2


async def test_a_connection_that_is_lost_while_a_tool_runs(room: Room) -> None:
    room.server.replies.append(calling(call("a", "slow", "{}")))
    asking = asyncio.create_task(room.ask())
    await room.until_running()
    await room.server.cut()
    with pytest.raises(ConnectionLostError):
        await asking
    assert room.running == 0
    await room.ask()
    assert room.words() == "hello to you"
    assert room.outputs() == []


async def test_a_tool_that_nobody_knows_is_told(room: Room) -> None:
    room.server.replies.append(calling(call("a", "launch")))
    await room.ask()
    assert "no tool" in room.outputs()[0]["output"]
    assert room.words() == "hello to you"
