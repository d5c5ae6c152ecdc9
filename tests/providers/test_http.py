"""Requests to one server: warmed, waited for when it asks, and every failure a sentence."""

import asyncio
import gc
import warnings
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from aiohttp import web

from tests.providers.fake_http import (
    BAD_ANSWERS,
    FakeHttp,
    Handler,
    answers,
    fake_http,
    openai_error,
    streams,
)
from voicedesk.core import errors
from voicedesk.core.errors import (
    NoAnswerError,
    RateLimitError,
    ServerError,
    SpentError,
    UnreachableError,
    WrongKeyError,
)
from voicedesk.providers import http
from voicedesk.providers.http import HttpServer, Link
from voicedesk.providers.pace import PaceBook
from voicedesk.providers.profiles import QUIRKS, Address

ADDRESS = Address("Fake", "http://127.0.0.1:1/v1", "sk-secret", QUIRKS["compatible"])


def chat(link: Link) -> AbstractAsyncContextManager[Any]:
    return link.client.chat.completions.with_streaming_response.create(
        model="m", messages=[{"role": "user", "content": "hi"}], stream=True
    )


def plain(link: Link) -> AbstractAsyncContextManager[Any]:
    return link.http.stream("POST", link.url("/x"), json={}, headers=link.headers)


async def read(server: HttpServer, opened: Any = plain, model: str = "m") -> bytes:
    async with server.exchange(opened, model=model) as response:
        return bytes(await (response.read() if opened is chat else response.aread()))


@pytest.fixture
async def fake() -> AsyncIterator[FakeHttp]:
    async with fake_http(answers("fine")) as fake:
        yield fake


@pytest.fixture
async def server(fake: FakeHttp) -> AsyncIterator[HttpServer]:
    server = fake.client()
    yield server
    await server.close()


def in_turn(*handlers: Handler) -> Handler:
    """Another answer for each request; the last one for all that follow."""
    left = list(handlers)

    async def handler(request: web.Request) -> web.StreamResponse:
        return await (left.pop(0) if len(left) > 1 else left[0])(request)

    return handler


async def test_both_clients_ask_the_same_server_with_its_key(
    fake: FakeHttp, server: HttpServer
) -> None:
    assert await read(server, plain) == b"fine"
    assert await read(server, chat) == b"fine"
    assert [asked["path"] for asked in fake.asked] == ["/v1/x", "/v1/chat/completions"]
    assert {asked["key"] for asked in fake.asked} == {"Bearer sk-test"}


async def test_without_a_key_a_plain_request_names_none(fake: FakeHttp, server: HttpServer) -> None:
    fake.key = ""
    await read(server, plain)
    assert fake.asked[0]["key"] is None


async def test_the_environments_organisation_is_openais_alone(
    fake: FakeHttp, server: HttpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-x")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-x")
    seen: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        seen.extend(request.headers)
        return web.Response()

    fake.handler = handler
    for opened in (chat, plain):
        await read(server, opened)
    assert "Authorization" in seen
    assert not [name for name in seen if name.startswith("OpenAI-")]


