"""The talk key in the window: held, tapped, cancelled and lost, from the space bar, the mouse and a screen reader."""

from __future__ import annotations

from typing import get_args

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QLineEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.ui.fake_control import FakeControl
from tests.ui.finding import Stopwatch, by_name
from voicedesk.core.errors import (
    DeviceError,
)
from voicedesk.core.settings import Settings, Talk, TalkKeyName
from voicedesk.core.turn import State, Trigger
from voicedesk.ui.header import StatusView
from voicedesk.ui.main_window import MainWindow
from voicedesk.ui.talk_button import TalkButton
from voicedesk.ui.talk_input import _KEYS

SPACE = Qt.Key.Key_Space
NO_MODIFIER = Qt.KeyboardModifier.NoModifier


def word(window: MainWindow) -> str:
    return by_name(window, "Status", StatusView).word


def repeat(widget: QWidget, kind: QEvent.Type) -> None:
    """The key repeats, as a desktop does while it is held."""
    event = QKeyEvent(kind, SPACE, NO_MODIFIER, " ", True)
    QApplication.sendEvent(widget, event)


# ------------------------------------------------------------------------------------ the talk key


def test_holding_space_talks(window: MainWindow, control: FakeControl, clock: Stopwatch) -> None:
    QTest.keyPress(window, SPACE)
    assert control.calls == ["press"]
    assert word(window) == "Listening"
    for _ in range(3):
        repeat(window, QEvent.Type.KeyRelease)
        repeat(window, QEvent.Type.KeyPress)
    assert control.calls == ["press"]
    clock.at = 1.0
    QTest.keyRelease(window, SPACE)
    assert control.calls == ["press", "release"]


def test_space_reaches_the_talk_key_through_the_window_system(
    window: MainWindow, control: FakeControl, clock: Stopwatch, button: TalkButton
) -> None:
    button.setFocus()
    QTest.keyPress(window.windowHandle(), SPACE)
    clock.at = 1.0
    QTest.keyRelease(window.windowHandle(), SPACE)
    assert control.calls == ["press", "release"]


def test_holding_the_button_talks(
    window: MainWindow, control: FakeControl, clock: Stopwatch, button: TalkButton
) -> None:
    QTest.mousePress(button, Qt.MouseButton.LeftButton)
    clock.at = 1.0
    QTest.mouseRelease(button, Qt.MouseButton.LeftButton)
    assert control.calls == ["press", "release"]


def test_the_right_mouse_button_does_not_talk(control: FakeControl, button: TalkButton) -> None:
    QTest.mouseClick(button, Qt.MouseButton.RightButton)
    assert control.calls == []


def test_a_tap_listens_until_the_next(
    window: MainWindow, control: FakeControl, clock: Stopwatch, button: TalkButton
) -> None:
    QTest.keyPress(window, SPACE)
    assert button.caption == "Let go to send"
    clock.at = 0.2
    QTest.keyRelease(window, SPACE)
    assert control.state is State.LISTENING
    assert button.caption == "Press to send"
    clock.at = 5.0
    QTest.keyClick(window, SPACE)
    assert control.calls == ["press", "release"]


def test_a_screen_readers_press_toggles(control: FakeControl, button: TalkButton) -> None:
    button.click()
    assert control.state is State.LISTENING
    button.click()
    assert control.calls == ["press", "release"]


def test_esc_cancels_the_take_and_the_late_key_up_does_nothing(
    window: MainWindow, control: FakeControl, clock: Stopwatch
) -> None:
    QTest.keyPress(window, SPACE)
    QTest.keyClick(window, Qt.Key.Key_Escape)
    clock.at = 1.0
    QTest.keyRelease(window, SPACE)
    assert control.calls == ["press", "cancel"]
    assert word(window) == "Ready"


def test_esc_stops_a_reply(window: MainWindow, control: FakeControl) -> None:
    control.ask("Tell me a story")
    control.fire(Trigger.SOUND)
    assert word(window) == "Speaking"
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert control.state is State.READY


def test_a_click_during_a_hold_of_space_changes_nothing(
    window: MainWindow, control: FakeControl, clock: Stopwatch, button: TalkButton
) -> None:
    QTest.keyPress(window, SPACE)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert control.calls == ["press"]
    clock.at = 1.0
    QTest.keyRelease(window, SPACE)
    assert control.calls == ["press", "release"]


def test_space_during_a_hold_of_the_mouse_changes_nothing(
    window: MainWindow, control: FakeControl, clock: Stopwatch, button: TalkButton
) -> None:
    QTest.mousePress(button, Qt.MouseButton.LeftButton)
    QTest.keyClick(window, SPACE)
    clock.at = 1.0
    QTest.mouseRelease(button, Qt.MouseButton.LeftButton)
    assert control.calls == ["press", "release"]


@pytest.mark.parametrize("kind", [QEvent.Type.WindowDeactivate, QEvent.Type.Hide])
def test_a_key_up_lost_to_another_window_releases_once(
    window: MainWindow, control: FakeControl, clock: Stopwatch, kind: QEvent.Type
) -> None:
    QTest.keyPress(window, SPACE)
    clock.at = 1.0
    QApplication.sendEvent(window, QEvent(kind))
    assert control.calls == ["press", "release"]
    repeat(window, QEvent.Type.KeyPress)
    QTest.keyRelease(window, SPACE)
    assert control.calls == ["press", "release"]


