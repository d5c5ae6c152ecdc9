"""Transcription sessions: strict about what is sent, words while they are said, one transcript for each commit."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from openai import AsyncOpenAI
from openai.types.realtime import RealtimeServerEvent
from pydantic import TypeAdapter

from tests.engine.conftest import Client, pcm_of
from tests.engine.fakes import fake_services
from voicedesk.engine.launch import EngineAddress
from voicedesk.engine.protocol.input_buffer import LONGEST_INPUT_MS
from voicedesk.engine.protocol.transcription import MOST_TRANSCRIPTS, TranscriptionSession

Event = dict[str, Any]

TRANSCRIPTION = "conversation.item.input_audio_transcription"
_EVENTS: TypeAdapter[Any] = TypeAdapter(RealtimeServerEvent)


class Desk:
    """A session, its fakes, and what it sent."""

    def __init__(self) -> None:
        services, self.ears, _ = fake_services()
        self.session = TranscriptionSession(services, "any")

    async def send(self, kind: str, **values: object) -> None:
        await self.session.take(json.dumps({"type": kind, **values}))

    async def append(self, ms: float) -> None:
        audio = base64.b64encode(bytes(int(48 * ms))).decode()
        await self.send("input_audio_buffer.append", audio=audio)

    def say(self, words: str) -> None:
        """The recogniser is certain of so many words."""
        on_words = self.ears.utterances[-1].on_words
        assert on_words is not None
        on_words(words)

    async def next(self) -> Event:
        async with asyncio.timeout(5):
            encoded = await self.session.outbox.take()
        assert encoded is not None
        event: Event = json.loads(encoded)
        assert _EVENTS.validate_python(event).type == event["type"]
        return event

    async def until(self, kind: str) -> list[Event]:
        seen = [await self.next()]
        while seen[-1]["type"] != kind:
            seen.append(await self.next())
        return seen


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    desk = Desk()
    yield desk
    await desk.session.close()


def deltas(events: list[Event]) -> str:
    return "".join(event["delta"] for event in events if event["type"] == f"{TRANSCRIPTION}.delta")


async def test_words_come_before_the_commit_and_the_transcript_after_it(desk: Desk) -> None:
    await desk.append(200)
    desk.say("what is")
    desk.say("what is one")
    first, second = await desk.next(), await desk.next()
    assert (first["delta"], second["delta"]) == ("What is", " one")
    await desk.append(200)
    await desk.send("input_audio_buffer.commit")
    seen = await desk.until(f"{TRANSCRIPTION}.completed")
    assert [event["type"] for event in seen] == [
        "input_audio_buffer.committed",
        "conversation.item.added",
        "conversation.item.done",
        f"{TRANSCRIPTION}.delta",
        f"{TRANSCRIPTION}.completed",
    ]
    ids = {event["item_id"] for event in [first, second, *seen] if "item_id" in event}
    assert ids == {seen[1]["item"]["id"]}
    assert deltas([first, second, *seen]) == "What is one plus one?"
    assert seen[-1]["transcript"] == "What is one plus one?"
    assert seen[-1]["usage"] == {"type": "duration", "seconds": 0.4}


async def test_a_transcript_that_differs_from_the_words_told_replaces_them(desk: Desk) -> None:
    await desk.append(200)
    desk.say("watt is")
    await desk.send("input_audio_buffer.commit")
    seen = await desk.until(f"{TRANSCRIPTION}.completed")
    assert deltas(seen) == "Watt is"
    assert seen[-1]["transcript"] == "What is one plus one?"


async def test_words_of_a_take_that_was_cleared_are_not_those_of_the_next(desk: Desk) -> None:
    await desk.append(200)
    desk.say("roll two")
    await desk.send("input_audio_buffer.clear")
    assert desk.ears.utterances[0].dropped
    await desk.append(200)
    await desk.send("input_audio_buffer.commit")
    seen = await desk.until(f"{TRANSCRIPTION}.completed")
    assert seen[0]["item_id"] != seen[-1]["item_id"]
    assert deltas(seen[1:]) == "What is one plus one?"


async def test_items_follow_each_other(desk: Desk) -> None:
    ids = []
    for _ in range(2):
        await desk.append(100)
        await desk.send("input_audio_buffer.commit")
        committed = (await desk.until(f"{TRANSCRIPTION}.completed"))[0]
        ids.append((committed["previous_item_id"], committed["item_id"]))
    assert ids[0][0] is None
    assert ids[1][0] == ids[0][1]


async def test_silence_has_an_empty_transcript(desk: Desk) -> None:
    desk.ears.hears = ""
    await desk.append(200)
    await desk.send("input_audio_buffer.commit")
    seen = await desk.until(f"{TRANSCRIPTION}.completed")
    assert deltas(seen) == seen[-1]["transcript"] == ""


async def test_ears_that_fail_are_told_and_the_session_lives_on(desk: Desk) -> None:
    desk.ears.broken = True
    await desk.append(200)
    await desk.send("input_audio_buffer.commit")
    failed = (await desk.until(f"{TRANSCRIPTION}.failed"))[-1]
    assert failed["error"]["message"] == "Speech recognition failed. Say it again."
    desk.ears.broken = False
    await desk.append(200)
    await desk.send("input_audio_buffer.commit")
    assert (await desk.until(f"{TRANSCRIPTION}.completed"))[-1]["transcript"]


async def test_the_greeting_and_updates_show_the_whole_session(desk: Desk) -> None:
    desk.session.open()
    session = (await desk.next())["session"]
    assert session["type"] == "transcription"
    assert session["audio"]["input"]["transcription"] == {"model": "any"}
    update = {"audio": {"input": {"transcription": {"language": "en"}}}, "include": []}
    await desk.send("session.update", session={"type": "transcription", **update})
    session = (await desk.next())["session"]
    assert session["audio"]["input"]["transcription"] == {"model": "any", "language": "en"}
    update = {"audio": {"input": {"transcription": None, "turn_detection": None}}}
    await desk.send("session.update", session={"type": "transcription", **update})
    session = (await desk.next())["session"]
    assert session["audio"]["input"]["transcription"] == {"model": "any"}


REFUSED: list[tuple[str, Event, str, str | None]] = [
    ("session.update", {}, "missing_required_parameter", "session"),
    ("session.update", {"session": {}}, "missing_required_parameter", "session.type"),
    ("session.update", {"session": {"type": "realtime"}}, "invalid_value", "session.type"),
    (
        "session.update",
        {"session": {"type": "transcription", "audio": []}},
        "invalid_type",
        "session.audio",
    ),
    (
        "session.update",
        {
            "session": {
                "type": "transcription",
                "audio": {"input": {"turn_detection": {"type": "server_vad"}}},
            }
        },
        "invalid_value",
        "session.audio.input.turn_detection",
    ),
    (
        "session.update",
        {
            "session": {
                "type": "transcription",
                "audio": {"input": {"format": {"type": "audio/pcm", "rate": 16000}}},
            }
        },
        "invalid_value",
        "session.audio.input.format.rate",
    ),
    ("input_audio_buffer.append", {}, "missing_required_parameter", "audio"),
    ("input_audio_buffer.append", {"audio": "?"}, "invalid_value", "audio"),
    ("input_audio_buffer.commit", {}, "input_audio_buffer_commit_empty", None),
    ("response.create", {}, "invalid_value", "type"),
]


@pytest.mark.parametrize(("kind", "values", "code", "param"), REFUSED)
async def test_what_cannot_be_is_refused(
    desk: Desk, kind: str, values: Event, code: str, param: str | None
) -> None:
    await desk.send(kind, event_id="mine", **values)
    event = await desk.next()
    assert event["type"] == "error"
    assert event["error"]["event_id"] == "mine"
    assert (event["error"]["code"], event["error"]["param"]) == (code, param)


async def test_the_buffer_is_bounded_and_keeps_what_it_holds(desk: Desk) -> None:
    for _ in range(LONGEST_INPUT_MS // 10_000):
        await desk.append(10_000)
    await desk.append(10_000)
    assert (await desk.next())["error"]["code"] == "input_audio_buffer_full"
    await desk.send("input_audio_buffer.commit")
    completed = (await desk.until(f"{TRANSCRIPTION}.completed"))[-1]
    assert completed["usage"]["seconds"] == LONGEST_INPUT_MS / 1000


async def test_the_number_of_transcripts_in_the_making_is_bounded(desk: Desk) -> None:
    desk.ears.may_hear.clear()
    for _ in range(MOST_TRANSCRIPTS + 1):
        await desk.append(100)
        await desk.send("input_audio_buffer.commit")
    assert (await desk.until("error"))[-1]["error"]["code"] == "rate_limit_exceeded"
    desk.ears.may_hear.set()
    for _ in range(MOST_TRANSCRIPTS):
        await desk.until(f"{TRANSCRIPTION}.completed")
    async with asyncio.timeout(5):
        while len(desk.session._tasks):
            await asyncio.sleep(0)
    await desk.send("input_audio_buffer.commit")
    assert (await desk.until(f"{TRANSCRIPTION}.completed"))[-1]["transcript"]


async def test_closing_in_the_middle_leaves_nothing_running() -> None:
    desk = Desk()
    desk.ears.may_hear.clear()
    await desk.append(200)
    await desk.send("input_audio_buffer.commit")
    await desk.append(200)
    await desk.session.close()
    assert [utterance.dropped for utterance in desk.ears.utterances] == [True, True]
    assert len(asyncio.all_tasks()) == 1


async def test_the_official_client_reads_a_recording_while_it_is_said(
    engine: EngineAddress,
) -> None:
    async with AsyncOpenAI(base_url=engine.base_url, api_key=engine.token) as openai:
        connecting = openai.realtime.connect(extra_query={"intent": "transcription"})
        async with connecting as connection:
            client = Client(connection)
            created = await client.until("session.created")
            assert (
                created["session"]["audio"]["input"]["transcription"]["model"] == "voicedesk-ears"
            )
            await client.send(
                "session.update",
                session={
                    "type": "transcription",
                    "audio": {
                        "input": {
                            "format": {"type": "audio/pcm", "rate": 24000},
                            "transcription": {"model": "gpt-live-transcribe"},
                            "turn_detection": None,
                        }
                    },
                },
            )
            await client.until("session.updated")
            await client.speak(pcm_of("q01.wav"))
            await client.send("input_audio_buffer.commit")
            completed = await client.until(f"{TRANSCRIPTION}.completed")
            assert completed["transcript"] == "What is twelve plus thirty?"
