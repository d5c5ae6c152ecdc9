"""The window as a person uses it: hold, tap, cancel, lose the key, read what is going on."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.ui.fake_control import FakeControl, timeline_of
from tests.ui.finding import by_name
from voicedesk.core.errors import (
    ConnectionLostError,
    DeviceError,
    NoMicrophoneError,
    RateLimitError,
    WrongKeyError,
)
from voicedesk.core.events import Hint, HintKind, Link, SoundTrouble
from voicedesk.core.settings import OPENAI, Settings
from voicedesk.core.turn import State, Trigger
from voicedesk.ui.header import StatusView
from voicedesk.ui.level_meter import LevelMeter
from voicedesk.ui.main_window import MainWindow
from voicedesk.ui.status import Status, status_of
from voicedesk.ui.talk_button import TalkButton

SPACE = Qt.Key.Key_Space
NO_MODIFIER = Qt.KeyboardModifier.NoModifier


class Stopwatch:
    """A clock that a test moves."""

    def __init__(self, window: MainWindow) -> None:
        self.at = 0.0
        window.talk_input._clock = lambda: self.at


@pytest.fixture
def clock(window: MainWindow) -> Stopwatch:
    return Stopwatch(window)


@pytest.fixture
def button(window: MainWindow) -> TalkButton:
    return by_name(window, "Talk", TalkButton)


@pytest.fixture
def question(window: MainWindow) -> QLineEdit:
    return by_name(window, "Question", QLineEdit)


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


# -------------------------------------------------------------------------------- the text line


def test_space_in_the_text_line_is_a_space(
    window: MainWindow, control: FakeControl, question: QLineEdit
) -> None:
    question.setFocus()
    QTest.keyClicks(question, "a b")
    assert question.text() == "a b"
    assert control.calls == []


def test_a_typed_question_is_asked_and_blank_text_is_not(
    window: MainWindow, control: FakeControl, question: QLineEdit
) -> None:
    send = by_name(window, "Send the question", QToolButton)
    QTest.keyClicks(question, "  ")
    assert not send.isEnabled()
    QTest.keyClick(question, Qt.Key.Key_Return)
    assert control.calls == []
    QTest.keyClicks(question, "What time is it? ")
    send.click()
    assert control.calls == ["ask What time is it?"]
    assert question.text() == ""
    window.transcript.flush()
    assert "What time is it?" in window.transcript.toPlainText()


def test_a_question_typed_while_talking_waits_in_the_line(
    window: MainWindow, control: FakeControl, question: QLineEdit
) -> None:
    QTest.keyPress(window, SPACE)
    QTest.keyClicks(question, "later")
    QTest.keyClick(question, Qt.Key.Key_Return)
    assert question.text() == "later"
    assert control.calls == ["press"]


def test_esc_leaves_the_text_line_when_nothing_runs(
    window: MainWindow, control: FakeControl, question: QLineEdit, button: TalkButton
) -> None:
    question.setFocus()
    QTest.keyClicks(question, "never mind")
    QTest.keyClick(question, Qt.Key.Key_Escape)
    assert question.text() == ""
    assert QApplication.focusWidget() is button
    assert control.calls == []


def test_space_presses_a_button_that_was_reached_by_keyboard(
    window: MainWindow, control: FakeControl
) -> None:
    settings = by_name(window, "Settings", QToolButton)
    settings.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(settings, SPACE)
    assert control.calls == []
    assert window._dialog is not None
    assert window._dialog.isVisible()


# ------------------------------------------------------------------------------------- the status


@pytest.mark.parametrize(
    ("state", "link", "status"),
    [
        (State.READY, Link.READY, Status.READY),
        (State.READY, Link.CONNECTING, Status.CONNECTING),
        (State.READY, Link.LOST, Status.OFFLINE),
        (State.READY, Link.CLOSED, Status.OFFLINE),
        (State.LISTENING, Link.LOST, Status.LISTENING),
        (State.ENDING, Link.READY, Status.LISTENING),
        (State.THINKING, Link.CONNECTING, Status.THINKING),
        (State.SPEAKING, Link.READY, Status.SPEAKING),
        (State.FAILED, Link.LOST, Status.ERROR),
    ],
)
def test_the_status_follows_turn_and_connection(state: State, link: Link, status: Status) -> None:
    assert status_of(state, link) is status


def test_the_word_goes_with_the_turn(window: MainWindow, control: FakeControl) -> None:
    words = [word(window)]
    control.press()
    words.append(word(window))
    control.release()
    control.fire(Trigger.TAKE_DONE)
    words.append(word(window))
    control.fire(Trigger.SOUND)
    words.append(word(window))
    control.fire(Trigger.DONE)
    control.links(Link.LOST)
    words.append(word(window))
    control.links(Link.CONNECTING)
    words.append(word(window))
    assert words == ["Ready", "Listening", "Thinking", "Speaking", "Offline", "Connecting"]


def test_the_meter_runs_only_while_listening(window: MainWindow, control: FakeControl) -> None:
    meter = by_name(window, "Microphone level", LevelMeter)
    runs = [meter.is_running]
    control.press()
    runs.append(meter.is_running)
    control.release()
    control.fire(Trigger.TAKE_DROPPED)
    runs.append(meter.is_running)
    assert runs == [False, True, False]


# ------------------------------------------------------------------------------------- messages


def shown_text(window: MainWindow) -> str:
    window.transcript.flush()
    return window.transcript.toPlainText()


def test_an_error_of_a_turn_stands_in_the_transcript_only(
    window: MainWindow, control: FakeControl
) -> None:
    control.ask("Hello")
    control.fails(WrongKeyError("401", server="OpenAI"))
    assert "OpenAI refused the key." in shown_text(window)
    assert "Open Settings" in shown_text(window)
    assert window.messages.sentences == []
    assert word(window) == "Error"


def test_an_error_that_the_settings_cannot_mend_offers_none(
    window: MainWindow, control: FakeControl
) -> None:
    control.ask("Hello")
    control.fails(RateLimitError("429", server="OpenAI", reason="too many requests."))
    assert "its limit is reached" in shown_text(window)
    assert "Open Settings" not in shown_text(window)


def test_a_connection_lost_between_turns_is_a_message_until_it_is_back(
    window: MainWindow, control: FakeControl
) -> None:
    error = ConnectionLostError("1006", server="OpenAI", reason="the network is down")
    control.links(Link.LOST, error)
    assert window.messages.sentences == [str(error)]
    assert window.messages.isVisible()
    control.links(Link.READY)
    assert window.messages.sentences == []
    assert not window.messages.isVisible()


@pytest.mark.parametrize("link_first", [True, False])
def test_a_connection_lost_in_a_turn_is_told_once(
    window: MainWindow, control: FakeControl, link_first: bool
) -> None:
    error = ConnectionLostError("1006", server="OpenAI", reason="the network is down")
    control.ask("Hello")
    if link_first:
        control.links(Link.LOST, error)
        control.fails(error)
    else:
        control.fails(error)
        control.links(Link.LOST, error)
    assert window.messages.sentences == []
    assert shown_text(window).count("was lost") == 1


def test_a_sound_trouble_leads_to_the_page_of_sound_and_goes_when_it_is_over(
    qtbot: QtBot, window: MainWindow, control: FakeControl
) -> None:
    control.emit(SoundTrouble(turn=0, at=0.0, error=NoMicrophoneError()))
    control.emit(SoundTrouble(turn=0, at=0.0, error=NoMicrophoneError()))
    assert len(window.messages.sentences) == 1
    by_name(window.messages, "Open Settings", QPushButton).click()
    assert window._dialog is not None
    title = [label for label in window._dialog.findChildren(QLabel) if label.text() == "Sound"]
    assert title[0].isVisible()
    control.emit(SoundTrouble(turn=0, at=0.0, error=None))
    assert window.messages.sentences == []


def test_a_message_can_be_closed(window: MainWindow) -> None:
    window.show_error("sound", NoMicrophoneError())
    by_name(window.messages, "Close this message", QToolButton).click()
    assert window.messages.sentences == []


def test_a_hint_is_a_note(window: MainWindow, control: FakeControl) -> None:
    control.press()
    control.release()
    control.fire(Trigger.TAKE_DROPPED)
    control.emit(Hint(turn=control.turn, at=0.0, hint=HintKind.NO_SPEECH))
    assert "No speech was heard" in shown_text(window)


# ----------------------------------------------------------------------------------------- others


def test_the_header_says_who_answers(window: MainWindow) -> None:
    model = by_name(window, "Model and server", QLabel)
    assert model.accessibleDescription() == "Built-in assistant, on this computer"
    settings = Settings()
    settings.realtime.server = OPENAI
    window.show_settings(settings)
    assert model.accessibleDescription() == "gpt-realtime-2.1 · OpenAI"


def test_a_turns_latency_is_shown(window: MainWindow, control: FakeControl) -> None:
    control.timed(timeline_of(1))
    assert by_name(window, "Latency of the last answer", QLabel).text() == "0.83 s"


def test_a_closed_window_lets_go_and_watches_no_longer(
    qtbot: QtBot, window: MainWindow, control: FakeControl
) -> None:
    QTest.keyPress(window, SPACE)
    with qtbot.waitSignal(window.closed):
        window.close()
    assert control.calls == ["press", "release"]
    assert not control.is_observed


def test_what_was_typed_last_into_the_settings_counts_when_the_window_closes(
    window: MainWindow, changes: list[Settings]
) -> None:
    window.open_settings("assistant")
    assert window._dialog is not None
    by_name(window._dialog, "Instructions", QPlainTextEdit).setPlainText("Be brief.")
    window.close()
    assert [settings.assistant.instructions for settings in changes] == ["Be brief."]
    assert not window._dialog.isVisible()


def test_the_keyboard_reaches_settings_and_the_text_line(
    qtbot: QtBot, window: MainWindow, question: QLineEdit
) -> None:
    control = Qt.KeyboardModifier.ControlModifier
    QTest.keyClick(window, Qt.Key.Key_L, control)
    assert QApplication.focusWidget() is question
    QTest.keyClick(window, Qt.Key.Key_Comma, control)
    assert window._dialog is not None
    assert window._dialog.isVisible()
    window._dialog.close()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    QTest.keyClick(window, Qt.Key.Key_F1)
    assert window._shortcuts is not None
    assert window._shortcuts.isVisible()
