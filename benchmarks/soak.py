"""What grows, and by how much in an hour, in a talk that does not end: the real window for an hour, and ten thousand turns on a virtual clock.

Both talk in turns with both pipelines, with barge-ins and cancels among them. What is kept of the latest turns, so many
messages, figures and recordings, is filled before anything counts: until then it has to grow.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.application import home
from benchmarks.report import Result
from benchmarks.soak_readings import slope
from tests.support.pulse import VirtualSound
from voicedesk.core.timeline import percentile

PRESSES_AN_HOUR = 360
FILL, QUICK_FILL = 1100, 20
TURNS, QUICK_TURNS = 10_000, 300
QUICK_MINUTES = 1.0
WARM_UP = 1 / 6
"""The share of the presses, or of the turns, that comes before anything counts."""
LONG_ENOUGH = 12
"""Readings below which nothing can be said of growth."""
MOST_MB = 1.0
"""An hour, which is 360 presses."""
FLAT = 1.1
"""The 95th percentile of a third of an hour, some 100 answers, is the sixth slowest of them: from one third to another it
moves by a few percent although nothing has changed. A delay that grows with the turns would show as more than this."""

_COUNTS = {
    "threads": "threads",
    "tasks": "asyncio tasks",
    "descriptors": "open files and sockets",
    "widgets": "Qt's objects",
}

Row = dict[str, Any]


def run(*, quick: bool = False, minutes: float | None = None) -> list[Result]:
    """All rows; with ``quick`` short runs that only show that each can be measured."""
    minutes = minutes or (QUICK_MINUTES if quick else 60.0)
    with home(), VirtualSound():
        fill = QUICK_FILL if quick else FILL
        rows = child("soak_child", round(minutes * 6), fill)
    with home():
        turns = child("soak_virtual", QUICK_TURNS if quick else TURNS)
    return [*window(rows), *virtual(turns)]


def child(module: str, *arguments: int) -> list[Row]:
    """What a process told until its end.

    Raises:
        CalledProcessError: It did not come to its end.
    """
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{module}", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=True,
        env=dict(os.environ),
    )
    rows: list[Row] = [json.loads(line) for line in done.stdout.splitlines() if line]
    assert rows[-1]["kind"] == "end"
    return rows


def window(rows: Sequence[Row]) -> list[Result]:
    """The rows about the real application in real time."""
    began = next(number for number, row in enumerate(rows) if row["kind"] == "turn")
    readings, turns = _split(rows[began:])
    hours = 1 / 3600
    how = f"{len(turns)} presses, one in 10 s, after {began - 1} readings while what is kept filled up"
    return [
        *_memory("window", readings, hours, how),
        *_flat("window", readings, hours),
        Result("soak, window: turns that failed", _failed(turns), "", 0.0),
        *_latency("window", turns, ("mode", "question")),
    ]


def virtual(rows: Sequence[Row]) -> list[Result]:
    """The rows about the turns on the virtual clock."""
    readings, turns = _split(rows)
    hours = 1 / PRESSES_AN_HOUR  # of a turn
    worked = [row["worked"] for row in turns]
    return [
        *_memory("virtual", readings, hours, f"{len(turns)} turns on a virtual clock, one in 10 s"),
        *_flat("virtual", readings, hours),
        Result("soak, virtual: turns that failed", _failed(turns), "", 0.0),
        *_latency("virtual", turns, ("mode",)),
        Result(
            "soak, virtual: processor time of a turn, last third",
            _ratio(worked, statistics.median),
            "x",
            FLAT if len(readings) >= LONG_ENOUGH else None,
            note=f"of that of the first, {statistics.median(worked):.0f} ms",
        ),
    ]


def _split(rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """The readings and the turns that count."""
    readings = [row for row in rows if row["kind"] == "reading"]
    turns = [row for row in rows if row["kind"] == "turn"]
    return readings[round(len(readings) * WARM_UP) :], turns[round(len(turns) * WARM_UP) :]


def _growth(readings: Sequence[Row], name: str, hours: float) -> float | None:
    """How much something grows in an hour; ``hours`` is what one of the readings' unit is in hours."""
    grown = slope([row["at"] * hours for row in readings], [row[name] for row in readings])
    return None if grown is None else round(grown, 6)


def _memory(what: str, readings: Sequence[Row], hours: float, how: str) -> list[Result]:
    bound = MOST_MB if len(readings) >= LONG_ENOUGH else None
    names = {
        "rss": "memory",
        "own": "memory without libraries",
        "helpers": "memory of its helpers",
    }
    if not any(row["helpers"] for row in readings):
        del names["helpers"]
    grown = [
        Result(
            f"soak, {what}: {words}, an hour",
            _growth(readings, name, hours),
            "MB",
            bound,
            note=f"{readings[-1][name]:.0f} MB at the end",
        )
        for name, words in names.items()
    ]
    stored = _growth(readings, "stored", hours)
    return [
        Result(grown[0].name, grown[0].value, "MB", bound, note=f"{grown[0].note}; {how}"),
        *grown[1:],
        Result(f"soak, {what}: database, an hour", stored, "MB"),
    ]


def _flat(what: str, readings: Sequence[Row], hours: float) -> list[Result]:
    bound = 0.0 if len(readings) >= LONG_ENOUGH else None
    return [
        Result(
            f"soak, {what}: {words}, an hour",
            _growth(readings, name, hours),
            "",
            bound,
            note=f"{min(row[name] for row in readings)} to {max(row[name] for row in readings)}",
        )
        for name, words in _COUNTS.items()
        if any(row[name] for row in readings)
    ]


def _failed(turns: Sequence[Row]) -> float:
    return float(sum(bool(row["failure"]) for row in turns))


def _latency(what: str, turns: Sequence[Row], alike: Sequence[str]) -> list[Result]:
    """Latency in the last third beside the first, each turn beside those that are like it: thirds ask different things."""
    heard = [row for row in turns if row["latency"] is not None]
    by_kind: dict[tuple[Any, ...], list[float]] = {}
    for row in heard:
        by_kind.setdefault(tuple(row[name] for name in alike), []).append(row["latency"])
    usual = {kind: statistics.median(values) for kind, values in by_kind.items()}
    beside = [row["latency"] / usual[tuple(row[name] for name in alike)] for row in heard]
    p95 = percentile([row["latency"] for row in heard], 0.95)
    p50 = percentile([row["latency"] for row in heard], 0.5)
    return [
        Result(f"soak, {what}: latency, p50", p50, "ms"),
        Result(f"soak, {what}: latency, p95", p95, "ms"),
        Result(
            f"soak, {what}: p95 of the last third",
            _ratio(beside, lambda values: percentile(values, 0.95)),
            "x",
            FLAT if len(heard) >= 10 * LONG_ENOUGH else None,
            note="of that of the first, each turn beside the usual one for its question and pipeline",
        ),
    ]


def _ratio(values: Sequence[float], of: Callable[[Sequence[float]], float | None]) -> float | None:
    third = len(values) // 3
    if not third:
        return None
    first, last = of(values[:third]), of(values[-third:])
    return None if first is None or last is None else last / first
