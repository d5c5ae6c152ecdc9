"""The realtime pipeline when its connection goes: nothing that was said is lost, nothing is answered twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from tests.support import proxy as proxy_module
from tests.support.proxy import Proxy
from tests.support.realtime_server import ScriptedServer, Session, Step, begin, done, say
from tests.support.realtime_talk import TONE, RealtimeTalk
from voicedesk.core.dialogue import Role
from voicedesk.core.errors import (
    ConnectionLostError,
    ReplyFailedError,
    ServerError,
    UnreachableError,
)
from voicedesk.core.events import (
    AudioDelta,
    AudioKey,
    Heard,
    Link,
    LinkChanged,
    ReplyEnded,
    TextDelta,
)
from voicedesk.pipelines import realtime as realtime_module
from voicedesk.pipelines import realtime_keeper
from voicedesk.providers import lifetimes
from voicedesk.providers import realtime as provider

BLOCKS = 20


def block(number: int) -> bytes:
    """20 ms, no two alike."""
    return bytes([number, 0]) * 480


TAKE = b"".join(block(number) for number in range(BLOCKS))


class Room(RealtimeTalk):
    """A pipeline, a server, a proxy between them, and a conversation."""

    def __init__(self, server: ScriptedServer, proxy: Proxy) -> None:
        super().__init__(proxy.base_url)
        self.server = server
        self.proxy = proxy

    def links(self) -> list[Link]:
        return [event.link for event in self.told if isinstance(event, LinkChanged)]

    def begin(self, blocks: int = BLOCKS) -> None:
        self.turn += 1
        self.pipeline.begin_turn(self.turn)
        for number in range(blocks):
            self.pipeline.feed(block(number))

    async def answer(self, text: str | None = None) -> str:
        async with asyncio.timeout(15):
            events = [event async for event in self.pipeline.end_turn(text)]
        assert isinstance(events[-1], ReplyEnded)
        return "".join(event.text for event in events if isinstance(event, TextDelta))

    async def ask(self) -> str:
        self.begin()
        return await self.answer()

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not condition():
                await asyncio.sleep(0.005)

    async def link(self, link: Link) -> None:
        await self.until(lambda: self.links()[-1:] == [link])


@pytest.fixture
async def room() -> AsyncIterator[Room]:
    async with ScriptedServer() as server, Proxy(server.base_url) as proxy:
        made = Room(server, proxy)
        yield made
        await made.pipeline.close()


async def cut(session: Session) -> None:
    """A step: the connection is gone."""
    session.socket.transport.abort()


BEFORE_ANY_WORD: list[list[Step]] = [[cut], [begin("r"), cut]]


@pytest.mark.parametrize("steps", BEFORE_ANY_WORD)
async def test_a_take_that_was_sent_and_not_answered_is_sent_again_whole(
    room: Room, steps: list[Step]
) -> None:
    room.server.replies.append(steps)
    assert await room.ask() == "hello to you"
    first, second = room.server.sessions
    assert first.sound() == second.sound() == TAKE
    asked = ["session.update", "input_audio_buffer.commit", "response.create"]
    assert second.types() == asked
    assert room.links() == [Link.CONNECTING, Link.READY, Link.RECONNECTING, Link.READY]


async def test_typed_words_are_sent_again(room: Room) -> None:
    room.server.replies.append([cut])
    room.begin(0)
    assert await room.answer("What time is it?") == "hello to you"
    for session in room.server.sessions:
        item = next(e["item"] for e in session.received if e["type"] == "conversation.item.create")
        assert item["content"][0]["text"] == "What time is it?"


async def test_a_take_is_sent_again_while_it_is_still_being_spoken(room: Room) -> None:
    await room.pipeline.open()
    room.begin(10)
    await room.server.wait_for("input_audio_buffer.append", 10)
    room.proxy.reset()
    await room.link(Link.RECONNECTING)
    for number in range(10, 15):
        room.pipeline.feed(block(number))
    await room.link(Link.READY)
    for number in range(15, 20):
        room.pipeline.feed(block(number))
    assert await room.answer() == "hello to you"
    assert room.server.session.sound() == TAKE


async def test_what_was_heard_in_part_is_not_asked_again_by_itself(room: Room) -> None:
    room.server.replies.append([begin("r"), say("I was", TONE), cut])
    with pytest.raises(ConnectionLostError):
        await room.ask()
    await room.until(lambda: len(room.server.sessions) == 2)
    await room.link(Link.READY)
    assert "input_audio_buffer.commit" not in room.server.session.types()


async def test_a_tool_is_not_run_twice(room: Room) -> None:
    call = {"id": "f", "type": "function_call", "call_id": "c", "name": "now", "arguments": "{}"}
    room.server.replies.append([begin("r"), done(output=[call])])
    room.server.replies.append([cut])
    with pytest.raises(ConnectionLostError):
        await room.ask()
    assert room.tools_run == 1


async def test_a_question_that_kills_every_connection_fails_in_the_end(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(realtime_module, "MOST_LOSSES", 2)
    room.server.replies.extend([[cut], [cut], [cut]])
    with pytest.raises(ConnectionLostError):
        await room.ask()
    assert len([s for s in room.server.sessions if "response.create" in s.types()]) == 3
    assert await room.ask() == "hello to you"


async def test_a_question_waits_for_the_network_and_then_gives_up(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    await room.pipeline.open()
    await room.proxy.refuse()
    room.proxy.cut()
    await room.link(Link.RECONNECTING)
    room.begin()
    answer = asyncio.create_task(room.answer())
    tried = len(room.links())
    await room.until(lambda: len(room.links()) >= tried + 2)
    assert not answer.done()
    await room.proxy.listen()
    assert await answer == "hello to you"
    monkeypatch.setattr(realtime_module, "PATIENCE", 0.2)
    await room.proxy.refuse()
    room.proxy.cut()
    with pytest.raises(ServerError) as caught:
        await room.ask()
    assert isinstance(caught.value, UnreachableError | ConnectionLostError)


async def test_a_cancelled_question_is_not_sent_when_the_connection_is_back(room: Room) -> None:
    await room.pipeline.open()
    await room.proxy.refuse()
    room.proxy.cut()
    await room.link(Link.RECONNECTING)
    room.begin()
    answer = asyncio.create_task(room.answer())
    await room.until(lambda: room.pipeline._reply is not None)
    await room.pipeline.interrupt([])
    await room.proxy.listen()
    assert await answer == ""
    await room.link(Link.READY)
    assert await room.ask() == "hello to you"
    assert room.server.session.types().count("input_audio_buffer.commit") == 1


# --------------------------------------------------------------------------------- the conversation


def told(session: Session) -> list[str]:
    """What a session knows of the past when its first take is committed."""
    known: dict[str, str] = {}
    for event in session.received:
        if event["type"] == "input_audio_buffer.commit":
            break
        if event["type"] == "conversation.item.create":
            known[event["item"]["id"]] = event["item"]["content"][0]["text"]
        elif event["type"] == "conversation.item.delete":
            del known[event["item_id"]]
    return list(known.values())


async def test_a_new_session_is_told_the_conversation_before_any_sound(room: Room) -> None:
    await room.ask()
    room.dialogue.say(1, Role.USER, "Hello.")
    room.dialogue.say(1, Role.ASSISTANT, "hello to you")
    room.proxy.cut()
    await room.link(Link.RECONNECTING)
    room.begin()
    assert await room.answer() == "hello to you"
    kinds = room.server.session.types(without=())
    create = "conversation.item.create"
    assert kinds[:4] == ["session.update", create, create, "input_audio_buffer.append"]
    assert told(room.server.session) == ["Hello.", "hello to you"]


async def test_what_was_heard_is_mended_when_it_is_known_later(room: Room) -> None:
    await room.ask()
    room.dialogue.say(1, Role.USER, "Hello.")
    room.dialogue.say(1, Role.ASSISTANT, "hello to you")
    room.proxy.cut()
    await room.link(Link.RECONNECTING)
    await room.link(Link.READY)
    # The reply was still sounding, and is cut off now.
    heard = [Heard(AudioKey(1, "r", "item"), 50.0, 100.0)]
    room.dialogue.say(1, Role.ASSISTANT, "hello")
    await room.pipeline.interrupt(heard)
    await room.ask()
    assert told(room.server.session) == ["Hello.", "hello"]
    assert "conversation.item.truncate" not in room.server.session.types()
    await room.ask()
    assert room.server.session.types().count("conversation.item.create") == 3


# ------------------------------------------------------------------------------------ how it breaks


@pytest.mark.parametrize("how", ["cut", "reset", "half_close"])
async def test_a_connection_that_ends_between_turns_is_opened_again(room: Room, how: str) -> None:
    await room.pipeline.open()
    getattr(room.proxy, how)()
    await room.link(Link.RECONNECTING)
    await room.link(Link.READY)
    assert await room.ask() == "hello to you"


@pytest.mark.parametrize("how", ["swallows", "black_hole"])
async def test_a_peer_that_falls_silent_with_an_answer_due_is_replaced(
    room: Room, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    for name in ("TICK", "QUIET", "PONG_TIMEOUT"):
        monkeypatch.setattr(realtime_keeper, name, 0.1)

    async def fall_silent(_session: Session) -> None:
        if how == "swallows":
            room.proxy.swallows = True
        else:
            room.proxy.black_hole()

    room.server.replies.append([fall_silent])
    room.begin()
    answer = asyncio.create_task(room.answer())
    await room.until(lambda: Link.RECONNECTING in room.links())
    room.proxy.cut()
    room.proxy.heal()
    assert await answer == "hello to you"
    assert room.server.session.sound() == TAKE


async def test_an_idle_peer_that_falls_silent_is_noticed(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provider, "KEEPALIVE_INTERVAL", 0.1)
    monkeypatch.setattr(provider, "KEEPALIVE_TIMEOUT", 0.1)
    await room.pipeline.open()
    room.proxy.black_hole()
    await room.until(lambda: Link.RECONNECTING in room.links())
    room.proxy.heal()
    await room.link(Link.READY)


async def test_a_proxy_that_swallows_the_handshake_is_given_up(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provider, "CONNECT_TIMEOUT", 0.2)
    room.proxy.swallows = True
    with pytest.raises(UnreachableError):
        await room.pipeline.open()
    room.proxy.heal()
    await room.link(Link.READY)
    assert await room.ask() == "hello to you"


async def test_a_connection_that_breaks_off_in_the_handshake_is_tried_again(room: Room) -> None:
    room.proxy.drops = 2
    with pytest.raises(UnreachableError):
        await room.pipeline.open()
    assert await room.ask() == "hello to you"
    assert Link.LOST not in room.links()


async def test_a_slow_network_is_no_dead_one(room: Room) -> None:
    room.proxy.rate, room.proxy.delay = 40_000.0, 0.1
    assert await room.ask() == "hello to you"
    assert len(room.server.sessions) == 1


async def test_a_pong_may_wait_behind_a_long_take_as_long_as_that_goes_up(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a network does that is slow and holds back little: what is on its way is confirmed bit by bit."""
    monkeypatch.setattr(proxy_module, "_WAITING", 1)
    monkeypatch.setattr(realtime_keeper, "TICK", 0.1)
    monkeypatch.setattr(realtime_keeper, "QUIET", 0.1)
    monkeypatch.setattr(realtime_keeper, "PONG_TIMEOUT", 1.0)
    room.proxy.hold_little()
    await room.pipeline.open()
    room.proxy.rate = 500_000.0
    long_take = bytes(range(256)) * 8_000  # 2 MB, 43 s
    room.turn += 1
    room.pipeline.begin_turn(room.turn)
    for at in range(0, len(long_take), 48_000):
        room.pipeline.feed(long_take[at : at + 48_000])
    assert await room.answer() == "hello to you"
    assert len(room.server.sessions) == 1
    assert room.server.session.sound() == long_take


