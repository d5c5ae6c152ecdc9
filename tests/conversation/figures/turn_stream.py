"""Events of made-up turns, and figures that have seen them."""

from __future__ import annotations

from datetime import UTC, datetime

from voicedesk.conversation.figures.stages import Stages
from voicedesk.conversation.figures.turn_figures import TurnFigures
from voicedesk.conversation.figures.turns import Figures
from voicedesk.core.dialogue import ToolCall, ToolResult
from voicedesk.core.events import (
    AudioDelta,
    AudioKey,
    Event,
    Heard,
    ReplyEnded,
    Sounded,
    StateChanged,
    ToolAnswered,
    ToolCalled,
    TurnTimed,
)
from voicedesk.core.timeline import Point, Timeline
from voicedesk.core.turn import State

BEGAN = datetime(2026, 3, 4, 12, 30, tzinfo=UTC)
KEY_UP = 100.0


def timeline(mode: str = "realtime", turn: int = 1, **milliseconds: float) -> Timeline:
    """A timeline with points at these milliseconds from the key-up."""
    points = {Point(name): KEY_UP + at / 1000.0 for name, at in milliseconds.items()}
    points.setdefault(Point.KEY_UP, KEY_UP)
    return Timeline(turn, mode=mode, model="model-a", points=points)


def key(item: str = "item", turn: int = 1) -> AudioKey:
    return AudioKey(turn, "response", item)


def at(milliseconds: float) -> float:
    return KEY_UP + milliseconds / 1000.0


def sound(milliseconds: float, length_ms: float, item: str = "item") -> AudioDelta:
    return AudioDelta(turn=1, at=at(milliseconds), key=key(item), pcm=bytes(int(length_ms * 48)))


def sounded(milliseconds: float, item: str = "item") -> Sounded:
    return Sounded(turn=1, at=at(milliseconds), heard=Heard(key(item), 1.0, 1.0, finished=True))


def called(milliseconds: float, call_id: str = "c") -> ToolCalled:
    return ToolCalled(turn=1, at=at(milliseconds), call=ToolCall(call_id, "clock", "{}"))


def answered(milliseconds: float, call_id: str = "c") -> ToolAnswered:
    return ToolAnswered(
        turn=1, at=at(milliseconds), result=ToolResult(call_id, "clock", "{}", False)
    )


def state(which: State, turn: int = 1) -> StateChanged:
    return StateChanged(turn=turn, at=KEY_UP, state=which)


def ended(milliseconds: float = 0.0, **fields: object) -> ReplyEnded:
    return ReplyEnded(turn=1, at=at(milliseconds), **fields)  # type: ignore[arg-type] # its own fields


def timed(line: Timeline) -> TurnTimed:
    return TurnTimed(turn=line.turn, at=KEY_UP, timeline=line)


def figures_of(*events: Event, stages: Stages = ()) -> Figures:
    result = Figures(lambda: stages, wall=lambda: BEGAN)
    for event in events:
        result(event)
    return result


def turn_of(*events: Event, line: Timeline | None = None, stages: Stages = ()) -> TurnFigures:
    """The figures of turn 1 after these events."""
    figures = figures_of(*events, timed(line or timeline(first_audible=500)), stages=stages)
    turn = figures.of(1)
    assert turn is not None
    return turn
