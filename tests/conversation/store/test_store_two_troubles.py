"""Two things go wrong for two reasons: that one of them works again says nothing of the other."""

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from voicedesk.conversation.store import queries
from voicedesk.conversation.store.database import Database
from voicedesk.core.errors import VoiceDeskError

Troubles = list[VoiceDeskError | None]


@pytest.fixture
def troubles() -> Troubles:
    return []


@pytest.fixture
async def database(tmp_path: Path, troubles: Troubles) -> AsyncIterator[Database]:
    made = Database(tmp_path / "history.db", troubles.append)
    yield made
    await made.close()


def refused() -> None:
    raise PermissionError(13, "Permission denied")


def nothing(connection: sqlite3.Connection) -> None:
    connection.execute("SELECT 1")


async def test_words_that_are_kept_do_not_make_up_for_sound_that_is_not(
    database: Database, troubles: Troubles
) -> None:
    for _ in range(3):
        database.post_file(refused)
        await database.write(nothing)
    assert [str(trouble) for trouble in troubles if trouble] == [str(troubles[0])]
    assert troubles[0] is not None
    assert "you have no right to do that there" in str(troubles[0])
    assert len(troubles) == 1
    database.post_file(lambda: None)
    await database.write(nothing)
    assert troubles[1:] == [None]


@pytest.mark.parametrize("typed", ["a\x00b", "half \ud83d", '"', "a" * 100_000, "* OR (", "NEAR("])
async def test_anything_may_be_searched_for(database: Database, typed: str) -> None:
    assert await database.read(lambda c: queries.search(c, typed, 10)) == []
