"""Why a turn was slow or choppy: what its counters say, and which setting helps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from voicedesk.conversation.figures.stages import Role
from voicedesk.conversation.figures.turn_figures import Lack, SpanKind, TurnFigures
from voicedesk.core.timeline import Point, Shares


class Why(Enum):
    """What can be wrong with a turn."""

    # slow
    CONNECTING = "connecting"
    LIMITED = "limited"
    TOOLS = "tools"
    TAIL = "tail"
    BUSY = "busy"
    LOCAL_SLOW = "local slow"  # a server on this computer
    MODEL_SLOW = "model slow"
    HEARING_SLOW = "hearing slow"
    THINKING_SLOW = "thinking slow"
    VOICE_SLOW = "voice slow"
    UNEVEN = "uneven"
    DEVICE_SLOW = "device slow"
    SILENT_START = "silent start"
    # choppy
    SOUND_LATE = "sound late"
    VOICE_BEHIND = "voice behind"
    SPEAKER_STARVED = "speaker starved"
    MICROPHONE_LOST = "microphone lost"
    BAD_PIECES = "bad pieces"
    # all is well
    NOTHING_HEARD = "nothing heard"


SLOW_MS = 1000.0
"""An answer that is quicker than this is not slow."""


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason.

    Attributes:
        why: Which.
        milliseconds: How long it took in all.
        count: How often it happened, where that is counted.
        setting: The path of the setting that helps, as in "talk.tail_ms"; empty where none does.
    """

    why: Why
    milliseconds: float = 0.0
    count: int = 0
    setting: str = ""


Finder = Callable[[TurnFigures], Cause | None]


def causes(turn: TurnFigures) -> list[Cause]:
    """What made a turn slow or choppy, what cost most time first; empty when nothing did."""
    found = [cause for finder in (*_SLOW, *_CHOPPY) if (cause := finder(turn)) is not None]
    found.sort(key=lambda cause: -cause.milliseconds)
    is_unheard = turn.timeline.latency_ms is None and Lack.TIMES not in turn.lacks
    if not found and is_unheard and not turn.is_cut:
        return [Cause(Why.NOTHING_HEARD, setting="sound.speaker")]
    return found


def main_causes(turn: TurnFigures, most: int) -> list[Cause]:
    """The first ``most`` (at least 1) of ``causes``, one that made it choppy among them where there is any.

    What makes it choppy is often counted and has no time, and would fall off the end of every slow turn.
    """
    found = causes(turn)
    choppy = [cause for cause in found if cause.why in _IS_CHOPPY]
    main = found[:most]
    if choppy and not any(cause in choppy for cause in main):
        main[-1] = choppy[0]
    return main


def is_slow(turn: TurnFigures) -> bool:
    """Whether somebody has waited for the first sound."""
    latency = turn.timeline.latency_ms
    return latency is None or latency >= SLOW_MS


# ------------------------------------------------------------------------------------------ slow


def _before_sound(turn: TurnFigures, kind: SpanKind) -> float:
    return turn.spent_on(kind, turn.timeline.points.get(Point.FIRST_AUDIBLE))


def _connecting(turn: TurnFigures) -> Cause | None:
    key_up = turn.timeline.points.get(Point.KEY_UP)
    spans = [span for span in turn.spans if span.kind is SpanKind.CONNECTING]
    if key_up is None or not spans:
        return None
    spent = sum(max(0.0, span.end - max(span.start, key_up)) for span in spans) * 1000.0
    setting = "realtime.server" if turn.timeline.mode == "realtime" else "classic.thinking_server"
    return Cause(Why.CONNECTING, spent, len(spans), setting) if spent >= 100.0 else None


def _limited(turn: TurnFigures) -> Cause | None:
    spent = turn.spent_on(SpanKind.WAIT)
    setting = "realtime.server" if turn.timeline.mode == "realtime" else "classic.thinking_server"
    return Cause(Why.LIMITED, spent, 0, setting) if spent >= 100.0 else None


def _tools(turn: TurnFigures) -> Cause | None:
    spent = _before_sound(turn, SpanKind.TOOL)
    return Cause(Why.TOOLS, spent, 0, "assistant.tools_off") if spent >= 300.0 else None


def _by_share(
    why: Why, least: float, share: Callable[[Shares], float], setting: str = ""
) -> Finder:
    def find(turn: TurnFigures) -> Cause | None:
        shares = turn.timeline.shares
        spent = 0.0 if shares is None else share(shares)
        return Cause(why, spent, 0, setting) if spent >= least else None

    return find


