"""The tables of the history, and one function for each step from one version of them to the next.

``conversations``, ``turns`` and ``messages`` hold what was said; ``words`` and ``titles`` are the indexes that a
search looks into, their row numbers those of ``messages`` and ``conversations``; ``recordings`` says what is to become
of each sound file in the folder beside the database.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

SCHEMA = 3
"""The version that this code reads and writes, kept in SQLite's ``user_version``."""


class NewerSchemaError(Exception):
    """The file comes from a later version."""


_FIRST = """
    CREATE TABLE conversations (
        key INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        title TEXT NOT NULL DEFAULT '',
        named INTEGER NOT NULL DEFAULT 0,    -- whether the title is the user's own
        created_at REAL NOT NULL,            -- seconds since 1970, UTC, as all times here
        updated_at REAL NOT NULL
    );
    CREATE INDEX conversations_by_time ON conversations (updated_at DESC);
    CREATE TABLE turns (
        id TEXT PRIMARY KEY,
        conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
        started_at REAL NOT NULL,
        state TEXT NOT NULL,
        mode TEXT NOT NULL,
        server TEXT NOT NULL,
        model TEXT NOT NULL,
        typed INTEGER NOT NULL,
        heard_ms REAL NOT NULL,
        reply_ms REAL NOT NULL,
        usage TEXT,                          -- JSON, as the server counted
        timeline TEXT,                       -- JSON, milliseconds from the key-up
        error TEXT                           -- the sentence that the user was shown
    );
    CREATE INDEX turns_by_conversation ON turns (conversation, started_at);
    CREATE TABLE messages (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        turn TEXT NOT NULL REFERENCES turns (id) ON DELETE CASCADE,
        role TEXT NOT NULL,
        round INTEGER NOT NULL,
        text TEXT NOT NULL,                  -- said by the user, or heard of the assistant
        unheard TEXT NOT NULL,               -- meant by the assistant and never heard
        data TEXT NOT NULL                   -- JSON of a tool's call or result
    );
    CREATE INDEX messages_by_turn ON messages (turn);
    CREATE VIRTUAL TABLE words USING fts5 (
        text, tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2 3'
    );
    CREATE VIRTUAL TABLE titles USING fts5 (
        text, tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2 3'
    );
    CREATE TRIGGER messages_go AFTER DELETE ON messages BEGIN
        DELETE FROM words WHERE rowid = old.id;
    END;
    CREATE TRIGGER conversations_go AFTER DELETE ON conversations BEGIN
        DELETE FROM titles WHERE rowid = old.key;
    END;
    CREATE TABLE recordings (
        id TEXT PRIMARY KEY,                 -- the sound file's name
        kind TEXT NOT NULL,                  -- take, reply
        turn TEXT NOT NULL,
        state TEXT NOT NULL,
        cut INTEGER NOT NULL DEFAULT 0,      -- whether the application ended in the middle of its turn
        bytes INTEGER NOT NULL DEFAULT 0,
        created_at REAL NOT NULL
    );
    CREATE INDEX recordings_by_turn ON recordings (turn);
"""


def run_script(connection: sqlite3.Connection, script: str) -> None:
    """Execute statements one by one within a transaction, which ``executescript`` would end."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            connection.execute(statement)
            statement = ""


def _first(connection: sqlite3.Connection) -> None:
    """From nothing to version 1."""
    run_script(connection, _FIRST)


def _figures(connection: sqlite3.Connection) -> None:
    """To version 2: what got in the way of a turn and what it cost, as JSON; not known of those that are there."""
    connection.execute("ALTER TABLE turns ADD COLUMN figures TEXT")


def _by_state(connection: sqlite3.Connection) -> None:
    """To version 3: what is asked of the recordings after each turn is found without looking at each of them."""
    connection.execute(
        "CREATE INDEX recordings_by_state ON recordings (state, kind, bytes, created_at)"
    )


STEPS: dict[int, Callable[[sqlite3.Connection], None]] = {0: _first, 1: _figures, 2: _by_state}
"""``STEPS[1]`` turns a file of version 1 into one of version 2."""


def bring_up_to_date(connection: sqlite3.Connection) -> None:
    """Take the steps that a file still needs, each whole or not at all.

    Raises:
        NewerSchemaError: The file comes from a later version.
        sqlite3.Error: It cannot be read or written.
    """
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > SCHEMA:
        raise NewerSchemaError(f"version {version}")
    while version < SCHEMA:
        connection.execute("BEGIN IMMEDIATE")
        try:
            STEPS[version](connection)
            version += 1
            connection.execute(f"PRAGMA user_version = {version:d}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
