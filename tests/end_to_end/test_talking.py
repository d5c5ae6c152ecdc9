"""The real application with real PortAudio streams: talk, hear, interrupt."""

import asyncio
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.end_to_end.desktop import Person, desktop_with, run, settings_for, spoken
from tests.support.pulse import RATE, Recording, VirtualSound
from tests.support.realtime_server import ScriptedServer, begin, done, say
from tests.support.starving import counting_starved, fed
from voicedesk.core.events import Interrupted
from voicedesk.core.settings import Settings
from voicedesk.core.timeline import Point
from voicedesk.core.turn import State

pytestmark = [pytest.mark.sound, pytest.mark.timeout(120)]

_TIME = np.arange(24_000 * 3) / 24_000
TONE = (np.sin(2 * np.pi * 440 * _TIME) * 12_000).astype("<i2").tobytes()  # 3 s


def loud_ms(recording: Recording) -> float:
    """Milliseconds in which something was heard."""
    blocks = recording.samples()
    blocks = blocks[: len(blocks) // 480 * 480].reshape(-1, 480)
    return float((np.abs(blocks.astype(np.int32)).max(axis=1) > 300).sum()) * 10.0


def late_blocks(person: Person) -> Callable[[], int]:
    """How often the speaker went without sound in time."""
    sound = person.desktop.sound
    assert sound is not None
    return lambda: sound.counts().late_blocks


def test_a_spoken_question_is_heard_answered_and_shown(
    qtbot: QtBot, pulse: VirtualSound, tmp_path: Path
) -> None:
    del qtbot
    question = spoken("What is twelve plus thirty?", tmp_path / "question.wav")

    async def work() -> None:
        with pulse.record_speaker() as recording:
            async with desktop_with(Settings()) as person:
                with counting_starved(late_blocks(person)):
                    person.hold()
                    await person.say(question, pulse)
                    person.let_go()
                    await person.rest()
                    record = person.records[1]
                    await person.until(lambda: record.user_text is not None)
                    await asyncio.to_thread(recording.wait_for_silence, 0.3)
                    assert "twelve plus thirty" in (record.user_text or "").lower()
                    assert "42" in record.assistant_text or "forty" in record.assistant_text.lower()
                    assert record.error is None
                    assert record.heard_ms == pytest.approx(record.reply_ms, abs=1)
                    heard = loud_ms(recording)
                    # Speech has pauses in it, hence less than all of it is loud; but most is.
                    assert 0.4 * record.heard_ms < heard <= record.heard_ms + 50
                    shown = person.window.transcript.toPlainText()
                    assert record.assistant_text in shown
                    assert (record.user_text or "") in shown

    run(partial(fed, work))


def test_a_long_reply_is_cut_by_a_press_and_the_next_question_is_answered(
    qtbot: QtBot, pulse: VirtualSound, tmp_path: Path
) -> None:
    del qtbot
    question = spoken("What is twelve plus thirty?", tmp_path / "question.wav")

    async def work() -> None:
        with pulse.record_speaker() as recording:
            async with desktop_with(Settings()) as person:
                with counting_starved(late_blocks(person)):
                    person.type("count to twenty")
                    await person.until(lambda: person.state is State.SPEAKING)
                    first = await asyncio.to_thread(recording.wait_for_sound)
                    await asyncio.to_thread(recording.wait_for_samples, first + RATE)  # a second
                    person.hold()
                    await person.say(question, pulse)
                    silence = person.records[1].timeline
                    assert silence is not None
                    silent_at = silence.points[Point.SILENT]
                    # Nothing of the old reply after the moment that we say it fell silent.
                    last = recording.last_above()
                    assert last is not None
                    assert recording.time_of(last) <= silent_at + 0.02
                    assert recording.time_of(len(recording.samples())) > silent_at + 0.5
                    person.let_go()
                    await person.rest()
                    await person.until(lambda: 2 in person.records)
                    second = person.records[2]
                    assert second.error is None
                    assert "42" in second.assistant_text or "forty" in second.assistant_text.lower()
                    cut = person.records[1]
                    assert 0 < cut.heard_ms < cut.reply_ms

    run(partial(fed, work))


def test_the_whole_reply_sounds_and_the_position_agrees_with_the_recording(
    qtbot: QtBot, pulse: VirtualSound, tmp_path: Path
) -> None:
    del qtbot
    question = spoken("hello there", tmp_path / "question.wav")

    async def work() -> None:
        async with ScriptedServer() as server:
            server.replies.append([begin(), say("A long tone.", TONE, pieces=30), done()])
            with pulse.record_speaker() as recording:
                async with desktop_with(settings_for(server.base_url)) as person:
                    with counting_starved(late_blocks(person)):
                        person.hold()
                        await person.say(question, pulse)
                        person.let_go()
                        await person.until(lambda: person.state is State.SPEAKING)
                        await person.rest()
                        await asyncio.to_thread(recording.wait_for_silence, 0.2)
                        first, last = recording.first_above(), recording.last_above()
                        assert first is not None
                        assert last is not None
                        assert (last - first) / RATE * 1000 == pytest.approx(3000, abs=15)
                        # Without a gap, too.
                        assert loud_ms(recording) == pytest.approx(3000, abs=25)
                        timeline = person.records[1].timeline
                        assert timeline is not None
                        offset = recording.time_of(first) - timeline.points[Point.FIRST_DAC]
                        assert abs(offset) < 0.03

    run(partial(fed, work))


def test_a_barge_in_truncates_at_what_the_recording_holds(
    qtbot: QtBot, pulse: VirtualSound
) -> None:
    del qtbot

    async def work() -> None:
        async with ScriptedServer() as server:
            server.replies.append(
                [begin(), say("A long tone.", TONE, item="tone", pieces=5), done()]
            )
            with pulse.record_speaker() as recording:
                async with desktop_with(settings_for(server.base_url)) as person:
                    with counting_starved(late_blocks(person)):
                        person.type("sing")
                        first = await asyncio.to_thread(recording.wait_for_sound)
                        await person.until(lambda: len(recording.samples()) > first + RATE)
                        person.hold()
                        truncated = await server.wait_for("conversation.item.truncate")
                        await asyncio.to_thread(recording.wait_for_silence, 0.2)
                        heard_ms = loud_ms(recording)  # the sound card may have starved within it
                        assert truncated["item_id"] == "tone"
                        assert truncated["audio_end_ms"] == pytest.approx(heard_ms, abs=20)
                        cut = [event for event in person.events if isinstance(event, Interrupted)]
                        assert [part.received_ms for event in cut for part in event.heard] == [
                            3000.0
                        ]
                        person.window.talk_button.setFocus()

    run(partial(fed, work))


def test_the_take_holds_what_was_said_just_before_the_press(
    qtbot: QtBot, pulse: VirtualSound, tmp_path: Path
) -> None:
    del qtbot
    question = spoken("hello there my friend", tmp_path / "question.wav")

    async def work() -> None:
        async with ScriptedServer() as server:
            async with desktop_with(settings_for(server.base_url)) as person:
                person.hold()
                pressed = time.perf_counter()
                await person.say(question, pulse)
                person.let_go()
                await person.rest()
                timeline = person.records[1].timeline
                assert timeline is not None
                first = timeline.points[Point.FIRST_SAMPLE]
                assert first < pressed  # the ring was warm before the key went down
            appended = server.of("input_audio_buffer.append")
            seconds = sum(len(event["audio"]) * 3 / 4 for event in appended) / 48_000
            held = timeline.points[Point.KEY_UP] - timeline.points[Point.KEY_DOWN]
            # From the pre-roll to the key-up whole, however late the sound server delivers.
            assert held + 0.2 <= seconds <= held + 0.3 + 0.25  # its clock is only so exact

    run(work)


def test_a_tap_of_the_space_bar_talks_until_the_next(
    qtbot: QtBot, pulse: VirtualSound, tmp_path: Path
) -> None:
    question = spoken("hello there", tmp_path / "question.wav")

    async def work() -> None:
        async with (
            ScriptedServer() as server,
            desktop_with(settings_for(server.base_url)) as person,
        ):
            button = person.window.talk_button
            button.setFocus()
            QTest.keyClick(button, Qt.Key.Key_Space)
            assert person.state is State.LISTENING
            await person.say(question, pulse)
            assert person.state is State.LISTENING
            QTest.keyClick(button, Qt.Key.Key_Space)
            await person.rest()
            await person.until(lambda: person.records[1].assistant_text == "hello to you")

    run(work)


def test_the_speaker_is_gone_and_the_answer_can_be_read(qtbot: QtBot, pulse: VirtualSound) -> None:
    del qtbot

    async def work() -> None:
        async with (
            ScriptedServer() as server,
            desktop_with(settings_for(server.base_url)) as person,
        ):
            pulse.remove_speaker()
            person.type("hello")
            await person.until(lambda: bool(person.records))
            await person.until(lambda: person.records[1].assistant_text == "hello to you")
            await person.rest()

    run(work)