def _busy(turn: TurnFigures) -> Cause | None:
    """This computer, or this application, had no time: seen in the stalls, or in our own share."""
    shares = turn.timeline.shares
    spent = max(turn.counters.stall_ms, shares.ours if shares is not None else 0.0)
    waited = _before_sound(turn, SpanKind.CONNECTING)  # sending waits for the connection: not ours
    return Cause(Why.BUSY, spent) if spent - waited >= 100.0 else None


def _between(turn: TurnFigures, start: Point, end: Point) -> float:
    """Time from one point to the next, without what tools and the server's own limits took."""
    points = turn.timeline.points
    if start not in points or end not in points:
        return 0.0
    excused = 0.0
    for span in turn.spans:
        excused += max(0.0, min(span.end, points[end]) - max(span.start, points[start]))
    return (points[end] - points[start] - excused) * 1000.0


def _is_local(turn: TurnFigures, role: Role) -> bool:
    return any(stage.role is role and stage.is_local for stage in turn.stages)


def _model_slow(turn: TurnFigures) -> Cause | None:
    if turn.timeline.mode != "realtime":
        return None
    spent = _between(turn, Point.COMMIT_SENT, Point.FIRST_DELTA)
    if spent < SLOW_MS:
        return None
    if _is_local(turn, Role.ANSWER):
        return Cause(Why.LOCAL_SLOW, spent, 0, "realtime.server")
    return Cause(Why.MODEL_SLOW, spent, 0, "realtime.model")


def _hearing_slow(turn: TurnFigures) -> Cause | None:
    spent = _between(turn, Point.COMMIT_SENT, Point.TRANSCRIBED)
    if turn.timeline.mode == "realtime" or spent < 600.0:
        return None
    return Cause(Why.HEARING_SLOW, spent, 0, "classic.transcription")


def _thinking_slow(turn: TurnFigures) -> Cause | None:
    spent = _between(turn, Point.TRANSCRIBED, Point.FIRST_UNIT)
    if turn.timeline.mode == "realtime" or spent < 800.0:
        return None
    if _is_local(turn, Role.THINKING):
        return Cause(Why.LOCAL_SLOW, spent, 0, "classic.thinking_server")
    return Cause(Why.THINKING_SLOW, spent, 0, "classic.thinking_model")


def _voice_slow(turn: TurnFigures) -> Cause | None:
    spent = _between(turn, Point.FIRST_UNIT, Point.FIRST_DELTA)
    if turn.timeline.mode == "realtime" or spent < 500.0:
        return None
    return Cause(Why.VOICE_SLOW, spent, 0, "classic.chunking")


# ---------------------------------------------------------------------------------------- choppy


def _sound_late(turn: TurnFigures) -> Cause | None:
    """The sound ran out: the voice was behind when it is the chain's own, else the way from the server was uneven."""
    counters = turn.counters
    times = counters.underruns + counters.pauses
    if not times:
        return None
    if turn.timeline.mode != "realtime" and (
        counters.pieces_waiting or _is_local(turn, Role.SPEECH)
    ):
        return Cause(Why.VOICE_BEHIND, counters.gap_ms, times, "classic.chunking")
    setting = "realtime.server" if turn.timeline.mode == "realtime" else "classic.speech_server"
    return Cause(Why.SOUND_LATE, counters.gap_ms, times, setting)


def _starved(turn: TurnFigures) -> Cause | None:
    count = turn.counters.devices.late_blocks
    return Cause(Why.SPEAKER_STARVED, 0.0, count, "sound.speaker") if count else None


def _lost(turn: TurnFigures) -> Cause | None:
    count = turn.counters.devices.lost_blocks
    return Cause(Why.MICROPHONE_LOST, 0.0, count, "sound.microphone") if count else None


def _bad(turn: TurnFigures) -> Cause | None:
    count = turn.counters.bad_pieces
    return Cause(Why.BAD_PIECES, 0.0, count) if count else None


_SLOW: tuple[Finder, ...] = (
    _connecting,
    _limited,
    _tools,
    _by_share(Why.TAIL, 400.0, lambda shares: shares.tail, "talk.tail_ms"),
    _busy,
    _model_slow,
    _hearing_slow,
    _thinking_slow,
    _voice_slow,
    _by_share(Why.UNEVEN, 150.0, lambda shares: shares.buffer),
    _by_share(Why.DEVICE_SLOW, 120.0, lambda shares: shares.device, "sound.speaker"),
    _by_share(Why.SILENT_START, 250.0, lambda shares: shares.silence),
)
_CHOPPY: tuple[Finder, ...] = (_sound_late, _starved, _lost, _bad)
_IS_CHOPPY = frozenset(
    {
        Why.SOUND_LATE,
        Why.VOICE_BEHIND,
        Why.SPEAKER_STARVED,
        Why.MICROPHONE_LOST,
        Why.BAD_PIECES,
    }
)
