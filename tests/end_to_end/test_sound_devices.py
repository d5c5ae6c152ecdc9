"""The sound devices of the running application: warm while the window is active, told when they are missing."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.end_to_end.desktop import desktop_with, run, settings_for, spoken
from tests.support.pulse import VirtualSound
from tests.support.realtime_server import ScriptedServer
from voicedesk.audio import devices
from voicedesk.conversation import sound as sound_module
from voicedesk.core.errors import NoPortAudioError
from voicedesk.core.events import SoundTrouble

pytestmark = [pytest.mark.timeout(120)]


@pytest.mark.sound
def test_the_devices_are_let_go_in_the_background_and_come_back(
    qtbot: QtBot, pulse: VirtualSound, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del qtbot
    monkeypatch.setattr(sound_module, "HOLD_S", 0.01)
    question = spoken("hello there", tmp_path / "question.wav")

    async def work() -> None:
        async with (
            ScriptedServer() as server,
            desktop_with(settings_for(server.base_url)) as person,
        ):
            conductor = person.desktop.desk.conductor
            sound = person.desktop.sound
            assert sound is not None
            assert conductor.microphone_ready
            sound.attend(active=False)
            await person.until(lambda: not conductor.microphone_ready)

            def all_let_go() -> bool:
                # What is left is the virtual microphone's own.
                captures = pulse.pactl("list", "short", "source-outputs").splitlines()
                return len(captures) == 1 and not pulse.pactl("list", "short", "sink-inputs")

            await person.until(all_let_go)
            sound.attend(active=True)
            await person.until(lambda: conductor.microphone_ready)
            person.hold()
            await person.say(question, pulse)
            person.let_go()
            await person.rest()
            record = person.records[1]
            assert record.error is None
            assert record.heard_ms == record.reply_ms > 0

    run(work)


def test_without_portaudio_the_window_says_so_and_typing_works(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    del qtbot

    def missing() -> None:
        raise NoPortAudioError(remedy="sudo apt install libportaudio2")

    monkeypatch.setattr(devices, "library", missing)

    async def work() -> None:
        async with (
            ScriptedServer() as server,
            desktop_with(settings_for(server.base_url)) as person,
        ):
            told = [str(e.error) for e in person.events if isinstance(e, SoundTrouble) and e.error]
            assert len(told) == 1
            assert "sudo apt install libportaudio2" in told[0]
            person.type("hello")
            await person.until(lambda: bool(person.records))
            await person.rest()
            assert person.records[1].assistant_text == "hello to you"
            transcript = person.window.transcript
            await person.until(lambda: "hello to you" in transcript.toPlainText())

    run(work)
