"""Messages of the past in the real application: heard again, silent when muted, and taken out for the server too."""

import asyncio
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from tests.end_to_end.desktop import desktop_with, run, settings_for, spoken
from tests.support.pulse import VirtualSound
from tests.support.realtime_server import ScriptedServer, begin, done, say
from voicedesk.conversation.recall import REPLAY
from voicedesk.core.events import Link, LinkChanged, Sounded
from voicedesk.core.turn import State

pytestmark = [pytest.mark.sound, pytest.mark.timeout(120)]

_TIME = np.arange(12_000) / 24_000
TONE = (np.sin(2 * np.pi * 440 * _TIME) * 12_000).astype("<i2").tobytes()  # 0.5 s


def test_both_sides_are_heard_again_muted_and_removed(
    qtbot: QtBot, pulse: VirtualSound, tmp_path: Path
) -> None:
    del qtbot
    question = spoken("hello there", tmp_path / "question.wav")

    async def work() -> None:
        async with ScriptedServer() as server:
            server.replies.append([begin(), say("A tone.", TONE, pieces=5), done()])
            with pulse.record_speaker() as recording:
                settings = settings_for(server.base_url)
                settings.feedback.cues = True
                async with desktop_with(settings) as person:
                    recall = person.desktop.desk.recall

                    async def play(*, take: bool) -> float:
                        """How long it sounded by our count, in milliseconds."""
                        before = len(person.events)
                        recall.replay(1, take=take)
                        await person.until(lambda: person.state is State.SPEAKING)
                        await person.rest()
                        return sum(
                            event.heard.heard_ms
                            for event in person.events[before:]
                            if isinstance(event, Sounded) and event.heard.key.response == REPLAY
                        )

                    person.hold()
                    await person.say(question, pulse)
                    person.let_go()
                    await person.rest()
                    assert person.failures() == []
                    await asyncio.to_thread(recording.wait_for_silence, 0.3)
                    before = len(recording.samples())
                    assert await play(take=False) == pytest.approx(500, abs=1)
                    await asyncio.to_thread(recording.wait_for_silence, 0.3)
                    assert recording.first_above(start=before) is not None

                    person.desktop.modes.mute_action.setChecked(True)
                    before = len(recording.samples())
                    assert await play(take=True) > 500
                    await asyncio.to_thread(recording.wait_for_samples, before + 24_000)
                    assert recording.first_above(start=before) is None

                    recall.remove(1, whole=True)
                    await person.until(
                        lambda: (
                            sum(isinstance(e, LinkChanged) for e in person.events) > 1
                            and person.desktop.desk.conductor.link is Link.READY
                        )
                    )
                    assert list(person.desktop.desk.dialogue) == []
                    # The new session was told nothing of it.
                    assert "conversation.item.create" not in server.session.types()

    run(work)
