"""Servers that acknowledge nothing or transcribe nothing: what is remembered for them stays bounded."""

from __future__ import annotations

from voicedesk.core.events import Event, UserText
from voicedesk.pipelines.transcripts import Transcripts

_DELTA = "conversation.item.input_audio_transcription.delta"
_COMPLETED = "conversation.item.input_audio_transcription.completed"


def test_turns_that_are_never_acknowledged_are_forgotten() -> None:
    told: list[Event] = []
    transcripts = Transcripts(told.append)
    for turn in range(1, 1001):
        transcripts.committed_by(turn)
        transcripts.typed(f"typed {turn}")
    remembered = (transcripts._committed, transcripts._open, transcripts._typed)
    assert max(map(len, remembered)) <= 256
    transcripts.take({"type": _COMPLETED, "transcript": "hello"})
    (said,) = (event for event in told if isinstance(event, UserText))
    assert (said.turn, said.text) == (1000 - len(transcripts._open), "hello")


def test_words_that_never_become_final_are_forgotten() -> None:
    transcripts = Transcripts(lambda _event: None)
    for turn in range(1, 1001):
        transcripts.committed_by(turn)
        transcripts.take({"type": "input_audio_buffer.committed", "item_id": f"item {turn}"})
        transcripts.take({"type": _DELTA, "item_id": f"item {turn}", "delta": "word " * 100})
    assert len(transcripts._texts) <= 66
