"""For everyone: whatever takes the focus has a name, nothing is clipped, and nothing moves while nothing happens."""

from __future__ import annotations

from typing import Literal, get_args

import pytest
from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QMenu,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.ui.fake_control import FakeControl, FakeKeys, fake_devices, timeline_of
from tests.ui.finding import opened
from voicedesk.core.errors import NoMicrophoneError
from voicedesk.core.settings import OPENAI, Settings
from voicedesk.ui import theme
from voicedesk.ui.main_window import MainWindow
from voicedesk.ui.settings_dialog import SettingsDialog
from voicedesk.ui.settings_schema import PAGES
from voicedesk.ui.shortcuts_dialog import ShortcutsDialog
from voicedesk.ui.talk_button import TalkButton


def dialog_of(window: MainWindow, mode: Literal["realtime", "classic"] = "realtime") -> QWidget:
    settings = Settings(mode=mode)
    settings.realtime.server = OPENAI
    settings.classic.transcription_server = OPENAI
    settings.classic.thinking_server = OPENAI
    settings.classic.speech_server = OPENAI
    settings.classic.voice_kind = "server"
    window.show_settings(settings)
    window.open_settings()
    return opened(window, SettingsDialog)


def show_ways_back(window: MainWindow) -> None:
    """All that can be had back, at once, with its longest sentences."""
    window.retry_bar.set_menu(QMenu(window))
    window.retry_bar.show_number(12)
    window.retry_bar.show_length(300)
    window.retry_bar.offer(is_possible=True)
    window.ways_back.undo_bar.offer(
        lambda: "Your question and the whole of its answer were deleted a moment ago.",
        window.update,
    )


def unnamed(root: QWidget) -> list[str]:
    """Widgets that take the focus and say nothing when they get it."""
    result = []
    for widget in root.findChildren(QWidget):
        if widget.focusPolicy() == Qt.FocusPolicy.NoFocus or widget.focusProxy() is not None:
            continue
        parent = widget.parentWidget()
        if isinstance(parent, QComboBox | QAbstractItemView) or widget.window() is not root:
            continue  # parts of a combo box, named by it
        interface = QAccessible.queryAccessibleInterface(widget)
        if not interface.text(QAccessible.Text.Name):
            result.append(f"{type(widget).__name__} {widget.objectName()}")
    return result


def test_everything_that_takes_the_focus_has_a_name(window: MainWindow) -> None:
    window.show_error("sound", NoMicrophoneError())
    assert unnamed(window) == []
    show_ways_back(window)
    assert unnamed(window) == []
    assert unnamed(dialog_of(window)) == []
    assert unnamed(dialog_of(window, "classic")) == []
    window.open_shortcuts()
    assert unnamed(opened(window, ShortcutsDialog)) == []


def test_the_talk_button_is_a_button_with_a_description(window: MainWindow) -> None:
    interface = QAccessible.queryAccessibleInterface(window.talk_button)
    assert interface.role() == QAccessible.Role.Button
    assert interface.text(QAccessible.Text.Name) == "Talk"
    assert "Hold to talk" in interface.text(QAccessible.Text.Description)


def test_tab_goes_round_through_every_control(window: MainWindow) -> None:
    # The send button can be reached only when there is something to send.
    window.question.setText("x")
    window.talk_button.setFocus()
    visited: list[str] = []
    for _ in range(7):
        widget = QApplication.focusWidget()
        assert widget is not None
        visited.append(widget.accessibleName())
        QTest.keyClick(widget, Qt.Key.Key_Tab)
    assert visited == [
        "Talk",
        "Question",
        "Send the question",
        "Conversation",
        "Realtime",
        "Settings",
        "Menu",
    ]
    assert QApplication.focusWidget() is window.talk_button


def test_a_click_on_a_button_leaves_space_to_the_talk_key(window: MainWindow) -> None:
    for button in window.findChildren(QAbstractButton):
        if not isinstance(button, TalkButton):
            assert not button.focusPolicy() & Qt.FocusPolicy.ClickFocus, button.accessibleName()


