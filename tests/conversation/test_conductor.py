"""The conductor: what is done at each step of a turn, with parts that do what the test says."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from tests.conftest import ExpectLog
from tests.conversation.fakes import SILENCE, Desk, FakePipeline
from voicedesk.conversation import listening as listening_module
from voicedesk.conversation import take as take_module
from voicedesk.core.clock import now
from voicedesk.core.errors import DeviceError, RateLimitError
from voicedesk.core.events import (
    Event,
    Heard,
    HintKind,
    Interrupted,
    Link,
    Reached,
    SoundTrouble,
    TurnTimed,
    UserText,
)
from voicedesk.core.reasons import OUR_FAULT
from voicedesk.core.settings import Talk
from voicedesk.core.timeline import Point
from voicedesk.core.turn import State


@pytest.fixture(autouse=True)
def _short_takes_count(monkeypatch: pytest.MonkeyPatch) -> None:
    # The tests talk for no time at all; the one about short takes sets it back.
    monkeypatch.setattr(listening_module, "MIN_TAKE_S", 0.0)


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    made = Desk()
    yield made
    await made.conductor.close()


async def test_a_turn_from_press_to_silence(desk: Desk) -> None:
    await desk.talk_and_release()
    await desk.state(State.READY)
    assert desk.states() == [
        State.LISTENING,
        State.ENDING,
        State.THINKING,
        State.SPEAKING,
        State.READY,
    ]
    assert desk.pipeline.log == ["begin 1", "end 1", "done 1", "over 1"]
    assert desk.pipeline.fed == 5 * len(SILENCE)
    record = desk.recorder.turns[1]
    assert record.assistant_text == "hello"
    assert record.heard_ms == record.reply_ms == 20.0
    assert record.usage == {"total_tokens": 1}
    assert record.timeline is not None
    assert set(record.timeline.points) >= {
        Point.KEY_DOWN,
        Point.FIRST_SAMPLE,
        Point.KEY_UP,
        Point.TAKE_END,
        Point.FIRST_TEXT,
        Point.FIRST_DELTA,
        Point.FIRST_QUEUED,
        Point.FIRST_AUDIBLE,
        Point.REPLY_DONE,
        Point.LAST_DAC,
    }
    assert record.timeline.latency_ms is not None


async def test_the_take_starts_before_the_press_and_ends_after_the_release(desk: Desk) -> None:
    before = now()
    await desk.talk_and_release()
    assert desk.microphone.begun[0] == pytest.approx(before - 0.3, abs=0.1)
    assert desk.microphone.ended[0] == pytest.approx(before + 0.2, abs=0.1)


async def test_a_press_during_the_reply_silences_it_before_the_next_request(desk: Desk) -> None:
    desk.pipeline.go_on.clear()
    await desk.talk_and_release()
    await desk.state(State.SPEAKING)
    desk.talk()
    assert desk.conductor.state is State.LISTENING
    desk.conductor.release()
    await desk.until(lambda: "over 1" in desk.pipeline.log)
    desk.pipeline.go_on.set()
    await desk.until(lambda: "done 2" in desk.pipeline.log)
    await desk.state(State.READY)
    assert desk.speaker.interrupted == 1
    log = desk.pipeline.log
    assert log.index("interrupt 2") < log.index("end 2")
    assert "done 1" not in log
    assert [part.heard_ms for part in desk.pipeline.heard] == [10.0]
    cut = next(event for event in desk.events if isinstance(event, Interrupted))
    assert cut.turn == 1
    timeline = desk.recorder.turns[1].timeline
    assert timeline is not None
    assert Point.INTERRUPTED in timeline.points
    assert Point.SILENT in timeline.points


async def test_a_typed_question_is_a_turn(desk: Desk) -> None:
    desk.conductor.ask("  What time is it?  ")
    await desk.state(State.READY)
    assert desk.pipeline.log[:2] == ["begin 1", "ask 1 What time is it?"]
    said = [event for event in desk.events if isinstance(event, UserText)]
    assert [(event.text, event.final) for event in said] == [("What time is it?", True)]
    timeline = desk.recorder.turns[1].timeline
    assert timeline is not None
    assert timeline.typed
    desk.conductor.ask("   ")
    assert desk.conductor.turn == 1


async def test_a_typed_question_over_a_reply_interrupts_it(desk: Desk) -> None:
    desk.pipeline.go_on.clear()
    desk.conductor.ask("one")
    await desk.state(State.SPEAKING)
    desk.pipeline.go_on.set()
    desk.conductor.ask("two")
    await desk.until(lambda: "done 2" in desk.pipeline.log)
    assert desk.speaker.interrupted == 1


async def test_a_slip_of_the_finger_is_dropped_with_a_hint(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening_module, "MIN_TAKE_S", take_module.MIN_TAKE_S)
    desk.talk()
    desk.conductor.release()
    await desk.state(State.READY)
    assert desk.hints() == [HintKind.TOO_SHORT]
    assert desk.pipeline.log == ["begin 1", "abort 1"]


async def test_a_take_without_speech_is_dropped_with_a_hint(desk: Desk) -> None:
    desk.talk(SILENCE)
    desk.conductor.release()
    await desk.state(State.READY)
    assert desk.hints() == [HintKind.NO_SPEECH]
    assert desk.pipeline.log == ["begin 1", "abort 1"]


async def test_a_constant_offset_is_no_speech(desk: Desk) -> None:
    desk.talk(b"\x00\x10" * (len(SILENCE) // 2))
    desk.conductor.release()
    await desk.state(State.READY)
    assert desk.hints() == [HintKind.NO_SPEECH]


async def test_a_press_within_the_tail_goes_on_with_the_take(desk: Desk) -> None:
    desk.microphone.tail_over.clear()
    desk.talk()
    desk.conductor.release()
    await asyncio.sleep(0)
    desk.conductor.press()
    assert desk.conductor.state is State.LISTENING
    desk.microphone.tail_over.set()
    await asyncio.sleep(0)
    desk.microphone.speak()
    desk.conductor.release()
    await desk.state(State.READY)
    assert desk.pipeline.log[:2] == ["begin 1", "end 1"]
    assert desk.pipeline.fed == 10 * len(SILENCE)


@pytest.mark.parametrize("release_first", [False, True])
async def test_cancel_drops_the_take(desk: Desk, *, release_first: bool) -> None:
    desk.microphone.tail_over.clear()
    desk.talk()
    if release_first:
        desk.conductor.release()
    desk.conductor.cancel()
    assert desk.conductor.state is State.READY
    assert desk.hints() == [HintKind.CANCELLED]
    assert desk.microphone.aborted == 1
    desk.conductor.release()
    assert desk.pipeline.log == ["begin 1", "abort 1"]


async def test_cancel_stops_the_reply(desk: Desk) -> None:
    desk.pipeline.go_on.clear()
    await desk.talk_and_release()
    await desk.state(State.SPEAKING)
    desk.conductor.cancel()
    assert desk.conductor.state is State.READY
    await desk.until(lambda: "over 1" in desk.pipeline.log)
    assert desk.speaker.interrupted == 1


async def test_a_failure_plays_what_came_and_ends_in_a_sentence(desk: Desk) -> None:
    desk.speaker.play_through = False
    desk.pipeline.error = RateLimitError(server="Fake", reason="slow down.")
    await desk.talk_and_release()
    await desk.until(lambda: desk.speaker.completed == 1)
    assert desk.conductor.state is State.SPEAKING  # the sound that came is still playing
    desk.speaker.drain()
    await desk.state(State.FAILED)
    assert [str(error) for error in desk.failures()] == [str(desk.pipeline.error)]
    assert desk.recorder.turns[1].error is desk.pipeline.error
    desk.pipeline.error = None
    desk.speaker.play_through = True
    await desk.talk_and_release()
    await desk.state(State.READY)


async def test_an_unexpected_fault_is_logged_and_told(
    desk: Desk, expected_log: ExpectLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected_log("a turn failed unexpectedly")

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(desk.speaker, "play", broken)
    await desk.talk_and_release()
    await desk.state(State.FAILED)
    failure = desk.failures()[0]
    assert "ZeroDivisionError" in failure.detail
    assert failure.arguments["reason"] == OUR_FAULT


async def test_an_observer_that_fails_does_not_end_the_turn(
    desk: Desk, expected_log: ExpectLog
) -> None:
    expected_log("an observer failed")

    def broken(_: Event) -> None:
        raise ZeroDivisionError

    stop = desk.conductor.observe(broken)
    desk.conductor.press()
    stop()
    stop()
    desk.conductor.cancel()
    assert desk.states() == [State.LISTENING, State.READY]


async def test_events_of_an_older_turn_are_dropped_at_the_door(desk: Desk) -> None:
    desk.pipeline.go_on.clear()
    await desk.talk_and_release()
    await desk.state(State.SPEAKING)
    desk.talk()
    desk.pipeline.go_on.set()
    played = dict(desk.speaker.played)
    await desk.until(lambda: "over 1" in desk.pipeline.log)
    assert desk.speaker.played == played
    assert desk.conductor.state is State.LISTENING


async def test_a_reply_without_sound_is_done_when_its_words_are(desk: Desk) -> None:
    desk.pipeline.silent = True
    await desk.talk_and_release()
    await desk.state(State.READY)
    assert State.SPEAKING not in desk.states()
    assert desk.speaker.completed == 0


async def test_without_a_microphone_typing_works(expected_log: ExpectLog) -> None:
    del expected_log
    desk = Desk(microphone=False)
    desk.conductor.press()
    assert desk.conductor.state is State.READY
    assert any(isinstance(event, SoundTrouble) for event in desk.events)
    desk.conductor.ask("hello")
    await desk.state(State.READY)
    await desk.until(lambda: "done 1" in desk.pipeline.log)
    await desk.conductor.close()


async def test_an_unplugged_microphone_ends_the_take_with_a_sentence(desk: Desk) -> None:
    desk.talk()
    desk.microphone.unplug(DeviceError(device="Fake", reason="it is gone"))
    assert desk.conductor.state is State.FAILED
    assert "it is gone" in str(desk.failures()[0])


async def test_a_take_that_never_ends_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()
    talk = Talk()
    object.__setattr__(talk, "cap_s", 0)
    desk.conductor.use_talk(talk)
    desk.talk()
    await desk.until(lambda: HintKind.CAP_REACHED in desk.hints())
    await desk.state(State.READY)
    assert "end 1" in desk.pipeline.log
    await desk.conductor.close()


async def test_the_pipeline_is_exchanged_between_turns(desk: Desk) -> None:
    await desk.conductor.start()
    assert desk.conductor.link is Link.READY
    desk.pipeline.go_on.clear()
    await desk.talk_and_release()
    await desk.state(State.SPEAKING)
    other = FakePipeline()
    await desk.conductor.use_pipeline(other)
    assert desk.pipeline.closed
    assert desk.conductor.state is State.READY
    desk.conductor.ask("still there?")
    await desk.until(lambda: "done 2" in other.log)
    assert desk.pipeline.emit is not None
    before = len(desk.events)
    desk.pipeline.emit(Reached(turn=2, at=0.0, point=Point.COMMITTED))
    assert len(desk.events) == before  # the old one has nothing to say any more


async def test_closing_in_the_middle_leaves_nothing(desk: Desk) -> None:
    desk.pipeline.go_on.clear()
    await desk.talk_and_release()
    await desk.state(State.SPEAKING)
    await desk.conductor.close()
    assert desk.pipeline.closed
    assert "over 1" in desk.pipeline.log


async def test_times_are_told_when_the_first_sound_is_heard_and_at_the_end(desk: Desk) -> None:
    await desk.talk_and_release()
    await desk.state(State.READY)
    assert len([event for event in desk.events if isinstance(event, TurnTimed)]) == 2


async def test_questions_in_one_moment_leave_the_last_alone_to_be_answered(desk: Desk) -> None:
    """Each is stopped before its reply has begun, while the one before is still being stopped."""
    desk.pipeline.go_on.clear()
    desk.conductor.ask("One")
    await desk.state(State.SPEAKING)
    for text in ("Two", "Three", "Four"):
        desk.conductor.ask(text)
    desk.pipeline.go_on.set()
    await desk.state(State.READY)
    assert desk.conductor.turn == 4
    assert desk.recorder.turns[4].assistant_text == "hello"
    assert [event.turn for event in desk.events if isinstance(event, Interrupted)] == [1, 2, 3]
    assert desk.states()[-1] is State.READY


async def test_a_question_that_waited_for_silence_is_not_asked_when_another_has_come(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.pipeline.go_on.clear()
    answers = [asyncio.Event(), asyncio.Event()]
    stops = iter(answers)

    async def interrupted(_heard: Sequence[Heard]) -> None:
        await next(stops).wait()  # by a server that is far away

    monkeypatch.setattr(desk.pipeline, "interrupt", interrupted)
    desk.conductor.ask("One")
    await desk.state(State.SPEAKING)
    for text in ("Two", "Three"):
        desk.conductor.ask(text)
        await desk.until(lambda: desk.speaker.interrupted == desk.conductor.turn - 1)
    answers[0].set()
    replies = [task for task in asyncio.all_tasks() if task.get_name() == "reply"]
    await desk.until(lambda: [task.done() for task in replies].count(False) == 1)  # the third
    answers[1].set()
    desk.pipeline.go_on.set()
    await desk.state(State.READY)
    asked = [each for each in desk.pipeline.log if each.startswith("ask")]
    assert asked == ["ask 1 One", "ask 3 Three"]
