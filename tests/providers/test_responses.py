"""Responses: words and calls out of its events, and what the conversation becomes."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import pytest
from aiohttp import web

from tests.providers.chat_events import failing, stream, thought
from tests.providers.fake_http import (
    BAD_ANSWERS,
    FakeHttp,
    answers,
    fake_http,
    openai_error,
    streams,
)
from voicedesk.core import errors
from voicedesk.core.dialogue import Message, Role, ToolCall, ToolResult
from voicedesk.core.errors import (
    ConnectionLostError,
    NoAnswerError,
    ProtocolError,
    RateLimitError,
    ReplyFailedError,
    ServerError,
)
from voicedesk.providers.responses import ResponsesThinker, input_items
from voicedesk.providers.stages import Question, TextPiece, ThoughtEnded, ToolSpec

USER = Message(1, Role.USER, "What time is it?")
TOOL = ToolSpec("get_time", "Tells the time.", {"type": "object", "properties": {}})
QUESTION = Question("Be brief.", [USER], [TOOL])


def sse(*events: dict[str, Any]) -> bytes:
    return b"".join(
        f"event: {event.get('type', '')}\ndata: {json.dumps(event)}\n\n".encode()
        for event in events
    )


def words(text: str, item: str = "msg_1") -> dict[str, Any]:
    return {"type": "response.output_text.delta", "item_id": item, "delta": text}


def ended(status: str = "completed", **more: Any) -> dict[str, Any]:
    return {"type": f"response.{status}", "response": {"status": status, **more}}


@pytest.fixture
async def fake() -> AsyncIterator[FakeHttp]:
    async with fake_http(stream(sse(words("Noon."), ended()))) as fake:
        yield fake


@pytest.fixture
async def thinker(fake: FakeHttp) -> AsyncIterator[ResponsesThinker]:
    thinker = ResponsesThinker(fake.client(stall_s=5.0), "m", effort="low")
    yield thinker
    await thinker.close()


async def test_what_is_asked(fake: FakeHttp, thinker: ResponsesThinker) -> None:
    await thought(thinker, QUESTION)
    [asked] = fake.asked
    assert asked["path"] == "/v1/responses"
    assert asked["body"] == {
        "model": "m",
        "input": [{"role": "user", "content": "What time is it?"}],
        "instructions": "Be brief.",
        "stream": True,
        "store": False,
        "reasoning": {"effort": "low"},
        "tools": [
            {
                "type": "function",
                "name": "get_time",
                "description": "Tells the time.",
                "parameters": {"type": "object", "properties": {}},
                "strict": False,
            }
        ],
    }


async def test_words_come_as_they_are_made_and_reasoning_does_not(
    fake: FakeHttp, thinker: ResponsesThinker
) -> None:
    more = asyncio.Event()
    usage = {"input_tokens": 3, "output_tokens": 2}
    fake.handler = streams(
        sse(
            {"type": "response.created", "response": {"status": "in_progress", "error": None}},
            {"type": "response.output_item.added", "item": {"type": "reasoning", "id": "rs"}},
            {"type": "response.reasoning_text.delta", "item_id": "rs", "delta": "Hm."},
            {"type": "response.reasoning_summary_text.delta", "item_id": "rs", "delta": "Hm."},
            {"type": "response.output_item.added", "item": {"type": "message", "id": "msg_1"}},
            words(""),
            words(" \n"),
            words("It is"),
        ),
        more,
        sse(words(" noon."), {"type": "response.output_text.done", "text": "It is noon."}),
        sse(ended(usage=usage, error=None)),
        kind="text/event-stream",
    )
    async with aclosing(thinker.think(QUESTION)) as thoughts:
        assert await anext(thoughts) == TextPiece("It is")
        more.set()
        assert await anext(thoughts) == TextPiece(" noon.")
        assert await anext(thoughts) == ThoughtEnded((), usage)


async def test_two_messages_of_one_answer_are_kept_apart(
    fake: FakeHttp, thinker: ResponsesThinker
) -> None:
    fake.handler = stream(
        sse(words("Let me see.", "a"), words("It is", "b"), words(" noon.", "b"), ended())
    )
    assert (await thought(thinker, QUESTION))[0] == "Let me see. It is noon."


async def test_two_calls_side_by_side(fake: FakeHttp, thinker: ResponsesThinker) -> None:
    arguments = json.dumps({"expression": "1 + 2 * 3 - 4 / 5 + 6789"})

    def call(id_: str, name: str, **more: Any) -> dict[str, Any]:
        return {"type": "function_call", "id": id_, "call_id": "call_" + id_, "name": name, **more}

    def delta(id_: str, text: str) -> dict[str, Any]:
        return {"type": "response.function_call_arguments.delta", "item_id": id_, "delta": text}

    first, second = call("a", "get_time"), call("b", "calculate")
    fake.handler = stream(
        sse(
            {"type": "response.output_item.added", "item": {**first, "arguments": ""}},
            {"type": "response.output_item.added", "item": {**second, "arguments": ""}},
            *(delta("b", letter) for letter in arguments),
            delta("a", "{}"),
            {"type": "response.function_call_arguments.done", "item_id": "a", "arguments": "{}"},
            {"type": "response.output_item.done", "item": {**first, "arguments": "{}"}},
            {"type": "response.output_item.done", "item": {**second, "arguments": arguments}},
            ended(output=[first, second]),
        )
    )
    said, end = await thought(thinker, QUESTION)
    assert said == ""
    assert end.calls == (
        ToolCall("call_a", "get_time", "{}"),
        ToolCall("call_b", "calculate", arguments),
    )


async def test_calls_that_come_only_at_the_end(fake: FakeHttp, thinker: ResponsesThinker) -> None:
    item = {"type": "function_call", "call_id": None, "name": "get_time", "arguments": "{}"}
    fake.handler = stream(sse(ended(output=[item])))
    _, end = await thought(thinker, QUESTION)
    assert [(c.name, c.arguments) for c in end.calls] == [("get_time", "{}")]
    assert end.calls[0].call_id.startswith("call_")


async def test_an_answer_that_is_no_stream(fake: FakeHttp, thinker: ResponsesThinker) -> None:
    output = [
        {"type": "reasoning", "content": [{"type": "reasoning_text", "text": "Hm."}]},
        {"type": "message", "content": [{"type": "output_text", "text": "Noon."}]},
        {"type": "function_call", "call_id": "a", "name": "get_time", "arguments": "{}"},
    ]
    whole = {"object": "response", "status": "completed", "error": None, "output": output}
    fake.handler = answers(json.dumps(whole), kind="application/json")
    said, end = await thought(thinker, QUESTION)
    assert said == "Noon."
    assert end.calls == (ToolCall("a", "get_time", "{}"),)


async def test_words_that_come_only_at_the_end(fake: FakeHttp, thinker: ResponsesThinker) -> None:
    output = [{"type": "message", "content": [{"type": "output_text", "text": "Noon."}]}]
    fake.handler = stream(sse(ended(output=output)))
    assert (await thought(thinker, QUESTION))[0] == "Noon."


@pytest.mark.parametrize("name", [name for name in BAD_ANSWERS if not name.startswith("half")])
async def test_a_bad_answer_is_a_sentence(
    fake: FakeHttp, thinker: ResponsesThinker, name: str
) -> None:
    fake.handler, kind = BAD_ANSWERS[name]
    said, error = await failing(thinker, QUESTION)
    assert not said
    assert type(error) is getattr(errors, kind)


def failed(code: str, message: str = "it broke") -> dict[str, Any]:
    return ended("failed", error={"code": code, "message": message})


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", ReplyFailedError),
        (b"data: [DONE]\n\n", ReplyFailedError),
        (b"data: {oops\n\n", ProtocolError),
        (sse(ended()), ReplyFailedError),
        (sse(failed("server_error")), ReplyFailedError),
        (sse(failed("rate_limit_exceeded")), RateLimitError),
        (sse(ended("failed")), ReplyFailedError),
        (sse({"type": "error", "code": "server_error", "message": "it broke"}), ReplyFailedError),
        (sse({"type": "error", "error": {"message": "it broke"}}), ReplyFailedError),
        (sse(ended("incomplete", incomplete_details={"reason": "content_filter"})), ReplyFailedError),
    ],
)  # fmt: skip
async def test_a_stream_without_an_answer(
    fake: FakeHttp, thinker: ResponsesThinker, body: bytes, kind: type[ServerError]
) -> None:
    fake.handler = stream(body)
    said, error = await failing(thinker, QUESTION)
    assert not said
    assert type(error) is kind


@pytest.mark.parametrize(
    ("end", "kind", "wording"),
    [
        (b"", ConnectionLostError, "in the middle"),
        (sse(failed("server_error")), ReplyFailedError, "it broke"),
        (
            sse(ended("incomplete", incomplete_details={"reason": "max_output_tokens"})),
            ReplyFailedError,
            "longer than the limit",
        ),
    ],
)
async def test_what_came_before_a_failure_stays(
    fake: FakeHttp, thinker: ResponsesThinker, end: bytes, kind: type[ServerError], wording: str
) -> None:
    fake.handler = stream(sse(words("It is")), end)
    said, error = await failing(thinker, QUESTION)
    assert said == "It is"
    assert type(error) is kind
    assert wording in str(error)


async def test_a_stream_that_stalls(fake: FakeHttp) -> None:
    never = asyncio.Event()
    fake.handler = streams(sse(words("It is")), never, kind="text/event-stream")
    thinker = ResponsesThinker(fake.client(stall_s=0.2), "m")
    said, error = await failing(thinker, QUESTION)
    assert said == "It is"
    assert isinstance(error, NoAnswerError)
    never.set()
    await thinker.close()


async def test_a_model_without_reasoning_answers_without(
    fake: FakeHttp, thinker: ResponsesThinker
) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        if "reasoning" in await request.json():
            text = openai_error(
                "Unsupported parameter: 'reasoning.effort'", "unsupported_parameter"
            )
            return web.Response(text=text, status=400, content_type="application/json")
        return await stream(sse(words("Noon."), ended()))(request)

    fake.handler = handler
    assert (await thought(thinker, QUESTION))[0] == "Noon."
    assert (await thought(thinker, QUESTION))[0] == "Noon."
    assert len(fake.asked) == 3


async def test_nothing_more_to_say_after_words_and_tools_is_fine(
    fake: FakeHttp, thinker: ResponsesThinker
) -> None:
    fake.handler = stream(sse(ended()))
    call = ToolCall("a", "set_timer", "{}")
    messages = [
        USER,
        Message(1, Role.ASSISTANT, "I set it."),
        Message(1, Role.TOOL_CALL, call=call),
        Message(1, Role.TOOL_RESULT, result=ToolResult("a", "set_timer", "set")),
    ]
    said, end = await thought(thinker, Question("", messages))
    assert (said, end.calls) == ("", ())


def test_a_conversation_with_tools() -> None:
    messages = [
        Message(1, Role.USER, "Hi."),
        Message(1, Role.ASSISTANT, "Hello."),
        Message(2, Role.USER, "Time?"),
        Message(2, Role.TOOL_CALL, call=ToolCall("a", "get_time", "{oops")),
        Message(2, Role.TOOL_CALL, call=ToolCall("lost", "get_time", "{}")),
        Message(2, Role.TOOL_RESULT, result=ToolResult("a", "get_time", "noon")),
    ]
    assert input_items(messages) == [
        {"role": "user", "content": "Hi."},
        {"role": "assistant", "content": "Hello."},
        {"role": "user", "content": "Time?"},
        {"type": "function_call", "call_id": "a", "name": "get_time", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "a", "output": "noon"},
    ]
