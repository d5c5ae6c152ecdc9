"""What happened in each turn, gathered from the stream of events: for reports, exports and figures."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from voicedesk.audio.io import RATE, SAMPLE_BYTES
from voicedesk.core.errors import VoiceDeskError
from voicedesk.core.events import (
    AudioDelta,
    AudioKey,
    Event,
    Heard,
    Interrupted,
    ReplyEnded,
    Sounded,
    TextDelta,
    TextEnded,
    TurnFailed,
    TurnTimed,
    UsageTold,
    UserText,
)
from voicedesk.core.timeline import Timeline

_BYTES_PER_MS = RATE * SAMPLE_BYTES / 1000.0
_KEPT_TURNS = 100


@dataclass(slots=True)
class TurnRecord:
    """One turn. Times and lengths in milliseconds; ``heard_ms`` never exceeds ``reply_ms``."""

    turn: int
    user_text: str | None = None
    texts: dict[AudioKey, str] = field(default_factory=dict)
    received: dict[AudioKey, int] = field(default_factory=dict)
    heard: dict[AudioKey, Heard] = field(default_factory=dict)
    usage: dict[str, Any] | None = None
    timeline: Timeline | None = None
    error: VoiceDeskError | None = None

    @property
    def assistant_text(self) -> str:
        """The words of the reply, its parts in the order in which they came."""
        return " ".join(text.strip() for text in self.texts.values() if text.strip())

    @property
    def reply_ms(self) -> float:
        """Length of the sound that was received."""
        return sum(self.received.values()) / _BYTES_PER_MS

    @property
    def heard_ms(self) -> float:
        """Length of the sound that left the DAC."""
        return sum(heard.heard_ms for heard in self.heard.values())

    def as_json(self, *, server: str) -> dict[str, Any]:
        """The record for a JSON file."""
        timeline = self.timeline or Timeline(self.turn)
        return {
            "mode": timeline.mode,
            "server": server,
            "model": timeline.model,
            "user_text": self.user_text,
            "assistant_text": self.assistant_text,
            "heard_ms": round(self.heard_ms, 1),
            "reply_ms": round(self.reply_ms, 1),
            "usage": self.usage,
            "timeline": timeline.as_milliseconds(),
            "error": None if self.error is None else str(self.error),
        }


class Recorder:
    """An observer that keeps the records of the last turns."""

    def __init__(self) -> None:
        self.turns: dict[int, TurnRecord] = {}

    def __call__(self, event: Event) -> None:
        """Take an event of the stream."""
        if event.turn <= 0:
            return
        record = self.turns.get(event.turn)
        if record is None:
            record = self.turns[event.turn] = TurnRecord(event.turn)
            if len(self.turns) > _KEPT_TURNS:
                del self.turns[min(self.turns)]
        self._note(record, event)

    @staticmethod
    def _note(record: TurnRecord, event: Event) -> None:
        match event:
            case UserText(text=text):
                record.user_text = text
            case TextDelta(key=key, text=text):
                record.texts[key] = record.texts.get(key, "") + text
            case TextEnded(key=key, text=text):
                record.texts[key] = text
            case AudioDelta(key=key, pcm=pcm):
                record.received[key] = record.received.get(key, 0) + len(pcm)
            case Sounded(heard=heard):
                record.heard[heard.key] = heard
            case Interrupted(heard=parts):
                record.heard.update({part.key: part for part in parts})
            case ReplyEnded(usage=usage) | UsageTold(usage=usage):
                record.usage = dict(usage) if usage is not None else record.usage
            case TurnTimed(timeline=timeline):
                record.timeline = timeline
            case TurnFailed(error=error):
                record.error = error
            case _:
                pass
