"""A conversation: items in order, and the memory that their sound may take."""

from __future__ import annotations

from collections.abc import Iterator

from voicedesk.engine.protocol.errors import ClientError
from voicedesk.engine.protocol.items import Item, new_id

MOST_ITEMS = 500
"""Beyond it the oldest are let go, as the ``truncation`` of a session says by default: a talk may last all day."""
MOST_SOUND = 8 << 20
"""Bytes of sound kept for ``conversation.item.retrieve``; beyond it the oldest is let go, its words stay."""

ROOT = "root"


class Conversation:
    """The items of one session.

    Attributes:
        id: As in events.
        truncates: Whether the oldest items are let go where there are too many; else one more is refused.
    """

    def __init__(self) -> None:
        self.id = new_id("conv")
        self.truncates = True
        self._items: list[Item] = []

    def __iter__(self) -> Iterator[Item]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def find(self, item_id: str) -> Item | None:
        """The item of that id."""
        return next((item for item in reversed(self._items) if item.id == item_id), None)

    @property
    def has_spoken(self) -> bool:
        """Whether it holds sound of the assistant's."""
        return any(
            part.kind == "output_audio" and part.sound_ms
            for item in self._items
            for part in item.parts
        )

    def previous_id(self, item: Item) -> str | None:
        """The id of the item before one, None for the first or one that is not here."""
        at = next((index for index, other in enumerate(self._items) if other is item), 0)
        return self._items[at - 1].id if at else None

    def add(self, item: Item, after: str | None = None) -> str | None:
        """Put an item at the end, or after the one of a given id (``root``: at the front).

        Returns:
            The id of the item before it.

        Raises:
            ClientError: There is no such item, the id is taken, or the conversation is full and must stay whole.
        """
        if len(self._items) >= MOST_ITEMS and not self.truncates:
            raise ClientError(
                f"The conversation already holds {MOST_ITEMS} items. Delete some.",
                code="conversation_too_long",
            )
        if self.find(item.id) is not None:
            raise ClientError(
                f"Error adding item: an item with id '{item.id}' already exists.",
                code="item_create_duplicate_item_id",
                param="item.id",
            )
        self._items.insert(self._place(after), item)
        previous = self.previous_id(item)
        self._truncate()
        self._let_go()
        return previous

    def remove(self, item: Item) -> None:
        """Take an item out."""
        self._items.remove(item)

    def clear(self) -> None:
        """Let go of all items and their sound."""
        self._items.clear()

    def call(self, call_id: str) -> Item | None:
        """The function call of that call id."""
        calls = (item for item in self._items if item.type == "function_call")
        return next((item for item in calls if item.call_id == call_id), None)

    def _place(self, after: str | None) -> int:
        if after is None:
            return len(self._items)
        if after == ROOT:
            return 0
        for index, item in enumerate(self._items):
            if item.id == after:
                return index + 1
        raise ClientError(
            f"Error adding item: the previous item with id '{after}' does not exist.",
            code="item_create_invalid_previous_item_id",
            param="previous_item_id",
        )

    def _truncate(self) -> None:
        """Let the oldest items go, and with a call its output: nobody would know what it answers."""
        while len(self._items) > MOST_ITEMS:
            oldest = self._items.pop(0)
            if oldest.type == "function_call":
                self._items = [
                    item
                    for item in self._items
                    if item.type != "function_call_output" or item.call_id != oldest.call_id
                ]

    def _let_go(self) -> None:
        parts = [part for item in self._items for part in item.parts]
        total = sum(len(part.pcm) for part in parts)
        for part in parts:
            if total <= MOST_SOUND:
                return
            total -= len(part.pcm)
            part.pcm = b""
