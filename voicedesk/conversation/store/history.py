"""The history: what was said, to list, search, rename, delete, continue and export."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from voicedesk.conversation.store import queries
from voicedesk.conversation.store.database import Database
from voicedesk.conversation.store.model import Conversation, Found, Said, Turn
from voicedesk.conversation.store.sound_files import SoundFiles
from voicedesk.core.dialogue import Message
from voicedesk.core.errors import StorageError

if TYPE_CHECKING:
    from voicedesk.conversation.store.export import ExportKind, Names

_PATIENCE_MS = 1000
_AT_A_TIME = 50  # conversations in one transaction of a deletion, so that a take is never held up


class History:
    """Conversations on disk. All methods are called on the loop; what they give is complete.

    Attributes:
        deleted: Told on the loop of the ids of conversations that are gone.

    All of the async methods raise StorageError when the disk does not play along.
    """

    def __init__(self, database: Database, files: SoundFiles) -> None:
        """Nothing is read or written yet.

        Args:
            database: Where it is kept.
            files: The recordings, which go with their conversations.
        """
        self.deleted: Callable[[frozenset[str]], None] = lambda _ids: None
        self._database = database
        self._files = files
        self._gone: set[str] = set()

    # ------------------------------------------------------------------------------------- reading

    async def list(self, limit: int = 50, offset: int = 0) -> Sequence[Conversation]:
        """The conversations, the latest first."""
        return await self._database.read(lambda c: queries.conversations(c, limit, offset))

    async def count(self) -> int:
        """How many conversations there are."""
        return await self._database.read(queries.count)

    async def get(self, conversation: str) -> Conversation | None:
        """One conversation, None if it is gone."""
        return await self._database.read(lambda c: queries.conversation(c, conversation))

    async def search(self, text: str, limit: int = 50) -> Sequence[Found]:
        """The conversations in which all these words (or beginnings of words) are, the latest first."""
        return await self._database.read(lambda c: queries.search(c, text, limit))

    async def turns(self, conversation: str) -> Sequence[Turn]:
        """All that is known of a conversation, turn by turn."""
        return await self._database.read(lambda c: queries.turns(c, conversation))

    async def messages(self, conversation: str) -> tuple[Message, ...]:
        """What was said in it, as models are told it when it goes on; its turns count up to -1."""
        return as_past(await self.turns(conversation))

    # ------------------------------------------------------------------------------------- writing

    def save(self, conversation: str, turn: Turn, at: float) -> None:
        """Keep a turn as it is by now. Returns at once; a failure is told as the database's trouble, and mended later."""

        def work(connection: sqlite3.Connection) -> None:
            if conversation not in self._gone:  # by then: it may be written late
                queries.save_turn(connection, conversation, turn, at)

        self._database.post(work, key=_key(turn.id))

    def drop_turn(self, turn: str, *sound: str) -> None:
        """Take a turn out, and these kinds ("take", "reply") of its recordings. Returns at once."""

        def work(connection: sqlite3.Connection) -> None:
            queries.drop_turn(connection, turn)
            self._drop_sound(connection, turn, *sound)

        self._database.post(work, key=_key(turn))

    def drop_answer(self, turn: str) -> None:
        """Take the answer out of a turn. Returns at once."""

        def work(connection: sqlite3.Connection) -> None:
            queries.drop_answer(connection, turn)
            self._drop_sound(connection, turn, "reply")

        self._database.post(work, key=_key(turn), amends=True)

    async def rename(self, conversation: str, title: str) -> None:
        """Give it the user's title; an empty one brings back the first words."""
        await self._database.write(lambda c: queries.rename(c, conversation, title))

    async def delete(self, conversation: str) -> None:
        """Delete it for good, with its recordings."""
        await self._delete([conversation])
        await self._forget_words()

    async def delete_older(self, before: float, *, but: str = "") -> None:
        """Delete for good, with their recordings, the conversations that did not go on since a moment.

        Args:
            before: The moment, seconds since 1970.
            but: The id of one that stays all the same: the present one.
        """
        find = partial(queries.older, before=before, but=but, limit=_AT_A_TIME)
        is_any = False
        while ids := await self._database.read(find):
            await self._delete(ids)
            is_any = True
        if is_any:
            await self._forget_words()

    async def delete_all(self) -> None:
        """Delete every conversation and every recording for good."""
        while ids := [each.id for each in await self.list(_AT_A_TIME)]:
            await self._delete(ids)
        await self._database.write(self._drop_recordings)
        await self._forget_words()

    async def _delete(self, ids: Iterable[str]) -> None:
        ids = frozenset(ids)
        self._gone.update(ids)  # what is still to come of them is not kept
        try:
            await self._database.write(partial(self._drop, ids=ids))
        except StorageError:
            self._gone.difference_update(ids)
            raise
        self.deleted(ids)

    def _drop(self, connection: sqlite3.Connection, *, ids: Iterable[str]) -> None:
        for conversation in ids:
            for turn in queries.drop_conversation(connection, conversation):
                self._drop_sound(connection, turn, "take", "reply")

    def _drop_sound(self, connection: sqlite3.Connection, turn: str, *kinds: str) -> None:
        kept = self._files.listed(connection, "turn = ?", turn)
        self._files.drop(connection, [each.id for each in kept if each.kind in kinds])

    def _drop_recordings(self, connection: sqlite3.Connection) -> None:
        kept = self._files.listed(connection, "state NOT IN ('recording', 'waiting')")
        self._files.drop(connection, [each.id for each in kept])

    async def _forget_words(self) -> None:
        """Little by little: a take that is being recorded goes first."""
        more = partial(queries.forget_deleted_words, is_first=True)
        while await self._database.write(more):
            more = partial(queries.forget_deleted_words, is_first=False)
        await self._database.read(_empty_log)

    # -------------------------------------------------------------------------------------- export

    async def export(
        self, conversation: str, kind: ExportKind, path: str | Path, names: Names | None = None
    ) -> None:
        """Write a conversation to a file, for people or for programs.

        Args:
            conversation: Which.
            kind: "markdown" to read, "json" with all that is known, "wav" with what is kept of the sound,
                "srt" subtitles that fit that sound.
            path: Replaced if it is there.
            names: What the speakers are called in the user's language.

        Raises:
            ExportError: The file cannot be written, or the conversation is gone.
            NoRecordingError: "wav", and no sound of it is kept.
        """
        # Hardly ever needed, and not for the first paint.
        from voicedesk.conversation.store.export import Export, Names

        await Export(self._database, self._files, names or Names()).write(
            conversation, kind, Path(path)
        )


def _key(turn: str) -> str:
    return f"turn {turn}"


def as_past(turns: Iterable[Turn]) -> tuple[Message, ...]:
    """Turns of a conversation as the past of one that goes on."""
    kept = list(turns)
    return tuple(
        said.as_message(number - len(kept))
        for number, turn in enumerate(kept)
        for said in _complete(turn.messages)
    )


def _complete(messages: Iterable[Said]) -> Iterator[Said]:
    """Without what nobody heard, and without calls and results that lack each other: servers refuse them."""
    kept = list(messages)
    asked = {said.call.call_id for said in kept if said.call}
    given = {said.result.call_id for said in kept if said.result}
    for said in kept:
        if said.call is not None:
            is_whole = said.call.call_id in given
        elif said.result is not None:
            is_whole = said.result.call_id in asked
        else:
            is_whole = bool(said.text)
        if is_whole:
            yield said


def _empty_log(connection: sqlite3.Connection) -> None:
    """What was deleted shall not stay readable in the log of changes, even if another program reads just now."""
    connection.execute(f"PRAGMA busy_timeout = {_PATIENCE_MS}")
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        connection.execute("PRAGMA busy_timeout = 0")