def test_changes_are_announced(window: MainWindow, control: FakeControl, said: list[str]) -> None:
    control.press()
    control.fails(NoMicrophoneError())
    assert said[0] == "Listening"
    assert str(NoMicrophoneError()) in said
    assert "Error" in said


class Watch(QObject):
    """Counts what is painted."""

    def __init__(self) -> None:
        super().__init__()
        self.painted: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self.painted.append(type(watched).__name__)
        return False


def test_nothing_runs_and_nothing_is_painted_while_idle(
    qtbot: QtBot, window: MainWindow, control: FakeControl, qapp: QApplication
) -> None:
    control.turn_of("One", "Two")
    control.timed(timeline_of(1))
    window.transcript.flush()
    qtbot.waitUntil(lambda: not _timers(window))
    QApplication.processEvents()
    watch = Watch()
    qapp.installEventFilter(watch)
    qtbot.wait(200)  # a while in which nothing is to happen
    qapp.removeEventFilter(watch)
    assert watch.painted == []
    assert _timers(window) == []


def _timers(window: MainWindow) -> list[QTimer]:
    return [timer for timer in window.findChildren(QTimer) if timer.isActive()]


def clipped(root: QWidget) -> list[str]:
    """Labels and buttons that have less room than their text needs."""
    result = []
    for widget in root.findChildren(QWidget):
        if not widget.isVisible() or not isinstance(widget, QLabel | QAbstractButton):
            continue
        if isinstance(widget.parentWidget(), QLineEdit):
            continue  # Qt's own icons within a line, which it makes as large as the line
        if isinstance(widget, QLabel) and widget.wordWrap():
            needs = widget.heightForWidth(widget.width())
            if widget.height() < needs:
                result.append(f"{widget.text()!r}: {widget.height()} of {needs}")
            continue
        needs_width = widget.minimumSizeHint().width()
        if widget.width() < needs_width:
            result.append(f"{widget.accessibleName()!r}: {widget.width()} of {needs_width}")
    return result


@pytest.mark.parametrize("points", [8.0, 10.0, 18.0])
def test_nothing_is_clipped_at_any_text_size(
    qtbot: QtBot, qapp: QApplication, points: float
) -> None:
    before = qapp.font()
    font = qapp.font()
    font.setPointSizeF(points)
    qapp.setFont(font)
    try:
        fresh = MainWindow(
            FakeControl(),
            Settings(),
            keys=FakeKeys(),
            devices=fake_devices,
            changed=lambda _settings: None,
        )
        qtbot.addWidget(fresh)
        fresh.show()
        fresh.show_error("sound", NoMicrophoneError())
        show_ways_back(fresh)
        fresh.resize(fresh.minimumSize())
        qtbot.waitExposed(fresh)
        QApplication.processEvents()
        assert clipped(fresh) == []
        for mode in get_args(Settings.model_fields["mode"].annotation):
            dialog = dialog_of(fresh, mode)
            for page in PAGES:
                fresh.open_settings(page.name)
                QApplication.processEvents()
                assert clipped(dialog) == [], page.name
        fresh.close()
    finally:
        qapp.setFont(before)


@pytest.mark.parametrize("direction", list(Qt.LayoutDirection)[:2])
def test_every_look_can_be_drawn(
    window: MainWindow, control: FakeControl, direction: Qt.LayoutDirection
) -> None:
    control.turn_of("One", "Two")
    control.timed(timeline_of(1))
    window.show_error("sound", NoMicrophoneError())
    for palette in (theme.light_palette(), theme.dark_palette()):
        window.setPalette(palette)
        window.setLayoutDirection(direction)
        window.transcript.flush()
        image = window.grab().toImage()
        colours = {
            image.pixelColor(x, y).name()
            for x in range(0, image.width(), 7)
            for y in range(0, image.height(), 7)
        }
        assert len(colours) > 10
        assert palette.window().color().name() in colours
