"""Messages of the past: heard again, asked again, taken out, and how much sound is kept for that."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.conversation.fakes import SPEECH, Desk, FakePipeline
from voicedesk.conversation import listening as listening_module
from voicedesk.conversation.recall import MOST_TURNS, REPLAY, Recall, SoundMemory
from voicedesk.conversation.scribe import Scribe
from voicedesk.core.dialogue import Dialogue, Role
from voicedesk.core.errors import NoRecordingError
from voicedesk.core.events import HintKind, Removed, Retried, StoreTrouble, TakenOut, UserText
from voicedesk.core.turn import State


@pytest.fixture(autouse=True)
def _short_takes_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening_module, "MIN_TAKE_S", 0.0)  # the key is down for no time at all


class Remembering(Desk):
    def __init__(self) -> None:
        super().__init__()
        self.dialogue = Dialogue()
        self.conductor.observe(Scribe(self.dialogue))
        self.removals: list[State] = []
        self.recall = Recall(
            self.conductor, removed=lambda: self.removals.append(self.conductor.state)
        )

    async def spoken_turn(self, text: str) -> int:
        await self.talk_and_release()
        turn = self.conductor.turn
        self.conductor.emit(UserText(turn=turn, at=0.0, text=text, final=True))
        await self.state(State.READY)
        return turn

    def told(self) -> list[tuple[Role, str]]:
        return [(message.role, message.text) for message in self.dialogue]


@pytest.fixture
async def desk() -> AsyncIterator[Remembering]:
    made = Remembering()
    yield made
    await made.recall.close()
    await made.conductor.close()


async def test_both_sides_of_a_turn_can_be_heard_again(desk: Remembering) -> None:
    turn = await desk.spoken_turn("One")
    assert desk.recall.can_replay(turn, take=True)
    assert desk.recall.can_replay(turn, take=False)
    desk.recall.replay(turn, take=True)
    await desk.state(State.READY)
    (key,) = [key for key in desk.speaker.played if key.response == REPLAY]
    assert desk.speaker.played[key] == 5 * len(SPEECH)
    desk.recall.replay(turn, take=False)
    await desk.state(State.READY)
    sizes = [size for key, size in desk.speaker.played.items() if key.response == REPLAY]
    assert sizes == [5 * len(SPEECH), len(SPEECH)]
    # What is heard again is no new message, and is not kept a second time.
    assert desk.told() == [(Role.USER, "One"), (Role.ASSISTANT, "hello")]
    assert len(desk.recall.sounds) == 1


async def test_a_replay_gives_way_to_the_talk_key(desk: Remembering) -> None:
    turn = await desk.spoken_turn("One")
    desk.speaker.play_through = False
    desk.recall.replay(turn, take=True)
    await desk.state(State.SPEAKING)
    desk.conductor.press()
    assert desk.conductor.state is State.LISTENING
    assert not desk.recall.can_replay(turn, take=True)
    desk.recall.replay(turn, take=True)  # nothing, while the user talks
    assert desk.conductor.state is State.LISTENING
    desk.conductor.cancel()
    await desk.until(lambda: desk.speaker.interrupted == 1)
    await desk.state(State.READY)


async def test_a_take_is_asked_again_and_counts_once(desk: Remembering) -> None:
    turn = await desk.spoken_turn("One")
    desk.recall.ask_again(turn, "One")
    assert not desk.recall.can_ask_again(desk.conductor.turn, "One")  # it is being answered
    desk.conductor.emit(UserText(turn=desk.conductor.turn, at=0.0, text="One", final=True))
    await desk.state(State.READY)
    assert desk.pipeline.fed == 5 * len(SPEECH)
    assert [event.of for event in desk.events if isinstance(event, Retried)] == [turn]
    assert desk.told() == [(Role.USER, "One"), (Role.ASSISTANT, "hello")]
    assert desk.recall.can_replay(desk.conductor.turn, take=True)
    assert not desk.recall.can_replay(turn, take=True)


async def test_words_are_asked_again_where_there_is_no_take(desk: Remembering) -> None:
    desk.conductor.ask("How late is it?")
    await desk.state(State.READY)
    assert not desk.recall.can_ask_again(1, " ")
    desk.recall.ask_again(1, "How late is it?")
    await desk.state(State.READY)
    assert "ask 2 How late is it?" in desk.pipeline.log


@pytest.mark.parametrize("whole", [True, False])
async def test_what_is_taken_out_is_told_to_nobody_any_more(
    desk: Remembering, *, whole: bool
) -> None:
    first = await desk.spoken_turn("One")
    await desk.spoken_turn("Two")
    desk.recall.remove(first, whole=whole)
    left = [] if whole else [(Role.USER, "One")]
    assert desk.told() == [*left, (Role.USER, "Two"), (Role.ASSISTANT, "hello")]
    assert desk.removals == [State.READY]
    assert [event.whole for event in desk.events if isinstance(event, TakenOut)] == [whole]
    desk.recall.settle()
    assert [event.whole for event in desk.events if isinstance(event, Removed)] == [whole]
    assert desk.told() == [*left, (Role.USER, "Two"), (Role.ASSISTANT, "hello")]
    assert desk.recall.can_replay(first, take=True) is not whole
    assert not desk.recall.can_replay(first, take=False)


@pytest.mark.parametrize("whole", [True, False])
async def test_what_was_taken_out_is_put_back_whole(desk: Remembering, *, whole: bool) -> None:
    first = await desk.spoken_turn("One")
    await desk.spoken_turn("Two")
    before = desk.told()
    desk.recall.remove(first, whole=whole)
    desk.recall.put_back()
    desk.recall.put_back()  # there is nothing more
    assert desk.told() == before
    assert desk.removals == [State.READY, State.READY]  # who answers knows it again
    desk.recall.settle()
    assert not [event for event in desk.events if isinstance(event, Removed)]
    assert desk.recall.can_replay(first, take=True)
    assert desk.recall.can_replay(first, take=False)


async def test_words_that_come_late_bring_nothing_back(desk: Remembering) -> None:
    """The transcript of a question may arrive when the question is deleted already."""
    first = await desk.spoken_turn("")
    assert desk.told() == [(Role.ASSISTANT, "hello")]
    desk.recall.remove(first, whole=True)
    desk.conductor.emit(UserText(turn=first, at=0.0, text="One", final=True))
    assert desk.told() == []
    desk.recall.put_back()
    assert desk.told() == [(Role.USER, "One"), (Role.ASSISTANT, "hello")]
    desk.recall.remove(first, whole=True)
    desk.recall.settle()
    desk.conductor.emit(UserText(turn=first, at=0.0, text="One", final=True))
    assert desk.told() == []


async def test_words_that_come_late_stand_where_only_the_answer_is_out(desk: Remembering) -> None:
    first = await desk.spoken_turn("")
    desk.recall.remove(first, whole=False)
    desk.conductor.emit(UserText(turn=first, at=0.0, text="One", final=True))
    assert desk.told() == [(Role.USER, "One")]
    desk.recall.put_back()
    assert desk.told() == [(Role.USER, "One"), (Role.ASSISTANT, "hello")]


async def test_what_is_taken_out_next_settles_what_was_before(desk: Remembering) -> None:
    first = await desk.spoken_turn("One")
    second = await desk.spoken_turn("Two")
    desk.recall.remove(first, whole=True)
    desk.recall.remove(second, whole=True)
    desk.recall.put_back()
    assert [event.turn for event in desk.events if isinstance(event, Removed)] == [first]
    assert desk.told() == [(Role.USER, "Two"), (Role.ASSISTANT, "hello")]
    desk.recall.remove(second, whole=True)
    await desk.recall.close()
    assert [event.turn for event in desk.events if isinstance(event, Removed)] == [first, second]


LONG = 20  # blocks: long enough to be asked again


async def test_a_take_that_was_cancelled_can_be_sent_after_all(desk: Remembering) -> None:
    desk.conductor.press()
    desk.microphone.speak(SPEECH, LONG)
    desk.conductor.cancel()
    turn = desk.conductor.turn
    assert desk.recall.can_undo(turn, "")
    desk.recall.ask_again(turn, "")
    await desk.state(State.READY)
    assert desk.pipeline.fed == LONG * len(SPEECH)
    assert [event.of for event in desk.events if isinstance(event, Retried)] == [turn]


async def test_a_question_that_was_stopped_before_its_answer_can_be_sent_after_all(
    desk: Remembering,
) -> None:
    desk.pipeline.silent = True
    desk.pipeline.go_on.clear()
    desk.conductor.ask("How late is it?")
    desk.conductor.cancel()
    assert desk.recall.can_undo(1, "How late is it?")


async def test_a_slip_and_an_answer_that_was_stopped_are_not_offered(desk: Remembering) -> None:
    desk.conductor.press()
    desk.microphone.speak(SPEECH, 2)
    desk.conductor.cancel()
    assert not desk.recall.can_undo(1, "")
    desk.pipeline.go_on.clear()
    desk.conductor.ask("Two")
    await desk.state(State.SPEAKING)
    desk.conductor.cancel()
    assert not desk.recall.can_undo(2, "Two")


async def test_another_pipeline_in_the_middle_of_a_take_is_a_cancel_that_is_told(
    desk: Remembering,
) -> None:
    desk.conductor.press()
    desk.microphone.speak(SPEECH, LONG)
    other = FakePipeline()
    await desk.conductor.use_pipeline(other)
    assert desk.hints() == [HintKind.CANCELLED]
    desk.recall.ask_again(1, "")
    await desk.state(State.READY)
    assert other.fed == LONG * len(SPEECH)


class Disk:
    """Sound on disk, as a test says."""

    def __init__(self) -> None:
        self.kept: dict[tuple[int, bool], bytes | None] = {}
        self.looked: list[int] = []
        self.offered: list[int] = []

    async def look(self, turn: int) -> None:
        self.looked.append(turn)

    def forget(self, turn: int) -> None:
        self.kept.pop((turn, True), None)

    def has(self, turn: int, *, take: bool) -> bool:
        return (turn, take) in self.kept

    async def sound(self, turn: int, *, take: bool) -> bytes:
        if (pcm := self.kept[turn, take]) is None:
            del self.kept[turn, take]
            raise NoRecordingError("gone")
        return pcm

    def offer(self, turn: int) -> None:
        self.offered.append(turn)


async def test_sound_that_is_only_on_disk_is_heard_and_asked_again(desk: Remembering) -> None:
    desk.recall.archive = disk = Disk()
    disk.kept = {(-1, True): LONG * SPEECH, (-1, False): SPEECH}
    assert desk.recall.can_replay(-1, take=False)
    desk.recall.replay(-1, take=False)
    await desk.until(lambda: desk.conductor.turn == 1)
    await desk.state(State.READY)
    (key,) = desk.speaker.played
    assert (key.response, desk.speaker.played[key]) == (REPLAY, len(SPEECH))
    desk.recall.ask_again(-1, "")
    await desk.until(lambda: desk.conductor.turn == 2)
    await desk.state(State.READY)
    assert desk.pipeline.fed == LONG * len(SPEECH)
    assert disk.offered == [-1]
    await desk.until(lambda: disk.looked == [2])  # the take is on disk under its new turn
    assert not disk.has(-1, take=True)


async def test_sound_that_is_gone_from_the_disk_is_told(desk: Remembering) -> None:
    desk.recall.archive = disk = Disk()
    disk.kept = {(-1, True): None, (-2, True): None}
    desk.recall.replay(-1, take=True)
    await desk.until(lambda: any(isinstance(event, StoreTrouble) for event in desk.events))
    assert not desk.recall.can_replay(-1, take=True)
    desk.recall.ask_again(-2, "How late is it?")  # the words are known
    await desk.until(lambda: "ask 1 How late is it?" in desk.pipeline.log)
    await desk.state(State.READY)


async def test_sound_that_leaves_memory_is_looked_for_on_disk(desk: Remembering) -> None:
    desk.recall.archive = disk = Disk()
    desk.recall.sounds.add(1, bytes(100), is_take=True)
    for turn in range(2, MOST_TURNS + 2):
        desk.recall.sounds.add(turn, bytes(100), is_take=True)
    await desk.until(lambda: disk.looked == [1])


async def test_who_answers_is_told_of_a_removal_when_the_turn_is_over(desk: Remembering) -> None:
    first = await desk.spoken_turn("One")
    desk.pipeline.go_on.clear()
    desk.conductor.ask("Two")
    await desk.state(State.SPEAKING)
    assert not desk.recall.can_remove(desk.conductor.turn)
    desk.recall.remove(first, whole=True)
    assert desk.removals == []
    desk.pipeline.go_on.set()
    await desk.state(State.READY)
    assert desk.removals == [State.READY]


def test_the_memory_is_bounded_by_turns_and_by_bytes() -> None:
    memory = SoundMemory(most_turns=3, most_bytes=1000)
    for turn in range(1, 6):
        memory.add(turn, bytes(100), is_take=True)
        memory.add(turn, bytes(100), is_take=False)
    assert [turn for turn in range(1, 6) if memory.take(turn)] == [3, 4, 5]
    memory.add(5, bytes(500), is_take=False)
    assert [turn for turn in range(1, 6) if memory.take(turn)] == [4, 5]
    memory.forget_reply(5)
    assert memory.size == 300
    assert memory.reply(5) == []
    memory.add(6, bytes(2000), is_take=True)  # more than there is room for
    assert memory.size == 0
    assert len(memory) == 0