# ------------------------------------------------------------------------------- the session's end


async def test_a_session_that_has_expired_is_replaced(room: Room) -> None:
    await room.pipeline.open()

    async def expire(session: Session) -> None:
        await session.send(
            {"type": "error", "error": {"code": "session_expired", "message": "60 minutes"}}
        )

    room.server.replies.append([expire])  # and the socket stays open
    assert await room.ask() == "hello to you"
    assert len(room.server.sessions) == 2


async def test_who_tries_again_after_two_failures_has_another_session(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(realtime_keeper, "TICK", 0.05)
    details = {"error": {"type": "server_error", "message": "overloaded"}}
    failing = [begin("r"), done(status="failed", status_details=details)]
    room.server.replies += [failing, failing]
    for _ in range(2):
        with pytest.raises(ReplyFailedError):
            await room.ask()
    await room.until(lambda: room.pipeline._link.number == 2)
    assert await room.ask() == "hello to you"
    assert room.server.session.sound() == TAKE
    assert room.links() == [Link.CONNECTING, Link.READY]


async def test_a_session_is_renewed_between_turns_unseen(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TICK", "IDLE_FOR"):
        monkeypatch.setattr(realtime_keeper, name, 0.05)
    monkeypatch.setattr(lifetimes, "SHORTEST_SESSION", 0.0)
    room.server.expires_in = 1.0
    await room.ask()
    room.dialogue.say(1, Role.USER, "Hello.")
    room.dialogue.say(1, Role.ASSISTANT, "hello to you")
    room.server.expires_in = None
    await room.until(lambda: len(room.server.sessions) == 2)
    await room.server.wait_for("conversation.item.create", 2)
    await room.ask()
    assert room.links() == [Link.CONNECTING, Link.READY]
    assert told(room.server.session) == ["Hello.", "hello to you"]
    assert "input_audio_buffer.commit" in room.server.session.types()


async def test_a_press_while_a_session_is_being_renewed_stays_on_the_old_one(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TICK", "IDLE_FOR"):
        monkeypatch.setattr(realtime_keeper, name, 0.05)
    monkeypatch.setattr(lifetimes, "SHORTEST_SESSION", 0.0)
    room.server.expires_in = 1.0
    await room.pipeline.open()
    room.server.expires_in = None
    going = asyncio.Event()

    async def late(session: Session, event: dict[str, object]) -> None:
        await going.wait()
        await session.send({"type": "session.updated", "session": event["session"]})

    room.server.answers["session.update"] = late
    await room.until(lambda: len(room.server.sessions) == 2)
    room.begin()
    going.set()
    assert await room.answer() == "hello to you"
    assert room.server.sessions[0].sound() == TAKE
    assert room.server.sessions[1].sound() == b""
    assert room.links() == [Link.CONNECTING, Link.READY]


async def test_closing_while_it_is_being_opened_again_leaves_nothing(room: Room) -> None:
    await room.pipeline.open()
    await room.proxy.refuse()
    room.proxy.cut()
    await room.link(Link.RECONNECTING)
    room.begin()
    answer = asyncio.create_task(room.answer())
    await room.until(lambda: room.pipeline._reply is not None)
    await room.pipeline.close()
    with pytest.raises(ServerError):
        await answer
    assert not any(isinstance(event, AudioDelta) for event in room.told)
