"""The look is taken into use at once: colours, language, size of text, motion."""

from __future__ import annotations

import asyncio
import threading

import pytest
from PySide6.QtCore import QLocale, Qt, QTimer
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.fake_control import FakeControl, timeline_of
from tests.ui.finding import by_name, opened
from tests.ui.test_accessibility import clipped
from voicedesk.core.errors import ConnectionLostError, NoMicrophoneError
from voicedesk.core.events import Link, LinkChanged, TurnFailed
from voicedesk.core.settings import Appearance, Settings
from voicedesk.core.turn import State, Trigger
from voicedesk.ui import motion, theme
from voicedesk.ui.crash_offer import offer_report
from voicedesk.ui.latency_dialog import LatencyDialog
from voicedesk.ui.lit_words import LitWords
from voicedesk.ui.looks import Looks
from voicedesk.ui.main_window import MainWindow
from voicedesk.ui.settings_dialog import SettingsDialog
from voicedesk.ui.talk_button import TalkButton
from voicedesk.ui.update_offer import tell_release
from voicedesk.updates import Release


def test_the_defaults_change_nothing(qapp: QApplication, looks: Looks) -> None:
    before = (qapp.palette(), qapp.font(), QLocale())
    assert not looks.apply(Appearance())
    assert (qapp.palette(), qapp.font(), QLocale()) == before


@pytest.mark.parametrize("wanted", ["light", "dark"])
def test_colours_follow_the_setting_at_once(looks: Looks, window: MainWindow, wanted: str) -> None:
    assert not looks.apply(Appearance.model_validate({"theme": wanted}))
    QApplication.processEvents()
    assert theme.scheme(window.palette()).is_dark == (wanted == "dark")
    assert theme.scheme(window.transcript.palette()).is_dark == (wanted == "dark")


def test_after_a_choice_the_desktop_is_followed_again(qapp: QApplication, looks: Looks) -> None:
    looks.apply(Appearance(theme="dark"))
    looks.apply(Appearance(theme="system"))
    is_dark = qapp.styleHints().colorScheme() == Qt.ColorScheme.Dark
    assert theme.scheme(qapp.palette()).is_dark == is_dark


def test_text_grows_from_the_desktops_size(qapp: QApplication, looks: Looks) -> None:
    before = qapp.font().pointSizeF()
    assert looks.apply(Appearance(text_size=200))
    assert qapp.font().pointSizeF() == pytest.approx(2 * before)
    assert looks.apply(Appearance(text_size=150))
    assert qapp.font().pointSizeF() == pytest.approx(1.5 * before)
    looks.restore()
    assert qapp.font().pointSizeF() == pytest.approx(before)


def test_numbers_go_with_the_language(looks: Looks) -> None:
    assert looks.apply(Appearance(language="de"))
    assert QLocale().toString(1.5, "f", 1) == "1,5"


def test_less_motion_stills_what_need_not_move(
    qapp: QApplication, looks: Looks, button: TalkButton
) -> None:
    flash = qapp.cursorFlashTime()
    looks.apply(Appearance(reduced_motion="always"))
    assert motion.is_reduced()
    assert qapp.cursorFlashTime() == 0
    button.show_level(0.9)
    assert button._level == 0.0
    looks.apply(Appearance())
    assert not motion.is_reduced()
    assert qapp.cursorFlashTime() == flash
    button.show_level(0.9)
    assert button._level == 0.9


async def test_motion_is_as_the_desktop_has_it_unless_the_user_says_otherwise(
    qapp: QApplication, looks: Looks
) -> None:
    desktop = [True]
    looks._less_motion = lambda: desktop[0]
    assert not motion.is_reduced(), "it is asked late"
    await looks.follow()
    assert motion.is_reduced()
    looks.apply(Appearance(reduced_motion="never"))
    assert not motion.is_reduced()
    await looks.follow()
    assert not motion.is_reduced()
    looks.apply(Appearance())
    assert motion.is_reduced()
    desktop[0] = False
    await looks.follow()
    assert not motion.is_reduced()
    looks.apply(Appearance(reduced_motion="always"))
    assert motion.is_reduced()


