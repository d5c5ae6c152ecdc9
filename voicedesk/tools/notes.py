"""The user's notes: one file on this computer, which survives a crash and is nobody else's to read."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from voicedesk.disk import write_whole
from voicedesk.tools.tool import ToolError

log = logging.getLogger(__name__)

MOST_NOTES = 1000
LONGEST_NOTE = 2000
"""Characters."""
LARGEST_FILE = 16 * 1024 * 1024
"""Bytes; more than the most and longest notes need, and nothing that was not written here."""


@dataclass(frozen=True, slots=True)
class Note:
    """One note.

    Attributes:
        at: When it was taken, local time with its offset, ISO 8601 to the minute.
        text: The words.
    """

    at: str
    text: str


def _here() -> datetime:
    return datetime.now().astimezone()


class Notes:
    """The notes of a folder. Usable from several threads; another process may read the file at any moment.

    Attributes:
        path: The file: a JSON list of objects with ``at`` and ``text``. It need not exist.
    """

    def __init__(self, folder: Path, *, now: Callable[[], datetime] = _here) -> None:
        """Nothing is read yet.

        Args:
            folder: Is made when it is needed.
            now: The clock, with the local time zone.
        """
        self.path = folder / "notes.json"
        self._now = now
        self._lock = threading.Lock()

    def add(self, text: str) -> Note:
        """Take a note. When this returns it is on the disk.

        Raises:
            ToolError: It is empty or too long, there are too many, or the disk does not take it.
        """
        text = text.strip()
        if not text:
            raise ToolError("The note is empty")
        if len(text) > LONGEST_NOTE:
            raise ToolError(f"The note is longer than {LONGEST_NOTE} characters")
        note = Note(self._now().isoformat(timespec="minutes"), text)
        with self._lock:
            notes = self._read()
            if len(notes) >= MOST_NOTES:
                raise ToolError(f"There are {MOST_NOTES} notes already, and no room for more")
            self._write([*notes, note])
        return note

    def all(self) -> list[Note]:
        """All notes, oldest first.

        Raises:
            ToolError: The disk does not give them.
        """
        with self._lock:
            return self._read()

    def _read(self) -> list[Note]:
        try:
            with self.path.open("rb") as file:
                data = file.read(LARGEST_FILE + 1)
        except FileNotFoundError:
            return []
        except OSError as error:
            raise ToolError(f"The notes cannot be read: {_reason(error)}") from error
        notes = _parsed(data)
        if notes is None:
            self._set_aside()
            return []
        return notes

    def _set_aside(self) -> None:
        """A damaged file may still hold what somebody needs: it gets another name and is never written over."""
        for number in range(1, 1000):
            aside = self.path.with_name(f"notes.aside-{number}.json")
            if not aside.exists():
                break
        try:
            self.path.rename(aside)
        except OSError as error:
            raise ToolError(f"The notes are damaged, and: {_reason(error)}") from error
        log.info("the file of notes was damaged and is now called %s", aside.name)

    def _write(self, notes: list[Note]) -> None:
        text = json.dumps([asdict(note) for note in notes], indent=1, ensure_ascii=False) + "\n"
        try:
            write_whole(self.path, text.encode("utf-8", "replace"))
        except OSError as error:
            raise ToolError(f"The note cannot be written: {_reason(error)}") from error


def _parsed(data: bytes) -> list[Note] | None:
    """The notes in a file; None if it holds anything else."""
    if len(data) > LARGEST_FILE:
        return None
    try:
        entries = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(entries, list):
        return None
    notes = [
        Note(entry["at"], entry["text"])
        for entry in entries
        if isinstance(entry, dict)
        and isinstance(entry.get("at"), str)
        and isinstance(entry.get("text"), str)
    ]
    return notes if len(notes) == len(entries) else None


def _reason(error: OSError) -> str:
    """Without the path, which is the user's own affair."""
    return (error.strerror or type(error).__name__).rstrip(".")
