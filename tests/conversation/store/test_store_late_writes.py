"""What could not be kept while another program held the file, or the disk was full, is kept as soon as it can be."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from voicedesk.conversation.store import backlog, sound_files
from voicedesk.conversation.store import database as database_module
from voicedesk.conversation.store.backlog import Late
from voicedesk.conversation.store.database import Database
from voicedesk.conversation.store.model import Outcome, Said, TakeState, Turn
from voicedesk.conversation.store.store import Store
from voicedesk.core.clock import now
from voicedesk.core.dialogue import Role
from voicedesk.core.errors import StorageError, VoiceDeskError
from voicedesk.core.events import ReplyEnded, StateChanged, TurnFailed
from voicedesk.core.settings import Privacy
from voicedesk.core.turn import State

PIECE = bytes(range(240)) * 100  # half a second
NEVER = 3600.0


class Shelf:
    """A store, what it told, and another program that can lock its file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.troubles: list[VoiceDeskError | None] = []
        self.changes = 0
        self.store = self.open()
        self.store.takes.changed = self._changed

    def open(self) -> Store:
        store = Store(self.folder, Privacy(takes="always"))
        store.on_trouble(self.troubles.append)
        return store

    def _changed(self) -> None:
        self.changes += 1

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        with contextlib.closing(sqlite3.connect(self.folder / "history.db")) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.rollback()

    async def told(self, count: int = 1) -> None:
        await until(lambda: len(self.troubles) >= count)

    async def states(self) -> list[TakeState]:
        return [each.state for each in await self.store.takes._listed("1")]

    def sounds(self) -> list[Path]:
        return sorted((self.folder / "takes").glob("*.wav"))

    def talk(self, turn: int) -> None:
        self.store.takes(StateChanged(turn=turn, at=now(), state=State.LISTENING))
        self.store.takes.captured(turn, PIECE)

    def moved(self, turn: int, *states: State) -> None:
        for state in states:
            self.store.takes(StateChanged(turn=turn, at=now(), state=state))


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.001)


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Nothing is tried again by itself, and nobody waits long for a lock."""
    monkeypatch.setattr(database_module, "BUSY_S", 0.02)
    monkeypatch.setattr(database_module, "RETRY_S", NEVER)
    return monkeypatch


@pytest.fixture
async def shelf(tmp_path: Path, patience: pytest.MonkeyPatch) -> AsyncIterator[Shelf]:
    del patience
    made = Shelf(tmp_path / "data")
    await made.store.recover()
    made.troubles.clear()
    yield made
    await made.store.close()


def sqlite_full() -> sqlite3.Error:
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = sqlite3.SQLITE_FULL
    return error


def note(done: list[str], name: str, _connection: sqlite3.Connection) -> None:
    done.append(name)


def a_turn(name: str, *words: str, outcome: Outcome = Outcome.ANSWERED) -> Turn:
    messages = tuple(Said(Role.USER, word) for word in words)
    return Turn(id=name, started_at=1.0, outcome=outcome, messages=messages)


async def words_of(store: Store, conversation: str) -> list[str]:
    return [said.text for turn in await store.history.turns(conversation) for said in turn.messages]


async def test_a_turn_that_was_told_during_a_lock_is_there_after_it(shelf: Shelf) -> None:
    with shelf.locked():
        shelf.store.history.save("c", a_turn("t", "one"), 1.0)
        shelf.store.history.save("c", a_turn("t", "one", "two"), 2.0)
        await shelf.told()
        assert "another program" in str(shelf.troubles[0])
        assert await words_of(shelf.store, "c") == []
    assert await words_of(shelf.store, "c") == ["one", "two"]
    await until(lambda: shelf.troubles[-1] is None)
    assert len(shelf.troubles) == 2


async def test_it_is_there_though_nothing_else_is_asked_for(
    shelf: Shelf, patience: pytest.MonkeyPatch
) -> None:
    with shelf.locked():
        patience.setattr(database_module, "RETRY_S", 0.01)
        shelf.store.history.save("c", a_turn("t", "one"), 1.0)
        await shelf.told()
    await shelf.told(2)
    assert shelf.troubles[1] is None
    with contextlib.closing(sqlite3.connect(shelf.folder / "history.db")) as other:
        assert other.execute("SELECT text FROM messages").fetchall() == [("one",)]


async def test_what_is_left_at_the_end_is_written_then(shelf: Shelf) -> None:
    with shelf.locked():
        shelf.store.history.save("c", a_turn("t", "one"), 1.0)
        shelf.talk(1)
        shelf.moved(1, State.THINKING, State.SPEAKING, State.READY)
        await shelf.told()
    await shelf.store.close()
    later = shelf.open()
    assert await later.recover() == []
    assert await words_of(later, "c") == ["one"]
    await later.close()


async def test_an_answered_take_is_not_offered_after_a_lock(shelf: Shelf) -> None:
    shelf.talk(1)
    shelf.moved(1, State.THINKING)
    assert await shelf.states() == [TakeState.WAITING]
    with shelf.locked():
        shelf.store.takes(ReplyEnded(turn=1, at=now()))
        shelf.moved(1, State.READY)
        await shelf.told()
        assert await shelf.states() == [TakeState.WAITING]
    assert await shelf.states() == [TakeState.ANSWERED]
    (sound,) = shelf.sounds()
    assert not sound.name.endswith(".open.wav")


@pytest.mark.parametrize("is_failed", [False, True])
async def test_a_take_that_ended_during_a_lock_is_unanswered_after_it_and_can_be_deleted(
    shelf: Shelf, is_failed: bool
) -> None:
    shelf.talk(1)
    await shelf.states()
    with shelf.locked():
        if is_failed:
            shelf.store.takes(TurnFailed(turn=1, at=now(), error=VoiceDeskError()))
        else:
            shelf.moved(1, State.READY)
        await shelf.told()
        changes = shelf.changes
    (recording,) = await shelf.store.takes.unanswered()
    assert recording.state is (TakeState.FAILED if is_failed else TakeState.CANCELLED)
    await until(lambda: shelf.changes > changes)  # so that the window counts them anew
    assert await shelf.store.takes.sound(recording.id) == PIECE
    await shelf.store.takes.delete([recording.id])
    assert shelf.sounds() == []
    assert await shelf.states() == []


async def test_what_is_deleted_during_the_trouble_does_not_come_back(
    shelf: Shelf, patience: pytest.MonkeyPatch
) -> None:
    """The take's own row could not be written, as where the disk is full; deleting it is possible all the same."""
    shelf.talk(1)
    (recording,) = await shelf.store.takes._listed("1")

    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    with pytest.MonkeyPatch.context() as during:
        during.setattr(sound_files, "_write_whole", full)
        shelf.store.takes.captured(1, PIECE)
        shelf.moved(1, State.READY)
        await shelf.told()
        await shelf.store.takes.delete([recording.id])
        assert shelf.sounds() == []
    assert await shelf.states() == []
    assert shelf.sounds() == []
    del patience


