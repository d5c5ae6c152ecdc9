"""Transcription while the user talks: words as they come, one take never in another, and every loss told."""

import asyncio
import base64
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from tests.support.realtime_server import ScriptedServer, Session
from voicedesk.core.errors import (
    ConnectionLostError,
    NoAnswerError,
    ProtocolError,
    ReplyFailedError,
    ServerError,
    UnreachableError,
    WrongKeyError,
)
from voicedesk.providers import lifetimes
from voicedesk.providers.profiles import QUIRKS, Address
from voicedesk.providers.stages import Words
from voicedesk.providers.transcription_live import LiveHearing, LiveTranscriber

PIECE = b"\x10\x27\xf0\xd8" * 240
"""20 ms."""
PREFIX = "conversation.item.input_audio_transcription."
Event = dict[str, Any]


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer() as server:
        yield server


@pytest.fixture
async def live(server: ScriptedServer) -> AsyncIterator[LiveTranscriber]:
    live = LiveTranscriber(source(server), model="m", language="en", open_s=20.0, stall_s=10.0)
    yield live
    await live.close()


def source(server: ScriptedServer) -> Callable[[], Any]:
    async def address() -> Address:
        return Address("Fake", server.base_url, "sk-test", QUIRKS["compatible"])

    return address


def talk(live: LiveTranscriber, so_far: list[str] | None = None, pieces: int = 10) -> LiveHearing:
    said = so_far if so_far is not None else []
    hearing = live.begin(lambda words: said.append(words.text))
    for _ in range(pieces):
        hearing.feed(PIECE)
    return hearing


