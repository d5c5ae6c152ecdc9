"""The sound files of takes and replies, and their rows. Called on the writer's thread.

A take is on disk from its first sample: each piece is appended and the header brought up to date at once, so that a
file is whole up to its last piece whenever the application is killed. While a take is not answered its name says so
(``.open.wav``), which holds even if the database is lost.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import sqlite3
import time
from collections.abc import Container, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from voicedesk.audio.io import RATE, SAMPLE_BYTES
from voicedesk.conversation.store.lock import Lock
from voicedesk.conversation.store.model import Recording, TakeState
from voicedesk.conversation.store.retention import Total

log = logging.getLogger(__name__)

HEADER_BYTES = 44
MOST_LATE_BYTES = 64_000_000
"""Of takes that are over and whose end is not on disk; more than one take of the longest kind."""
_SYNC_EVERY = RATE * SAMPLE_BYTES  # a power cut costs no more than this
_OPEN, _DONE = ".open.wav", ".wav"
_NAME = re.compile(r"(?P<id>[\w-]{8,80})(?P<suffix>\.open\.wav|\.wav)\Z", re.ASCII)


class _Growing:
    """A WAV file that is valid after each piece.

    What a full disk refuses is kept and written with the next piece, so that no piece is ever left out.

    Attributes:
        is_over: Whether no more pieces come. What is late may still be written.

    Args:
        path: It is made with the first piece.
    """

    def __init__(self, path: Path) -> None:
        self.is_over = False
        self._path = path
        self._file: BinaryIO | None = None
        self._late = bytearray()
        self._length = 0
        self._synced = 0

    def append(self, pcm: bytes) -> None:
        """Add a piece.

        Raises:
            OSError: It is not on disk yet.
        """
        # Loads numpy: not before the window is painted.
        from voicedesk.audio.wav import header

        self._late += pcm
        file = self._file or self._make()
        _write_whole(file, HEADER_BYTES + self._length, self._late)
        _write_whole(file, 0, header(self._length + len(self._late)))
        self._length += len(self._late)
        self._late.clear()
        if self._length - self._synced >= _SYNC_EVERY:
            self._sync(file)

    def _make(self) -> BinaryIO:
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file = os.fdopen(os.open(self._path, flags, 0o600), "r+b", buffering=0)
        return self._file

    def _sync(self, file: BinaryIO) -> None:
        os.fsync(file.fileno())
        self._synced = self._length

    @property
    def late(self) -> int:
        """Bytes that are not on disk yet."""
        return len(self._late)

    def close(self) -> None:
        """No more pieces come. May be called again after a failure.

        Raises:
            OSError: What is late could not be written. The file stays open for it.
        """
        self.is_over = True
        if self._late:
            self.append(b"")
        if self._file is not None and not self._file.closed:
            self._sync(self._file)
            self._file.close()

    def give_up(self) -> None:
        """What is late is not to be written any more."""
        self._late.clear()
        if self._file is not None:
            self._file.close()


def _write_whole(file: BinaryIO, at: int, data: bytes | bytearray) -> None:
    file.seek(at)
    left = memoryview(bytes(data))
    while left:
        left = left[file.write(left) :]


class SoundFiles:
    """The folder of recordings.

    Attributes:
        folder: It is made when it is first needed.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._growing: dict[str, _Growing] = {}
        self._lock = Lock(folder / "in-use")

    # ------------------------------------------------------------------------------- being recorded

    def append(self, name: str, pcm: bytes) -> None:
        """A piece of a take: PCM16 mono 24 kHz."""
        growing = self._growing.get(name)
        if growing is None:
            growing = self._growing[name] = _Growing(self.folder / (name + _OPEN))
        growing.append(pcm)

    def end(self, name: str) -> None:
        """No more pieces come. Safe to call twice; what could not be written is written with the next call.

        Raises:
            OSError: Not all of it is on disk.
        """
        growing = self._growing.get(name)
        if growing is None:
            return
        try:
            growing.close()
        except OSError:
            self._bound()
            raise
        del self._growing[name]

    def _bound(self) -> None:
        """However long a disk is full: no more than so much is held in memory for it, of the latest takes."""
        over = [name for name, growing in self._growing.items() if growing.is_over]
        held = sum(self._growing[name].late for name in over)
        for name in over[:-1]:
            if held <= MOST_LATE_BYTES:
                break
            growing = self._growing.pop(name)
            held -= growing.late
            growing.give_up()
            log.info("given up, since too much could not be written: the end of %s", name)

    def settle(
        self, connection: sqlite3.Connection, name: str, state: TakeState, turn: str, at: float
    ) -> None:
        """A take that began at ``at`` has this state now, and belongs to this turn."""
        if state is not TakeState.RECORDING:
            self.end(name)
            if self.path(name) is None:  # answered before, and not to be kept
                connection.execute("DELETE FROM recordings WHERE id = ?", (name,))
                return
        connection.execute(
            """INSERT INTO recordings (id, kind, turn, state, bytes, created_at) VALUES (?, 'take', ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET turn = excluded.turn, state = excluded.state, bytes = excluded.bytes,
                cut = 0""",
            (name, turn, state.value, self._size(name), at),
        )
        if state is TakeState.ANSWERED:
            self._rename(name, _OPEN, _DONE)

    def drop(self, connection: sqlite3.Connection, names: Iterable[str]) -> None:
        """Delete recordings. Those that are being recorded stay."""
        for name in names:
            growing = self._growing.get(name)
            if growing is not None:
                if not growing.is_over:
                    continue
                del self._growing[name]
                growing.give_up()
            for suffix in (_OPEN, _DONE):
                (self.folder / (name + suffix)).unlink(missing_ok=True)
            connection.execute("DELETE FROM recordings WHERE id = ?", (name,))

    def discard(self, connection: sqlite3.Connection, name: str) -> None:
        """A take that is not worth keeping, whether it is over or not."""
        growing = self._growing.pop(name, None)
        if growing is not None:
            growing.give_up()
        self.drop(connection, [name])

    def add_reply(
        self, connection: sqlite3.Connection, name: str, turn: str, pcm: bytes, at: float
    ) -> None:
        """Keep what was heard of a reply; it replaces what was kept before."""
        from voicedesk.audio.wav import encode_wav  # late, as above

        self._make_folder()
        path = self.folder / (name + _DONE)
        data = encode_wav(pcm)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(data)
        connection.execute(
            "INSERT OR REPLACE INTO recordings (id, kind, turn, state, bytes, created_at) VALUES (?, 'reply', ?, ?, ?, ?)",
            (name, turn, TakeState.ANSWERED.value, len(data), at),
        )

    # --------------------------------------------------------------------------------------- reading

    def listed(
        self, connection: sqlite3.Connection, where: str, *arguments: object
    ) -> list[Recording]:
        """The recordings for which an SQL condition of ours holds, the latest first."""
        return [
            Recording(
                *(row[0], row[1], row[2], TakeState(row[3]), bool(row[4])),
                seconds=max(0, row[5] - HEADER_BYTES) / (RATE * SAMPLE_BYTES),
                created_at=row[6],
            )
            for row in connection.execute(
                "SELECT id, kind, turn, state, cut, bytes, created_at FROM recordings WHERE "  # noqa: S608 - ours
                + where
                + " ORDER BY created_at DESC, id DESC",
                arguments,
            )
        ]

    def count(self, connection: sqlite3.Connection, where: str, *, at_least: float) -> int:
        """How many recordings there are for which an SQL condition of ours holds, of so many seconds at least."""
        query = f"SELECT COUNT(*) FROM recordings WHERE ({where}) AND bytes >= ?"  # noqa: S608 - ours
        size = HEADER_BYTES + at_least * RATE * SAMPLE_BYTES
        return int(connection.execute(query, (size,)).fetchone()[0])

    def totals(self, connection: sqlite3.Connection) -> list[Total]:
        """How much there is in each state, and since when."""
        query = (
            "SELECT state, MIN(created_at), SUM(MAX(0, bytes - ?)) FROM recordings GROUP BY state"
        )
        rows = connection.execute(query, (HEADER_BYTES,))
        return [Total(TakeState(state), oldest, size) for state, oldest, size in rows]

    def path(self, name: str) -> Path | None:
        """Where the file of a recording is, None if it is gone."""
        return next(
            (path for s in (_OPEN, _DONE) if (path := self.folder / (name + s)).is_file()), None
        )

    def _size(self, name: str) -> int:
        path = self.path(name)
        return path.stat().st_size if path else 0

    # ------------------------------------------------------------------------------------- order

    def recover(
        self, connection: sqlite3.Connection, at: float, own: Container[str] = ()
    ) -> list[str]:
        """Bring rows and files together after whatever happened. Left alone while another VoiceDesk runs.

        Args:
            connection: Within a transaction.
            at: The present moment.
            own: Takes of this run, which are left alone too.

        Returns:
            The takes in whose turn the application ended.
        """
        self._make_folder()
        if not self._lock.take():
            return []
        rows = {
            name: TakeState(state)
            for name, state in connection.execute("SELECT id, state FROM recordings")
            if name not in own
        }
        files = {name: suffix for name, suffix in self._files() if name not in own}
        cut = [name for name in files.keys() - rows.keys() if files[name] == _OPEN]
        for name, state in rows.items():
            if name not in files:
                connection.execute("DELETE FROM recordings WHERE id = ?", (name,))
            elif state in {TakeState.RECORDING, TakeState.WAITING}:
                cut.append(name)
                connection.execute(
                    "UPDATE recordings SET state = ?, cut = 1, bytes = ? WHERE id = ?",
                    (TakeState.FAILED.value, self._size(name), name),
                )
            elif state is TakeState.ANSWERED and files[name] == _OPEN:
                self._rename(name, _OPEN, _DONE)
        for name in files.keys() - rows.keys():
            self._adopt(connection, name, files[name], at)
        return cut

    def _adopt(self, connection: sqlite3.Connection, name: str, suffix: str, at: float) -> None:
        """A file that no row knows: the database was lost, or could not be written."""
        status = (self.folder / (name + suffix)).stat()
        is_open = suffix == _OPEN
        connection.execute(
            "INSERT INTO recordings (id, kind, turn, state, cut, bytes, created_at) VALUES (?, ?, '', ?, ?, ?, ?)",
            (
                name,
                "reply" if name.endswith("-reply") else "take",
                (TakeState.FAILED if is_open else TakeState.ANSWERED).value,
                *(is_open, status.st_size, min(at, status.st_mtime)),
            ),
        )

    def _files(self) -> Iterator[tuple[str, str]]:
        with os.scandir(self.folder) as entries:
            for entry in entries:
                match = _NAME.fullmatch(entry.name)
                if match and entry.is_file(follow_symlinks=False):
                    yield match["id"], match["suffix"]

    def _rename(self, name: str, before: str, after: str) -> None:
        path = self.folder / (name + before)
        # Somebody may be reading it, which hinders this on Windows: the next start tries again.
        with contextlib.suppress(FileNotFoundError, PermissionError):
            path.replace(self.folder / (name + after))

    def _make_folder(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def release(self) -> None:
        """End what is still being recorded and let others recover. Nothing may be called after it."""
        failure: OSError | None = None
        for name, growing in self._growing.items():
            try:
                growing.close()
            except OSError as error:
                log.info("the end of %s is lost: %r", name, error)
                failure = error
                growing.give_up()
        self._growing.clear()
        self._lock.release()
        if failure is not None:
            raise failure


def new_name(at: float) -> str:
    """A name for a recording: its moment, for people, and a part that is its own."""
    return time.strftime("%Y%m%d-%H%M%S-", time.gmtime(at)) + os.urandom(4).hex()
