"""Requests over HTTP to one server: a client that is kept warm, failures as our errors, and waiting when it is asked for.

The client is the ``openai`` package's, without its own repeating: that would hide waits from the user. Both its
requests and plain ones go through one pool of connections.
"""

from __future__ import annotations

import asyncio
import logging
import os
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from voicedesk.core.clock import now
from voicedesk.core.errors import (
    ConnectionLostError,
    NoAnswerError,
    RateLimitError,
    ServerError,
    WrongKeyError,
)
from voicedesk.core.settings import OPENAI_URL
from voicedesk.providers.dead_peers import PeerWatch, is_dead_peer
from voicedesk.providers.failures import failure, is_stale, limit_failure
from voicedesk.providers.pace import Pace, PaceBook
from voicedesk.providers.profiles import Address, is_loopback

if TYPE_CHECKING:
    import httpx2
    from openai import AsyncOpenAI

log = logging.getLogger(__name__)

CONNECT_S = 5.0
POOL_S = 10.0
STALL_S = 30.0
"""Seconds without any byte after which an answer is given up. A dead peer is noticed by ``dead_peers`` long before."""
WRITE_S = 30.0
KEEP_S = 120.0
"""Seconds that an idle connection is kept: longer than people think between two questions."""
LONGEST_WAIT_S = 20.0
"""A server that asks to wait longer is not waited for: the turn ends, and can be tried again."""
LONGEST_HOLD_S = 120.0
MOST_ASKS = 3
"""How often one request is sent when the server asks to wait."""
_FRESH_S = 3.0
"""A connection that was used this recently needs no warming; some servers close theirs after five seconds."""
_WARM_S = 5.0
_OPENAI = urlsplit(OPENAI_URL).hostname or ""

Source = Callable[[], Awaitable[Address]]
"""Gives the server's present address. May start the server, and raises ServerError when there is none."""

Response = TypeVar("Response")


def openai_client(address: Address, http: httpx2.AsyncClient | None = None) -> AsyncOpenAI:
    """A client for one server. Building it may read the system's certificates: call it in a thread.

    Args:
        address: The server.
        http: What makes the requests, and says how long they may take; None for a client of its own.
    """
    from openai import AsyncOpenAI

    key = address.key or "none"  # an empty key is normal for local servers
    client = AsyncOpenAI(
        api_key=key,
        base_url=address.base_url,
        default_headers={**_kept_back(address), "Authorization": f"Bearer {key}"},
        max_retries=0,
        http_client=http,
    )
    if not _is_openais(address):
        # The environment's organisation and project belong to OpenAI's own server alone.
        client.organization = None
        client.project = None
    return client


def _is_openais(address: Address) -> bool:
    host = urlsplit(address.base_url).hostname or ""
    return host == _OPENAI or host.endswith(f".{_OPENAI}")


def _kept_back(address: Address) -> Mapping[str, Any]:
    """The headers that the package would take from the environment, and which may hold a key: as none at all."""
    if _is_openais(address):
        return {}
    from openai import Omit

    lines = os.environ.get("OPENAI_CUSTOM_HEADERS", "").split("\n")
    names = (line.partition(":")[0].strip() for line in lines if ":" in line)
    return {name: Omit() for name in names if name.lower() != "authorization"}


def _touch(client: AsyncOpenAI) -> None:
    """Have the package import and build what requests need, all of which it puts off until it is first asked for."""
    for part in (
        client.chat.completions,
        client.responses,
        client.audio.transcriptions,
        client.audio.speech,
    ):
        _ = part.with_streaming_response


@dataclass(slots=True)
class Link:
    """What requests to one address are made with.

    Attributes:
        address: The server.
        client: For everything that the ``openai`` package knows.
        http: For everything else. Carries no key: give ``headers``.
        stall_s: Seconds without any byte after which an answer is given up.
        peers: Notices when the server is gone without a word.
        used_at: When a response last came, in seconds of ``core.clock``; None for never.
    """

    address: Address
    client: AsyncOpenAI
    http: httpx2.AsyncClient
    stall_s: float
    peers: PeerWatch
    used_at: float | None = None

    @classmethod
    def make(cls, address: Address, stall_s: float) -> Link:
        """Build the clients. Reads the system's certificates and may import much: call it in a thread."""
        import httpx2

        from voicedesk.providers.bounds import bound

        stall_s = max(stall_s, address.quirks.first_event_s)
        parts = urlsplit(address.base_url)
        plain = parts.scheme == "http"
        local = plain and is_loopback(parts.hostname or "")
        timeout = httpx2.Timeout(stall_s, connect=CONNECT_S, write=WRITE_S, pool=POOL_S)
        peers = PeerWatch()
        http = httpx2.AsyncClient(
            timeout=timeout,
            limits=httpx2.Limits(
                max_connections=20, max_keepalive_connections=8, keepalive_expiry=KEEP_S
            ),
            # A request holds what the user said: it goes nowhere but to the address that was entered.
            follow_redirects=False,
            headers={"Accept-Encoding": "identity"},
            event_hooks={"request": [peers.hook], "response": [bound]},
            # Without encryption there is nothing to verify: spare the reading of the system's certificates.
            verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if plain else True,
            trust_env=not local,  # a proxy cannot reach this computer's own servers
        )
        client = openai_client(address, http)
        _touch(client)
        return cls(address, client, http, stall_s, peers)

    @property
    def headers(self) -> Mapping[str, str]:
        """The key as headers, for plain requests."""
        return {"Authorization": f"Bearer {self.address.key}"} if self.address.key else {}

    def url(self, path: str) -> str:
        """The address of an endpoint, ``path`` beginning with a slash."""
        return self.address.base_url + path


