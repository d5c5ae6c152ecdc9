"""A scripted server on a thread of its own, for commands that run a loop of their own."""

import asyncio
import threading
from collections.abc import Iterator

import pytest

from tests.support.realtime_server import ScriptedServer


@pytest.fixture
def served() -> Iterator[ScriptedServer]:
    """A scripted Realtime server that lives while the test runs."""
    server = ScriptedServer()
    ready, over = threading.Event(), asyncio.Event()
    loops: list[asyncio.AbstractEventLoop] = []

    async def serve() -> None:
        loops.append(asyncio.get_running_loop())
        async with server:
            ready.set()
            await over.wait()

    thread = threading.Thread(target=asyncio.run, args=(serve(),), name="scripted server")
    thread.start()
    assert ready.wait(10)
    yield server
    loops[0].call_soon_threadsafe(over.set)
    thread.join(10)
    assert not thread.is_alive()
