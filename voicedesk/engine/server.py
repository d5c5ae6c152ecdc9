"""The HTTP face of the engine: who may come in, which address leads where, and errors in the API's shape."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import logging
import time
from urllib.parse import urlsplit

from aiohttp import WSMsgType, web

from voicedesk.engine import http_audio
from voicedesk.engine.http import Handler, failure, refusal
from voicedesk.engine.http_text import TextEndpoints
from voicedesk.engine.limits import MAX_BODY, body_too_large
from voicedesk.engine.protocol.client_events import EventSession
from voicedesk.engine.protocol.errors import not_one_of
from voicedesk.engine.protocol.session import Session
from voicedesk.engine.protocol.transcription import TranscriptionSession
from voicedesk.engine.services import EARS_MODEL, MODELS, REALTIME_MODEL, Services

log = logging.getLogger(__name__)

MAX_MESSAGE = 21 << 20
"""Bytes: an append of 15 MiB of sound, in base64."""
MAX_SESSIONS = 16
CLOSE_SECONDS = 2.0
KEY_PROTOCOL = "openai-insecure-api-key."

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_STARTED = int(time.time())


class Server:
    """The engine's server on 127.0.0.1.

    Args:
        token: What clients must show.
        services: Ears, voice and assistant.
    """

    def __init__(self, token: str, services: Services) -> None:
        self._token = token
        self._services = services
        self._sockets: set[web.WebSocketResponse] = set()
        self._endings: set[asyncio.Task[None]] = set()
        self._runner: web.AppRunner | None = None

    async def start(self, port: int = 0) -> int:
        """Listen. Returns the port.

        Raises:
            OSError: The port is taken.
        """
        app = web.Application(middlewares=[self._guard], client_max_size=MAX_BODY)
        app.add_routes(
            [
                web.get("/health", self._health),
                web.get("/v1/models", self._models),
                web.get("/v1/models/{model}", self._model),
                web.get("/v1/realtime", self._realtime),
                *TextEndpoints(self._services).routes(),
            ]
        )
        app.add_routes(http_audio.routes(self._services))
        app.on_shutdown.append(self._hang_up)
        runner = web.AppRunner(
            app,
            access_log=None,
            shutdown_timeout=1.0,
            handler_cancellation=True,  # nobody waits any more for what a client asked that has gone
        )
        await runner.setup()
        self._runner = runner
        site = web.TCPSite(runner, "127.0.0.1", port)
        try:
            await site.start()
        except OSError:
            await runner.cleanup()
            raise
        return int(runner.addresses[0][1])

    async def stop(self) -> None:
        """Hang up on every client and stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()
        await asyncio.gather(*self._endings, return_exceptions=True)

    async def _hang_up(self, _app: web.Application) -> None:
        sockets = list(self._sockets)
        # A client that does not read is cut off by the runner's shutdown.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await asyncio.gather(
                    *(
                        socket.close(code=1001, message=b"The server is shutting down.")
                        for socket in sockets
                    )
                )

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Only programs of this computer that know the token: a web page must not reach us by any trick of names."""
        if not _is_loopback(f"//{request.headers.get('Host', '')}"):
            return failure(403, "This server answers on loopback only.", "invalid_host")
        origin = request.headers.get("Origin")
        if origin is not None and not _is_loopback(origin):
            return failure(403, "Web pages may not use this server.", "invalid_origin")
        if request.path != "/health" and not self._knows_token(request):
            return failure(
                401,
                "Incorrect API key provided. Use the token that the server printed.",
                "invalid_api_key",
            )
        try:
            return await handler(request)
        except web.HTTPException as error:
            if error.status < 400:
                raise
            if error.status == 413:
                return refusal(body_too_large())
            message = (
                f"Invalid URL ({request.method} {request.path})"
                if error.status == 404
                else error.reason
            )
            return failure(error.status, message, "unknown_url" if error.status == 404 else None)

    def _knows_token(self, request: web.Request) -> bool:
        shown = [request.headers.get("Authorization", "").removeprefix("Bearer ").strip()]
        shown += [
            protocol.removeprefix(KEY_PROTOCOL)
            for protocol in _protocols(request)
            if protocol.startswith(KEY_PROTOCOL)
        ]
        return any(hmac.compare_digest(token.encode(), self._token.encode()) for token in shown)

    async def _health(self, _request: web.Request) -> web.Response:
        return web.json_response(
            {"status": "ok", **self._services.state, "sessions": len(self._sockets)}
        )

    async def _models(self, _request: web.Request) -> web.Response:
        return web.json_response({"object": "list", "data": [_describe(model) for model in MODELS]})

    async def _model(self, request: web.Request) -> web.Response:
        model = request.match_info["model"]
        if model not in MODELS:
            return failure(404, f"The model '{model}' does not exist", "model_not_found", "model")
        return web.json_response(_describe(model))

    async def _realtime(self, request: web.Request) -> web.StreamResponse:
        intent = request.query.get("intent")
        if intent not in (None, "", "transcription"):
            return refusal(not_one_of("intent", intent, ["transcription"]))
        if len(self._sockets) >= MAX_SESSIONS:
            message = f"At most {MAX_SESSIONS} sessions at once. Close another first."
            return failure(429, message, "rate_limit_exceeded", kind="rate_limit_error")
        protocols = ("realtime",) if "realtime" in _protocols(request) else ()
        socket = web.WebSocketResponse(
            protocols=protocols, max_msg_size=MAX_MESSAGE, heartbeat=30.0, compress=False
        )
        if not socket.can_prepare(request).ok:
            return failure(426, "This address is for WebSocket connections.", "upgrade_required")
        await socket.prepare(request)
        self._sockets.add(socket)
        try:
            await self._converse(request, socket)
        finally:
            self._sockets.discard(socket)
        return socket

    def _session(self, request: web.Request) -> EventSession:
        model = request.query.get("model")
        if request.query.get("intent") == "transcription":
            return TranscriptionSession(self._services, model or EARS_MODEL)
        return Session(self._services, model or REALTIME_MODEL)

    async def _converse(self, request: web.Request, socket: web.WebSocketResponse) -> None:
        session = self._session(request)
        writer = asyncio.create_task(_write(socket, session), name="session writer")
        try:
            session.open()
            async for message in socket:
                if message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
                    await session.take(message.data)
                if session.outbox.overflowed:
                    break
        finally:
            # The handler is cancelled when its connection is gone: that must not cut short the end of what it began.
            ending = asyncio.create_task(
                _end_session(request, socket, session, writer), name="session end"
            )
            self._endings.add(ending)
            ending.add_done_callback(self._endings.discard)
            await asyncio.shield(ending)


async def _end_session(
    request: web.Request,
    socket: web.WebSocketResponse,
    session: EventSession,
    writer: asyncio.Task[None],
) -> None:
    await session.close()
    if socket.closed or session.outbox.overflowed:
        writer.cancel()
    if session.outbox.overflowed and request.transport is not None:
        # It asks and does not read: a close frame would wait behind all that it has not read.
        request.transport.abort()
    await asyncio.gather(writer, return_exceptions=True)


async def _write(socket: web.WebSocketResponse, session: EventSession) -> None:
    try:
        while (encoded := await session.outbox.take()) is not None:
            await socket.send_str(encoded)
    except ConnectionError:
        log.debug("the client has gone")
    finally:
        session.outbox.close()


def _is_loopback(url: str) -> bool:
    try:
        return urlsplit(url).hostname in _LOOPBACK
    except ValueError:
        return False


def _protocols(request: web.Request) -> list[str]:
    values = request.headers.getall("Sec-WebSocket-Protocol", [])
    return [name.strip() for value in values for name in value.split(",")]


def _describe(model: str) -> dict[str, object]:
    return {"id": model, "object": "model", "created": _STARTED, "owned_by": "voicedesk"}
