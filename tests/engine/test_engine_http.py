"""Bodies that come slowly, broken or never; clients that read nothing; and faults of ours, told in the API's shape."""

import asyncio
import json
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from tests.conftest import ExpectLog
from voicedesk.engine import http, multipart
from voicedesk.engine.http import Handler, Stream, endpoint, read_json
from voicedesk.engine.multipart import read_form

PATIENCE = 10


class Site:
    """One endpoint on loopback."""

    def __init__(self) -> None:
        self.runner: web.AppRunner | None = None
        self.port = 0

    async def start(self, handler: Handler) -> str:
        app = web.Application()
        app.router.add_post("/", endpoint(handler))
        self.runner = web.AppRunner(
            app, access_log=None, handler_cancellation=True, shutdown_timeout=1.0
        )
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", 0).start()
        self.port = int(self.runner.addresses[0][1])
        return f"http://127.0.0.1:{self.port}/"

    async def stop(self) -> None:
        if self.runner is not None:
            await self.runner.cleanup()


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    site = Site()
    yield site
    await site.stop()


async def echo(request: web.Request) -> web.StreamResponse:
    return web.json_response(await read_json(request))


async def names(request: web.Request) -> web.StreamResponse:
    return web.json_response(sorted((await read_form(request)).parts))


async def post(url: str, data: object, content_type: str = "") -> tuple[int, str]:
    headers = {"Content-Type": content_type} if content_type else {}
    async with (
        aiohttp.ClientSession() as client,
        client.post(url, data=data, headers=headers) as answer,
    ):
        return answer.status, await answer.text()


async def test_json_is_read_in_any_pieces(site: Site) -> None:
    url = await site.start(echo)
    text = '{"input": "Grüß Gott, 世界"}'.encode()

    async def pieces() -> AsyncIterator[bytes]:
        for at in range(len(text)):
            yield text[at : at + 1]

    status, body = await post(url, pieces())
    assert (status, json.loads(body)) == (200, {"input": "Grüß Gott, 世界"})


@pytest.mark.parametrize("handler", [echo, names])
async def test_a_body_that_does_not_come_is_not_waited_for(
    site: Site, handler: Handler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "BODY_SECONDS", 0.05)
    monkeypatch.setattr(multipart, "BODY_SECONDS", 0.05)
    url = await site.start(handler)
    never = asyncio.Event()

    async def pieces() -> AsyncIterator[bytes]:
        yield b"--x\r\n"
        await never.wait()

    asking = asyncio.create_task(post(url, pieces(), "multipart/form-data; boundary=x"))
    async with asyncio.timeout(PATIENCE):
        status, body = await asking
    assert (status, json.loads(body)["error"]["code"]) == (408, "request_timeout")


FORM = (
    b'--x\r\nContent-Disposition: form-data; name="model"\r\n\r\nany\r\n'
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n'
    b"Content-Type: audio/wav\r\n\r\nRIFF\r\n--x--\r\n"
)


# aiohttp also warns of some of them
@pytest.mark.filterwarnings("ignore::aiohttp.multipart.BadContentDispositionHeader")
@pytest.mark.filterwarnings("ignore::aiohttp.multipart.BadContentDispositionParam")
async def test_a_form_cut_off_anywhere_is_a_form_or_a_refusal(site: Site) -> None:
    url = await site.start(names)
    async with asyncio.timeout(PATIENCE):
        whole = await post(url, FORM, "multipart/form-data; boundary=x")
        assert whole == (200, '["file", "model"]')
        for end in range(0, len(FORM), 3):
            status, body = await post(url, FORM[:end], "multipart/form-data; boundary=x")
            assert status in (200, 400), (end, body)
            if status == 400:
                assert json.loads(body)["error"]["code"] == "invalid_multipart_form"


async def test_a_form_of_very_many_parts_is_refused(site: Site) -> None:
    url = await site.start(names)
    part = b'--x\r\nContent-Disposition: form-data; name="%d"\r\n\r\n\r\n'
    form = b"".join(part % number for number in range(multipart.MOST_PARTS + 1)) + b"--x--\r\n"
    status, body = await post(url, form, "multipart/form-data; boundary=x")
    assert (status, json.loads(body)["error"]["code"]) == (400, "invalid_multipart_form")


async def test_a_fault_of_ours_is_told_in_the_shape_of_the_api(
    site: Site, expected_log: ExpectLog
) -> None:
    async def fail(_request: web.Request) -> web.StreamResponse:
        raise KeyError("ours")

    expected_log("POST / failed")
    status, body = await post(await site.start(fail), b"{}")
    assert (status, json.loads(body)["error"]["type"]) == (500, "server_error")
    assert "ours" not in body


async def test_a_client_that_reads_nothing_is_cut_off(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "STALL_SECONDS", 0.05)
    ended = asyncio.Event()

    async def pour(request: web.Request) -> web.StreamResponse:
        stream = await Stream.begin(request, "audio/pcm")
        try:
            while True:
                await stream.write(bytes(1 << 20))
        finally:
            ended.set()

    await site.start(pour)
    _, writer = await asyncio.open_connection("127.0.0.1", site.port)
    writer.write(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n")
    transport = writer.transport
    assert isinstance(transport, asyncio.Transport)
    transport.pause_reading()
    async with asyncio.timeout(PATIENCE):
        await ended.wait()
    writer.close()
    await asyncio.gather(writer.wait_closed(), return_exceptions=True)


async def test_events_and_comments_have_the_shape_that_browsers_read(site: Site) -> None:
    async def tell(request: web.Request) -> web.StreamResponse:
        stream = await Stream.begin(request, "text/event-stream")
        await stream.event({"words": "two\nlines ✓ \ud83d"})
        await stream.comment("still here")
        await stream.event("[DONE]", "end")
        return await stream.end()

    status, body = await post(await site.start(tell), b"")
    assert status == 200
    assert (
        body == 'data: {"words": "two\\nlines ✓ ?"}\n\n: still here\n\nevent: end\ndata: [DONE]\n\n'
    )
