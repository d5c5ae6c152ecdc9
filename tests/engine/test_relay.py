"""Streams from the inside: heartbeats, errors before and after the head, too many at once, and clients that go."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from tests.conftest import ExpectLog
from tests.engine.fakes import fake_services
from voicedesk.engine.http import endpoint
from voicedesk.engine.http_text import TextEndpoints
from voicedesk.engine.limits import Jobs, RefusedError
from voicedesk.engine.protocol.errors import invalid
from voicedesk.engine.relay import Event, relay

PATIENCE = 10.0
BEAT = 0.02
PATHS = ("/v1/chat/completions", "/v1/responses", "/api/v1/chat")
QUESTION = {
    "model": "any",
    "messages": [{"role": "user", "content": "what is one plus one"}],
    "input": "what is one plus one",
}


class Source:
    """Events that a test lets out one by one."""

    def __init__(self) -> None:
        self.waiting: asyncio.Queue[Event | Exception] = asyncio.Queue()
        self.closed = asyncio.Event()

    async def events(self) -> AsyncGenerator[Event, None]:
        try:
            while (event := await self.waiting.get()) != (None, "end"):
                if isinstance(event, Exception):
                    raise event
                yield event
        finally:
            self.closed.set()


@asynccontextmanager
async def serving(*routes: web.RouteDef) -> AsyncIterator[str]:
    """The base address of a server with these routes."""
    app = web.Application()
    app.add_routes(routes)
    runner = web.AppRunner(app, shutdown_timeout=1.0, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def route(source: Source) -> web.RouteDef:
    @endpoint
    async def handle(request: web.Request) -> web.StreamResponse:
        return await relay(request, source.events(), heartbeat_s=BEAT, error_name="error")

    return web.get("/", handle)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.005)


async def test_silence_is_filled_with_comments() -> None:
    source = Source()
    async with (
        serving(route(source)) as url,
        aiohttp.ClientSession() as http,
        http.get(url) as answer,
    ):
        assert answer.status == 200
        assert await answer.content.readline() == b": waiting\n"
        source.waiting.put_nowait(("word", {"a": "ä"}))
        source.waiting.put_nowait((None, "end"))
        rest = (await answer.content.read()).decode()
    assert rest.endswith('\nevent: word\ndata: {"a": "ä"}\n\n')
    assert source.closed.is_set()


async def test_an_error_before_the_first_event_is_a_status() -> None:
    source = Source()
    refused = RefusedError("Too many.", status=429, code="rate_limit_exceeded", retry_after=3)
    source.waiting.put_nowait(refused)
    async with (
        serving(route(source)) as url,
        aiohttp.ClientSession() as http,
        http.get(url) as answer,
    ):
        assert answer.status == 429
        assert answer.headers["Retry-After"] == "3"
        assert (await answer.json())["error"]["code"] == "rate_limit_exceeded"
    assert source.closed.is_set()


@pytest.mark.parametrize(
    ("error", "code", "log"),
    [(invalid("x", "No such thing."), "invalid_value", None), (ValueError("ours"), "server_error", "GET / failed")],
)  # fmt: skip
async def test_an_error_in_the_middle_is_an_event(
    expected_log: ExpectLog, error: Exception, code: str, log: str | None
) -> None:
    if log is not None:
        expected_log(log)
    source = Source()
    source.waiting.put_nowait((None, {"n": 1}))
    source.waiting.put_nowait(error)
    async with (
        serving(route(source)) as url,
        aiohttp.ClientSession() as http,
        http.get(url) as answer,
    ):
        assert answer.status == 200
        events = (await answer.text()).strip().split("\n\n")
    assert events[0] == 'data: {"n": 1}'
    name, data = events[-1].split("\n")
    assert name == "event: error"
    told = json.loads(data.removeprefix("data: "))["error"]
    assert set(told) == {"message", "type", "param", "code"}
    assert told["code"] == code
    assert "ours" not in told["message"]


@pytest.mark.parametrize("events", [0, 1])
async def test_what_is_made_for_a_client_that_has_gone_is_cancelled(events: int) -> None:
    source = Source()
    async with serving(route(source)) as url, aiohttp.ClientSession() as http:
        for _ in range(events):
            source.waiting.put_nowait((None, "word"))
        answer = await http.get(url)
        assert await answer.content.readline()
        assert not source.closed.is_set()
        answer.close()
        async with asyncio.timeout(PATIENCE):
            await source.closed.wait()


Ask = Callable[[str], Awaitable[aiohttp.ClientResponse]]


@asynccontextmanager
async def asking(jobs: Jobs, *, stream: bool) -> AsyncIterator[Ask]:
    services, _, _ = fake_services()
    routes = TextEndpoints(services, jobs=jobs, heartbeat_s=BEAT).routes()
    async with serving(*routes) as url, aiohttp.ClientSession() as http:

        async def ask(path: str) -> aiohttp.ClientResponse:
            return await http.post(url + path, json={**QUESTION, "stream": stream})

        yield ask


@pytest.mark.parametrize("path", PATHS)
async def test_who_waits_for_a_place_hears_heartbeats_and_then_the_answer(path: str) -> None:
    jobs = Jobs(1, 1)
    async with asking(jobs, stream=True) as ask:
        async with jobs.place():
            answer = await ask(path)
            assert await answer.content.readline() == b": waiting\n"
        text = await answer.text()
    assert "two" in text
    assert jobs.admitted == 0


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("stream", [True, False])
async def test_past_the_bound_it_says_when_to_come_again(path: str, stream: bool) -> None:
    jobs = Jobs(1, 0)
    async with asking(jobs, stream=stream) as ask:
        async with jobs.place():
            answer = await ask(path)
            error = (await answer.json())["error"]
        assert answer.status == 429
        assert int(answer.headers["Retry-After"]) >= 1
        assert (error["type"], error["code"]) == ("rate_limit_error", "rate_limit_exceeded")
        async with await ask(path) as again:
            assert again.status == 200


async def test_a_client_that_goes_gives_its_place_free() -> None:
    jobs = Jobs(1, 1)
    async with asking(jobs, stream=True) as ask, jobs.place():
        answer = await ask(PATHS[2])
        assert await answer.content.readline() == b": waiting\n"
        assert jobs.admitted == 2
        answer.close()
        await until(lambda: jobs.admitted == 1)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("stream", [True, False])
async def test_a_fault_of_the_assistants_is_a_status_and_no_crash(
    expected_log: ExpectLog, monkeypatch: pytest.MonkeyPatch, path: str, stream: bool
) -> None:
    def fail(*_args: Any, **_kwargs: Any) -> None:
        raise ZeroDivisionError("ours")

    monkeypatch.setattr("voicedesk.engine.assistant.assistant.Assistant.reply", fail)
    expected_log("failed")
    jobs = Jobs(1, 1)
    async with asking(jobs, stream=stream) as ask:
        answer = await ask(path)
        assert answer.status == 500
        assert (await answer.json())["error"]["code"] == "server_error"
    assert jobs.admitted == 0
