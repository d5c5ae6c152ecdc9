"""The end of a session whose client has gone: nothing cuts it short, and the server waits for it."""

import asyncio
from collections.abc import Callable

import aiohttp
import pytest

from tests.engine.fakes import fake_services
from voicedesk.engine.protocol.session import Session
from voicedesk.engine.server import Server

PATIENCE = 10.0


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.005)


async def test_a_session_is_ended_whole_though_its_connection_is_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gate, begun, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()
    close = Session.close

    async def slowly(session: Session) -> None:
        begun.set()
        await gate.wait()
        await close(session)
        ended.set()

    monkeypatch.setattr(Session, "close", slowly)
    server = Server("token", fake_services()[0])
    port = await server.start()
    async with aiohttp.ClientSession(headers={"Authorization": "Bearer token"}) as http:
        socket = await http.ws_connect(f"http://127.0.0.1:{port}/v1/realtime?model=any")
        assert "session.created" in (await socket.receive()).data
        await socket.close()
    async with asyncio.timeout(PATIENCE):
        await begun.wait()
        await until(lambda: not server._sockets)
    stopping = asyncio.create_task(server.stop())
    await asyncio.sleep(0)
    assert not ended.is_set()
    gate.set()
    async with asyncio.timeout(PATIENCE):
        await stopping
    assert ended.is_set()
