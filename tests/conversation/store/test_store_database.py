"""The writer's thread and its file: what is done first, and what happens to a file that cannot be used."""

import asyncio
import contextlib
import os
import sqlite3
import stat
import sys
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from voicedesk.conversation.store import database as database_module
from voicedesk.conversation.store import schema
from voicedesk.conversation.store.database import Database, Urgency
from voicedesk.core.errors import StorageError, StoreSetAsideError, VoiceDeskError

Troubles = list[VoiceDeskError | None]


@pytest.fixture
def troubles() -> Troubles:
    return []


@pytest.fixture
async def database(tmp_path: Path, troubles: Troubles) -> AsyncIterator[Database]:
    made = Database(tmp_path / "data" / "history.db", troubles.append)
    yield made
    await made.close()


def version_of(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def add(connection: sqlite3.Connection) -> None:
    name = os.urandom(8).hex()
    connection.execute(
        "INSERT INTO conversations (id, created_at, updated_at) VALUES (?, 1, 1)", (name,)
    )


def count(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM conversations").fetchone()[0])


async def test_a_new_file_is_of_the_present_version_and_its_owners_alone(
    database: Database,
) -> None:
    assert await database.read(version_of) == schema.SCHEMA
    if sys.platform != "win32":
        files = [path for path in database.path.parent.iterdir() if path.is_file()]
        assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
        assert stat.S_IMODE(database.path.parent.stat().st_mode) == 0o700


async def test_work_is_done_in_order_and_recordings_first(database: Database) -> None:
    done: list[str] = []
    begun = asyncio.Event()
    loop = asyncio.get_running_loop()
    go_on = threading.Event()

    def wait(_connection: sqlite3.Connection) -> None:
        loop.call_soon_threadsafe(begun.set)
        assert go_on.wait(10)

    database.post(wait)
    await begun.wait()
    database.post(lambda _c: done.append("first"))
    database.post(lambda _c: done.append("second"))
    database.post_file(lambda: done.append("sound"))
    database.post(lambda _c: done.append("take"), Urgency.RECORDING)
    go_on.set()
    await database.read(lambda _c: None)
    assert done == ["sound", "take", "first", "second"]


async def test_what_fails_is_not_half_written(database: Database) -> None:
    def half(connection: sqlite3.Connection) -> None:
        add(connection)
        connection.execute("INSERT INTO turns (id, conversation) VALUES ('t', 'nowhere')")

    with pytest.raises(StorageError):
        await database.write(half)
    assert await database.read(count) == 0


async def test_what_is_still_to_be_written_is_written_before_the_end(
    tmp_path: Path, database: Database
) -> None:
    for _ in range(100):
        database.post(add)
    await database.close()
    await database.close()
    with contextlib.closing(sqlite3.connect(database.path)) as connection:
        assert count(connection) == 100
    with pytest.raises(StorageError):
        await database.read(count)
    database.post(add)  # too late, and no harm


async def test_each_step_between_versions_is_taken_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await database.write(add)
    await database.close()

    def second(connection: sqlite3.Connection) -> None:
        schema.run_script(connection, "ALTER TABLE conversations ADD COLUMN mood TEXT;\n")

    def third(connection: sqlite3.Connection) -> None:
        schema.run_script(connection, "UPDATE conversations SET mood = 'calm';\n")

    present = schema.SCHEMA
    monkeypatch.setitem(schema.STEPS, present, second)
    monkeypatch.setitem(schema.STEPS, present + 1, third)
    monkeypatch.setattr(schema, "SCHEMA", present + 2)
    later = Database(database.path)
    for _ in range(2):
        rows = await later.read(lambda c: c.execute("SELECT mood FROM conversations").fetchall())
        assert rows == [("calm",)]
    assert await later.read(version_of) == present + 2
    await later.close()


async def test_a_step_that_fails_leaves_the_file_as_it_was(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await database.write(add)
    await database.close()

    def broken(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM conversations")
        connection.execute("SELECT nothing FROM nowhere")

    present = schema.SCHEMA
    monkeypatch.setitem(schema.STEPS, present, broken)
    monkeypatch.setattr(schema, "SCHEMA", present + 1)
    later = Database(database.path)
    with pytest.raises(StorageError):
        await later.read(count)
    await later.close()
    with contextlib.closing(sqlite3.connect(database.path)) as connection:
        assert (version_of(connection), count(connection)) == (present, 1)


async def make_newer(path: Path) -> None:
    path.parent.mkdir(parents=True)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {schema.SCHEMA + 1}")
        connection.commit()


async def test_a_file_of_a_later_version_is_set_aside_and_told(
    database: Database, troubles: Troubles
) -> None:
    await make_newer(database.path)
    await database.write(add)
    assert await database.read(count) == 1
    (told,) = troubles
    assert isinstance(told, StoreSetAsideError)
    aside = database.path.with_name("history.aside-1.db")
    assert str(aside) in str(told)
    assert "newer" in str(told)
    with contextlib.closing(sqlite3.connect(aside)) as connection:
        assert version_of(connection) == schema.SCHEMA + 1


@pytest.mark.parametrize("content", [b"no database at all" * 100, bytes(4096), b"\x00\xff" * 5000])
async def test_a_file_that_is_none_is_set_aside_and_told(
    database: Database, troubles: Troubles, content: bytes
) -> None:
    database.path.parent.mkdir()
    database.path.write_bytes(content)
    await database.write(add)
    assert await database.read(count) == 1
    aside = database.path.with_name("history.aside-1.db")
    assert aside.read_bytes() == content
    assert [type(error) for error in troubles] == [StoreSetAsideError]


async def test_a_file_that_breaks_while_it_is_used_is_set_aside_and_the_work_done(
    database: Database, troubles: Troubles
) -> None:
    for _ in range(200):
        database.post(add)
    await database.close()
    with database.path.open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(database.path.stat().st_size - 4096))
    later = Database(database.path, troubles.append)
    await later.write(add)
    assert await later.read(count) == 1
    assert [type(error) for error in troubles] == [StoreSetAsideError]
    await later.close()


async def test_a_file_that_cannot_be_moved_is_left_and_memory_serves(
    database: Database, troubles: Troubles, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.path.parent.mkdir()
    database.path.write_bytes(b"no database at all" * 100)

    def refuse(_self: Path, _target: Path) -> Path:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "rename", refuse)
    await database.write(add)
    assert await database.read(count) == 1
    assert database.path.read_bytes() == b"no database at all" * 100
    assert [type(error) for error in troubles] == [StoreSetAsideError]


async def test_a_locked_file_is_told_once_and_told_to_be_over(
    database: Database, troubles: Troubles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "BUSY_S", 0.02)
    await database.write(add)
    with contextlib.closing(sqlite3.connect(database.path)) as other:
        other.execute("BEGIN EXCLUSIVE")
        for _ in range(3):
            database.post(add)
        with pytest.raises(StorageError, match="another program"):
            await database.write(add)
        assert [str(error) for error in troubles if error].count(str(troubles[0])) == 1
        assert "another program" in str(troubles[0])
        other.rollback()
    await database.write(add)
    await database.read(count)
    assert troubles[-1] is None
    assert await database.read(count) == 2


async def test_a_full_disk_is_told_and_the_rest_stays_readable(
    database: Database, troubles: Troubles
) -> None:
    await database.write(add)

    def fill(connection: sqlite3.Connection) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")

    await database.read(fill)

    def grow(connection: sqlite3.Connection) -> None:
        connection.execute("UPDATE conversations SET title = ?", ("x" * 1_000_000,))

    database.post(grow)
    assert await database.read(count) == 1
    (told,) = troubles
    assert "the disk is full" in str(told)


async def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path, troubles: Troubles) -> None:
    (tmp_path / "file").write_text("in the way")
    database = Database(tmp_path / "file" / "history.db", troubles.append)
    with pytest.raises(StorageError):
        await database.read(count)
    database.post(add)
    database.post_file(lambda: None)
    await database.close()
    assert len(troubles) == 1


async def test_a_fault_of_ours_is_logged_and_the_thread_goes_on(
    database: Database, expected_log: object
) -> None:
    assert callable(expected_log)
    expected_log("storing failed unexpectedly")

    def faulty(_connection: sqlite3.Connection) -> None:
        raise KeyError("oops")

    with pytest.raises(StorageError):
        await database.write(faulty)
    assert await database.read(count) == 0


async def test_nobody_waiting_any_more_is_no_harm(database: Database) -> None:
    waiting = asyncio.ensure_future(database.read(count))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert await database.read(count) == 0
