"""Everything that can happen in a turn, as frozen dataclasses.

Each event carries the number of its turn and the moment it happened (seconds of ``core.clock``). There are
three classes of event, which say what an interruption does to them:

* *system*: jump the queue and survive an interruption (state, error, connection);
* *data*: ordered, dropped on interruption (audio, words);
* *control*: ordered, kept (boundaries, end of the reply).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple

from voicedesk.core.dialogue import Message, ToolCall, ToolResult
from voicedesk.core.errors import VoiceDeskError
from voicedesk.core.placed import Placed
from voicedesk.core.timeline import Point, Timeline
from voicedesk.core.turn import State
from voicedesk.core.word_lengths import Word


class AudioKey(NamedTuple):
    """Names one run of reply audio: a reply can hold several audio items, each with its own position."""

    turn: int
    response: str
    item: str
    content: int = 0


@dataclass(frozen=True, slots=True)
class Heard:
    """How much of one audio key has left the DAC.

    Attributes:
        key: Which audio.
        heard_ms: Milliseconds that sounded. Never more than were received.
        received_ms: Milliseconds that were handed to the speaker in all.
        finished: Whether the audio was complete and played to its end. What a failure cut never is, however much of
            it sounded.
    """

    key: AudioKey
    heard_ms: float
    received_ms: float
    finished: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Base of all events. ``turn`` 0 stands for what belongs to no turn, such as the connection."""

    turn: int
    at: float


class SystemEvent(Event):
    """Jumps the queue, survives an interruption."""

    __slots__ = ()


class DataEvent(Event):
    """Ordered, dropped on interruption."""

    __slots__ = ()


class ControlEvent(Event):
    """Ordered, kept."""

    __slots__ = ()


# ---------------------------------------------------------------------------------------- system


@dataclass(frozen=True, slots=True, kw_only=True)
class StateChanged(SystemEvent):
    """The turn moved to another state."""

    state: State


class Link(Enum):
    """State of the connection to the server."""

    CLOSED = "closed"
    CONNECTING = "connecting"
    READY = "ready"
    RECONNECTING = "reconnecting"  # it is gone, and is tried again by itself
    LOST = "lost"  # it is gone, and trying again makes no sense before somebody has done something


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkChanged(SystemEvent):
    """The connection to the server changed.

    Attributes:
        link: What it is now.
        error: Why it is gone.
        retry_at: When it is tried again, in seconds of ``core.clock``; None when it is being tried or is not at all.
    """

    link: Link
    error: VoiceDeskError | None = None
    retry_at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnFailed(SystemEvent):
    """The turn ended without a whole answer. The error holds the sentence for the user."""

    error: VoiceDeskError


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundTrouble(SystemEvent):
    """A device problem that concerns no single turn (``error`` None: the trouble is over)."""

    error: VoiceDeskError | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreTrouble(SystemEvent):
    """Conversations and recordings cannot be kept (``error`` None: they can again)."""

    error: VoiceDeskError | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeOffered(SystemEvent):
    """A take of an earlier run, which ended in the middle of its turn, can be asked again; it lasts ``seconds``."""

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TakesWaiting(SystemEvent):
    """So many takes that were never answered are kept, of this run and of earlier ones."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationOpened(SystemEvent):
    """Another conversation goes on from here.

    Attributes:
        conversation: Its id in the history; None for one that is new.
        messages: What was said in it before, in order; their turns count up to -1.
    """

    conversation: str | None = None
    messages: tuple[Message, ...] = ()


class HintKind(Enum):
    """Small things worth saying that are no errors."""

    TOO_SHORT = "too short"
    NO_SPEECH = "no speech"
    CANCELLED = "cancelled"
    CAP_REACHED = "cap reached"
    BAD_SOUND = "bad sound"  # a damaged piece of the reply's sound was left out


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint(SystemEvent):
    """A take was dropped or cut; the window shows a small hint."""

    hint: HintKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Interrupted(SystemEvent):
    """The reply of this turn was cut off, by the user or by a failure.

    Attributes:
        heard: One entry for each audio item that was cut, and for others that were not told by ``Sounded``.
    """

    heard: tuple[Heard, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sounded(SystemEvent):
    """A run of the reply's sound has been played to its end."""

    heard: Heard


