"""A changed look is taken into use by the running application, and never under a finger."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QPushButton

from tests.end_to_end.desktop import run, settings_for
from tests.support.realtime_server import ScriptedServer
from tests.ui.finding import by_name, opened
from voicedesk.app import Application
from voicedesk.audio.files import FileMicrophone, FileSpeaker
from voicedesk.conversation.storage import SettingsFile
from voicedesk.conversation.store.model import Said, Turn
from voicedesk.core.dialogue import Role
from voicedesk.core.turn import State
from voicedesk.dialogs import Dialogs
from voicedesk.ui.first_run import FirstRun
from voicedesk.ui.settings_dialog import SettingsDialog
from voicedesk.ui.settings_values import with_value
from voicedesk.ui.undo_bar import UndoBar


def test_the_language_changes_at_once_and_not_while_somebody_talks() -> None:
    async def work() -> None:
        async with ScriptedServer() as server:
            await _change_looks(server.base_url)

    run(work)


async def _after_what_is_due() -> None:
    """Wait for a turn of Qt's timers: what is put off to one by now comes before it."""
    due = asyncio.Event()
    QTimer.singleShot(0, due.set)
    await due.wait()


async def _change_looks(base_url: str) -> None:
    microphone, speaker = FileMicrophone(bytes(48_000)), FileSpeaker()
    microphone.open()
    desktop = Application(settings_for(base_url), microphone=microphone, speaker=speaker)
    window = desktop.window
    try:
        window.show()
        await desktop.start()
        builds: list[int] = []
        window.rebuilt.connect(lambda: builds.append(1))
        desktop.modes.mute_action.setChecked(True)
        window.open_settings("appearance")
        desktop.desk.conductor.press()
        assert desktop.desk.conductor.state is State.LISTENING
        window.change_settings(with_value(window.settings, "appearance.language", "de"))
        await _after_what_is_due()
        assert builds == [], "the key is held"
        desktop.desk.conductor.cancel()
        async with asyncio.timeout(10):
            while not builds:
                await asyncio.sleep(0.01)
        assert window.question.accessibleName() == "Frage"
        assert opened(window, SettingsDialog).windowTitle() == "Einstellungen"
        assert desktop.modes.mute_action.isChecked()
        desktop.modes.compact.set_on(is_on=True)
        window.change_settings(with_value(window.settings, "appearance.language", "en"))
        async with asyncio.timeout(10):
            while len(builds) < 2:
                await asyncio.sleep(0.01)
        assert window.question.accessibleName() == "Question"
        assert window.header.isVisible()
    finally:
        microphone.close()
        await desktop.close()


@asynccontextmanager
async def dialogs_of(home: Path) -> AsyncIterator[tuple[Application, Dialogs]]:
    """An application that keeps its files in ``home``, and what its window opens."""
    async with ScriptedServer() as server:
        desktop = Application(
            settings_for(server.base_url),
            file=SettingsFile(home),
            microphone=FileMicrophone(bytes(48_000)),
            speaker=FileSpeaker(),
        )
        dialogs = Dialogs(desktop)
        try:
            desktop.window.show()
            await desktop.start()
            yield desktop, dialogs
        finally:
            await dialogs.close()
            await desktop.close()


def test_dialogs_that_are_open_speak_the_language_at_once(voicedesk_home: Path) -> None:
    async def work() -> None:
        async with dialogs_of(voicedesk_home) as (desktop, dialogs):
            window = desktop.window

            async def speak(language: str, name: str) -> None:
                window.change_settings(with_value(window.settings, "appearance.language", language))
                await until(lambda: window.question.accessibleName() == name)

            history, first_run = dialogs.open_history(), dialogs.open_first_run()
            assert history is not None
            by_name(history, "Search what was said", QLineEdit).setText("two words")
            history.resize(history.width() + 40, history.height() + 30)
            size = history.size()
            first_run.go(1)
            window.open_settings("appearance")
            await speak("de", "Frage")
            await until(
                lambda: len(visible("Verlauf")) == 1 and len(visible("VoiceDesk einrichten")) == 1
            )
            assert visible("History") == visible("Set Up VoiceDesk") == []
            (shown,) = visible("Verlauf")
            search = by_name(shown, "Gesagtes durchsuchen", QLineEdit)
            assert search.text() == "two words"
            assert shown.size() == size
            (shown,) = visible("VoiceDesk einrichten")
            assert isinstance(shown, FirstRun)
            assert shown.here == 1
            await until(lambda: isinstance(QApplication.activeWindow(), SettingsDialog))
            closed = dialogs.open_history()
            assert closed is not None
            closed.close()
            await speak("en", "Question")
            await until(lambda: len(visible("Set Up VoiceDesk")) == 1)
            assert visible("History") == visible("Verlauf") == []
            again = dialogs.open_history()
            assert again is not None
            assert again.windowTitle() == "History"

    run(work)


def test_a_conversation_that_can_be_had_back_can_be_so_in_the_new_language(
    voicedesk_home: Path,
) -> None:
    async def work() -> None:
        async with dialogs_of(voicedesk_home) as (desktop, dialogs):
            window = desktop.window

            assert desktop.desk.keeping is not None
            history = desktop.desk.keeping.history
            history.save("c1", Turn("t1", 1.0, messages=(Said(Role.USER, "Hello"),)), 1.0)
            dialog = dialogs.open_history()
            assert dialog is not None
            delete = _button(dialog, "Delete")
            await until(delete.isEnabled)
            delete.click()
            await until(lambda: not delete.isEnabled())
            window.change_settings(with_value(window.settings, "appearance.language", "de"))
            await until(lambda: len(visible("Verlauf")) == 1)
            (shown,) = visible("Verlauf")
            (bar,) = shown.findChildren(UndoBar)
            assert bar.sentence == "„Hello“ wurde gelöscht."
            assert await history.count() == 1
            bar.button.click()
            await until(_button(shown, "Löschen").isEnabled)

    run(work)


def _button(dialog: QDialog, text: str) -> QPushButton:
    """The one that can be seen: a question that is not asked has another."""
    (button,) = (
        each
        for each in dialog.findChildren(QPushButton)
        if each.text() == text and each.isVisible()
    )
    return button


def visible(title: str) -> list[QDialog]:
    """The dialogs with this title that can be seen."""
    windows = QApplication.topLevelWidgets()
    return [
        w for w in windows if isinstance(w, QDialog) and w.isVisible() and w.windowTitle() == title
    ]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.01)
