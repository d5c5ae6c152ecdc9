"""How quick each pipeline and model is: running percentiles over the latest turns."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

from voicedesk.core.timeline import Timeline, percentile

KEPT = 1000
"""Turns that count for the percentiles: a window that is never closed stays bounded."""
_MOST_GROUPS = 50


class Group:
    """The latencies of one pipeline and model.

    Attributes:
        mode: The pipeline.
        model: The model that answered.
    """

    def __init__(self, mode: str, model: str) -> None:
        self.mode = mode
        self.model = model
        self._by_turn: dict[int, float] = {}
        self._order: deque[int] = deque()

    def add(self, turn: int, latency_ms: float) -> None:
        """Count a turn, or take its latency anew when it is told again."""
        if turn not in self._by_turn:
            self._order.append(turn)
        self._by_turn[turn] = latency_ms
        if len(self._order) > KEPT:
            del self._by_turn[self._order.popleft()]

    @property
    def count(self) -> int:
        """Turns that had a latency."""
        return len(self._by_turn)

    @property
    def median(self) -> float | None:
        """Half of the turns were at least this quick, in ms."""
        return percentile(self._by_turn.values(), 0.5)

    @property
    def p95(self) -> float | None:
        """19 of 20 turns were at least this quick, in ms."""
        return percentile(self._by_turn.values(), 0.95)

    def recent(self, most: int) -> Sequence[float]:
        """The latest latencies in ms, at most so many, oldest first."""
        skipped = max(0, len(self._order) - most)
        return [self._by_turn[turn] for turn in list(self._order)[skipped:]]


class Groups:
    """All pipelines and models that have answered."""

    def __init__(self) -> None:
        self._groups: dict[tuple[str, str], Group] = {}

    def __iter__(self) -> Iterator[Group]:
        return iter(self._groups.values())

    def __len__(self) -> int:
        return len(self._groups)

    def add(self, timeline: Timeline) -> None:
        """Count a turn. One in which nothing was heard counts not."""
        if timeline.latency_ms is None:
            return
        key = (timeline.mode, timeline.model)
        group = self._groups.pop(key, None) or Group(*key)
        self._groups[key] = group  # the latest last
        group.add(timeline.turn, timeline.latency_ms)
        while len(self._groups) > _MOST_GROUPS:
            del self._groups[next(iter(self._groups))]

    def of(self, timeline: Timeline) -> Group | None:
        """Those that a turn belongs to; None when none of them was heard."""
        return self._groups.get((timeline.mode, timeline.model))