async def test_the_desktop_is_asked_on_a_thread_and_once_at_a_time(
    qapp: QApplication, looks: Looks
) -> None:
    asked: list[threading.Thread] = []
    go_on = threading.Event()

    def ask() -> bool:
        asked.append(threading.current_thread())
        assert go_on.wait(10)
        return True

    looks._less_motion = ask
    first = asyncio.ensure_future(looks.follow())
    await asyncio.sleep(0)
    await looks.follow()
    go_on.set()
    await first
    assert len(asked) == 1
    assert asked[0] is not threading.main_thread()
    assert motion.is_reduced()


async def test_where_qt_tells_nobody_else_is_asked(
    looks: Looks, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def ask() -> bool:
        asked.append("the desktop")
        return False

    looks._less_motion = ask
    monkeypatch.setattr(motion, "is_wanted_less", lambda _hints: True)
    await looks.follow()
    assert motion.is_reduced()
    assert asked == []
    monkeypatch.setattr(motion, "is_wanted_less", lambda _hints: False)
    await looks.follow()
    assert not motion.is_reduced()
    assert asked == ["the desktop"]


def test_words_are_lit_only_where_that_is_wanted(window: MainWindow, control: FakeControl) -> None:
    (lit,) = window.findChildren(LitWords)
    (timer,) = lit.findChildren(QTimer)
    window.show_settings(Settings(appearance=Appearance(light_words=False)))
    control.ask("One")
    control.fire(Trigger.SOUND)
    assert control.state is State.SPEAKING
    assert not timer.isActive()
    window.show_settings(Settings())
    assert timer.isActive()
    window.show_settings(Settings(appearance=Appearance(light_words=False)))
    assert not timer.isActive()


# ------------------------------------------------------------------------- the window made anew


def test_a_window_made_anew_speaks_the_language_and_keeps_what_was_said(
    looks: Looks, window: MainWindow, control: FakeControl, qtbot: QtBot
) -> None:
    control.turn_of("What is two plus two?", "Four.")
    window.transcript.flush()
    window.question.setText("half a ques")
    window.open_settings("appearance")
    looks.apply(Appearance(language="de"))
    with qtbot.waitSignal(window.rebuilt):
        window.rebuild()
    assert window.header.status.word == "Bereit"
    window.transcript.flush()
    assert "What is two plus two?" in window.transcript.toPlainText()
    assert "Four." in window.transcript.toPlainText()
    assert by_name(window, "Frage", QLineEdit).text() == "half a ques"
    dialog = opened(window, SettingsDialog)
    assert dialog.here == "appearance"
    assert by_name(dialog, "Sprache des Fensters", QComboBox).isVisible()
    QApplication.processEvents()
    assert clipped(window) == []


async def test_notices_and_open_questions_change_the_language_with_the_window(
    looks: Looks, window: MainWindow, qtbot: QtBot
) -> None:
    window.show_error("sound", NoMicrophoneError())
    offer_report(window.messages, "a report")
    tell_release(window.messages, Release("9.9", "https://example.org/new"))
    asking = asyncio.create_task(window.confirm("Open this page in the web browser?", "a.test"))
    await asyncio.sleep(0)
    window.transcript.link_wanted.emit("https://example.org/")
    looks.apply(Appearance(language="de"))
    window.rebuild()
    qtbot.waitUntil(lambda: len(found(window, "Diese Seite im Browser öffnen?")) == 2)
    assert len(found(window, "Es wurde kein Mikrofon gefunden.")) == 1
    assert len(found(window, "Beim letzten Mal ist in VoiceDesk etwas")) == 1
    assert len(found(window, "VoiceDesk 9.9 ist da; dies ist")) == 1
    assert len(found(window, "Diese Meldung schließen")) == 3
    for caption in ("Bericht kopieren", "Seite öffnen", "Einstellungen öffnen"):
        assert by_name(window.messages, caption, QPushButton).isVisible()
    assert clipped(window) == []
    by_name(window.confirmations, "Erlauben", QPushButton).click()
    assert await asking
    looks.apply(Appearance(language="en"))
    window.rebuild()
    qtbot.waitUntil(lambda: len(found(window, "Open this page in the browser?")) == 1)
    by_name(window.confirmations, "Cancel", QPushButton).click()
    assert not window.confirmations.isVisible()


def found(window: MainWindow, start: str) -> list[str]:
    """What a screen reader finds in the notices and questions that begins so."""
    names = (
        widget.accessibleName()
        for area in (window.messages, window.confirmations)
        for widget in area.findChildren(QWidget)
    )
    return [name for name in names if name.startswith(start)]


async def test_a_page_that_cannot_be_opened_after_a_change_of_language_is_told_in_it(
    looks: Looks, window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda _url: False)
    window.transcript.link_wanted.emit("https://example.org/")
    looks.apply(Appearance(language="de"))
    window.rebuild()
    qtbot.waitUntil(lambda: len(found(window, "Diese Seite im Browser öffnen?")) == 1)
    by_name(window.confirmations, "Öffnen", QPushButton).click()
    assert window.messages.sentences == ["Die Seite konnte nicht geöffnet werden."]


def test_what_a_turn_has_told_is_not_told_again_in_another_language(
    looks: Looks, window: MainWindow, control: FakeControl
) -> None:
    error = ConnectionLostError(server="Fake", reason="the server ended it in the middle")
    control.ask("One")
    window.on_event(TurnFailed(turn=control.turn, at=0.0, error=error))
    looks.apply(Appearance(language="de"))
    window.rebuild()
    window.on_event(LinkChanged(turn=0, at=0.0, link=Link.CLOSED, error=error))
    assert window.messages.sentences == []


def test_the_figures_that_are_open_come_again_in_the_language(
    looks: Looks, window: MainWindow, control: FakeControl, qtbot: QtBot
) -> None:
    del qtbot
    for _ in range(2):
        control.turn_of("One", "Two")
        control.timed(timeline_of(control.turn))
    window.latency.open(1)
    looks.apply(Appearance(language="de"))
    window.rebuild()
    QApplication.processEvents()
    (dialog,) = [d for d in window.findChildren(LatencyDialog) if d.isVisible()]
    assert dialog.windowTitle() == "Wohin die Zeit geht"
    assert dialog.here == (1, None)
    dialog.close()
    window.rebuild()
    assert window.latency.leave() is None


def test_a_window_made_anew_talks_asks_and_shows_as_before(
    looks: Looks, window: MainWindow, control: FakeControl, qtbot: QtBot
) -> None:
    looks.apply(Appearance(text_size=130))
    for _ in range(2):
        window.rebuild()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    QTest.keyPress(window, Qt.Key.Key_Space)
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert control.calls == ["press", "cancel"], "one talk key, not one for each time"
    control.calls.clear()
    QTest.keyClick(window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert window.question.hasFocus(), "each key does one thing"
    QTest.keyClicks(window.question, "hello")
    QTest.keyClick(window.question, Qt.Key.Key_Return)
    assert control.calls == ["ask hello"]
    window.transcript.flush()
    assert "hello" in window.transcript.toPlainText()


async def test_a_question_to_the_user_outlives_the_change(window: MainWindow, qtbot: QtBot) -> None:
    asked = asyncio.ensure_future(window.confirm("May I?", "this"))
    await asyncio.sleep(0)
    window.rebuild()
    QApplication.processEvents()
    assert not asked.done()
    assert window.confirmations.isVisible()
    window.confirmations.close_all()
    assert await asked is False
