"""The figures as files: whole, readable by machines, and without a word of what was said."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from pathlib import Path

import pytest

from tests.conversation.figures.turn_stream import ended, key, sound, state, timeline, turn_of
from voicedesk.conversation.figures.export import FiguresExportError, to_csv, to_json, write
from voicedesk.conversation.figures.prices import Cost
from voicedesk.conversation.figures.turn_figures import TurnFigures
from voicedesk.core.events import TextDelta, UserText
from voicedesk.core.turn import State


@pytest.fixture
def turn() -> TurnFigures:
    line = timeline(take_end=200, commit_sent=204, first_delta=700, first_audible=730.5)
    line.model = "=HYPERLINK()"
    result = turn_of(
        state(State.LISTENING),
        UserText(turn=1, at=0.0, text="a secret question", final=True),
        TextDelta(turn=1, at=0.0, key=key(), text="a secret answer"),
        sound(700, 100),
        ended(),
        line=line,
    )
    result.cost = Cost(Decimal("0.0012"), 40, 6)
    return result


def test_json_has_everything_but_words(turn: TurnFigures) -> None:
    text = to_json([turn, turn])
    document = json.loads(text)
    assert (document["format"], document["version"]) == ("voicedesk-figures", 1)
    first = document["turns"][0]
    assert first["latency_ms"] == pytest.approx(730.5)
    assert first["shares_ms"]["server"] == pytest.approx(496)
    assert first["points_ms"]["commit_sent"] == pytest.approx(204)
    assert first["points_ms"]["interrupted"] is None
    assert first["counters"]["devices"] == {"late_blocks": 0, "lost_blocks": 0}
    assert (first["estimated_usd"], first["input_tokens"]) == ("0.0012", 40)
    assert "secret" not in text


def test_csv_has_a_row_for_each_turn_and_no_formula(turn: TurnFigures) -> None:
    silent = turn_of(line=timeline(take_end=1))
    rows = list(csv.DictReader(io.StringIO(to_csv([turn, silent]))))
    assert [row["turn"] for row in rows] == ["1", "1"]
    assert rows[0]["model"] == "'=HYPERLINK()"
    assert float(rows[0]["shares_ms.server"]) == pytest.approx(496)
    assert rows[0]["counters.devices.late_blocks"] == "0"
    assert rows[1]["latency_ms"] == rows[1]["estimated_usd"] == ""
    assert rows[1]["causes"] == "nothing heard"


def test_no_turns_are_an_empty_table() -> None:
    assert to_csv([]) == ""
    assert json.loads(to_json([]))["turns"] == []


def test_files_are_written_or_the_reason_is_told(turn: TurnFigures, tmp_path: Path) -> None:
    write([turn], "csv", tmp_path / "figures.csv")
    assert (tmp_path / "figures.csv").read_bytes().count(b"\r\n") == 2
    write([turn], "json", tmp_path / "figures.json")
    assert json.loads((tmp_path / "figures.json").read_text("utf-8"))["turns"]
    with pytest.raises(FiguresExportError) as failed:
        write([turn], "csv", tmp_path / "none" / "figures.csv")
    assert str(tmp_path) in str(failed.value)
