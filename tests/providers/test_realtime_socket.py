"""A connection to a realtime server: begun, given up in the middle, and found dead."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import openai
import pytest

from tests.support.proxy import Proxy
from tests.support.realtime_server import ScriptedServer
from voicedesk.core.errors import ConnectionLostError
from voicedesk.providers import realtime
from voicedesk.providers.profiles import Address, Quirks
from voicedesk.providers.realtime import RealtimeSocket


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.002)


def address_of(base_url: str) -> Address:
    return Address("Test", base_url, "", Quirks())


async def test_a_connection_that_is_given_up_while_it_is_handed_over_is_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    closing = asyncio.Event()

    async def never(_client: openai.AsyncOpenAI) -> None:
        closing.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(openai.AsyncOpenAI, "close", never)
    async with ScriptedServer() as server:
        connecting = asyncio.create_task(
            RealtimeSocket.connect(address_of(server.base_url), model="m")
        )
        await closing.wait()
        connecting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await connecting
        await until(lambda: server.session.socket.close_code is not None)


async def test_a_connection_whose_closing_is_cancelled_is_gone_all_the_same() -> None:
    async with ScriptedServer() as server:
        socket = await RealtimeSocket.connect(address_of(server.base_url), model="m")
        for _ in range(200):  # more than is kept for a reader who does not come
            await server.session.send({"type": "rate_limits.updated"})
        closing = asyncio.create_task(socket.close())
        await asyncio.sleep(0)
        closing.cancel()
        await asyncio.gather(closing, return_exceptions=True)
        assert await socket.receive() is not None  # what had come is still there to be read
        await until(lambda: server.session.socket.close_code is not None)


async def test_a_peer_that_says_nothing_any_more_is_found_dead(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(realtime, "KEEPALIVE_INTERVAL", 0.05)
    monkeypatch.setattr(realtime, "KEEPALIVE_TIMEOUT", 0.1)
    async with ScriptedServer() as server, Proxy(server.base_url) as proxy:
        socket = await RealtimeSocket.connect(address_of(proxy.base_url), model="m")
        assert (await socket.receive()) is not None
        proxy.black_hole()
        assert await socket.receive() is None
        assert isinstance(socket.ended, ConnectionLostError)
        assert socket.ended.arguments["reason"] == "it stopped answering or the network failed"
        await socket.close()
        proxy.heal()


async def test_what_the_other_side_has_is_known_although_it_says_nothing() -> None:
    async with ScriptedServer() as server, Proxy(server.base_url) as proxy:
        socket = await RealtimeSocket.connect(address_of(proxy.base_url), model="m")
        proxy.black_hole()
        for _ in range(64):  # more than systems and proxy hold back
            socket.send({"type": "input_audio_buffer.append", "audio": "A" * 250_000})
        before = -1
        while socket.delivered > before:
            before = socket.delivered
            assert not await socket.answers(0.5)
        assert 0 < before < 64 * 250_000
        proxy.heal()
        await until(lambda: socket.delivered > before)
        await until(lambda: socket.delivered > 64 * 250_000)
        await socket.close()


async def test_whoever_takes_what_it_is_sent_is_not_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(realtime, "KEEPALIVE_INTERVAL", 0.02)
    asked: list[float] = []

    async def no_pong(socket: RealtimeSocket, timeout: float) -> bool:
        asked.append(timeout)
        before = socket.delivered
        socket.send({"type": "input_audio_buffer.append", "audio": "A" * 1000})
        await until(lambda: socket.delivered > before)
        return False

    monkeypatch.setattr(RealtimeSocket, "answers", no_pong)
    async with ScriptedServer() as server:
        socket = await RealtimeSocket.connect(address_of(server.base_url), model="m")
        await until(lambda: len(asked) > 3)
        assert socket.ended is None
        await socket.close()


async def test_whoever_still_says_something_is_not_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(realtime, "KEEPALIVE_INTERVAL", 0.02)
    asked: list[float] = []

    async def no_pong(_socket: RealtimeSocket, timeout: float) -> bool:
        asked.append(timeout)
        await server.session.send({"type": "rate_limits.updated"})
        await until(lambda: len(heard) >= len(asked))
        return False

    monkeypatch.setattr(RealtimeSocket, "answers", no_pong)
    heard: list[object] = []
    async with ScriptedServer() as server:
        socket = await RealtimeSocket.connect(address_of(server.base_url), model="m")
        await socket.receive()
        while len(heard) < 3:
            heard.append(await socket.receive())
        assert None not in heard
        assert socket.ended is None
        await socket.close()
