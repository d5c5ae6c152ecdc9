"""The window as a person uses it: type, read what is going on, find the way to everything."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QToolButton,
)
from pytestqt.qtbot import QtBot

from tests.ui.fake_control import FakeControl, timeline_of
from tests.ui.finding import by_name, opened
from voicedesk.core.errors import (
    ConnectionLostError,
    NoMicrophoneError,
    RateLimitError,
    WrongKeyError,
)
from voicedesk.core.events import (
    Hint,
    HintKind,
    Link,
    Progress,
    Reached,
    SoundTrouble,
    Waiting,
)
from voicedesk.core.settings import OPENAI, Settings
from voicedesk.core.timeline import Point
from voicedesk.core.turn import State, Trigger
from voicedesk.ui.header import StatusView
from voicedesk.ui.latency_strip import Waterfall
from voicedesk.ui.level_meter import LevelMeter
from voicedesk.ui.main_window import MainWindow
from voicedesk.ui.settings_dialog import SettingsDialog
from voicedesk.ui.shortcuts_dialog import ShortcutsDialog
from voicedesk.ui.status import Status, status_of
from voicedesk.ui.talk_button import TalkButton

SPACE = Qt.Key.Key_Space
NO_MODIFIER = Qt.KeyboardModifier.NoModifier


def word(window: MainWindow) -> str:
    return by_name(window, "Status", StatusView).word


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
    assert opened(window, SettingsDialog).isVisible()


# ------------------------------------------------------------------------------------- the status


@pytest.mark.parametrize(
    ("state", "link", "status"),
    [
        (State.READY, Link.READY, Status.READY),
        (State.READY, Link.CONNECTING, Status.CONNECTING),
        (State.READY, Link.RECONNECTING, Status.RECONNECTING),
        (State.READY, Link.LOST, Status.OFFLINE),
        (State.READY, Link.CLOSED, Status.OFFLINE),
        (State.LISTENING, Link.LOST, Status.LISTENING),
        (State.ENDING, Link.READY, Status.LISTENING),
        (State.THINKING, Link.CONNECTING, Status.THINKING),
        (State.SPEAKING, Link.READY, Status.SPEAKING),
        (State.FAILED, Link.READY, Status.ERROR),
        (State.FAILED, Link.LOST, Status.ERROR),
        (State.FAILED, Link.CLOSED, Status.ERROR),
        (State.FAILED, Link.CONNECTING, Status.CONNECTING),
        (State.FAILED, Link.RECONNECTING, Status.RECONNECTING),
        (State.THINKING, Link.LOST, Status.THINKING),
        (State.THINKING, Link.RECONNECTING, Status.RECONNECTING),
        (State.LISTENING, Link.RECONNECTING, Status.LISTENING),
        (State.ENDING, Link.RECONNECTING, Status.LISTENING),
        (State.SPEAKING, Link.RECONNECTING, Status.SPEAKING),
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
    dialog = opened(window, SettingsDialog)
    title = [label for label in dialog.findChildren(QLabel) if label.text() == "Sound"]
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
    dialog = opened(window, SettingsDialog)
    by_name(dialog, "Instructions", QPlainTextEdit).setPlainText("Be brief.")
    window.close()
    assert [settings.assistant.instructions for settings in changes] == ["Be brief."]
    assert not dialog.isVisible()


def test_every_way_into_the_settings_leads_to_a_page(window: MainWindow) -> None:
    """A page that is called otherwise one day would be a way that leads nowhere."""
    window.open_settings()
    dialog = opened(window, SettingsDialog)
    for page in ("sound", "server", "pipeline", "appearance", "privacy", "talk", "assistant"):
        window.open_settings(page)
        assert dialog.here == page
    with pytest.raises(KeyError):
        window.open_settings("no such page")


def test_the_keyboard_reaches_settings_and_the_text_line(
    qtbot: QtBot, window: MainWindow, question: QLineEdit
) -> None:
    control = Qt.KeyboardModifier.ControlModifier
    QTest.keyClick(window, Qt.Key.Key_L, control)
    assert QApplication.focusWidget() is question
    QTest.keyClick(window, Qt.Key.Key_Comma, control)
    opened(window, SettingsDialog).close()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    QTest.keyClick(window, Qt.Key.Key_F1)
    assert opened(window, ShortcutsDialog).isVisible()


# ---------------------------------------------------------------------------------- the classic chain


def test_a_question_that_was_not_answered_can_be_asked_again(
    window: MainWindow, control: FakeControl
) -> None:
    assert not window.retry_bar.isVisible()
    control.ask("Hello")
    control.can_retry = True
    control.fails(RateLimitError("429", server="OpenAI", reason="too many requests."))
    button = by_name(window.retry_bar, "Try Again", QPushButton)
    assert button.isVisible()
    button.click()
    QTest.keyClick(window, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    assert control.calls == ["ask Hello", "retry", "retry"]
    control.press()
    assert not window.retry_bar.isVisible()


def test_tools_and_waits_stand_in_the_transcript(window: MainWindow, control: FakeControl) -> None:
    control.ask("What time is it?")
    control.calls_tool("get_time", "a")
    control.calls_tool("weather_report", "b")
    control.emit(Waiting(turn=1, at=5.0, server="OpenAI", seconds=6.2))
    assert shown_text(window).split("\n")[2:] == [
        "Looking up the time…",
        "Using a tool: weather report…",
        "OpenAI asks to wait 7 s. It goes on by itself.",
    ]
    control.answers_call("get_time", "a")
    control.answers_call("weather_report", "b", failed=True)
    control.emit(Reached(turn=1, at=11.5, point=Point.FIRST_DELTA))
    assert shown_text(window).split("\n")[2:] == [
        "Looked up the time",
        "weather report: did not work",
    ]


def test_the_strip_shows_how_far_the_stages_are(window: MainWindow, control: FakeControl) -> None:
    control.ask("Hello")
    control.emit(
        Progress(turn=1, at=1.0, recorded_s=2.4, characters=84, units_waiting=2, synthesised_s=3.0)
    )
    waterfall = by_name(window, "Where the time went", Waterfall)
    assert waterfall.accessibleDescription() == (
        "recorded 2.40 s · 84 characters · 2 waiting · 3.00 s of sound made · 0.00 s played"
    )
    control.timed(timeline_of(1))
    assert waterfall.accessibleDescription().startswith("First sound 0.83 s")
    assert "Pieces waiting for the voice" in waterfall.toolTip()
