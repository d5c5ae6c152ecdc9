"""A session of the classic chain has a fresh one take its place before its end, and nothing begins on one near its end."""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Callable, Coroutine
from contextlib import aclosing
from typing import Any

import pytest

from tests.support.virtual_time import run_virtual
from voicedesk.core.errors import ConnectionLostError, ServerError, UnreachableError
from voicedesk.providers import realtime, realtime_session
from voicedesk.providers.profiles import QUIRKS, Address
from voicedesk.providers.realtime_session import RealtimeSession
from voicedesk.providers.realtime_speech import RealtimeVoice
from voicedesk.providers.transcription_live import LiveHearing, LiveTranscriber

ADDRESS = Address("Fake", "http://127.0.0.1:1/v1", "", QUIRKS["compatible"])
PIECE = b"\x10\x27\xf0\xd8" * 1200
SOUND = base64.b64encode(PIECE).decode("ascii")
AWAY = UnreachableError("refused", server="Fake", reason="nothing listens there")
HALF_AN_HOUR = 1800.0
Event = dict[str, Any]


class Socket:
    """A connection in memory, whose other end confirms the session, writes takes down and reads texts aloud."""

    def __init__(self, world: World) -> None:
        self.ended: ServerError | None = None
        self.refusal: ServerError | None = None
        self.sent: list[Event] = []
        self.closed = False
        self._world = world
        self._events: asyncio.Queue[Event | None] = asyncio.Queue()

    def send(self, event: Event) -> str:
        self.sent.append(event)
        lifetime = self._world.lifetime
        ends = {} if lifetime is None else {"expires_at": time.time() + lifetime}
        match event["type"]:
            case "session.update":
                self.say("session.created", session=ends)
                self.say("session.updated", session={})
            case "input_audio_buffer.commit":
                self.say("input_audio_buffer.committed", item_id="i")
                kind = "conversation.item.input_audio_transcription.completed"
                self.say(kind, item_id="i", transcript="hello")
            case "response.create" if self._world.reads:
                self.read_aloud()
        return "e"

    def read_aloud(self) -> None:
        self.say("response.created", response={"id": "r"})
        self.say("response.output_audio.delta", response_id="r", delta=SOUND)
        self.say("response.done", response={"id": "r", "status": "completed"})

    def say(self, kind: str, **more: Any) -> None:
        self._events.put_nowait({"type": kind, **more})

    def break_off(self) -> None:
        self.ended = ConnectionLostError("1006", server="Fake", reason="the server closed it")
        self._events.put_nowait(None)

    async def receive(self) -> Event | None:
        return await self._events.get()

    async def answers(self, timeout: float) -> bool:
        del timeout
        return not self.closed

    async def close(self) -> None:
        await asyncio.sleep(self._world.closing_s)
        self.closed = True
        self._events.put_nowait(None)

    def of(self, kind: str) -> list[Event]:
        return [event for event in self.sent if event["type"] == kind]


class World:
    """The server, and whose sessions are opened there.

    Attributes:
        lifetime: Of the next sessions, in seconds, as the server says; None when it says nothing.
        connecting_s: How long a connection takes to come about,
        closing_s: and to be closed.
        failure: Why none comes about.
        reads: Whether texts are read at once.
        in_use: Whether something goes on in the session.
        lost: What was told.
    """

    def __init__(self) -> None:
        self.sockets: list[Socket] = []
        self.opened_at: list[float] = []
        self.lifetime: float | None = HALF_AN_HOUR
        self.connecting_s = self.closing_s = 0.0
        self.failure: ServerError | None = None
        self.reads = True
        self.in_use = False
        self.lost: list[ServerError] = []

    async def source(self) -> Address:
        return ADDRESS

    async def connect(self, address: Address, *, model: str, intent: str = "") -> Socket:
        assert (address, model) == (ADDRESS, "m")
        self.opened_at.append(asyncio.get_running_loop().time())
        await asyncio.sleep(self.connecting_s)
        if self.failure is not None:
            raise self.failure
        self.sockets.append(Socket(self))
        return self.sockets[-1]

    def session(self) -> RealtimeSession:
        return RealtimeSession(
            self.source,
            model="m",
            session={},
            handle=lambda _event: None,
            lost=self.lost.append,
            busy=lambda: self.in_use,
        )


