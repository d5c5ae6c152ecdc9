"""What an entry of the transcript is, without Qt: whose words, in which state, and how much of them was heard."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum

from voicedesk.core.dialogue import Message, ToolResult
from voicedesk.core.events import AudioKey, Heard
from voicedesk.core.heard import Part, begun_length, heard_length

# Line ends that are not "\n", and characters that a text document uses for its own structure.
_LINE_END = re.compile("\r\n?|[\u2028\u2029]")
_STRUCTURE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufdd0-\ufdef\ufffc\ufffe\uffff\ud800-\udfff]"
)


def clean(text: str) -> str:
    """Text as the transcript holds it: plain newlines, and nothing that means something to a document."""
    return _STRUCTURE.sub("", _LINE_END.sub("\n", text))


class Kind(IntEnum):
    """What an entry is; within a turn they stand in this order."""

    USER = 0
    TOOL = 1
    REPLY = 2
    NOTE = 3


class UserState(IntEnum):
    """What is known of the user's words."""

    WAITING = 0  # no words yet
    PARTIAL = 1  # words that may still change
    FINAL = 2
    WITHOUT_TEXT = 3  # transcription is off, the words stay unknown
    NOT_TRANSCRIBED = 4  # transcription failed
    NO_WORDS = 5  # transcribed, and there was nothing


class Note(IntEnum):
    """What a note is about."""

    HINT = 0
    ERROR = 1
    WAIT = 2


class ToolState(IntEnum):
    """How far a tool is."""

    RUNNING = 0
    DONE = 1
    FAILED = 2
    STOPPED = 3  # the turn was over before the tool was
    DECLINED = 4  # the user was asked and did not allow it


def outcome(result: ToolResult) -> ToolState:
    """How a call went, from its result. One that the user declined says so beside its error."""
    if not result.failed:
        return ToolState.DONE
    try:
        told = json.loads(result.output)
    except (ValueError, RecursionError):
        return ToolState.FAILED
    is_declined = isinstance(told, dict) and told.get("declined") is True
    return ToolState.DECLINED if is_declined else ToolState.FAILED


