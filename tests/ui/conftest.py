"""A window with a fake control behind it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from tests.ui.fake_control import FakeControl, FakeKeys, fake_devices
from voicedesk.core.settings import Settings
from voicedesk.ui.main_window import MainWindow


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
