"""The latency strip: the figures it shows and how it finds room for them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QLocale
from PySide6.QtGui import QFont, QFontMetricsF
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from tests.ui.fake_control import FakeControl, timeline_of
from tests.ui.finding import by_name
from voicedesk.core.events import AudioKey, Heard, Progress, Sounded, TurnTimed
from voicedesk.core.settings import Appearance
from voicedesk.core.timeline import Point, Timeline
from voicedesk.ui.figures import SessionFigures, in_words, points_table, shares_in_words
from voicedesk.ui.latency_strip import LatencyStrip, Waterfall
from voicedesk.ui.latency_views import Sparkline
from voicedesk.ui.looks import Looks
from voicedesk.ui.main_window import MainWindow


@pytest.fixture(autouse=True)
def _english() -> Any:
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom))
    yield
    QLocale.setDefault(before)


@pytest.fixture
def strip(qtbot: QtBot) -> LatencyStrip:
    result = LatencyStrip()
    qtbot.addWidget(result)
    result.resize(700, 40)
    result.show()
    return result


def latency(strip: LatencyStrip) -> QLabel:
    return by_name(strip, "Latency of the last answer", QLabel)


def session(strip: LatencyStrip) -> QLabel:
    return by_name(strip, "Latency in this session", QLabel)


def waterfall(strip: LatencyStrip) -> Waterfall:
    return by_name(strip, "Where the time went", Waterfall)


def test_before_the_first_turn_it_says_what_will_be_there(strip: LatencyStrip) -> None:
    assert latency(strip).text() == ""
    assert not session(strip).isVisible()
    assert "will show here" in waterfall(strip).accessibleDescription()


def test_a_turn_is_shown_in_figures_and_in_words(strip: LatencyStrip) -> None:
    strip.add(timeline_of(1, tail=200, ours=4, server=530, buffer=60, device=28, silence=0))
    assert latency(strip).text() == "0.82 s"
    assert latency(strip).accessibleDescription() == (
        "First sound 0.82 s after you finished: after release 200 ms, ours 4 ms, "
        "network and server 530 ms, buffer 60 ms, device 28 ms."
    )
    assert session(strip).isVisible()


def test_the_tooltip_has_every_clock_point(strip: LatencyStrip) -> None:
    timeline = timeline_of(1)
    strip.add(timeline)
    tooltip = waterfall(strip).toolTip()
    assert tooltip.index("Key pressed") < tooltip.index("Key released")
    assert tooltip.index("Question sent") < tooltip.index("First sound heard")
    assert tooltip.count("<tr>") == len(timeline.points)


def test_every_point_has_a_name() -> None:
    timeline = Timeline(1)
    for number, point in enumerate(Point):
        timeline.mark(point, float(number))
    assert points_table(timeline).count("<tr>") == len(Point)


def test_median_and_p95_of_the_session(strip: LatencyStrip) -> None:
    for turn in range(1, 12):
        strip.add(
            timeline_of(turn, tail=0, ours=0, server=turn * 100, buffer=0, device=0, silence=0)
        )
    assert session(strip).text() == "usually 0.60 s, slow answers 1.05 s"
    in_full = (
        "Of 11 answers of this model half came within 600 ms (p50) "
        "and 19 of 20 within 1,050 ms (p95)."
    )
    assert session(strip).accessibleDescription() == session(strip).toolTip() == in_full


def test_the_first_answer_and_a_narrow_strip_say_what_is_usual_alone(strip: LatencyStrip) -> None:
    strip.resize(2000, 40)
    strip.add(timeline_of(1))
    assert session(strip).text() == "usually 0.83 s"
    strip.add(timeline_of(2))
    assert session(strip).text() == "usually 0.83 s, slow answers 0.83 s"
    strip.resize(300, 40)
    assert session(strip).text() == "usually 0.83 s"
    assert "(p95)" in session(strip).toolTip()


def test_the_line_gives_way_where_there_is_little_room(strip: LatencyStrip) -> None:
    (line,) = strip.findChildren(Sparkline)
    strip.resize(2000, 40)
    strip.add(timeline_of(1))
    assert not line.isVisible()
    strip.add(timeline_of(2))
    assert line.isVisible()
    strip.resize(300, 40)
    assert not line.isVisible()


def test_a_turn_that_is_told_twice_counts_once() -> None:
    figures = SessionFigures()
    timeline = timeline_of(1)
    figures.add(timeline)
    figures.add(timeline)
    assert figures.group is not None
    assert figures.group.count == 1


def test_a_late_word_of_an_older_turn_does_not_replace_the_last() -> None:
    figures = SessionFigures()
    figures.add(timeline_of(2))
    figures.add(timeline_of(1))
    assert figures.last is not None
    assert figures.last.turn == 2
    assert figures.group is not None
    assert figures.group.count == 2


def test_a_turn_in_which_nothing_was_heard(strip: LatencyStrip) -> None:
    strip.add(timeline_of(1))
    silent = Timeline(2, mode="realtime", model="gpt-realtime-2.1", points={Point.KEY_UP: 1.0})
    strip.add(silent)
    assert latency(strip).text() == ""
    assert waterfall(strip).accessibleDescription() == (
        f"Nothing was heard in the last turn. {session(strip).accessibleDescription()}"
    )
    assert strip.figures.group is not None
    assert strip.figures.group.count == 1


def test_the_session_stays_bounded() -> None:
    figures = SessionFigures()
    for turn in range(1, 1201):
        figures.add(timeline_of(turn))
    assert figures.group is not None
    assert figures.group.count == 1000


def test_shares_that_took_no_time_are_left_out() -> None:
    shares = timeline_of(1, tail=0, buffer=0, silence=0.2).shares
    assert shares is not None
    assert [share.name for share in shares_in_words(shares)] == ["ours", "server", "device"]


PARTS = st.floats(0.0, 5000.0)


@given(st.tuples(PARTS, PARTS, PARTS, PARTS, PARTS, PARTS), st.floats(60.0, 2000.0))
def test_the_parts_fill_the_bar_and_each_can_be_seen(
    qapp: object, parts: tuple[float, ...], room: float
) -> None:
    names = ("tail", "ours", "server", "buffer", "device", "silence")
    timeline = timeline_of(1, **dict(zip(names, parts, strict=True)))
    assert timeline.shares is not None
    shares = shares_in_words(timeline.shares)
    bar = Waterfall()
    bar.show_shares(shares)
    metrics = QFontMetricsF(bar.font())
    widths = bar._widths(room, metrics)
    assert len(widths) == len(shares)
    if shares:
        assert sum(widths) == pytest.approx(room)
        assert min(widths) > 3.0
        assert in_words(timeline).endswith(".")
    for share, width in zip(shares, widths, strict=True):
        for line in bar._label(share, width, metrics):
            assert metrics.horizontalAdvance(line) <= width
    bar.deleteLater()


@pytest.mark.parametrize("language", ["en", "de"])
def test_in_the_narrowest_window_each_figure_has_its_name(
    window: MainWindow, control: FakeControl, looks: Looks, language: str
) -> None:
    looks.apply(Appearance(language=language))
    window.rebuild()
    timeline = timeline_of(1, tail=200, ours=4, server=530, buffer=60, device=28, silence=10)
    control.timed(timeline)
    window.resize(window.minimumSize())
    QApplication.processEvents()
    bar = window.strip.bar
    assert timeline.shares is not None
    shares = shares_in_words(timeline.shares)
    font = QFont(bar.font())
    font.setPointSizeF(font.pointSizeF() * 0.85)
    metrics = QFontMetricsF(font)
    for share, width in zip(shares, bar._widths(bar.width(), metrics), strict=True):
        assert bar._label(share, width, metrics)[0] in {share.short, share.label}
    lines = 2 * metrics.lineSpacing()
    assert bar.height() >= lines


def test_where_there_is_no_room_the_names_of_the_shortest_parts_go_first(qtbot: QtBot) -> None:
    shares = timeline_of(1, tail=200, ours=4, server=530, buffer=60, device=28, silence=10).shares
    assert shares is not None
    bar = Waterfall()
    qtbot.addWidget(bar)
    parts = shares_in_words(shares)
    bar.show_shares(parts)
    metrics = QFontMetricsF(bar.font())
    widths = bar._widths(220.0, metrics)
    named = [
        share.name
        for share, width in zip(parts, widths, strict=True)
        if len(bar._label(share, width, metrics)) == 2
    ]
    assert {"server", "tail"} <= set(named)
    assert len(named) < len(parts)


# ------------------------------------------------------------------------------- the classic chain


def progress(turn: int, *, waiting: int = 0) -> Progress:
    return Progress(
        turn=turn, at=0.0, recorded_s=1.5, characters=1200, units_waiting=waiting, synthesised_s=2.0
    )


def played(turn: int, unit: int, heard_ms: float) -> Sounded:
    key = AudioKey(turn, "sound", "round-0", unit)
    return Sounded(turn=turn, at=0.0, heard=Heard(key, heard_ms, heard_ms, finished=True))


def test_a_running_turn_shows_its_stages_and_then_its_latency(strip: LatencyStrip) -> None:
    strip.add(timeline_of(1))
    strip.on_event(progress(2, waiting=3))
    assert waterfall(strip).accessibleDescription() == (
        "recorded 1.50 s · 1,200 characters · 3 waiting · 2.00 s of sound made · 0.00 s played"
    )
    assert not latency(strip).isVisible()
    strip.on_event(played(2, 0, 400.0))
    strip.on_event(played(2, 1, 350.0))
    strip.on_event(played(2, 1, 350.0))
    assert waterfall(strip).accessibleDescription().endswith("0.75 s played")
    strip.on_event(TurnTimed(turn=2, at=0.0, timeline=timeline_of(2)))
    assert latency(strip).isVisible()
    assert "Sound played" in waterfall(strip).toolTip()
    assert "0.75 s" in waterfall(strip).toolTip()


def test_what_an_older_turn_played_does_not_count(strip: LatencyStrip) -> None:
    strip.on_event(progress(1))
    strip.on_event(played(1, 0, 400.0))
    strip.on_event(progress(2))
    strip.on_event(played(1, 1, 400.0))
    assert waterfall(strip).accessibleDescription().endswith("0.00 s played")


def test_a_turn_without_stages_forgets_those_of_the_last(strip: LatencyStrip) -> None:
    strip.on_event(progress(1))
    strip.on_event(TurnTimed(turn=1, at=0.0, timeline=timeline_of(1)))
    strip.on_event(TurnTimed(turn=2, at=0.0, timeline=timeline_of(2)))
    assert "Sound played" not in waterfall(strip).toolTip()


def test_sound_of_a_pipeline_without_stages_changes_nothing(strip: LatencyStrip) -> None:
    before = waterfall(strip).toolTip()
    strip.on_event(played(1, 0, 400.0))
    assert waterfall(strip).toolTip() == before
