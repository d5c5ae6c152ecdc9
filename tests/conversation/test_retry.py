"""What was asked is kept until it is answered; the application may speak first; older turns stay older."""

from collections.abc import AsyncGenerator, AsyncIterator

import pytest

from tests.conversation.fakes import SPEECH, Desk, FakePipeline
from voicedesk.conversation import listening as listening_module
from voicedesk.conversation.scribe import Scribe
from voicedesk.core.clock import now
from voicedesk.core.dialogue import Dialogue, Role
from voicedesk.core.errors import DeviceError, RateLimitError
from voicedesk.core.events import (
    AudioDelta,
    AudioEnded,
    AudioKey,
    Event,
    ReplyEnded,
    Retried,
    TextDelta,
    TurnTimed,
)
from voicedesk.core.turn import State

BLOCKS = 20  # 0.4 s


@pytest.fixture(autouse=True)
def _short_takes_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening_module, "MIN_TAKE_S", 0.0)  # the key is down for no time at all


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    made = Desk()
    yield made
    await made.conductor.close()


async def fail_once(desk: Desk) -> None:
    desk.pipeline.error = RateLimitError(server="Fake")
    desk.conductor.press()
    desk.microphone.speak(SPEECH, BLOCKS)
    desk.conductor.release()
    await desk.state(State.FAILED)
    desk.pipeline.error = None


async def test_a_take_that_failed_is_sent_again_whole(desk: Desk) -> None:
    offered = [desk.conductor.can_retry]
    await fail_once(desk)
    offered.append(desk.conductor.can_retry)
    desk.conductor.retry()
    offered.append(desk.conductor.can_retry)
    assert offered == [False, True, False]
    await desk.state(State.READY)
    assert desk.pipeline.fed == BLOCKS * len(SPEECH)
    asked = [line for line in desk.pipeline.log if not line.startswith("interrupt")]
    assert asked[-4:] == ["begin 2", "end 2", "done 2", "over 2"]
    assert [event.of for event in desk.events if isinstance(event, Retried)] == [1]
    assert not desk.conductor.can_retry


async def test_typed_words_are_asked_again(desk: Desk) -> None:
    desk.pipeline.error = RateLimitError(server="Fake")
    desk.conductor.ask("How late is it?")
    await desk.state(State.FAILED)
    desk.pipeline.error = None
    desk.conductor.retry()
    await desk.state(State.READY)
    assert "ask 2 How late is it?" in desk.pipeline.log


async def test_another_pipeline_answers_what_the_first_could_not(desk: Desk) -> None:
    await fail_once(desk)
    other = FakePipeline()
    await desk.conductor.use_pipeline(other)
    assert desk.conductor.can_retry
    desk.conductor.retry()
    await desk.state(State.READY)
    assert other.fed == BLOCKS * len(SPEECH)
    assert other.log == ["begin 2", "end 2", "done 2", "over 2"]


async def test_it_can_fail_twice_and_is_still_there(desk: Desk) -> None:
    await fail_once(desk)
    desk.pipeline.error = RateLimitError(server="Fake")
    desk.conductor.retry()
    await desk.until(lambda: len(desk.failures()) == 2)
    desk.pipeline.error = None
    desk.conductor.retry()
    await desk.state(State.READY)
    assert desk.pipeline.fed == BLOCKS * len(SPEECH)
    assert [event.of for event in desk.events if isinstance(event, Retried)] == [1, 2]


async def test_a_new_question_replaces_the_failed_one(desk: Desk) -> None:
    await fail_once(desk)
    desk.conductor.ask("Something else")
    await desk.state(State.READY)
    assert not desk.conductor.can_retry


async def test_what_was_said_before_the_microphone_went_can_be_sent(desk: Desk) -> None:
    desk.conductor.press()
    desk.microphone.speak(SPEECH, BLOCKS)
    desk.microphone.unplug(DeviceError("gone", device="Fake", reason="it was unplugged"))
    await desk.state(State.FAILED)
    assert desk.conductor.can_retry
    desk.conductor.retry()
    await desk.state(State.READY)
    assert desk.pipeline.fed == BLOCKS * len(SPEECH)


async def test_a_take_of_next_to_nothing_is_not_offered(desk: Desk) -> None:
    desk.conductor.press()
    desk.microphone.speak(SPEECH, 2)
    desk.microphone.unplug(DeviceError("gone", device="Fake", reason="it was unplugged"))
    await desk.state(State.FAILED)
    assert not desk.conductor.can_retry


async def test_the_failed_turn_leaves_the_dialogue(desk: Desk) -> None:
    dialogue = Dialogue()
    desk.conductor.observe(Scribe(dialogue))
    desk.pipeline.error = RateLimitError(server="Fake")
    desk.conductor.ask("One")
    await desk.state(State.FAILED)
    desk.pipeline.error = None
    desk.conductor.retry()
    await desk.state(State.READY)
    assert [(m.turn, m.role, m.text) for m in dialogue] == [
        (2, Role.USER, "One"),
        (2, Role.ASSISTANT, "hello"),
    ]


async def alarm(turn: int) -> AsyncGenerator[Event, None]:
    key = AudioKey(turn, "alarm", "1")
    yield TextDelta(turn=turn, at=now(), key=key, text="The tea is ready.")
    yield AudioDelta(turn=turn, at=now(), key=key, pcm=SPEECH)
    yield AudioEnded(turn=turn, at=now(), key=key)
    yield ReplyEnded(turn=turn, at=now())


async def test_an_announcement_is_a_turn_without_a_question(desk: Desk) -> None:
    desk.conductor.announce(alarm)
    await desk.state(State.READY)
    assert desk.conductor.turn == 1
    assert list(desk.speaker.played) == [AudioKey(1, "alarm", "1")]
    assert desk.pipeline.log == []
    assert not any(isinstance(event, TurnTimed) for event in desk.events), "nobody waited for it"


async def test_an_announcement_waits_until_nobody_speaks(desk: Desk) -> None:
    desk.pipeline.go_on.clear()
    await desk.talk_and_release()
    desk.conductor.announce(alarm)
    assert desk.conductor.turn == 1
    desk.pipeline.go_on.set()
    await desk.until(lambda: desk.conductor.turn == 2)
    await desk.state(State.READY)
    assert AudioKey(2, "alarm", "1") in desk.speaker.played


async def test_an_announcement_leaves_the_failed_question(desk: Desk) -> None:
    await fail_once(desk)
    desk.conductor.announce(alarm)
    await desk.state(State.READY)
    assert desk.conductor.can_retry
    desk.conductor.retry()
    await desk.state(State.READY)
    assert desk.pipeline.fed == BLOCKS * len(SPEECH)


async def test_a_press_cuts_an_announcement(desk: Desk) -> None:
    desk.speaker.play_through = False
    desk.conductor.announce(alarm)
    await desk.state(State.SPEAKING)
    desk.talk()
    assert desk.conductor.state is State.LISTENING
    await desk.until(lambda: desk.speaker.interrupted == 1)