async def test_the_last_of_a_take_is_written_when_there_is_room_again(shelf: Shelf) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    shelf.talk(1)
    await shelf.states()
    with pytest.MonkeyPatch.context() as during:
        during.setattr(sound_files, "_write_whole", full)
        shelf.store.takes.captured(1, PIECE)
        shelf.moved(1, State.READY)
        await shelf.told()
        assert await shelf.states() == [TakeState.RECORDING]
    (recording,) = await shelf.store.takes.unanswered()
    assert await shelf.store.takes.sound(recording.id) == PIECE * 2


async def test_a_turn_that_was_taken_out_stays_out(shelf: Shelf) -> None:
    history = shelf.store.history
    with shelf.locked():
        history.save("c", a_turn("t", "one"), 1.0)
        history.save("c", a_turn("u", "two"), 1.0)
        history.drop_turn("t", "take", "reply")
        await shelf.told()
    assert await words_of(shelf.store, "c") == ["two"]


async def test_an_answer_that_was_taken_out_stays_out(shelf: Shelf) -> None:
    history = shelf.store.history
    said = (Said(Role.USER, "one"), Said(Role.ASSISTANT, "two"))
    turn = Turn(id="t", started_at=1.0, outcome=Outcome.ANSWERED, messages=said)
    for _ in range(2):
        with shelf.locked():
            count = len(shelf.troubles)
            history.save("c", turn, 1.0)
            history.drop_answer("t")
            history.save("c", turn, 2.0)
            await shelf.told(count + 1)
            await words_of(shelf.store, "c")  # all three have been tried
        assert await words_of(shelf.store, "c") == ["one"]
        await shelf.told(count + 2)


async def test_a_conversation_that_could_not_be_deleted_goes_on_being_kept(shelf: Shelf) -> None:
    history = shelf.store.history
    history.save("c", a_turn("t", "one"), 1.0)
    assert await words_of(shelf.store, "c") == ["one"]
    with shelf.locked(), pytest.raises(StorageError, match="another program"):
        await history.delete("c")
    history.save("c", a_turn("u", "two"), 1.0)
    assert await words_of(shelf.store, "c") == ["one", "two"]
    await history.delete("c")
    assert await words_of(shelf.store, "c") == []


