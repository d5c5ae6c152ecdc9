"""What a realtime reply says of its sound when a failure cuts it: whether the sound says all of its words."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from tests.support.realtime_server import ScriptedServer, Session, Step, begin, done, pcm_delta
from tests.support.realtime_talk import CALL, TONE, RealtimeTalk
from voicedesk.core.errors import ServerError
from voicedesk.core.events import AudioEnded, Event
from voicedesk.pipelines import realtime as realtime_module


class Talk(RealtimeTalk):
    """A pipeline and its server."""

    def __init__(self, server: ScriptedServer) -> None:
        super().__init__(server.base_url)
        self.server = server

    async def ends(self, steps: list[Step]) -> list[tuple[str, bool]]:
        """Of a reply, each end of sound: whose, and whether that was whole."""
        self.server.replies.append(steps)
        return await self.more_ends()

    async def more_ends(self) -> list[tuple[str, bool]]:
        self.turn += 1
        self.pipeline.begin_turn(self.turn)
        events: list[Event] = []
        with contextlib.suppress(ServerError):
            async with asyncio.timeout(15):
                async for event in self.pipeline.end_turn("Hi"):
                    events.append(event)  # noqa: PERF401 - what came before the error counts
        return [(e.key.item, e.is_whole) for e in events if isinstance(e, AudioEnded)]


@pytest.fixture
async def talk() -> AsyncIterator[Talk]:
    async with ScriptedServer() as server:
        made = Talk(server)
        yield made
        await made.pipeline.close()


async def cut(session: Session) -> None:
    """A step: the connection is gone."""
    session.socket.transport.abort()


async def sound(session: Session, item: str = "i", *, ends: bool = True) -> None:
    """Sound of an item, and maybe its end."""
    ids = {"response_id": session.active, "item_id": item, "content_index": 0}
    delta = {"type": "response.output_audio.delta", **ids, "delta": pcm_delta(TONE)}
    await session.send({"type": "response.output_audio_transcript.delta", **ids, "delta": "Yes"})
    await session.send(delta)
    if ends:
        await session.send({"type": "response.output_audio.done", **ids})


async def item_done(session: Session, status: str) -> None:
    item = {"id": "i", "type": "message", "status": status}
    await session.send(
        {"type": "response.output_item.done", "response_id": session.active, "item": item}
    )


async def completed(session: Session) -> None:
    await item_done(session, "completed")


async def incomplete(session: Session) -> None:
    await item_done(session, "incomplete")


async def silence(_session: Session) -> None:
    """Nothing more comes, and the connection stays."""


async def open_sound(session: Session) -> None:
    await sound(session, "j", ends=False)


INCOMPLETE = {"type": "incomplete", "reason": "max_output_tokens"}
CALL_CUT = [
    {"id": "i", "type": "message", "status": "completed"},
    {"id": "f", "type": "function_call", "status": "incomplete"},
]
ENDS: list[tuple[list[Step], list[tuple[str, bool]]]] = [
    ([sound, done()], [("i", True)]),
    ([sound, open_sound, done()], [("i", True), ("j", True)]),
    ([sound, cut], [("i", True), ("i", False)]),
    ([sound, completed, cut], [("i", True)]),
    ([sound, incomplete, cut], [("i", True), ("i", False)]),
    ([sound, completed, open_sound, cut], [("i", True), ("j", False)]),
    ([sound, silence], [("i", True), ("i", False)]),
    ([sound, completed, silence], [("i", True)]),
    ([sound, completed, done("failed")], [("i", True)]),
    ([sound, open_sound, cut], [("i", True), ("j", False)]),
    ([sound, open_sound, done("failed")], [("i", True), ("j", False)]),
    ([sound, done("failed")], [("i", True), ("i", False)]),
    ([sound, done("cancelled")], [("i", True), ("i", False)]),
    ([sound, done("incomplete", status_details=INCOMPLETE)], [("i", True), ("i", False)]),
    (
        [sound, done("incomplete", status_details=INCOMPLETE, output=CALL_CUT)],
        [("i", True)],
    ),
    ([sound, done("incomplete", output="nonsense")], [("i", True), ("i", False)]),
]


@pytest.mark.parametrize(("steps", "ends"), ENDS)
async def test_sound_that_a_failure_cut_is_told_as_such(
    talk: Talk, monkeypatch: pytest.MonkeyPatch, steps: list[Step], ends: list[tuple[str, bool]]
) -> None:
    if silence in steps:
        monkeypatch.setattr(realtime_module, "PROGRESS_TIMEOUT", 0.5)
    assert await talk.ends([begin("r"), *steps]) == ends


async def test_what_was_said_before_a_tool_is_whole_whatever_becomes_of_the_rest(
    talk: Talk,
) -> None:
    talk.server.replies.append([begin("r"), sound, done(output=[CALL])])
    talk.server.replies.append([begin("s"), done("failed")])
    assert await talk.more_ends() == [("i", True)]
    assert talk.tools_run == 1
