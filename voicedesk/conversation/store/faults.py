"""What goes wrong with files and databases: why, in words, and whether it may pass."""

from __future__ import annotations

import logging
import sqlite3

from voicedesk.conversation.store.schema import NewerSchemaError
from voicedesk.core.errors import StorageError
from voicedesk.core.reasons import OUR_FAULT, disk_reason

log = logging.getLogger(__name__)

_REASONS = {
    sqlite3.SQLITE_BUSY: "another program is using the history",
    sqlite3.SQLITE_LOCKED: "another program is using the history",
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "the folder cannot be written",
    sqlite3.SQLITE_CANTOPEN: "the folder cannot be written",
    sqlite3.SQLITE_IOERR: "the disk reports an error",
}
_LOCKED = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_BROKEN = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def reason_of(error: Exception) -> str:
    """Why something could not be kept, in words."""
    if isinstance(error, sqlite3.Error):
        return _REASONS.get(_code(error), "the database does not work as it should")
    return disk_reason(error) if isinstance(error, OSError) else OUR_FAULT


def _code(error: Exception) -> int:
    return (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF


def is_locked(error: Exception) -> bool:
    """Whether another program holds the file."""
    return _code(error) in _LOCKED


def may_pass(error: Exception) -> bool:
    """Whether the same may be possible later."""
    return isinstance(error, OSError) or _code(error) in _REASONS


def as_told(error: Exception) -> StorageError:
    """What is said of an error, which goes to the log."""
    if isinstance(error, StorageError):
        return error
    if isinstance(error, sqlite3.Error | OSError):
        log.info("storing failed: %r", error)
        return StorageError(repr(error), reason=reason_of(error))
    log.error("storing failed unexpectedly", exc_info=error)
    return StorageError(repr(error), reason=OUR_FAULT)


def is_useless(error: Exception) -> bool:
    """Whether the file is of no use as it is: broken, or of a later version."""
    return isinstance(error, NewerSchemaError) or _code(error) in _BROKEN
