"""What a realtime session was told of the conversation before it, kept true until its first question."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Sequence

from voicedesk.core.dialogue import Message, Role
from voicedesk.pipelines.realtime_commands import Commands
from voicedesk.pipelines.realtime_items import history_item
from voicedesk.pipelines.transcripts import Transcripts


class Memory:
    """A new session knows nothing. It is told the conversation as soon as it is there, as text, as far as it was heard.

    What was heard of the latest answer may only be known after that: it can still be sounding when its connection is
    lost or renewed. So before the first question of the session what it was told is compared with what is true by
    then, and mended. From that question on the session remembers by itself.
    """

    def __init__(
        self,
        commands: Commands,
        transcripts: Transcripts,
        history: Callable[[int], Sequence[Message]],
    ) -> None:
        """Nothing is told yet.

        Args:
            commands: Sends items.
            transcripts: Must not wait for the words of items that are text.
            history: The conversation before a turn.
        """
        self._commands = commands
        self._transcripts = transcripts
        self._history = history
        self._told: list[tuple[Message, str]] = []
        self._is_open = False  # a session that was asked nothing yet
        self._ids = itertools.count(1)

    def begin(self, turn: int) -> None:
        """There is a new session.

        Args:
            turn: Whose question comes next; 0 when nobody knows.
        """
        self._told = []
        self._is_open = True
        self._tell(self._history(turn or sys.maxsize))

    def settle(self, turn: int, *, can_delete: bool) -> None:
        """The first question comes now: what the session was told must be what is true.

        Args:
            turn: Whose question it is.
            can_delete: Whether the server understands that an item is to be deleted.
        """
        if not self._is_open:
            return
        self._is_open = False
        history = self._history(turn)
        same = 0
        for (told, _), true in zip(self._told, history, strict=False):
            if told != true:
                break
            same += 1
        if same < len(self._told) and not can_delete:
            return  # better what was made than the same thing twice
        for _, item_id in self._told[same:]:
            self._commands.send({"type": "conversation.item.delete", "item_id": item_id}, None)
        del self._told[same:]
        self._tell(history[same:])
        self._told = []

    def _tell(self, messages: Sequence[Message]) -> None:
        for message in messages:
            item_id = f"vd_past_{next(self._ids)}"
            item = history_item(message) | {"id": item_id}
            if message.role is Role.USER:
                self._transcripts.typed(item_id)
            self._commands.send({"type": "conversation.item.create", "item": item}, None)
            self._told.append((message, item_id))
