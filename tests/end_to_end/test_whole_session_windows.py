"""Whole sessions as the program runs them: the very first one, and one after a crash, each by keyboard alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from tests.end_to_end.desktop import run, spoken
from tests.support.pulse import VirtualSound
from voicedesk.conversation.storage import Folders, SettingsFile
from voicedesk.crash import TRACE_FILE, CrashReporter
from voicedesk.session import run_session
from voicedesk.ui.first_run import FirstRun
from voicedesk.ui.main_window import MainWindow

pytestmark = pytest.mark.timeout(150)

_W = TypeVar("_W", bound=QWidget)
_FAULT = (
    "Fatal Python error: Segmentation fault\n\nCurrent thread 0x00007f (most recent call first):\n"
)


class Typist:
    """Somebody with a keyboard, and eyes for what is on the screen."""

    @property
    def focus(self) -> QWidget:
        widget = QApplication.focusWidget() or QApplication.activeWindow()
        assert widget is not None
        return widget

    async def until(self, condition: Callable[[], bool], seconds: float = 60.0) -> None:
        async with asyncio.timeout(seconds):
            while not condition():
                await asyncio.sleep(0.01)

    async def sees(self, kind: type[_W]) -> _W:
        """Wait until there is such a window and it has the keyboard."""

        def there() -> list[_W]:
            tops = QApplication.topLevelWidgets()
            return [each for each in tops if isinstance(each, kind) and each.isActiveWindow()]

        await self.until(lambda: bool(there()))
        return there()[0]

    def key(self, key: Qt.Key, *, ctrl: bool = False) -> None:
        held = Qt.KeyboardModifier.ControlModifier if ctrl else Qt.KeyboardModifier.NoModifier
        QTest.keyClick(self.focus, key, held)

    def press(self, name: str) -> None:
        """Go with Tab to the button of this name and press it."""
        for _ in range(100):
            here = self.focus
            if name in {here.accessibleName(), str(getattr(here, "text", str)())}:
                assert here.isEnabled()
                self.key(Qt.Key.Key_Space)
                return
            self.key(Qt.Key.Key_Tab)
        raise AssertionError(f"{name!r} cannot be reached")

    def reads(self, words: str) -> bool:
        """Whether this can be read in one of the windows."""
        return any(
            words in label.text()
            for window in QApplication.topLevelWidgets()
            for label in window.findChildren(QLabel)
            if label.isVisible()
        )


@asynccontextmanager
async def session(reporter: CrashReporter | None = None) -> AsyncIterator[Typist]:
    """The desktop application from its start until its window is closed, which ends it well."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    running = asyncio.ensure_future(run_session(application, reporter=reporter))
    typist = Typist()
    try:
        await typist.until(lambda: running.done() or QApplication.activeWindow() is not None)
        yield typist
    except BaseException:
        running.cancel()
        await asyncio.wait([running])
        raise
    for window in QApplication.topLevelWidgets():
        if isinstance(window, MainWindow) and window.isVisible():
            window.activateWindow()
            await typist.sees(MainWindow)
    typist.key(Qt.Key.Key_Q, ctrl=True)
    async with asyncio.timeout(30):
        assert await running == 0


@pytest.mark.sound
def test_the_first_start_is_walked_through_to_the_first_turn_and_never_comes_again(
    qtbot: QtBot, pulse: VirtualSound, voicedesk_home: Path, tmp_path: Path
) -> None:
    del qtbot
    question = spoken("What time is it?", tmp_path / "question.wav")
    assert not SettingsFile(Folders.find().config).exists

    async def say() -> None:
        player = pulse.play_to_microphone(question)
        await asyncio.to_thread(player.wait)

    async def work() -> None:
        async with session() as person:
            await _through_the_first_run(person, say)
        assert SettingsFile(Folders.find().config).exists
        async with session() as person:
            window = await person.sees(MainWindow)
            await person.until(lambda: window.header.status.word == "Ready")
            assert window.findChild(FirstRun) is None

    run(work)


async def _through_the_first_run(person: Typist, say: Callable[[], Awaitable[None]]) -> None:
    dialog = await person.sees(FirstRun)
    assert person.reads("Step 1 of 4")
    while not dialog.step.is_proven:
        await say()
    person.press("Next")
    assert person.reads("Step 2 of 4")
    person.press("Play a Sound")
    await person.until(lambda: person.reads("Did you hear it?"))
    person.press("I Heard It")
    person.press("Next")
    assert person.reads("Step 3 of 4")
    await person.until(lambda: dialog.step.is_proven)
    person.press("Next")
    assert person.reads("Step 4 of 4")
    talk = person.focus
    assert talk.accessibleName() == "Talk"
    QTest.keyPress(talk, Qt.Key.Key_Space)
    await person.until(lambda: person.reads("Listening"))
    await say()
    QTest.keyRelease(talk, Qt.Key.Key_Space)
    await person.until(lambda: dialog.step.is_proven)
    assert person.reads("That was your first turn")
    person.press("Finish")
    await person.until(lambda: not dialog.isVisible())


@pytest.fixture
def own_faulthandler(monkeypatch: pytest.MonkeyPatch) -> None:
    """That of the test run stays as it is."""
    monkeypatch.setattr("voicedesk.crash.faulthandler.enable", lambda _file: None)
    monkeypatch.setattr("voicedesk.crash.faulthandler.disable", lambda: None)


@pytest.fixture
def reporter(own_faulthandler: None, voicedesk_home: Path) -> Iterator[CrashReporter]:
    """What watches a run, after one that died."""
    folder = Folders.find().log
    folder.mkdir(parents=True)
    (folder / TRACE_FILE).write_text(_FAULT, "utf-8")
    (folder / "voicedesk.log").write_text("the last words\n", "utf-8")
    SettingsFile(Folders.find().config).save(SettingsFile(Folders.find().config).load())
    result = CrashReporter(folder)
    result.start()
    yield result
    result.stop()


def test_after_a_crash_the_report_is_offered_and_copied_once(
    qtbot: QtBot, reporter: CrashReporter
) -> None:
    del qtbot
    clipboard = QGuiApplication.clipboard()
    clipboard.setText("before")

    async def work() -> None:
        async with session(reporter) as person:
            window = await person.sees(MainWindow)
            await person.until(lambda: person.reads("Something went wrong in VoiceDesk"))
            assert clipboard.text() == "before", "it goes nowhere by itself"
            person.press("Copy Report")
            assert "Segmentation fault" in clipboard.text()
            assert "the last words" in clipboard.text()
            await person.until(lambda: person.reads("The report has been copied"))
            assert window.findChild(FirstRun) is None

    run(work)
    reporter.stop()
    after = CrashReporter(Folders.find().log)
    after.start()
    after.stop()
    assert after.report == "", "the run after it ended well"
