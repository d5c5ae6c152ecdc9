"""Both pipelines on the built-in server, exchanged in one running window: one conversation, and nothing lost."""

import asyncio
from pathlib import Path

import psutil
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.conftest import ExpectLog
from tests.end_to_end.desktop import Person, desktop_with, run, spoken
from tests.support.pulse import VirtualSound
from voicedesk.core.events import Interrupted, Reached, ToolAnswered
from voicedesk.core.settings import Mode, Settings
from voicedesk.core.timeline import Point
from voicedesk.core.turn import State


async def switch(person: Person, mode: Mode) -> None:
    """Press the header's switch, and wait until the other pipeline answers."""
    place = ["realtime", "classic"].index(mode)
    QTest.mouseClick(person.window.header.mode.segments[place], Qt.MouseButton.LeftButton)
    await person.until(lambda: person.desktop.desk.settings.mode == mode)
    await person.until(lambda: person.desktop.desk.conductor.link.value == "ready")


async def ask(person: Person, question: str) -> str:
    turn = person.desktop.desk.conductor.turn + 1
    person.type(question)
    await person.until(lambda: person.desktop.desk.conductor.turn == turn)
    await person.rest()
    record = person.records[turn]
    assert record.error is None
    return record.assistant_text


def test_one_conversation_back_and_forth(qtbot: QtBot, pulse: VirtualSound) -> None:
    del qtbot, pulse

    async def work() -> None:
        async with desktop_with(Settings()) as person:
            await ask(person, "my name is Ada")
            await switch(person, "classic")
            assert "Ada" in await ask(person, "what is my name")
            await switch(person, "realtime")
            assert "Ada" in await ask(person, "what is my name")
            assert next(iter(person.desktop.desk.dialogue)).turn == 1
            modes = [record.timeline.mode for record in person.records.values() if record.timeline]
            assert modes == ["realtime", "classic", "realtime"]

    run(work)


def test_a_spoken_question_and_a_barge_in_on_the_chain(
    qtbot: QtBot, pulse: VirtualSound, tmp_path: Path
) -> None:
    del qtbot
    question = spoken("What is twelve plus thirty?", tmp_path / "question.wav")

    async def work() -> None:
        with pulse.record_speaker() as recording:
            async with desktop_with(Settings(mode="classic")) as person:
                person.type("count to twenty")
                await person.until(lambda: person.state is State.SPEAKING)
                await asyncio.to_thread(recording.wait_for_sound)
                conductor = person.desktop.desk.conductor
                await person.until(lambda: sum(h.heard_ms for h in conductor.heard_so_far()) > 1000)
                person.hold()
                await person.until(lambda: any(isinstance(e, Interrupted) for e in person.events))
                await person.say(question, pulse)
                person.let_go()
                await person.rest()
                second = person.records[2]
                assert second.error is None
                assert "forty-two" in second.assistant_text
                assert second.heard_ms == pytest.approx(second.reply_ms, abs=1)
                assert second.heard_ms > 500
                heard = [m.text for m in person.desktop.desk.dialogue if m.turn == 1]
                assert person.records[1].assistant_text.startswith(heard[1])
                assert len(heard[1]) < len(person.records[1].assistant_text)

    run(work)


def test_tools_in_both_pipelines(qtbot: QtBot, pulse: VirtualSound) -> None:
    del qtbot, pulse

    async def work() -> None:
        async with desktop_with(Settings()) as person:
            for mode in ("realtime", "classic"):
                if mode == "classic":
                    await switch(person, "classic")
                answer = await ask(person, "how much is 6 times 7")
                assert "42" in answer or "forty-two" in answer
            results = [event.result for event in person.events if isinstance(event, ToolAnswered)]
            assert [result.name for result in results] == ["calculate", "calculate"]
            assert not any(result.failed for result in results)

    run(work)


def test_a_timer_sounds_in_a_turn_of_its_own(qtbot: QtBot, pulse: VirtualSound) -> None:
    del qtbot

    async def work() -> None:
        with pulse.record_speaker() as recording:
            async with desktop_with(Settings()) as person:
                await ask(person, "set a timer for one second")
                await person.until(lambda: 2 in person.records)
                await asyncio.to_thread(recording.wait_for_sound)
                await person.until(lambda: person.records[2].heard_ms > 0)
                assert "Time is up" in person.records[2].assistant_text

    run(work)


def test_the_voice_is_killed_in_the_middle_of_a_sentence(
    qtbot: QtBot, pulse: VirtualSound, expected_log: ExpectLog
) -> None:
    del qtbot, pulse
    expected_log("the offline voice is started again")

    async def work() -> None:
        async with desktop_with(Settings(mode="classic")) as person:
            children = psutil.Process().children(recursive=False)
            (voice,) = [child for child in children if "voice" in child.cmdline()[-2]]
            voice.suspend()  # so that it is in the middle of the sentence when it dies
            person.type("what is two plus two")
            await person.until(
                lambda: any(
                    isinstance(e, Reached) and e.point is Point.FIRST_UNIT for e in person.events
                )
            )
            voice.kill()
            await person.rest()
            # The turn goes on with a new process, or says why it could not.
            first = person.records[1]
            assert first.error is None or str(first.error).endswith(".")
            assert "one" in (await ask(person, "say one")).lower() or person.records[2].heard_ms > 0

    run(work)
