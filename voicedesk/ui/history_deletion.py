"""Conversations that the user has deleted and can still have back: out of sight, and on disk until that is final."""

from __future__ import annotations

from collections.abc import Sequence

from voicedesk.conversation.store.model import Conversation, Found
from voicedesk.ui.history_ports import Conversations


class Deletion:
    """Lists and finds all conversations but those that are being deleted."""

    def __init__(self, conversations: Conversations) -> None:
        """``conversations``: those on disk."""
        self._conversations = conversations
        self._hidden: set[str] = set()

    def hide(self, conversation: str) -> None:
        """The user has deleted it. ``put_back`` or ``finish`` follows."""
        self._hidden.add(conversation)

    def put_back(self, conversation: str) -> None:
        """It is not to be deleted after all."""
        self._hidden.discard(conversation)

    async def finish(self, conversation: str) -> None:
        """Delete it for good.

        Raises:
            StorageError: It could not be deleted, and is listed again.
        """
        try:
            await self._conversations.delete(conversation)
        finally:
            self._hidden.discard(conversation)

    async def list(self, limit: int, offset: int = 0) -> Sequence[Conversation]:
        """A page of what is left. What is hidden before it may have one come a second time."""
        more = limit + len(self._hidden)  # a page stays whole
        page = await self._conversations.list(more, offset)
        return [each for each in page if each.id not in self._hidden][:limit]

    async def search(self, text: str, limit: int) -> Sequence[Found]:
        """What is found of what is left."""
        found = await self._conversations.search(text, limit)
        return [each for each in found if each.conversation.id not in self._hidden]