class HttpServer:
    """One server, as the stages that use HTTP see it. Stages of one server may share it.

    Attributes:
        stall_s: Seconds without any byte after which an answer is given up; more where models are loaded first.
    """

    def __init__(
        self, source: Source, *, paces: PaceBook | None = None, stall_s: float = STALL_S
    ) -> None:
        """Nothing is opened yet.

        Args:
            source: Where the server is. Asked before each request, since the built-in server may have been started anew.
            paces: How fast which server may be asked; shared by all who ask.
            stall_s: Seconds without any byte after which an answer is given up.
        """
        self.stall_s = stall_s
        self._source = source
        self._paces = paces or PaceBook()
        self._link: Link | None = None
        self._making = asyncio.Lock()

    async def link(self) -> Link:
        """The clients for the server's present address.

        Raises:
            ServerError: There is no address.
        """
        address = await self._source()
        async with self._making:
            if self._link is None or self._link.address != address:
                await self._unlink()
                self._link = await asyncio.to_thread(Link.make, address, self.stall_s)
            return self._link

    @asynccontextmanager
    async def exchange(
        self,
        opened: Callable[[Link], AbstractAsyncContextManager[Response]],
        *,
        model: str = "",
    ) -> AsyncGenerator[Response, None]:
        """One request and its response, from the wait for its turn to the last byte.

        Whatever fails in the body of the ``async with`` as well is translated. ``opened`` is called again when the
        server asks to wait, or had closed the kept connection.

        Args:
            opened: Makes the request, as with ``lambda link: link.client....with_streaming_response.create(...)`` or
                ``lambda link: link.http.stream(...)``.
            model: What is asked for, for the sentence.

        Raises:
            ServerError: What became of it.
        """
        link = await self.link()
        async with AsyncExitStack() as stack:
            stack.enter_context(link.peers.exchange())
            try:
                response = await self._asked(stack, opened, link, model)
                yield response
            except ServerError:
                raise
            except Exception as error:
                known = self.failure(error, link, model)
                if known is None:
                    raise
                raise known from error

    def failure(self, error: BaseException, link: Link, model: str = "") -> ServerError | None:
        """The error of ours for what a request failed with, None for what is no failure of the server."""
        known = failure(error, link.address, model=model, stall_s=link.stall_s)
        if is_dead_peer(error) and isinstance(known, ConnectionLostError | NoAnswerError):
            reason = "it stopped answering"
            return ConnectionLostError(known.detail, server=link.address.name, reason=reason)
        return known

    async def _asked(
        self,
        stack: AsyncExitStack,
        opened: Callable[[Link], AbstractAsyncContextManager[Response]],
        link: Link,
        model: str,
    ) -> Response:
        pace = self._paces.of(link.address.base_url, link.address.name)
        asks = 0
        while True:
            await self._turn(pace, link)
            asks += 1
            kept = link.used_at is not None
            try:
                response = await stack.enter_async_context(_checked(opened(link)))
            except Exception as error:
                if kept and asks == 1 and is_stale(error) and not is_dead_peer(error):
                    log.info("%s had closed the connection; asking again", link.address.name)
                    continue
                known = self.failure(error, link, model)
                if not isinstance(known, RateLimitError) or not _hold(pace, known, asks):
                    raise
                log.info("%s asks to wait: %s", link.address.name, known.detail)
                continue
            link.used_at = now()
            return response

    @staticmethod
    async def _turn(pace: Pace, link: Link) -> None:
        wait = pace.wait_s
        if wait > LONGEST_WAIT_S:
            raise limit_failure("", link.address, wait=wait)
        await pace.turn()

    async def warm(self, connections: int = 1) -> None:
        """Have connections open before they are needed, by the cheapest request there is.

        Args:
            connections: How many requests will be made at once.

        Raises:
            ServerError: There is no address, no connection could be made, or the key is wrong.
        """
        link = await self.link()
        if link.used_at is not None and now() - link.used_at < _FRESH_S and connections == 1:
            return
        results = await asyncio.gather(
            *(self._knock(link) for _ in range(connections)), return_exceptions=True
        )
        for result in results:
            if isinstance(result, BaseException):
                known = self.failure(result, link) if isinstance(result, Exception) else None
                raise known or result
        link.used_at = now()

    async def _knock(self, link: Link) -> None:
        response = await link.http.head(link.url("/models"), headers=link.headers, timeout=_WARM_S)
        if response.status_code == HTTPStatus.UNAUTHORIZED:
            raise WrongKeyError("HTTP 401 when warming", server=link.address.name)

    async def close(self) -> None:
        """End every connection. Safe to call twice; a later request opens anew."""
        async with self._making:
            await self._unlink()

    async def _unlink(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            await link.client.close()


def _hold(pace: Pace, error: RateLimitError, asks: int) -> bool:
    """Note how long the server asks to wait. Whether that is worth waiting for."""
    if error.retry_after is None:
        return False
    pace.hold(min(error.retry_after, LONGEST_HOLD_S))
    return error.retry_after <= LONGEST_WAIT_S and asks < MOST_ASKS


@asynccontextmanager
async def _checked(
    opening: AbstractAsyncContextManager[Response],
) -> AsyncGenerator[Response, None]:
    """Enter a request; a plain response that is no success fails like the ``openai`` package's do."""
    import httpx2

    async with opening as response:
        if isinstance(response, httpx2.Response) and not response.is_success:
            await response.aread()
            response.raise_for_status()
        yield response
