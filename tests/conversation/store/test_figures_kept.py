"""The figures of a turn on disk and back: the same as they were live, and honest about what was never kept."""

import contextlib
import json
import math
import sqlite3
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conversation.figures.turn_stream import (
    answered,
    called,
    ended,
    sound,
    sounded,
    state,
    timeline,
    turn_of,
)
from voicedesk.conversation.figures.causes import Why, causes
from voicedesk.conversation.figures.export import as_data
from voicedesk.conversation.figures.prices import Cost
from voicedesk.conversation.figures.stages import Role, Stage
from voicedesk.conversation.figures.turn_figures import DeviceCounts, Lack, TurnFigures
from voicedesk.conversation.figures.waterfall import rows
from voicedesk.conversation.store import figures_kept, schema
from voicedesk.conversation.store.figures_kept import KeptFigures, as_kept, of_turn
from voicedesk.conversation.store.model import Outcome, Turn
from voicedesk.conversation.store.store import Store
from voicedesk.core.events import Underran, Waiting
from voicedesk.core.timeline import Point
from voicedesk.core.turn import State

STAGES = (
    Stage(Role.TRANSCRIPTION, "ears", "https://user:secret@example.com/v1"),
    Stage(Role.THINKING, "head", is_local=True),
    Stage(Role.SPEECH, "", is_local=True),
)


@pytest.fixture
def live() -> TurnFigures:
    """A turn in which much happened."""
    result = turn_of(
        state(State.LISTENING),
        Waiting(turn=1, at=100.1, server="Server", seconds=0.4),
        called(600),
        answered(1100),
        sound(1500, 200),
        Underran(turn=1, at=102.0, wanted_at=101.7),
        sounded(1900),
        ended(usage={"input_tokens": 4}),
        line=timeline(
            "classic",
            key_down=-1200,
            take_end=200,
            commit_sent=204,
            transcribed=500,
            first_unit=1300,
            first_delta=1500,
            first_queued=1520,
            first_dac=1550,
            first_audible=1600,
        ),
        stages=STAGES,
    )
    result.counters.devices = DeviceCounts(late_blocks=2)
    result.heard_usage = {"seconds": 2}
    result.characters = 40
    result.cost = Cost(Decimal("0.0123"), 4, 5, ("head",), ())
    return result


def kept(turn: TurnFigures, **more: Any) -> Turn:
    """The turn as it is on disk."""
    fields: dict[str, Any] = {
        "outcome": Outcome.ANSWERED,
        "mode": turn.timeline.mode,
        "model": turn.timeline.model,
        "heard_ms": turn.reply_ms,
        "reply_ms": turn.reply_ms,
        "usage": turn.usage,
        "timeline": turn.timeline.as_milliseconds(),
        "figures": json.loads(json.dumps(as_kept(turn))),
    }
    return Turn("t", turn.began.timestamp(), **(fields | more))


def without(data: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name not in names}


def test_what_comes_back_is_what_was_live(live: TurnFigures) -> None:
    back = of_turn(-3, kept(live))
    assert as_data(back) == as_data(live) | {
        "turn": -3,
        "began": back.began.isoformat(timespec="milliseconds"),
    }
    assert back.began == live.began
    assert [row.step for row in rows(back)] == [row.step for row in rows(live)]
    assert [row.length for row in rows(back)] == pytest.approx([r.length for r in rows(live)])
    assert [cause.why for cause in causes(back)] == [cause.why for cause in causes(live)]
    assert (back.usage, back.heard_usage, back.characters) == (
        live.usage,
        live.heard_usage,
        live.characters,
    )
    assert back.is_over
    assert back.lacks == frozenset()


def test_no_address_of_a_server_is_kept(live: TurnFigures) -> None:
    assert "secret" not in json.dumps(as_kept(live))
    assert [stage.base_url for stage in of_turn(-1, kept(live)).stages] == ["", "", ""]


