"""What stands in the transcript, without Qt: entries in the order of turns, kept up to date by events.

The user's words of a turn stand above its reply whenever they arrive, and notes stand below both. The log keeps what
has changed since it was last asked, so that the view can take many changes in one go.
"""

from __future__ import annotations

import re
from bisect import bisect_right, insort
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from voicedesk.core.events import (
    AudioKey,
    Event,
    Heard,
    Hint,
    HintKind,
    Interrupted,
    ReplyEnded,
    StateChanged,
    TextDelta,
    TextEnded,
    TurnFailed,
    UserText,
    Voiced,
)
from voicedesk.core.heard import Part, heard_length
from voicedesk.core.turn import State

MAX_ENTRIES = 10_000
"""Older entries leave the window beyond this, so that a window that is never closed stays bounded."""

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
    REPLY = 1
    NOTE = 2


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


@dataclass(slots=True)
class Segment:
    """The words of one item of a reply, and the runs of sound that say them, where these are told apart."""

    key: AudioKey
    text: str = ""
    is_spoken: bool = True
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
        interrupted: For a reply, whether it was cut off.
        heard: For a reply that was cut off, how much of each audio item sounded.
        unheard: For a reply, the ranges of ``text`` (start, end) that never sounded.
        note: For a note, what it is about.
        fleeting: For a note, whether the next turn sweeps it away.
        settings_page: For a note, the page of the settings where it can be mended.
    """

    kind: Kind
    turn: int
    serial: int
    text: str = ""
    user_state: UserState = UserState.WAITING
    sent: bool = False
    segments: list[Segment] = field(default_factory=list)
    interrupted: bool = False
    heard: dict[AudioKey, Heard] | None = None
    unheard: tuple[tuple[int, int], ...] = ()
    note: Note = Note.HINT
    fleeting: bool = False
    settings_page: str = ""

    @property
    def place(self) -> tuple[int, int, int]:
        """What the entries are ordered by."""
        return (self.turn, self.kind, self.serial)


HintSentence = Callable[[HintKind, bool], str]
ErrorSentence = Callable[[TurnFailed], tuple[str, str]]

_DROPPED = frozenset({HintKind.TOO_SHORT, HintKind.NO_SPEECH, HintKind.CANCELLED})


class ConversationLog:
    """The entries, and what changed.

    Attributes:
        entries: In the order in which they stand.
        transcribing: Whether the server is asked for the user's words.
    """

    def __init__(self, *, hint: HintSentence, error: ErrorSentence) -> None:
        """Both give the sentence of a note.

        ``hint`` is also told whether the take had been sent, ``error`` names the page of the settings
        where it can be mended.
        """
        self.entries: list[Entry] = []
        self.transcribing = True
        self._hint = hint
        self._error = error
        self._serial = 0
        self._changed: dict[int, Entry] = {}
        self._removed: dict[int, Entry] = {}
        self._latest: dict[tuple[int, Kind], Entry] = {}

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def take_changes(self) -> tuple[list[Entry], list[Entry]]:
        """Entries removed and entries new or changed since the last call, the latter in order of place."""
        removed = list(self._removed.values())
        changed = sorted(self._changed.values(), key=lambda entry: entry.place)
        self._removed.clear()
        self._changed.clear()
        return removed, changed

    def apply(self, event: Event) -> bool:
        """Take in an event. Returns whether anything waits for ``take_changes``."""
        match event:
            case TextDelta():
                self._on_delta(event)
            case UserText():
                self._on_user_text(event)
            case TextEnded():
                self._on_text_ended(event)
            case Voiced():
                self._on_voiced(event)
            case StateChanged():
                self._on_state(event)
            case Hint():
                self._on_hint(event)
            case TurnFailed():
                self._on_failure(event)
            case Interrupted():
                self._on_interrupted(event)
            case ReplyEnded(interrupted=True):
                self._mark_interrupted(event.turn)
            case _:
                pass
        return bool(self._changed or self._removed)

    def _find(self, turn: int, kind: Kind) -> Entry | None:
        return self._latest.get((turn, kind))

    def _add(self, turn: int, kind: Kind) -> Entry:
        self._serial += 1
        entry = Entry(kind, turn, self._serial)
        insort(self.entries, entry, key=lambda other: other.place)
        self._latest[turn, kind] = entry
        self._touch(entry)
        while len(self.entries) > MAX_ENTRIES:
            self._drop(self.entries[0])
        return entry

    def _touch(self, entry: Entry) -> None:
        self._changed[entry.serial] = entry

    def _drop(self, entry: Entry) -> None:
        del self.entries[bisect_right(self.entries, entry.place, key=lambda other: other.place) - 1]
        if self._latest.get((entry.turn, entry.kind)) is entry:
            del self._latest[entry.turn, entry.kind]
        self._changed.pop(entry.serial, None)
        self._removed[entry.serial] = entry

    def _user(self, turn: int) -> Entry:
        entry = self._find(turn, Kind.USER)
        if entry is None:
            self._sweep(turn)
            entry = self._add(turn, Kind.USER)
        return entry

    def _sweep(self, turn: int) -> None:
        """Remove the fleeting notes of earlier turns: they were about what is over."""
        for entry in reversed(self.entries[-8:]):
            if entry.fleeting and entry.turn < turn:
                self._drop(entry)

    def _on_state(self, event: StateChanged) -> None:
        if event.state is State.LISTENING:
            self._user(event.turn)
        elif event.state is State.THINKING:
            entry = self._find(event.turn, Kind.USER)
            if entry is None:
                return
            entry.sent = True
            if entry.user_state is UserState.WAITING and not self.transcribing:
                entry.user_state = UserState.WITHOUT_TEXT
                self._touch(entry)

    def _on_user_text(self, event: UserText) -> None:
        entry = self._user(event.turn)
        text = clean(event.text or "").strip()
        if event.text is None:
            state = UserState.NOT_TRANSCRIBED
        elif not event.final:
            state = UserState.PARTIAL if text else UserState.WAITING
        else:
            state = UserState.FINAL if text else UserState.NO_WORDS
        entry.text, entry.user_state = text, state
        self._touch(entry)

    def _segment(self, event: TextDelta | TextEnded) -> tuple[Entry, Segment]:
        entry = self._find(event.turn, Kind.REPLY) or self._add(event.turn, Kind.REPLY)
        for segment in reversed(entry.segments):
            if segment.key == event.key:
                return entry, segment
        segment = Segment(event.key)
        entry.segments.append(segment)
        return entry, segment

    def _on_delta(self, event: TextDelta) -> None:
        text = clean(event.text)
        if not text:
            return
        entry, segment = self._segment(event)
        goes_on = bool(segment.text) and segment is entry.segments[-1]
        segment.text += text
        segment.is_spoken = event.spoken
        if goes_on and entry.heard is None:
            entry.text += text
        else:
            self._join(entry)
        self._touch(entry)

    def _on_text_ended(self, event: TextEnded) -> None:
        text = clean(event.text)
        if not text and self._find(event.turn, Kind.REPLY) is None:
            return
        entry, segment = self._segment(event)
        if segment.text != text:
            segment.text = text
            self._join(entry)
            self._touch(entry)

    def _on_voiced(self, event: Voiced) -> None:
        entry = self._find(event.turn, Kind.REPLY)
        for segment in entry.segments if entry is not None else ():
            if segment.key == event.words:
                part = Part(event.key, event.start, event.end, event.expected_ms)
                segment.parts[event.key] = part

    @staticmethod
    def _join(entry: Entry) -> None:
        entry.text = "\n".join(segment.text for segment in entry.segments if segment.text)
        if entry.heard is not None:
            entry.unheard = tuple(unheard_ranges(entry.segments, entry.heard))

    def _on_hint(self, event: Hint) -> None:
        user = self._find(event.turn, Kind.USER)
        sent = user is not None and user.sent
        if user is not None and not sent and event.hint in _DROPPED:
            self._drop(user)
        if event.hint is HintKind.CANCELLED and self._find(event.turn, Kind.REPLY) is not None:
            return  # the reply itself is marked as cut off
        self._note(event.turn, self._hint(event.hint, sent), fleeting=event.hint in _DROPPED)

    def _on_failure(self, event: TurnFailed) -> None:
        user = self._find(event.turn, Kind.USER)
        if user is not None and user.user_state is UserState.WAITING:
            user.user_state = UserState.NOT_TRANSCRIBED
            self._touch(user)
        sentence, page = self._error(event)
        entry = self._note(event.turn, sentence)
        entry.note = Note.ERROR
        entry.settings_page = page

    def _note(self, turn: int, sentence: str, *, fleeting: bool = False) -> Entry:
        """A note in a turn; the same sentence twice in one turn is one note."""
        sentence = clean(sentence)
        entry = self._find(turn, Kind.NOTE)
        if entry is None or entry.text != sentence:
            self._sweep(turn)
            entry = self._add(turn, Kind.NOTE)
        entry.text = sentence
        entry.fleeting = fleeting
        self._touch(entry)
        return entry

    def _mark_interrupted(self, turn: int) -> Entry | None:
        entry = self._find(turn, Kind.REPLY)
        if entry is not None and not entry.interrupted:
            entry.interrupted = True
            self._touch(entry)
        return entry

    def _on_interrupted(self, event: Interrupted) -> None:
        entry = self._mark_interrupted(event.turn)
        if entry is None:
            return
        entry.heard = {heard.key: heard for heard in event.heard}
        self._join(entry)
        self._touch(entry)


def unheard_ranges(
    segments: list[Segment], heard: Mapping[AudioKey, Heard]
) -> Iterator[tuple[int, int]]:
    """Ranges (start, end) of the joined text that never sounded.

    Sound and words are apportioned by share and cut at the next end of a word. Text that has no sound was there to
    be read and counts as heard.
    """
    at = 0
    for segment in segments:
        if not segment.text:
            continue
        end = at + len(segment.text)
        if segment.is_spoken:
            whole = Part(segment.key, 0, len(segment.text))
            parts = tuple(segment.parts.values()) or (whole,)
            start = at + heard_length(segment.text, parts, heard)
            if start < end:
                yield start, end
        at = end + 1
