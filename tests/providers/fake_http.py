"""A scripted HTTP server on loopback: answers each request as a test says, and keeps what it was asked."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from voicedesk.core.errors import ServerError
from voicedesk.providers.http import HttpServer
from voicedesk.providers.profiles import QUIRKS, Address, Quirks

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class FakeHttp:
    """A server; set ``handler``.

    Attributes:
        handler: Answers every request but the warming ones.
        asked: The requests, with their JSON or form under "body".
        warmed: Count of warming requests.
        gone: Set when a client went away in the middle of a response.
    """

    handler: Handler
    base_url: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)
    warmed: int = 0
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    quirks: Quirks = QUIRKS["compatible"]
    key: str = "sk-test"
    error: ServerError | None = None

    async def address(self) -> Address:
        if self.error is not None:
            raise self.error
        return Address("Fake", self.base_url, self.key, self.quirks)

    def client(self, stall_s: float = 30.0) -> HttpServer:
        return HttpServer(self.address, stall_s=stall_s)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if request.method == "HEAD":
            self.warmed += 1
            return web.Response()
        body: dict[str, Any]
        if request.content_type == "application/json":
            body = await request.json() if request.can_read_body else {}
        else:
            body = {name: _value(part) for name, part in (await request.post()).items()}
        self.asked.append(
            {"path": request.path, "key": request.headers.get("Authorization"), "body": body}
        )
        try:
            return await self.handler(request)
        except (asyncio.CancelledError, ConnectionResetError):
            self.gone.set()
            raise


def _value(part: str | bytearray | bytes | web.FileField) -> Any:
    if not isinstance(part, web.FileField):
        return part
    with part.file as file:
        return file.read()


@contextlib.asynccontextmanager
async def fake_http(handler: Handler) -> AsyncIterator[FakeHttp]:
    """The server, as long as it is needed."""
    fake = FakeHttp(handler)
    app = web.Application(client_max_size=64 << 20)
    app.router.add_route("*", "/{path:.*}", fake.answer)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.5)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    fake.base_url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    try:
        yield fake
    finally:
        await runner.cleanup()


def answers(
    body: bytes | str = b"",
    status: int = 200,
    *,
    kind: str = "application/octet-stream",
    headers: Mapping[str, str] | None = None,
) -> Handler:
    """Answers with this, always."""
    data = body.encode() if isinstance(body, str) else body

    async def handler(_request: web.Request) -> web.Response:
        return web.Response(
            body=data, status=status, headers={"Content-Type": kind, **(headers or {})}
        )

    return handler


def streams(
    *pieces: bytes | asyncio.Event,
    kind: str = "application/octet-stream",
    cut: bool = False,
    length: int | None = None,
) -> Handler:
    """Answers piece by piece; waits for events between them; ``cut`` ends the connection without an end."""

    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": kind})
        if length is not None:
            response.content_length = length
        await response.prepare(request)
        for piece in pieces:
            if isinstance(piece, bytes):
                await response.write(piece)
            else:
                await piece.wait()
        if cut:
            assert request.transport is not None
            request.transport.abort()
        return response

    return handler


def openai_error(message: str, code: str = "", kind: str = "invalid_request_error") -> str:
    """An error body of OpenAI's shape."""
    import json

    return json.dumps({"error": {"message": message, "type": kind, "code": code, "param": None}})


BAD_ANSWERS: dict[str, tuple[Handler, str]] = {
    "wrong key": (answers(openai_error("no"), 401, kind="application/json"), "WrongKeyError"),
    "no model": (
        answers(
            openai_error("The model `m` does not exist", "model_not_found"),
            404,
            kind="application/json",
        ),
        "UnknownModelError",
    ),
    "no endpoint": (answers("404 page not found", 404, kind="text/plain"), "ProtocolError"),
    "too large": (answers(openai_error("too large"), 413, kind="application/json"), "TooLongError"),
    "limit": (answers(openai_error("slow down"), 429, kind="application/json"), "RateLimitError"),
    "long limit": (
        answers(
            openai_error("quota"), 429, kind="application/json", headers={"Retry-After": "3600"}
        ),
        "RateLimitError",
    ),
    "server error": (answers("oops", 500, kind="text/plain"), "UnreachableError"),
    "web page": (answers("<html>Sign in</html>", kind="text/html"), "ProtocolError"),
    "error page": (answers("<html>Bad gateway</html>", 502, kind="text/html"), "UnreachableError"),
    "elsewhere": (
        answers("", 302, headers={"Location": "https://elsewhere.test/"}),
        "ProtocolError",
    ),
    "half": (streams(b"ab", length=100, cut=True), "ConnectionLostError"),
    "half, chunked": (streams(b"ab", cut=True), "ConnectionLostError"),
    "error as success": (
        answers(openai_error("engine died"), kind="application/json"),
        "ReplyFailedError",
    ),
}
"""What servers answer when something is wrong, and which of our errors it becomes."""
