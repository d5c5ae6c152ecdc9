"""A conversation as a file: Markdown to read, JSON with all that is known, sound, and subtitles that fit the sound."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Literal

from voicedesk.audio.io import RATE, SAMPLE_BYTES
from voicedesk.conversation.logs import redactor
from voicedesk.conversation.store import queries
from voicedesk.conversation.store.database import Database
from voicedesk.conversation.store.faults import reason_of
from voicedesk.conversation.store.model import Conversation, Recording, Turn
from voicedesk.conversation.store.sound_files import SoundFiles
from voicedesk.core.dialogue import Role
from voicedesk.core.errors import ExportError, NoRecordingError, SoundFileError
from voicedesk.disk import replacement

ExportKind = Literal["markdown", "json", "wav", "srt"]

GAP_S = 0.4
"""Silence between two speakers."""
SOUNDLESS_S = 1.0
"""Place of words whose sound is not kept, beside others whose sound is."""
_CHARACTERS_PER_SECOND = 15.0
_CUE_LENGTH = 84  # two lines of subtitles


@dataclass(frozen=True, slots=True)
class Names:
    """What the parts of a conversation are called in a file."""

    user: str = "You"
    assistant: str = "VoiceDesk"
    untitled: str = "Conversation"
    unheard: str = "not heard"
    tool: str = "Tool"


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the sound in which one speaks.

    Attributes:
        speaker: Who.
        text: The words; empty where they were not written down.
        start: Seconds from the beginning.
        seconds: Length.
        recording: Its sound; None where none is kept.
    """

    speaker: str
    text: str
    start: float
    seconds: float
    recording: str | None


@dataclass(frozen=True, slots=True)
class _Whole:
    conversation: Conversation
    turns: Sequence[Turn]
    recordings: Sequence[Recording]


class Export:
    """Writes conversations to files.

    Args:
        database: Where they are.
        files: Where their sound is.
        names: What the speakers are called.
    """

    def __init__(self, database: Database, files: SoundFiles, names: Names) -> None:
        self._database = database
        self._files = files
        self._names = names

    async def write(self, conversation: str, kind: ExportKind, path: Path) -> None:
        """Write one; see ``History.export``."""
        whole = await self._database.read(partial(self._load, conversation=conversation))
        if whole is None:
            raise ExportError(path=path, reason="the conversation is gone")
        if kind == "wav" and not any(each.seconds > 0 for each in whole.recordings):
            raise NoRecordingError(conversation)
        try:
            await asyncio.to_thread(self._write, whole, kind, path)
        except OSError as error:
            raise ExportError(repr(error), path=path, reason=reason_of(error)) from error

    def _load(self, connection: Any, *, conversation: str) -> _Whole | None:
        found = queries.conversation(connection, conversation)
        if found is None:
            return None
        recordings = self._files.listed(
            connection, "turn IN (SELECT id FROM turns WHERE conversation = ?)", conversation
        )
        return _Whole(found, queries.turns(connection, conversation), recordings)

    def _write(self, whole: _Whole, kind: ExportKind, path: Path) -> None:
        """Write beside the file and put it in its place: what was there stays until the new one is complete."""
        with replacement(path) as unfinished:
            if kind == "wav":
                self._write_sound(whole, unfinished)
            else:
                text = {"markdown": markdown, "json": as_json, "srt": subtitles}[kind]
                written = redactor.clean(text(whole, self._names))
                unfinished.write_text(written, encoding="utf-8", newline="\n")

    def _write_sound(self, whole: _Whole, path: Path) -> None:
        # Loads numpy: not before the window is painted.
        from voicedesk.audio.wav import WavWriter, read_wav

        try:
            with WavWriter(path) as writer:
                for segment in segments(whole, self._names):
                    writer.write(_silence(segment.start - writer.length / (RATE * SAMPLE_BYTES)))
                    file = self._files.path(segment.recording) if segment.recording else None
                    if file is not None:
                        writer.write(read_wav(file))
                    end = segment.start + segment.seconds
                    writer.write(_silence(end - writer.length / (RATE * SAMPLE_BYTES)))
        except SoundFileError as error:
            raise OSError(0, str(error.arguments.get("reason", error)), str(path)) from error


def _silence(seconds: float) -> bytes:
    return bytes(max(0, round(seconds * RATE)) * SAMPLE_BYTES)


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).astimezone().strftime("%Y-%m-%d %H:%M")


def _answered_by(turns: Sequence[Turn]) -> list[str]:
    """The models that answered, and where, in the order in which they came."""
    names = (
        f"{turn.model} ({turn.server})" if turn.server else turn.model
        for turn in turns
        if turn.model
    )
    return list(dict.fromkeys(names))


