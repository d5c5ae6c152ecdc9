"""A changed look is taken into use by the running application, and never under a finger."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.end_to_end.desktop import run, settings_for
from tests.support.realtime_server import ScriptedServer
from voicedesk.app import Application
from voicedesk.audio.files import FileMicrophone, FileSpeaker
from voicedesk.conversation.storage import SettingsFile
from voicedesk.core.turn import State
from voicedesk.dialogs import Dialogs
from voicedesk.ui.settings_values import with_value


def test_the_language_changes_at_once_and_not_while_somebody_talks() -> None:
    async def work() -> None:
        async with ScriptedServer() as server:
            await _change_looks(server.base_url)

    run(work)


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
        await asyncio.sleep(0.05)
        assert builds == [], "the key is held"
        desktop.desk.conductor.cancel()
        async with asyncio.timeout(10):
            while not builds:
                await asyncio.sleep(0.01)
        assert window.question.accessibleName() == "Frage"
        assert window._dialog is not None
        assert window._dialog.windowTitle() == "Einstellungen"
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


def test_a_dialog_that_was_open_meanwhile_speaks_the_language_when_it_comes_again(
    voicedesk_home: Path,
) -> None:
    async def work() -> None:
        async with ScriptedServer() as server:
            await _open_a_dialog_meanwhile(server.base_url, voicedesk_home)

    run(work)


async def _open_a_dialog_meanwhile(base_url: str, home: Path) -> None:
    desktop = Application(
        settings_for(base_url),
        file=SettingsFile(home),
        microphone=FileMicrophone(bytes(48_000)),
        speaker=FileSpeaker(),
    )
    dialogs = Dialogs(desktop)
    try:
        desktop.window.show()
        await desktop.start()
        old = dialogs.open_history()
        assert old is not None
        assert old.windowTitle() == "History"
        settings = with_value(desktop.window.settings, "appearance.language", "de")
        desktop.window.change_settings(settings)
        async with asyncio.timeout(10):
            while desktop.window.question.accessibleName() != "Frage":
                await asyncio.sleep(0.01)
        assert old.isVisible(), "what somebody reads is not taken away"
        assert dialogs.open_history() is old
        old.close()
        fresh = dialogs.open_history()
        assert fresh is not None
        assert fresh.windowTitle() == "Verlauf"
    finally:
        await dialogs.close()
        await desktop.close()
