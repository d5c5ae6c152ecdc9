"""One WebSocket conversation with a server that speaks the Realtime protocol.

The socket comes from the ``openai`` package; events go out and come in as plain dictionaries, because servers differ
in their names and leave fields out. ``normalise`` brings what comes in to the names of today's protocol. Opening a
new connection after a loss is the pipeline's business: the package's own way opens an empty session and pours the
queued sound into it.
"""

from __future__ import annotations

import asyncio
import importlib
import itertools
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from voicedesk.core.attention import AttentiveTimeout
from voicedesk.core.clock import now
from voicedesk.core.errors import (
    ConnectionLostError,
    ProtocolError,
    ReplyFailedError,
    ServerError,
    UnknownModelError,
    UnreachableError,
)
from voicedesk.core.reasons import network_reason
from voicedesk.providers.dead_peers import unconfirmed
from voicedesk.providers.dialects import Dialect
from voicedesk.providers.failures import (
    CUT_SHORT,
    ELSEWHERE,
    STOPPED,
    as_sentence,
    body_message,
    error_message,
    message_failure,
    own_problem,
    session_end,
    status_failure,
)
from voicedesk.providers.http import openai_client
from voicedesk.providers.profiles import Address, is_loopback

if TYPE_CHECKING:
    from openai.resources.realtime.realtime import AsyncRealtimeConnection
    from openai.types.websocket_connection_options import WebSocketConnectionOptions

log = logging.getLogger(__name__)

ServerEvent = dict[str, Any]

CONNECT_TIMEOUT = 10.0
KEEPALIVE_INTERVAL = 10.0
KEEPALIVE_TIMEOUT = 10.0
"""Seconds between the pings of a connection, and how long each may stay unanswered while nothing else comes."""
MAX_MESSAGE = 24 * 1024 * 1024
"""Bytes of one message; the protocol's own limit for a piece of sound is 15 MiB."""

_RENAMED_PREFIXES = {
    "response.audio.": "response.output_audio.",
    "response.audio_transcript.": "response.output_audio_transcript.",
    "response.text.": "response.output_text.",
}
_RENAMED = {"conversation.item.created": "conversation.item.added"}

_ERROR_TEXTS = {"code", "event_id", "message", "param", "type"}

_END = None


def prepare() -> None:
    """Import what a first connection needs. Takes over a second when cold: call it in a thread."""
    for module in (
        "openai",
        "openai.resources.realtime.realtime",
        "openai.lib._websocket",
        "websockets.asyncio.client",
    ):
        importlib.import_module(module)


async def prepared(source: Callable[[], Awaitable[Address]]) -> Address:
    """A server's address. Where the server has to be started first, that goes on beside the imports.

    Raises:
        ServerError: There is no address.
    """
    preparing = asyncio.create_task(asyncio.to_thread(prepare), name="realtime imports")
    try:
        address = await source()
        await preparing
    except BaseException:
        preparing.cancel()
        await asyncio.gather(preparing, return_exceptions=True)
        raise
    return address


def normalise(event: Mapping[str, Any]) -> ServerEvent:
    """Bring an event of any dialect to today's names and shape. Ids that are missing stay missing."""
    kind = event.get("type")
    if not isinstance(kind, str):
        kind = ""
    kind = _RENAMED.get(kind, kind)
    for old, new in _RENAMED_PREFIXES.items():
        if kind.startswith(old):
            kind = new + kind[len(old) :]
    result = {**event, "type": kind}
    if kind == "error" and not isinstance(event.get("error"), Mapping):
        # Some servers send the error's fields flat.
        result["error"] = {
            key: event[key] for key in ("message", "code", "param", "event_id") if key in event
        }
        if isinstance(event.get("error"), str):
            result["error"].setdefault("message", event["error"])
    if kind == "error":
        # Names that are no text name nothing.
        result["error"] = {
            key: value
            for key, value in result["error"].items()
            if isinstance(value, str) or key not in _ERROR_TEXTS
        }
    return result


