"""What is asked of the tables, and what is written into them. Called on the writer's thread, within its transaction."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence

from voicedesk.conversation.store.model import Conversation, Found, Outcome, Said, Turn
from voicedesk.conversation.store.searching import excerpt_of, query_of, segmented

_TITLE_LENGTH = 60
_MOST_LOOKED_AT = (
    20_000  # rows of the index in one search, so that a word of every sentence costs no more
)

_MERGED_AT_A_TIME = 100  # pages of the index: some ten milliseconds
_NOTHING_MERGED = 4  # each of the two commands counts as one change by itself, and needs two to have done something

_CONVERSATIONS = """
    SELECT c.id, c.title, c.created_at, c.updated_at,
        (SELECT count(*) FROM turns t WHERE t.conversation = c.id)
    FROM conversations c
"""

# From the latest back.
_TITLES_WITH = """
    SELECT c.id, c.title FROM titles JOIN conversations c ON c.key = titles.rowid
    WHERE titles MATCH ? ORDER BY titles.rowid DESC LIMIT ?
"""
_MESSAGES_WITH = """
    SELECT t.conversation, m.text || ' ' || m.unheard FROM words
    JOIN messages m ON m.id = words.rowid JOIN turns t ON t.id = m.turn
    WHERE words MATCH ? ORDER BY words.rowid DESC LIMIT ?
