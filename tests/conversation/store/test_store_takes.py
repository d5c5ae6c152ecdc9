"""Takes on disk: whole from the first sample, one fate each, kept no longer than the user wants, found after a crash."""

import asyncio
import os
import shutil
import sqlite3
import stat
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conversation.fakes import SPEECH, Desk
from voicedesk.audio.wav import read_wav
from voicedesk.conversation import listening as listening_module
from voicedesk.conversation.store import sound_files, takes
from voicedesk.conversation.store.model import Recording, TakeState
from voicedesk.conversation.store.retention import DAY, WEEK, outlived
from voicedesk.conversation.store.store import Store
from voicedesk.core.clock import now
from voicedesk.core.errors import (
    NoRecordingError,
    RateLimitError,
    StoreSetAsideError,
    VoiceDeskError,
)
from voicedesk.core.events import (
    Event,
    Hint,
    HintKind,
    ReplyEnded,
    Retried,
    StateChanged,
    TurnFailed,
)
from voicedesk.core.settings import Privacy
from voicedesk.core.turn import State

BLOCKS = 20  # 0.4 s
START = time.time()


class Wall:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> float:
        self.at += 0.001
        return self.at


class Kept:
    """A conductor with made-up parts whose takes are kept."""

    def __init__(self, folder: Path, privacy: Privacy) -> None:
        self.wall = Wall()
        self.folder = folder
        self.troubles: list[VoiceDeskError | None] = []
        self.desk = Desk()
        self.store = self.open(privacy)
        self.desk.conductor.watch_takes(self.store.takes.captured)
        self.desk.conductor.observe(self.store.takes)

    def open(self, privacy: Privacy) -> Store:
        store = Store(self.folder, privacy, clock=self.wall)
        store.on_trouble(self.troubles.append)
        return store

    def talk(self) -> None:
        self.desk.conductor.press()
        self.desk.microphone.speak(SPEECH, BLOCKS)

    async def all(self) -> list[Recording]:
        return await self.store.takes._listed("1")

    async def states(self) -> list[TakeState]:
        return [each.state for each in await self.all()]

    def files(self) -> list[str]:
        return sorted(path.name for path in (self.folder / "takes").glob("*.wav"))


@pytest.fixture(autouse=True)
def _short_takes_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening_module, "MIN_TAKE_S", 0.0)  # the key is down for no time at all


@pytest.fixture
async def kept(tmp_path: Path) -> AsyncIterator[Kept]:
    made = Kept(tmp_path / "data", Privacy(takes="day"))
    yield made
    await made.desk.conductor.close()
    await made.store.close()


async def test_a_take_is_on_disk_while_it_is_being_said(kept: Kept) -> None:
    kept.talk()
    assert await kept.states() == [TakeState.RECORDING]
    (name,) = kept.files()
    path = kept.folder / "takes" / name
    assert read_wav(path) == SPEECH * BLOCKS
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    kept.desk.microphone.speak(SPEECH, 1)
    await kept.all()
    assert read_wav(path) == SPEECH * (BLOCKS + 1)


async def test_an_answered_take_is_kept_as_answered(kept: Kept) -> None:
    kept.desk.pipeline.go_on.clear()
    kept.talk()
    kept.desk.conductor.release()
    await kept.desk.state(State.SPEAKING)
    assert await kept.states() == [TakeState.WAITING]
    assert kept.files()[0].endswith(".open.wav")
    kept.desk.pipeline.go_on.set()
    await kept.desk.state(State.READY)
    (recording,) = await kept.all()
    assert (recording.state, recording.kind) == (TakeState.ANSWERED, "take")
    assert recording.seconds == pytest.approx(BLOCKS * 0.02)
    assert kept.files() == [f"{recording.id}.wav"]
    assert await kept.store.takes.unanswered() == []
    assert await kept.store.takes.of_turns([kept.store.turn_id(1)]) == [recording]
    assert await kept.store.takes.sound(recording.id) == SPEECH * BLOCKS


async def test_a_take_that_failed_waits_and_is_the_same_when_it_is_asked_again(kept: Kept) -> None:
    kept.desk.pipeline.error = RateLimitError(server="Fake")
    kept.talk()
    kept.desk.conductor.release()
    await kept.desk.state(State.FAILED)
    (recording,) = await kept.store.takes.unanswered()
    assert recording.state is TakeState.FAILED
    kept.desk.pipeline.error = None
    kept.desk.conductor.retry()
    await kept.desk.state(State.READY)
    (answered,) = await kept.all()
    assert (answered.id, answered.state) == (recording.id, TakeState.ANSWERED)
    assert answered.turn == kept.store.turn_id(2)