@dataclass(slots=True)
class Segment:
    """The words of one item of a reply, and the runs of sound that say them, where these are told apart."""

    key: AudioKey
    text: str = ""
    is_spoken: bool = True
    is_complete: bool = False  # no more sound comes for the key of the words
    parts: dict[AudioKey, Part] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Entry:
    """One thing in the transcript.

    Attributes:
        kind: Whose words, or a note.
        turn: Number of the turn.
        serial: Order of creation.
        text: The words; for a note the sentence.
        user_state: For the user's words.
        sent: For the user's words, whether the take went to the server.
        segments: For a reply, its parts in order.
        is_whole: For a reply, whether no more words come.
        interrupted: For a reply, whether it was cut off.
        heard: For a reply that was cut off, how much of each audio item sounded.
        sounded: For a reply, its runs of sound that were played to their end.
        unheard: For a reply, the ranges of ``text`` (start, end) that never sounded.
        note: For a note, what it is about.
        fleeting: For a note, whether the next turn sweeps it away.
        settings_page: For a note, the page of the settings where it can be mended.
        tool: For a call of a tool, its name.
        tool_state: For a call of a tool, how far it is.
        call_id: For a call of a tool, which one.
        until: For a note about a wait, when the wait is over.
        is_settled: Whether it stays as it is: of how its sound came nothing is known any more.
    """

    kind: Kind
    turn: int
    serial: int
    text: str = ""
    user_state: UserState = UserState.WAITING
    sent: bool = False
    segments: list[Segment] = field(default_factory=list)
    is_whole: bool = False
    interrupted: bool = False
    heard: dict[AudioKey, Heard] | None = None
    sounded: dict[AudioKey, Heard] = field(default_factory=dict)
    unheard: tuple[tuple[int, int], ...] = ()
    note: Note = Note.HINT
    fleeting: bool = False
    settings_page: str = ""
    tool: str = ""
    tool_state: ToolState = ToolState.RUNNING
    call_id: str = ""
    until: float = 0.0
    is_settled: bool = False

    @property
    def place(self) -> tuple[int, int, int]:
        """What the entries are ordered by."""
        return (self.turn, self.kind, self.serial)

    def hear(self, text: str | None, *, is_final: bool) -> None:
        """Take the user's words, so far or as they stay; None when the server could not transcribe them."""
        self.text = clean(text or "").strip()
        if text is None:
            self.user_state = UserState.NOT_TRANSCRIBED
        elif is_final:
            self.user_state = UserState.FINAL if self.text else UserState.NO_WORDS
        else:
            self.user_state = UserState.PARTIAL if self.text else UserState.WAITING

    def segment(self, key: AudioKey) -> Segment:
        """The part of a reply that holds the words of this key; a new one at its end when there is none."""
        for segment in reversed(self.segments):
            if segment.key == key:
                return segment
        self.segments.append(Segment(key))
        return self.segments[-1]

    @property
    def is_being_said(self) -> bool:
        """Whether it is an utterance that goes on."""
        is_open = self.user_state in {UserState.WAITING, UserState.PARTIAL}
        return self.kind is Kind.USER and is_open and not self.sent

    def recall(self, message: Message) -> None:
        """Take the words of a message of the past behind those that are there."""
        heard = clean(message.text).strip()
        self.text = "\n".join(filter(None, (self.text, heard)))
        if unheard := clean(message.unheard).strip():
            begin = len(self.text) + bool(self.text)
            self.text = "\n".join(filter(None, (self.text, unheard)))
            self.unheard = (*self.unheard, (begin, len(self.text)))
            self.interrupted = True
        self.user_state, self.sent, self.is_whole = UserState.FINAL, True, True

    def settle(self) -> None:
        """Keep the words, and which of them were heard; forget what that was found out from."""
        self.segments = []
        self.sounded = {}
        self.heard = None
        self.is_settled = True

    def join(self) -> None:
        """Take the words, and which of them never sounded, from the parts of a reply."""
        self.text = "\n".join(segment.text for segment in self.segments if segment.text)
        if self.heard is not None:
            self.unheard = tuple(unheard_ranges(self.segments, self.heard))


def unheard_ranges(
    segments: list[Segment], heard: Mapping[AudioKey, Heard]
) -> Iterator[tuple[int, int]]:
    """Ranges (start, end) of the joined text whose sound was cut or never came.

    Text that has no sound was there to be read and counts as heard.
    """
    return _ranges(segments, lambda segment, parts: heard_length(segment.text, parts, heard))


_MS_A_CHARACTER = 65.0
"""How long speech takes, about (15 characters a second), while nothing more is known."""


def still_to_sound(
    segments: list[Segment], heard: Mapping[AudioKey, Heard]
) -> Iterator[tuple[int, int]]:
    """Ranges (start, end) of the joined text of a reply that sounds that are still to be said.

    The word that sounds is not among them. Where words run ahead of their sound its length is guessed from theirs.
    """
    guessed = [
        segment
        if segment.parts or segment.is_complete
        else replace(segment, parts={segment.key: _guess(segment)})
        for segment in segments
    ]
    return _ranges(guessed, lambda segment, parts: begun_length(segment.text, parts, heard))


def _ranges(
    segments: list[Segment], length: Callable[[Segment, Sequence[Part]], int]
) -> Iterator[tuple[int, int]]:
    at = 0
    for segment in segments:
        if not segment.text:
            continue
        end = at + len(segment.text)
        if segment.is_spoken:
            whole = Part(segment.key, 0, len(segment.text))
            start = at + length(segment, tuple(segment.parts.values()) or (whole,))
            if start < end:
                yield start, end
        at = end + 1


def _guess(segment: Segment) -> Part:
    length = len(segment.text)
    return Part(segment.key, 0, length, length * _MS_A_CHARACTER)
