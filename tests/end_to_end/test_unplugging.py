"""Microphone and speaker are pulled out while somebody talks, and put back."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.end_to_end.desktop import desktop_with, run, settings_for, spoken
from tests.support.pulse import VirtualSound
from tests.support.realtime_server import ScriptedServer
from voicedesk.audio.device_troubles import DeviceReturnedError, MicrophoneLostError
from voicedesk.core.events import SoundTrouble
from voicedesk.core.turn import State

pytestmark = [pytest.mark.timeout(120), pytest.mark.sound]


def test_what_was_said_until_the_microphone_went_is_answered_after_all(
    qtbot: QtBot, pulse: VirtualSound, tmp_path: Path
) -> None:
    del qtbot
    question = spoken("hello there, can you hear me well", tmp_path / "question.wav")

    async def work() -> None:
        async with (
            ScriptedServer() as server,
            desktop_with(settings_for(server.base_url)) as person,
        ):
            conductor = person.desktop.desk.conductor
            said: list[bytes] = []
            conductor.watch_takes(lambda _turn, pcm: said.append(pcm))
            person.hold()
            player = pulse.play_to_microphone(question)
            await person.until(lambda: conductor.level.peak > 0.05)
            heard = sum(map(len, said))
            await person.until(lambda: sum(map(len, said)) >= heard + 0.5 * 48_000)
            pulse.stop_playing()
            player.wait()
            pulse.remove_microphone()
            pulse.remove_speaker()
            await person.until(lambda: person.state is State.FAILED)
            assert [type(error) for error in person.failures()] == [MicrophoneLostError]
            assert conductor.can_retry
            person.let_go()

            pulse.restore_speaker()
            pulse.restore_microphone()
            await person.until(lambda: conductor.microphone_ready)
            await person.until(lambda: conductor.speaker is not None and conductor.speaker.is_open)
            told = [event.error for event in person.events if isinstance(event, SoundTrouble)]
            assert any(isinstance(error, DeviceReturnedError) for error in told)
            conductor.retry()
            await person.until(lambda: 2 in person.records and person.records[2].heard_ms > 0)
            await person.rest()
            assert person.records[2].error is None

    run(work)
