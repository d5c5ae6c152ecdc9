"""The window is where it was, as far as the screens of now have room for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QMainWindow
from pytestqt.qtbot import QtBot

from tests.ui.fake_control import FakeControl
from voicedesk.ui import window_place
from voicedesk.ui.main_window import MainWindow
from voicedesk.ui.window_modes import WindowModes
from voicedesk.ui.window_place import WindowPlace, fits, load, put_back, save


@pytest.fixture
def modes(window: MainWindow, control: FakeControl) -> WindowModes:
    return WindowModes(window, control)


@pytest.fixture
def screen(qapp: QApplication) -> QRect:
    return qapp.primaryScreen().availableGeometry()


@pytest.fixture
def fresh(qtbot: QtBot) -> QMainWindow:
    """A window that was never shown, with a default size."""
    result = QMainWindow()
    qtbot.addWidget(result)
    result.setMinimumSize(200, 100)
    result.resize(300, 200)
    return result


def test_what_is_saved_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "data" / "window.json"
    places = (
        WindowPlace(QSize(640, 480), QPoint(-30, 20), QPoint(5, 6), is_maximized=True),
        WindowPlace(QSize(640, 480)),
        WindowPlace(),
    )
    for place in places:
        save(file, place)
        assert load(file) == place


def test_without_a_file_all_is_by_default(tmp_path: Path) -> None:
    assert load(tmp_path / "window.json") == WindowPlace()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"size": [0, 10], "whole": "here", "compact": [1], "is_maximized": 1}',
        b'{"size": [1e3, 10], "whole": [1, 2, 3], "compact": [1, 99999999999999]}',
    ],
)
def test_a_broken_file_is_as_good_as_none(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "window.json"
    file.write_bytes(content)
    assert load(file) == WindowPlace()


def test_a_file_that_cannot_be_read_is_as_good_as_none(tmp_path: Path) -> None:
    assert load(tmp_path) == WindowPlace()


def test_a_window_is_put_back(fresh: QMainWindow, screen: QRect) -> None:
    at = screen.topLeft() + QPoint(40, 50)
    put_back(fresh, WindowPlace(QSize(400, 350), at))
    assert fresh.geometry() == QRect(at, QSize(400, 350))
    assert not fresh.isMaximized()


def test_a_place_on_a_screen_that_is_gone_is_left_to_the_desktop(
    fresh: QMainWindow, screen: QRect
) -> None:
    before = fresh.geometry().topLeft()
    for gone in (screen.bottomRight() - QPoint(50, 50), QPoint(-9000, 0), QPoint(0, -60)):
        put_back(fresh, WindowPlace(QSize(400, 350), gone))
        assert fresh.geometry() == QRect(before, QSize(400, 350))


def test_a_size_that_no_screen_has_room_for_is_the_default(
    fresh: QMainWindow, screen: QRect
) -> None:
    before = fresh.geometry()
    put_back(fresh, WindowPlace(screen.size() + QSize(1, 0), screen.topLeft()))
    assert fresh.geometry() == before


def test_the_default_size_is_no_larger_than_the_screen(fresh: QMainWindow, screen: QRect) -> None:
    fresh.resize(screen.size() + QSize(300, 200))
    put_back(fresh, WindowPlace())
    assert fresh.width() == screen.width()
    assert 0 < screen.height() - fresh.height() < 100  # its title is in sight, too
    fresh.setMinimumSize(screen.size() + QSize(10, 10))
    put_back(fresh, WindowPlace())
    assert fresh.size() == fresh.minimumSize()


def test_no_window_is_smaller_than_it_can_be(fresh: QMainWindow, screen: QRect) -> None:
    put_back(fresh, WindowPlace(QSize(1, 1), screen.topLeft()))
    assert fresh.size() == QSize(200, 100)


def test_a_maximized_window_is_so_again(fresh: QMainWindow) -> None:
    put_back(fresh, WindowPlace(QSize(400, 350), is_maximized=True))
    assert fresh.isMaximized()


def test_where_windows_cannot_be_placed_only_the_size_is_kept(
    window: MainWindow, modes: WindowModes, fresh: QMainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QGuiApplication, "platformName", lambda: "wayland")
    assert modes.compact.window_place == WindowPlace(window.size())
    before = fresh.geometry().topLeft()
    put_back(fresh, WindowPlace(QSize(400, 350), before + QPoint(10, 10)))
    assert fresh.geometry() == QRect(before, QSize(400, 350))


def test_the_compact_window_has_a_place_of_its_own(
    qtbot: QtBot,
    window: MainWindow,
    modes: WindowModes,
    screen: QRect,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The window may be larger than the screen of a test.
    monkeypatch.setattr(window_place, "fits", lambda place: place.width() > 0)
    whole = window.geometry()
    there = screen.topLeft() + QPoint(120, 90)
    modes.compact.set_on(is_on=True)
    qtbot.waitUntil(window.isActiveWindow)
    window.setGeometry(QRect(there, window.size()))
    assert modes.compact.window_place == WindowPlace(whole.size(), whole.topLeft(), there)
    modes.compact.set_on(is_on=False)
    qtbot.waitUntil(window.isActiveWindow)
    assert window.geometry() == whole
    assert modes.compact.window_place == WindowPlace(whole.size(), whole.topLeft(), there)
    modes.compact.set_on(is_on=True)
    qtbot.waitUntil(window.isActiveWindow)
    assert window.geometry().topLeft() == there


def test_a_window_fits_where_all_of_it_is_in_sight(screen: QRect) -> None:
    assert fits(screen)
    assert fits(screen.adjusted(1, 1, -1, -1))
    assert not fits(screen.adjusted(0, 0, 1, 0))
