"""What is known of one turn: its clock points, what got in its way, and what it used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from typing import Any

from voicedesk.conversation.figures.prices import Cost
from voicedesk.conversation.figures.stages import Stages
from voicedesk.core.events import AudioKey
from voicedesk.core.timeline import Timeline


class SpanKind(Enum):
    """What a stretch of a turn was spent on beside the stages."""

    TOOL = "tool"
    WAIT = "wait"  # the server asked for it
    CONNECTING = "connecting"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a turn, in seconds of ``core.clock``."""

    kind: SpanKind
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class DeviceCounts:
    """What the sound devices have counted since they were opened.

    Attributes:
        late_blocks: How often the speaker went without sound in time, because this computer was late.
        lost_blocks: How often sound of the microphone was lost on its way.
    """

    late_blocks: int = 0
    lost_blocks: int = 0

    def since(self, before: DeviceCounts) -> DeviceCounts:
        """What came on top of ``before``. A device that was opened anew meanwhile counts from nothing."""
        return DeviceCounts(
            max(0, self.late_blocks - before.late_blocks),
            max(0, self.lost_blocks - before.lost_blocks),
        )


@dataclass(slots=True)
class Counters:
    """What got in the way of a turn.

    Attributes:
        underruns: How often the sound ran out in the middle of a piece.
        pauses: How often it was quiet between two pieces for longer than a breath.
        gap_ms: How long it stood still in all, by both.
        longest_gap_ms: The longest of them.
        bad_pieces: Damaged pieces of sound that were left out.
        pieces_waiting: The most pieces of text that waited for the voice at once.
        ahead_ms: The most sound that had come before it was due.
        late_ms: How long the latest piece of sound came after it was due.
        stall_ms: The longest time for which this application stood still.
        devices: What the sound devices counted.
    """

    underruns: int = 0
    pauses: int = 0
    gap_ms: float = 0.0
    longest_gap_ms: float = 0.0
    bad_pieces: int = 0
    pieces_waiting: int = 0
    ahead_ms: float = 0.0
    late_ms: float = 0.0
    stall_ms: float = 0.0
    devices: DeviceCounts = DeviceCounts()

    def add_gap(self, milliseconds: float) -> None:
        """The sound stood still for so long."""
        self.gap_ms += milliseconds
        self.longest_gap_ms = max(self.longest_gap_ms, milliseconds)


class Lack(Enum):
    """What is not known of a turn that was kept on disk."""

    TIMES = "times"  # when it was heard, although it was
    COUNTERS = "counters"  # what got in its way
    COST = "cost"


@dataclass(slots=True)
class Flow:
    """How the sound of a turn comes and goes, in seconds.

    Attributes:
        due: When sound would run out if it were played as it comes, without a pause.
        unplayed: Runs of sound that have not sounded to their end.
        quiet_since: When all that has come had sounded, while more is to come.
        tools: When each tool that still runs was called.
    """

    due: float | None = None
    unplayed: set[AudioKey] = field(default_factory=set)
    quiet_since: float | None = None
    tools: dict[str, float] = field(default_factory=dict)

    def end(self) -> None:
        """Nothing more comes."""
        self.due = self.quiet_since = None
        self.unplayed.clear()
        self.tools.clear()


@dataclass(slots=True)
class TurnFigures:
    """One turn.

    Attributes:
        turn: Its number.
        began: When, by the clock on the wall.
        stages: Who took part.
        timeline: Its clock points; empty until something was told.
        counters: What got in its way.
        spans: What it waited for beside the stages, in order.
        usage: The server's own count of the reply.
        heard_usage: The server's own count of a transcription beside the reply.
        reply_ms: Length of the sound that was received.
        characters: Length of the words that were received.
        is_over: Whether the reply has come to its end.
        is_cut: Whether it was interrupted.
        failure: The sentence of what it failed with, in English.
        cost: What it cost, once that is known.
        lacks: What was not kept of it, where it was read from the disk.
        devices_before: What the sound devices had counted before it.
        flow: How its sound comes and goes.
    """

    turn: int
    began: datetime
    stages: Stages
    timeline: Timeline
    counters: Counters = field(default_factory=Counters)
    spans: list[Span] = field(default_factory=list)
    usage: Mapping[str, Any] | None = None
    heard_usage: Mapping[str, Any] | None = None
    reply_ms: float = 0.0
    characters: int = 0
    is_over: bool = False
    is_cut: bool = False
    failure: str = ""
    cost: Cost | None = None
    lacks: frozenset[Lack] = frozenset()
    devices_before: DeviceCounts = DeviceCounts()
    flow: Flow = field(default_factory=Flow, repr=False)

    def snapshot(self) -> TurnFigures:
        """The same as it is now, for another thread."""
        return replace(
            self,
            timeline=replace(self.timeline, points=dict(self.timeline.points)),
            counters=replace(self.counters),
            spans=list(self.spans),
            flow=Flow(),
        )

    def spent_on(self, kind: SpanKind, until: float | None = None) -> float:
        """Milliseconds spent on a kind of span, up to a moment."""
        total = 0.0
        for span in self.spans:
            if span.kind is kind:
                end = span.end if until is None else min(span.end, until)
                total += max(0.0, end - span.start)
        return total * 1000.0
