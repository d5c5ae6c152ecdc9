"""The window of the figures: one answer, all answers, the ways to it and from it."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import shiboken6
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QFileDialog,
    QLabel,
    QPushButton,
    QTableWidget,
    QTabWidget,
    QToolButton,
)
from pytestqt.qtbot import QtBot

from tests.ui.fake_control import FakeControl, timeline_of
from tests.ui.finding import by_name, opened
from tests.ui.test_accessibility import clipped, unnamed
from voicedesk.conversation.figures.causes import Cause, Why
from voicedesk.conversation.figures.prices import Cost
from voicedesk.conversation.figures.spending import Spent
from voicedesk.conversation.figures.turn_figures import (
    DeviceCounts,
    Span,
    SpanKind,
    TurnFigures,
)
from voicedesk.conversation.figures.turns import Figures
from voicedesk.conversation.figures.waterfall import Step
from voicedesk.conversation.store.figures_kept import of_turn
from voicedesk.conversation.store.model import Outcome, Turn
from voicedesk.core.dialogue import Message, Role
from voicedesk.core.events import ConversationOpened, Underran
from voicedesk.core.settings import Settings
from voicedesk.core.timeline import Point, Timeline
from voicedesk.ui import theme
from voicedesk.ui.conversation_entries import Kind
from voicedesk.ui.latency_dialog import LatencyDialog
from voicedesk.ui.latency_strip import Waterfall
from voicedesk.ui.latency_turn import page_of
from voicedesk.ui.latency_views import Sparkline, WaterfallView
from voicedesk.ui.latency_words import (
    cause_sentence,
    cost_sentence,
    day_sentence,
    latency_sentence,
    money,
    step_name,
)
from voicedesk.ui.main_window import MainWindow
from voicedesk.ui.settings_dialog import SettingsDialog


@pytest.fixture(autouse=True)
def _english() -> Any:
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom))
    yield
    QLocale.setDefault(before)


def a_turn(control: FakeControl, **milliseconds: float) -> Timeline:
    """A whole turn with these shares."""
    control.turn_of("One", "Two")
    timeline = timeline_of(control.turn, **milliseconds)
    control.timed(timeline)
    return timeline


def figures_of(window: MainWindow) -> Figures:
    return window.latency._figures


def open_dialog(window: MainWindow, turn: int = 0) -> LatencyDialog:
    window.latency.open(turn)
    dialog = opened(window, LatencyDialog)
    QApplication.processEvents()
    return dialog


def texts(dialog: LatencyDialog) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(QLabel) if label.isVisible())


# ------------------------------------------------------------------------------------ the ways


def test_before_the_first_answer_it_says_what_will_be_there(window: MainWindow) -> None:
    dialog = open_dialog(window)
    assert "Ask something first" in texts(dialog)
    assert not by_name(dialog, "Save as CSV…", QPushButton).isEnabled()
    assert not by_name(window, "Where the time went", Waterfall).isEnabled()


def test_a_click_on_the_bar_or_beside_it_leads_to_the_last_answer(
    window: MainWindow, control: FakeControl
) -> None:
    a_turn(control, tail=200, ours=4, server=1000, buffer=60, device=28, silence=8)
    QTest.mouseClick(by_name(window, "Where the time went", Waterfall), Qt.MouseButton.LeftButton)
    dialog = opened(window, LatencyDialog)
    assert dialog.isVisible()
    assert "1.30 s, of which the server 1.00 s" in texts(dialog)
    dialog.close()
    label = by_name(window, "Latency of the last answer", QLabel)
    QTest.mouseClick(label, Qt.MouseButton.LeftButton)
    assert dialog.isVisible()


def test_the_bar_is_reached_by_tab_and_opened_by_the_space_bar(
    window: MainWindow, control: FakeControl
) -> None:
    a_turn(control)
    window.question.setFocus()
    QTest.keyClick(window.question, Qt.Key.Key_Tab)
    bar = by_name(window, "Where the time went", Waterfall)
    assert QApplication.focusWidget() is bar
    before = list(control.calls)
    QTest.keyClick(bar, Qt.Key.Key_Space)
    assert opened(window, LatencyDialog).isVisible()
    assert control.calls == before


def test_a_message_leads_to_its_own_answer(window: MainWindow, control: FakeControl) -> None:
    first = a_turn(control, server=300)
    a_turn(control, server=900)
    (action,) = [each for each in window.transcript.tools.actions if each.icon == "latency"]
    entries = [entry for entry in window.transcript.log.entries if entry.turn == first.turn]
    assert all(action.is_possible(entry) for entry in entries)
    action.run(entries[-1])
    dialog = opened(window, LatencyDialog)
    assert latency_sentence(first) in texts(dialog)


def test_the_menu_and_its_keys_lead_there(window: MainWindow, qtbot: QtBot) -> None:
    QTest.keyClick(window, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    assert opened(window, LatencyDialog).isVisible()


def test_nothing_is_watched_after_the_window(window: MainWindow, control: FakeControl) -> None:
    dialog = open_dialog(window)
    window.close()
    assert not dialog.isVisible()
    assert not control.is_observed


def test_a_window_made_anew_lets_go_of_the_old_figures(
    qtbot: QtBot, window: MainWindow, control: FakeControl
) -> None:
    a_turn(control)
    dialog = open_dialog(window)
    window.rebuild()
    qtbot.waitUntil(lambda: not shiboken6.isValid(dialog))
    a_turn(control)
    assert "0.83 s, of which" in texts(open_dialog(window))


# ------------------------------------------------------------------------------------ one answer


def test_the_steps_are_told_in_words(window: MainWindow, control: FakeControl) -> None:
    timeline = a_turn(control, tail=200, ours=4, server=530, buffer=60, device=28, silence=10)
    timeline.points[Point.COMMITTED] = timeline.points[Point.COMMIT_SENT] + 0.03
    dialog = open_dialog(window)
    view = by_name(dialog, "Steps of this answer", WaterfallView)
    assert view.accessibleDescription() == (
        "Recording after release 200 ms, This computer 4 ms, Server receives the question 30 ms, "
        "First sound is made 500 ms, Buffer against gaps 60 ms, Sound device 28 ms, "
        "Silence in the answer 10 ms"
    )


def test_a_slow_answer_says_why_and_leads_to_the_setting(
    qtbot: QtBot, window: MainWindow, control: FakeControl
) -> None:
    a_turn(control, tail=500, server=400)
    dialog = open_dialog(window)
    assert "Recording went on for 500 ms after you let go." in texts(dialog)
    link = by_name(dialog, "Settings: Keep recording after release", QPushButton)
    link.setFocus()
    dialog._refresh()
    assert QApplication.focusWidget() is link, "what is shown anew leaves the keyboard where it is"
    QTest.keyClick(link, Qt.Key.Key_Space)
    settings = opened(window, SettingsDialog)
    assert settings.here == page_of("talk.tail_ms")
    qtbot.waitUntil(settings.isActiveWindow)
    focus = QApplication.focusWidget()
    assert focus is not None
    assert focus.accessibleName().startswith("Keep recording after release")


def test_a_setting_that_means_nothing_now_is_reached_by_the_one_that_decides(
    window: MainWindow,
) -> None:
    window.show_settings(Settings(mode="classic"))
    window.latency.settings_wanted.emit(page_of("realtime.model"), "realtime.model")
    assert opened(window, SettingsDialog).here == "pipeline"


def test_a_good_answer_says_so(window: MainWindow, control: FakeControl) -> None:
    a_turn(control, server=200)
    assert "nothing held it up" in texts(open_dialog(window))


def test_gaps_and_counters_are_told(window: MainWindow, control: FakeControl) -> None:
    control.turn_of("One", "Two")
    turn = control.turn
    control.emit(Underran(turn=turn, at=1.0, wanted_at=0.6))
    control.timed(timeline_of(turn, server=200))
    found = figures_of(window).of(turn)
    assert found is not None
    found.counters.devices = DeviceCounts(late_blocks=7)
    shown = texts(open_dialog(window))
    assert "Gaps: 1, 400 ms in all." in shown
    assert "This computer was too late for the speaker. Times: 7." in shown


def test_the_cost_of_the_answer_and_of_the_day(window: MainWindow, control: FakeControl) -> None:
    a_turn(control)
    figures = figures_of(window)
    assert figures.last is not None
    figures.last.cost = Cost(Decimal("0.0213"), 100, 20)
    figures.spent = Spent(date(2026, 3, 4), Decimal("1.5"), 1, 1, 12)
    shown = texts(open_dialog(window))
    assert "This answer cost about $0.021 (estimate)." in shown
    assert "Today about $1.50 (estimate). Answers: 12." in shown


def test_it_keeps_to_the_latest_answer_until_another_is_chosen(
    qtbot: QtBot, window: MainWindow, control: FakeControl
) -> None:
    first = a_turn(control, server=100)
    dialog = open_dialog(window)
    second = a_turn(control, server=700)
    qtbot.waitUntil(lambda: latency_sentence(second) in texts(dialog))
    by_name(dialog, "The answer before", QToolButton).click()
    assert latency_sentence(first) in texts(dialog)
    assert not by_name(dialog, "The answer before", QToolButton).isEnabled()
    third = a_turn(control, server=800)
    choice = by_name(dialog, "Answer", QComboBox)
    qtbot.waitUntil(lambda: choice.count() == 3)
    assert latency_sentence(first) in texts(dialog)
    by_name(dialog, "The answer after", QToolButton).click()
    by_name(dialog, "The answer after", QToolButton).click()
    assert latency_sentence(third) in texts(dialog)


# ------------------------------------------------------------------------------------ all answers


def test_each_model_has_a_row_and_a_line(window: MainWindow, control: FakeControl) -> None:
    for server in (100, 200, 300):
        a_turn(control, tail=0, ours=0, server=server, buffer=0, device=0, silence=0)
    other = timeline_of(control.turn + 1)
    other.mode, other.model = "classic", "gpt-5.4-mini"
    control.timed(other)
    dialog = open_dialog(window)
    table = by_name(dialog, "Answers by model", QTableWidget)
    cells = [
        [item.text() for column in range(5) if (item := table.item(row, column)) is not None]
        for row in range(table.rowCount())
    ]
    assert cells == [
        ["Classic", "gpt-5.4-mini", "1", "0.83 s", "0.83 s"],
        ["Realtime", "gpt-realtime-2.1", "3", "0.20 s", "0.29 s"],
    ]
    titles = [table.model().headerData(n, Qt.Orientation.Horizontal) for n in range(6)]
    assert titles == ["Pipeline", "Model", "Answers", "Usually (p50)", "Slow (p95)", "Latest"]
    line = table.cellWidget(1, 5)
    assert isinstance(line, Sparkline)
    assert line._values == pytest.approx([100, 200, 300])
    last = table.item(1, 5)
    assert last is not None
    assert last.data(Qt.ItemDataRole.AccessibleTextRole) == "The last took 0.30 s."


# ----------------------------------------------------------------------------------------- files


def test_figures_are_saved_where_the_user_says(
    qtbot: QtBot, window: MainWindow, control: FakeControl, tmp_path: Path
) -> None:
    a_turn(control)
    dialog = open_dialog(window)
    by_name(dialog, "Save as JSON…", QPushButton).click()
    (asking,) = dialog.findChildren(QFileDialog)
    path = tmp_path / "figures.json"
    asking.fileSelected.emit(str(path))
    asking.close()
    qtbot.waitUntil(lambda: f"Saved to {path}." in texts(dialog))
    assert len(json.loads(path.read_text("utf-8"))["turns"]) == 1
    dialog.save("csv", tmp_path / "none" / "figures.csv")
    assert not by_name(dialog, "Save as CSV…", QPushButton).isEnabled()
    qtbot.waitUntil(lambda: "could not be saved" in texts(dialog))
    assert by_name(dialog, "Save as CSV…", QPushButton).isEnabled()


# ------------------------------------------------------------------------------------------ words


def test_every_cause_has_a_sentence_and_every_step_a_name() -> None:
    for why in Why:
        sentence = cause_sentence(Cause(why, 1500.0, 3))
        assert sentence.endswith(".")
        assert "{" not in sentence
    assert len({step_name(step) for step in Step}) == len(Step)


@pytest.mark.parametrize(
    "path",
    [
        "talk.tail_ms",
        "realtime.server",
        "realtime.model",
        "classic.thinking_server",
        "classic.thinking_model",
        "classic.transcription",
        "classic.chunking",
        "classic.speech_server",
        "assistant.tools_off",
        "sound.speaker",
        "sound.microphone",
    ],
)
def test_the_settings_that_help_stand_on_a_page(path: str) -> None:
    assert page_of(path)


@pytest.mark.parametrize(
    ("usd", "text"),
    [
        ("0", "$0.0000"),
        ("0.00001", "less than $0.0001"),
        ("0.0012", "$0.0012"),
        ("0.0213", "$0.021"),
        ("12.345", "$12.35"),
    ],
)
def test_money_has_as_many_digits_as_tell_anything(usd: str, text: str) -> None:
    assert money(Decimal(usd)) == text


def test_what_is_not_known_of_a_cost_is_said() -> None:
    assert cost_sentence(None) == ""
    assert "cost nothing" in cost_sentence(Cost(Decimal(0), 9, 9, is_local=True))
    part = cost_sentence(Cost(Decimal("0.5"), 9, 9, unpriced=("own",)))
    assert part == "This answer cost at least $0.500 (estimate, without own)."
    none = cost_sentence(Cost(None, 1200, 9, unpriced=("own",)))
    assert none == "1,200 tokens read, 9 made. No price is known for own."
    assert "did not count" in cost_sentence(Cost(None, uncounted=("own",)))


def test_the_day_is_said_when_there_is_anything_to_say() -> None:
    day = date(2026, 3, 4)
    assert day_sentence(None) == day_sentence(Spent(day)) == ""
    assert day_sentence(Spent(day, Decimal(0), 7, 3, 1)) == "Today: 7 tokens read, 3 made."
    assert "at least $2.00" in day_sentence(Spent(day, Decimal(2), 7, 3, 1, is_whole=False))


# ----------------------------------------------------------------------------------- for everyone


def busy(window: MainWindow, control: FakeControl) -> LatencyDialog:
    """A dialog with as much in it as there can be."""
    timeline = a_turn(control, tail=500, ours=200, server=2000, buffer=300, device=300, silence=300)
    turn = figures_of(window).of(timeline.turn)
    assert turn is not None
    at = timeline.points[Point.COMMIT_SENT]
    turn.spans += [Span(SpanKind.TOOL, at, at + 0.5), Span(SpanKind.WAIT, at, at + 0.7)]
    turn.counters.underruns, turn.counters.gap_ms = 3, 500
    turn.cost = Cost(None, 1200, 9, unpriced=("a-model-with-a-long-name",) * 2)
    return open_dialog(window)


def test_everything_has_a_name_and_nothing_is_clipped(
    qtbot: QtBot, window: MainWindow, control: FakeControl, qapp: QApplication
) -> None:
    dialog = busy(window, control)
    assert unnamed(dialog) == []
    (tabs,) = dialog.findChildren(QTabWidget)
    for index in range(tabs.count()):
        tabs.setCurrentIndex(index)
        QApplication.processEvents()
        assert clipped(dialog) == []


@pytest.mark.parametrize("direction", list(Qt.LayoutDirection)[:2])
def test_every_look_of_the_figures_can_be_drawn(
    window: MainWindow, control: FakeControl, direction: Qt.LayoutDirection
) -> None:
    dialog = busy(window, control)
    for palette in (theme.light_palette(), theme.dark_palette()):
        dialog.setPalette(palette)
        dialog.setLayoutDirection(direction)
        QApplication.processEvents()
        image = dialog.grab().toImage()
        colours = {
            image.pixelColor(x, y).name()
            for x in range(0, image.width(), 3)
            for y in range(0, image.height(), 3)
        }
        assert theme.scheme(palette).shares["server"].name() in colours
        assert palette.window().color().name() in colours


@given(st.lists(st.floats(0.0, 1e7), max_size=80))
def test_any_line_can_be_drawn(qapp: QGuiApplication, values: list[float]) -> None:
    line = Sparkline()
    line.resize(90, 20)
    line.show_values(values)
    assert not line.grab().isNull()
    line.deleteLater()


# ------------------------------------------------------------------------------ earlier answers


def kept(number: int, latency: float | None, **more: Any) -> TurnFigures:
    """An answer as it was read from the disk."""
    times: dict[str, float | None] = {"key_up": 0.0}
    if latency is not None:
        times |= {"commit_sent": 4.0, "first_delta": latency - 50, "first_audible": latency}
    fields: dict[str, Any] = {"mode": "realtime", "model": "model-a", "timeline": times} | more
    return of_turn(number, Turn(f"t{number}", 1_750_000_000.0 + number, Outcome.ANSWERED, **fields))


def test_an_answer_of_a_conversation_that_goes_on_has_its_waterfall(
    window: MainWindow, control: FakeControl
) -> None:
    figures_of(window).recall({-2: kept(-2, 1200.0, figures={"counters": {}}), -1: kept(-1, None)})
    messages = tuple(
        Message(turn, role, text)
        for turn in (-2, -1)
        for role, text in ((Role.USER, "One"), (Role.ASSISTANT, "Two"))
    )
    control.emit(ConversationOpened(turn=0, at=0.0, conversation="c", messages=messages))
    a_turn(control)
    (action,) = (a for a in window.transcript.tools.actions if a.icon == "latency")
    entry = next(e for e in window.transcript.log if e.turn == -2 and e.kind is Kind.REPLY)
    assert action.is_possible(entry)
    action.run(entry)
    dialog = opened(window, LatencyDialog)
    assert "1.20 s, of which the server 1.15 s" in texts(dialog)
    choice = by_name(dialog, "Answer", QComboBox)
    assert choice.count() == 3
    assert choice.currentIndex() == 2
    assert "2025" in choice.currentText()
    assert "2025" not in choice.itemText(0)  # today's
    rows = by_name(dialog, "Steps of this answer", WaterfallView).accessibleDescription()
    assert "First sound is made 1,146 ms" in rows
    QTest.mouseClick(by_name(dialog, "The answer after", QToolButton), Qt.MouseButton.LeftButton)
    assert "Nothing was heard" in texts(dialog)


def test_the_answers_of_a_conversation_that_is_read_stand_alone(
    window: MainWindow, control: FakeControl, tmp_path: Path
) -> None:
    a_turn(control)
    read = Figures.of_the_past([kept(-2, 600.0), kept(-1, 800.0)])
    window.latency.open(-2, read)
    dialog = opened(window, LatencyDialog)
    assert "0.60 s" in texts(dialog)
    assert by_name(dialog, "Answer", QComboBox).count() == 2
    dialog.save("json", tmp_path / "figures.json")
    dialog.finish()
    QApplication.processEvents()
    saved = json.loads((tmp_path / "figures.json").read_text())
    assert [turn["turn"] for turn in saved["turns"]] == [-2, -1]
    assert saved["turns"][0]["not_kept"] == ["cost", "counters"]
    window.latency.open()
    assert by_name(dialog, "Answer", QComboBox).count() == 1


def test_what_was_not_kept_of_an_answer_is_said(window: MainWindow) -> None:
    window.latency.open(-1, Figures.of_the_past([kept(-1, 600.0)]))
    dialog = opened(window, LatencyDialog)
    assert "Whether it was choppy is not known" in texts(dialog)
    assert "What it cost was not kept." in texts(dialog)
    assert "It was neither" not in texts(dialog)
    window.latency.open(-1, Figures.of_the_past([kept(-1, None, heard_ms=900.0)]))
    QApplication.processEvents()
    assert "When this answer was heard was not kept." in texts(dialog)
    assert "Nothing was heard" not in texts(dialog)
    assert "Nothing of this answer" not in texts(dialog)
    whole = {"counters": {"underruns": 2, "gap_ms": 300}, "cost": {"is_local": True}}
    window.latency.open(-1, Figures.of_the_past([kept(-1, 600.0, figures=whole)]))
    QApplication.processEvents()
    assert "Gaps: 2" in texts(dialog)
    assert "it cost nothing" in texts(dialog)
    assert "not kept" not in texts(dialog)
