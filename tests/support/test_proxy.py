"""The proxy that other tests disturb connections with."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.support.proxy import Proxy


@pytest.fixture
async def proxy() -> AsyncIterator[Proxy]:
    """Before a server that sends back what it gets."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(1024):
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with Proxy(f"http://127.0.0.1:{port}/v1") as made:
        yield made
    server.close()
    await server.wait_closed()


class Client:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def of(cls, proxy: Proxy) -> "Client":
        host, port = proxy.base_url.removeprefix("http://").removesuffix("/v1").split(":")
        return cls(*await asyncio.open_connection(host, int(port)))

    async def say(self, data: bytes) -> bytes:
        self.writer.write(data)
        async with asyncio.timeout(5):
            return await self.reader.readexactly(len(data))

    def gone(self) -> None:
        self.writer.transport.abort()


async def test_what_goes_in_comes_out(proxy: Proxy) -> None:
    client = await Client.of(proxy)
    assert await client.say(b"hello" * 20_000) == b"hello" * 20_000
    client.gone()
    assert proxy.accepted == 1


async def test_it_delays_and_throttles(proxy: Proxy) -> None:
    client = await Client.of(proxy)
    loop = asyncio.get_running_loop()
    proxy.delay = 0.05
    begun = loop.time()
    assert await client.say(b"hello") == b"hello"
    assert loop.time() - begun >= 0.1  # there and back
    proxy.delay, proxy.rate = 0.0, 200_000.0
    begun = loop.time()
    await client.say(bytes(40_000))
    assert loop.time() - begun >= 0.1
    client.gone()


async def test_a_black_hole_keeps_and_heals(proxy: Proxy) -> None:
    client = await Client.of(proxy)
    await client.say(b"hello")
    proxy.black_hole()
    client.writer.write(b"kept")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await client.reader.read(1)
    proxy.heal()
    async with asyncio.timeout(5):
        assert await client.reader.readexactly(4) == b"kept"
    client.gone()


async def test_what_is_swallowed_is_gone(proxy: Proxy) -> None:
    client = await Client.of(proxy)
    await client.say(b"hello")
    proxy.swallows = True
    client.writer.write(b"gone")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await client.reader.read(1)
    proxy.heal()
    assert await client.say(b"here") == b"here"
    client.gone()


async def test_it_cuts_resets_and_half_closes(proxy: Proxy) -> None:
    for how, error in ((proxy.cut, False), (proxy.reset, True), (proxy.half_close, False)):
        client = await Client.of(proxy)
        await client.say(b"hello")
        how()
        async with asyncio.timeout(5):
            if error:
                with pytest.raises(ConnectionResetError):
                    await client.reader.read(1)
            else:
                assert await client.reader.read(1) == b""
        client.gone()


async def test_it_refuses_and_listens_again_at_the_same_port(proxy: Proxy) -> None:
    url = proxy.base_url
    await proxy.refuse()
    with pytest.raises(ConnectionRefusedError):
        await Client.of(proxy)
    await proxy.listen()
    assert proxy.base_url == url
    client = await Client.of(proxy)
    assert await client.say(b"again") == b"again"
    client.gone()
