"""The one thread that writes to disk: SQLite, and whatever belongs in order with it.

Work is handed to it and done one piece after the other, sound before all else: it cannot be made again. A file that
is broken, or comes from a later version, is set aside, and the work is done in a new one. What cannot be written, for
a disk that is full or a file that another program holds, is written as soon as it can be.
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
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import IntEnum
from pathlib import Path
from typing import Any, Literal, TypeVar

from voicedesk.conversation.store.backlog import Backlog, Late
from voicedesk.conversation.store.faults import as_told, is_locked, is_useless, may_pass
from voicedesk.conversation.store.schema import NewerSchemaError, bring_up_to_date
from voicedesk.core.errors import StorageError, StoreSetAsideError, VoiceDeskError

log = logging.getLogger(__name__)

BUSY_S = 1.0
"""How long another program may hold the file before that is told."""
RETRY_S = 2.0
"""How often what could not be written is tried again where nothing else is to be done."""
_POLL_S = 0.005  # so long a sound may lie while another program holds the file

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]
Trouble = Callable[[VoiceDeskError | None], None]


class Urgency(IntEnum):
    """What is done first."""

    SOUND = 0
    RECORDING = 1
    USUAL = 2
    LAST = 3


@dataclass(slots=True)
class _Job:
    work: Callable[..., Any] | None
    kind: Literal["write", "read", "file"]
    future: asyncio.Future[Any] | None
    key: str = ""
    amends: bool = False


class Database:
    """A SQLite file and its thread. All methods are called on the loop.

    Attributes:
        path: The file. It is made when it is first needed, readable by its owner alone.
        trouble: Told on the loop when something could not be kept, and with None when it can again.
        caught_up: Called on the loop when something is written that could not be before.
        begun_anew: Called on the loop when the file was set aside: what it held is unknown to the one in its place.
    """

    def __init__(self, path: Path, trouble: Trouble | None = None) -> None:
        self.path = path
        self.trouble: Trouble = trouble or (lambda _error: None)
        self.caught_up: Callable[[], None] = lambda: None
        self.begun_anew: Callable[[], None] = lambda: None
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
        self._backlog = Backlog()
        self._retry_at = 0.0

    # ------------------------------------------------------------------------------- on the loop

    def post(
        self,
        work: Work[object],
        urgency: Urgency = Urgency.USUAL,
        *,
        key: str = "",
        amends: bool = False,
    ) -> None:
        """Have something written, in a transaction. A failure is told as trouble.

        Args:
            work: Writes it. Where it has a key it may be done again, and much later.
            urgency: When.
            key: The thing whose state it writes: where it fails it is kept and done again, unless another with the
                same key is done before. Empty for what need not be.
            amends: Whether it takes something out of that thing, and so does not stand for earlier work.
        """
        self._put(_Job(work, "write", None, key, amends), urgency)

    def post_file(self, work: Callable[[], object], urgency: Urgency = Urgency.SOUND) -> None:
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
            found = self._next()
            if found is None:
                self._catch_up()
                continue
            urgency, _, job = found
            if urgency == Urgency.LAST:
                self._catch_up(BUSY_S)
            if job.work is None:
                self._disconnect()
                self._on_loop(_settle, job.future, None, None)
                return
            self._do(job)

    def _next(self) -> tuple[int, int, _Job] | None:
        """What is to be done next; None where it is time to try again what could not be done."""
        left = self._retry_at - time.monotonic() if self._backlog else None
        if left is not None and left <= 0:
            return None
        try:
            return self._jobs.get(timeout=left)
        except queue.Empty:
            return None

    def _do(self, job: _Job) -> None:
        in_the_way: Exception | None = None
        if job.kind != "file" and self._backlog:
            # Who waits for an answer waits for a lock too; all else is put by until it is over.
            in_the_way = self._catch_up(BUSY_S if job.kind == "write" and job.future else 0.0)
        if job.key:
            assert job.work is not None
            late = self._backlog.with_what_is_late(job.key, job.work, amends=job.amends)
            job = replace(job, work=late)
        is_put_by = bool(job.key) or (in_the_way is not None and is_locked(in_the_way))
        if in_the_way is not None and job.kind == "write" and is_put_by:
            self._failed(job, in_the_way)
            return
        try:
            result = self._attempt(job, BUSY_S)
        except Exception as error:  # noqa: BLE001 - a fault of ours must not end the thread; it is logged whole
            self._failed(job, error)
        else:
            self._backlog.forget(job.key)
            self._over(job.kind)
            self._on_loop(_settle, job.future, result, None)

    def _attempt(self, job: _Job, wait_s: float) -> Any:
        """Do the work; once more in a new file if this one turns out to be broken."""
        work = job.work
        assert work is not None
        if job.kind == "file":
            return work()
        for last in (False, True):
            try:
                if job.kind == "read":
                    return self._when_free(lambda: work(self._connect()), wait_s)
                connection = self._when_free(self._connect, wait_s)
                self._begin(connection, wait_s)
                return self._commit(work, connection, wait_s)
            except (sqlite3.DatabaseError, NewerSchemaError) as error:
                if last or not is_useless(error):
                    raise
                self._set_aside(error)
        raise AssertionError("unreachable")

    def _begin(self, connection: sqlite3.Connection, wait_s: float) -> None:
        self._when_free(lambda: connection.execute("BEGIN IMMEDIATE"), wait_s)

    def _commit(self, work: Work[T], connection: sqlite3.Connection, wait_s: float) -> T:
        try:
            result = work(connection)
            self._when_free(lambda: connection.execute("COMMIT"), wait_s)
        except BaseException:
            if connection.in_transaction:
                # What went wrong is told by the first error.
                with contextlib.suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
            raise
        return result

    def _when_free(self, step: Callable[[], T], wait_s: float) -> T:
        """Do what another program may hinder, for so long at most; the sound that comes meanwhile is written."""
        until = time.monotonic() + wait_s
        while True:
            try:
                return step()
            except sqlite3.OperationalError as error:
                if not is_locked(error) or time.monotonic() >= until:
                    raise
            self._do_sound()
            time.sleep(_POLL_S)

    def _do_sound(self) -> None:
        """Write the sound that has come, amid other work."""
        with contextlib.suppress(queue.Empty):
            while True:
                found = self._jobs.get_nowait()
                if found[0] != Urgency.SOUND:
                    self._jobs.put(found)  # in its place: it has its number
                    return
                self._do(found[2])

    # --------------------------------------------------------------------------- what goes wrong

    def _failed(self, job: _Job, error: Exception) -> None:
        """Have it done later where that may help, and tell."""
        told = as_told(error)
        if isinstance(job.work, Late) and may_pass(error):
            if not self._backlog:
                self._retry_at = time.monotonic() + RETRY_S
            self._backlog.keep(job.work)
        if job.future is not None:
            self._on_loop(_settle, job.future, None, told)
            return
        is_told = str(told) in self._told.values()  # for both kinds of work there is one reason
        self._told[job.kind] = str(told)
        if not is_told:
            self._on_loop(self.trouble, told)

    def _over(self, kind: str) -> None:
        """Work of a kind could be done; told when that goes for all."""
        if kind == "write" and self._backlog:
            return
        if self._told.pop(kind, "") and not self._told:
            self._on_loop(self.trouble, None)

    def _catch_up(self, wait_s: float = 0.0) -> Exception | None:
        """Do what could not be done. Returns what is in the way of all that is to be written; None for nothing.

        Args:
            wait_s: How long another program is waited for.
        """
        self._retry_at = time.monotonic() + RETRY_S
        is_any = False
        in_the_way: Exception | None = None
        for late in self._backlog.all():
            self._do_sound()
            try:
                self._attempt(_Job(late, "write", None), wait_s)
            except Exception as error:  # noqa: BLE001 - a fault of ours is logged, and what else is late comes to its turn
                if not may_pass(error):
                    as_told(error)
                    self._backlog.forget(late.key)
                elif isinstance(error, sqlite3.Error):
                    in_the_way = error
                    break
            else:
                is_any = True
                self._backlog.forget(late.key)
        if is_any:
            self._over("write")
            self._on_loop(self.caught_up)
        return in_the_way

    # ---------------------------------------------------------------------------------- the file

    def _connect(self) -> sqlite3.Connection:
        if self._connection is not None:
            return self._connection
        where = ":memory:"
        if not self._in_memory:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
            where = str(self.path)
        connection = sqlite3.connect(where, timeout=0.0, isolation_level=None)
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
        self._on_loop(self.begun_anew)

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
