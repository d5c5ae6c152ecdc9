"""The latency of a turn, step by step: one row for each step, one after the other, and what went on beside them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from voicedesk.conversation.figures.turn_figures import SpanKind, TurnFigures
from voicedesk.core.timeline import Point, Timeline


class Step(Enum):
    """One step from the key-up to the first audible sample, or something that went on meanwhile."""

    TAIL = "tail"
    OURS = "ours"
    RECEIVED = "received"  # the server has the question
    UNDERSTOOD = "understood"  # and knows its words
    BEGUN = "begun"  # and has begun to answer
    WORDS = "words"  # and has given the first words
    UNIT = "unit"  # and so many that the voice can begin
    SOUND = "sound"  # and the first sound
    BUFFER = "buffer"
    DEVICE = "device"
    SILENCE = "silence"
    TOOL = "tool"
    WAIT = "wait"
    CONNECTING = "connecting"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the waterfall, in milliseconds from the key-up.

    Attributes:
        step: What went on.
        share: The part of the latency that it belongs to, as in ``Shares``; empty for what went on beside.
    """

    step: Step
    share: str
    start: float
    end: float

    @property
    def length(self) -> float:
        """How long it took, in milliseconds."""
        return self.end - self.start


_STEPS = (
    (Step.TAIL, Point.TAKE_END),
    (Step.OURS, Point.COMMIT_SENT),
    (Step.SOUND, Point.FIRST_DELTA),
    (Step.BUFFER, Point.FIRST_QUEUED),
    (Step.DEVICE, Point.FIRST_DAC),
    (Step.SILENCE, Point.FIRST_AUDIBLE),
)
_AT_THE_SERVER = (
    (Step.RECEIVED, Point.COMMITTED),
    (Step.UNDERSTOOD, Point.TRANSCRIBED),
    (Step.BEGUN, Point.RESPONSE_CREATED),
    (Step.WORDS, Point.FIRST_TEXT),
    (Step.UNIT, Point.FIRST_UNIT),
)
_BESIDE = {
    SpanKind.TOOL: Step.TOOL,
    SpanKind.WAIT: Step.WAIT,
    SpanKind.CONNECTING: Step.CONNECTING,
}
_LEAST_MS = 0.5


def rows(turn: TurnFigures) -> list[Row]:
    """The rows of a turn; none when nothing was heard.

    The steps follow each other without a gap and add up to the latency, share by share: a point that was not reached,
    or was reached after the step that follows on it, takes no time of its own. What went on beside comes after them.
    """
    timeline = turn.timeline
    latency = timeline.latency_ms
    if latency is None:
        return []
    steps = _steps(timeline, latency)
    origin = timeline.points[Point.KEY_UP]
    for span in turn.spans:
        start = min(max(0.0, (span.start - origin) * 1000.0), latency)
        end = min(max(0.0, (span.end - origin) * 1000.0), latency)
        if end - start >= _LEAST_MS:
            steps.append(Row(_BESIDE[span.kind], "", start, end))
    return steps


def _steps(timeline: Timeline, latency: float) -> list[Row]:
    def reached(point: Point) -> float | None:
        return timeline.between(Point.KEY_UP, point)

    found: list[Row] = []
    at = 0.0
    for step, point in _STEPS:
        moment = reached(point)
        end = max(at, min(at if moment is None else moment, latency))
        if step is Step.SOUND:
            for inner, inner_point in _AT_THE_SERVER:
                moment = reached(inner_point)
                # Words that come after the sound were not waited for.
                if moment is not None and at + _LEAST_MS <= moment <= end - _LEAST_MS:
                    found.append(Row(inner, "server", at, moment))
                    at = moment
        if end - at >= _LEAST_MS:
            share = "server" if step is Step.SOUND else step.value
            found.append(Row(step, share, at, end))
            at = end
    return found