Story = Callable[[World], Coroutine[Any, Any, None]]


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Callable[[Story], World]:
    """Runs a story on the virtual clock."""

    def run(story: Story) -> World:
        world = World()

        async def prepared(source: Callable[[], Coroutine[Any, Any, Address]]) -> Address:
            return await source()

        monkeypatch.setattr(realtime_session, "prepared", prepared)
        monkeypatch.setattr(realtime.RealtimeSocket, "connect", world.connect)
        run_virtual(story(world))
        return world

    return run


def begun(live: LiveTranscriber) -> LiveHearing:
    hearing = live.begin(lambda _words: None)
    hearing.feed(PIECE * 4)
    return hearing


async def spoken(voice: RealtimeVoice) -> bytes:
    async with aclosing(voice.speak("Hello.")) as pieces:
        return b"".join([piece async for piece in pieces])


# ---------------------------------------------------------------------------------------- the session


@pytest.mark.parametrize(
    ("lifetime", "renewed"),
    [(HALF_AN_HOUR, 1500.0), (3600.0, 3300.0), (400.0, 200.0), (None, 3300.0), (10.0, 3300.0)],
)
def test_a_fresh_one_takes_its_place_in_time(
    play: Callable[[Story], World], lifetime: float | None, renewed: float
) -> None:
    async def story(world: World) -> None:
        world.lifetime = lifetime
        session = world.session()
        await session.open()
        await asyncio.sleep(renewed - 1.0)
        assert len(world.sockets) == 1
        assert session.fresh
        await asyncio.sleep(2.0)
        assert [socket.closed for socket in world.sockets] == [True, False]
        assert (session.number, session.fresh) == (2, True)
        await session.close()

    assert play(story).lost == []


def test_it_is_renewed_again_and_again(play: Callable[[Story], World]) -> None:
    async def story(world: World) -> None:
        session = world.session()
        await session.open()
        await asyncio.sleep(10 * 1500.0 + 5.0)
        assert len(world.sockets) == 11
        assert sum(not socket.closed for socket in world.sockets) == 1
        await session.close()

    play(story)


def test_what_goes_on_in_it_is_not_disturbed(play: Callable[[Story], World]) -> None:
    async def story(world: World) -> None:
        session = world.session()
        await session.open()
        world.in_use = True
        await asyncio.sleep(1600.0)
        await session.open()
        session.rest()
        await asyncio.sleep(10.0)
        assert len(world.sockets) == 1
        world.in_use = False
        session.rest()
        session.rest()
        await asyncio.sleep(1.0)
        assert len(world.sockets) == 2
        await session.close()

    play(story)


def test_whoever_begins_near_its_end_waits_for_a_fresh_one(play: Callable[[Story], World]) -> None:
    async def story(world: World) -> None:
        session = world.session()
        await session.open()
        world.in_use = True
        await asyncio.sleep(1600.0)
        world.in_use = False
        assert session.ready
        assert not session.fresh
        await session.open()
        assert (session.number, session.fresh) == (2, True)
        await session.close()

    play(story)


def test_without_a_fresh_one_it_goes_on_and_another_try_follows(
    play: Callable[[Story], World],
) -> None:
    async def story(world: World) -> None:
        session = world.session()
        await session.open()
        world.failure = AWAY
        await asyncio.sleep(1501.0)
        await session.open()
        assert (session.number, world.sockets[0].closed) == (1, False)
        world.failure = None
        await asyncio.sleep(60.0)
        assert (session.number, world.sockets[0].closed) == (2, True)
        assert world.opened_at == pytest.approx([0.0, 1500.0, 1560.0], abs=0.5)
        await session.close()

    assert play(story).lost == []


