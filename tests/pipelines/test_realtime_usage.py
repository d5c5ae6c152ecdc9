"""What a reply took that was cut short: counted by the server after we have stopped listening to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from tests.support.realtime_server import ScriptedServer, Session, Step, begin, done, say
from tests.support.realtime_talk import CALL, TONE, RealtimeTalk
from voicedesk.core.errors import ConnectionLostError
from voicedesk.core.events import AudioDelta, Event, ReplyEnded, UsageTold
from voicedesk.pipelines import realtime as realtime_module

CUT = {"input_tokens": 50, "output_tokens": 20}
WHOLE = {"input_tokens": 90, "output_tokens": 40}


class Bench(RealtimeTalk):
    """A pipeline on a scripted server."""

    def __init__(self, server: ScriptedServer) -> None:
        super().__init__(server.base_url)
        self.server = server

    def ask(self) -> AsyncIterator[Event]:
        self.turn += 1
        self.pipeline.begin_turn(self.turn)
        self.pipeline.feed(b"\1\0" * 4800)
        return self.pipeline.end_turn()

    async def answer(self) -> list[Event]:
        async with asyncio.timeout(10):
            return [event async for event in self.ask()]

    async def cut_off(self) -> None:
        """A question whose answer is interrupted as soon as it sounds."""
        async with asyncio.timeout(10):
            async for event in self.ask():
                if isinstance(event, AudioDelta):
                    await self.pipeline.interrupt([])
                    return

    def counted(self) -> list[tuple[int, object]]:
        return [(e.turn, e.usage) for e in self.told if isinstance(e, UsageTold)]

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not condition():
                await asyncio.sleep(0.002)


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with ScriptedServer() as server:
        made = Bench(server)
        yield made
        await made.pipeline.close()


def _going_on(*before: Step) -> list[Step]:
    async def wait(session: Session) -> None:
        await session.cancelled.wait()

    return [*before, begin("cut"), say("A long story", TONE, pieces=2), wait]


def _stops_with(bench: Bench, usage: dict[str, int], after: asyncio.Event | None = None) -> None:
    """The server ends a reply that is cancelled, and says what it took, at once or when ``after`` is set."""

    async def cancelled(session: Session, _event: object) -> None:
        await session.stop()
        session.cancelled.set()
        gone, session.active = session.active, None

        async def end(session: Session) -> None:
            if after is not None:
                await after.wait()
            response = {"id": gone, "status": "cancelled", "usage": usage}
            await session.send({"type": "response.done", "response": response})

        session.run([end])

    bench.server.answers["response.cancel"] = cancelled


async def test_the_count_of_a_reply_that_was_cut_is_told(bench: Bench) -> None:
    bench.server.replies.append(_going_on())
    _stops_with(bench, CUT)
    await bench.cut_off()
    await bench.until(lambda: bench.counted() == [(1, CUT)])


async def test_a_count_that_comes_in_the_next_turn_belongs_to_the_one_before(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(realtime_module, "CANCEL_TIMEOUT", 0.1)
    late = asyncio.Event()
    bench.server.replies.append(_going_on())

    async def in_the_middle(_session: Session) -> None:
        late.set()
        await bench.until(lambda: bool(bench.counted()))

    bench.server.replies.append([begin("next"), say("So", TONE), in_the_middle, done(usage=WHOLE)])
    _stops_with(bench, CUT, late)
    await bench.cut_off()
    events = await bench.answer()
    assert isinstance(events[-1], ReplyEnded)
    assert (events[-1].turn, events[-1].usage) == (2, WHOLE)
    assert bench.counted() == [(1, CUT)]


async def test_a_count_that_comes_before_the_next_reply_is_begun_is_not_taken_for_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(realtime_module, "CANCEL_TIMEOUT", 0.1)
    late = asyncio.Event()
    bench.server.replies.append(_going_on())

    async def first_the_old_one(_session: Session) -> None:
        late.set()
        await bench.until(lambda: bool(bench.counted()))

    bench.server.replies.append(
        [first_the_old_one, begin("next"), say("So", TONE), done(usage=WHOLE)]
    )
    _stops_with(bench, CUT, late)
    await bench.cut_off()
    events = await bench.answer()
    assert any(isinstance(event, AudioDelta) for event in events)
    assert bench.counted() == [(1, CUT)]


async def test_a_count_is_told_once(bench: Bench) -> None:
    bench.server.replies.append(_going_on())
    bench.server.replies.append(
        [
            begin("next"),
            {"type": "response.done", "response": {"id": "cut", "usage": CUT}},
            say("So", TONE),
            done(usage=WHOLE),
        ]
    )
    _stops_with(bench, CUT)
    await bench.cut_off()
    await bench.until(lambda: bool(bench.counted()))
    events = await bench.answer()
    assert isinstance(events[-1], ReplyEnded)
    assert events[-1].usage == WHOLE
    assert bench.counted() == [(1, CUT)]


async def test_rounds_of_tools_before_the_cut_are_counted_with_it(bench: Bench) -> None:
    bench.server.replies.append([begin("first"), done(output=[CALL], usage=WHOLE)])
    bench.server.replies.append(_going_on())
    _stops_with(bench, CUT)
    await bench.cut_off()
    both = {"input_tokens": 140, "output_tokens": 60}
    await bench.until(lambda: bench.counted() == [(1, WHOLE), (1, both)])


async def test_what_was_counted_is_kept_when_the_connection_goes(bench: Bench) -> None:
    async def cut(session: Session) -> None:
        session.socket.transport.abort()

    bench.server.replies.append([begin("first"), done(output=[CALL], usage=WHOLE)])
    bench.server.replies.append([begin("second"), say("So", TONE), cut])
    with pytest.raises(ConnectionLostError):
        await bench.answer()
    assert bench.counted() == [(1, WHOLE)]


async def test_a_server_that_counts_nothing_is_waited_for_by_nobody(bench: Bench) -> None:
    bench.server.replies.append(_going_on())
    await bench.cut_off()
    events = await bench.answer()
    assert isinstance(events[-1], ReplyEnded)
    assert bench.counted() == []
