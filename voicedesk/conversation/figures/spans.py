"""A turn as a tracing system wants it: one span, and in it one for each stage. Pure data, without what was said.

Names and attributes are those of OpenTelemetry's semantic conventions for generative AI where it has any, and begin with
"voicedesk." where it has none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from voicedesk.conversation.figures.accountant import usage_of
from voicedesk.conversation.figures.prices import Used
from voicedesk.conversation.figures.stages import Role, Stage
from voicedesk.conversation.figures.turn_figures import SpanKind, TurnFigures
from voicedesk.core.timeline import Point

Value = str | int | float | bool

AGENT = "VoiceDesk"
_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
_OPERATIONS = {
    Role.ANSWER: "chat",
    Role.THINKING: "chat",
    Role.TRANSCRIPTION: "transcribe",
    Role.SPEECH: "speak",
}
# Where each stage begins and where it ends: the first of these points that were reached.
_BOUNDS: Mapping[Role, tuple[tuple[Point, ...], tuple[Point, ...]]] = {
    Role.ANSWER: ((Point.COMMIT_SENT,), (Point.REPLY_DONE, Point.INTERRUPTED)),
    Role.TRANSCRIPTION: ((Point.COMMIT_SENT,), (Point.TRANSCRIBED,)),
    Role.THINKING: (
        (Point.TRANSCRIBED, Point.COMMIT_SENT),
        (Point.REPLY_DONE, Point.INTERRUPTED),
    ),
    Role.SPEECH: ((Point.FIRST_UNIT,), (Point.REPLY_DONE, Point.INTERRUPTED)),
}
_FIRST = {Role.ANSWER: Point.FIRST_DELTA, Role.THINKING: Point.FIRST_TEXT}
_MARKS: Mapping[Role, tuple[Point, ...]] = {
    Role.ANSWER: (
        Point.COMMITTED,
        Point.RESPONSE_CREATED,
        Point.FIRST_TEXT,
        Point.FIRST_DELTA,
    ),
    Role.THINKING: (Point.FIRST_TEXT,),
    Role.SPEECH: (Point.FIRST_DELTA,),
}
_BESIDE = {SpanKind.WAIT: "wait", SpanKind.CONNECTING: "connect", SpanKind.TOOL: "execute_tool"}


@dataclass(frozen=True, slots=True)
class Described:
    """A span, in seconds of ``core.clock``.

    Attributes:
        name: As the conventions have it: what is done, and with what.
        start: When it began.
        end: When it ended.
        is_remote: Whether it is spent on another process's work.
        attributes: What is known of it.
        events: Moments within it.
        failure: The sentence of what it failed with, in English.
    """

    name: str
    start: float
    end: float
    is_remote: bool = False
    attributes: Mapping[str, Value] = field(default_factory=dict)
    events: Mapping[str, float] = field(default_factory=dict)
    failure: str = ""


def described(turn: TurnFigures) -> tuple[Described, list[Described]] | None:
    """The span of a turn and those of its stages, by their beginnings; None when nothing is known of its times."""
    points = turn.timeline.points
    if not points:
        return None
    parts = sorted(
        (*_ours(turn), *_stages(turn), *_beside(turn)), key=lambda part: (part.start, part.end)
    )
    moments = [*points.values(), *(part.end for part in parts)]
    whole = Described(
        f"invoke_agent {AGENT}",
        min(moments),
        max(moments),
        attributes=_of_turn(turn),
        failure=turn.failure,
    )
    return whole, parts


def _of_turn(turn: TurnFigures) -> dict[str, Value]:
    counters = turn.counters
    told: dict[str, Value | None] = {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": AGENT,
        "gen_ai.output.type": "speech",
        "voicedesk.turn": turn.turn,
        "voicedesk.mode": turn.timeline.mode,
        "voicedesk.typed": turn.timeline.typed,
        "voicedesk.interrupted": turn.is_cut,
        "voicedesk.reply_ms": turn.reply_ms,
        "voicedesk.latency_ms": turn.timeline.latency_ms,
        "voicedesk.underruns": counters.underruns,
        "voicedesk.gap_ms": counters.gap_ms,
        "voicedesk.stall_ms": counters.stall_ms,
        "error.type": "_OTHER" if turn.failure else None,
    }
    shares = turn.timeline.shares
    if shares is not None:
        for name in ("tail", "ours", "server", "buffer", "device", "silence"):
            told[f"voicedesk.latency.{name}_ms"] = getattr(shares, name)
    return {
        name: round(value, 3) if isinstance(value, float) else value
        for name, value in told.items()
        if value is not None
    }


def _ours(turn: TurnFigures) -> Iterator[Described]:
    """What is done on this computer: recording, sending, playing."""
    points = turn.timeline.points

    def part(name: str, start: Point, *ends: Point, marks: tuple[Point, ...] = ()) -> Described:
        end = _reached(turn, ends)
        began = points.get(start)
        assert began is not None
        return Described(name, began, max(began, end or began), events=_events(turn, marks))

    if Point.KEY_DOWN in points and not turn.timeline.typed:
        yield part(
            *("record", Point.KEY_DOWN, Point.TAKE_END, Point.KEY_UP),
            marks=(Point.FIRST_SAMPLE, Point.KEY_UP),
        )
    if Point.TAKE_END in points and Point.COMMIT_SENT in points:
        yield part("send", Point.TAKE_END, Point.COMMIT_SENT, marks=(Point.LAST_APPEND,))
    if Point.FIRST_QUEUED in points:
        marks = (Point.FIRST_DAC, Point.FIRST_AUDIBLE, Point.INTERRUPTED)
        yield part("play", Point.FIRST_QUEUED, Point.SILENT, Point.LAST_DAC, marks=marks)


def _stages(turn: TurnFigures) -> Iterator[Described]:
    for used in usage_of(turn):
        role = used.stage.role
        is_beside = role is Role.TRANSCRIPTION and turn.timeline.mode == "realtime"
        starts, ends = _BOUNDS[role]
        start = _reached(turn, starts)
        if start is None or is_beside:  # a realtime session transcribes when it likes
            continue
        end = _reached(turn, ends)
        name = " ".join(filter(None, (_OPERATIONS[role], used.stage.model)))
        yield Described(
            name,
            start,
            max(start, max(turn.timeline.points.values()) if end is None else end),
            is_remote=bool(used.stage.model),
            attributes=_of_stage(turn, used, start),
            events=_events(turn, _MARKS.get(role, ())),
        )


def _of_stage(turn: TurnFigures, used: Used, start: float) -> dict[str, Value]:
    stage, count = used.stage, used.count
    told: dict[str, Value] = {
        "gen_ai.operation.name": _OPERATIONS[stage.role],
        "gen_ai.provider.name": _provider(stage),
        **_address(stage),
    }
    if stage.model:
        told["gen_ai.request.model"] = stage.model
    if stage.role is Role.ANSWER:
        told["gen_ai.output.type"] = "speech"
    if count is not None and stage.role is not Role.SPEECH:  # no server counts that one
        told["gen_ai.usage.input_tokens"] = count.input
        told["gen_ai.usage.output_tokens"] = count.output
        told["gen_ai.usage.cache_read.input_tokens"] = count.cached
    first = turn.timeline.points.get(_FIRST[stage.role]) if stage.role in _FIRST else None
    if first is not None:
        told["gen_ai.response.time_to_first_chunk"] = round(max(0.0, first - start), 6)
    return told


def _beside(turn: TurnFigures) -> Iterator[Described]:
    for span in turn.spans:
        name = _BESIDE[span.kind]
        told = {"gen_ai.operation.name": name} if span.kind is SpanKind.TOOL else {}
        yield Described(name, span.start, max(span.start, span.end), attributes=told)


def _provider(stage: Stage) -> str:
    host = urlsplit(stage.base_url).hostname or ""
    if not host:
        return "voicedesk"
    return "openai" if host == "api.openai.com" else host


def _address(stage: Stage) -> dict[str, Value]:
    parts = urlsplit(stage.base_url)
    if not parts.hostname:
        return {}
    try:
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:  # no number; the connection says so
        port = None
    told: dict[str, Value] = {"server.address": parts.hostname}
    return told if port is None else {**told, "server.port": port}


def _reached(turn: TurnFigures, points: tuple[Point, ...]) -> float | None:
    found = (turn.timeline.points.get(point) for point in points)
    return next((at for at in found if at is not None), None)


def _events(turn: TurnFigures, points: tuple[Point, ...]) -> dict[str, float]:
    reached = turn.timeline.points
    return {point.value: reached[point] for point in points if point in reached}