async def test_a_proxy_of_the_environment_is_not_asked_for_this_computer(
    fake: FakeHttp, server: HttpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    assert await read(server) == b"fine"


async def test_warming_leaves_a_connection_that_the_request_uses(
    fake: FakeHttp, server: HttpServer
) -> None:
    ports: set[int] = set()

    async def handler(request: web.Request) -> web.Response:
        assert request.transport is not None
        ports.add(request.transport.get_extra_info("peername")[1])
        return web.Response(text="fine")

    fake.handler = handler
    await server.warm()
    await server.warm()
    assert fake.warmed == 1, "what is warm needs no warming"
    for _ in range(3):
        await read(server)
    assert len(ports) == 1


async def test_several_connections_are_warmed_for_requests_side_by_side(
    fake: FakeHttp, server: HttpServer
) -> None:
    await server.warm(3)
    assert fake.warmed == 3


async def test_warming_says_when_there_is_no_server() -> None:
    async def nowhere() -> Address:
        return ADDRESS

    server = HttpServer(nowhere)
    with pytest.raises(UnreachableError, match="nothing listens"):
        await server.warm(2)
    await server.close()


async def test_warming_says_that_the_key_is_wrong_and_minds_nothing_else() -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.Response(status=status)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()

    async def source() -> Address:
        port = runner.addresses[0][1]
        return Address("Fake", f"http://127.0.0.1:{port}/v1", "k", QUIRKS["compatible"])

    server = HttpServer(source)
    status = 404
    await server.warm(2)
    status = 401
    with pytest.raises(WrongKeyError):
        await server.warm(2)
    await server.close()
    await runner.cleanup()


async def test_another_address_gets_other_clients(fake: FakeHttp, server: HttpServer) -> None:
    first = await server.link()
    assert await server.link() is first
    fake.key = "sk-other"
    second = await server.link()
    assert second is not first
    assert first.http.is_closed
    await read(server)
    assert fake.asked[0]["key"] == "Bearer sk-other"


async def test_closing_twice_and_asking_again(fake: FakeHttp, server: HttpServer) -> None:
    await read(server)
    await server.close()
    await server.close()
    assert await read(server) == b"fine"


async def test_what_the_source_fails_with_is_told(fake: FakeHttp, server: HttpServer) -> None:
    fake.error = WrongKeyError(server="Fake")
    with pytest.raises(WrongKeyError):
        await read(server)


# ------------------------------------------------------------------------------------------ bad answers


@pytest.mark.parametrize("opened", [chat, plain], ids=["openai", "plain"])
@pytest.mark.parametrize(
    "name", [name for name in BAD_ANSWERS if name not in {"web page", "error as success"}]
)
async def test_a_bad_answer_is_a_sentence(
    fake: FakeHttp, server: HttpServer, name: str, opened: Any
) -> None:
    fake.handler, kind = BAD_ANSWERS[name]
    with pytest.raises(getattr(errors, kind)) as caught:
        await read(server, opened)
    sentence = str(caught.value)
    assert sentence.startswith("Fake ") or "Fake" in sentence
    assert sentence.endswith(".")
    assert "{" not in sentence
    assert "sk-test" not in sentence + caught.value.detail


async def test_a_server_that_says_nothing_is_given_up(fake: FakeHttp) -> None:
    never = asyncio.Event()
    fake.handler = streams(b"", never)
    server = fake.client(stall_s=0.2)
    for opened in (chat, plain):
        with pytest.raises(NoAnswerError):
            await read(server, opened)
    never.set()
    await server.close()


async def test_a_stream_that_stalls_is_given_up_and_what_came_is_kept(fake: FakeHttp) -> None:
    never = asyncio.Event()
    fake.handler = streams(b"first", never)
    server = fake.client(stall_s=0.2)
    came = b""
    with pytest.raises(NoAnswerError) as caught:
        async with server.exchange(plain) as response:
            async for chunk in response.aiter_bytes():
                came += chunk
    assert came == b"first"
    assert caught.value.retryable
    never.set()
    await server.close()


async def test_cancelling_ends_the_request(fake: FakeHttp, server: HttpServer) -> None:
    started = asyncio.Event()
    never = asyncio.Event()

    async def handler(_request: web.Request) -> web.Response:
        started.set()
        await never.wait()
        return web.Response()

    fake.handler = handler
    task = asyncio.create_task(read(server))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(5):
        await fake.gone.wait()


async def test_no_server_listens() -> None:
    async def nowhere() -> Address:
        return ADDRESS

    server = HttpServer(nowhere)
    for opened in (chat, plain):
        with pytest.raises(UnreachableError, match="nothing listens"):
            await read(server, opened)
    await server.close()


async def test_encryption_that_the_server_does_not_know(fake: FakeHttp) -> None:
    async def source() -> Address:
        return Address("Fake", fake.base_url.replace("http:", "https:"), "", fake.quirks)

    server = HttpServer(source)
    for opened in (chat, plain):
        with pytest.raises(UnreachableError, match=r"encryption|secure"):
            await read(server, opened)
    await server.close()


async def test_something_that_speaks_no_http(expected_log: Any) -> None:
    async def rude(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"220 mail.example ESMTP\r\n")
        writer.close()

    listener = await asyncio.start_server(rude, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]

    async def source() -> Address:
        return Address("Mail", f"http://127.0.0.1:{port}/v1", "", QUIRKS["compatible"])

    server = HttpServer(source)
    with pytest.raises(ServerError) as caught:
        await read(server, chat)
    assert "Mail" in str(caught.value)
    await server.close()
    listener.close()
    await listener.wait_closed()


@pytest.mark.parametrize("key", ["schl\u00fcssel", "two\nlines"])
async def test_a_key_that_no_header_can_hold(fake: FakeHttp, server: HttpServer, key: str) -> None:
    fake.key = key
    for opened in (chat, plain):
        with pytest.raises(WrongKeyError):
            await read(server, opened)


async def test_a_mistake_of_our_own_is_not_blamed_on_the_server(
    fake: FakeHttp, server: HttpServer
) -> None:
    with pytest.raises(ZeroDivisionError):
        async with server.exchange(plain):
            _ = 1 / 0


# ---------------------------------------------------------------------------------------------- limits


async def test_a_short_wait_that_the_server_asks_for_is_waited_and_told(fake: FakeHttp) -> None:
    told: list[tuple[str, float]] = []
    limit = answers(
        openai_error("slow"), 429, kind="application/json", headers={"Retry-After": "0.3"}
    )
    fake.handler = in_turn(limit, answers("fine"))
    server = HttpServer(
        fake.address, paces=PaceBook(lambda name, seconds: told.append((name, seconds)))
    )
    assert await read(server) == b"fine"
    assert len(fake.asked) == 2
    assert [name for name, _ in told] == ["Fake"]
    await server.close()


async def test_a_server_that_is_busy_for_a_moment_is_waited_for(
    fake: FakeHttp, server: HttpServer
) -> None:
    fake.handler = in_turn(answers("", 503, headers={"Retry-After": "0"}), answers("fine"))
    assert await read(server) == b"fine"


async def test_it_is_not_asked_for_ever(fake: FakeHttp, server: HttpServer) -> None:
    fake.handler = answers("", 429, headers={"Retry-After": "0"})
    with pytest.raises(RateLimitError):
        await read(server)
    assert len(fake.asked) == http.MOST_ASKS


async def test_without_a_time_to_wait_the_turn_ends_at_once(
    fake: FakeHttp, server: HttpServer
) -> None:
    fake.handler = answers(openai_error("Slow down"), 429, kind="application/json")
    with pytest.raises(RateLimitError, match=r"Slow down\. Wait a little") as caught:
        await read(server)
    assert caught.value.retry_after is None
    assert caught.value.retryable
    assert len(fake.asked) == 1


async def test_for_an_account_that_has_nothing_left_nobody_waits(
    fake: FakeHttp, server: HttpServer
) -> None:
    body = openai_error("No credit", "insufficient_quota")
    refused = answers(body, 429, kind="application/json", headers={"Retry-After": "0"})
    fake.handler = in_turn(refused, answers("fine"))
    with pytest.raises(SpentError, match=r"used up its quota: No credit\. Add credit") as caught:
        await read(server)
    assert not caught.value.retryable
    assert len(fake.asked) == 1
    assert await read(server) == b"fine"  # it was added meanwhile


async def test_a_long_wait_is_told_and_the_server_left_alone(
    fake: FakeHttp, server: HttpServer
) -> None:
    fake.handler = in_turn(answers("", 429, headers={"Retry-After": "60"}), answers("fine"))
    with pytest.raises(RateLimitError, match="asks to wait 60 seconds"):
        await read(server)
    with pytest.raises(RateLimitError, match="asks to wait"):
        await read(server)
    assert len(fake.asked) == 1


# ------------------------------------------------------------------------------- connections that are gone


async def test_a_kept_connection_that_the_server_closed_is_made_anew() -> None:
    """The server answers one request on each connection and hangs up on the next without an answer."""
    count = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal count
        try:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine")
            await reader.read(1)  # the next request begins
            count += 1
        finally:
            writer.close()

    listener = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]

    async def source() -> Address:
        return Address("Fake", f"http://127.0.0.1:{port}", "", QUIRKS["compatible"])

    server = HttpServer(source)

    def get(link: Link) -> AbstractAsyncContextManager[Any]:
        return link.http.stream("GET", link.url("/x"))

    assert await read(server, get) == b"fine"
    assert await read(server, get) == b"fine"
    assert count == 1
    await server.close()
    listener.close()
    await listener.wait_closed()


async def test_a_request_that_is_called_off_at_any_moment_leaves_no_connection_open() -> None:
    async with fake_http(answers(b"fine")) as fake:
        server = fake.client()
        link = await server.link()
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            for steps in range(40):
                request = link.http.get(link.url("/x"), headers={"Connection": "close"})
                asking = asyncio.create_task(request)
                for _ in range(steps):
                    await asyncio.sleep(0)
                asking.cancel()
                await asyncio.gather(asking, return_exceptions=True)
                del asking, request
                gc.collect()
            await server.close()
            gc.collect()
        assert [str(each.message) for each in told] == []
