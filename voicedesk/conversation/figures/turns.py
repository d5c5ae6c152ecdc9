"""What is known of each turn: its clock points, what got in its way, and what it used. Gathered from the events."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from typing import Any, ClassVar

from voicedesk.audio.io import RATE, SAMPLE_BYTES
from voicedesk.conversation.figures.prices import Cost
from voicedesk.conversation.figures.spending import Spent
from voicedesk.conversation.figures.stages import Stages
from voicedesk.core.events import (
    AudioDelta,
    AudioKey,
    Event,
    Hint,
    HintKind,
    Interrupted,
    Link,
    LinkChanged,
    Progress,
    ReplyEnded,
    Sounded,
    StateChanged,
    TextDelta,
    ToolAnswered,
    ToolCalled,
    TurnFailed,
    TurnTimed,
    Underran,
    UsageTold,
    UserText,
    Waiting,
)
from voicedesk.core.timeline import Timeline

_BYTES_PER_S = RATE * SAMPLE_BYTES
_KEPT = 500
PAUSE_MS = 250.0
"""Quiet between two pieces of an answer beyond this is no breath any more."""


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


@dataclass(slots=True)
class _Flow:
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
    devices_before: DeviceCounts = DeviceCounts()
    flow: _Flow = field(default_factory=_Flow, repr=False)

    def snapshot(self) -> TurnFigures:
        """The same as it is now, for another thread."""
        return replace(
            self,
            timeline=replace(self.timeline, points=dict(self.timeline.points)),
            counters=replace(self.counters),
            spans=list(self.spans),
            flow=_Flow(),
        )

    def spent_on(self, kind: SpanKind, until: float | None = None) -> float:
        """Milliseconds spent on a kind of span, up to a moment."""
        total = 0.0
        for span in self.spans:
            if span.kind is kind:
                end = span.end if until is None else min(span.end, until)
                total += max(0.0, end - span.start)
        return total * 1000.0


def _wall() -> datetime:
    return datetime.now().astimezone()


class Figures:
    """An observer that keeps the figures of the latest turns. On the loop's thread.

    Attributes:
        devices: What the sound devices count; set by whoever owns them.
        stages: Who takes part in a turn that begins now.
        spent: What today's turns cost; None while nobody counts.
    """

    def __init__(
        self,
        stages: Callable[[], Stages] = tuple,
        *,
        wall: Callable[[], datetime] = _wall,
    ) -> None:
        """Nothing has happened. ``wall`` is the clock on the wall, in the user's time zone."""
        self.devices: Callable[[], DeviceCounts] = DeviceCounts
        self.stages = stages
        self.spent: Spent | None = None
        self._wall = wall
        self._turns: dict[int, TurnFigures] = {}
        self._link = Link.READY
        self._unlinked_at: float | None = None
        self._watchers: list[Callable[[TurnFigures], None]] = []

    def __iter__(self) -> Iterator[TurnFigures]:
        """The turns of which times are known, oldest first."""
        return (turn for turn in self._turns.values() if turn.timeline.points)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def of(self, turn: int) -> TurnFigures | None:
        """The figures of a turn; None when nothing is known of its times."""
        found = self._turns.get(turn)
        return found if found is not None and found.timeline.points else None

    @property
    def last(self) -> TurnFigures | None:
        """The latest turn of which times are known."""
        return next((t for t in reversed(self._turns.values()) if t.timeline.points), None)

    def watch(self, told: Callable[[TurnFigures], None]) -> Callable[[], None]:
        """Have every turn told whose figures have changed; the returned call ends it."""
        self._watchers.append(told)

        def stop() -> None:
            if told in self._watchers:
                self._watchers.remove(told)

        return stop

    def tell(self, turn: TurnFigures) -> None:
        """Something about a turn is known better now."""
        for told in list(self._watchers):
            told(turn)

    def note_stall(self, milliseconds: float) -> None:
        """This application has stood still for so long, in the latest turn."""
        turn = next(reversed(self._turns.values()), None)
        if turn is not None and not turn.is_over:
            turn.counters.stall_ms = max(turn.counters.stall_ms, milliseconds)

    # -------------------------------------------------------------------------------------- events

    def __call__(self, event: Event) -> None:
        """Take an event of the stream."""
        if isinstance(event, LinkChanged):
            self._on_link(event)
            return
        handler = self._HANDLERS.get(type(event))
        if event.turn <= 0 or handler is None:
            return
        handler(self, self._turn(event.turn), event)

    def _turn(self, number: int) -> TurnFigures:
        turn = self._turns.get(number)
        if turn is None:
            turn = TurnFigures(number, self._wall(), self.stages(), Timeline(number))
            turn.devices_before = self.devices()
            self._turns[number] = turn
            while len(self._turns) > _KEPT:
                del self._turns[next(iter(self._turns))]
        return turn

    def _on_link(self, event: LinkChanged) -> None:
        was_ready = self._link is Link.READY
        self._link = event.link
        if event.link is Link.READY:
            turn = next(reversed(self._turns.values()), None)
            if self._unlinked_at is not None and turn is not None and not turn.is_over:
                turn.spans.append(Span(SpanKind.CONNECTING, self._unlinked_at, event.at))
            self._unlinked_at = None
        elif was_ready or self._unlinked_at is None:
            self._unlinked_at = event.at

    def _on_timed(self, turn: TurnFigures, event: TurnTimed) -> None:
        turn.timeline = event.timeline
        turn.counters.devices = self.devices().since(turn.devices_before)
        self.tell(turn)

    def _on_state(self, turn: TurnFigures, event: StateChanged) -> None:
        """A turn is known from its first state on: who takes part is who does so then."""

    def _on_audio(self, turn: TurnFigures, event: AudioDelta) -> None:
        flow, counters = turn.flow, turn.counters
        length = len(event.pcm) / _BYTES_PER_S
        turn.reply_ms += length * 1000.0
        flow.unplayed.add(event.key)
        if flow.quiet_since is not None:
            quiet = (event.at - flow.quiet_since) * 1000.0
            flow.quiet_since = None
            if quiet > PAUSE_MS:
                counters.pauses += 1
                counters.add_gap(quiet)
        due = event.at if flow.due is None else flow.due
        counters.late_ms = max(counters.late_ms, (event.at - due) * 1000.0)
        flow.due = max(due, event.at) + length
        counters.ahead_ms = max(counters.ahead_ms, (flow.due - event.at) * 1000.0)

    def _on_sounded(self, turn: TurnFigures, event: Sounded) -> None:
        flow = turn.flow
        flow.unplayed.discard(event.heard.key)
        if not flow.unplayed and not flow.tools and not turn.is_over:
            flow.quiet_since = event.at

    def _on_text(self, turn: TurnFigures, event: TextDelta) -> None:
        turn.characters += len(event.text)

    def _on_underran(self, turn: TurnFigures, event: Underran) -> None:
        turn.counters.underruns += 1
        turn.counters.add_gap(max(0.0, event.at - event.wanted_at) * 1000.0)

    def _on_progress(self, turn: TurnFigures, event: Progress) -> None:
        counters = turn.counters
        counters.pieces_waiting = max(counters.pieces_waiting, event.units_waiting)

    def _on_waiting(self, turn: TurnFigures, event: Waiting) -> None:
        turn.spans.append(Span(SpanKind.WAIT, event.at, event.at + event.seconds))

    def _on_called(self, turn: TurnFigures, event: ToolCalled) -> None:
        turn.flow.tools[event.call.call_id] = event.at
        turn.flow.due = turn.flow.quiet_since = None  # a tool's time is no fault of the sound

    def _on_answered(self, turn: TurnFigures, event: ToolAnswered) -> None:
        start = turn.flow.tools.pop(event.result.call_id, None)
        if start is not None:
            turn.spans.append(Span(SpanKind.TOOL, start, event.at))

    def _on_hint(self, turn: TurnFigures, event: Hint) -> None:
        if event.hint is HintKind.BAD_SOUND:
            turn.counters.bad_pieces += 1

    def _on_user_text(self, turn: TurnFigures, event: UserText) -> None:
        if event.usage is not None:
            turn.heard_usage = event.usage
            self.tell(turn)

    def _on_reply_ended(self, turn: TurnFigures, event: ReplyEnded) -> None:
        turn.is_over = True
        turn.flow.end()
        turn.is_cut = turn.is_cut or event.interrupted
        turn.usage = event.usage if event.usage is not None else turn.usage
        self.tell(turn)

    def _on_usage(self, turn: TurnFigures, event: UsageTold) -> None:
        turn.usage = event.usage
        self.tell(turn)

    def _on_interrupted(self, turn: TurnFigures, _event: Interrupted) -> None:
        turn.is_over = turn.is_cut = True
        turn.flow.end()

    def _on_failed(self, turn: TurnFigures, event: TurnFailed) -> None:
        turn.is_over = True
        turn.flow.end()
        turn.failure = str(event.error)

    _HANDLERS: ClassVar[dict[type[Event], Callable[[Figures, TurnFigures, Any], None]]] = {
        StateChanged: _on_state,
        AudioDelta: _on_audio,
        TextDelta: _on_text,
        TurnTimed: _on_timed,
        Sounded: _on_sounded,
        Underran: _on_underran,
        Progress: _on_progress,
        Waiting: _on_waiting,
        ToolCalled: _on_called,
        ToolAnswered: _on_answered,
        Hint: _on_hint,
        UserText: _on_user_text,
        ReplyEnded: _on_reply_ended,
        UsageTold: _on_usage,
        Interrupted: _on_interrupted,
        TurnFailed: _on_failed,
    }
