"""Trying the sound devices from the settings."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from tests.ui.fake_control import FakeKeys, fake_devices
from tests.ui.finding import by_name
from voicedesk.audio.io import Level
from voicedesk.conversation.stages import Stage, Told
from voicedesk.core.errors import NoMicrophoneError
from voicedesk.core.settings import Settings
from voicedesk.ui.settings_dialog import SettingsDialog
from voicedesk.ui.settings_sound import SoundTestPanel


class FakeTester:
    """Remembers who is to be told."""

    def __init__(self) -> None:
        self.level = Level(0.1, 0.2)
        self.calls: list[str] = []
        self.tell: Told | None = None

    def play_sound(self, tell: Told) -> None:
        self.calls.append("sound")
        self.tell = tell

    def hear_yourself(self, tell: Told) -> None:
        self.calls.append("voice")
        self.tell = tell

    def stop(self) -> None:
        self.calls.append("stop")


@pytest.fixture
def tester() -> FakeTester:
    return FakeTester()


@pytest.fixture
def dialog(qtbot: QtBot, tester: FakeTester) -> SettingsDialog:
    result = SettingsDialog(
        Settings(),
        keys=FakeKeys(),
        devices=fake_devices,
        changed=lambda _settings: None,
        sound=tester,
        page="sound",
    )
    qtbot.addWidget(result)
    result.show()
    return result


def panel(dialog: SettingsDialog) -> SoundTestPanel:
    (found,) = dialog.findChildren(SoundTestPanel)
    return found


def test_the_meter_moves_only_while_it_is_looked_at(dialog: SettingsDialog) -> None:
    assert panel(dialog).meter.is_running
    dialog.show_page("talk")
    assert not panel(dialog).meter.is_running
    dialog.show_page("sound")
    dialog.close()
    assert not panel(dialog).meter.is_running


def test_one_hears_oneself(dialog: SettingsDialog, tester: FakeTester) -> None:
    button = by_name(dialog, "Hear Yourself", QPushButton)
    button.click()
    assert tester.calls == ["voice"]
    assert tester.tell is not None
    tester.tell(Stage.LISTENING)
    assert not button.isEnabled()
    tester.tell(Stage.PLAYING)
    tester.tell(Stage.DONE)
    assert button.isEnabled()
    assert panel(dialog).note.startswith("If you heard nothing")


def test_a_sound_is_played(dialog: SettingsDialog, tester: FakeTester) -> None:
    by_name(dialog, "Play a Sound", QPushButton).click()
    assert tester.calls == ["sound"]


def test_what_is_wrong_is_said(dialog: SettingsDialog, tester: FakeTester) -> None:
    by_name(dialog, "Hear Yourself", QPushButton).click()
    assert tester.tell is not None
    tester.tell(NoMicrophoneError())
    assert panel(dialog).note == str(NoMicrophoneError())
    for stage in Stage:
        tester.tell(stage)
        assert panel(dialog).note


def test_leaving_the_page_ends_the_trial(dialog: SettingsDialog, tester: FakeTester) -> None:
    button = by_name(dialog, "Hear Yourself", QPushButton)
    button.click()
    assert tester.tell is not None
    tester.tell(Stage.LISTENING)
    dialog.show_page("talk")
    assert tester.calls[-1] == "stop"
    dialog.show_page("sound")
    assert button.isEnabled()
