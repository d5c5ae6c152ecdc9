"""The whole application walked through by keyboard alone: no control is out of reach, and no way leads nowhere."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QComboBox,
    QFileDialog,
    QMenu,
    QPushButton,
    QTabWidget,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.end_to_end.desktop import Person, run, settings_for
from tests.support.realtime_server import ScriptedServer
from voicedesk.app import Application
from voicedesk.audio.files import FileMicrophone, FileSpeaker
from voicedesk.conversation.storage import SettingsFile
from voicedesk.core.turn import State
from voicedesk.dialogs import Dialogs
from voicedesk.ui.first_run import FirstRun
from voicedesk.ui.history_dialog import HistoryDialog
from voicedesk.ui.latency_dialog import LatencyDialog
from voicedesk.ui.settings_dialog import SettingsDialog
from voicedesk.ui.shortcuts_dialog import ShortcutsDialog

pytestmark = pytest.mark.timeout(120)

_SECOND = np.random.default_rng(1).normal(0, 3000, 24_000).astype("<i2").tobytes()


class Typist(Person):
    """Somebody with a keyboard and nothing else."""

    def __init__(self, desktop: Application, microphone: FileMicrophone) -> None:
        super().__init__(desktop)
        self.microphone = microphone

    @property
    def focus(self) -> QWidget:
        widget = QApplication.focusWidget() or QApplication.activeWindow()
        assert widget is not None
        return widget

    def key(self, key: Qt.Key, *, ctrl: bool = False) -> None:
        held = Qt.KeyboardModifier.ControlModifier if ctrl else Qt.KeyboardModifier.NoModifier
        QTest.keyClick(self.focus, key, held)

    async def window_is(self, window: Callable[[], QWidget | None]) -> QWidget:
        """Wait until this window has the keyboard."""
        await self.until(lambda: (found := window()) is not None and found.isActiveWindow())
        result = window()
        assert result is not None
        return result

    async def back_from(self, dialog: QWidget) -> None:
        """Wait until a dialog has closed; without a screen there is no window manager to go back to the window."""
        await self.until(lambda: not dialog.isVisible())
        self.window.activateWindow()
        await self.window_is(lambda: self.window)

    def walk(self, window: QWidget) -> set[str]:
        """Go round with Tab until everything has come by. Returns what could not be reached, or did not show it."""
        start, seen, unseen = self.focus, {self.focus}, set()
        self.key(Qt.Key.Key_Tab)  # Qt shows where the keyboard is from the first Tab on
        self.key(Qt.Key.Key_Backtab)
        assert self.focus is start
        for _ in range(200):
            here = self.focus
            area = QRect(here.mapTo(window, QPoint(0, 0)), here.size()).adjusted(-4, -4, 4, 4)
            with_focus = window.grab(area).toImage()
            self.key(Qt.Key.Key_Tab)
            if self.focus is not here and window.grab(area).toImage() == with_focus:
                unseen.add(f"{_name(here)} looks the same with the keyboard in it")
            seen.add(self.focus)
            if self.focus is start:
                break
        assert self.focus is start, f"no way round in {type(window).__name__}"
        return {_name(widget) for widget in _reachable(window) - seen} | unseen

    def go_to(self, name: str) -> QWidget:
        """Go on with Tab to what has this name."""
        for _ in range(200):
            if _called(self.focus) == name:
                return self.focus
            self.key(Qt.Key.Key_Tab)
        raise AssertionError(f"{name!r} cannot be reached")


def _reachable(window: QWidget) -> set[QWidget]:
    """What takes the keyboard of all that can be seen. Of radio buttons in a group one is enough for Tab."""
    result = set()
    for widget in window.findChildren(QWidget):
        if widget.window() is not window or not widget.isVisible() or not widget.isEnabled():
            continue
        if not widget.focusPolicy() & Qt.FocusPolicy.TabFocus or widget.focusProxy() is not None:
            continue
        if isinstance(widget.parentWidget(), QComboBox | QAbstractItemView):
            continue  # a part of it
        if getattr(widget, "autoExclusive", bool)() and not widget.isChecked():  # type: ignore[attr-defined] # a button
            continue  # the arrow keys lead there
        result.add(widget)
    return result


def _name(widget: QWidget) -> str:
    return f"{type(widget).__name__} {_called(widget)!r}"


def _called(widget: QWidget) -> str:
    """What it is called, as somebody hears it."""
    text: str = getattr(widget, "text", str)()
    return widget.accessibleName() or text


@asynccontextmanager
async def typist(home: Path) -> AsyncIterator[Typist]:
    async with ScriptedServer() as server:
        microphone, speaker = FileMicrophone(_SECOND), FileSpeaker()
        file = SettingsFile(home)
        desktop = Application(
            settings_for(server.base_url), file=file, microphone=microphone, speaker=speaker
        )
        dialogs = Dialogs(desktop)
        try:
            microphone.open()
            speaker.open()
            desktop.window.show()
            desktop.window.activateWindow()
            await desktop.start()
            person = Typist(desktop, microphone)
            await person.window_is(lambda: desktop.window)
            yield person
        finally:
            await dialogs.close()
            await desktop.close()
            microphone.close()
            speaker.close()


def test_the_first_run_to_its_first_turn(qtbot: QtBot, voicedesk_home: Path) -> None:
    del qtbot

    async def work() -> None:
        async with typist(voicedesk_home) as person:
            await _through_the_first_run(person)

    run(work)


def test_from_the_first_word_to_the_last(qtbot: QtBot, voicedesk_home: Path) -> None:
    del qtbot

    async def work() -> None:
        async with typist(voicedesk_home) as person:
            await _talk_and_type(person)
            await _through_the_history(person)
            await _through_the_settings(person)
            await _through_the_figures(person)
            await _through_the_compact_window(person)
            await _through_the_menu(person)
            person.key(Qt.Key.Key_Q, ctrl=True)
            assert not person.window.isVisible()

    run(work)


async def _talk_and_type(person: Typist) -> None:
    focus = person.focus
    QTest.keyPress(focus, Qt.Key.Key_Space)
    await person.microphone.spoken()
    QTest.keyRelease(focus, Qt.Key.Key_Space)
    await person.until(lambda: "hello to you" in person.window.transcript.toPlainText())
    await person.rest()
    person.key(Qt.Key.Key_L, ctrl=True)
    QTest.keyClicks(person.focus, "and once more")
    person.key(Qt.Key.Key_Return)
    await person.until(lambda: person.records.get(2) is not None)
    await person.rest()
    QTest.keyClicks(person.focus, "x")  # there is something to send, so that it can be reached
    assert person.walk(person.window) == set()
    person.key(Qt.Key.Key_Escape)
    assert person.state is State.READY


async def _through_the_history(person: Typist) -> None:
    window = person.window

    def dialog() -> HistoryDialog | None:
        return window.findChild(HistoryDialog)

    person.key(Qt.Key.Key_H, ctrl=True)
    history = await person.window_is(dialog)
    assert isinstance(history, HistoryDialog)
    await person.until(lambda: history.chosen is not None)
    first = history.chosen
    assert first is not None
    assert person.walk(history) == set()
    person.key(Qt.Key.Key_Escape)
    await person.back_from(history)
    person.key(Qt.Key.Key_N, ctrl=True)
    await person.until(lambda: window.transcript.toPlainText() == "")
    person.key(Qt.Key.Key_H, ctrl=True)
    await person.window_is(dialog)
    await person.until(lambda: history.chosen is not None)
    person.key(Qt.Key.Key_Down)
    person.key(Qt.Key.Key_Return)
    await person.back_from(history)
    await person.until(lambda: "hello to you" in window.transcript.toPlainText())


async def _through_the_settings(person: Typist) -> None:
    window = person.window
    person.key(Qt.Key.Key_Comma, ctrl=True)
    dialog = await person.window_is(lambda: window.findChild(SettingsDialog))
    assert person.walk(dialog) == set()
    person.key(Qt.Key.Key_Escape)
    await person.back_from(dialog)


async def _through_the_figures(person: Typist) -> None:
    window = person.window

    def dialog() -> LatencyDialog | None:
        return window.findChild(LatencyDialog)

    person.key(Qt.Key.Key_T, ctrl=True)
    figures = await person.window_is(dialog)
    assert person.walk(figures) == set()
    person.go_to("The answer before")
    choice = figures.findChildren(QComboBox)[0]
    assert choice.currentIndex() == 0
    person.key(Qt.Key.Key_Space)
    assert choice.currentIndex() == 1
    tabs = figures.findChildren(QTabWidget)[0]
    person.key(Qt.Key.Key_Tab, ctrl=True)
    assert tabs.currentIndex() == 1
    assert person.walk(figures) == set()
    person.go_to("Save as CSV…")
    person.key(Qt.Key.Key_Space)
    asking = await person.window_is(lambda: figures.findChild(QFileDialog))
    person.key(Qt.Key.Key_Escape)
    await person.until(lambda: not asking.isVisible())
    figures.activateWindow()
    await person.window_is(dialog)
    person.key(Qt.Key.Key_Escape)
    await person.back_from(figures)


async def _through_the_compact_window(person: Typist) -> None:
    window = person.window
    person.key(Qt.Key.Key_K, ctrl=True)
    await person.until(lambda: not window.header.isVisible())
    await person.window_is(lambda: window)
    assert person.walk(window) == set()
    window.talk_button.setFocus()
    before = len(person.records)
    QTest.keyPress(person.focus, Qt.Key.Key_Space)
    await person.microphone.spoken()
    QTest.keyRelease(person.focus, Qt.Key.Key_Space)
    await person.until(lambda: len(person.records) > before)
    await person.rest()
    person.go_to("Show the whole window")
    person.key(Qt.Key.Key_Space)
    assert window.header.isVisible()
    await person.window_is(lambda: window)


async def _through_the_first_run(person: Typist) -> None:
    window = person.window
    window.first_run_wanted.emit()
    dialog = await person.window_is(lambda: window.findChild(FirstRun))
    assert isinstance(dialog, FirstRun)
    for number in range(4):
        assert dialog.step is dialog.steps[number]
        assert person.walk(dialog) == set(), dialog.step.title
        if number == 0:
            person.go_to("Hear Yourself")
            person.key(Qt.Key.Key_Space)
            person.microphone.speak()
            await person.until(lambda: dialog.step.is_proven)
        elif number == 1:
            person.go_to("Play a Sound")
            person.key(Qt.Key.Key_Space)
            await person.until(dialog.step.findChildren(QPushButton)[1].isEnabled)
            person.go_to("I Heard It")
            person.key(Qt.Key.Key_Space)
        elif number == 2:
            assert dialog.step.is_proven, "it is connected already"
        else:
            break
        person.go_to("Next")
        person.key(Qt.Key.Key_Space)
    person.go_to("Talk")
    QTest.keyPress(person.focus, Qt.Key.Key_Space)
    await person.until(lambda: person.state is State.LISTENING)
    await person.microphone.spoken()
    QTest.keyRelease(person.focus, Qt.Key.Key_Space)
    await person.until(lambda: dialog.step.is_proven)
    person.go_to("Finish")
    person.key(Qt.Key.Key_Return)
    await person.back_from(dialog)


async def _through_the_menu(person: Typist) -> None:
    """Every entry of the menu has a key of its own or can be reached by the arrows."""
    window = person.window
    window.header.menu.setFocus(Qt.FocusReason.TabFocusReason)
    # Qt runs a loop of its own while the menu is open: it must not run inside of this coroutine.
    QTimer.singleShot(0, lambda: person.key(Qt.Key.Key_Space))
    await person.until(lambda: QApplication.activePopupWidget() is not None)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    wanted = [each.text() for each in menu.actions() if each.isEnabled() and each.text()]
    seen: list[str] = []
    for _ in wanted:
        QTest.keyClick(menu, Qt.Key.Key_Down)
        action = menu.activeAction()
        assert action is not None
        seen.append(action.text())
    assert seen == wanted
    QTest.keyClick(menu, Qt.Key.Key_Escape)
    await person.until(lambda: QApplication.activePopupWidget() is None)
    person.key(Qt.Key.Key_F1)
    shortcuts = await person.window_is(lambda: window.findChild(ShortcutsDialog))
    assert person.walk(shortcuts) == set()
    person.key(Qt.Key.Key_Escape)
    await person.back_from(shortcuts)