@dataclass(frozen=True, slots=True, kw_only=True)
class Underran(SystemEvent):
    """The reply's sound had run out before it was complete, and goes on now: it stood still since ``wanted_at``."""

    wanted_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class UserText(SystemEvent):
    """What the user said, so far (``final`` False) or as it stays. Replaces what came before.

    May come after the whole reply: it belongs to ``turn``, wherever it arrives.
    ``text`` None means that the server could not transcribe the utterance. ``usage`` is what a transcription that is
    counted apart from the reply took, as the server says it.
    """

    text: str | None
    final: bool
    usage: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageTold(SystemEvent):
    """What a reply took that was cut or failed, by the server's own count; replaces what was known.

    May come long after the turn.
    """

    usage: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached(SystemEvent):
    """A clock point of the turn was reached at ``at``."""

    point: Point


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting(SystemEvent):
    """A server limits requests: the turn goes on by itself in ``seconds``."""

    server: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress(SystemEvent):
    """How far each stage of the classic chain is, and what waits between them.

    Attributes:
        recorded_s: Sound of the take so far.
        characters: Of the answer so far.
        units_waiting: Units that the voice has not begun.
        synthesised_s: Sound made so far.
    """

    recorded_s: float
    characters: int
    units_waiting: int
    synthesised_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCalled(SystemEvent):
    """The model has a tool run. ``round`` counts the rounds of tools in the turn."""

    call: ToolCall
    round: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolAnswered(SystemEvent):
    """A tool gave its result."""

    result: ToolResult
    round: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Retried(SystemEvent):
    """This turn asks again what turn ``of`` asked, which failed and counts no longer."""

    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenOut(SystemEvent):
    """The user took the answer of this turn out of the conversation, or (``whole``) its question too.

    ``PutBack`` or ``Removed`` follows.
    """

    whole: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PutBack(SystemEvent):
    """What was taken out of this turn is in the conversation again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed(SystemEvent):
    """The answer of this turn, or (``whole``) its question too, is gone for good."""

    whole: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnTimed(SystemEvent):
    """The turn is over and its timeline is complete."""

    timeline: Timeline


# ------------------------------------------------------------------------------------------ data


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioDelta(DataEvent):
    """A piece of the reply's sound: PCM16 little-endian mono 24 kHz, whole samples."""

    key: AudioKey
    pcm: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class TextDelta(DataEvent):
    """A piece of the reply's words.

    Attributes:
        spoken: False for text that has no sound.
        begins_ms: Where in the sound of its key these words begin, from servers that send words and sound in step.
    """

    key: AudioKey
    text: str
    spoken: bool = True
    begins_ms: float | None = None


# --------------------------------------------------------------------------------------- control


@dataclass(frozen=True, slots=True, kw_only=True)
class Voiced(ControlEvent):
    """The sound of ``key`` says the characters ``start`` to ``end`` of the words of ``words``.

    Comes before the sound. Without it a run of sound says the words of its own key. May come again for the same key
    and replaces what it said before.

    Attributes:
        expected_ms: How long the sound will be in all, as far as can be said while it is being made.
        said: The words as the voice says them, with their places among the characters; empty if they are said as
            they stand there.
        placed: Where in the sound they lie, as far as it is known yet; empty while nothing is.
        is_told: The voice itself told where its words lie: there is nothing to estimate.
    """

    key: AudioKey
    words: AudioKey
    start: int
    end: int
    expected_ms: float = 0.0
    said: tuple[Word, ...] = ()
    placed: tuple[Placed, ...] = ()
    is_told: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioEnded(ControlEvent):
    """No more sound comes for this key.

    May come again for the same key to say that it was not whole after all: servers end the sound of an answer before
    they tell that it was cut, or are lost before they tell that it was not.

    Attributes:
        is_whole: Whether the sound says all words of the key. False where a failure cut it: they may run ahead of it.
    """

    key: AudioKey
    is_whole: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TextEnded(ControlEvent):
    """The words of this key are complete: ``text`` is the whole and replaces the deltas."""

    key: AudioKey
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyEnded(ControlEvent):
    """The server has finished the reply (its sound may still be playing).

    ``usage`` is the server's own count, as it came; None when it reported none.
    """

    usage: Mapping[str, Any] | None = None
    interrupted: bool = False
