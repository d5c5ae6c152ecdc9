"""How figures are printed."""

import json

from benchmarks.report import Result, as_json, as_table

FIGURES = [
    Result("start", 12.345, "ms", 10.0, peer=40.0, note="how"),
    Result("first sound", 355.0, "ms", 360.0, beside={"waiting": 2000.0, "a-long-framework": None}),
    Result("stalls", 0.0, "ms", 0.0, beside={"waiting": 0.0, "a-long-framework": None}),
]


def test_figures_with_the_same_others_share_a_heading() -> None:
    lines = as_table(FIGURES).splitlines()
    assert [line.split()[0] for line in lines] == [
        "figure",
        "start",
        "how",
        "figure",
        "first",
        "stalls",
    ]
    assert lines[0].split() == ["figure", "value", "bound", "sample", "unit"]
    assert lines[1].split() == ["start", "12.3", "10.0", "40.0", "ms", "MISSED"]
    assert lines[3].split() == ["figure", "value", "bound", "waiting", "a-long-framework", "unit"]
    assert lines[4].split() == ["first", "sound", "355.0", "360.0", "2000.0", "-", "ms"]


def test_json_holds_everything() -> None:
    figures = json.loads(as_json(FIGURES))
    assert [figure["holds"] for figure in figures] == [False, True, True]
    assert figures[1]["beside"] == {"waiting": 2000.0, "a-long-framework": None}
