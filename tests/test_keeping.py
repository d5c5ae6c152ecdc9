"""The desk and what it keeps: continued conversations, takes of earlier runs, and what the user deletes."""

import asyncio
import shutil
import sqlite3
import time
from collections.abc import AsyncIterator, Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from tests.conversation.fakes import SPEECH, Desk, FakePipeline
from voicedesk.conversation import listening as listening_module
from voicedesk.conversation.asked import Asked
from voicedesk.conversation.figures.prices import Cost
from voicedesk.conversation.figures.turn_figures import Lack
from voicedesk.conversation.figures.turns import Figures
from voicedesk.conversation.recall import Recall
from voicedesk.conversation.scribe import Scribe
from voicedesk.conversation.store.figures_kept import of_turn
from voicedesk.conversation.store.model import TakeState, Turn
from voicedesk.core.dialogue import Dialogue, Role
from voicedesk.core.errors import NoRecordingError, RateLimitError
from voicedesk.core.events import (
    ConversationOpened,
    Heard,
    Removed,
    Retried,
    StoreTrouble,
    TakenOut,
    TakeOffered,
    TakesWaiting,
    UserText,
)
from voicedesk.core.settings import Privacy
from voicedesk.core.turn import State
from voicedesk.keeping import Keeping

BLOCKS = 20


class Kept:
    """A conductor with made-up parts, in the place of the application's, and what it keeps."""

    def __init__(self, folder: Path) -> None:
        self.desk = Desk()
        self.dialogue = Dialogue()
        self.connected = 0
        scribe = Scribe(self.dialogue)
        self.desk.conductor.observe(scribe)
        self.figures = Figures()
        self.desk.conductor.observe(self.figures)
        self.keeping = Keeping(
            *(folder, self.desk.conductor, scribe, self.desk.recorder),
            privacy=Privacy(),
            server=lambda: "Fake",
            renew=self._renew,
            connect=self._connect,
        )
        self.keeping.keep_figures(self.figures)

    async def _renew(self) -> None:
        self.desk.pipeline = FakePipeline()
        await self.desk.conductor.use_pipeline(self.desk.pipeline)

    async def _connect(self) -> None:
        self.connected += 1

    async def ask(self, text: str) -> None:
        self.desk.conductor.ask(text)
        await self.desk.state(State.READY)
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    def talk(self) -> None:
        self.desk.conductor.press()
        self.desk.microphone.speak(SPEECH, BLOCKS)

    def told(self) -> list[tuple[int, Role, str]]:
        return [(m.turn, m.role, m.text) for m in self.dialogue]

    def opened(self) -> list[ConversationOpened]:
        return [event for event in self.desk.events if isinstance(event, ConversationOpened)]

    async def titles(self) -> list[str]:
        return [each.title for each in await self.keeping.history.list()]

    async def close(self) -> None:
        await self.desk.conductor.close()
        await self.keeping.close()


@pytest.fixture(autouse=True)
def _short_takes_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening_module, "MIN_TAKE_S", 0.0)


@pytest.fixture
async def kept(tmp_path: Path) -> AsyncIterator[Kept]:
    made = Kept(tmp_path)
    yield made
    await made.close()


async def test_a_conversation_of_an_earlier_run_goes_on(kept: Kept, tmp_path: Path) -> None:
    await kept.ask("One")
    await kept.ask("Two")
    (first,) = await kept.keeping.history.list()
    await kept.close()
    later = Kept(tmp_path)
    await later.ask("Elsewhere")
    await later.keeping.open(first.id)
    (opened,) = later.opened()
    assert opened.conversation == first.id == later.keeping.conversation
    assert [m.text for m in opened.messages] == ["One", "hello", "Two", "hello"]
    assert later.connected == 1
    await later.ask("Three")
    assert [text for _, role, text in later.told() if role is Role.USER] == ["One", "Two", "Three"]
    assert [m.text for m in later.dialogue.before(2)] == ["One", "hello", "Two", "hello"]
    turns = await later.keeping.history.turns(first.id)
    assert [turn.messages[0].text for turn in turns] == ["One", "Two", "Three"]
    assert sorted(await later.titles()) == ["Elsewhere", "One"]
    await later.close()


