"""What the dialog of the unanswered takes needs from the rest of the application."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from voicedesk.conversation.control import TalkControl
from voicedesk.conversation.store.model import Recording, Unanswered
from voicedesk.core.settings import Settings
from voicedesk.providers.ways import Way
from voicedesk.ui.ports import KeyStore


class Takes(Protocol):
    """The takes that were never answered. Every method raises VoiceDeskError when the disk does not play along."""

    async def listed(self) -> Sequence[Unanswered]:
        """All there are, the latest first."""

    async def play(self, recording: Recording) -> None:
        """Let one be heard."""

    async def ask(self, recording: Recording, way: Way) -> bool:
        """Have one answered in this way. Returns whether it was asked; not while the user talks."""

    async def delete(self, recordings: Sequence[Recording]) -> None:
        """Delete some for good."""


@dataclass(frozen=True, slots=True)
class UnansweredPorts:
    """What the dialog needs.

    Attributes:
        takes: Those on disk.
        control: Tells what happens, and ends what sounds.
        settings: Those in force.
        keys: Tells which servers have one.
    """

    takes: Takes
    control: TalkControl
    settings: Callable[[], Settings]
    keys: KeyStore
