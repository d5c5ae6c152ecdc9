"""What the history dialog needs from the rest of the application."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from voicedesk.conversation.figures.turns import Figures
from voicedesk.conversation.store.export import ExportKind, Names
from voicedesk.conversation.store.model import Conversation, Found, Turn


class Conversations(Protocol):
    """The conversations on disk. Every method raises StorageError when the disk does not play along."""

    async def list(self, limit: int = 50, offset: int = 0) -> Sequence[Conversation]:
        """The conversations, the latest first."""

    async def search(self, text: str, limit: int = 50) -> Sequence[Found]:
        """The conversations in which all these beginnings of words are."""

    async def turns(self, conversation: str) -> Sequence[Turn]:
        """All that is known of a conversation."""

    async def rename(self, conversation: str, title: str) -> None:
        """Give it a title; an empty one brings back the first words."""

    async def delete(self, conversation: str) -> None:
        """Delete it for good."""

    async def delete_all(self) -> None:
        """Delete every conversation for good."""

    async def export(
        self, conversation: str, kind: ExportKind, path: str | Path, names: Names | None = None
    ) -> None:
        """Write a conversation to a file."""


@dataclass(frozen=True, slots=True)
class HistoryPorts:
    """What the history dialog needs.

    Attributes:
        conversations: Those on disk.
        current: The id of the one that goes on now.
        proceed: Goes on with this one; raises VoiceDeskError when it cannot be read.
        is_kept: Whether new conversations are kept.
        show_times: Shows where the time of a turn went, by its number in these figures.
    """

    conversations: Conversations
    current: Callable[[], str]
    proceed: Callable[[str], Awaitable[None]]
    is_kept: Callable[[], bool]
    show_times: Callable[[int, Figures], None]
