"""The figures of a turn as they are kept with it, and read back into what they were.

Points of time are a column of their own. The rest is one object: what happened not at all is left out of it. What a row
of an earlier version lacks is told as such, and never guessed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, fields, replace
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from voicedesk.conversation.figures.prices import Cost
from voicedesk.conversation.figures.stages import Role, Stage, Stages
from voicedesk.conversation.figures.turn_figures import (
    Counters,
    DeviceCounts,
    Lack,
    Span,
    SpanKind,
    TurnFigures,
)
from voicedesk.conversation.store.model import Outcome, Turn
from voicedesk.core.timeline import Point, Timeline

MOST_KNOWN = 2_000
"""Turns of a conversation whose figures can be had: those of as many as the window ever shows."""
_ROLES = {role.value: role for role in Role}
_KINDS = {kind.value: kind for kind in SpanKind}


def as_kept(turn: TurnFigures | None) -> dict[str, Any]:
    """What is to be kept of a turn beside its points of time; empty when nothing is known of these.

    Where the servers are is not kept: an address may hold a secret.
    """
    if turn is None:
        return {}
    points = turn.timeline.points
    origin = points.get(Point.KEY_UP, points.get(Point.KEY_DOWN))
    if origin is None:
        return {}
    kept: dict[str, Any] = {"counters": _counts(turn.counters)}
    if turn.stages:
        kept["stages"] = [[s.role.value, s.model, s.is_local] for s in turn.stages]
    if turn.spans:
        kept["spans"] = [
            [span.kind.value, _ms(span.start - origin), _ms(span.end - origin)]
            for span in turn.spans
        ]
    if turn.is_cut:
        kept["cut"] = True
    if turn.heard_usage is not None:
        kept["heard_usage"] = turn.heard_usage
    if turn.characters:
        kept["characters"] = turn.characters
    if turn.cost is not None:
        kept["cost"] = asdict(turn.cost) | {
            "usd": None if turn.cost.usd is None else str(turn.cost.usd)
        }
    return kept


class KeptFigures(Mapping[int, TurnFigures]):
    """The figures of a conversation's latest turns, by numbers up to -1 as in ``store.history.as_past``.

    Each is read when it is first asked for: a long conversation opens no later for them.
    """

    def __init__(self, turns: Sequence[Turn]) -> None:
        self._turns = [replace(turn, messages=()) for turn in turns[-MOST_KNOWN:]]
        self._read: dict[int, TurnFigures] = {}

    def __getitem__(self, number: int) -> TurnFigures:
        if not -len(self._turns) <= number < 0:
            raise KeyError(number)
        if number not in self._read:
            self._read[number] = of_turn(number, self._turns[number])
        return self._read[number]

    def __iter__(self) -> Iterator[int]:
        return iter(range(-len(self._turns), 0))

    def __len__(self) -> int:
        return len(self._turns)


def of_turn(number: int, turn: Turn) -> TurnFigures:
    """The figures of a turn that was kept, as they were when it was over; its clock begins at the key-up.

    Args:
        number: What it is called now.
        turn: As it was kept; what in it makes no sense counts as not kept.
    """
    kept = turn.figures
    points = {
        point: at / 1000.0
        for point in Point
        if (at := _number(turn.timeline.get(point.value))) is not None
    }
    timeline = Timeline(number, turn.mode, turn.model, turn.typed, points)
    counters, cost = _read_counters(kept.get("counters")), _read_cost(kept.get("cost"))
    usage = kept.get("heard_usage")
    return TurnFigures(
        turn=number,
        began=datetime.fromtimestamp(turn.started_at, UTC).astimezone(),
        stages=_read_stages(kept.get("stages")),
        timeline=timeline,
        counters=counters or Counters(),
        spans=_read_spans(kept.get("spans")),
        usage=turn.usage,
        heard_usage=usage if isinstance(usage, Mapping) else None,
        reply_ms=turn.reply_ms,
        characters=int(_number(kept.get("characters")) or 0),
        is_over=True,
        is_cut=turn.outcome is Outcome.INTERRUPTED or kept.get("cut") is True,
        failure=turn.error,
        cost=cost,
        lacks=frozenset(_lacks(turn, timeline, counters, cost)),
    )


def _lacks(
    turn: Turn, timeline: Timeline, counters: Counters | None, cost: Cost | None
) -> Iterable[Lack]:
    if timeline.latency_ms is None and turn.heard_ms > 0:
        yield Lack.TIMES
    if counters is None:
        yield Lack.COUNTERS
    if cost is None and not turn.error:
        yield Lack.COST


def _ms(seconds: float) -> float:
    return round(seconds * 1000.0, 3)


def _number(value: object) -> float | None:
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        return None
    return float(value)


def _counts(counters: Counters) -> dict[str, Any]:
    """The counters that are not 0."""
    devices = {name: count for name, count in asdict(counters.devices).items() if count}
    kept = {
        name: round(value, 3)
        for name, value in asdict(counters).items()
        if name != "devices" and value
    }
    return kept | ({"devices": devices} if devices else {})


def _read_counters(kept: object) -> Counters | None:
    if not isinstance(kept, Mapping):
        return None
    counters = Counters()
    for each in fields(Counters):
        value = _number(kept.get(each.name))
        if value is not None and each.name != "devices":
            setattr(counters, each.name, type(getattr(counters, each.name))(value))
    devices = kept.get("devices")
    if isinstance(devices, Mapping):
        late, lost = (_number(devices.get(name)) or 0 for name in ("late_blocks", "lost_blocks"))
        counters.devices = DeviceCounts(int(late), int(lost))
    return counters


def _read_stages(kept: object) -> Stages:
    found = []
    for each in kept if isinstance(kept, list) else ():
        match each:
            case [str(role), str(model), bool(is_local)] if role in _ROLES:
                found.append(Stage(_ROLES[role], model, is_local=is_local))
            case _:
                pass
    return tuple(found)


def _read_spans(kept: object) -> list[Span]:
    found = []
    for each in kept if isinstance(kept, list) else ():
        match each:
            case [str(kind), start, end] if kind in _KINDS:
                begin, over = _number(start), _number(end)
                if begin is not None and over is not None:
                    found.append(Span(_KINDS[kind], begin / 1000.0, over / 1000.0))
            case _:
                pass
    return found


def _read_cost(kept: object) -> Cost | None:
    if not isinstance(kept, Mapping):
        return None
    try:
        usd = None if kept.get("usd") is None else Decimal(str(kept["usd"]))
    except InvalidOperation:
        return None
    if usd is not None and not (usd.is_finite() and usd >= 0):
        return None
    unpriced, uncounted = (
        tuple(str(name) for name in names) if isinstance(names, list) else ()
        for names in (kept.get("unpriced"), kept.get("uncounted"))
    )
    return Cost(
        usd,
        int(_number(kept.get("input_tokens")) or 0),
        int(_number(kept.get("output_tokens")) or 0),
        unpriced,
        uncounted,
        is_local=kept.get("is_local") is True,
    )
