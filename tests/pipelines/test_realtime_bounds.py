"""A server that sends without end: the reply fails in a sentence, and nothing grows with it."""

import base64
from collections.abc import Callable
from typing import Any

import pytest

from voicedesk.core.counts import DEEPEST
from voicedesk.core.errors import ReplyFailedError
from voicedesk.core.events import AudioDelta, Event, ReplyEnded, TextDelta, TextEnded, UserText
from voicedesk.core.names import LONGEST_NAME, name_of
from voicedesk.pipelines import realtime_bounds
from voicedesk.pipelines.realtime_book import ReplyBook
from voicedesk.pipelines.realtime_bounds import (
    MOST_CHARACTERS,
    MOST_PARTS,
)
from voicedesk.pipelines.realtime_reply import Reply, added
from voicedesk.pipelines.transcripts import Transcripts

AUDIO = "response.output_audio.delta"
TEXT = "response.output_audio_transcript.delta"
HALF = base64.b64encode(b"\1").decode()
SECOND = base64.b64encode(b"\1\0" * 24_000).decode()

Make = Callable[[int], dict[str, Any]]


async def all_of(reply: Reply) -> tuple[list[Event], str]:
    """What is read of a reply, and the sentence that it ends with."""
    events: list[Event] = []
    try:
        while (event := await reply.queue.get()) is not None:
            events.append(event)
    except ReplyFailedError as error:
        return events, str(error)
    return events, ""


@pytest.mark.parametrize(
    "make",
    [
        lambda _: {"type": AUDIO, "item_id": "i", "delta": SECOND},
        lambda _: {"type": TEXT, "item_id": "i", "delta": "word " * 5000},
        lambda n: {"type": TEXT, "item_id": f"i{n}", "delta": "w"},
        lambda n: {"type": TEXT, "item_id": "i", "content_index": n, "delta": "w"},
        lambda n: {"type": "response.output_text.done", "item_id": f"i{n}", "text": "w"},
        lambda n: {"type": AUDIO, "item_id": f"i{n}", "delta": HALF},
    ],
    ids=["sound", "words", "items", "parts", "whole texts", "halves of samples"],
)
async def test_an_endless_reply_fails(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(realtime_bounds, "LONGEST_SOUND_S", 5)
    reply = Reply(1)
    for number in range(2000):
        assert reply.on_event({"event_id": "e", **make(number)}, "Home")
    events, sentence = await all_of(reply)
    assert sentence.startswith("Home could not finish the answer")
    assert len(events) < 2 * MOST_PARTS
    sound = sum(len(event.pcm) for event in events if isinstance(event, AudioDelta))
    assert sound <= 5 * 48_000
    assert sum(len(e.text) for e in events if isinstance(e, TextDelta)) <= MOST_CHARACTERS


async def test_one_giant_delta_is_taken_whole_where_a_server_sends_all_at_once() -> None:
    reply = Reply(1)
    minutes = base64.b64encode(bytes(2 * 24_000 * 120)).decode()
    reply.on_event({"type": AUDIO, "item_id": "i", "delta": minutes}, "Home")
    reply.finish({}, None)
    events, sentence = await all_of(reply)
    assert sentence == ""
    assert [len(e.pcm) for e in events if isinstance(e, AudioDelta)] == [2 * 24_000 * 120]


async def test_what_only_the_finished_response_says_is_bounded_too() -> None:
    reply = Reply(1)
    part = {"transcript": "x" * 150_000}
    output = [{"id": "i" * 5000, "content": [part, part, part]}]
    reply.finish({"output": output}, None)
    events, _ = await all_of(reply)
    texts = [event for event in events if isinstance(event, TextEnded)]
    assert sum(len(event.text) for event in texts) == MOST_CHARACTERS
    assert all(len(event.key.item) <= LONGEST_NAME for event in texts)


NAME = "n" * 1_000_000


async def test_names_that_never_end_are_cut_and_known_all_the_same() -> None:
    reply, book = Reply(1), ReplyBook()
    book.ask(reply)
    book.begin(reply, name_of(f"r{NAME}"))
    assert book.find({"response_id": f"r{NAME}"}) == (reply, False)
    reply.on_event({"type": TEXT, "item_id": f"i{NAME}", "delta": "well"}, "Home")
    call = {"type": "function_call", "id": f"f{NAME}", "call_id": f"c{NAME}", "name": f"t{NAME}"}
    reply.on_event({"type": "response.output_item.done", "item": call}, "Home")
    (asked,) = reply.calls({"status": "completed", "output": [call]})
    reply.finish({"usage": {NAME: NAME}}, None)
    events, _ = await all_of(reply)
    (said,) = (event for event in events if isinstance(event, TextDelta))
    (ended,) = (event for event in events if isinstance(event, ReplyEnded))
    names = (said.key.response, said.key.item, asked.call_id, asked.name, *(ended.usage or {}))
    assert [len(name) for name in names] == 5 * [LONGEST_NAME]
    told: list[Event] = []
    transcripts = Transcripts(told.append)
    transcripts.committed_by(7)
    transcripts.take({"type": "input_audio_buffer.committed", "item_id": NAME})
    assert [len(item) for item in transcripts._turns] == [LONGEST_NAME]


def test_a_count_that_is_nested_without_end_is_cut() -> None:
    deep: dict[str, Any] = {"tokens": 1}
    for _ in range(100_000):
        deep = {"more": deep, "tokens": 1}
    total = added({"tokens": 2}, deep)
    assert total["tokens"] == 3
    levels = 0
    while "more" in total:
        total, levels = total["more"], levels + 1
    assert levels == DEEPEST
    while "more" in deep:  # one level after the other: an interpreter takes it apart recursively
        deep = deep["more"]


def test_an_endless_transcript_of_the_user_is_cut() -> None:
    told: list[Event] = []
    transcripts = Transcripts(told.append)
    transcripts.committed_by(1)
    prefix = "conversation.item.input_audio_transcription."
    for _ in range(5):
        transcripts.take({"type": prefix + "delta", "delta": "x" * 100_000})
    transcripts.take({"type": prefix + "completed", "transcript": "y" * 900_000})
    lengths = [len(event.text or "") for event in told if isinstance(event, UserText)]
    assert max(lengths) == MOST_CHARACTERS
