"""The compact window, the icon in the tray, and answers without sound."""

from __future__ import annotations

import pytest
import shiboken6
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QSystemTrayIcon, QToolButton
from pytestqt.qtbot import QtBot

from tests.ui.fake_control import FakeControl
from tests.ui.finding import by_name
from tests.ui.test_accessibility import clipped, unnamed
from voicedesk.audio.device_troubles import SilentMicrophoneError
from voicedesk.core.errors import ConnectionLostError, NoMicrophoneError
from voicedesk.core.events import Link, ReplyEnded
from voicedesk.core.turn import Trigger
from voicedesk.ui import theme
from voicedesk.ui.compact import LastLine
from voicedesk.ui.main_window import MainWindow
from voicedesk.ui.talk_button import TalkButton
from voicedesk.ui.widgets import Hairline
from voicedesk.ui.window_modes import WindowModes

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def modes(window: MainWindow, control: FakeControl) -> WindowModes:
    return WindowModes(window, control)


def last_words(window: MainWindow) -> str:
    return by_name(window, "Last words", LastLine).accessibleDescription()


def test_compact_is_the_button_the_level_and_the_last_line(
    qtbot: QtBot, window: MainWindow, control: FakeControl, modes: WindowModes
) -> None:
    size = window.size()
    QTest.keyClick(window, Qt.Key.Key_K, CONTROL)
    qtbot.waitUntil(window.isActiveWindow)
    assert modes.compact.is_on
    assert window.windowFlags() & Qt.WindowType.WindowStaysOnTopHint
    assert window.talk_button.isVisible()
    assert window.meter.isVisible()
    for part in (window.header, window.transcript, window.strip, window.question):
        assert not part.isVisible()
    assert window.height() < size.height() / 3
    assert clipped(window) == []
    assert unnamed(window) == []
    control.turn_of("How late is it?", "It is " + "very " * 200 + "late.")
    window.transcript.flush()
    assert last_words(window).endswith("very late.")
    assert by_name(window, "Last words", LastLine).text().endswith("very late.")
    control.turn_of("How?", "With `rstrip()`, **always**.")
    control.emit(ReplyEnded(turn=control.turn, at=0.0))
    window.transcript.flush()
    assert last_words(window) == "With rstrip(), always."
    by_name(window, "Show the whole window", QToolButton).click()
    qtbot.waitUntil(window.isActiveWindow)
    assert not window.windowFlags() & Qt.WindowType.WindowStaysOnTopHint
    assert window.transcript.isVisible()
    assert window.question.isVisible()
    assert window.size() == size
    assert not modes.compact_action.isChecked()


def test_the_parts_of_an_open_dialog_are_not_the_windows(
    window: MainWindow, control: FakeControl
) -> None:
    """The window is made anew while a dialog is open, which goes later, or stays."""
    gone, stays = QDialog(window), QDialog(window)
    line = Hairline(stays)
    Hairline(gone)
    modes = WindowModes(window, control)
    shiboken6.delete(gone)
    stays.show()
    modes.compact_action.setChecked(True)
    assert modes.compact.is_on
    assert line.isVisible()
    modes.compact_action.setChecked(False)
    assert window.transcript.isVisible()
    stays.close()


def test_talking_works_while_it_is_compact(
    qtbot: QtBot, window: MainWindow, control: FakeControl, modes: WindowModes
) -> None:
    modes.compact.toggle()
    qtbot.waitUntil(window.isActiveWindow)
    by_name(window, "Talk", TalkButton).setFocus()
    QTest.keyPress(window, Qt.Key.Key_Space)
    assert control.calls == ["press"]
    QTest.keyRelease(window, Qt.Key.Key_Space)


def test_the_compact_window_grows_for_a_message_and_shrinks_again(
    qtbot: QtBot, window: MainWindow, modes: WindowModes
) -> None:
    modes.compact.set_on(is_on=True)
    QApplication.processEvents()
    height = window.height()
    window.show_error("sound", NoMicrophoneError())
    qtbot.waitUntil(lambda: window.height() > height)
    window.messages.clear("sound")
    qtbot.waitUntil(lambda: window.height() == height)


def test_typing_a_question_makes_it_whole(
    qtbot: QtBot, window: MainWindow, control: FakeControl, modes: WindowModes
) -> None:
    modes.compact.set_on(is_on=True)
    qtbot.waitUntil(window.isActiveWindow)
    QTest.keyClick(window, Qt.Key.Key_L, CONTROL)
    assert not modes.compact.is_on
    question = by_name(window, "Question", QLineEdit)
    qtbot.waitUntil(question.hasFocus)
    QTest.keyClicks(question, "how late")
    QTest.keyClick(question, Qt.Key.Key_Return)
    assert control.calls == ["ask how late"]


