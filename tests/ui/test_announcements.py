"""What changes is said: whoever cannot see it hears it, or hears it of the control that it is about."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QToolButton,
)
from pytestqt.qtbot import QtBot

from tests.ui.fake_control import FakeControl, FakeKeys, fake_devices, timeline_of
from tests.ui.finding import by_name, opened
from voicedesk.core.errors import NoMicrophoneError, SettingsError
from voicedesk.core.events import TakeOffered
from voicedesk.core.settings import OPENAI, Settings
from voicedesk.ui.history_asking import Asking
from voicedesk.ui.latency_dialog import LatencyDialog
from voicedesk.ui.main_window import MainWindow
from voicedesk.ui.settings_add_server import AddServerDialog
from voicedesk.ui.settings_dialog import SettingsDialog
from voicedesk.ui.shortcuts_dialog import ShortcutsDialog


@pytest.fixture
def dialog(qtbot: QtBot, keys: FakeKeys) -> SettingsDialog:
    settings = Settings()
    settings.realtime.server = OPENAI
    result = SettingsDialog(
        settings, keys=keys, devices=fake_devices, changed=lambda _settings: None
    )
    qtbot.addWidget(result)
    result.show()
    return result


def test_a_setting_is_told_with_what_it_does_and_its_default(dialog: SettingsDialog) -> None:
    tail = by_name(dialog, "Keep recording after release", QSpinBox)
    assert tail.accessibleDescription() == (
        "So that your last word is whole. Default: 200\N{NO-BREAK SPACE}ms."
    )
    everywhere = by_name(dialog, "The talk key works in other windows", QCheckBox)
    assert everywhere.accessibleDescription().startswith("Not with the space bar")
    assert everywhere.accessibleDescription().endswith("Default: off.")
    dialog.show_page("assistant")
    timers = by_name(dialog, "Set timers", QCheckBox)
    assert timers.accessibleDescription().startswith("Tools it may use: Default:")


def test_a_key_that_is_kept_or_not_is_said(
    dialog: SettingsDialog, keys: FakeKeys, said: list[str]
) -> None:
    dialog.show_page("server")
    line = by_name(dialog, "Key", QLineEdit)
    assert "the test's keychain" in line.accessibleDescription()
    assert "OpenAI" not in said
    QTest.keyClicks(line, "sk-x")
    by_name(dialog, "Save Key", QPushButton).click()
    assert said[-1] == "A key is set; enter another to replace it"
    by_name(dialog, "Remove Key", QPushButton).click()
    assert said[-1] == "No key"
    keys.failure = SettingsError(reason="the file is damaged")
    QTest.keyClicks(line, "sk-y")
    by_name(dialog, "Save Key", QPushButton).click()
    assert said[-1] == str(keys.failure)
    server = by_name(dialog, "Server", QComboBox)
    assert server.accessibleDescription() == "Chosen for: Realtime. https://api.openai.com/v1"


def test_what_is_wrong_with_an_address_is_said_once(qtbot: QtBot, said: list[str]) -> None:
    dialog = AddServerDialog()
    qtbot.addWidget(dialog)
    dialog.show()
    address = dialog.findChildren(QLineEdit)[1]
    QTest.keyClicks(address, "ftp://example.org")
    assert len(set(said)) == len(said)
    assert address.accessibleDescription() == said[-1]
    address.setText("https://example.org/v1")
    assert address.accessibleDescription() == ""
    dialog.close()


def test_a_question_before_a_deletion_is_told_with_both_answers(qtbot: QtBot) -> None:
    asking = Asking()
    qtbot.addWidget(asking)
    asking.ask("Delete it for good?", "Delete", lambda: None)
    for name in ("Delete", "Keep"):
        button = by_name(asking, name, QPushButton)
        assert button.accessibleDescription() == "Delete it for good?"


def test_a_message_is_told_with_its_buttons(window: MainWindow) -> None:
    window.show_error("sound", NoMicrophoneError())
    for button in (
        by_name(window, "Open Settings", QPushButton),
        by_name(window, "Close this message", QToolButton),
    ):
        assert button.accessibleDescription() == str(NoMicrophoneError())


def test_a_take_of_an_earlier_run_is_said(
    window: MainWindow, control: FakeControl, said: list[str]
) -> None:
    control.can_retry = True
    control.emit(TakeOffered(turn=0, at=0.0, seconds=7.2))
    sentence = "VoiceDesk ended before it could answer. What you said (7 s) is kept."
    assert sentence in said
    button = by_name(window, "Try Again", QPushButton)
    assert button.accessibleDescription() == f"{sentence} Ask the same once more (Ctrl+R)"
    control.ask("Something else")
    control.can_retry = False
    control.fails(NoMicrophoneError())
    assert button.accessibleDescription().startswith("Your question is kept.")


def test_which_keys_do_what_is_told(window: MainWindow) -> None:
    window.open_shortcuts()
    told = opened(window, ShortcutsDialog).accessibleDescription()
    assert told.startswith("Hold Space: Talk; let go to send. ")
    assert "F1: This list" in told


def test_who_answers_is_told_where_that_is_changed(window: MainWindow) -> None:
    settings = by_name(window, "Settings", QToolButton)
    assert settings.accessibleDescription() == "Built-in assistant, on this computer"


def test_where_the_time_went_is_told_as_it_is_shown(
    window: MainWindow, control: FakeControl
) -> None:
    QTest.keyClick(window, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    figures = opened(window, LatencyDialog)
    assert figures.accessibleDescription() == "Ask something first: its figures will show here."
    control.turn_of("One", "Two")
    control.timed(timeline_of(1))
    window.latency.open()
    assert figures.accessibleDescription() == ""
    told = by_name(figures, "This answer", QScrollArea).accessibleDescription()
    assert told.startswith("0.83 s, of which the server 0.53 s")
    assert "Recording after release 200 ms" in told
    assert "Why was that slow or choppy? It was neither: nothing held it up." in told
