"""Words of a realtime reply: where they begin, from a server that sends them in step with their sound."""

from __future__ import annotations

import base64

import pytest

from voicedesk.core.events import TextDelta
from voicedesk.pipelines.realtime_reply import Reply
from voicedesk.providers.profiles import QUIRKS

AUDIO = "response.output_audio.delta"
WORDS = "response.output_audio_transcript.delta"


async def begins(reply: Reply) -> list[float | None]:
    """Say two pieces, each with 100 ms of sound after it, and two samples and a half between them."""
    sounds = (bytes(4_805), bytes(4_800))
    for number, sound in enumerate(sounds):
        words = {"type": WORDS, "item_id": "i", "delta": f"word{number} "}
        reply.on_event({"event_id": "e", **words}, "Home")
        delta = base64.b64encode(sound).decode()
        reply.on_event({"event_id": "e", "type": AUDIO, "item_id": "i", "delta": delta}, "Home")
    reply.finish({}, None)
    found = []
    while (event := await reply.queue.get()) is not None:
        if isinstance(event, TextDelta):
            found.append(event.begins_ms)
    return found


async def test_a_piece_begins_where_the_sound_before_it_ended() -> None:
    reply = Reply(1)
    reply.words_in_step = True
    assert await begins(reply) == [0.0, pytest.approx(4_804 / 48)]


async def test_of_a_server_whose_words_run_ahead_nothing_is_known() -> None:
    assert await begins(Reply(1)) == [None, None]


def test_the_built_in_server_sends_words_in_step() -> None:
    assert [name for name, quirks in QUIRKS.items() if quirks.words_in_step] == ["builtin"]
