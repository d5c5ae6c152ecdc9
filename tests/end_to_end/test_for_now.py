"""A pipeline that answers for now is not what the next start begins with."""

from __future__ import annotations

from pathlib import Path

from tests.end_to_end.desktop import run, settings_for
from tests.support.realtime_server import ScriptedServer
from voicedesk.app import Application
from voicedesk.audio.files import FileMicrophone, FileSpeaker
from voicedesk.conversation.storage import SettingsFile
from voicedesk.ui.settings_values import with_value


def test_another_setting_does_not_keep_the_pipeline_that_answers_for_now(
    voicedesk_home: Path,
) -> None:
    async def work() -> None:
        async with ScriptedServer() as server:
            await _change_meanwhile(server.base_url, voicedesk_home)

    run(work)


async def _change_meanwhile(base_url: str, home: Path) -> None:
    desktop = Application(
        settings_for(base_url),
        file=SettingsFile(home),
        microphone=FileMicrophone(bytes(48_000)),
        speaker=FileSpeaker(),
    )
    window = desktop.window
    try:
        window.show()
        await desktop.start()
        await desktop.use_mode("classic")
        window.change_settings(with_value(window.settings, "talk.tail_ms", 450))
        assert window.settings.mode == "classic"
        kept = SettingsFile(home).load()
        assert (kept.mode, kept.talk.tail_ms) == ("realtime", 450)
        window.change_settings(with_value(window.settings, "mode", "realtime"))
        window.change_settings(with_value(window.settings, "mode", "classic"))
        assert SettingsFile(home).load().mode == "classic"
    finally:
        await desktop.close()