def test_the_tray_says_what_is_going_on(
    window: MainWindow, control: FakeControl, modes: WindowModes
) -> None:
    modes.show_tray()
    tray = modes.tray
    assert tray is not None
    assert tray.tip == "VoiceDesk: Ready"
    control.press()
    assert tray.tip == "VoiceDesk: Listening"
    control.fire(Trigger.CANCEL)
    control.links(Link.LOST, ConnectionLostError(server="OpenAI"))
    assert tray.tip == "VoiceDesk: Offline"
    assert tray.menu.actions()[0].text() == "Offline"
    icon = window.findChildren(QSystemTrayIcon)[0].icon()
    assert icon.availableSizes()
    assert not icon.pixmap(QSize(22, 22)).isNull()


def test_the_sign_in_the_tray_has_the_colours_of_now(
    window: MainWindow, control: FakeControl, modes: WindowModes
) -> None:
    modes.show_tray()
    control.press()

    def sign() -> QImage:
        (icon,) = window.findChildren(QSystemTrayIcon)
        return icon.icon().pixmap(QSize(48, 48)).toImage()

    window.setPalette(theme.light_palette())
    light = sign()
    window.setPalette(theme.dark_palette())
    assert sign() != light
    window.setPalette(theme.light_palette())
    assert sign() == light


def test_the_trays_menu_hides_mutes_and_quits(
    qtbot: QtBot, window: MainWindow, modes: WindowModes
) -> None:
    modes.show_tray()
    assert modes.tray is not None
    menu = modes.tray.menu
    menu.aboutToShow.emit()
    by_text = {action.text(): action for action in menu.actions()}
    assert list(by_text) == [
        "Ready",
        "Hide the Window",
        "Compact Window",
        "Mute Answers",
        "",
        "Quit",
    ]
    by_text["Hide the Window"].trigger()
    assert not window.isVisible()
    menu.aboutToShow.emit()
    assert by_text["Hide the Window"].text() == "Show the Window"
    window.findChildren(QSystemTrayIcon)[0].activated.emit(QSystemTrayIcon.ActivationReason.Trigger)
    assert window.isVisible()
    with qtbot.waitSignal(window.closed):
        by_text["Quit"].trigger()


def test_a_desktop_without_a_tray_goes_without(
    window: MainWindow, modes: WindowModes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", lambda: False)
    assert not modes.show_tray()
    assert modes.tray is not None
    assert not window.findChildren(QSystemTrayIcon)[0].isVisible()


def test_muting_is_told_and_seen(qtbot: QtBot, window: MainWindow, modes: WindowModes) -> None:
    told: list[bool] = []
    modes.muted.connect(told.append)
    assert not window.header.muted.isVisible()
    QTest.keyClick(window, Qt.Key.Key_M, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    assert told == [True]
    assert window.header.muted.isVisible()
    window.header.muted.click()
    assert told == [True, False]
    assert not window.header.muted.isVisible()


def test_the_menu_of_the_window_offers_both(window: MainWindow, modes: WindowModes) -> None:
    menu = window.header.menu.menu()
    assert menu is not None
    texts = [action.text() for action in menu.actions() if action.text()]
    assert texts[-1] == "Quit"
    assert {"Compact Window", "Mute Answers"} <= set(texts)


def test_a_screen_reader_is_told_what_a_key_has_changed(
    qtbot: QtBot, window: MainWindow, modes: WindowModes, said: list[str]
) -> None:
    for _ in range(2):
        QTest.keyClick(window, Qt.Key.Key_M, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    assert said == ["Answers are muted", "Answers sound again"]
    said.clear()
    for _ in range(2):
        QTest.keyClick(window, Qt.Key.Key_M, CONTROL)
    assert said == ["Classic", "Realtime"]
    said.clear()
    for _ in range(2):
        QTest.keyClick(window, Qt.Key.Key_K, CONTROL)
        qtbot.waitUntil(window.isActiveWindow)
    assert said == ["The window is compact", "The window is whole"]


def test_the_compact_window_shows_that_answers_are_muted(
    qtbot: QtBot, window: MainWindow, modes: WindowModes
) -> None:
    modes.mute_action.setChecked(True)
    modes.compact.set_on(is_on=True)
    qtbot.waitUntil(window.isActiveWindow)
    sign = modes.compact.muted
    assert sign.isVisible()
    assert not window.header.muted.isVisible()
    assert clipped(window) == []
    sign.click()
    assert not modes.mute_action.isChecked()
    assert not sign.isVisible()
    modes.mute_action.setChecked(True)
    assert sign.isVisible()
    window.show_error("sound", SilentMicrophoneError(device="Desk"))
    assert window.messages.isVisible(), "the microphone's is told in the bar, which stays"
