"""What is asked of the recordings after each turn takes no longer because many are kept."""

import contextlib
import sqlite3
from pathlib import Path

from voicedesk.conversation.store import schema
from voicedesk.conversation.store.sound_files import SoundFiles
from voicedesk.conversation.store.store import Store

WAITING = "kind = 'take' AND state IN ('failed', 'cancelled')"
MANY = 3000


def keep_many(connection: sqlite3.Connection) -> None:
    rows = [
        (f"r{n}", "reply" if n % 2 else "take", f"t{n // 2}", "answered", 90_000, 1e9 + n)
        for n in range(MANY)
    ]
    rows += [(f"w{n}", "take", f"w{n}", "cancelled", 90_000, 1e9) for n in range(3)]
    connection.executemany(
        "INSERT INTO recordings (id, kind, turn, state, bytes, created_at) VALUES (?, ?, ?, ?, ?, ?)",
        rows,
    )


def steps_of_counting(connection: sqlite3.Connection) -> tuple[int, int]:
    """How many wait, and how many steps SQLite needed to know."""
    taken = 0

    def step() -> int:
        nonlocal taken
        taken += 1
        return 0

    connection.set_progress_handler(step, 1)
    found = SoundFiles(Path()).count(connection, WAITING, at_least=1.0)
    connection.set_progress_handler(None, 1)
    return found, taken


async def test_those_that_wait_are_counted_without_looking_at_each_that_is_kept(
    tmp_path: Path,
) -> None:
    """In a file of the version before, too."""
    with contextlib.closing(sqlite3.connect(tmp_path / "history.db")) as connection:
        for version in (0, 1):
            schema.STEPS[version](connection)
        connection.execute("PRAGMA user_version = 2")
        keep_many(connection)
        connection.commit()
        found, steps = steps_of_counting(connection)
        assert (found, steps > MANY) == (3, True)
    store = Store(tmp_path)
    await store.history.count()  # it is opened, and brought up to date
    await store.close()
    with contextlib.closing(sqlite3.connect(tmp_path / "history.db")) as connection:
        found, steps = steps_of_counting(connection)
        assert found == 3
        assert steps < MANY / 10  # reading the tables of the file among them
        totals = {total.state.value: total for total in SoundFiles(tmp_path).totals(connection)}
    assert (totals["answered"].oldest, totals["cancelled"].oldest) == (1e9, 1e9)