def test_one_that_is_lost_is_not_renewed(play: Callable[[Story], World]) -> None:
    async def story(world: World) -> None:
        session = world.session()
        await session.open()
        world.sockets[0].break_off()
        await asyncio.sleep(5000.0)
        assert (session.ready, len(world.sockets), len(world.lost)) == (False, 1, 1)
        await session.close()

    play(story)


def test_closing_while_a_fresh_one_is_on_its_way_leaves_nothing(
    play: Callable[[Story], World],
) -> None:
    async def story(world: World) -> None:
        session = world.session()
        await session.open()
        world.connecting_s = 5.0
        await asyncio.sleep(1502.0)
        assert len(world.opened_at) == 2
        await session.close()
        assert [socket.closed for socket in world.sockets] == [True]
        assert asyncio.all_tasks() == {asyncio.current_task()}

    play(story)


@pytest.mark.parametrize("begun_s", [0.0, 1.0, 4.9, 5.0])
def test_one_that_comes_while_the_other_is_being_closed_is_closed_too(
    play: Callable[[Story], World], begun_s: float
) -> None:
    async def story(world: World) -> None:
        session = world.session()
        await session.open()
        world.connecting_s, world.closing_s = 5.0, 2.0
        await asyncio.sleep(1500.0 + begun_s)
        await session.close()
        assert all(socket.closed for socket in world.sockets)
        assert asyncio.all_tasks() == {asyncio.current_task()}
        await asyncio.sleep(10.0)
        assert all(socket.closed for socket in world.sockets)

    play(story)


def test_closing_right_after_one_was_dropped_leaves_nothing(
    play: Callable[[Story], World],
) -> None:
    async def story(world: World) -> None:
        session = world.session()
        await session.open()
        session.drop()
        await session.close()
        assert [socket.closed for socket in world.sockets] == [True]

    play(story)


# ---------------------------------------------------------------------------------------- takes, units


def test_a_take_never_begins_near_the_end(play: Callable[[Story], World]) -> None:
    async def story(world: World) -> None:
        live = LiveTranscriber(world.source, model="m")
        await live.warm()
        await asyncio.sleep(1400.0)
        first = begun(live)
        await asyncio.sleep(150.0)
        await live.warm()  # as a press of the key does
        assert (await first.finish()).text == "hello"
        second = begun(live)
        assert (await second.finish()).text == "hello"
        old, fresh = world.sockets
        assert len(old.of("input_audio_buffer.append")) == 1
        assert len(fresh.of("input_audio_buffer.append")) == 1
        assert (old.closed, fresh.closed) == (True, False)
        await live.close()

    play(story)


def test_a_take_that_waits_for_a_fresh_session_loses_nothing_with_the_old_one(
    play: Callable[[Story], World],
) -> None:
    async def story(world: World) -> None:
        live = LiveTranscriber(world.source, model="m", open_s=60.0)
        await live.warm()
        world.connecting_s = 5.0
        await asyncio.sleep(1502.0)
        take = begun(live)
        world.sockets[0].break_off()
        assert (await take.finish()).text == "hello"
        assert len(world.sockets) == 2
        await live.close()

    play(story)


def test_a_unit_never_begins_near_the_end(play: Callable[[Story], World]) -> None:
    async def story(world: World) -> None:
        voice = RealtimeVoice(world.source, name="fake", model="m")
        await voice.warm()
        world.reads = False
        await asyncio.sleep(1499.5)
        first = asyncio.create_task(spoken(voice))
        await asyncio.sleep(3.0)
        await voice.warm()
        assert len(world.sockets) == 1
        world.reads = True
        world.sockets[0].read_aloud()
        assert await first
        assert await spoken(voice)
        assert [len(each.of("response.create")) for each in world.sockets] == [1, 1]
        await voice.close()

    play(story)