class RealtimeSocket:
    """An open connection.

    Sending is queued and never waits; one task writes in order. Receiving gives normalised events until the
    connection ends, then ``ended`` holds why.

    Attributes:
        garbage: Count of messages that were not JSON objects.
        ended: The error that ended the connection; None while it lives and after our own ``close``.
        refusal: What it was if nothing had been done with the connection yet, where that is something else.
    """

    def __init__(self, connection: AsyncRealtimeConnection, address: Address) -> None:
        self._connection = connection
        self._address = address
        self._ids = itertools.count(1)
        self._outbox: asyncio.Queue[tuple[str, Callable[[float], None] | None]] = asyncio.Queue()
        self._writer = asyncio.create_task(self._write(), name="realtime writer")
        self._prober = asyncio.create_task(self._probe(), name="realtime prober")
        self._received = 0
        self._handed_over = 0  # bytes
        self._dialect = Dialect(address.quirks)
        self._closing = False
        self.garbage = 0
        self.ended: ServerError | None = None
        self.refusal: ServerError | None = None

    @classmethod
    async def connect(cls, address: Address, *, model: str, intent: str = "") -> RealtimeSocket:
        """Open a connection.

        Args:
            address: The server.
            model: Which model; with an intent it is named by the session instead, and here only for the sentence.
            intent: "transcription" for a session that transcribes and does not answer.

        Raises:
            ServerError: Which one says why: key, model, network, limit or protocol.
        """
        client, options = await asyncio.to_thread(
            lambda: (openai_client(address), _options(address))
        )
        from openai import OpenAIError, omit
        from websockets.asyncio import client as websocket_client

        # A server that sends the handshake on to another address would have the key sent there too.
        websocket_client.MAX_REDIRECTS = 1

        manager = client.realtime.connect(
            model=omit if intent else model,
            extra_query={"intent": intent} if intent else {},
            websocket_connection_options=options,
        )
        socket: RealtimeSocket | None = None
        try:
            socket = cls(await manager.enter(), address)
        except (OSError, TimeoutError, EOFError, OpenAIError) as error:
            raise UnreachableError(
                repr(error), server=address.name, reason=network_reason(error)
            ) from error
        except Exception as error:
            # websockets' own exceptions share no public base with the rest of the handshake's failures.
            raise _handshake_error(error, address, model) from error
        finally:
            try:
                await client.close()
            except BaseException:
                if socket is not None:
                    await socket.close()  # nobody will ever have it
                raise
        return socket

    def send(self, event: Mapping[str, Any], *, sent: Callable[[float], None] | None = None) -> str:
        """Queue an event. Returns its event_id, by which the server's complaint can be told apart.

        Args:
            event: Without ``event_id``.
            sent: Called with the time when the event was handed to the socket.
        """
        event_id = f"vd_{next(self._ids)}"
        for each in self._dialect.outgoing({"event_id": event_id, **event}):
            self._outbox.put_nowait(
                (json.dumps(each), sent if each.get("event_id") == event_id else None)
            )
        return event_id

    async def receive(self) -> ServerEvent | None:
        """The next event, None when the connection has ended. Messages that make no sense are counted and skipped."""
        while True:
            try:
                data = await self._connection.recv_bytes()
            except Exception as error:
                # recv_bytes raises websockets' ConnectionClosed family, or whatever the transport failed with.
                if not isinstance(error, _closed_errors()):
                    raise
                self._note_end(error)
                return None
            self._received += 1
            event = self._parse(data)
            if event is not None:
                return event

    def _parse(self, data: bytes) -> ServerEvent | None:
        try:
            event = json.loads(data)
        except (ValueError, RecursionError):
            event = _END
        if isinstance(event, dict):
            return self._dialect.incoming(normalise(event))
        self.garbage += 1
        if self.garbage == 1:
            log.info("%s sent a message that is no event (%d bytes)", self._address.name, len(data))
        return None

    def _note_end(self, error: Exception) -> None:
        if not self._closing and self.ended is None:
            self.ended, self.refusal = session_end(error, self._address)

    async def _write(self) -> None:
        while True:
            data, sent = await self._outbox.get()
            self._handed_over += len(data)
            try:
                await self._connection.send_raw(data)
            except Exception as error:
                # The reader sees the same end and tells it; what was queued is the pipeline's to send again.
                if not isinstance(error, _closed_errors()):
                    raise
                self._note_end(error)
                return
            if sent is not None:
                sent(now())

    async def answers(self, timeout: float) -> bool:
        """Whether the other end answers a ping within ``timeout`` seconds in which this application could read.

        False as well when the connection is gone.
        """
        try:
            async with AttentiveTimeout(timeout):
                # The package has no ping of its own, and the socket below it no other name.
                pong = await self._connection._connection.ping()  # noqa: SLF001
                await pong
        except TimeoutError:
            return False
        except Exception as error:
            # websockets' own exceptions share no public base with what the transport fails with.
            if not isinstance(error, _closed_errors()):
                raise
            return False
        return True

    @property
    def delivered(self) -> int:
        """How many bytes of what was sent the other side's system has confirmed; about, but it grows only if that does."""
        transport = self._connection._connection.transport  # noqa: SLF001 - the package has no way to it
        waiting = transport.get_write_buffer_size()
        return self._handed_over - waiting - unconfirmed(transport.get_extra_info("socket"))

    async def _probe(self) -> None:
        """Ask now and then whether the other end is there, until it is not."""
        while self.ended is None:
            await asyncio.sleep(KEEPALIVE_INTERVAL)
            received, delivered = self._received, self.delivered
            alive = await self.answers(KEEPALIVE_TIMEOUT) or self._received > received
            if not alive and self.delivered <= delivered:
                self._note_end(TimeoutError("no pong"))
                self._abort()

    async def close(self) -> None:
        """Close the connection and end its tasks. Safe to call twice."""
        self._closing = True
        for task in (self._writer, self._prober):
            task.cancel()
        try:
            await asyncio.gather(self._writer, self._prober, return_exceptions=True)
            async with asyncio.timeout(2.0):
                await self._connection.close()
        except (TimeoutError, OSError) as error:
            log.info("closing %s: %r", self._address.name, error)
        finally:
            self._abort()  # whoever closes may be cancelled, and nobody may be there who reads the other's goodbye

    def _abort(self) -> None:
        self._connection._connection.transport.abort()  # noqa: SLF001 - the package has no way to it


