"""A server that is gone without a word is noticed while it is waited for; one that is only slow is left alone."""

import asyncio
import ctypes
import socket
import struct
import sys
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from voicedesk.core.errors import ConnectionLostError
from voicedesk.providers import dead_peers
from voicedesk.providers.http import CONNECT_S, HttpServer, Link
from voicedesk.providers.profiles import QUIRKS, Address

ATTACH_FILTER = 26
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"
LONG = b"x" * 4_000_000
"""More than any buffer between two programs of one computer takes."""

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's filters on sockets")


class Peer:
    """A server that has accepted a connection and does what a test says with it.

    Attributes:
        came: Set with each connection.
        connection: The latest.
    """

    def __init__(self) -> None:
        self.came = asyncio.Event()
        self.connection: socket.socket | None = None
        self.accepted: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.setblocking(False)
        self._task = asyncio.create_task(self._serve(), name="peer")

    async def address(self) -> Address:
        port = self._listener.getsockname()[1]
        return Address("Fake", f"http://127.0.0.1:{port}", "", QUIRKS["compatible"])

    async def _serve(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            self.connection, _ = await loop.sock_accept(self._listener)
            self.connection.setblocking(False)
            self.accepted.append(self.connection)
            self.came.set()

    async def read(self, mark: bytes = b"\r\n\r\n") -> None:
        await self.came.wait()
        assert self.connection is not None
        data = b""
        while mark not in data:
            data = data[-len(mark) :] + await self._receive()

    async def read_all(self, count: int) -> None:
        while count > 0:
            count -= len(await self._receive())

    async def _receive(self) -> bytes:
        assert self.connection is not None
        return await asyncio.get_running_loop().sock_recv(self.connection, 1 << 16)

    async def say(self, data: bytes) -> None:
        assert self.connection is not None
        await asyncio.get_running_loop().sock_sendall(self.connection, data)

    def vanish(self) -> None:
        """From now on every packet is swallowed before the system sees it, and none is answered."""
        assert self.connection is not None
        nothing = ctypes.create_string_buffer(struct.pack("HBBI", 6, 0, 0, 0))
        program = struct.pack("@HP", 1, ctypes.addressof(nothing))
        self.connection.setsockopt(socket.SOL_SOCKET, ATTACH_FILTER, program)

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        for each in (*self.accepted, self._listener):
            each.close()


@pytest.fixture
async def peer() -> AsyncIterator[Peer]:
    peer = Peer()
    yield peer
    await peer.close()


@pytest.fixture
async def server(peer: Peer) -> AsyncIterator[HttpServer]:
    server = HttpServer(peer.address, stall_s=60.0)
    yield server
    await server.close()


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same, with less to wait for."""
    for name in ("PROBE_AFTER_S", "MOST_PROBES"):
        monkeypatch.setattr(dead_peers, name, 1)
    monkeypatch.setattr(dead_peers, "UNCONFIRMED_MS", 1000)


def post(body: bytes = b"hello") -> Any:
    def opened(link: Link) -> AbstractAsyncContextManager[Any]:
        return link.http.stream("POST", link.url("/x"), content=body, timeout=60.0)

    return opened


async def ask(server: HttpServer, body: bytes = b"hello") -> bytes:
    async with server.exchange(post(body)) as response:
        return bytes(await response.aread())


def told(caught: pytest.ExceptionInfo[ConnectionLostError]) -> str:
    return str(caught.value.arguments["reason"])


@on_linux
async def test_the_connection_asks_the_other_side_for_a_sign_of_life(
    peer: Peer, server: HttpServer
) -> None:
    asking = asyncio.create_task(ask(server))
    await peer.read()
    (connection,) = (await server.link()).peers.connections
    names = (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)
    after, every, count = (connection.getsockopt(socket.IPPROTO_TCP, name) for name in names)
    assert connection.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    assert after + every * count <= 5
    await peer.say(HEAD + b"fine")
    assert await asking == b"fine"


def test_nobody_is_waited_for_longer_to_take_a_connection() -> None:
    assert CONNECT_S <= 5.0


@on_linux
@pytest.mark.usefixtures("hasty")
async def test_who_vanishes_while_an_answer_is_due_is_lost(peer: Peer, server: HttpServer) -> None:
    asking = asyncio.create_task(ask(server))
    await peer.read()
    peer.vanish()
    with pytest.raises(ConnectionLostError) as caught:
        await asking
    assert told(caught) == "it stopped answering"
    assert len(peer.accepted) == 1


@on_linux
@pytest.mark.usefixtures("hasty")
async def test_who_vanishes_in_the_middle_of_an_answer_is_lost(
    peer: Peer, server: HttpServer
) -> None:
    asking = asyncio.create_task(ask(server))
    await peer.read()
    await peer.say(HEAD + b"fi")
    peer.vanish()
    with pytest.raises(ConnectionLostError) as caught:
        await asking
    assert told(caught) == "it stopped answering"


@on_linux
@pytest.mark.usefixtures("hasty")
async def test_a_request_that_nobody_confirms_is_lost_and_not_asked_twice(
    peer: Peer, server: HttpServer
) -> None:
    asking = asyncio.create_task(ask(server))
    await peer.read()
    await peer.say(HEAD + b"fine")
    await asking
    peer.vanish()
    with pytest.raises(ConnectionLostError) as caught:
        await ask(server)  # over the connection that was kept
    assert told(caught) == "it stopped answering"
    assert len(peer.accepted) == 1


@on_linux
@pytest.mark.usefixtures("hasty")
async def test_a_take_that_nobody_confirms_any_more_is_lost(peer: Peer, server: HttpServer) -> None:
    asking = asyncio.create_task(ask(server, LONG))
    await peer.read()
    peer.vanish()
    with pytest.raises(ConnectionLostError) as caught:
        await asking
    assert told(caught) == "it stopped answering"


@on_linux
async def test_who_does_not_read_for_a_while_is_alive(
    peer: Peer, server: HttpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dead_peers, "UNCONFIRMED_MS", 500)
    asking = asyncio.create_task(ask(server, LONG))
    await peer.read()
    (connection,) = (await server.link()).peers.connections
    # Seconds of a closed window: the system asks again and again whether it is open.
    while _asked(connection) < 4:
        assert not asking.done()
        await asyncio.sleep(0.05)
    await peer.read_all(len(LONG) - (1 << 16))
    await peer.say(HEAD + b"fine")
    assert await asking == b"fine"


def _asked(connection: Any) -> int:
    """How far the waits between questions about a closed window have grown, in doublings."""
    return int(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)[4])
