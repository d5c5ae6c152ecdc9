"""Chat Completions: words and calls out of whatever servers stream, and what the conversation becomes."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest
from aiohttp import web

from tests.providers.chat_events import (
    DONE,
    QUESTION,
    USER,
    call,
    failing,
    piece,
    sse,
    stream,
    thought,
)
from tests.providers.fake_http import (
    BAD_ANSWERS,
    FakeHttp,
    answers,
    fake_http,
    streams,
)
from voicedesk.core import errors
from voicedesk.core.dialogue import ToolCall
from voicedesk.core.errors import (
    ConnectionLostError,
    NoAnswerError,
    ProtocolError,
    RateLimitError,
    ReplyFailedError,
    ServerError,
)
from voicedesk.providers import answers as answers_module
from voicedesk.providers.chat import ChatThinker
from voicedesk.providers.stages import Question, TextPiece, ThoughtEnded


@pytest.fixture
async def fake() -> AsyncIterator[FakeHttp]:
    async with fake_http(stream(sse(piece(content="Noon.")), sse(piece("stop")), DONE)) as fake:
        yield fake


@pytest.fixture
async def thinker(fake: FakeHttp) -> AsyncIterator[ChatThinker]:
    thinker = ChatThinker(fake.client(stall_s=5.0), "m")
    yield thinker
    await thinker.close()


async def test_words_come_as_they_are_made(fake: FakeHttp, thinker: ChatThinker) -> None:
    more = asyncio.Event()
    fake.handler = streams(
        sse(piece(role="assistant", content="")), sse(piece(content="It is")), more,
        sse(piece(content=" noon.")), sse(piece("stop")), DONE, kind="text/event-stream",
    )  # fmt: skip
    async with aclosing(thinker.think(QUESTION)) as thoughts:
        assert await anext(thoughts) == TextPiece("It is")
        more.set()
        assert await anext(thoughts) == TextPiece(" noon.")
        assert await anext(thoughts) == ThoughtEnded()
        with pytest.raises(StopAsyncIteration):
            await anext(thoughts)


async def test_what_is_asked(fake: FakeHttp, thinker: ChatThinker) -> None:
    await thought(thinker)
    [asked] = fake.asked
    assert asked["path"] == "/v1/chat/completions"
    assert asked["body"] == {
        "model": "m",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "What time is it?"},
        ],
        "stream": True,
        "stream_options": {"include_usage": True},
        "tools": [
            {
                "type": "function",
                "function": {
                    "name": "get_time",
                    "description": "Tells the time.",
                    "parameters": {"type": "object", "properties": {}},
                },
            }
        ],
    }


async def test_effort_is_asked_for_when_chosen(fake: FakeHttp) -> None:
    thinker = ChatThinker(fake.client(), "m", effort="low")
    await thought(thinker, Question("", [USER]))
    body = fake.asked[0]["body"]
    assert body["reasoning_effort"] == "low"
    assert "tools" not in body
    assert body["messages"] == [{"role": "user", "content": "What time is it?"}]
    await thinker.close()


async def test_empty_pieces_reasoning_and_chunks_without_choices_say_nothing(
    fake: FakeHttp, thinker: ChatThinker
) -> None:
    usage = {"prompt_tokens": 3, "completion_tokens": 2}
    fake.handler = stream(
        b": heartbeat\n\n",
        sse({"choices": []}, piece(content=""), piece(content=None), piece(content=" \n")),
        sse(piece(reasoning_content="The user"), piece(reasoning="wants"), {"choices": None}, {}),
        sse(piece(content="<think>Hm"), piece(content="m.</think>\n\n"), piece(content=" Noon")),
        sse(piece(content=""), piece(content="."), piece("stop"), {"choices": [], "usage": usage}),
        DONE,
    )
    words, end = await thought(thinker)
    assert words == "Noon."
    assert end.usage == usage


async def test_content_in_parts_leaves_the_thinking_out(
    fake: FakeHttp, thinker: ChatThinker
) -> None:
    parts = [{"type": "thinking", "thinking": []}, {"type": "text", "text": "Noon."}, 5]
    fake.handler = stream(sse(piece(content=parts), piece("stop")), DONE)
    assert (await thought(thinker))[0] == "Noon."


async def test_a_refusal_is_spoken(fake: FakeHttp, thinker: ChatThinker) -> None:
    fake.handler = stream(sse(piece(refusal="I cannot."), piece("stop")), DONE)
    assert (await thought(thinker))[0] == "I cannot."


async def test_the_stream_may_split_anywhere(fake: FakeHttp, thinker: ChatThinker) -> None:
    text = "Gr\u00fc\u00dfe, \u4f60\u597d \U0001f600!"
    whole = b"".join(
        (f"data: {json.dumps(piece(content=letter), ensure_ascii=False)}\r\n\r\n").encode()
        for letter in text
    )
    whole += sse(piece("stop")) + DONE
    fake.handler = stream(*(whole[i : i + 7] for i in range(0, len(whole), 7)))
    assert (await thought(thinker))[0] == text


async def test_text_and_two_calls_one_in_forty_pieces(fake: FakeHttp, thinker: ChatThinker) -> None:
    arguments = json.dumps({"expression": "1 + 2 * 3 - 4 / 5 + 6789"})
    assert len(arguments) >= 40
    fake.handler = stream(
        sse(piece(content="One moment."), call(0, "a", "get_time", "")),
        sse(call(1, None, "calculate", "")),
        *(sse(call(1, None, None, letter)) for letter in arguments),
        sse(call(0, None, None, "{}"), piece("tool_calls")),
        DONE,
    )
    words, end = await thought(thinker)
    assert words == "One moment."
    assert [(c.name, c.arguments) for c in end.calls] == [
        ("get_time", "{}"),
        ("calculate", arguments),
    ]
    assert end.calls[0].call_id == "a"
    assert end.calls[1].call_id.startswith("call_")


async def test_invalid_arguments_are_given_on_as_they_are(
    fake: FakeHttp, thinker: ChatThinker
) -> None:
    fake.handler = stream(sse(call(0, "a", "get_time", "{oops"), piece("tool_calls")), DONE)
    _, end = await thought(thinker)
    assert end.calls == (ToolCall("a", "get_time", "{oops"),)


async def test_an_answer_that_is_no_stream(fake: FakeHttp, thinker: ChatThinker) -> None:
    message = {
        "role": "assistant",
        "content": "\nNoon.",
        "tool_calls": [{"id": "a", "function": {"name": "get_time", "arguments": "{}"}}],
    }
    whole = {"choices": [{"message": message, "finish_reason": "stop"}], "usage": {"total": 3}}
    fake.handler = answers(json.dumps(whole), kind="application/json; charset=utf-8")
    words, end = await thought(thinker)
    assert words == "Noon."
    assert end == ThoughtEnded((ToolCall("a", "get_time", "{}"),), {"total": 3})


async def test_no_end_mark_is_fine_after_a_reason_to_finish(
    fake: FakeHttp, thinker: ChatThinker
) -> None:
    fake.handler = stream(sse(piece(content="Noon."), piece("stop")))
    assert (await thought(thinker))[0] == "Noon."
    fake.handler = stream(sse(piece(content="Noon.")), DONE)
    assert (await thought(thinker))[0] == "Noon."


async def test_garbage_between_events_is_passed_over(fake: FakeHttp, thinker: ChatThinker) -> None:
    fake.handler = stream(
        b"data: {oops\n\n", b"data: 5\n\n", sse(piece(content="Noon.")), sse({"choices": [7]}),
        sse({"choices": [{"delta": "x"}]}), sse(piece("stop")), DONE,
    )  # fmt: skip
    assert (await thought(thinker))[0] == "Noon."


async def test_the_connection_is_used_again(fake: FakeHttp, thinker: ChatThinker) -> None:
    ports: set[int] = set()
    answer = fake.handler

    async def handler(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        ports.add(request.transport.get_extra_info("peername")[1])
        return await answer(request)

    fake.handler = handler
    await thinker.warm()
    for _ in range(3):
        await thought(thinker)
    assert len(ports) == 1


async def test_a_server_that_does_not_hang_up_after_the_end_holds_up_nobody(
    fake: FakeHttp, thinker: ChatThinker
) -> None:
    never = asyncio.Event()
    fake.handler = streams(
        sse(piece(content="Noon."), piece("stop")), DONE, never, kind="text/event-stream"
    )
    assert (await thought(thinker))[0] == "Noon."
    never.set()


# ------------------------------------------------------------------------------------------ bad answers


@pytest.mark.parametrize("name", [name for name in BAD_ANSWERS if not name.startswith("half")])
async def test_a_bad_answer_is_a_sentence(fake: FakeHttp, thinker: ChatThinker, name: str) -> None:
    fake.handler, kind = BAD_ANSWERS[name]
    words, error = await failing(thinker)
    assert not words
    assert type(error) is getattr(errors, kind)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", ReplyFailedError),
        (DONE, ReplyFailedError),
        (b": nothing\n\n", ReplyFailedError),
        (sse({"choices": []}) + DONE, ReplyFailedError),
        (sse(piece(content=" ")) + sse(piece("stop")) + DONE, ReplyFailedError),
        (sse(piece(reasoning_content="Hm.")) + sse(piece("stop")) + DONE, ReplyFailedError),
        (b"data: {oops\n\n", ProtocolError),
        (b"Just words, no events.", ReplyFailedError),
        (sse({"error": {"message": "it broke", "code": 500}}), ReplyFailedError),
        (sse({"error": {"message": "slow", "code": "rate_limit_exceeded"}}), RateLimitError),
        (b'event: error\ndata: {"message": "it broke"}\n\n', ReplyFailedError),
    ],
)
async def test_a_stream_without_an_answer(
    fake: FakeHttp, thinker: ChatThinker, body: bytes, kind: type[ServerError]
) -> None:
    fake.handler = stream(body)
    words, error = await failing(thinker)
    assert not words
    assert type(error) is kind


@pytest.mark.parametrize(
    ("end", "kind"),
    [
        (b"", ConnectionLostError),
        (sse({"error": {"message": "it broke"}}), ReplyFailedError),
        (sse(piece("length")) + DONE, ReplyFailedError),
        (sse(piece("content_filter")) + DONE, ReplyFailedError),
        (sse(piece("error")) + DONE, ReplyFailedError),
        (sse(call(0, "a", "get_time", '{"x')), ConnectionLostError),
    ],
)
async def test_what_came_before_a_failure_stays(
    fake: FakeHttp, thinker: ChatThinker, end: bytes, kind: type[ServerError]
) -> None:
    fake.handler = stream(sse(piece(content="It is")), end)
    words, error = await failing(thinker)
    assert words == "It is"
    assert type(error) is kind


async def test_half_a_stream(fake: FakeHttp, thinker: ChatThinker) -> None:
    fake.handler = streams(sse(piece(content="It is")), cut=True, kind="text/event-stream")
    words, error = await failing(thinker)
    assert words in {"It is", ""}, "the cut may overtake the words"
    assert isinstance(error, ConnectionLostError)


async def test_a_stream_that_stalls(fake: FakeHttp) -> None:
    never = asyncio.Event()
    fake.handler = streams(sse(piece(content="It is")), never, kind="text/event-stream")
    thinker = ChatThinker(fake.client(stall_s=0.2), "m")
    words, error = await failing(thinker)
    assert words == "It is"
    assert isinstance(error, NoAnswerError)
    never.set()
    await thinker.close()


async def test_heartbeats_alone_are_no_answer(
    fake: FakeHttp, thinker: ChatThinker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers_module, "QUIET_S", 0.05)

    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        while True:
            await response.write(b": working\n\n")
            await asyncio.sleep(0.02)

    fake.handler = handler
    _, error = await failing(thinker)
    assert isinstance(error, NoAnswerError)


async def test_an_endless_answer_is_ended(
    fake: FakeHttp, thinker: ChatThinker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voicedesk.providers.streamed.MOST_CHARACTERS", 1000)
    fake.handler = stream(*(sse(piece(content="again and again ")) for _ in range(500)))
    words, error = await failing(thinker)
    assert 900 < len(words) <= 1000
    assert isinstance(error, ReplyFailedError)


async def test_cancelling_between_two_pieces_ends_the_request(
    fake: FakeHttp, thinker: ChatThinker
) -> None:
    never = asyncio.Event()
    fake.handler = streams(sse(piece(content="It is")), never, kind="text/event-stream")
    came = asyncio.Event()

    async def think() -> None:
        async with aclosing(thinker.think(QUESTION)) as thoughts:
            async for _ in thoughts:
                came.set()

    task = asyncio.create_task(think())
    await came.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(5):
        await fake.gone.wait()


async def test_warming_never_fails(fake: FakeHttp, thinker: ChatThinker) -> None:
    fake.error = errors.UnreachableError(server="Fake", reason="it is off")
    await thinker.warm()