async def until(state: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not state():
            await asyncio.sleep(0.005)


def sound_of(server: ScriptedServer) -> bytes:
    return b"".join(base64.b64decode(e["audio"]) for e in server.of("input_audio_buffer.append"))


def on_commit(server: ScriptedServer, *events: Event) -> None:
    async def answer(session: Session, event: Event) -> None:
        for each in events:
            await session.send(each)

    server.answers["input_audio_buffer.commit"] = answer


async def test_it_asks_for_a_session_that_only_transcribes(
    server: ScriptedServer, live: LiveTranscriber
) -> None:
    await live.warm()
    await live.warm()
    (update,) = server.of("session.update")
    assert update["session"] == {
        "type": "transcription",
        "audio": {
            "input": {
                "format": {"type": "audio/pcm", "rate": 24000},
                "transcription": {"model": "m", "language": "en"},
                "turn_detection": None,
            }
        },
    }
    request = server.session.socket.request
    assert request is not None
    assert request.path.endswith("/realtime?intent=transcription")


async def test_the_take_goes_up_while_it_is_spoken_and_one_session_serves_all(
    server: ScriptedServer, live: LiveTranscriber
) -> None:
    await live.warm()
    for number in (1, 2, 3):
        server.transcript = f"take {number}"
        hearing = talk(live)
        await server.wait_for("input_audio_buffer.append", 10 * number)
        assert len(server.of("input_audio_buffer.commit")) == number - 1
        assert (await hearing.finish()).text == f"take {number}"
    assert len(server.sessions) == 1
    assert sound_of(server) == PIECE * 30


async def test_a_take_that_is_faster_than_the_connection_is_kept_for_it(
    server: ScriptedServer, live: LiveTranscriber
) -> None:
    assert (await talk(live, pieces=120).finish()).text == "hello"
    assert sound_of(server) == PIECE * 120


async def test_words_show_while_the_user_talks(
    server: ScriptedServer, live: LiveTranscriber
) -> None:
    async def heard(session: Session, event: Event) -> None:
        count = len(server.of("input_audio_buffer.append"))
        if count in {3, 6}:
            await session.send({"type": PREFIX + "delta", "item_id": "i", "delta": f" w{count}"})

    server.answers["input_audio_buffer.append"] = heard
    on_commit(
        server,
        {"type": "input_audio_buffer.committed", "item_id": "i"},
        {"type": PREFIX + "completed", "item_id": "i", "transcript": "W3, w6.", "usage": {"n": 1}},
    )
    so_far: list[str] = []
    await live.warm()
    hearing = talk(live, so_far)
    await until(lambda: so_far == ["w3", "w3 w6"])
    assert server.of("input_audio_buffer.commit") == []
    assert await hearing.finish() == Words("W3, w6.", {"n": 1})
    assert so_far[-1] == "W3, w6."


@pytest.mark.parametrize(
    ("events", "text"),
    [
        # no committed, no ids
        ([{"type": PREFIX + "completed", "transcript": "hi"}], "hi"),
        # an empty end leaves the pieces
        (
            [
                {"type": PREFIX + "delta", "delta": "hi"},
                {"type": PREFIX + "completed", "transcript": ""},
            ],
            "hi",
        ),
        # nothing was said
        ([{"type": PREFIX + "completed", "item_id": "i", "transcript": ""}], ""),
        # the server cut the take by itself, and its last part is done last
        (
            [
                {"type": PREFIX + "completed", "item_id": "a", "transcript": "One."},
                {"type": "input_audio_buffer.committed", "item_id": "b"},
                {"type": PREFIX + "delta", "item_id": "b", "delta": "Tw"},
                {"type": PREFIX + "completed", "item_id": "b", "transcript": "Two."},
            ],
            "One. Two.",
        ),
        # ... or nothing was left at the take's end
        (
            [
                {"type": "input_audio_buffer.committed", "item_id": "a"},
                {"type": "error", "error": {"code": "input_audio_buffer_commit_empty"}},
                {"type": PREFIX + "completed", "item_id": "a", "transcript": "One."},
            ],
            "One.",
        ),
        ([{"type": "error", "error": {"code": "input_audio_buffer_commit_empty"}}], ""),
    ],
)
async def test_the_ways_of_other_servers(
    server: ScriptedServer, live: LiveTranscriber, events: list[Event], text: str
) -> None:
    if events[0].get("item_id") == "a":

        async def early(session: Session, event: Event) -> None:
            if len(server.of("input_audio_buffer.append")) == 1:
                await session.send({"type": "input_audio_buffer.committed", "item_id": "a"})

        server.answers["input_audio_buffer.append"] = early
    on_commit(server, *events)
    assert (await talk(live).finish()).text == text


async def test_a_dropped_take_never_gets_into_the_next_one(
    server: ScriptedServer, live: LiveTranscriber
) -> None:
    await live.warm()
    dropped = talk(live)
    await server.wait_for("input_audio_buffer.append", 10)
    old = server.session
    await dropped.cancel()
    await dropped.cancel()
    so_far: list[str] = []
    hearing = talk(live, so_far)
    await until(lambda: len(server.sessions) == 2 and live.session.ready)
    with contextlib.suppress(ConnectionClosed):
        await old.send({"type": PREFIX + "completed", "item_id": "old", "transcript": "ghost"})
    assert (await hearing.finish()).text == "hello"
    assert so_far == ["hello"]
    assert len(server.sessions) == 2


async def test_late_words_of_a_finished_take_are_dropped(
    server: ScriptedServer, live: LiveTranscriber
) -> None:
    await talk(live).finish()
    item = server.session.item
    so_far: list[str] = []
    hearing = talk(live, so_far)
    await server.session.send(
        {"type": PREFIX + "completed", "item_id": item, "transcript": "ghost"}
    )
    assert (await hearing.finish()).text == "hello"
    assert so_far == ["hello"]


async def test_a_slip_of_the_finger_is_no_take(
    server: ScriptedServer, live: LiveTranscriber
) -> None:
    assert await talk(live, pieces=2).finish() == Words("")
    assert await talk(live, pieces=0).finish() == Words("")
    assert server.of("input_audio_buffer.commit") == []


async def test_a_take_that_begins_before_the_last_one_ended_replaces_it(
    server: ScriptedServer, live: LiveTranscriber
) -> None:
    await live.warm()
    talk(live)
    assert (await talk(live).finish()).text == "hello"
    assert len(server.sessions) == 2


@pytest.mark.parametrize(
    "make",
    [
        lambda n: {"type": "input_audio_buffer.committed", "item_id": f"i{n}"},
        lambda n: {"type": PREFIX + "delta", "item_id": f"i{n}", "delta": "w"},
        lambda _: {"type": PREFIX + "delta", "item_id": "i", "delta": "word " * 5_000},
        lambda n: {"type": PREFIX + "completed", "item_id": f"{n}{'i' * 50_000}"},
    ],
    ids=["parts without words", "parts", "words", "names"],
)
async def test_a_transcript_that_never_ends_is_given_up_and_nothing_grows_with_it(
    server: ScriptedServer, live: LiveTranscriber, make: Callable[[int], Event]
) -> None:
    said: list[str] = []
    on_commit(server, *map(make, range(600)))
    hearing = talk(live, said)
    with pytest.raises(ProtocolError, match="never ends"):
        await hearing.finish()
    assert len(hearing.items) < 600
    assert sum(map(len, hearing.items)) < 300_000
    assert max(map(len, said), default=0) < 500_000


FAILED: Event = {
    "type": PREFIX + "failed",
    "item_id": "i",
    "error": {"code": "audio_unintelligible", "message": "could not be heard"},
}


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([FAILED], ReplyFailedError),
        ([{"type": PREFIX + "failed"}], ReplyFailedError),
        (
            [{"type": "error", "error": {"code": "server_error", "message": "it broke"}}],
            ReplyFailedError,
        ),
        ([{"type": "error", "error": {"code": "session_expired"}}], ConnectionLostError),
    ],
)
async def test_failures_are_told_and_the_next_take_has_a_new_session(
    server: ScriptedServer,
    live: LiveTranscriber,
    events: list[Event],
    expected: type[ServerError],
) -> None:
    on_commit(server, *events)
    with pytest.raises(expected):
        await talk(live).finish()
    del server.answers["input_audio_buffer.commit"]
    assert (await talk(live).finish()).text == "hello"
    assert len(server.sessions) == 2


