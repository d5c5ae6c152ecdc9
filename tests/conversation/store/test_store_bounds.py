"""A store that is used all day: what each turn costs does not grow with what is kept."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicedesk.conversation.store import archive
from voicedesk.conversation.store.archive import Archive
from voicedesk.conversation.store.database import Database
from voicedesk.conversation.store.model import Recording, TakeState
from voicedesk.conversation.store.retention import DAY, Total, may_go, outlived
from voicedesk.conversation.store.sound_files import SoundFiles
from voicedesk.conversation.store.takes import TakeJournal
from voicedesk.core.errors import NoRecordingError
from voicedesk.core.events import TurnFailed
from voicedesk.core.settings import Privacy

START = 1_700_000_000.0
SECOND = bytes(48_000)

RECORDINGS = st.lists(
    st.builds(
        Recording,
        id=st.uuids().map(str),
        kind=st.sampled_from(["take", "reply"]),
        turn=st.just("t"),
        state=st.sampled_from(list(TakeState)),
        cut=st.booleans(),
        seconds=st.integers(0, 600).map(float),
        created_at=st.floats(START - 30 * DAY, START + DAY),
    ),
    max_size=20,
    unique_by=lambda each: each.id,
)


def totals_of(recordings: list[Recording]) -> list[Total]:
    found = []
    for state in TakeState:
        some = [each for each in recordings if each.state is state]
        if some:
            size = sum(each.seconds for each in some) * 48_000
            found.append(Total(state, min(each.created_at for each in some), size))
    return found


@given(
    RECORDINGS,
    st.sampled_from(["none", "day", "week", "always"]),
    st.integers(10, 200),
    st.booleans(),
)
def test_it_is_known_without_a_look_at_each_whether_any_is_to_go(
    recordings: list[Recording], span: str, limit: int, is_start: bool
) -> None:
    privacy = Privacy.model_validate({"takes": span, "takes_limit_mb": limit})
    gone = outlived(recordings, privacy, START, is_start=is_start)
    assert may_go(totals_of(recordings), privacy, START, is_start=is_start) == bool(gone)


def test_where_room_is_short_some_more_is_made() -> None:
    recordings = [
        Recording(f"r{n:02}", "take", "t", TakeState.ANSWERED, False, 10.0, START + n)  # 0.48 MB
        for n in range(22)
    ]
    privacy = Privacy(takes="always", takes_limit_mb=10)
    assert outlived(recordings, privacy, START) == ["r00", "r01"]
    assert outlived(recordings, privacy, START, spare=0.1) == ["r00", "r01", "r02", "r03"]
    assert outlived(recordings[2:], privacy, START, spare=0.1) == []


class Files(SoundFiles):
    """Counts how often every recording is looked at."""

    looks = 0

    def listed(self, connection, where, *arguments):  # type: ignore[no-untyped-def]  # as the real one
        self.looks += where == "1"
        return super().listed(connection, where, *arguments)


@pytest.fixture
def files(tmp_path: Path) -> Iterator[Files]:
    made = Files(tmp_path / "takes")
    yield made
    made.release()


async def test_recordings_are_looked_at_one_by_one_only_when_one_is_to_go(
    files: Files, tmp_path: Path
) -> None:
    time = [START]
    journal = TakeJournal(
        Database(tmp_path / "history.db"),
        files,
        turn_id=lambda number: f"turn {number}",
        clock=lambda: time[0],
    )
    database = journal._database
    for turn in range(1, 21):
        journal.keep_reply(f"turn {turn}", SECOND, time[0])
        journal.sweep()
        time[0] += 60.0
    assert len(await journal.of_turns([f"turn {turn}" for turn in range(1, 21)])) == 20
    assert files.looks == 0
    time[0] = START + DAY
    journal.sweep()
    left = await database.read(files.totals)
    assert files.looks == 1
    assert [(total.state, total.oldest) for total in left] == [(TakeState.ANSWERED, START + 60)]
    await database.close()


async def test_unanswered_takes_are_counted_as_they_are_listed(
    files: Files, tmp_path: Path
) -> None:
    journal = TakeJournal(
        Database(tmp_path / "history.db"),
        files,
        turn_id=lambda number: f"turn {number}",
        clock=lambda: START,
    )
    for turn, seconds in enumerate((0.1, 0.29, 0.3, 0.31, 1.0, 5.0), 1):
        journal.captured(turn, bytes(round(seconds * 24_000) * 2))
        journal(TurnFailed(turn=turn, at=0.0, error=NoRecordingError("")))
    listed = await journal.waiting()
    assert await journal.count_waiting() == len(listed) >= 3
    await journal._database.close()


class Takes:
    """Has a take and a reply of each turn."""

    async def of_turns(self, turns: Collection[str]) -> list[Recording]:
        return [
            Recording(f"{turn}-{kind}", kind, turn, TakeState.ANSWERED, False, 1.0, START)
            for turn in turns
            for kind in ("take", "reply")
        ]

    async def sound(self, recording: str) -> bytes:
        raise NoRecordingError(recording)


async def test_the_archive_knows_of_the_latest_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_KEPT", 10)
    kept = Archive(cast("TakeJournal", Takes()), lambda number: f"turn {number}")
    await kept.begin({number: f"past {number}" for number in range(-8, 0)})
    assert [number for number in range(-8, 0) if kept.has(number, take=True)] == [
        -5,
        -4,
        -3,
        -2,
        -1,
    ]
    for turn in range(1, 100):
        await kept.look(turn)
    assert len(kept._kept) == 10
    assert all(kept.has(turn, take=False) for turn in range(95, 100))
