"""The realtime pipeline against servers that refuse, repeat, forget, or go on for ever."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from itertools import pairwise

import pytest

from tests.support.realtime_server import ClientEvent, ScriptedServer, Session, begin, done, say
from tests.support.realtime_talk import CALL, TONE, RealtimeTalk
from voicedesk.core.errors import ReplyFailedError
from voicedesk.core.events import (
    AudioKey,
    Event,
    Heard,
    LinkChanged,
    ReplyEnded,
    TextDelta,
    TextEnded,
    UserText,
)
from voicedesk.pipelines import realtime as realtime_module
from voicedesk.pipelines import realtime_connection
from voicedesk.tools.registry import MAX_ROUNDS

TAKE = b"\x01\x00" * 480  # 20 ms
TRANSCRIPTION = "conversation.item.input_audio_transcription"


class Talk(RealtimeTalk):
    """A pipeline on a scripted server, with what it told."""

    def __init__(self, server: ScriptedServer) -> None:
        super().__init__(server.base_url)
        self.server = server

    def begin(self) -> None:
        self.turn += 1
        self.pipeline.begin_turn(self.turn)
        for _ in range(20):
            self.pipeline.feed(TAKE)

    async def answer(self, text: str | None = None) -> list[Event]:
        async with asyncio.timeout(10):
            return [event async for event in self.pipeline.end_turn(text)]

    async def ask(self, text: str | None = None) -> str:
        self.begin()
        events = await self.answer(text)
        assert isinstance(events[-1], ReplyEnded)
        return "".join(event.text for event in events if isinstance(event, TextDelta))

    def said(self) -> list[tuple[int, str | None]]:
        return [(event.turn, event.text) for event in self.told if isinstance(event, UserText)]

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not condition():
                await asyncio.sleep(0.005)


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer() as scripted:
        yield scripted


@pytest.fixture
async def talk(server: ScriptedServer) -> AsyncIterator[Talk]:
    made = Talk(server)
    yield made
    await made.pipeline.close()


async def test_words_after_a_refused_take_go_to_the_take_that_was_accepted(
    talk: Talk, server: ScriptedServer
) -> None:
    async def refuse(session: Session, event: ClientEvent) -> None:
        del server.answers["input_audio_buffer.commit"]
        await session.error(event, "input_audio_buffer_commit_empty")

    server.answers["input_audio_buffer.commit"] = refuse
    with pytest.raises(ReplyFailedError):
        await talk.ask()
    assert await talk.ask() == "hello to you"
    assert talk.said() == [(2, "hello")]


async def test_one_failed_transcription_tries_one_other_model(
    talk: Talk, server: ScriptedServer
) -> None:
    server.transcript = None
    server.replies.append(
        [{"type": f"{TRANSCRIPTION}.failed", "error": {}}, begin(), say("Hi.", TONE), done()]
    )
    assert await talk.ask() == "Hi."
    for _ in range(3):
        assert await talk.ask() == "hello to you"
    models = [
        update["session"]["audio"]["input"]["transcription"]["model"]
        for update in server.of("session.update")
    ]
    assert models == ["gpt-transcribe", "gpt-live-transcribe"]


@pytest.mark.parametrize("refused", ["input_audio_buffer.clear", "conversation.item.delete"])
async def test_a_refusal_of_tidying_up_is_no_failure_of_the_next_question(
    talk: Talk, server: ScriptedServer, refused: str
) -> None:
    waiting: list[tuple[Session, ClientEvent]] = []

    async def keep(session: Session, event: ClientEvent) -> None:
        waiting.append((session, event))

    async def refuse_now(session: Session) -> None:
        del session
        for kept, event in waiting:
            await kept.error(event, "not_implemented")

    server.answers[refused] = keep
    assert await talk.ask() == "hello to you"
    if refused == "input_audio_buffer.clear":
        talk.begin()
        await server.wait_for("input_audio_buffer.append", 25)
        talk.pipeline.abort_turn()
    else:
        unheard = Heard(AudioKey(1, "r", "item_x"), 0.0, 100.0)
        await talk.pipeline.interrupt([unheard])
    await server.wait_for(refused)
    server.replies.append([refuse_now, 0.05, begin(), say("Fine.", TONE), done()])
    assert await talk.ask() == "Fine."


async def test_an_answer_that_is_empty_is_told(talk: Talk, server: ScriptedServer) -> None:
    server.replies.append([begin(), done(output=[])])
    with pytest.raises(ReplyFailedError, match="empty"):
        await talk.ask()
    assert await talk.ask() == "hello to you"


async def test_an_answer_may_be_empty_after_a_tool_when_something_was_said_before(
    talk: Talk, server: ScriptedServer
) -> None:
    server.replies.append([begin(), say("I look.", TONE), done(output=[CALL])])
    server.replies.append([begin(), done(output=[])])
    assert await talk.ask() == "I look."


async def test_a_model_that_calls_for_ever_is_ended(talk: Talk, server: ScriptedServer) -> None:
    async def call(session: Session) -> None:
        await session.begin()
        await session.say("Once more.", TONE)
        await session.done(output=[CALL])

    server.default = call
    await talk.ask()
    assert talk.tools_run == MAX_ROUNDS
    assert server.types().count("response.create") == MAX_ROUNDS + 1


async def test_an_answer_to_a_question_that_was_given_up_is_not_taken_for_the_next(
    talk: Talk, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(realtime_module, "CANCEL_TIMEOUT", 0.05)
    first: list[object] = []

    async def keep(session: Session) -> None:
        first.append(session.metadata)

    async def late(session: Session) -> None:
        mine, session.metadata = session.metadata, first[0]
        await session.begin(id_="late")
        await session.say("The answer to the first.", TONE)
        await session.done()
        session.metadata = mine

    server.replies.append([keep])
    server.replies.append([late, begin("second"), say("The second.", TONE), done()])
    talk.begin()
    reading = asyncio.create_task(talk.answer())
    await server.wait_for("response.create")
    await talk.pipeline.interrupt([])
    await reading
    assert await talk.ask() == "The second."


async def test_a_character_in_two_halves_is_whole(talk: Talk, server: ScriptedServer) -> None:
    words = "response.output_text"
    server.replies.append(
        [
            begin("r"),
            {"type": f"{words}.delta", "response_id": "r", "item_id": "i", "delta": "Hi \ud83d"},
            {
                "type": f"{words}.delta",
                "response_id": "r",
                "item_id": "i",
                "delta": "\ude00 you\ud83d",
            },
            {
                "type": f"{words}.done",
                "response_id": "r",
                "item_id": "i",
                "text": "Hi \ud83d\ude00 you\ud83d",
            },
            done(),
        ]
    )
    server.transcript = "half \ud83d"
    talk.begin()
    events = await talk.answer()
    texts = [
        e.text for e in [*events, *talk.told] if isinstance(e, TextDelta | TextEnded | UserText)
    ]
    assert any("😀" in text for text in texts if text)
    for text in texts:
        assert text is not None
        text.encode()


async def test_a_server_that_is_busy_with_a_reply_of_its_own_is_not_flooded(
    talk: Talk, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(realtime_module, "ACTIVE_PAUSE", 0.01)
    refused = 0

    async def refuse(session: Session, event: ClientEvent) -> None:
        nonlocal refused
        refused += 1
        if refused == 3:
            del server.answers["response.create"]
        await session.error(event, "conversation_already_has_active_response")

    server.answers["response.create"] = refuse
    assert await talk.ask() == "hello to you"
    asked = [event["at"] for event in server.of("response.create")]
    assert all(later - earlier >= 0.01 for earlier, later in pairwise(asked))


@pytest.mark.parametrize("late", [False, True])
async def test_a_take_that_the_server_has_not_whole_is_not_answered_by_half(
    talk: Talk, server: ScriptedServer, caplog: pytest.LogCaptureFixture, *, late: bool
) -> None:
    caplog.set_level("INFO", "voicedesk")
    kept: list[tuple[Session, ClientEvent]] = []

    async def full(session: Session, event: ClientEvent) -> None:
        if late:
            kept.append((session, event))
        elif len(server.of("input_audio_buffer.append")) > 10:
            await session.error(event, "input_audio_buffer_full", "It holds 0.2 seconds")

    async def tell(session: Session) -> None:
        await kept[-1][0].error(kept[-1][1], "input_audio_buffer_full", "It holds 0.2 seconds")
        await session.begin()
        await session.say("Half an answer.", TONE)
        await session.done()

    await talk.pipeline.open()
    server.answers["input_audio_buffer.append"] = full
    talk.begin()
    await server.wait_for("input_audio_buffer.append", 20)
    if late:
        server.replies.append([tell])
    else:
        await talk.until(lambda: "input_audio_buffer_full" in caplog.text)
    with pytest.raises(ReplyFailedError, match=r"0\.2 seconds"):
        await talk.answer()
    if not late:
        assert server.types() == ["session.update"]
        await server.wait_for("input_audio_buffer.clear")
    del server.answers["input_audio_buffer.append"]
    assert await talk.ask() == "hello to you"


async def test_a_session_that_is_refused_late_is_not_used(
    talk: Talk, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(realtime_connection, "CONFIRM_TIMEOUT", 0.01)
    asked: list[ClientEvent] = []

    async def think_about_it(_session: Session, event: ClientEvent) -> None:
        asked.append(event)
        del server.answers["session.update"]

    server.answers["session.update"] = think_about_it
    await talk.pipeline.open()
    await server.session.error(asked[0], "invalid_value", "No such voice here")
    await talk.until(lambda: len(server.sessions) == 2)
    told = [e.error for e in talk.told if isinstance(e, LinkChanged) and e.error is not None]
    assert "No such voice here" in str(told[0])
    assert await talk.ask() == "hello to you"
