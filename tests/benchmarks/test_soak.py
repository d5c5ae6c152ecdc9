"""The soak that scripts/bench measures, for a moment: each row has a figure, no turn fails, and growth is seen."""

from __future__ import annotations

import math
import random

import pytest

from benchmarks import soak
from benchmarks.application import home
from benchmarks.soak_readings import slope
from tests.support.pulse import VirtualSound


def reading(at: float, **values: float) -> soak.Row:
    names = ("rss", "own", "helpers", "threads", "tasks", "descriptors", "widgets", "stored")
    return {"kind": "reading", "at": at, **dict.fromkeys(names, 5), **values}


def turn(at: float, latency: float | None, *, question: int = 0, failure: str = "") -> soak.Row:
    row: soak.Row = {"kind": "turn", "at": at, "mode": "realtime", "question": question}
    return {**row, "latency": latency, "failure": failure, "worked": 10.0}


@pytest.mark.sound
def test_each_row_about_the_window_has_a_figure(pulse: VirtualSound) -> None:
    del pulse
    with home():
        results = soak.window(soak.child("soak_child", 3, 10))
    assert [result.name for result in results if result.value is None] == []
    assert [result.name for result in results if result.holds is False] == []
    (failed,) = (result for result in results if "failed" in result.name)
    assert (failed.value, failed.bound) == (0.0, 0.0)


def test_each_row_about_turns_on_the_virtual_clock_has_a_figure() -> None:
    with home():
        results = soak.virtual(soak.child("soak_virtual", 200))
    assert [result.name for result in results if result.value is None] == []
    assert [result.name for result in results if result.holds is False] == []


@pytest.mark.parametrize("growth", [0.0, 0.9, 1.1])
def test_growth_is_seen_through_readings_that_stray(growth: float) -> None:
    chance = random.Random(3)
    rows = [turn(0.0, 300.0)]
    for number in range(180):
        at = 20.0 * number
        size = 200.0 + growth * at / 3600.0 + chance.uniform(-0.1, 0.1) + 8.0 * (number % 9 == 0)
        rows.append(reading(at, rss=size, tasks=5 + number // 12 % 2, threads=20 + number // 60))
    results = {result.name: result for result in soak.window(rows)}
    memory = results["soak, window: memory, an hour"]
    assert memory.value == pytest.approx(growth, abs=0.1)
    assert memory.holds is (growth <= 1.0)
    assert results["soak, window: asyncio tasks, an hour"].holds is True
    assert results["soak, window: threads, an hour"].holds is False


def test_latency_is_held_against_that_of_like_turns() -> None:
    def p95(rows: list[soak.Row]) -> float | None:
        (result,) = (r for r in soak.window([*rows, reading(0.0)]) if "last third" in r.name)
        return result.value

    slow = [turn(n, 900.0, question=1) for n in range(100)]
    quick = [turn(n, 300.0, question=2) for n in range(100)]
    assert p95([*quick, *slow]) == pytest.approx(1.0)  # other questions, not other times
    growing = [turn(n, 300.0 + n) for n in range(360)]
    later = p95(growing)
    assert later is not None
    assert later > soak.FLAT


def test_a_turn_that_failed_is_counted() -> None:
    rows = [reading(0.0), *(turn(n, None, failure="No" * (n > 90)) for n in range(100))]
    (result,) = (r for r in soak.window([*rows, reading(1.0)]) if "failed" in r.name)
    assert (result.value, result.holds) == (9.0, False)


def test_the_slope_is_the_middle_one_of_all_pairs() -> None:
    assert slope([], []) is None
    assert slope([1.0], [5.0]) is None
    assert slope([0.0, 1.0, 3.0], [1.0, 3.0, 7.0]) == pytest.approx(2.0)
    found = slope([float(n) for n in range(50)], [2.0 * n + 1e6 * (n == 7) for n in range(50)])
    assert found is not None
    assert math.isclose(found, 2.0)