def test_a_row_of_an_earlier_version_says_what_it_lacks(live: TurnFigures) -> None:
    old = of_turn(-1, kept(live, figures={}))
    assert old.lacks == {Lack.COUNTERS, Lack.COST}
    assert old.timeline.latency_ms == pytest.approx(1600)
    timeless = of_turn(-1, kept(live, figures={}, timeline={"key_up": 0.0}))
    assert timeless.lacks == {Lack.TIMES, Lack.COUNTERS, Lack.COST}
    assert Why.NOTHING_HEARD not in [cause.why for cause in causes(timeless)]


def test_a_turn_that_failed_has_no_cost_to_lack(live: TurnFigures) -> None:
    live.cost = None
    assert of_turn(-1, kept(live, error="It failed.")).lacks == frozenset()
    assert of_turn(-1, kept(live, error="It failed.")).failure == "It failed."


def test_a_cut_is_known_by_either_sign(live: TurnFigures) -> None:
    assert not of_turn(-1, kept(live)).is_cut
    assert of_turn(-1, kept(live, outcome=Outcome.INTERRUPTED)).is_cut
    live.is_cut = True
    assert of_turn(-1, kept(live)).is_cut


def test_of_a_turn_without_points_nothing_is_kept() -> None:
    silent = turn_of(line=timeline())
    silent.timeline.points.clear()
    assert as_kept(silent) == as_kept(None) == {}


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=8,
)
names = ["counters", "stages", "spans", "cost", "cut", "heard_usage", "characters"]


@given(
    figures=st.dictionaries(st.sampled_from(names), anything),
    points=st.dictionaries(st.sampled_from([p.value for p in Point] + ["new"]), anything),
)
def test_what_makes_no_sense_counts_as_not_kept(
    figures: dict[str, Any], points: dict[str, Any]
) -> None:
    turn = of_turn(-1, Turn("t", 1.0, timeline=points, figures=figures))
    assert all(math.isfinite(at) for at in turn.timeline.points.values())
    json.dumps(as_data(turn), allow_nan=False)
    rows(turn)


@given(counters=st.dictionaries(st.sampled_from(["underruns", "gap_ms", "devices"]), anything))
def test_counters_are_numbers_whatever_is_kept(counters: dict[str, Any]) -> None:
    turn = of_turn(-1, Turn("t", 1.0, figures={"counters": counters}))
    assert Lack.COUNTERS not in turn.lacks
    assert isinstance(turn.counters.underruns, int)
    assert isinstance(turn.counters.devices, DeviceCounts)


def test_of_a_long_conversation_what_is_asked_for_is_read(
    live: TurnFigures, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []

    def reading(number: int, turn: Turn) -> TurnFigures:
        read.append(number)
        return of_turn(number, turn)

    monkeypatch.setattr(figures_kept, "of_turn", reading)
    monkeypatch.setattr(figures_kept, "MOST_KNOWN", 5)
    known = KeptFigures([kept(live)] * 9)
    assert list(known) == [-5, -4, -3, -2, -1]
    assert read == []
    assert known[-2] is known[-2]
    assert known[-2].turn == -2
    assert read == [-2]
    assert [known.get(number) for number in (-6, 0, 1)] == [None, None, None]


async def test_a_file_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(tmp_path / "history.db")) as connection:
        schema.STEPS[0](connection)
        connection.execute("INSERT INTO conversations VALUES (1, 'c', 'One', 0, 1.0, 2.0)")
        connection.execute(
            "INSERT INTO turns VALUES ('t', 'c', 1.0, 'answered', 'realtime', 'OpenAI', 'm', 0, "
            """20.0, 20.0, NULL, '{"key_up": 0.0, "first_audible": 620.5}', NULL)"""
        )
        connection.execute("PRAGMA user_version = 1")
        connection.commit()
    store = Store(tmp_path)
    (turn,) = await store.history.turns("c")
    assert (turn.timeline["first_audible"], turn.figures, turn.error) == (620.5, {}, "")
    figures = of_turn(-1, turn)
    assert figures.timeline.latency_ms == pytest.approx(620.5)
    assert figures.lacks == {Lack.COUNTERS, Lack.COST}
    await store.close()
