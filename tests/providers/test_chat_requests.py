"""Chat Completions: what is asked, of servers that do not know all of it, and which thinker asks."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from tests.providers.chat_events import (
    DONE,
    failing,
    piece,
    sse,
    stream,
    thought,
)
from tests.providers.fake_http import FakeHttp, Handler, fake_http, openai_error
from voicedesk.core.dialogue import Message, Role, ToolCall, ToolResult
from voicedesk.providers.agent_sse import AgentThinker
from voicedesk.providers.chat import ChatThinker, chat_messages
from voicedesk.providers.profiles import QUIRKS
from voicedesk.providers.responses import ResponsesThinker
from voicedesk.providers.stages import Thinker
from voicedesk.providers.thinkers import thinker_for


@pytest.fixture
async def fake() -> AsyncIterator[FakeHttp]:
    async with fake_http(stream(sse(piece(content="Noon.")), sse(piece("stop")), DONE)) as fake:
        yield fake


@pytest.fixture
async def thinker(fake: FakeHttp) -> AsyncIterator[ChatThinker]:
    thinker = ChatThinker(fake.client(stall_s=5.0), "m")
    yield thinker
    await thinker.close()


def picky(*unknown: str, message: str = "Unknown field: {}") -> Handler:
    """Refuses requests with a field that it does not know."""

    async def handler(request: web.Request) -> web.StreamResponse:
        body = await request.json()
        for field in unknown:
            if field in body:
                text = openai_error(message.format(field))
                return web.Response(text=text, status=400, content_type="application/json")
        return await stream(sse(piece(content="Noon."), piece("stop")), DONE)(request)

    return handler


async def test_what_a_server_does_not_know_is_left_out_from_then_on(fake: FakeHttp) -> None:
    fake.handler = picky("stream_options", "reasoning_effort")
    thinker = ChatThinker(fake.client(), "m", effort="low")
    assert (await thought(thinker))[0] == "Noon."
    assert len(fake.asked) == 3
    assert (await thought(thinker))[0] == "Noon."
    assert len(fake.asked) == 4
    await thinker.close()


@pytest.mark.parametrize(
    "message",
    ["registry/library/x does not support {}", "{} are not supported by this model"],
)
async def test_a_model_without_tools_answers_without(
    fake: FakeHttp, thinker: ChatThinker, message: str
) -> None:
    fake.handler = picky("tools", message=message)
    assert (await thought(thinker))[0] == "Noon."


async def test_a_bad_tool_is_told_and_not_hidden(fake: FakeHttp, thinker: ChatThinker) -> None:
    fake.handler = picky("tools", message="Invalid schema for function in {}[0]")
    _, error = await failing(thinker)
    assert "Invalid schema" in str(error)
    assert len(fake.asked) == 1


@pytest.mark.parametrize("effort", ["", "low"])
async def test_tools_with_reasoning_that_are_refused_are_asked_without_reasoning(
    fake: FakeHttp, effort: str
) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        body = await request.json()
        if body.get("reasoning_effort") != "none":
            text = openai_error("Function tools with reasoning_effort are not supported here")
            return web.Response(text=text, status=400, content_type="application/json")
        assert body["tools"]
        return await stream(sse(piece(content="Noon."), piece("stop")), DONE)(request)

    fake.handler = handler
    thinker = ChatThinker(fake.client(), "m", effort=effort)
    assert (await thought(thinker))[0] == "Noon."
    await thinker.close()


# ---------------------------------------------------------------------------------------- conversation


def test_a_conversation_with_tools() -> None:
    messages = [
        Message(1, Role.USER, "Hi."),
        Message(1, Role.ASSISTANT, "Hello."),
        Message(2, Role.USER, "Time and sum?"),
        Message(2, Role.ASSISTANT, "One moment."),
        Message(2, Role.TOOL_CALL, call=ToolCall("a", "get_time", "{}")),
        Message(2, Role.TOOL_CALL, call=ToolCall("b", "calculate", "{oops")),
        Message(2, Role.TOOL_RESULT, result=ToolResult("a", "get_time", "noon")),
        Message(2, Role.TOOL_RESULT, result=ToolResult("b", "calculate", "bad", failed=True)),
        Message(2, Role.TOOL_CALL, call=ToolCall("c", "calculate", '{"x": 1}'), round=1),
        Message(2, Role.TOOL_RESULT, result=ToolResult("c", "calculate", "1"), round=1),
    ]
    told = chat_messages("Be brief.", messages)
    assert [m["role"] for m in told] == [
        "system", "user", "assistant", "user", "assistant", "tool", "tool", "assistant", "tool",
    ]  # fmt: skip
    first, second = told[4], told[7]
    assert first["content"] == "One moment."
    assert [c["id"] for c in first["tool_calls"]] == ["a", "b"]
    assert first["tool_calls"][1]["function"] == {"name": "calculate", "arguments": "{}"}
    assert told[6] == {"role": "tool", "tool_call_id": "b", "content": "bad"}
    assert second["content"] is None
    assert second["tool_calls"][0]["function"]["arguments"] == '{"x": 1}'


def test_questions_without_answers_become_one() -> None:
    messages = [Message(1, Role.USER, "What"), Message(2, Role.USER, "What is new?")]
    assert chat_messages(" ", messages) == [{"role": "user", "content": "What\nWhat is new?"}]


# ---------------------------------------------------------------------------------------- which thinker


@pytest.mark.parametrize(
    ("kind", "dialect", "expected"),
    [
        ("auto", "openai", ResponsesThinker),
        ("auto", "builtin", ChatThinker),
        ("auto", "compatible", ChatThinker),
        ("auto", "agent", AgentThinker),
        ("chat", "openai", ChatThinker),
        ("responses", "compatible", ResponsesThinker),
        ("agent", "builtin", AgentThinker),
    ],
)
async def test_the_thinker_for_a_server(
    fake: FakeHttp, kind: str, dialect: str, expected: type[Thinker]
) -> None:
    thinker = thinker_for(fake.client(), QUIRKS[dialect], kind=kind, model="m", effort="low")
    assert type(thinker) is expected
    assert thinker.model == "m"
    await thinker.close()
