"""Agent servers: words out of their events, and every bad one a sentence."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import pytest

from tests.providers.chat_events import failing, stream, thought
from tests.providers.fake_http import (
    BAD_ANSWERS,
    FakeHttp,
    answers,
    fake_http,
    streams,
)
from voicedesk.core import errors
from voicedesk.core.dialogue import Message, Role, ToolCall, ToolResult
from voicedesk.core.errors import (
    ConnectionLostError,
    NoAnswerError,
    ProtocolError,
    ReplyFailedError,
    ServerError,
)
from voicedesk.providers.agent_sse import AgentThinker, agent_url
from voicedesk.providers.stages import Question, TextPiece, ThoughtEnded

QUESTION = Question("Be brief.", [Message(1, Role.USER, "What time is it?")])


def event(content: str | None = "", *, done: bool = False, **more: Any) -> bytes:
    data = {"content": content, "done": done, "model": "agent", **more}
    return f"data: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


@pytest.fixture
async def fake() -> AsyncIterator[FakeHttp]:
    async with fake_http(stream(event("It is"), event(" noon."), event(done=True))) as fake:
        yield fake


@pytest.fixture
async def thinker(fake: FakeHttp) -> AsyncIterator[AgentThinker]:
    thinker = AgentThinker(fake.client(stall_s=5.0), "agent")
    yield thinker
    await thinker.close()


@pytest.mark.parametrize(
    ("base", "url"),
    [
        ("http://h:8000", "http://h:8000/api/v1/chat"),
        ("http://h:8000/", "http://h:8000/api/v1/chat"),
        ("http://h:8000/v1", "http://h:8000/api/v1/chat"),
        ("http://h:8000/api/v1", "http://h:8000/api/v1/chat"),
        ("http://h:8000/agents/v1", "http://h:8000/agents/api/v1/chat"),
        ("http://h:8000/api/v1/chat", "http://h:8000/api/v1/chat"),
        ("http://h:8000/my/agent/", "http://h:8000/my/agent"),
        ("http://h:8000/ask?team=a", "http://h:8000/ask?team=a"),
    ],
)
def test_where_an_agent_is_asked(base: str, url: str) -> None:
    assert agent_url(base) == url


async def test_what_is_asked(fake: FakeHttp, thinker: AgentThinker) -> None:
    messages = [
        Message(1, Role.USER, "Time?"),
        Message(1, Role.TOOL_CALL, call=ToolCall("a", "get_time", "{}")),
        Message(1, Role.TOOL_RESULT, result=ToolResult("a", "get_time", "noon")),
        Message(1, Role.ASSISTANT, "Noon.", round=1),
        Message(2, Role.USER, "Thanks."),
    ]
    await thought(thinker, Question("Be brief.", messages))
    [asked] = fake.asked
    assert asked["path"] == "/api/v1/chat"
    assert asked["key"] == "Bearer sk-test"
    assert asked["body"] == {
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Time?"},
            {"role": "assistant", "content": "Noon."},
            {"role": "user", "content": "Thanks."},
        ],
        "model": "agent",
        "stream": True,
    }


async def test_words_come_as_they_are_made(fake: FakeHttp, thinker: AgentThinker) -> None:
    more = asyncio.Event()
    fake.handler = streams(
        b": heartbeat\n\n", event(" "), event("It is"), more, event(""), event(" noon."),
        event(done=True, usage={"total": 3}), kind="text/event-stream",
    )  # fmt: skip
    async with aclosing(thinker.think(QUESTION)) as thoughts:
        assert await anext(thoughts) == TextPiece("It is")
        more.set()
        assert await anext(thoughts) == TextPiece(" noon.")
        assert await anext(thoughts) == ThoughtEnded((), {"total": 3})


@pytest.mark.parametrize("size", [1, 3, 8])
async def test_the_stream_may_split_anywhere(
    fake: FakeHttp, thinker: AgentThinker, size: int
) -> None:
    text = "Gr\u00fc\u00dfe, \u4f60\u597d \U0001f600!"
    whole = b"".join(map(event, text)) + event(done=True)
    fake.handler = stream(*(whole[i : i + size] for i in range(0, len(whole), size)))
    assert (await thought(thinker, QUESTION))[0] == text


async def test_what_is_left_out_and_what_is_not(fake: FakeHttp, thinker: AgentThinker) -> None:
    fake.handler = stream(
        b"event: ping\ndata: {}\n\n", b"data: {oops\n\n", event("<think>Hm.</think>"),
        event(None), event("Noon."), b"data: 5\n\n", b"data: [DONE]\n\n",
    )  # fmt: skip
    assert (await thought(thinker, QUESTION))[0] == "Noon."


async def test_the_last_event_may_hold_words_and_repeats_none(
    fake: FakeHttp, thinker: AgentThinker
) -> None:
    fake.handler = stream(event("It is"), event(" noon.", done=True))
    assert (await thought(thinker, QUESTION))[0] == "It is noon."
    text = "It is noon, and the sun is high."
    fake.handler = stream(event(text[:9]), event(text[9:]), event(text, done=True))
    assert (await thought(thinker, QUESTION))[0] == text


async def test_an_answer_that_is_no_stream(fake: FakeHttp, thinker: AgentThinker) -> None:
    whole = {"content": "Noon.", "done": True, "model": "agent"}
    fake.handler = answers(json.dumps(whole), kind="application/json")
    assert (await thought(thinker, QUESTION))[0] == "Noon."


@pytest.mark.parametrize("name", [name for name in BAD_ANSWERS if not name.startswith("half")])
async def test_a_bad_answer_is_a_sentence(fake: FakeHttp, thinker: AgentThinker, name: str) -> None:
    fake.handler, kind = BAD_ANSWERS[name]
    said, error = await failing(thinker, QUESTION)
    assert not said
    assert type(error) is getattr(errors, kind)


@pytest.mark.parametrize(
    ("body", "kind", "wording"),
    [
        (b"", ReplyFailedError, "empty"),
        (event(done=True), ReplyFailedError, "empty"),
        (event(" ") + event(done=True), ReplyFailedError, "empty"),
        (b": nothing\n\n", ReplyFailedError, "empty"),
        (b"data: {oops\n\n", ProtocolError, "damaged"),
        (b'event: error\ndata: {"error": {"message": "it broke"}}\n\n', ReplyFailedError, "it broke"),
        (b'event: error\ndata: {"message": "it broke"}\n\n', ReplyFailedError, "it broke"),
        (b"event: error\ndata: it broke\n\n", ReplyFailedError, "it broke"),
        (b'data: {"error": "it broke"}\n\n', ReplyFailedError, "it broke"),
        (event(error=None) + event("x", error="it broke"), ReplyFailedError, "it broke"),
    ],
)  # fmt: skip
async def test_a_stream_without_an_answer(
    fake: FakeHttp, thinker: AgentThinker, body: bytes, kind: type[ServerError], wording: str
) -> None:
    fake.handler = stream(body)
    said, error = await failing(thinker, QUESTION)
    assert not said
    assert type(error) is kind
    assert wording in str(error)


@pytest.mark.parametrize(
    ("end", "kind"),
    [
        (b"", ConnectionLostError),
        (b'event: error\ndata: {"error": {"message": "it broke"}}\n\n', ReplyFailedError),
    ],
)
async def test_what_came_before_a_failure_stays(
    fake: FakeHttp, thinker: AgentThinker, end: bytes, kind: type[ServerError]
) -> None:
    fake.handler = stream(event("It is"), end)
    said, error = await failing(thinker, QUESTION)
    assert said == "It is"
    assert type(error) is kind
    assert error.retryable


async def test_a_stream_that_stalls(fake: FakeHttp) -> None:
    never = asyncio.Event()
    fake.handler = streams(event("It is"), never, kind="text/event-stream")
    thinker = AgentThinker(fake.client(stall_s=0.2), "agent")
    said, error = await failing(thinker, QUESTION)
    assert said == "It is"
    assert isinstance(error, NoAnswerError)
    never.set()
    await thinker.close()


async def test_leaving_in_the_middle_ends_the_request(
    fake: FakeHttp, thinker: AgentThinker
) -> None:
    never = asyncio.Event()
    fake.handler = streams(event("It is"), never, kind="text/event-stream")
    async with aclosing(thinker.think(QUESTION)) as thoughts:
        assert await anext(thoughts) == TextPiece("It is")
    async with asyncio.timeout(5):
        await fake.gone.wait()


async def test_an_endless_answer_is_ended(
    fake: FakeHttp, thinker: AgentThinker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voicedesk.providers.streamed.MOST_CHARACTERS", 1000)
    fake.handler = stream(*(event("again and again ") for _ in range(500)))
    said, error = await failing(thinker, QUESTION)
    assert 900 < len(said) <= 1000
    assert isinstance(error, ReplyFailedError)


async def test_warming_never_fails(fake: FakeHttp, thinker: AgentThinker) -> None:
    await thinker.warm()
    assert fake.warmed == 1
    fake.error = errors.UnreachableError(server="Fake", reason="it is off")
    await thinker.warm()
