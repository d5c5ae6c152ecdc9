"""The level meter: its scale, its peak, and its rest."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QObject
from pytestqt.qtbot import QtBot

from tests.ui.fake_control import FakeControl
from voicedesk.audio.io import Level
from voicedesk.ui.level_meter import BARS, LevelMeter, loudness


class Paints(QObject):
    """Counts how often a widget is painted."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.Paint
        return False


@pytest.fixture
def control() -> FakeControl:
    return FakeControl()


@pytest.fixture
def meter(qtbot: QtBot, control: FakeControl) -> LevelMeter:
    result = LevelMeter(control)
    qtbot.addWidget(result)
    result.show()
    qtbot.waitExposed(result)
    return result


def test_the_scale_is_even_in_decibels() -> None:
    assert loudness(0.0) == 0.0
    assert loudness(1e-9) == 0.0
    assert loudness(1.0) == 1.0
    assert loudness(2.0) == 1.0
    assert loudness(10 ** (-27 / 20)) == pytest.approx(0.5)


def test_it_draws_while_it_runs_and_rests_otherwise(
    qtbot: QtBot, control: FakeControl, meter: LevelMeter
) -> None:
    paints = Paints()
    meter.installEventFilter(paints)
    measured: list[float] = []
    meter.measured.connect(measured.append)
    control.level = Level(0.1, 0.5)
    meter.set_running(is_on=True)
    qtbot.waitUntil(lambda: len(measured) >= 5 and paints.count >= 3)
    meter.set_running(is_on=False)
    assert not meter.is_running
    assert list(meter._bars) == [(0.0, 0.0)] * BARS
    seen = len(measured)
    qtbot.waitUntil(lambda: not meter.is_running)
    assert len(measured) == seen


def test_the_peak_is_held_and_then_falls(control: FakeControl, meter: LevelMeter) -> None:
    control.level = Level(0.2, 1.0)
    meter.set_running(is_on=True)
    control.level = Level(0.01, 0.01)
    for _ in range(30):
        meter._measure()
    assert meter.held_peak == 1.0
    for _ in range(60):
        meter._measure()
    assert meter.held_peak == pytest.approx(loudness(0.01))


def test_it_begins_empty_each_time(control: FakeControl, meter: LevelMeter) -> None:
    control.level = Level(0.2, 1.0)
    meter.set_running(is_on=True)
    meter.set_running(is_on=False)
    control.level = Level(0.0, 0.0)
    meter.set_running(is_on=True)
    assert meter.held_peak == 0.0