async def test_a_cancelled_take_waits_too(kept: Kept) -> None:
    kept.talk()
    kept.desk.conductor.cancel()
    (recording,) = await kept.store.takes.unanswered()
    assert recording.state is TakeState.CANCELLED
    assert read_wav(kept.folder / "takes" / kept.files()[0]) == SPEECH * BLOCKS


async def test_a_slip_of_the_finger_leaves_nothing(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening_module, "MIN_TAKE_S", 10.0)
    kept.talk()
    kept.desk.conductor.release()
    await kept.desk.state(State.READY)
    await kept.desk.until(lambda: HintKind.TOO_SHORT in kept.desk.hints())
    assert await kept.all() == []
    assert kept.files() == []


async def test_a_take_of_next_to_nothing_is_not_offered(kept: Kept) -> None:
    kept.desk.conductor.press()
    kept.desk.microphone.speak(SPEECH, 2)
    kept.desk.conductor.cancel()
    assert await kept.all() == []
    assert kept.files() == []


async def test_speaking_over_a_silent_wait_keeps_the_first_take(kept: Kept) -> None:
    kept.desk.pipeline.silent = True
    kept.desk.pipeline.go_on.clear()
    kept.talk()
    kept.desk.conductor.release()
    await kept.desk.state(State.THINKING)
    kept.talk()
    assert await kept.states() == [TakeState.RECORDING, TakeState.CANCELLED]


async def test_speaking_over_an_answer_leaves_its_take_answered(kept: Kept) -> None:
    kept.desk.pipeline.go_on.clear()
    kept.talk()
    kept.desk.conductor.release()
    await kept.desk.state(State.SPEAKING)
    kept.talk()
    assert sorted(state.value for state in await kept.states()) == ["answered", "recording"]


async def test_who_wants_nothing_kept_has_nothing_kept_once_it_is_answered(kept: Kept) -> None:
    kept.store.use(Privacy(takes="none"))
    kept.talk()
    kept.desk.conductor.release()
    await kept.desk.state(State.READY)
    await kept.all()
    assert await kept.all() == []
    assert kept.files() == []


async def test_a_cancelled_take_goes_at_the_end_where_nothing_is_to_be_kept(kept: Kept) -> None:
    kept.store.use(Privacy(takes="none"))
    kept.talk()
    kept.desk.conductor.cancel()
    await kept.all()
    assert await kept.states() == [TakeState.CANCELLED]
    await kept.store.close()
    assert kept.files() == []


async def test_what_an_earlier_run_left_in_the_middle_is_found_whole(kept: Kept) -> None:
    kept.talk()
    (recording,) = await kept.all()
    killed = kept.folder.with_name("killed")
    await asyncio.to_thread(shutil.copytree, kept.folder, killed)
    later = Store(killed, clock=kept.wall)
    (found,) = await later.recover()
    assert (found.id, found.state, found.cut) == (recording.id, TakeState.FAILED, True)
    assert await later.takes.sound(found.id) == SPEECH * BLOCKS
    assert await later.recover() == []  # offered once, and listed until it is answered
    assert [each.id for each in await later.takes.unanswered()] == [recording.id]
    await later.close()


async def test_takes_are_found_though_the_database_is_lost(kept: Kept) -> None:
    kept.talk()
    kept.desk.conductor.release()
    await kept.desk.state(State.READY)
    kept.talk()
    await kept.all()
    killed = kept.folder.with_name("killed")
    await asyncio.to_thread(shutil.copytree, kept.folder, killed)
    for path in killed.glob("history.db*"):
        path.unlink()
    later = Store(killed, Privacy(takes="always"), clock=kept.wall)
    (found,) = await later.recover()
    assert await later.takes.sound(found.id) == SPEECH * BLOCKS
    assert len(await later.takes._listed("state = 'answered'")) == 1
    await later.close()


async def test_takes_can_still_be_asked_again_where_the_database_breaks_meanwhile(
    kept: Kept,
) -> None:
    kept.desk.pipeline.error = RateLimitError(server="Fake")
    earlier = Store(kept.folder, Privacy(takes="day"), clock=kept.wall)
    earlier.takes.captured(1, SPEECH * 50)
    await earlier.close()  # in the middle of it
    kept.talk()
    kept.desk.conductor.release()
    await kept.desk.state(State.FAILED)
    kept.talk()
    before = [(each.id, each.state) for each in await kept.all()]
    assert [state for _, state in before] == [
        TakeState.RECORDING,
        TakeState.FAILED,
        TakeState.CANCELLED,
    ]
    broken: sqlite3.DatabaseError | None = sqlite3.DatabaseError("malformed")
    assert broken is not None
    broken.sqlite_errorcode = sqlite3.SQLITE_CORRUPT

    def breaks_once(_connection: sqlite3.Connection) -> None:
        nonlocal broken
        error, broken = broken, None
        if error is not None:
            raise error

    await kept.store._database.write(breaks_once)
    assert [type(error) for error in kept.troubles] == [StoreSetAsideError]
    waiting = await kept.store.takes.unanswered()
    sounds = {each.id: await kept.store.takes.sound(each.id) for each in waiting}
    assert sounds == {before[1][0]: SPEECH * BLOCKS, before[2][0]: SPEECH * 50}
    kept.desk.pipeline.error = None
    kept.desk.conductor.release()
    await kept.desk.state(State.READY)
    states = {each.id: each.state for each in await kept.all()}
    assert states[before[0][0]] is TakeState.ANSWERED


