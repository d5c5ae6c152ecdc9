"""What the engine's HTTP endpoints share: bodies read within limits, errors in the API's shape, event streams."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from aiohttp import ClientPayloadError, web
from aiohttp.http_exceptions import HttpProcessingError

from voicedesk.core.errors import VoiceError
from voicedesk.engine.ears.ears import EarsError
from voicedesk.engine.limits import (
    BODY_SECONDS,
    MAX_BODY,
    RefusedError,
    body_too_large,
    body_too_late,
)
from voicedesk.engine.protocol.errors import ClientError

log = logging.getLogger(__name__)

STALL_SECONDS = 60.0
"""A client that takes nothing of its answer for so long has gone, whatever its connection says."""

_CHUNK = 64 << 10

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def failure(
    status: int,
    message: str,
    code: str | None,
    param: str | None = None,
    *,
    kind: str = "invalid_request_error",
    retry_after: int | None = None,
) -> web.Response:
    """An error answer of the API's shape."""
    error = {"message": message, "type": kind, "param": param, "code": code}
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return web.Response(
        status=status,
        text=json.dumps({"error": error}),
        content_type="application/json",
        headers=headers,
    )


def endpoint(handler: Handler) -> Handler:
    """A handler whose errors become answers of the API's shape.

    For errors until the answer has begun; one that streams tells what comes later in its stream. The server runs
    handlers so that they are cancelled when their client goes.
    """

    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except ClientError as error:
            return refusal(error)
        except (EarsError, VoiceError) as error:
            log.warning("%s %s: %r", request.method, request.path, error)
            return failure(503, str(error), error_code(error), kind="server_error")
        except web.HTTPException:
            raise
        except ConnectionError:
            raise
        except Exception:  # a fault of ours in one request must be told in the API's shape
            log.exception("%s %s failed", request.method, request.path)
            return failure(500, INTERNAL_ERROR, "server_error", kind="server_error")

    return answer


INTERNAL_ERROR = "The built-in server had an internal error. Try again."


def refusal(error: ClientError) -> web.Response:
    """The answer to a request that cannot be: 400, or the status of a `RefusedError`."""
    status, retry_after = 400, None
    if isinstance(error, RefusedError):
        status, retry_after = error.status, error.retry_after
    return failure(
        status, str(error), error.code, error.param, kind=error.kind, retry_after=retry_after
    )


def error_code(error: Exception) -> str:
    """The API's code for an engine that failed."""
    if isinstance(error, EarsError):
        return "transcription_failed"
    return "speech_failed" if isinstance(error, VoiceError) else "server_error"


async def read_json(request: web.Request) -> dict[str, Any]:
    """The body of a request, a JSON object.

    Raises:
        ClientError: It is none.
        RefusedError: 413, it is too large; 408, it does not come.
    """
    body = bytearray()
    async for chunk in body_chunks(request):
        body += chunk
    try:
        parsed = json.loads(bytes(body))
    except (ValueError, RecursionError) as error:
        raise ClientError(
            "We could not parse the JSON body of your request. Send one JSON object in UTF-8.",
            code="invalid_json",
        ) from error
    if not isinstance(parsed, dict):
        raise ClientError("The body of the request must be a JSON object.", code="invalid_json")
    return parsed


async def body_chunks(request: web.Request) -> AsyncIterator[bytes]:
    """The body of a request as it comes, within the limits.

    Raises:
        ClientError: It is broken.
        RefusedError: 413, it is too large; 408, it does not come.
    """
    if (request.content_length or 0) > MAX_BODY:
        raise body_too_large()
    size = 0
    deadline = asyncio.get_running_loop().time() + BODY_SECONDS
    while chunk := await _chunk(request, deadline):
        size += len(chunk)
        if size > MAX_BODY:
            raise body_too_large()
        yield chunk


async def _chunk(request: web.Request, deadline: float) -> bytes:
    try:
        async with asyncio.timeout_at(deadline):
            return await request.content.read(_CHUNK)
    except TimeoutError as error:
        raise body_too_late() from error
    except (ClientPayloadError, HttpProcessingError) as error:
        raise ClientError("The body of the request is broken.", code="invalid_body") from error


class Stream:
    """An answer sent as it is made. Made with `begin`.

    Cutting it off is the only way to tell in the middle of plain bytes that no more will come.
    """

    def __init__(self, request: web.Request, response: web.StreamResponse) -> None:
        self._request = request
        self._response = response

    @classmethod
    async def begin(cls, request: web.Request, content_type: str) -> Stream:
        """Send the head of a 200 answer."""
        response = web.StreamResponse(headers={"Cache-Control": "no-cache"})
        response.content_type = content_type
        if content_type.startswith("text/"):
            response.charset = "utf-8"
        await response.prepare(request)
        return cls(request, response)

    async def write(self, data: bytes) -> None:
        """Send bytes, as fast as the client takes them.

        Raises:
            ConnectionError: The client has gone, or takes nothing any more.
        """
        try:
            async with asyncio.timeout(STALL_SECONDS):
                await self._response.write(data)
        except TimeoutError as error:
            self.cut_off()
            raise ConnectionResetError("the client takes nothing") from error

    async def event(self, data: object, name: str | None = None) -> None:
        """Send a server-sent event of JSON, or of text as it is."""
        text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
        head = "" if name is None else f"event: {name}\n"
        # A lone surrogate that came in by JSON's escapes is no character that could go out.
        await self.write(f"{head}data: {text}\n\n".encode("utf-8", "replace"))

    async def comment(self, text: str = "") -> None:
        """Send a comment, which clients pass over: the connection is alive."""
        await self.write(f": {text}\n\n".encode())

    async def end(self) -> web.StreamResponse:
        """Finish the answer."""
        await self._response.write_eof()
        return self._response

    def cut_off(self) -> web.StreamResponse:
        """End the connection, so that what came is not taken for the whole answer."""
        if self._request.transport is not None:
            self._request.transport.abort()
        return self._response
