"""The timelines of the latest turns: late events concern the last turn or two."""

from __future__ import annotations

from voicedesk.core.timeline import Point, Timeline

_KEPT = 3


class Timelines:
    """Marks points in the timelines that are still kept, and ignores those of older turns."""

    def __init__(self) -> None:
        self._timelines: dict[int, Timeline] = {}

    def begin(self, timeline: Timeline) -> None:
        """A turn begins."""
        self._timelines[timeline.turn] = timeline
        for old in [turn for turn in self._timelines if turn <= timeline.turn - _KEPT]:
            del self._timelines[old]  # not every turn has one

    def of(self, turn: int) -> Timeline | None:
        """The timeline of a turn, None if it is not kept any more."""
        return self._timelines.get(turn)

    def mark(self, turn: int, point: Point, at: float) -> bool:
        """Note that a point was reached. Returns whether it was the first time."""
        timeline = self._timelines.get(turn)
        return timeline is not None and timeline.mark(point, at)

    def at(self, turn: int, point: Point) -> float | None:
        """When a point was reached, None if it was not."""
        timeline = self._timelines.get(turn)
        return None if timeline is None else timeline.points.get(point)

    def move(self, turn: int, point: Point, at: float) -> None:
        """Set a point whose last occurrence counts."""
        timeline = self._timelines.get(turn)
        if timeline is not None:
            timeline.move(point, at)
