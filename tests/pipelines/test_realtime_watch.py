"""The watch over the connection while this application itself stands still: the server is not to blame for that."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest

from tests.support.realtime_server import ScriptedServer, Step, begin, done, on_a_thread, say
from voicedesk.core.events import Event, Link, LinkChanged, TextDelta
from voicedesk.core.settings import Realtime
from voicedesk.pipelines import realtime_keeper
from voicedesk.pipelines.realtime import RealtimePipeline
from voicedesk.providers import realtime as provider
from voicedesk.providers.profiles import Address, Quirks
from voicedesk.providers.realtime import RealtimeSocket

TONE = b"\x10\x27\xf0\xd8" * 1200
LIMIT_S = 0.1
STANDSTILL_S = 1.0


@pytest.fixture
def standstills(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Whenever the server is asked whether it lives, the loop stands still, for far longer than the answer may take."""
    seen: list[float] = []
    answers = RealtimeSocket.answers

    async def stand_still(self: RealtimeSocket, timeout: float) -> bool:
        if len(seen) < 3:
            seen.append(timeout)
            asyncio.get_running_loop().call_soon(time.sleep, STANDSTILL_S)
        return await answers(self, timeout)

    monkeypatch.setattr(RealtimeSocket, "answers", stand_still)
    return seen


async def _ask(server: ScriptedServer, until: Callable[[], bool]) -> tuple[str, list[Link]]:
    """What is answered to a take, and what became of the connection until then."""
    told: list[Event] = []

    async def source() -> Address:
        return Address("Test", server.base_url, "", Quirks())

    pipeline = RealtimePipeline(source, Realtime(), "")
    pipeline.listen(told.append)
    try:
        await pipeline.open()
        async with asyncio.timeout(20):
            while not until():
                await asyncio.sleep(0.005)
        pipeline.begin_turn(1)
        pipeline.feed(b"\1\0" * 4800)
        async with asyncio.timeout(20):
            events = [event async for event in pipeline.end_turn()]
    finally:
        await pipeline.close()
    text = "".join(event.text for event in events if isinstance(event, TextDelta))
    return text, [event.link for event in told if isinstance(event, LinkChanged)]


def _thinks(seconds: float) -> list[Step]:
    return [begin("r"), seconds, say("at last", TONE), done()]


async def test_a_take_is_not_sent_again_because_this_application_stood_still(
    monkeypatch: pytest.MonkeyPatch, standstills: list[float]
) -> None:
    for name in ("TICK", "QUIET", "PONG_TIMEOUT"):
        monkeypatch.setattr(realtime_keeper, name, LIMIT_S)
    with on_a_thread() as server:
        server.replies.append(_thinks(3 * STANDSTILL_S + 1.0))
        text, links = await _ask(server, lambda: True)
        assert text == "at last"
        assert len(standstills) == 3
        assert links == [Link.CONNECTING, Link.READY]
        assert server.types() == ["session.update", "input_audio_buffer.commit", "response.create"]


async def test_an_idle_connection_outlives_a_standstill(
    monkeypatch: pytest.MonkeyPatch, standstills: list[float]
) -> None:
    monkeypatch.setattr(provider, "KEEPALIVE_INTERVAL", LIMIT_S)
    monkeypatch.setattr(provider, "KEEPALIVE_TIMEOUT", LIMIT_S)
    with on_a_thread() as server:
        text, links = await _ask(server, lambda: len(standstills) == 3)
        assert text == "hello to you"
        assert links == [Link.CONNECTING, Link.READY]
