"""Servers that keep to the letter of nothing: plain words, fields that are null, streams without an end, halves of characters."""

from __future__ import annotations

import http
import json
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

from tests.providers.chat_events import QUESTION, call, piece, sse, stream, thought
from tests.providers.fake_http import FakeHttp, answers, fake_http, streams
from tests.support.realtime_server import ScriptedServer
from voicedesk.core.dialogue import ToolCall
from voicedesk.core.errors import RateLimitError, UnreachableError
from voicedesk.providers.chat import ChatThinker
from voicedesk.providers.profiles import QUIRKS, Address, Quirks
from voicedesk.providers.realtime import RealtimeSocket
from voicedesk.providers.sse import SseParser
from voicedesk.providers.transcription import RestTranscriber

TAKE = bytes(range(1, 251)) * 48


@pytest.fixture
async def fake() -> AsyncIterator[FakeHttp]:
    async with fake_http(answers("", kind="text/plain")) as fake:
        yield fake


async def words(fake: FakeHttp) -> str:
    transcriber = RestTranscriber(fake.client(stall_s=5.0), model="m")
    hearing = transcriber.begin(lambda _words: None)
    hearing.feed(TAKE)
    try:
        return (await hearing.finish()).text
    finally:
        await transcriber.close()


@pytest.mark.parametrize("said", ["42", "true", "null", "[1, 2]", "4.5", "twelve"])
async def test_plain_words_may_look_like_json(fake: FakeHttp, said: str) -> None:
    fake.handler = answers(f" {said}\n", kind="text/plain")
    assert await words(fake) == said


async def test_an_error_that_is_null_is_none(fake: FakeHttp) -> None:
    events = [
        {"type": "transcript.text.delta", "delta": "Good day", "error": None},
        {"type": "transcript.text.done", "text": "Good day", "error": None},
    ]
    fake.handler = streams(sse(*events), kind="text/event-stream")
    assert await words(fake) == "Good day"


async def test_halves_of_characters_are_never_given_on(fake: FakeHttp) -> None:
    fake.handler = answers(json.dumps({"text": "Hi \ud83d"}), kind="application/json")
    assert await words(fake) == "Hi \ufffd"
    events = [
        {"type": "transcript.text.delta", "delta": "Hi \ud83d"},
        {"type": "transcript.text.delta", "delta": "\ude00"},
        {"type": "transcript.text.done", "text": ""},
    ]
    fake.handler = streams(sse(*events), kind="text/event-stream")
    assert await words(fake) == "Hi 😀"
    assert ToolCall("a\ud83d", "b\ud83d", '"\ud83d"') == ToolCall("a\ufffd", "b\ufffd", '"\ufffd"')


async def test_a_call_with_half_a_character_can_be_asked_about(fake: FakeHttp) -> None:
    thinker = ChatThinker(fake.client(stall_s=5.0), "m")
    fake.handler = stream(sse(call(0, "c", "note", '{"text": "\ud83d"}'), piece("tool_calls")))
    calls = (await thought(thinker))[1].calls
    json.dumps([c.arguments for c in calls], ensure_ascii=False).encode()
    await thinker.close()


async def test_a_stream_that_calls_itself_json_is_read(fake: FakeHttp) -> None:
    thinker = ChatThinker(fake.client(stall_s=5.0), "m")
    fake.handler = streams(
        sse(piece(content="It is")), sse(piece(content=" noon."), piece("stop")),
        kind="application/json",
    )  # fmt: skip
    assert (await thought(thinker))[0] == "It is noon."
    await thinker.close()


@pytest.mark.parametrize("pieces", [[b"data: a\r", b"\n", b"\n"], [b"data: a\r\n\n"]])
def test_an_empty_line_after_a_split_end_of_line_counts(pieces: list[bytes]) -> None:
    parser = SseParser()
    events = [event.data for chunk in pieces for event in parser.feed(chunk)]
    assert events == ["a"]


class BusyServer(ScriptedServer):
    """Refuses the handshake and says how long to wait."""

    status = http.HTTPStatus.TOO_MANY_REQUESTS

    def _gate(self, connection: ServerConnection, request: Request) -> Response | None:
        del request
        response = connection.respond(self.status, "busy")
        response.headers["Retry-After"] = "7"
        return response


@pytest.mark.parametrize("status", [429, 503])
async def test_a_refused_session_says_how_long_to_wait(status: int) -> None:
    async with BusyServer() as server:
        server.status = http.HTTPStatus(status)
        address = Address("Test", server.base_url, "", Quirks())
        with pytest.raises(RateLimitError, match="7 seconds") as caught:
            await RealtimeSocket.connect(address, model="m")
    assert caught.value.retry_after == 7.0


@pytest.mark.parametrize("dialect", ["compatible", "azure"])
async def test_headers_of_the_environment_go_to_nobody_else(
    fake: FakeHttp, monkeypatch: pytest.MonkeyPatch, dialect: str
) -> None:
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "Authorization: Bearer sk-planted\nX-Planted: 1")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-x")
    seen: dict[str, str] = {}

    async def handler(request: web.Request) -> web.StreamResponse:
        seen.update(request.headers)
        return web.json_response({"choices": [{"message": {"content": "Noon."}}]})

    fake.handler = handler
    fake.quirks = QUIRKS[dialect]
    thinker = ChatThinker(fake.client(stall_s=5.0), "m")
    await thought(thinker, QUESTION)
    await thinker.close()
    assert seen["Authorization"] == "Bearer sk-test"
    assert "X-Planted" not in seen
    assert "OpenAI-Organization" not in seen


async def test_headers_of_the_environment_open_no_session(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "Authorization: Bearer sk-planted\nX-Planted: 1")
    seen: dict[str, str] = {}

    class Listening(ScriptedServer):
        def _gate(self, connection: ServerConnection, request: Request) -> Response | None:
            seen.update(request.headers.raw_items())
            return connection.respond(http.HTTPStatus.BAD_GATEWAY, "")

    async with Listening() as server:
        with pytest.raises(UnreachableError):
            await RealtimeSocket.connect(
                Address("Test", server.base_url, "sk-test", Quirks()), model="m"
            )
    assert {name.lower(): value for name, value in seen.items()}[
        "authorization"
    ] == "Bearer sk-test"
    assert "x-planted" not in {name.lower() for name in seen}