async def test_rows_without_a_file_and_strange_files_are_no_harm(kept: Kept) -> None:
    kept.talk()
    kept.desk.conductor.release()
    await kept.desk.state(State.READY)
    await kept.store.close()
    folder = kept.folder / "takes"
    (folder / kept.files()[0]).unlink()
    (folder / "holiday photos.wav").write_bytes(b"mine")
    (folder / "20270101-000000-00000000.open.wav").write_bytes(b"RIFF")
    (folder / "20270101-000000-11111111.open.wav").mkdir()
    later = kept.open(Privacy(takes="none"))
    assert await later.recover() == []
    assert [each.id for each in await later.takes._listed("1")] == ["20270101-000000-00000000"]
    with pytest.raises(NoRecordingError):
        await later.takes.sound("20270101-000000-00000000")
    assert (folder / "holiday photos.wav").read_bytes() == b"mine"
    await later.close()


@pytest.mark.skipif(sys.platform == "win32", reason="locks are another process's there")
async def test_the_takes_of_another_window_are_left_alone(kept: Kept) -> None:
    await kept.store.recover()
    kept.talk()
    await kept.all()
    other = kept.open(Privacy(takes="none"))
    assert await other.recover() == []
    assert await kept.states() == [TakeState.RECORDING]
    await other.close()
    kept.desk.microphone.speak(SPEECH, 1)
    await kept.all()
    assert read_wav(kept.folder / "takes" / kept.files()[0]) == SPEECH * (BLOCKS + 1)


async def test_what_is_being_said_when_the_journal_looks_back_is_not_a_crash(kept: Kept) -> None:
    kept.talk()
    assert await kept.store.recover() == []
    assert await kept.states() == [TakeState.RECORDING]


async def test_a_full_disk_costs_no_word_once_there_is_room_again(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = sound_files._write_whole

    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    kept.talk()
    await kept.all()
    monkeypatch.setattr(sound_files, "_write_whole", full)
    kept.desk.microphone.speak(SPEECH, 7)
    await kept.all()
    assert "the disk is full" in str(kept.troubles[0])
    assert len([error for error in kept.troubles if error]) == 1
    monkeypatch.setattr(sound_files, "_write_whole", real)
    kept.desk.microphone.speak(SPEECH, 1)
    kept.desk.conductor.release()
    await kept.desk.state(State.READY)  # and the turn goes on all the same
    (recording,) = await kept.all()
    assert await kept.store.takes.sound(recording.id) == SPEECH * (BLOCKS + 8)
    assert kept.troubles[-1] is None


async def test_takes_are_deleted_for_good(kept: Kept) -> None:
    kept.talk()
    kept.desk.conductor.cancel()
    (recording,) = await kept.store.takes.unanswered()
    await kept.store.takes.delete([recording.id])
    assert await kept.all() == []
    assert kept.files() == []
    with pytest.raises(NoRecordingError):
        await kept.store.takes.sound(recording.id)


async def test_what_has_been_kept_long_enough_goes_by_itself(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(takes, "SWEEP_S", 0.01)
    kept.talk()
    kept.desk.conductor.release()
    await kept.desk.state(State.READY)
    assert await kept.states() == [TakeState.ANSWERED]
    kept.wall.at += DAY
    await kept.store.recover()
    async with asyncio.timeout(5):
        while await kept.all():
            await asyncio.sleep(0.01)
    assert kept.files() == []


# ---------------------------------------------------------------------------------------- retention

RECORDINGS = st.lists(
    st.builds(
        Recording,
        id=st.uuids().map(str),
        kind=st.sampled_from(["take", "reply"]),
        turn=st.just("t"),
        state=st.sampled_from(TakeState),
        cut=st.booleans(),
        seconds=st.floats(0, 600),
        created_at=st.floats(START - 30 * DAY, START + DAY),
    ),
    max_size=30,
    unique_by=lambda each: each.id,
)


@given(
    RECORDINGS,
    st.sampled_from(["none", "day", "week", "always"]),
    st.integers(10, 200),
    st.booleans(),
)
def test_retention(recordings: list[Recording], span: str, limit: int, is_start: bool) -> None:
    privacy = Privacy.model_validate({"takes": span, "takes_limit_mb": limit})
    gone = set(outlived(recordings, privacy, START, is_start=is_start))
    left = [each for each in recordings if each.id not in gone]
    busy = {TakeState.RECORDING, TakeState.WAITING}
    assert not any(each.state in busy for each in recordings if each.id in gone)
    settled = [each for each in left if each.state not in busy]
    assert sum(each.seconds for each in settled) * 48_000 <= limit * 1_000_000 + 1
    for each in settled:
        age = START - each.created_at
        if each.state is TakeState.ANSWERED:
            assert span != "none" or age < 0
            assert span != "day" or age < DAY
        if span != "always":
            assert age < WEEK
    room = sum(each.seconds for each in recordings if each.state not in busy) * 48_000
    if room <= limit * 1_000_000:
        assert not any(
            each.state is TakeState.FAILED and START - each.created_at < WEEK
            for each in recordings
            if each.id in gone
        )


def test_where_room_is_short_answered_takes_go_before_those_that_were_not() -> None:
    def made(name: str, state: TakeState, age: float) -> Recording:
        return Recording(name, "take", "t", state, False, 100.0, START - age)  # 4.8 MB

    recordings = [
        made("failed", TakeState.FAILED, 5000),
        made("cancelled", TakeState.CANCELLED, 4000),
        made("old", TakeState.ANSWERED, 3000),
        made("new", TakeState.ANSWERED, 2000),
    ]
    privacy = Privacy(takes="week", takes_limit_mb=10)
    assert outlived(recordings, privacy, START) == ["new", "old"]
    assert outlived(recordings[:3], privacy, START) == ["old"]


# ----------------------------------------------------------------- every interleaving, one fate each

MARKS = [
    "thinking",
    "speaking",
    "ended",
    "ready",
    "failed",
    "retry",
    "slip",
    "next",
    "late failure",
]
STEPS = st.lists(
    st.integers(1, 40).map(lambda blocks: ("talk", blocks))
    | st.sampled_from([(m, 0) for m in MARKS]),
    max_size=25,
)


@settings(max_examples=40)
@given(STEPS)
def test_every_take_has_exactly_one_fate(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]]
) -> None:
    folder = tmp_path_factory.mktemp("fates")
    asyncio.run(_live_through(folder, steps))