def test_a_window_that_takes_the_focus_ends_the_hold(
    qtbot: QtBot, window: MainWindow, control: FakeControl
) -> None:
    QTest.keyPress(window, SPACE)
    window.open_settings()
    qtbot.waitUntil(lambda: control.calls == ["press", "release"])


def test_an_inactive_application_ends_the_hold(window: MainWindow, control: FakeControl) -> None:
    QTest.keyPress(window, SPACE)
    application = QGuiApplication.instance()
    assert isinstance(application, QGuiApplication)
    application.applicationStateChanged.emit(Qt.ApplicationState.ApplicationInactive)
    assert control.calls == ["press", "release"]


def test_focus_that_moves_within_the_window_keeps_the_hold(
    window: MainWindow, control: FakeControl, clock: Stopwatch, question: QLineEdit
) -> None:
    QTest.keyPress(window, SPACE)
    question.setFocus()
    assert control.calls == ["press"]
    clock.at = 1.0
    QTest.keyRelease(question, SPACE)
    assert control.calls == ["press", "release"]
    assert question.text() == ""


def test_a_lost_mouse_grab_ends_the_hold(
    window: MainWindow, control: FakeControl, button: TalkButton
) -> None:
    QTest.mousePress(button, Qt.MouseButton.LeftButton)
    QApplication.sendEvent(button, QEvent(QEvent.Type.UngrabMouse))
    QTest.mouseRelease(button, Qt.MouseButton.LeftButton)
    assert control.calls == ["press", "release"]


def test_a_mouse_that_moves_without_a_button_ends_the_hold(
    window: MainWindow, control: FakeControl, button: TalkButton
) -> None:
    QTest.mousePress(button, Qt.MouseButton.LeftButton)
    none = Qt.MouseButton.NoButton
    place = QPointF(5.0, 5.0)
    move = QMouseEvent(
        QEvent.Type.MouseMove, place, button.mapToGlobal(place), none, none, NO_MODIFIER
    )
    QApplication.sendEvent(button, move)
    assert control.calls == ["press", "release"]


def test_a_hidden_window_ends_what_a_tap_opened(
    window: MainWindow, control: FakeControl, clock: Stopwatch
) -> None:
    QTest.keyPress(window, SPACE)
    clock.at = 0.1
    QTest.keyRelease(window, SPACE)
    window.hide()
    assert control.calls == ["press", "release"]


def test_the_longest_take_ends_by_itself_with_a_note(
    qtbot: QtBot, window: MainWindow, control: FakeControl
) -> None:
    QTest.keyPress(window, SPACE)
    assert window.talk_input._cap.isActive()
    assert window.talk_input._cap.interval() == 300_000
    window.talk_input._cap.setInterval(0)
    window.talk_input._cap.start()
    qtbot.waitUntil(lambda: control.calls == ["press", "release"])
    window.transcript.flush()
    assert "longest time allowed" in window.transcript.toPlainText()
    QTest.keyRelease(window, SPACE)
    assert control.calls == ["press", "release"]


def test_a_take_that_fails_while_a_tap_keeps_it_open_can_be_begun_anew(
    window: MainWindow, control: FakeControl, clock: Stopwatch
) -> None:
    QTest.keyPress(window, SPACE)
    clock.at = 0.1
    QTest.keyRelease(window, SPACE)
    control.fails(DeviceError("gone", device="Headset", reason="it was unplugged"))
    QTest.keyPress(window, SPACE)
    assert control.state is State.LISTENING
    assert not window.talk_input.key.is_locked
    assert control.calls == ["press", "press"]


def test_without_a_microphone_each_press_is_a_press(
    window: MainWindow, control: FakeControl, clock: Stopwatch
) -> None:
    control.microphone_ready = False
    for _ in range(2):
        QTest.keyPress(window, SPACE)
        clock.at += 0.1
        QTest.keyRelease(window, SPACE)
    assert control.calls.count("press") == 2
    assert not window.talk_input.key.is_active


def test_a_press_during_a_reply_is_a_barge_in(window: MainWindow, control: FakeControl) -> None:
    control.turn_of("One", "First.")
    control.ask("Two")
    control.fire(Trigger.SOUND)
    QTest.keyPress(window, SPACE)
    assert control.state is State.LISTENING
    assert control.turn == 3


# ------------------------------------------------------------------------------------ another key


def test_another_key_may_be_the_talk_key(
    window: MainWindow, control: FakeControl, clock: Stopwatch, question: QLineEdit
) -> None:
    window.show_settings(Settings(talk=Talk(key="f9")))
    QTest.keyClick(window, SPACE)
    assert control.calls == []
    question.setFocus()
    QTest.keyPress(question, Qt.Key.Key_F9)
    assert control.calls == ["press"], "a key that writes nothing talks from the question, too"
    clock.at = 1.0
    QTest.keyRelease(question, Qt.Key.Key_F9)
    assert control.calls == ["press", "release"]


def test_changing_the_key_while_it_is_held_ends_the_hold(
    window: MainWindow, control: FakeControl, clock: Stopwatch
) -> None:
    QTest.keyPress(window, SPACE)
    clock.at = 1.0
    window.show_settings(Settings(talk=Talk(key="f9")))
    assert control.calls == ["press", "release"]


@pytest.mark.parametrize("name", get_args(TalkKeyName))
def test_every_key_that_can_be_chosen_talks(
    window: MainWindow, control: FakeControl, clock: Stopwatch, name: TalkKeyName
) -> None:
    window.show_settings(Settings(talk=Talk(key=name)))
    QTest.keyPress(window, _KEYS[name])
    assert control.calls == ["press"]
