"""What is known of each turn: its clock points, what got in its way, and what it used. Gathered from the events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar

from voicedesk.audio.io import RATE, SAMPLE_BYTES
from voicedesk.conversation.figures.spending import Spent
from voicedesk.conversation.figures.stages import Stages
from voicedesk.conversation.figures.turn_figures import DeviceCounts, Span, SpanKind, TurnFigures
from voicedesk.core.events import (
    AudioDelta,
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
        self._past: Mapping[int, TurnFigures] = {}
        self._link = Link.READY
        self._unlinked_at: float | None = None
        self._watchers: list[Callable[[TurnFigures], None]] = []

    def __iter__(self) -> Iterator[TurnFigures]:
        """The turns of this run of which times are known, oldest first."""
        return (turn for turn in self._turns.values() if turn.timeline.points)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    @classmethod
    def of_the_past(cls, turns: Iterable[TurnFigures]) -> Figures:
        """Turns that are over, oldest first; nothing comes to them any more."""
        result = cls()
        result._turns = {turn.turn: turn for turn in turns}
        return result

    def recall(self, turns: Mapping[int, TurnFigures]) -> None:
        """Know the turns of a conversation that goes on, in place of those of another; their numbers are below 0."""
        self._past = turns

    @property
    def past(self) -> tuple[TurnFigures, ...]:
        """The latest turns of which times are known and that were before this run, oldest first."""
        latest = sorted(self._past)[-_KEPT:]
        return tuple(turn for number in latest if (turn := self._past[number]).timeline.points)

    def of(self, turn: int) -> TurnFigures | None:
        """The figures of a turn; None when nothing is known of its times."""
        found = self._turns.get(turn) or self._past.get(turn)
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