class Life:
    """A journal that is told whatever comes, and what was said to it."""

    def __init__(self, journal: takes.TakeJournal) -> None:
        self.journal = journal
        self.said: dict[int, bytes] = {}
        self.turn = 1

    def tell(self, kind: Callable[..., Event], **more: object) -> None:
        self.journal(kind(turn=self.turn, at=now(), **more))

    @property
    def is_recording(self) -> bool:
        take = self.journal._takes.get(self.turn)
        return take is not None and take.state is TakeState.RECORDING

    def step(self, step: str, amount: int) -> None:
        match step:
            case "talk" if self.turn not in self.said or self.is_recording:
                for _ in range(amount):
                    pcm = os.urandom(960)
                    self.said[self.turn] = self.said.get(self.turn, b"") + pcm
                    self.journal.captured(self.turn, pcm)
            case "thinking" | "speaking" | "ready" | "failed":
                self.tell(StateChanged, state=State(step))
            case "ended":
                self.tell(ReplyEnded)
            case "late failure":
                self.tell(TurnFailed, error=VoiceDeskError())
            case "next":
                self.turn += 1
                self.tell(StateChanged, state=State.LISTENING)
            case _:
                self.step_aside(step)

    def step_aside(self, step: str) -> None:
        if step == "slip" and self.is_recording:
            self.tell(StateChanged, state=State.READY)
            self.tell(Hint, hint=HintKind.TOO_SHORT)
            del self.said[self.turn]
            self.turn += 1
        elif step == "retry":
            self.turn += 1
            self.tell(Retried, of=self.turn - 1)
            if self.turn - 1 in self.said and self.turn in self.journal._takes:
                self.said[self.turn] = self.said.pop(self.turn - 1)


async def _live_through(folder: Path, steps: list[tuple[str, int]]) -> None:
    store = Store(folder, Privacy(takes="always"))
    life = Life(store.takes)
    for step, amount in steps:
        life.step(step, amount)
    await store.close()
    again = Store(folder, Privacy(takes="always"))
    await again.recover()
    kept = await again.takes._listed("kind = 'take'")
    sounds = {await again.takes.sound(each.id) for each in kept}
    await again.close()
    assert sounds >= {pcm for pcm in life.said.values() if len(pcm) >= 12_000}
    assert len(sounds) == len(kept) == len(list((folder / "takes").glob("*.wav")))
    assert len(kept) <= len(life.said)
    final = {TakeState.ANSWERED, TakeState.FAILED, TakeState.CANCELLED}
    assert all(each.state in final for each in kept)
