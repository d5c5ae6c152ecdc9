"""The user does not wait while pipelines are exchanged: what is said or asked in that moment is answered all the same."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from tests.conversation.fakes import SPEECH, Desk, FakePipeline
from voicedesk.conversation import listening as listening_module
from voicedesk.core.events import Heard, HintKind
from voicedesk.core.settings import Talk
from voicedesk.core.turn import State


class SlowPipeline(FakePipeline):
    """Takes its time to stop."""

    def __init__(self) -> None:
        super().__init__()
        self.may_stop = asyncio.Event()

    async def interrupt(self, heard: Sequence[Heard]) -> None:
        await super().interrupt(heard)
        await self.may_stop.wait()


@pytest.fixture(autouse=True)
def _short_takes_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening_module, "MIN_TAKE_S", 0.0)


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    made = Desk()
    yield made
    await made.conductor.close()


async def exchanging(desk: Desk) -> tuple[SlowPipeline, FakePipeline, asyncio.Task[None]]:
    """A reply sounds, and another pipeline is on its way."""
    slow, other = SlowPipeline(), FakePipeline()
    await desk.conductor.use_pipeline(slow)
    slow.go_on.clear()
    desk.conductor.ask("What time is it?")
    await desk.state(State.SPEAKING)
    exchange = asyncio.create_task(desk.conductor.use_pipeline(other))
    await desk.until(lambda: "interrupt 1" in slow.log)
    return slow, other, exchange


async def test_a_take_that_begins_meanwhile_is_answered_whole(desk: Desk) -> None:
    slow, other, exchange = await exchanging(desk)
    desk.talk()
    slow.may_stop.set()
    await exchange
    desk.microphone.speak()
    desk.conductor.release()
    await desk.until(lambda: "done 2" in other.log)
    assert other.fed == 10 * len(SPEECH)
    await desk.state(State.READY)


async def test_a_question_that_is_asked_meanwhile_is_answered(desk: Desk) -> None:
    slow, other, exchange = await exchanging(desk)
    desk.conductor.ask("And the date?")
    slow.may_stop.set()
    await exchange
    await desk.until(lambda: "done 3" in other.log)
    assert "ask 3 And the date?" in other.log
    assert slow.closed
    await desk.state(State.READY)


async def test_a_take_that_goes_on_after_its_end_still_ends(desk: Desk) -> None:
    talk = Talk()
    object.__setattr__(talk, "cap_s", 0)
    desk.conductor.use_talk(talk)
    desk.microphone.tail_over.clear()
    desk.talk()
    await desk.state(State.ENDING)
    desk.conductor.press()
    assert desk.conductor.state is State.LISTENING
    await desk.state(State.ENDING)
    desk.microphone.tail_over.set()
    await desk.state(State.READY)


async def test_at_rest_the_very_next_question_is_the_other_ones(desk: Desk) -> None:
    """The user changes who answers, and asks before anything else has happened."""
    other = FakePipeline()
    exchange = asyncio.create_task(desk.conductor.use_pipeline(other))
    await asyncio.sleep(0)  # it has begun, and no more
    desk.conductor.ask("Who are you?")
    await exchange
    await desk.until(lambda: "done 1" in other.log)
    assert "ask 1 Who are you?" in other.log
    assert HintKind.CANCELLED not in desk.hints()
    assert desk.pipeline.closed


async def test_a_question_after_the_change_was_wanted_is_the_other_ones(desk: Desk) -> None:
    """What is in the way of an exchange may take a moment, in which the user goes on."""
    wanted_in = desk.conductor.turn
    desk.pipeline.go_on.clear()
    desk.conductor.ask("Who are you?")
    await desk.state(State.SPEAKING)
    other = FakePipeline()
    await desk.conductor.use_pipeline(other, wanted_in)
    await desk.until(lambda: "done 2" in other.log)
    assert "ask 2 Who are you?" in other.log


async def test_a_take_after_the_change_was_wanted_goes_on_with_the_other(desk: Desk) -> None:
    wanted_in = desk.conductor.turn
    desk.talk()
    desk.microphone.speak()
    other = FakePipeline()
    await desk.conductor.use_pipeline(other, wanted_in)
    assert desk.conductor.state is State.LISTENING
    desk.conductor.release()
    await desk.until(lambda: "done 1" in other.log)
    assert other.fed == 10 * len(SPEECH)
    await desk.state(State.READY)


async def test_a_take_in_which_the_change_was_wanted_is_dropped(desk: Desk) -> None:
    desk.talk()
    desk.microphone.speak()
    other = FakePipeline()
    await desk.conductor.use_pipeline(other, desk.conductor.turn)
    assert desk.conductor.state is State.READY
    assert HintKind.CANCELLED in desk.hints()
    assert other.fed == 0


async def test_an_answer_is_not_asked_for_again_by_another_pipeline(desk: Desk) -> None:
    wanted_in = desk.conductor.turn
    desk.conductor.ask("Who are you?")
    await desk.state(State.READY)
    other = FakePipeline()
    await desk.conductor.use_pipeline(other, wanted_in)
    assert desk.conductor.turn == 1
    assert not [line for line in other.log if line.startswith("ask")]
