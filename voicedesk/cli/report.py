"""What the command line says about a turn."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from voicedesk.conversation.record import TurnRecord
from voicedesk.core.redaction import redactor
from voicedesk.core.timeline import Point, Shares

_POINTS = {
    Point.KEY_DOWN: "key down",
    Point.FIRST_SAMPLE: "first sample captured",
    Point.KEY_UP: "key up",
    Point.TAKE_END: "release tail over",
    Point.LAST_APPEND: "last sound sent",
    Point.COMMIT_SENT: "question sent",
    Point.COMMITTED: "question acknowledged",
    Point.TRANSCRIBED: "question understood",
    Point.RESPONSE_CREATED: "answer begun by the server",
    Point.FIRST_TEXT: "first words arrived",
    Point.FIRST_UNIT: "first words to the voice",
    Point.FIRST_DELTA: "first sound arrived",
    Point.FIRST_QUEUED: "first sound at the device",
    Point.FIRST_DAC: "first sample out",
    Point.FIRST_AUDIBLE: "first audible sample out",
    Point.REPLY_DONE: "answer complete",
    Point.LAST_DAC: "last sample out",
    Point.INTERRUPTED: "interrupted",
    Point.SILENT: "silent",
}


def as_table(record: TurnRecord, *, server: str) -> str:
    """The turn for people: both sides, then where the time went."""
    timeline = record.timeline
    lines = [
        f"You:  {record.user_text or '(nothing was understood)'}",
        f"It:   {record.assistant_text or '(no answer)'}",
    ]
    if record.error is not None:
        lines.append(f"Error: {record.error}")
    if timeline is None:
        return "\n".join(lines)
    lines.append("")
    lines.append(f"{timeline.mode} on {server}, model {timeline.model}")
    if timeline.latency_ms is not None and timeline.shares is not None:
        lines.append(f"latency {timeline.latency_ms:.0f} ms from key-up to the first sound")
        lines.append(f"  of which {_shares(timeline.shares)}")
    lines.append("")
    for name, at in timeline.as_milliseconds().items():
        if at is not None:
            lines.append(f"  {_POINTS[Point(name)]:<28}{at:>10.1f} ms")
    lines.append(f"  heard {record.heard_ms:.0f} of {record.reply_ms:.0f} ms of the answer")
    return "\n".join(lines)


def _shares(shares: Shares) -> str:
    parts = {
        "release tail": shares.tail,
        "ours": shares.ours,
        "network and server": shares.server,
        "buffer": shares.buffer,
        "device": shares.device,
        "leading silence": shares.silence,
    }
    return ", ".join(f"{name} {ms:.0f}" for name, ms in parts.items())


def write_json(path: Path, data: Mapping[str, Any]) -> None:
    """Write a JSON file for people and programs."""
    path.write_text(as_json(data) + "\n", encoding="utf-8")


def as_json(data: Mapping[str, Any]) -> str:
    """JSON as it is printed, without keys."""
    return redactor.clean(json.dumps(data, indent=2, ensure_ascii=False))