"""

# ------------------------------------------------------------------------------------- writing


def save_turn(connection: sqlite3.Connection, conversation: str, turn: Turn, at: float) -> None:
    """Keep a turn as it is by now, in a conversation that is made if it is not there.

    Args:
        connection: Within a transaction.
        conversation: Id.
        turn: Replaces what was kept of it before.
        at: The present moment.
    """
    connection.execute(
        """INSERT INTO conversations (id, created_at, updated_at) VALUES (?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET updated_at = max(updated_at, excluded.updated_at)""",
        (conversation, turn.started_at, at),
    )
    row = (
        turn.outcome.value,
        *(turn.mode, turn.server, turn.model, turn.typed, turn.heard_ms, turn.reply_ms),
        json.dumps(turn.usage) if turn.usage is not None else None,
        json.dumps(turn.timeline),
        json.dumps(turn.figures) if turn.figures else None,
        turn.error or None,
    )
    connection.execute(
        """INSERT INTO turns (id, conversation, started_at, state, mode, server, model, typed, heard_ms, reply_ms,
            usage, timeline, figures, error) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET state = excluded.state, mode = excluded.mode, server = excluded.server,
            model = excluded.model, typed = excluded.typed, heard_ms = excluded.heard_ms,
            reply_ms = excluded.reply_ms, usage = excluded.usage, timeline = excluded.timeline,
            figures = excluded.figures, error = excluded.error""",
        (turn.id, conversation, turn.started_at, *row),
    )
    _save_messages(connection, turn)
    _name(connection, conversation)


def _save_messages(connection: sqlite3.Connection, turn: Turn) -> None:
    wanted = [(m.role.name, m.round, m.text, m.unheard, m.data) for m in turn.messages]
    kept = connection.execute(
        "SELECT role, round, text, unheard, data FROM messages WHERE turn = ? ORDER BY id",
        (turn.id,),
    ).fetchall()
    if kept == wanted:
        return
    connection.execute("DELETE FROM messages WHERE turn = ?", (turn.id,))
    for role, number, text, unheard, data in wanted:
        cursor = connection.execute(
            "INSERT INTO messages (turn, role, round, text, unheard, data) VALUES (?, ?, ?, ?, ?, ?)",
            (turn.id, role, number, text, unheard, data),
        )
        if text or unheard:
            connection.execute(
                "INSERT INTO words (rowid, text) VALUES (?, ?)",
                (cursor.lastrowid, segmented(f"{text} {unheard}")),
            )


def _name(connection: sqlite3.Connection, conversation: str) -> None:
    """A conversation is called by the first words in it until the user names it."""
    row = connection.execute(
        "SELECT key, title, named FROM conversations WHERE id = ?", (conversation,)
    ).fetchone()
    if row is None or row[2]:
        return
    first = connection.execute(
        """SELECT m.text FROM messages m JOIN turns t ON t.id = m.turn
        WHERE t.conversation = ? AND m.text != '' AND m.role IN ('USER', 'ASSISTANT')
        ORDER BY t.started_at, m.id LIMIT 1""",
        (conversation,),
    ).fetchone()
    title = shortened(first[0]) if first else ""
    if title != row[1]:
        _set_title(connection, row[0], title, named=False)


def _set_title(connection: sqlite3.Connection, key: int, title: str, *, named: bool) -> None:
    connection.execute(
        "UPDATE conversations SET title = ?, named = ? WHERE key = ?", (title, named, key)
    )
    connection.execute("DELETE FROM titles WHERE rowid = ?", (key,))
    connection.execute("INSERT INTO titles (rowid, text) VALUES (?, ?)", (key, segmented(title)))


def shortened(text: str) -> str:
    """The first words of a text, in one line."""
    line = " ".join(text.split())
    if len(line) <= _TITLE_LENGTH:
        return line
    cut = line.rfind(" ", _TITLE_LENGTH // 2, _TITLE_LENGTH)
    return line[: cut if cut > 0 else _TITLE_LENGTH].rstrip(" ,;:.-") + "…"


def rename(connection: sqlite3.Connection, conversation: str, title: str) -> None:
    """Give a conversation the user's own title; an empty one brings back the first words."""
    row = connection.execute(
        "SELECT key FROM conversations WHERE id = ?", (conversation,)
    ).fetchone()
    if row is None:
        return
    title = " ".join(title.split())[:200]
    _set_title(connection, row[0], title, named=bool(title))
    if not title:
        _name(connection, conversation)


def drop_turn(connection: sqlite3.Connection, turn: str) -> None:
    """Take a turn out: it was asked again, or the user does not want it kept. An empty conversation goes with it."""
    row = connection.execute("SELECT conversation FROM turns WHERE id = ?", (turn,)).fetchone()
    if row is None:
        return
    connection.execute("DELETE FROM turns WHERE id = ?", (turn,))
    left = connection.execute("SELECT 1 FROM turns WHERE conversation = ? LIMIT 1", row).fetchone()
    if left is None:
        connection.execute("DELETE FROM conversations WHERE id = ? AND NOT named", row)
    else:
        _name(connection, row[0])


def drop_answer(connection: sqlite3.Connection, turn: str) -> None:
    """Take all out of a turn but what the user said."""
    connection.execute("DELETE FROM messages WHERE turn = ? AND role != 'USER'", (turn,))


def drop_conversation(connection: sqlite3.Connection, conversation: str) -> list[str]:
    """Delete a conversation. Returns the ids of its turns, whose recordings are to go too."""
    turns = [row[0] for row in _turns_of(connection, conversation)]
    connection.execute("DELETE FROM conversations WHERE id = ?", (conversation,))
    return turns


def _turns_of(connection: sqlite3.Connection, conversation: str) -> sqlite3.Cursor:
    return connection.execute("SELECT id FROM turns WHERE conversation = ?", (conversation,))


def forget_deleted_words(connection: sqlite3.Connection, *, is_first: bool) -> bool:
    """The index keeps deleted words until its parts are merged: merge a few pages of them.

    Returns:
        Whether more is to be merged.
    """
    before = connection.total_changes
    pages = -_MERGED_AT_A_TIME if is_first else _MERGED_AT_A_TIME
    connection.execute("INSERT INTO words (words, rank) VALUES ('merge', ?)", (pages,))
    connection.execute("INSERT INTO titles (titles, rank) VALUES ('merge', ?)", (pages,))
    return connection.total_changes - before >= _NOTHING_MERGED


# ------------------------------------------------------------------------------------- reading


def conversations(
    connection: sqlite3.Connection, limit: int, offset: int = 0
) -> list[Conversation]:
    """The conversations, the latest first."""
    rows = connection.execute(
        _CONVERSATIONS  # noqa: S608 - ours
        + """WHERE c.key IN (SELECT key FROM conversations ORDER BY updated_at DESC, key DESC LIMIT ? OFFSET ?)
        ORDER BY c.updated_at DESC, c.key DESC""",
        (limit, offset),
    )
    return [Conversation(*row) for row in rows]


def older(connection: sqlite3.Connection, *, before: float, but: str, limit: int) -> list[str]:
    """Ids of conversations that did not go on since a moment, but for one."""
    rows = connection.execute(
        "SELECT id FROM conversations WHERE updated_at < ? AND id != ? ORDER BY updated_at LIMIT ?",
        (before, but, limit),
    )
    return [row[0] for row in rows]


def count(connection: sqlite3.Connection) -> int:
    """How many conversations there are."""
    return int(connection.execute("SELECT count(*) FROM conversations").fetchone()[0])


def conversation(connection: sqlite3.Connection, conversation_id: str) -> Conversation | None:
    """One conversation, None if it is not there."""
    row = connection.execute(_CONVERSATIONS + "WHERE c.id = ?", (conversation_id,)).fetchone()
    return Conversation(*row) if row else None


def search(connection: sqlite3.Connection, typed: str, limit: int) -> list[Found]:
    """The conversations in which all words were said in one message or are in the title, the latest first.

    Args:
        connection: To read from.
        typed: What the user has typed so far; each word may be the beginning of one.
        limit: How many at most.
    """
    query = query_of(typed)
    if not query:
        return []
    found = _first_of_each(connection.execute(_TITLES_WITH, (query, limit)), limit)
    hits = connection.execute(_MESSAGES_WITH, (query, _MOST_LOOKED_AT))
    for conversation_id, text in _first_of_each(hits, limit).items():
        found.setdefault(conversation_id, text)
    result = []
    for conversation_id, text in found.items():
        row = conversation(connection, conversation_id)
        if row is not None:
            result.append(Found(row, *excerpt_of(typed, text)))
    return sorted(result, key=lambda each: each.conversation.updated_at, reverse=True)[:limit]


def _first_of_each(rows: Iterable[tuple[str, str]], limit: int) -> dict[str, str]:
    """The first text of each conversation, until there are enough of them."""
    found: dict[str, str] = {}
    for conversation_id, text in rows:
        found.setdefault(conversation_id, text)
        if len(found) >= limit:
            break
    return found


def turns(connection: sqlite3.Connection, conversation_id: str) -> list[Turn]:
    """The turns of a conversation with their messages, in order."""
    rows = connection.execute(
        """SELECT id, started_at, state, mode, server, model, typed, heard_ms, reply_ms, usage, timeline, figures, error
        FROM turns WHERE conversation = ? ORDER BY started_at, rowid""",
        (conversation_id,),
    ).fetchall()
    said = _messages_by_turn(connection, conversation_id)
    return [
        Turn(
            *(row[0], row[1], Outcome(row[2]), row[3], row[4], row[5], bool(row[6])),
            *(row[7], row[8]),
            usage=json.loads(row[9]) if row[9] else None,
            timeline=json.loads(row[10]) if row[10] else {},
            figures=json.loads(row[11]) if row[11] else {},
            error=row[12] or "",
            messages=tuple(said.get(row[0], ())),
        )
        for row in rows
    ]


def _messages_by_turn(
    connection: sqlite3.Connection, conversation_id: str
) -> dict[str, Sequence[Said]]:
    result: dict[str, list[Said]] = {}
    for turn, *parts in connection.execute(
        """SELECT m.turn, m.role, m.round, m.text, m.unheard, m.data
        FROM messages m JOIN turns t ON t.id = m.turn WHERE t.conversation = ?""",
        (conversation_id,),
    ):
        result.setdefault(turn, []).append(Said.of_row(*parts))
    for messages in result.values():
        messages.sort(key=lambda m: m.as_message(0).place)
    return {**result}


def asked_in(connection: sqlite3.Connection, turn: str) -> tuple[str, str]:
    """What the user said in a turn, and the sentence of what went wrong; empty where nothing is known."""
    words = connection.execute(
        "SELECT text FROM messages WHERE turn = ? AND role = 'USER' ORDER BY id LIMIT 1", (turn,)
    ).fetchone()
    error = connection.execute("SELECT error FROM turns WHERE id = ?", (turn,)).fetchone()
    return (words[0] if words else "", (error[0] or "") if error else "")