async def test_where_the_time_of_an_earlier_run_went_is_known_when_its_conversation_goes_on(
    kept: Kept, tmp_path: Path
) -> None:
    await kept.ask("One")
    live = kept.figures.of(1)
    assert live is not None
    live.counters.underruns, live.cost = 2, Cost(Decimal("0.25"), 12, 3)
    kept.figures.tell(live)  # it is known a while after the turn
    await asyncio.sleep(0)
    (first,) = await kept.keeping.history.list()
    await kept.close()
    later = Kept(tmp_path)
    assert later.figures.of(-1) is None
    await later.keeping.open(first.id)
    recalled = later.figures.of(-1)
    assert recalled is not None
    assert recalled.timeline.as_milliseconds() == live.timeline.as_milliseconds()
    assert (recalled.counters.underruns, recalled.cost) == (2, live.cost)
    assert recalled.lacks == frozenset()
    assert [turn.turn for turn in later.figures.past] == [-1]
    assert len(later.figures) == 0
    await later.ask("Two")
    await later.keeping.open()
    assert later.figures.of(-1) is None
    assert later.figures.past == ()
    await later.close()


async def test_a_cost_that_is_found_out_late_is_kept(kept: Kept) -> None:
    await kept.ask("One")
    turns = await kept.keeping.history.turns(kept.keeping.conversation)
    assert of_turn(-1, turns[0]).lacks == {Lack.COST}
    live = kept.figures.of(1)
    assert live is not None
    live.cost = Cost(is_local=True)
    kept.figures.tell(live)
    await asyncio.sleep(0)
    turns = await kept.keeping.history.turns(kept.keeping.conversation)
    assert of_turn(-1, turns[0]).cost == Cost(is_local=True)


async def test_a_message_of_an_earlier_run_can_be_taken_out_of_a_conversation_that_goes_on(
    kept: Kept,
) -> None:
    await kept.ask("One")
    await kept.ask("Two")
    first = kept.keeping.conversation
    await kept.keeping.open()
    await kept.keeping.open(first)
    kept.desk.conductor.emit(Removed(turn=-2, at=0.0, whole=True))
    assert [m.text for m in kept.dialogue] == ["Two", "hello"]
    (turn,) = await kept.keeping.history.turns(first)
    assert turn.messages[0].text == "Two"


async def test_a_new_conversation_knows_nothing_of_the_last(kept: Kept) -> None:
    await kept.ask("One")
    await kept.keeping.open()
    assert kept.told() == []
    assert kept.opened()[0].messages == ()
    late = UserText(turn=1, at=0.0, text="Late words", final=True)
    kept.desk.conductor.emit(late)
    assert kept.told() == []
    await kept.ask("Two")
    assert [text for *_, text in kept.told()] == ["Two", "hello"]
    assert sorted(await kept.titles()) == ["One", "Two"]


