"""What was said in a conversation before it went on: more than the window shows at a time."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Sequence

from voicedesk.core.dialogue import Message, Role
from voicedesk.ui import conversation_bounds
from voicedesk.ui.conversation_entries import Kind

KINDS = {Role.USER: Kind.USER, Role.ASSISTANT: Kind.REPLY}
"""What messages of the past are shown; what tools were asked and gave is not."""
MOST_KEPT = 20_000
"""Older messages than these are in the history only."""


class Past:
    """The messages, oldest first. What is given is whole turns, as many as there is room for."""

    def __init__(self, messages: Sequence[Message]) -> None:
        self._messages = [message for message in messages if message.role in KINDS][-MOST_KEPT:]

    def newest(self, most: int) -> Sequence[Message]:
        """The end of the conversation: so many messages, or fewer where they are long."""
        return self._up_to(len(self._messages), most, frozenset())

    def before(self, turn: int, most: int, but: Collection[int]) -> Sequence[Message]:
        """So many messages before a turn, or fewer where they are long; ``but``: turns that are deleted."""
        return self._up_to(self._index(turn), most, but)

    def has_before(self, turn: int, but: Collection[int]) -> bool:
        """Whether there are any before a turn of the past."""
        end = self._index(turn) if turn < 0 else 0
        return any(self._messages[at].turn not in but for at in range(end))

    def _index(self, turn: int) -> int:
        return bisect_left(self._messages, turn, key=lambda message: message.turn)

    def _up_to(self, end: int, most: int, but: Collection[int]) -> Sequence[Message]:
        found: list[Message] = []
        room = conversation_bounds.MAX_CHARACTERS
        for at in range(end - 1, -1, -1):
            message = self._messages[at]
            if message.turn in but:
                continue
            is_torn = found and message.turn == found[-1].turn
            if not is_torn and (len(found) >= most or room <= 0):
                break
            found.append(message)
            room -= len(message.text) + len(message.unheard)
        return found[::-1]