async def test_a_turn_that_is_late_is_not_kept_of_a_conversation_that_was_deleted(
    shelf: Shelf,
) -> None:
    history = shelf.store.history
    history.save("c", a_turn("t", "one"), 1.0)
    await words_of(shelf.store, "c")
    real = Database._attempt

    def full(self: Database, job: Any, wait_s: float) -> object:
        if isinstance(job.work, Late):  # what deletes makes room, and needs none
            raise sqlite_full()
        return real(self, job, wait_s)

    with pytest.MonkeyPatch.context() as during:
        during.setattr(Database, "_attempt", full)
        history.save("c", a_turn("u", "two"), 2.0)
        await shelf.told()
        await history.delete("c")
    assert await history.count() == 0


async def test_sound_is_written_while_a_lock_is_waited_for(
    shelf: Shelf, patience: pytest.MonkeyPatch
) -> None:
    patience.setattr(database_module, "BUSY_S", NEVER)
    with shelf.locked():
        shelf.store.history.save("c", a_turn("t", "one"), 1.0)
        shelf.talk(1)
        for _ in range(3):
            shelf.store.takes.captured(1, PIECE)
        whole = 44 + 4 * len(PIECE)
        await until(lambda: [path.stat().st_size for path in shelf.sounds()] == [whole])
        assert shelf.troubles == []
    (recording,) = await shelf.store.takes._listed("1")
    assert recording.state is TakeState.RECORDING
    assert await shelf.store.takes.sound(recording.id) == PIECE * 4
    assert await words_of(shelf.store, "c") == ["one"]


async def test_one_lock_is_waited_for_once(tmp_path: Path, patience: pytest.MonkeyPatch) -> None:
    """Each further piece of work is put by at once, and all of it done in the end."""
    database = Database(tmp_path / "history.db")
    await database.read(lambda _c: None)
    waits: list[float] = []
    real = Database._begin

    def begin(self: Database, connection: sqlite3.Connection, wait_s: float) -> None:
        waits.append(wait_s)
        real(self, connection, wait_s)

    patience.setattr(Database, "_begin", begin)
    done: list[str] = []
    with contextlib.closing(sqlite3.connect(database.path)) as other:
        other.execute("BEGIN IMMEDIATE")
        for number in range(5):
            database.post(partial(note, done, f"k{number}"), key=f"k{number}")
        await database.read(lambda _c: None)
        assert done == []
        other.rollback()
    await database.read(lambda _c: None)
    assert done == ["k0", "k1", "k2", "k3", "k4"]
    assert [wait for wait in waits if wait > 0] == [database_module.BUSY_S]
    await database.close()


async def test_no_more_is_put_by_than_there_is_room_for(
    tmp_path: Path, patience: pytest.MonkeyPatch
) -> None:
    patience.setattr(backlog, "MOST", 3)
    database = Database(tmp_path / "history.db")
    await database.read(lambda _c: None)
    done: list[str] = []
    with contextlib.closing(sqlite3.connect(database.path)) as other:
        other.execute("BEGIN IMMEDIATE")
        for number in range(5):
            database.post(partial(note, done, f"k{number}"), key=f"k{number}")
        database.post(lambda _c: done.append("k3 again"), key="k3")
        await database.read(lambda _c: None)
        other.rollback()
    await database.read(lambda _c: None)
    assert sorted(done) == ["k2", "k3 again", "k4"]
    await database.close()


async def test_a_fault_of_ours_is_not_tried_for_ever(
    tmp_path: Path, patience: pytest.MonkeyPatch, expected_log: Callable[..., None]
) -> None:
    del patience
    expected_log("storing failed unexpectedly")
    tries = 0

    def faulty(_connection: sqlite3.Connection) -> None:
        nonlocal tries
        tries += 1
        raise KeyError("oops")

    database = Database(tmp_path / "history.db")
    database.post(faulty, key="k")
    for _ in range(3):
        await database.read(lambda _c: None)
    assert tries == 1
    await database.close()


async def test_what_goes_wrong_with_one_holds_no_other_up(
    tmp_path: Path, patience: pytest.MonkeyPatch
) -> None:
    del patience
    database = Database(tmp_path / "history.db")
    refusing = threading.Event()
    refusing.set()
    done: list[str] = []

    def refused(_connection: sqlite3.Connection) -> None:
        if refusing.is_set():
            raise PermissionError(13, "Permission denied")
        done.append("first")

    database.post(refused, key="first")
    database.post(lambda _c: done.append("second"), key="second")
    await database.read(lambda _c: None)
    assert done == ["second"]
    refusing.clear()
    await database.read(lambda _c: None)
    assert done == ["second", "first"]
    await database.close()
