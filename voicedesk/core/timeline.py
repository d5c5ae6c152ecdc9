"""The clock points of a turn and the figures drawn from them.

*Latency* is key-up to the first audible sample at the DAC. The other points say where that time went: the
release tail that the user set, our own work, the network and the server, the start buffer, the device, and
silence at the head of the reply's first sound.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum


class Point(Enum):
    """A moment of the turn, in the order in which they normally come."""

    KEY_DOWN = "key_down"
    FIRST_SAMPLE = "first_sample"  # ADC time of the first sample of the take
    KEY_UP = "key_up"
    TAKE_END = "take_end"  # the release tail is over
    LAST_APPEND = "last_append"
    COMMIT_SENT = "commit_sent"
    COMMITTED = "committed"
    TRANSCRIBED = "transcribed"  # the user's words are final and the model is asked (classic chain)
    RESPONSE_CREATED = "response_created"
    FIRST_TEXT = "first_text"
    FIRST_UNIT = "first_unit"  # the first unit of text was given to the voice (classic chain)
    FIRST_DELTA = "first_delta"
    FIRST_QUEUED = "first_queued"  # the first sample was handed to the device
    FIRST_DAC = "first_dac"  # the first sample left the DAC
    FIRST_AUDIBLE = "first_audible"  # the first sample above silence left the DAC
    REPLY_DONE = "reply_done"
    LAST_DAC = "last_dac"
    INTERRUPTED = "interrupted"  # the key went down during the reply
    SILENT = "silent"  # the last sample of the cut reply left the DAC


@dataclass(frozen=True, slots=True)
class Shares:
    """Where the latency went, in milliseconds. The parts add up to ``total``.

    ``tail`` is the release tail that the user set; ``ours`` is our work from there to the commit; ``server`` is
    network and server up to the first piece of sound; ``buffer`` is the start buffer; ``device`` is the sound
    device; ``silence`` is silence at the head of the reply's sound.
    """

    tail: float
    ours: float
    server: float
    buffer: float
    device: float
    silence: float

    @property
    def total(self) -> float:
        """The latency in milliseconds."""
        return self.tail + self.ours + self.server + self.buffer + self.device + self.silence


@dataclass(slots=True)
class Timeline:
    """The clock points of one turn, in seconds of ``core.clock``. The first mark of a point stays.

    Attributes:
        turn: Number of the turn.
        mode: The pipeline that answered.
        model: The model that answered.
        typed: Whether the question was typed (key-up is then the moment it was sent).
    """

    turn: int
    mode: str = ""
    model: str = ""
    typed: bool = False
    points: dict[Point, float] = field(default_factory=dict)

    def mark(self, point: Point, at: float) -> bool:
        """Note that a point was reached. Returns whether it was the first time."""
        if point in self.points:
            return False
        self.points[point] = at
        return True

    def move(self, point: Point, at: float) -> None:
        """Set a point anew: for those whose last occurrence counts (last append, last sample)."""
        self.points[point] = at

    def between(self, start: Point, end: Point) -> float | None:
        """Milliseconds from one point to another; None unless both were reached."""
        if start in self.points and end in self.points:
            return (self.points[end] - self.points[start]) * 1000.0
        return None

    @property
    def latency_ms(self) -> float | None:
        """Key-up to the first audible sample at the DAC; None when nothing was heard."""
        return self.between(Point.KEY_UP, Point.FIRST_AUDIBLE)

    @property
    def shares(self) -> Shares | None:
        """Where the latency went; None when nothing was heard. Points that never came take no time."""
        if self.latency_ms is None:
            return None
        stops = (
            Point.KEY_UP,
            Point.TAKE_END,
            Point.COMMIT_SENT,
            Point.FIRST_DELTA,
            Point.FIRST_QUEUED,
            Point.FIRST_DAC,
            Point.FIRST_AUDIBLE,
        )
        at = self.points[Point.KEY_UP]
        spans: list[float] = []
        for stop in stops[1:]:
            reached = max(at, min(self.points.get(stop, at), self.points[Point.FIRST_AUDIBLE]))
            spans.append((reached - at) * 1000.0)
            at = reached
        return Shares(*spans)

    def as_milliseconds(self) -> dict[str, float | None]:
        """All points in ms from key-up, rounded to microseconds; None where a point was not reached."""
        origin = self.points.get(Point.KEY_UP, self.points.get(Point.KEY_DOWN))
        result: dict[str, float | None] = {}
        for point in Point:
            at = self.points.get(point)
            result[point.value] = (
                None if at is None or origin is None else round((at - origin) * 1000.0, 3)
            )
        return result


def percentile(values: Iterable[float], share: float) -> float | None:
    """The value below which ``share`` (0 to 1) of the values lie, interpolated; None for no values."""
    ordered = sorted(values)
    if not ordered:
        return None
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
