"""The switch between the pipelines: by mouse, by keyboard, by menu, and in step with the settings."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QRadioButton
from pytestqt.qtbot import QtBot

from tests.ui.fake_control import FakeControl
from tests.ui.finding import by_name
from voicedesk.core.settings import OPENAI, Settings
from voicedesk.ui.main_window import MainWindow
from voicedesk.ui.mode_switch import ModeSwitch


@pytest.fixture
def switch(qtbot: QtBot) -> ModeSwitch:
    result = ModeSwitch()
    qtbot.addWidget(result)
    result.show()
    return result


def classic() -> Settings:
    return Settings(mode="classic")


def test_a_click_tells_the_other_mode_once(qtbot: QtBot, switch: ModeSwitch) -> None:
    chosen: list[str] = []
    switch.mode_chosen.connect(chosen.append)
    segment = by_name(switch, "Classic", QRadioButton)
    left = Qt.MouseButton.LeftButton
    QTest.mouseClick(segment, left)
    QTest.mouseClick(segment, left)
    assert chosen == ["classic"]
    assert switch.mode == "classic"
    assert not by_name(switch, "Realtime", QRadioButton).isChecked()


def test_what_is_shown_from_outside_is_not_told(qtbot: QtBot, switch: ModeSwitch) -> None:
    with qtbot.assertNotEmitted(switch.mode_chosen):
        switch.show_mode("classic")
        switch.show_mode("realtime")
    assert by_name(switch, "Realtime", QRadioButton).isChecked()


def test_arrow_keys_go_from_one_to_the_other(qtbot: QtBot, switch: ModeSwitch) -> None:
    switch.activateWindow()
    qtbot.waitUntil(switch.isActiveWindow)
    first = by_name(switch, "Realtime", QRadioButton)
    first.setFocus(Qt.FocusReason.TabFocusReason)
    with qtbot.waitSignal(switch.mode_chosen) as signal:
        QTest.keyClick(first, Qt.Key.Key_Right)
    assert signal.args == ["classic"]
    assert QApplication.focusWidget() is by_name(switch, "Classic", QRadioButton)


def test_a_screen_reader_hears_two_radio_buttons_with_names(switch: ModeSwitch) -> None:
    for segment in switch.segments:
        interface = QAccessible.queryAccessibleInterface(segment)
        assert interface.role() == QAccessible.Role.RadioButton
        assert interface.text(QAccessible.Text.Name) == segment.text()
        assert interface.text(QAccessible.Text.Description)
    assert QAccessible.queryAccessibleInterface(switch).text(QAccessible.Text.Name) == "Pipeline"


def test_the_window_hands_the_choice_on_and_shows_who_answers(
    window: MainWindow, changes: list[Settings]
) -> None:
    settings = Settings()
    settings.classic.thinking_server = OPENAI
    window.show_settings(settings)
    by_name(window.header, "Classic", QRadioButton).click()
    assert [change.mode for change in changes] == ["classic"]
    model = by_name(window, "Model and server", QLabel)
    assert model.accessibleDescription() == "gpt-5.4-mini · OpenAI"
    by_name(window.header, "Realtime", QRadioButton).click()
    assert [change.mode for change in changes] == ["classic", "realtime"]
    assert model.accessibleDescription() == "Built-in assistant, on this computer"


def test_settings_from_elsewhere_move_the_switch_and_change_nothing(
    window: MainWindow, changes: list[Settings]
) -> None:
    window.show_settings(classic())
    assert window.header.mode.mode == "classic"
    assert changes == []


def test_keys_switch_back_and_forth(window: MainWindow, changes: list[Settings]) -> None:
    control = Qt.KeyboardModifier.ControlModifier
    QTest.keyClick(window, Qt.Key.Key_M, control)
    QTest.keyClick(window, Qt.Key.Key_M, control)
    assert [change.mode for change in changes] == ["classic", "realtime"]


def test_the_classic_chain_always_shows_what_was_said(
    window: MainWindow, control: FakeControl
) -> None:
    settings = Settings()
    settings.realtime.transcribe = False
    window.show_settings(settings)
    assert not window.transcript.log.transcribing
    settings = settings.model_copy(update={"mode": "classic"})
    window.show_settings(settings)
    assert window.transcript.log.transcribing
