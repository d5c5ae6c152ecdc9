"""A session without a server: its state after any row of events, back-pressure, and engines that fail."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openai.types.realtime import RealtimeServerEvent
from pydantic import TypeAdapter

from tests.engine.fakes import fake_services
from voicedesk.engine.protocol.conversation import MOST_ITEMS, Conversation
from voicedesk.engine.protocol.errors import ClientError
from voicedesk.engine.protocol.items import Item, Part
from voicedesk.engine.protocol.outbox import HIGH_WATER, MOST_WAITING, Outbox
from voicedesk.engine.protocol.session import Session

Event = dict[str, Any]

_EVENTS: TypeAdapter[Any] = TypeAdapter(RealtimeServerEvent)


class Desk:
    """A session, its fakes, and what it sent."""

    def __init__(self) -> None:
        services, self.ears, self.voice = fake_services()
        self.session = Session(services, "any")
        self.sent: list[Event] = []

    async def send(self, kind: str, **values: object) -> None:
        await self.session.take(json.dumps({"type": kind, **values}))

    async def next(self) -> Event:
        async with asyncio.timeout(5):
            encoded = await self.session.outbox.take()
        assert encoded is not None
        event: Event = json.loads(encoded)
        assert _EVENTS.validate_python(event).type == event["type"]
        self.sent.append(event)
        return event

    async def until(self, kind: str) -> Event:
        while (event := await self.next())["type"] != kind:
            pass
        return event

    async def type(self, text: str) -> None:
        content = [{"type": "input_text", "text": text}]
        await self.send(
            "conversation.item.create", item={"type": "message", "role": "user", "content": content}
        )

    async def say(self) -> None:
        audio = base64.b64encode(bytes(48 * 200)).decode()
        await self.send("input_audio_buffer.append", audio=audio)
        await self.send("input_audio_buffer.commit")


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    desk = Desk()
    yield desk
    await desk.session.close()


async def test_a_slow_client_slows_the_reply_and_not_the_memory(desk: Desk) -> None:
    await desk.type("count to one hundred")
    await desk.send("response.create")
    for _ in range(2000):
        await asyncio.sleep(0)
    waiting = sum(map(len, desk.session.outbox._waiting))
    assert HIGH_WATER < waiting < 2 * HIGH_WATER
    assert len(desk.voice.spoken) < 10
    assert (await desk.until("response.done"))["response"]["status"] == "completed"
    assert len(desk.voice.spoken) >= 10


async def test_a_cancel_gets_through_to_a_reply_that_waits_for_a_slow_client(desk: Desk) -> None:
    await desk.type("count to one hundred")
    await desk.send("response.create")
    for _ in range(2000):
        await asyncio.sleep(0)
    await desk.send("response.cancel")
    assert (await desk.until("response.done"))["response"]["status"] == "cancelled"
    kinds = [event["type"] for event in desk.sent]
    assert kinds[-6:] == [
        "response.output_audio.done",
        "response.output_audio_transcript.done",
        "response.content_part.done",
        "conversation.item.done",
        "response.output_item.done",
        "response.done",
    ]


async def test_a_response_cancelled_before_it_began_is_still_done(desk: Desk) -> None:
    await desk.type("hello")
    await desk.send("response.create")
    await desk.send("response.cancel")
    done = await desk.until("response.done")
    assert done["response"]["status"] == "cancelled"
    assert done["response"]["output"] == []


async def test_a_cancel_does_not_stop_the_transcript(desk: Desk) -> None:
    await desk.send(
        "session.update", session={"type": "realtime", "audio": {"input": {"transcription": {}}}}
    )
    desk.ears.may_hear.clear()
    await desk.say()
    await desk.send("response.create")
    await desk.send("response.cancel")
    assert (await desk.until("response.done"))["response"]["status"] == "cancelled"
    desk.ears.may_hear.set()
    heard = await desk.until("conversation.item.input_audio_transcription.completed")
    assert heard["transcript"] == "What is one plus one?"


async def test_ears_that_fail_are_told_and_the_session_lives_on(desk: Desk) -> None:
    await desk.send(
        "session.update", session={"type": "realtime", "audio": {"input": {"transcription": {}}}}
    )
    desk.ears.broken = True
    await desk.say()
    await desk.send("response.create")
    failed = await desk.until("conversation.item.input_audio_transcription.failed")
    assert failed["error"]["message"] == "Speech recognition failed. Say it again."
    done = (await desk.until("response.done"))["response"]
    assert done["status"] == "failed"
    assert done["status_details"]["error"]["message"] == "Speech recognition failed. Say it again."
    desk.ears.broken = False
    await desk.say()
    await desk.send(
        "response.create",
        response={
            "input": [
                {
                    "type": "message",
                    "role": "user",
                    "content": [{"type": "input_text", "text": "1+1"}],
                }
            ]
        },
    )
    assert (await desk.until("response.done"))["response"]["status"] == "completed"


async def test_a_voice_that_fails_is_told_and_text_still_works(desk: Desk) -> None:
    desk.voice.broken = True
    await desk.type("hello")
    await desk.send("response.create")
    done = (await desk.until("response.done"))["response"]
    assert done["status"] == "failed"
    assert (
        done["status_details"]["error"]["message"]
        == "The offline voice cannot speak: it is hoarse."
    )
    await desk.send("response.create", response={"output_modalities": ["text"]})
    assert (await desk.until("response.done"))["response"]["status"] == "completed"


async def test_sound_in_an_item_is_heard_when_it_is_needed(desk: Desk) -> None:
    audio = base64.b64encode(bytes(48 * 100)).decode()
    item = {"type": "message", "role": "user", "content": [{"type": "input_audio", "audio": audio}]}
    await desk.send("conversation.item.create", item=item)
    assert desk.ears.utterances == []
    await desk.send("response.create", response={"output_modalities": ["text"]})
    done = (await desk.until("response.done"))["response"]
    assert done["output"][0]["content"][0]["text"] == "One plus one is two."


async def test_clearing_forgets_the_sound(desk: Desk) -> None:
    await desk.send("input_audio_buffer.append", audio=base64.b64encode(bytes(48 * 200)).decode())
    await desk.send("input_audio_buffer.clear")
    await desk.until("input_audio_buffer.cleared")
    assert desk.ears.utterances[0].dropped
    await desk.send("input_audio_buffer.commit")
    assert (await desk.until("error"))["error"]["code"] == "input_audio_buffer_commit_empty"


async def test_closing_in_the_middle_of_everything_leaves_nothing_running() -> None:
    desk = Desk()
    desk.ears.may_hear.clear()
    await desk.say()
    await desk.send("response.create")
    await desk.send("response.create", response={"conversation": "none"})
    await desk.send("input_audio_buffer.append", audio=base64.b64encode(bytes(4800)).decode())
    await desk.session.close()
    assert [utterance.dropped for utterance in desk.ears.utterances] == [True, True]
    assert len(asyncio.all_tasks()) == 1


async def test_responses_beside_the_conversation_are_bounded(desk: Desk) -> None:
    desk.ears.may_hear.clear()
    await desk.say()
    for _ in range(8):
        await desk.send("response.create", response={"conversation": "none"})
    assert (await desk.until("error"))["error"]["code"] == "rate_limit_exceeded"
    desk.ears.may_hear.set()


texts = st.sampled_from(["hello", "count to thirty", "what is one plus one", "why", ""])
ids = st.sampled_from(["a", "b", "c", "root", "none", None])
events = st.one_of(
    st.builds(lambda text, i: {"type": "conversation.item.create", "item": {"type": "message", "role": "user", "id": i, "content": [{"type": "input_text", "text": text}]}}, texts, ids),
    st.builds(lambda text, i, p: {"type": "conversation.item.create", "previous_item_id": p, "item": {"type": "message", "role": "assistant", "id": i, "content": [{"type": "output_text", "text": text}]}}, texts, ids, ids),
    st.builds(lambda i: {"type": "conversation.item.delete", "item_id": i}, ids),
    st.builds(lambda i: {"type": "conversation.item.retrieve", "item_id": i}, ids),
    st.builds(lambda i, ms: {"type": "conversation.item.truncate", "item_id": i, "content_index": 0, "audio_end_ms": ms}, st.one_of(ids, st.just("last")), st.integers(0, 900)),
    st.builds(lambda n: {"type": "input_audio_buffer.append", "audio": base64.b64encode(bytes(n)).decode()}, st.integers(0, 12_000)),
    st.sampled_from([{"type": "input_audio_buffer.commit"}, {"type": "input_audio_buffer.clear"}, {"type": "response.cancel"}]),
    st.builds(lambda m, c: {"type": "response.create", "response": {"output_modalities": [m], "conversation": c}}, st.sampled_from(["audio", "text"]), st.sampled_from(["auto", "none"])),
    st.just({"type": "wait"}),
)  # fmt: skip


async def play(row: list[Event]) -> None:
    desk = Desk()
    drained = asyncio.create_task(drain(desk))
    for event in row:
        if event["type"] == "wait":
            await asyncio.sleep(0)
            continue
        ids = [None, *(item.id for item in desk.session.conversation)]
        last = {"item_id": ids[-1]} if event.get("item_id") == "last" else {}
        await desk.session.take(json.dumps({**event, **last}))
    async with asyncio.timeout(10):
        while desk.session._responses:
            await asyncio.sleep(0)
    await desk.session.close()
    await drained
    created = [
        event["response"]["id"] for event in desk.sent if event["type"] == "response.created"
    ]
    done = [event["response"]["id"] for event in desk.sent if event["type"] == "response.done"]
    assert sorted(created) == sorted(done)
    begun = [
        event["item"]["id"] for event in desk.sent if event["type"] == "response.output_item.added"
    ]
    ended = [
        event["item"]["id"] for event in desk.sent if event["type"] == "response.output_item.done"
    ]
    assert begun == ended or sorted(begun) == sorted(ended)
    ids_now = [item.id for item in desk.session.conversation]
    assert len(set(ids_now)) == len(ids_now)
    assert all(item.status != "in_progress" for item in desk.session.conversation)
    assert all(
        event["error"]["code"] != "server_error" for event in desk.sent if event["type"] == "error"
    )


async def drain(desk: Desk) -> None:
    while (encoded := await desk.session.outbox.take()) is not None:
        event = json.loads(encoded)
        assert _EVENTS.validate_python(event).type == event["type"]
        desk.sent.append(event)


@given(st.lists(events, max_size=25))
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_after_any_row_of_events_everything_that_began_has_ended(row: list[Event]) -> None:
    asyncio.run(play(row))


def user(item_id: str, sound: int = 0) -> Item:
    return Item(item_id, parts=[Part("input_audio", "hi", bytes(sound), sound // 48)])


def test_a_conversation_that_must_stay_whole_is_bounded() -> None:
    conversation = Conversation()
    conversation.truncates = False
    for number in range(MOST_ITEMS):
        conversation.add(user(str(number)))
    with pytest.raises(ClientError, match="already holds"):
        conversation.add(user("one too many"))


def test_a_long_conversation_goes_on_without_its_oldest_items() -> None:
    conversation = Conversation()
    conversation.add(Item("call", "function_call", call_id="c"))
    conversation.add(user("words"))
    conversation.add(Item("output", "function_call_output", call_id="c"))
    for number in range(3, MOST_ITEMS):
        conversation.add(user(str(number)))
    assert conversation.add(user("last")) == str(MOST_ITEMS - 1)
    ids = [item.id for item in conversation]
    assert ids[:2] == ["words", "3"]  # the output of the call has gone with it
    assert ids[-1] == "last"
    for number in range(5):
        conversation.add(user(f"later {number}"))
    assert len(conversation) == MOST_ITEMS


async def test_a_session_says_whether_its_oldest_items_may_go(desk: Desk) -> None:
    told = []
    for truncation in ("auto", "disabled", None):
        session = {"type": "realtime", "truncation": truncation}
        await desk.send("session.update", session=session)
        told.append(desk.session.conversation.truncates)
    assert told == [True, False, True]


def test_old_sound_is_let_go_before_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voicedesk.engine.protocol.conversation.MOST_SOUND", 1000)
    conversation = Conversation()
    items = [user(str(number), 400) for number in range(4)]
    for item in items:
        conversation.add(item)
    assert [len(item.parts[0].pcm) for item in items] == [0, 0, 400, 400]
    assert items[0].parts[0].text == "hi"


@given(
    st.lists(st.tuples(st.integers(0, 5000), st.integers(1, 9)), max_size=9), st.integers(0, 5000)
)
def test_a_cut_leaves_what_was_heard(words: list[tuple[int, int]], end_ms: int) -> None:
    times = sorted(ms for ms, _ in words)
    text, marks = "", []
    for ms, (_, length) in zip(times, words, strict=True):
        text += "x" * length + " "
        marks.append((ms, len(text)))
    part = Part("output_audio", text, bytes(48 * 5000), 5000, marks)
    part.cut(end_ms)
    assert (part.text or "").split() == text.split()[: sum(ms <= end_ms for ms in times)]
    assert (len(part.pcm), part.sound_ms) == (48 * end_ms, end_ms)


async def test_an_outbox_that_nobody_empties_overflows_and_ends() -> None:
    outbox = Outbox()
    while not outbox.overflowed:
        outbox.post("error", text="x" * 100_000)
    size = outbox._size
    outbox.post("error", text="x" * 100_000)
    assert outbox._size == size < MOST_WAITING + 200_000
    assert await outbox.take() is None


async def test_a_closed_outbox_gives_what_it_holds_and_takes_no_more() -> None:
    outbox = Outbox()
    outbox.post("one")
    outbox.close()
    outbox.post("two")
    assert json.loads(await outbox.take() or "")["type"] == "one"
    assert await outbox.take() is None
