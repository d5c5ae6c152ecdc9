"""A TCP proxy on loopback that does to a connection what networks do: delay, throttle, cut, swallow, reset.

It knows nothing of what goes through it. Everything can be changed while connections are open.
"""

import asyncio
import contextlib
import socket
import struct
from typing import Self

_CHUNK = 16 * 1024
_WAITING = 64  # pieces on their way in one direction


class _Pipe:
    """One direction of a connection."""

    def __init__(
        self, proxy: "Proxy", reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.proxy = proxy
        self.reader = reader
        self.writer = writer
        self.is_ended = False
        self._on_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(_WAITING)

    async def take(self) -> None:
        loop = asyncio.get_running_loop()
        while data := await self.reader.read(_CHUNK):
            if not self.proxy.swallows:
                await self._on_way.put((loop.time() + self.proxy.delay, data))
        await self._on_way.put((loop.time() + self.proxy.delay, b""))

    async def give(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due, data = await self._on_way.get()
            await asyncio.sleep(max(0.0, due - loop.time()))
            await self.proxy.passes.wait()
            if self.is_ended:
                continue  # what still comes finds nobody who reads
            if not data:
                self.writer.write_eof()
                return
            self.writer.write(data)
            await self.writer.drain()
            if self.proxy.rate:
                await asyncio.sleep(len(data) / self.proxy.rate)


class _Connection:
    """A client's connection and ours to the server."""

    def __init__(self, proxy: "Proxy") -> None:
        self._proxy = proxy
        self._writers: list[asyncio.StreamWriter] = []
        self._to_client: _Pipe | None = None
        self.task: asyncio.Task[None] | None = None

    async def run(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        try:
            there, back = await asyncio.open_connection(*self._proxy.target)
            self._writers.append(back)
            self._to_client = _Pipe(self._proxy, there, writer)
            pipes = _Pipe(self._proxy, reader, back), self._to_client
            async with asyncio.TaskGroup() as group:
                for work in (work for pipe in pipes for work in (pipe.take(), pipe.give())):
                    group.create_task(work)
        except* OSError:
            pass  # either end has gone: so does the other
        finally:
            for each in self._writers:
                each.transport.abort()
            self._proxy.ended(self)

    def reset(self) -> None:
        """Both ends get a reset, not an end."""
        for writer in self._writers:
            sock: socket.socket = writer.get_extra_info("socket")
            with contextlib.suppress(OSError):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.abort()

    def half_close(self) -> None:
        """The client is told that no more comes."""
        pipe = self._to_client
        if pipe is not None and not pipe.is_ended and not pipe.writer.is_closing():
            pipe.is_ended = True
            pipe.writer.write_eof()

    def abort(self) -> None:
        for writer in self._writers:
            writer.transport.abort()


class Proxy:
    """``async with Proxy(url) as proxy``, then connect to ``proxy.base_url``.

    Attributes:
        target: Host and port of the server behind it.
        delay: Seconds on the way, in each direction.
        rate: Bytes a second in each direction; 0 for no limit.
        swallows: Whether what comes is thrown away, and nothing says so.
        passes: Cleared, nothing goes through; what has come is kept, as a network does that is gone for a while.
        drops: How many of the next connections are ended as soon as they are there.
        accepted: Count of connections so far.
    """

    def __init__(self, url: str) -> None:
        host, _, port = url.removeprefix("http://").partition("/")[0].partition(":")
        self.target = (host, int(port))
        self._path = "/" + url.removeprefix("http://").partition("/")[2]
        self.delay = 0.0
        self.rate = 0.0
        self.swallows = False
        self.passes = asyncio.Event()
        self.passes.set()
        self.drops = 0
        self.accepted = 0
        self._connections: set[_Connection] = set()
        self._server: asyncio.Server | None = None
        self._port = 0

    async def __aenter__(self) -> Self:
        await self.listen()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.refuse()
        tasks = [each.task for each in self._connections if each.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._port}{self._path}"

    @property
    def open_connections(self) -> int:
        return len(self._connections)

    async def listen(self) -> None:
        """Take connections, at the port of the first time."""
        if self._server is None:
            self._server = await asyncio.start_server(self._accept, "127.0.0.1", self._port)
            self._port = self._server.sockets[0].getsockname()[1]

    def hold_little(self) -> None:
        """Have connections from now on keep as little as the system allows of what cannot go on yet."""
        assert self._server is not None
        for each in self._server.sockets:
            each.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 * 1024)

    async def refuse(self) -> None:
        """Take no more connections; those that are open stay."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
            await asyncio.sleep(0)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        if self.drops > 0:
            self.drops -= 1
            writer.transport.abort()
            return
        connection = _Connection(self)
        self._connections.add(connection)
        connection.task = asyncio.get_running_loop().create_task(connection.run(reader, writer))

    def ended(self, connection: _Connection) -> None:
        self._connections.discard(connection)

    def cut(self) -> None:
        """End every connection, without a word of the protocol."""
        for connection in list(self._connections):
            connection.abort()

    def reset(self) -> None:
        """Reset every connection."""
        for connection in list(self._connections):
            connection.reset()

    def half_close(self) -> None:
        """Tell the clients that no more will come, and go on listening to them."""
        for connection in list(self._connections):
            connection.half_close()

    def black_hole(self) -> None:
        """Nothing goes through from now on, and nobody is told."""
        self.passes.clear()

    def heal(self) -> None:
        """Everything goes through again, and what was kept first."""
        self.swallows = False
        self.delay = self.rate = 0.0
        self.passes.set()