def _options(address: Address) -> WebSocketConnectionOptions:
    """How to open a connection. Reads the system's certificates: call it in a thread."""
    from httpx2 import create_ssl_context

    parts = urlsplit(address.base_url)
    # A proxy cannot reach this computer's own servers.
    is_ours = is_loopback(parts.hostname or "")
    options: WebSocketConnectionOptions = {
        "max_size": MAX_MESSAGE,
        "compression": None,
        "open_timeout": CONNECT_TIMEOUT,
        "ping_interval": None,  # its own way counts time in which this application could not read
        "close_timeout": 1,
        "proxy": None if is_ours else True,  # type: ignore[typeddict-unknown-key]
    }
    if parts.scheme in {"https", "wss"}:
        # The certificates that requests go by: OpenSSL alone looks where the system that built it keeps them.
        options["ssl"] = create_ssl_context()  # type: ignore[typeddict-unknown-key]
    return options


def _closed_errors() -> tuple[type[Exception], ...]:
    from websockets.exceptions import ConnectionClosed

    return (ConnectionClosed, OSError, EOFError)


def _handshake_error(error: Exception, address: Address, model: str) -> ServerError:
    """The error of ours for a refused WebSocket handshake."""
    response: Any = getattr(error, "response", None)
    status = getattr(response, "status_code", None)
    if status is None and isinstance(error.__cause__, EOFError | OSError):
        return UnreachableError(repr(error), server=address.name, reason="the connection broke off")
    if status is None:
        reason = "it does not answer as a realtime server"
        if type(error).__name__ == "SecurityError":
            reason = ELSEWHERE
        return ProtocolError(repr(error), server=address.name, reason=reason)
    body = bytes(getattr(response, "body", b"") or b"")
    refusal = status_failure(status, response.headers, body, address, model=model)
    if status == HTTPStatus.NOT_FOUND:
        return UnknownModelError(refusal.detail, server=address.name, model=model)
    if type(refusal) is not ReplyFailedError:
        return refusal
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return UnreachableError(refusal.detail, server=address.name, reason=own_problem(status))
    said, _ = body_message(body)
    return ServerError(refusal.detail, server=address.name, reason=as_sentence(said).rstrip("."))


def server_error(error: Mapping[str, Any], address: Address, model: str) -> ServerError:
    """The error of ours for the ``error`` object of an event or of a failed response."""
    said, code = error_message({"error": error})
    if code == "session_expired":
        return ConnectionLostError(
            f"{code}: {said}",
            server=address.name,
            reason="the session reached its longest duration",
        )
    return message_failure(said, code, address, model=model)


def response_error(response: Mapping[str, Any], address: Address, model: str) -> ServerError | None:
    """Why a finished response is no whole answer, None if it is one.

    Limits arrive like this: as a failed response, without an ``error`` event.
    """
    status = str(response.get("status"))
    details = response.get("status_details")
    details = details if isinstance(details, Mapping) else {}
    if status == "failed":
        error = details.get("error")
        return server_error(error if isinstance(error, Mapping) else {}, address, model)
    if status in {"incomplete", "cancelled"}:
        reason = str(details.get("reason") or status)
        said = STOPPED.get(reason, CUT_SHORT)
        return ReplyFailedError(reason, server=address.name, reason=said)
    return None
