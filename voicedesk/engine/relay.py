"""Events of an answer in the making on their way to the client: errors as a status while there is time, heartbeats after."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing

from aiohttp import web

from voicedesk.engine.http import INTERNAL_ERROR, Stream
from voicedesk.engine.protocol.errors import ClientError

log = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 5.0
"""After so long without an event a comment is sent: clients and proxies give up on what is silent."""

Event = tuple[str | None, object]
"""Name of a server-sent event, or None, and its data: JSON, or text as it is."""


async def relay(
    request: web.Request,
    events: AsyncGenerator[Event, None],
    *,
    heartbeat_s: float = HEARTBEAT_SECONDS,
    error_name: str | None = None,
) -> web.StreamResponse:
    """Send events as they are made, until they end or the client goes.

    The generator is closed in every case. What it raises before the first event or heartbeat is raised here; later
    it becomes an event ``{"error": {...}}``, and the stream ends.

    Args:
        request: The client's.
        events: What to send.
        heartbeat_s: After so many seconds without an event a comment is sent.
        error_name: Name of an error's event.

    Raises:
        ConnectionError: The client has gone.
    """
    stream: Stream | None = None
    async with aclosing(events):
        while True:
            pull = asyncio.ensure_future(_next(events))
            try:
                while not (await asyncio.wait({pull}, timeout=heartbeat_s))[0]:
                    stream = stream or await Stream.begin(request, "text/event-stream")
                    await stream.comment("waiting")
                event = pull.result()
            except Exception as error:
                if stream is None or isinstance(error, ConnectionError):
                    raise
                await stream.event({"error": _told(request, error)}, name=error_name)
                return await stream.end()
            finally:
                if not pull.done():
                    pull.cancel()
                    await asyncio.gather(pull, return_exceptions=True)
            stream = stream or await Stream.begin(request, "text/event-stream")
            if event is None:
                return await stream.end()
            name, data = event
            await stream.event(data, name=name)


async def _next(events: AsyncGenerator[Event, None]) -> Event | None:
    return await anext(events, None)


def _told(request: web.Request, error: Exception) -> dict[str, object]:
    if isinstance(error, ClientError):
        body = error.body()
        return {name: body[name] for name in ("message", "type", "param", "code")}
    log.error("%s %s failed", request.method, request.path, exc_info=error)
    return {
        "message": INTERNAL_ERROR,
        "type": "server_error",
        "param": None,
        "code": "server_error",
    }
