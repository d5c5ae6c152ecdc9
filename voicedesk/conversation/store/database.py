"""The one thread that writes to disk: SQLite, and whatever belongs in order with it.

Work is handed to it and done one piece after the other, recordings before all else: they cannot be made again. A
file that is broken, or comes from a later version, is set aside, and the work is done in a new one.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import os
import queue
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any, Literal, TypeVar

from voicedesk.conversation.store.schema import NewerSchemaError, bring_up_to_date
from voicedesk.core.errors import StorageError, StoreSetAsideError, VoiceDeskError
from voicedesk.core.reasons import OUR_FAULT, disk_reason

log = logging.getLogger(__name__)

BUSY_S = 1.0
"""How long another program may hold the file before that is told."""

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]
Trouble = Callable[[VoiceDeskError | None], None]

_REASONS = {
    sqlite3.SQLITE_BUSY: "another program is using the history",
    sqlite3.SQLITE_LOCKED: "another program is using the history",
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "the folder cannot be written",
    sqlite3.SQLITE_CANTOPEN: "the folder cannot be written",
    sqlite3.SQLITE_IOERR: "the disk reports an error",
}
_BROKEN = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


class Urgency(IntEnum):
    """What is done first."""

    RECORDING = 0
    USUAL = 1
    LAST = 2


@dataclass(slots=True)
class _Job:
    work: Callable[..., Any] | None
    kind: Literal["write", "read", "file"]
    future: asyncio.Future[Any] | None


def reason_of(error: Exception) -> str:
    """Why something could not be kept, in words."""
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", None) or 0
        return _REASONS.get(code & 0xFF, "the database does not work as it should")
    return disk_reason(error) if isinstance(error, OSError) else OUR_FAULT


class Database:
    """A SQLite file and its thread. All methods are called on the loop.

    Attributes:
        path: The file. It is made when it is first needed, readable by its owner alone.
        trouble: Told on the loop when something could not be kept, and with None when it can again.
    """

    def __init__(self, path: Path, trouble: Trouble | None = None) -> None:
        self.path = path
        self.trouble: Trouble = trouble or (lambda _error: None)
        self._connection: sqlite3.Connection | None = None
        self._in_memory = False
        self._jobs: queue.PriorityQueue[tuple[int, int, _Job]] = queue.PriorityQueue()
        self._order = itertools.count()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._closed = False
        self._told: dict[
            str, str
        ] = {}  # by the kind of work: what is kept does not make up for what is not

    # ------------------------------------------------------------------------------- on the loop

    def post(self, work: Work[object], urgency: Urgency = Urgency.USUAL) -> None:
        """Have something written, in a transaction. A failure is told as trouble."""
        self._put(_Job(work, "write", None), urgency)

    def post_file(self, work: Callable[[], object], urgency: Urgency = Urgency.RECORDING) -> None:
        """Have something done on the thread that does not need the database, and not wait for a locked one."""
        self._put(_Job(work, "file", None), urgency)

    async def write(self, work: Work[T], urgency: Urgency = Urgency.USUAL) -> T:
        """Have something written, in a transaction, and give what it gives.

        Raises:
            StorageError: Nothing of it was written.
        """
        return await self._run(work, urgency, "write")

    async def read(self, work: Work[T]) -> T:
        """Have something read.

        Raises:
            StorageError: It cannot be read.
        """
        return await self._run(work, Urgency.USUAL, "read")

    async def _run(self, work: Work[T], urgency: Urgency, kind: Literal["write", "read"]) -> T:
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._put(_Job(work, kind, future), urgency)
        return await future

    def _put(self, job: _Job, urgency: Urgency) -> None:
        if self._closed:
            if job.future is not None:
                job.future.set_exception(StorageError(reason="VoiceDesk is being closed"))
            return
        if self._thread is None:
            self._loop = asyncio.get_running_loop()
            # A daemon: a disk that hangs must not keep the application from ending.
            self._thread = threading.Thread(target=self._main, name="voicedesk-writer", daemon=True)
            self._thread.start()
        self._jobs.put((urgency, next(self._order), job))

    async def close(self) -> None:
        """Do what is still to be done and close the file. Safe to call twice."""
        thread, self._thread = self._thread, None
        self._closed = True
        if thread is None:
            return
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._jobs.put((Urgency.LAST, next(self._order), _Job(None, "file", done)))
        await done
        thread.join()

    # ----------------------------------------------------------------------------- on the thread

    def _main(self) -> None:
        while True:
            job = self._jobs.get()[2]
            if job.work is None:
                self._disconnect()
                self._on_loop(_settle, job.future, None, None)
                return
            self._do(job)

    def _do(self, job: _Job) -> None:
        assert job.work is not None
        try:
            result = self._attempt(job)
        except StorageError as error:
            self._failed(job, error)
        except (sqlite3.Error, OSError) as error:
            log.info("storing failed: %r", error)
            self._failed(job, StorageError(repr(error), reason=reason_of(error)))
        except Exception as error:  # a fault of ours must not end the thread; it is logged whole
            log.exception("storing failed unexpectedly")
            self._failed(job, StorageError(repr(error), reason=OUR_FAULT))
        else:
            if self._told.pop(job.kind, "") and not self._told:
                self._on_loop(self.trouble, None)
            self._on_loop(_settle, job.future, result, None)

    def _attempt(self, job: _Job) -> Any:
        """Do the work; once more in a new file if this one turns out to be broken."""
        assert job.work is not None
        if job.kind == "file":
            return job.work()
        for last in (False, True):
            try:
                return self._within(job.work, self._connect(), writes=job.kind == "write")
            except (sqlite3.DatabaseError, NewerSchemaError) as error:
                if last or not self._is_useless(error):
                    raise
                self._set_aside(error)
        raise AssertionError("unreachable")

    @staticmethod
    def _within(work: Work[T], connection: sqlite3.Connection, *, writes: bool) -> T:
        if not writes:
            return work(connection)
        connection.execute("BEGIN IMMEDIATE")
        try:
            result = work(connection)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                with contextlib.suppress(
                    sqlite3.Error
                ):  # what went wrong is told by the first error
                    connection.execute("ROLLBACK")
            raise
        return result

    def _failed(self, job: _Job, error: StorageError) -> None:
        if job.future is not None:
            self._on_loop(_settle, job.future, None, error)
        elif self._told.get(job.kind) != str(error):
            self._told[job.kind] = str(error)
            self._on_loop(self.trouble, error)

    # ---------------------------------------------------------------------------------- the file

    def _connect(self) -> sqlite3.Connection:
        if self._connection is not None:
            return self._connection
        where = ":memory:"
        if not self._in_memory:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
            where = str(self.path)
        connection = sqlite3.connect(where, timeout=BUSY_S, isolation_level=None)
        try:
            for pragma in (
                "journal_mode = WAL",
                "synchronous = NORMAL",
                "foreign_keys = ON",
                "secure_delete = ON",  # what is deleted is gone
                "temp_store = MEMORY",
            ):
                connection.execute(f"PRAGMA {pragma}")
            bring_up_to_date(connection)
        except BaseException:
            connection.close()
            raise
        self._connection = connection
        return connection

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(sqlite3.Error):  # a broken file need not close in order
                connection.close()

    @staticmethod
    def _is_useless(error: Exception) -> bool:
        if isinstance(error, NewerSchemaError):
            return True
        return (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF in _BROKEN

    def _set_aside(self, error: Exception) -> None:
        """Make room for a new file; where the old one cannot be moved, keep things in memory for this run."""
        self._disconnect()
        is_newer = isinstance(error, NewerSchemaError)
        reason = "it comes from a newer VoiceDesk" if is_newer else "the file is damaged"
        aside = self.path
        try:
            aside = _free_name(self.path)
            for suffix in ("-wal", "-shm"):
                beside = self.path.with_name(self.path.name + suffix)
                if beside.exists():
                    beside.rename(aside.with_name(aside.name + suffix))
            self.path.rename(aside)
        except OSError:
            self._in_memory = True
        told = StoreSetAsideError(repr(error), reason=reason, path=str(aside))
        log.info("history set aside: %s (%s)", told, told.detail)
        self._on_loop(self.trouble, told)

    def _on_loop(self, callback: Callable[..., None], *arguments: object) -> None:
        assert self._loop is not None
        # A loop that is closed already has nobody left to be told.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(callback, *arguments)


def _free_name(path: Path) -> Path:
    for number in range(1, 1000):
        aside = path.with_name(f"{path.stem}.aside-{number}{path.suffix}")
        if not aside.exists():
            return aside
    raise FileExistsError(path)


def _settle(
    future: asyncio.Future[Any] | None, result: object, error: VoiceDeskError | None
) -> None:
    """Hand on what a piece of work gave, unless nobody waits for it any more."""
    if future is None or future.done():
        return
    if error is not None:
        future.set_exception(error)
    else:
        future.set_result(result)