async def test_who_begins_to_talk_meanwhile_talks_in_the_new_conversation(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    await kept.ask("One")
    renew = kept._renew

    async def slowly() -> None:
        await renew()
        kept.talk()

    monkeypatch.setattr(kept.keeping, "_renew", slowly)
    await kept.keeping.open()
    kept.desk.conductor.release()
    await kept.desk.state(State.READY)
    await kept.desk.until(lambda: (2, Role.ASSISTANT, "hello") in kept.told())
    assert [turn for turn, _, _ in kept.told()] == [2]


async def test_a_conversation_that_is_gone_opens_as_a_new_one(kept: Kept) -> None:
    await kept.keeping.open("gone")
    assert kept.opened()[0].conversation is None
    assert kept.keeping.conversation != "gone"


async def test_deleting_the_present_conversation_begins_another(kept: Kept) -> None:
    await kept.ask("One")
    first = kept.keeping.conversation
    await kept.keeping.history.delete(first)
    await kept.desk.until(lambda: bool(kept.opened()))
    assert kept.told() == []
    assert kept.keeping.conversation != first
    await kept.ask("Two")
    assert await kept.titles() == ["Two"]
    await kept.keeping.history.delete_all()
    await kept.desk.until(lambda: len(kept.opened()) == 2)
    assert await kept.titles() == []


async def cut(kept: Kept, tmp_path: Path) -> Path:
    """The folder of a run that was killed while the user talked."""
    await kept.ask("Before")
    kept.talk()
    await kept.keeping.takes.unanswered()
    folder = tmp_path / "killed"
    folder.mkdir()
    for name in ("history.db", "history.db-wal", "takes"):
        source = tmp_path / name
        copy = shutil.copytree if source.is_dir() else shutil.copy2
        await asyncio.to_thread(copy, source, folder / name)
    return folder


async def test_a_take_that_was_cut_is_offered_and_answered(kept: Kept, tmp_path: Path) -> None:
    later = Kept(await cut(kept, tmp_path))
    await later.keeping.start()
    (offered,) = [event for event in later.desk.events if isinstance(event, TakeOffered)]
    assert offered.seconds == pytest.approx(BLOCKS * 0.02)
    assert later.desk.conductor.can_retry
    later.desk.conductor.retry()
    await later.desk.state(State.READY)
    assert later.desk.pipeline.fed == BLOCKS * len(SPEECH)
    assert await later.keeping.takes.unanswered() == []
    (take,) = await later.keeping.takes._listed("kind = 'take'")
    assert (take.state, take.cut) == (TakeState.ANSWERED, False)
    await later.close()


async def test_a_take_that_was_cut_and_fails_again_still_waits(kept: Kept, tmp_path: Path) -> None:
    later = Kept(await cut(kept, tmp_path))
    await later.keeping.start()
    later.desk.pipeline.error = RateLimitError(server="Fake")
    later.desk.conductor.retry()
    await later.desk.state(State.FAILED)
    (take,) = await later.keeping.takes.unanswered()
    assert take.state is TakeState.FAILED
    later.desk.pipeline.error = None
    assert await later.keeping.ask_again(take)
    await later.desk.state(State.READY)
    assert await later.keeping.takes.unanswered() == []
    assert later.desk.pipeline.fed == BLOCKS * len(SPEECH)
    with pytest.raises(NoRecordingError):
        await later.keeping.takes.sound("20200101-000000-00000000")
    await later.close()


async def test_who_talks_already_is_not_interrupted_by_an_offer(kept: Kept, tmp_path: Path) -> None:
    later = Kept(await cut(kept, tmp_path))
    later.talk()
    await later.keeping.start()
    assert not [event for event in later.desk.events if isinstance(event, TakeOffered)]
    assert not later.desk.conductor.can_retry
    (take,) = await later.keeping.takes.unanswered()
    assert not await later.keeping.ask_again(take)
    await later.close()


def waiting(kept: Kept) -> list[int]:
    """How many unanswered takes were told of, one after the other."""
    return [event.number for event in kept.desk.events if isinstance(event, TakesWaiting)]


async def test_takes_that_were_not_answered_are_listed_with_what_is_known(kept: Kept) -> None:
    kept.talk()
    kept.desk.conductor.cancel()
    kept.desk.pipeline.error = RateLimitError(server="Fake")
    kept.talk()
    kept.desk.conductor.release()
    await kept.desk.state(State.THINKING)
    kept.desk.conductor.emit(UserText(turn=2, at=0.0, text="What is late?", final=True))
    await kept.desk.state(State.FAILED)
    await kept.desk.until(lambda: waiting(kept)[-1:] == [2])
    failed, cancelled = await kept.keeping.takes.waiting()
    assert failed.words == "What is late?"
    assert failed.error == str(RateLimitError(server="Fake"))
    assert failed.recording.state is TakeState.FAILED
    assert (cancelled.words, cancelled.error) == ("", "")
    assert cancelled.recording.state is TakeState.CANCELLED
    assert cancelled.recording.seconds == pytest.approx(BLOCKS * 0.02)


async def test_a_take_of_this_run_is_asked_again_in_place_of_its_turn(kept: Kept) -> None:
    kept.talk()
    kept.desk.conductor.cancel()
    (take,) = await kept.keeping.takes.waiting()
    assert await kept.keeping.ask_again(take.recording)
    await kept.desk.state(State.READY)
    assert [event.of for event in kept.desk.events if isinstance(event, Retried)] == [1]
    assert kept.desk.pipeline.fed == BLOCKS * len(SPEECH)
    await kept.desk.until(lambda: waiting(kept)[-1:] == [0])


def is_offered(kept: Kept) -> bool:
    """Whether there is something to try again."""
    return kept.desk.conductor.can_retry


async def test_what_was_deleted_is_not_offered_any_more(kept: Kept, tmp_path: Path) -> None:
    later = Kept(await cut(kept, tmp_path))
    await later.keeping.start()
    assert is_offered(later)
    (take,) = await later.keeping.takes.waiting()
    assert take.recording.cut
    await later.keeping.delete([take.recording.id])
    assert not is_offered(later)
    later.desk.pipeline.error = RateLimitError(server="Fake")
    later.talk()
    later.desk.conductor.release()
    await later.desk.state(State.FAILED)
    assert is_offered(later)
    await later.keeping.delete([each.recording.id for each in await later.keeping.takes.waiting()])
    assert not is_offered(later)
    await later.desk.until(lambda: waiting(later)[-1:] == [0])
    assert list((tmp_path / "killed" / "takes").glob("*.open.wav")) == []
    await later.close()


async def test_the_sound_of_a_conversation_that_goes_on_is_found(
    kept: Kept, tmp_path: Path
) -> None:
    kept.talk()
    kept.desk.conductor.release()
    await kept.desk.until(lambda: kept.desk.conductor.state is State.READY)
    kept.desk.conductor.emit(UserText(turn=1, at=0.0, text="One", final=True))
    await kept.titles()
    (first,) = await kept.keeping.history.list()
    await kept.close()
    later = Kept(tmp_path)
    archive = later.keeping.archive
    await later.keeping.open(first.id)
    assert archive.has(-1, take=True)
    assert archive.has(-1, take=False)
    assert await archive.sound(-1, take=True) == SPEECH * BLOCKS
    archive.offer(-1)
    later.desk.pipeline.error = RateLimitError(server="Fake")
    later.desk.conductor.begin(Asked(take=[SPEECH * BLOCKS], again=-1))
    await later.desk.state(State.FAILED)
    await archive.look(1)
    assert archive.has(1, take=True)
    (take,) = await later.keeping.takes.waiting()  # it waits again, under its new turn
    assert take.recording.seconds == pytest.approx(BLOCKS * 0.02)
    await later.keeping.delete([take.recording.id])
    with pytest.raises(NoRecordingError):
        await archive.sound(1, take=True)
    assert not archive.has(1, take=True)
    with pytest.raises(NoRecordingError):
        await archive.sound(-7, take=True)
    await later.close()


async def test_what_was_taken_out_is_settled_before_another_conversation_opens(kept: Kept) -> None:
    await kept.ask("One")
    first = kept.keeping.conversation
    recall = Recall(kept.desk.conductor, removed=lambda: None)
    kept.keeping.leaving = recall.settle
    await kept.ask("Two")
    recall.remove(2, whole=True)
    assert [event.turn for event in kept.desk.events if isinstance(event, TakenOut)] == [2]
    await kept.keeping.open()
    assert [event.turn for event in kept.desk.events if isinstance(event, Removed)] == [2]
    (turn,) = await kept.keeping.history.turns(first)
    assert turn.messages[0].text == "One"
    await recall.close()


async def test_a_history_that_cannot_be_kept_is_told_and_the_turn_goes_on(
    kept: Kept, tmp_path: Path
) -> None:
    (tmp_path / "history.db").write_bytes(b"no database" * 1000)
    await kept.ask("One")
    assert await kept.titles() == ["One"]
    (trouble,) = [event for event in kept.desk.events if isinstance(event, StoreTrouble)]
    assert "set aside" in str(trouble.error)
    assert kept.told()[0][2] == "One"


async def test_the_history_can_be_read_by_others_while_it_is_written(
    kept: Kept, tmp_path: Path
) -> None:
    await kept.ask("One")
    await kept.titles()
    with sqlite3.connect(tmp_path / "history.db") as other:
        assert other.execute("SELECT title FROM conversations").fetchall() == [("One",)]
    other.close()


async def test_conversations_that_are_older_than_the_user_wants_are_deleted(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeping = kept.keeping
    for text in ("One", "Two"):
        await kept.ask(text)
        await keeping.open()
    await kept.ask("Now")
    assert await keeping.history.count() == 3
    later = time.time() + 8 * 24 * 3600
    monkeypatch.setattr("voicedesk.conversation.store.tidying.time.time", lambda: later)
    keeping.use(Privacy(history_span="month"))
    await keeping.start()
    await keeping.history.list()
    assert await keeping.history.count() == 3
    keeping.use(Privacy(history_span="week"))
    async with asyncio.timeout(10):
        while await keeping.history.count() > 1:
            await asyncio.sleep(0.005)
    assert await kept.titles() == ["Now"], "the present one stays, however old"


async def test_conversations_are_looked_through_again_while_the_window_is_open(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voicedesk.conversation.store.tidying.EVERY_S", 0.01)
    await kept.ask("One")
    await kept.keeping.open()
    kept.keeping.use(Privacy(history_span="year"))
    await kept.keeping.start()
    assert await kept.keeping.history.count() == 1
    later = time.time() + 366 * 24 * 3600
    monkeypatch.setattr("voicedesk.conversation.store.tidying.time.time", lambda: later)
    async with asyncio.timeout(10):
        while await kept.keeping.history.count():
            await asyncio.sleep(0.005)


async def _is_asked_in_the_new_alone(kept: Kept, old: str, new: str) -> None:
    kept.desk.pipeline.go_on.set()
    await kept.desk.state(State.READY)
    await kept.desk.until(lambda: (Role.ASSISTANT, "hello") in [m[1:] for m in kept.told()][-1:])
    after = kept.desk.events[kept.desk.events.index(kept.opened()[-1]) :]
    assert [event.text for event in after if isinstance(event, UserText)] == ["Meanwhile"]
    assert [(role, text) for _, role, text in kept.told()][-2:] == [
        (Role.USER, "Meanwhile"),
        (Role.ASSISTANT, "hello"),
    ]
    asked = {
        each: [turn.messages[0].text for turn in await kept.keeping.history.turns(each)]
        for each in (old, new)
    }
    assert "Meanwhile" not in asked[old], "nothing of it is left where it was asked first"
    assert asked[new][-1:] == ["Meanwhile"]
    assert asked[new].count("Meanwhile") == 1


@pytest.mark.parametrize("state", [State.THINKING, State.SPEAKING])
@pytest.mark.parametrize("is_kept", [False, True], ids=["at once", "when it is on disk"])
async def test_what_is_asked_while_a_conversation_is_opened_is_asked_in_it(
    kept: Kept, monkeypatch: pytest.MonkeyPatch, state: State, *, is_kept: bool
) -> None:
    await kept.ask("Before")
    old, renew = kept.keeping.conversation, kept._renew

    async def ask_meanwhile() -> None:
        await renew()
        kept.desk.pipeline.go_on.clear()
        kept.desk.pipeline.silent = state is State.THINKING
        kept.desk.conductor.ask("Meanwhile")
        await kept.desk.state(state)
        if is_kept:
            assert await kept.titles()

    monkeypatch.setattr(kept.keeping, "_renew", ask_meanwhile)
    await kept.keeping.open()
    await _is_asked_in_the_new_alone(kept, old, kept.keeping.conversation)


async def test_what_is_asked_while_the_old_answer_is_stopped_is_asked_in_the_new_conversation(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    await kept.ask("Before")
    old = kept.keeping.conversation
    kept.desk.pipeline.go_on.clear()

    async def interrupted(_heard: Sequence[Heard]) -> None:
        kept.desk.conductor.ask("Meanwhile")

    monkeypatch.setattr(kept.desk.pipeline, "interrupt", interrupted)
    kept.desk.conductor.ask("Stopped")
    await kept.desk.state(State.SPEAKING)
    await kept.keeping.open()
    await _is_asked_in_the_new_alone(kept, old, kept.keeping.conversation)


async def test_what_is_asked_while_a_conversation_is_read_is_asked_in_it(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    await kept.ask("Earlier")
    earlier = kept.keeping.conversation
    await kept.keeping.open()
    await kept.ask("Before")
    old, read = kept.keeping.conversation, kept.keeping.history.turns

    async def ask_meanwhile(conversation: str) -> Sequence[Turn]:
        kept.desk.pipeline.go_on.clear()
        kept.desk.conductor.ask("Meanwhile")
        await kept.desk.state(State.SPEAKING)
        return await read(conversation)

    monkeypatch.setattr(kept.keeping.history, "turns", ask_meanwhile)
    await kept.keeping.open(earlier)
    monkeypatch.undo()
    await _is_asked_in_the_new_alone(kept, old, earlier)