async def test_a_connection_lost_in_the_middle_is_told_and_opened_again(
    server: ScriptedServer, live: LiveTranscriber
) -> None:
    await live.warm()
    hearing = talk(live)
    await server.wait_for("input_audio_buffer.append", 10)
    await server.cut()
    await until(lambda: not live.session.ready)
    hearing.feed(PIECE)
    with pytest.raises(ConnectionLostError):
        await hearing.finish()
    assert (await talk(live).finish()).text == "hello"


async def test_a_server_that_says_nothing_is_given_up(server: ScriptedServer) -> None:
    on_commit(server)
    live = LiveTranscriber(source(server), model="m", open_s=20.0, stall_s=0.1)
    with pytest.raises(NoAnswerError):
        await talk(live).finish()
    await live.close()


async def test_a_server_that_says_anything_but_words_is_given_up_too(
    server: ScriptedServer,
) -> None:
    talking: list[asyncio.Task[None]] = []

    async def chatter(session: Session, _event: Event) -> None:
        async def talk_on() -> None:
            with contextlib.suppress(ConnectionClosed):
                while True:
                    await session.send({"type": "rate_limits.updated"})
                    await asyncio.sleep(0.02)

        talking.append(asyncio.create_task(talk_on()))

    server.answers["input_audio_buffer.commit"] = chatter
    live = LiveTranscriber(source(server), model="m", stall_s=0.3)
    try:
        async with asyncio.timeout(20):
            with pytest.raises(NoAnswerError):
                await talk(live).finish()
    finally:
        await live.close()
        await asyncio.gather(*talking)


async def test_a_refused_session_is_told_by_warming_and_by_the_take(
    server: ScriptedServer, live: LiveTranscriber
) -> None:
    server.refuse = (401, "no")
    with pytest.raises(WrongKeyError):
        await live.warm()
    with pytest.raises(WrongKeyError):
        await talk(live).finish()
    server.refuse = None

    async def refuse(session: Session, event: Event) -> None:
        await session.error(event, "invalid_value", "no transcription sessions here")

    server.answers["session.update"] = refuse
    with pytest.raises(ReplyFailedError, match="no transcription sessions"):
        await live.warm()


async def test_no_address_is_told() -> None:
    async def nowhere() -> Address:
        raise UnreachableError(server="Fake", reason="it is off")

    live = LiveTranscriber(nowhere, model="m")
    with pytest.raises(UnreachableError):
        await talk(live).finish()
    await live.close()


async def test_closing_in_the_middle_of_a_take_leaves_nothing(
    server: ScriptedServer, live: LiveTranscriber
) -> None:
    await live.warm()
    talk(live)
    await live.close()
    await live.close()
    opening = LiveTranscriber(source(server), model="m")
    talk(opening)
    await opening.close()


async def test_a_session_that_ends_soon_is_exchanged_between_takes(
    server: ScriptedServer, live: LiveTranscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lifetimes, "SHORTEST_SESSION", 0.0)
    server.expires_in = 1.0
    await live.warm()
    hearing = talk(live)
    await server.wait_for("input_audio_buffer.append", 10)
    server.expires_in = None
    await until(lambda: not live.session.fresh)
    assert (await hearing.finish()).text == "hello"
    await until(lambda: live.session.number == 2)
    assert (await talk(live).finish()).text == "hello"
    assert [session.types().count("input_audio_buffer.commit") for session in server.sessions] == [
        1,
        1,
    ]
