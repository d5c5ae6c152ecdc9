"""What is heard while an answer is waited for: ticks, one spoken phrase, never over the reply or the user."""

from collections.abc import AsyncIterator

import pytest

from tests.conversation.fakes import Desk
from voicedesk.audio.cues import tick
from voicedesk.conversation import listening as listening_module
from voicedesk.conversation import patience as patience_module
from voicedesk.conversation.playout import FILLER
from voicedesk.core.events import Interrupted
from voicedesk.core.settings import Feedback
from voicedesk.core.timeline import Point
from voicedesk.core.turn import State

PHRASE = bytes(4800)


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening_module, "MIN_TAKE_S", 0.0)
    monkeypatch.setattr(patience_module, "TICK_S", 0.02)
    monkeypatch.setattr(patience_module, "FILLER_S", 0.04)


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    made = Desk()
    made.conductor.patience.filler = PHRASE
    yield made
    await made.conductor.close()


def fillers(desk: Desk) -> list[int]:
    """The lengths of what was heard that is no reply, in order."""
    return [size for key, size in desk.speaker.played.items() if key.response == FILLER]


async def wait_in_vain(desk: Desk) -> None:
    """A reply of which nothing sounds."""
    desk.pipeline.silent = True
    desk.pipeline.go_on.clear()
    await desk.talk_and_release()


async def long_enough() -> None:
    """Until somebody else who waits in vain has heard four sounds, and so would have anybody."""
    other = Desk()
    await wait_in_vain(other)
    await other.until(lambda: len(fillers(other)) >= 4)
    await other.conductor.close()


async def test_a_tick_then_the_phrase_once_then_ticks(desk: Desk) -> None:
    await wait_in_vain(desk)
    await desk.until(lambda: len(fillers(desk)) >= 4)
    heard = fillers(desk)
    assert heard[:2] == [len(tick()), len(PHRASE)]
    assert set(heard[2:]) == {len(tick())}
    desk.pipeline.go_on.set()
    await desk.state(State.READY)


async def test_it_is_no_part_of_the_reply(desk: Desk) -> None:
    await wait_in_vain(desk)
    await desk.until(lambda: len(fillers(desk)) >= 2)
    assert desk.conductor.state is State.THINKING
    desk.talk()
    await desk.until(lambda: any(isinstance(event, Interrupted) for event in desk.events))
    assert [e.heard for e in desk.events if isinstance(e, Interrupted)] == [()]
    assert desk.pipeline.heard == []
    await desk.until(lambda: desk.recorder.turns[1].timeline is not None)
    timeline = desk.recorder.turns[1].timeline
    assert timeline is not None
    assert Point.FIRST_QUEUED not in timeline.points


async def test_nothing_over_the_user(desk: Desk) -> None:
    await wait_in_vain(desk)
    await desk.until(lambda: len(fillers(desk)) >= 1)
    desk.talk()
    count = len(fillers(desk))
    await long_enough()
    assert len(fillers(desk)) == count


async def test_nothing_while_the_reply_sounds_and_again_when_it_pauses(desk: Desk) -> None:
    desk.pipeline.go_on.clear()
    desk.speaker.play_through = False
    await desk.talk_and_release()
    await desk.state(State.SPEAKING)
    count = len(fillers(desk))
    await long_enough()
    assert len(fillers(desk)) == count, "the reply's sound is under way"
    (key,) = [key for key in desk.speaker.played if key.response != FILLER]
    desk.speaker.finish(key)
    desk.speaker.end_key(key)
    await desk.until(lambda: len(fillers(desk)) > count)
    desk.speaker.play_through = True
    desk.pipeline.go_on.set()


async def test_switched_off(desk: Desk) -> None:
    desk.conductor.patience.feedback = Feedback(tick=False, filler=False)
    await wait_in_vain(desk)
    await long_enough()
    assert fillers(desk) == []
    desk.pipeline.go_on.set()


async def test_only_ticks_while_the_phrase_is_not_there(desk: Desk) -> None:
    desk.conductor.patience.filler = b""
    await wait_in_vain(desk)
    await desk.until(lambda: len(fillers(desk)) >= 3)
    assert set(fillers(desk)) == {len(tick())}
    desk.pipeline.go_on.set()


def test_the_tick_is_soft_and_has_no_edges() -> None:
    samples = memoryview(tick()).cast("h")
    assert max(abs(value) for value in samples) < 0.06 * 32768
    assert abs(samples[0]) < 40
    assert abs(samples[-1]) < 40
