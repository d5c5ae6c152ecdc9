"""A realtime pipeline keeps the sound of a question for as long as it may have to be sent again, and no longer."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator

import pytest

from tests.support.realtime_server import ScriptedServer, Session, begin, done, say
from tests.support.realtime_talk import TONE, RealtimeTalk
from voicedesk.core.errors import ServerError
from voicedesk.core.events import AudioDelta, ReplyEnded
from voicedesk.pipelines.realtime_reply import Reply

BLOCK = b"\x01\x02" * 480
BLOCKS = 20


class Talk(RealtimeTalk):
    def __init__(self, server: ScriptedServer) -> None:
        super().__init__(server.base_url)
        self.server = server

    def say(self) -> None:
        self.turn += 1
        self.pipeline.begin_turn(self.turn)
        for _ in range(BLOCKS):
            self.pipeline.feed(BLOCK)

    async def ask(self) -> None:
        self.say()
        async with asyncio.timeout(15):
            events = [event async for event in self.pipeline.end_turn()]
        assert isinstance(events[-1], ReplyEnded)

    async def ask_and_cut(self) -> None:
        """A question whose answer is interrupted as soon as it sounds."""
        self.server.replies.append([begin("r"), say("Let me think", TONE), _never])
        self.say()
        async with asyncio.timeout(15):
            async for event in self.pipeline.end_turn():
                if isinstance(event, AudioDelta):
                    await self.pipeline.interrupt([])


async def _never(session: Session) -> None:
    """A step: the rest of the answer is not made."""


@pytest.fixture
async def talk() -> AsyncIterator[Talk]:
    async with ScriptedServer() as server:
        made = Talk(server)
        yield made
        await made.pipeline.close()


def kept_takes() -> list[int]:
    """The turns whose take is still held by a reply, for each that is alive."""
    gc.collect()
    return [each.turn for each in gc.get_objects() if isinstance(each, Reply) and each.take]


async def test_answered_questions_are_not_kept(talk: Talk) -> None:
    for _ in range(12):
        await talk.ask()
    assert kept_takes() == []


async def test_a_question_whose_answer_was_interrupted_is_not_kept(talk: Talk) -> None:
    await talk.ask_and_cut()
    assert kept_takes() == []


async def test_a_question_that_failed_is_not_kept(talk: Talk) -> None:
    async def fail(session: Session) -> None:
        await session.send({"type": "response.done", "response": {"id": "r", "status": "failed"}})

    talk.server.replies.append([begin("r"), fail])
    with pytest.raises(ServerError):
        await talk.ask()
    assert kept_takes() == []


async def test_a_question_that_is_asked_again_is_kept_once_until_it_is_answered(talk: Talk) -> None:
    kept: list[list[int]] = []

    async def lose(session: Session) -> None:
        session.socket.transport.abort()

    async def look(session: Session) -> None:
        del session
        kept.append(kept_takes())

    talk.server.replies += [[lose], [begin("r"), look, say("hello", TONE), done()]]
    await talk.ask()
    assert kept == [[1]]
    assert talk.server.session.sound() == BLOCK * BLOCKS
    assert kept_takes() == []