def markdown(whole: _Whole, names: Names) -> str:
    """To read: when, with which models, who said what, and what was never heard set apart."""
    conversation = whole.conversation
    facts = " · ".join((_moment(conversation.created_at), *_answered_by(whole.turns)))
    lines = [f"# {conversation.title or names.untitled}", "", facts, ""]
    for turn in whole.turns:
        for said in turn.messages:
            if said.call is not None:
                lines += [f"*{names.tool}: {said.call.name} {said.call.arguments}*", ""]
            elif said.result is None:
                speaker = names.user if said.role is Role.USER else names.assistant
                unheard = f"*({names.unheard}: {said.unheard})*" if said.unheard else ""
                lines += [f"**{speaker}:** {' '.join(filter(None, [said.text, unheard]))}", ""]
        if turn.error:
            lines += [f"*{turn.error}*", ""]
    return "\n".join(lines)


def as_json(whole: _Whole, names: Names) -> str:
    """For programs: all that is known. Times are seconds since 1970, lengths milliseconds."""
    del names
    conversation = whole.conversation
    data = {
        "format": "voicedesk-conversation",
        "version": 1,
        "id": conversation.id,
        "title": conversation.title,
        "created_at": conversation.created_at,
        "updated_at": conversation.updated_at,
        "turns": [_turn_data(turn) for turn in whole.turns],
    }
    return json.dumps(redactor.clean_data(data), indent=2, ensure_ascii=False) + "\n"


def _turn_data(turn: Turn) -> dict[str, Any]:
    messages = []
    for said in turn.messages:
        message: dict[str, Any] = {"role": said.role.name.lower(), "round": said.round}
        if said.data:
            message |= json.loads(said.data)
        else:
            message |= {"text": said.text, "unheard": said.unheard}
        messages.append(message)
    return {
        "id": turn.id,
        "started_at": turn.started_at,
        "outcome": turn.outcome.value,
        "mode": turn.mode,
        "server": turn.server,
        "model": turn.model,
        "typed": turn.typed,
        "heard_ms": turn.heard_ms,
        "reply_ms": turn.reply_ms,
        "usage": turn.usage,
        "timeline_ms": turn.timeline,
        "figures": turn.figures or None,
        "error": turn.error or None,
        "messages": messages,
    }


# --------------------------------------------------------------------------------- sound and subtitles


def segments(whole: _Whole, names: Names) -> list[Segment]:
    """Who speaks when, the speakers one after the other as in the sound file."""
    sound = {(each.turn, each.kind): each for each in whole.recordings if each.seconds > 0}
    result: list[Segment] = []
    at = 0.0
    for turn in whole.turns:
        for speaker, kind, roles in (
            (names.user, "take", {Role.USER}),
            (names.assistant, "reply", {Role.ASSISTANT}),
        ):
            text = " ".join(m.text for m in turn.messages if m.role in roles and m.text)
            recording = sound.get((turn.id, kind))
            if not text and recording is None:
                continue
            if recording is not None:
                seconds = recording.seconds
            elif sound:
                seconds = SOUNDLESS_S
            else:
                heard_s = turn.heard_ms / 1000.0 if kind == "reply" else 0.0
                seconds = heard_s or max(SOUNDLESS_S, len(text) / _CHARACTERS_PER_SECOND)
            result.append(Segment(speaker, text, at, seconds, recording.id if recording else None))
            at += seconds + GAP_S
    return result


def subtitles(whole: _Whole, names: Names) -> str:
    """In SubRip's form; long stretches in parts, their times by their lengths."""
    cues = (cue for segment in segments(whole, names) for cue in _cues(segment))
    return "\n".join(
        f"{number}\n{_stamp(start)} --> {_stamp(end)}\n{text}\n"
        for number, (start, end, text) in enumerate(cues, start=1)
    )


def _cues(segment: Segment) -> Iterator[tuple[float, float, str]]:
    parts = _parts(segment.text)
    total = sum(map(len, parts))
    at = segment.start
    for number, part in enumerate(parts):
        end = at + segment.seconds * len(part) / total
        yield at, end, part if number else f"{segment.speaker}: {part}"
        at = end


def _parts(text: str) -> list[str]:
    parts: list[str] = []
    for word in text.split():
        if parts and len(parts[-1]) + 1 + len(word) <= _CUE_LENGTH:
            parts[-1] += " " + word
        else:
            parts.append(word)
    return parts


def _stamp(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    whole, milliseconds = divmod(milliseconds, 1000)
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours:02}:{minute:02}:{second:02},{milliseconds:03}"
