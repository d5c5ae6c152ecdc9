"""Whole turns with servers of each dialect, played as far as their difference goes."""

import asyncio
import base64
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.support.realtime_server import ScriptedServer, Session, begin, done, say
from voicedesk.core.events import AudioDelta, Event, ReplyEnded, TextDelta
from voicedesk.core.settings import Realtime
from voicedesk.pipelines.realtime import RealtimePipeline
from voicedesk.providers.profiles import QUIRKS, Address
from voicedesk.providers.transcription_live import LiveTranscriber

TAKE = b"\x01\x10\xff\xef" * 240  # 20 ms
TONE = b"\x10\x27\xf0\xd8" * 1200  # 100 ms
APPEND = "input_audio_buffer.append"


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer() as scripted:
        yield scripted


@contextlib.asynccontextmanager
async def pipeline_for(server: ScriptedServer, dialect: str) -> AsyncIterator[RealtimePipeline]:
    async def address() -> Address:
        return Address("Test", server.base_url, "secret", QUIRKS[dialect])

    pipeline = RealtimePipeline(address, Realtime(model="m"), "Be brief.")
    try:
        yield pipeline
    finally:
        await pipeline.close()


async def turn_over(pipeline: RealtimePipeline, number: int = 1) -> list[Event]:
    pipeline.begin_turn(number)
    for _ in range(20):
        pipeline.feed(TAKE)
    async with asyncio.timeout(10):
        return [event async for event in pipeline.end_turn()]


def sent_sound(server: ScriptedServer) -> bytes:
    return b"".join(base64.b64decode(event["audio"]) for event in server.of(APPEND))


async def answer_it(session: Session, _event: dict[str, Any]) -> None:
    session.run([begin(), say("Yes.", TONE), done()])


async def reject(session: Session, event: dict[str, Any]) -> None:
    await session.error(event, "server_error", "not implemented")


async def test_a_commit_that_answers_by_itself_with_sound_of_another_rate(
    server: ScriptedServer,
) -> None:
    server.answers["input_audio_buffer.commit"] = answer_it
    async with pipeline_for(server, "localai") as pipeline:
        for number in (1, 2):
            events = await turn_over(pipeline, number)
            assert isinstance(events[-1], ReplyEnded)
            assert any(isinstance(event, AudioDelta) for event in events)
    assert server.types() == ["session.update", *["input_audio_buffer.commit"] * 2]
    assert len(sent_sound(server)) == 2 * 2 * 16_000 * 400 // 1000


async def test_a_server_that_only_silence_ends_a_turn_for(server: ScriptedServer) -> None:
    heard = bytearray()

    async def listen(session: Session, event: dict[str, Any]) -> None:
        heard.extend(base64.b64decode(event["audio"]))
        if heard.endswith(bytes(2 * 24_000)):
            heard.clear()
            await answer_it(session, event)

    server.answers[APPEND] = listen
    async with pipeline_for(server, "speech-to-speech") as pipeline:
        for number in (1, 2):
            events = await turn_over(pipeline, number)
            assert "".join(e.text for e in events if isinstance(e, TextDelta)) == "Yes."
    assert server.types() == ["session.update"]


async def test_a_server_of_the_first_version_that_cannot_cancel_or_truncate(
    server: ScriptedServer,
) -> None:
    for kind in ("response.cancel", "conversation.item.truncate", "conversation.item.delete"):
        server.answers[kind] = reject
    async with pipeline_for(server, "speaches") as pipeline:
        events = await turn_over(pipeline)
        assert isinstance(events[-1], ReplyEnded)
        pipeline.begin_turn(2)
        await pipeline.interrupt([])
        assert isinstance((await turn_over(pipeline, 3))[-1], ReplyEnded)
    assert "turn_detection" in server.of("session.update")[0]["session"]
    assert not {"response.cancel", "conversation.item.truncate"} & set(server.types())


async def test_xai_begins_with_another_event_and_refuses_what_it_does_not_know(
    server: ScriptedServer,
) -> None:
    async def configure(session: Session, event: dict[str, Any]) -> None:
        await session.send({"type": "conversation.created", "conversation": {}})
        if "reasoning" in event["session"]:
            await session.error(event, "unknown_parameter", param="session.reasoning")
        elif "voice" in event["session"]:
            await session.error(event, "invalid_value", param="session.voice")
        else:
            await session.send({"type": "session.updated", "session": event["session"]})

    server.answers["session.update"] = configure

    async def address() -> Address:
        return Address("Test", server.base_url, "secret", QUIRKS["xai"])

    settings = Realtime(model="m", voice="of another", effort="low")
    pipeline = RealtimePipeline(address, settings, "Be brief.")
    try:
        assert isinstance((await turn_over(pipeline))[-1], ReplyEnded)
    finally:
        await pipeline.close()
    assert len(server.of("session.update")) == 3


async def test_a_server_that_only_transcribes_writes_while_one_talks(
    server: ScriptedServer,
) -> None:
    async def commit(session: Session, event: dict[str, Any]) -> None:
        if event.get("final"):
            await session.send({"type": "transcription.delta", "delta": "Hello"})
            await session.send({"type": "transcription.done", "text": "Hello there"})

    server.answers["input_audio_buffer.commit"] = commit

    async def address() -> Address:
        return Address("Test", server.base_url, "secret", QUIRKS["vllm"])

    live = LiveTranscriber(address, model="voxtral")
    said: list[str] = []
    try:
        for _ in range(2):
            hearing = live.begin(lambda words: said.append(words.text))
            for _ in range(20):
                hearing.feed(TAKE)
            assert (await hearing.finish()).text == "Hello there"
    finally:
        await live.close()
    assert said == ["Hello", "Hello there"] * 2
    assert server.of("session.update")[0]["session"] == {"model": "voxtral"}
    assert len(sent_sound(server)) == 2 * 2 * 16_000 * 400 // 1000
