"""The rows of a waterfall, and how quick each pipeline and model is."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conversation.figures.turn_stream import (
    BEGAN,
    KEY_UP,
    answered,
    called,
    timeline,
    turn_of,
)
from voicedesk.conversation.figures.groups import KEPT, Groups
from voicedesk.conversation.figures.turn_figures import TurnFigures
from voicedesk.conversation.figures.waterfall import Row, Step, rows
from voicedesk.core.events import Waiting
from voicedesk.core.timeline import Point, Timeline


def told(found: Iterable[Row]) -> list[tuple[str, int, int]]:
    return [(row.step.value, round(row.start), round(row.end)) for row in found]


def test_a_realtime_turn_step_by_step() -> None:
    line = timeline(
        take_end=200,
        commit_sent=204,
        committed=240,
        response_created=300,
        first_text=640,
        first_delta=600,
        first_queued=660,
        first_dac=690,
        first_audible=700,
        reply_done=2000,
    )
    assert told(rows(turn_of(line=line))) == [
        ("tail", 0, 200),
        ("ours", 200, 204),
        ("received", 204, 240),
        ("begun", 240, 300),
        ("sound", 300, 600),
        ("buffer", 600, 660),
        ("device", 660, 690),
        ("silence", 690, 700),
    ]


def test_the_stages_of_the_chain_are_rows_of_their_own() -> None:
    line = timeline(
        "classic",
        take_end=200,
        commit_sent=200,
        transcribed=400,
        first_text=700,
        first_unit=800,
        first_delta=900,
        first_queued=900,
        first_dac=930,
        first_audible=930,
    )
    assert told(rows(turn_of(line=line))) == [
        ("tail", 0, 200),
        ("understood", 200, 400),
        ("words", 400, 700),
        ("unit", 700, 800),
        ("sound", 800, 900),
        ("device", 900, 930),
    ]


def test_what_went_on_beside_stands_below_and_ends_with_the_latency() -> None:
    waiting = Waiting(turn=1, at=KEY_UP + 0.1, server="S", seconds=0.2)
    turn = turn_of(called(400), answered(900), waiting, line=timeline(first_audible=500))
    assert told(rows(turn)) == [("silence", 0, 500), ("tool", 400, 500), ("wait", 100, 300)]


def test_a_turn_that_was_not_heard_has_no_rows() -> None:
    assert rows(turn_of(line=timeline(take_end=200))) == []


POINTS = st.dictionaries(
    st.sampled_from([point for point in Point if point is not Point.KEY_UP]),
    st.floats(-2000.0, 9000.0),
)


@given(POINTS, st.floats(1.0, 9000.0))
def test_whatever_was_reached_when_the_rows_follow_each_other_and_add_up(
    points: dict[Point, float], latency: float
) -> None:
    line = Timeline(1, points={p: KEY_UP + at / 1000.0 for p, at in points.items()})
    line.points |= {Point.KEY_UP: KEY_UP, Point.FIRST_AUDIBLE: KEY_UP + latency / 1000.0}
    found = rows(TurnFigures(1, BEGAN, (), line))
    at = 0.0
    for row in found:
        assert row.start == pytest.approx(at, abs=1e-6)
        assert row.length >= 0.5
        at = row.end
    assert at <= latency + 1e-6
    assert latency - at < 0.5 * len(Step)
    for name in ("tail", "ours", "server", "buffer", "device", "silence"):
        spent = sum(row.length for row in found if row.share == name)
        assert line.shares is not None
        assert spent == pytest.approx(getattr(line.shares, name), abs=0.5 * len(Step))


# ----------------------------------------------------------------------------------------- groups


def line_of(turn: int, latency: float, model: str = "a", mode: str = "realtime") -> Timeline:
    result = timeline(mode, turn, first_audible=latency)
    result.model = model
    return result


def test_each_pipeline_and_model_has_percentiles_of_its_own() -> None:
    groups = Groups()
    for turn in range(1, 12):
        groups.add(line_of(turn, turn * 100))
    groups.add(line_of(12, 5000, "b"))
    groups.add(line_of(13, 40, "a", "classic"))
    assert [(g.mode, g.model, g.count) for g in groups] == [
        ("realtime", "a", 11),
        ("realtime", "b", 1),
        ("classic", "a", 1),
    ]
    group = groups.of(line_of(14, 1))
    assert group is not None
    assert group.median == pytest.approx(600)
    assert group.p95 == pytest.approx(1050)
    assert group.recent(3) == pytest.approx([900, 1000, 1100])


def test_a_turn_that_is_told_again_counts_once_and_one_unheard_not_at_all() -> None:
    groups = Groups()
    groups.add(line_of(1, 100))
    groups.add(line_of(1, 300))
    groups.add(timeline(turn=2, take_end=1))
    (group,) = groups
    assert group.count == 1
    assert group.median == pytest.approx(300)


def test_groups_stay_bounded() -> None:
    groups = Groups()
    for turn in range(KEPT + 50):
        groups.add(line_of(turn, turn))
    (group,) = groups
    assert group.count == KEPT
    assert group.recent(1) == pytest.approx([KEPT + 49])
    for turn in range(80):
        groups.add(line_of(turn, 9, f"model-{turn}"))
    assert len(groups) == 50
