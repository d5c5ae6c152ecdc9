"""A window with a fake control behind it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from tests.ui.fake_control import FakeControl, FakeKeys, fake_devices
from tests.ui.finding import Stopwatch, by_name
from voicedesk.core.settings import Settings
from voicedesk.ui import announce
from voicedesk.ui.looks import Looks
from voicedesk.ui.main_window import MainWindow
from voicedesk.ui.talk_button import TalkButton
from voicedesk.ui.talk_key_names import use_talk_key


@pytest.fixture(autouse=True)
def _space_is_the_talk_key(qapp: QApplication) -> None:
    """An earlier test's window may have had another."""
    del qapp
    use_talk_key("space")


@pytest.fixture
def looks(qapp: QApplication) -> Iterator[Looks]:
    """Changes how the application looks, for this test."""
    palette, locale = qapp.palette(), QLocale()
    made = Looks(qapp)
    yield made
    made.restore()
    qapp.setPalette(palette)
    QLocale.setDefault(locale)


@pytest.fixture
def control() -> FakeControl:
    return FakeControl()


@pytest.fixture
def keys() -> FakeKeys:
    return FakeKeys()


@pytest.fixture
def changes() -> list[Settings]:
    """The settings that the window handed on, in order."""
    return []


@pytest.fixture
def window(
    qtbot: QtBot, control: FakeControl, keys: FakeKeys, changes: list[Settings]
) -> Iterator[MainWindow]:
    result = MainWindow(
        control, Settings(), keys=keys, devices=fake_devices, changed=changes.append
    )
    qtbot.addWidget(result)
    result.show()
    result.activateWindow()
    qtbot.waitUntil(result.isActiveWindow)
    yield result
    result.close()


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a screen reader is told, in order."""
    told: list[str] = []

    class Reader:
        AnnouncementPoliteness = QAccessible.AnnouncementPoliteness

        @staticmethod
        def updateAccessibility(event: QAccessibleAnnouncementEvent) -> None:
            told.append(event.message())

    monkeypatch.setattr(announce, "QAccessible", Reader)
    return told


@pytest.fixture
def clock(window: MainWindow) -> Stopwatch:
    return Stopwatch(window)


@pytest.fixture
def button(window: MainWindow) -> TalkButton:
    return by_name(window, "Talk", TalkButton)


@pytest.fixture
def question(window: MainWindow) -> QLineEdit:
    return by_name(window, "Question", QLineEdit)
