"""The figures of the session: the last turn's latency, where it went, and how the turns compare. Without Qt widgets."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QLocale

from voicedesk.conversation.figures.groups import Group, Groups
from voicedesk.core.events import Progress
from voicedesk.core.timeline import Point, Shares, Timeline
from voicedesk.ui.wording import seconds, whole_milliseconds


@dataclass(frozen=True, slots=True)
class Share:
    """One part of the latency.

    Attributes:
        name: Which one, as in ``Scheme.shares``.
        label: What it is, for people.
        short: The same in a word, where there is little room.
        milliseconds: How long it took.
    """

    name: str
    label: str
    short: str
    milliseconds: float


def shares_in_words(shares: Shares) -> list[Share]:
    """The parts of a latency with their labels, in the order in which they happened, empty ones left out."""
    translate = QCoreApplication.translate
    named = (
        ("tail", translate("Figures", "after release"), translate("Figures", "after release")),
        ("ours", translate("Figures", "ours"), translate("Figures", "ours")),
        ("server", translate("Figures", "network and server"), translate("Figures", "server")),
        ("buffer", translate("Figures", "buffer"), translate("Figures", "buffer")),
        ("device", translate("Figures", "device"), translate("Figures", "device")),
        ("silence", translate("Figures", "silence"), translate("Figures", "silence")),
    )
    return [
        Share(name, label, short, value)
        for name, label, short in named
        if (value := getattr(shares, name)) >= 0.5
    ]


class SessionFigures:
    """Collects the timelines of the session. Turns compare with those of the same pipeline and model.

    Attributes:
        last: The latest timeline, None before the first turn.
    """

    def __init__(self) -> None:
        self.last: Timeline | None = None
        self._groups = Groups()

    def add(self, timeline: Timeline) -> None:
        """Count a turn, or take its figures anew when it is told again. One in which nothing was heard counts not."""
        if self.last is None or timeline.turn >= self.last.turn:
            self.last = timeline
        self._groups.add(timeline)

    @property
    def group(self) -> Group | None:
        """The latencies of the pipeline and the model that answered last; None when none of them was heard."""
        return None if self.last is None else self._groups.of(self.last)


def in_words(timeline: Timeline) -> str:
    """The latency of a turn as a sentence, for tooltips and screen readers."""
    shares = timeline.shares
    if shares is None:
        return QCoreApplication.translate("Figures", "Nothing was heard in the last turn.")
    parts = ", ".join(
        f"{share.label} {whole_milliseconds(share.milliseconds)}"
        for share in shares_in_words(shares)
    )
    return QCoreApplication.translate(
        "Figures", "First sound {total} after you finished: {parts}."
    ).format(total=seconds(shares.total), parts=parts)


def point_name(point: Point) -> str:
    """A clock point, for people."""
    translate = QCoreApplication.translate
    names = {
        Point.KEY_DOWN: translate("Figures", "Key pressed"),
        Point.FIRST_SAMPLE: translate("Figures", "First sound recorded"),
        Point.KEY_UP: translate("Figures", "Key released"),
        Point.TAKE_END: translate("Figures", "Recording ended"),
        Point.LAST_APPEND: translate("Figures", "Last sound sent"),
        Point.COMMIT_SENT: translate("Figures", "Question sent"),
        Point.COMMITTED: translate("Figures", "Question received"),
        Point.TRANSCRIBED: translate("Figures", "Question understood"),
        Point.RESPONSE_CREATED: translate("Figures", "Answer begun"),
        Point.FIRST_TEXT: translate("Figures", "First words received"),
        Point.FIRST_UNIT: translate("Figures", "First words given to the voice"),
        Point.FIRST_DELTA: translate("Figures", "First sound received"),
        Point.FIRST_QUEUED: translate("Figures", "First sound handed to the speaker"),
        Point.FIRST_DAC: translate("Figures", "Speaker began"),
        Point.FIRST_AUDIBLE: translate("Figures", "First sound heard"),
        Point.REPLY_DONE: translate("Figures", "Answer complete"),
        Point.LAST_DAC: translate("Figures", "Last sound heard"),
        Point.INTERRUPTED: translate("Figures", "Interrupted"),
        Point.SILENT: translate("Figures", "Silent"),
    }
    return names[point]


def points_table(timeline: Timeline) -> str:
    """All clock points that were reached, in the order of time, as a small table for a tooltip."""
    times = timeline.as_milliseconds()
    reached = sorted(
        ((value, point) for point in Point if (value := times[point.value]) is not None),
        key=lambda pair: pair[0],
    )
    rows = "".join(
        f"<tr><td>{point_name(point)}&nbsp;&nbsp;</td>"
        f"<td align='right'>{whole_milliseconds(value)}</td></tr>"
        for value, point in reached
    )
    return f"<table>{rows}</table>"


@dataclass(frozen=True, slots=True)
class Flow:
    """How far the stages of a running turn are, for people.

    Attributes:
        progress: The latest word from the stages.
        played_ms: Sound of the reply that has been played to the end of a run.
    """

    progress: Progress
    played_ms: float = 0.0

    def parts(self) -> list[tuple[str, str]]:
        """Names and figures, in the order in which a turn goes through the stages."""
        translate = QCoreApplication.translate
        progress = self.progress
        return [
            (translate("Figures", "Recorded"), seconds(progress.recorded_s * 1000.0)),
            (translate("Figures", "Characters written"), _count(progress.characters)),
            (translate("Figures", "Pieces waiting for the voice"), _count(progress.units_waiting)),
            (translate("Figures", "Sound made"), seconds(progress.synthesised_s * 1000.0)),
            (translate("Figures", "Sound played"), seconds(self.played_ms)),
        ]

    def in_words(self) -> str:
        """All figures in one line."""
        return QCoreApplication.translate(
            "Figures",
            "recorded {recorded} · {characters} characters · {waiting} waiting · "
            "{made} of sound made · {played} played",
        ).format(
            recorded=seconds(self.progress.recorded_s * 1000.0),
            characters=_count(self.progress.characters),
            waiting=_count(self.progress.units_waiting),
            made=seconds(self.progress.synthesised_s * 1000.0),
            played=seconds(self.played_ms),
        )

    def table(self) -> str:
        """All figures as a small table for a tooltip."""
        rows = "".join(
            f"<tr><td>{name}&nbsp;&nbsp;</td><td align='right'>{figure}</td></tr>"
            for name, figure in self.parts()
        )
        return f"<table>{rows}</table>"


def _count(number: int) -> str:
    return QLocale().toString(number)
