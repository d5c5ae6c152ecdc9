"""How much a server may answer to one request. Imports the HTTP client: import it late."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import cast

import httpx2

LONGEST_BODY = 64 * 1024 * 1024
"""Bytes of one answer: more than five minutes of sound at any rate."""
LONGEST_FAILURE = 256 * 1024
"""Bytes of an answer that is no success; the rest of it says nothing more."""


class _Bounded(httpx2.AsyncByteStream):
    """A body that ends, or fails, where it becomes too long."""

    def __init__(self, stream: httpx2.AsyncByteStream, most: int, *, fails: bool) -> None:
        self._stream = stream
        self._left = most
        self._fails = fails

    async def __aiter__(self) -> AsyncGenerator[bytes, None]:
        chunks = cast("AsyncGenerator[bytes, None]", self._stream.__aiter__())
        async with aclosing(chunks):
            async for chunk in chunks:
                if len(chunk) > self._left:
                    if self._fails:
                        raise httpx2.DecodingError("the body is longer than any answer")
                    yield chunk[: self._left]
                    return
                self._left -= len(chunk)
                yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


async def bound(response: httpx2.Response) -> None:
    """Bound the body of a response that is not read yet; for the client's hooks.

    Raises:
        httpx2.DecodingError: It is compressed, which was not asked for: a little of it may become any amount.
    """
    if response.headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}:
        raise httpx2.DecodingError("a compressed body", request=response.request)
    stream = response.stream
    if isinstance(stream, httpx2.AsyncByteStream):
        most = LONGEST_BODY if response.is_success else LONGEST_FAILURE
        response.stream = _Bounded(stream, most, fails=response.is_success)
