"""What the window needs from the rest of the application, besides the talk control."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from voicedesk.audio.io import Level
from voicedesk.conversation.stages import Told
from voicedesk.core.settings import DeviceChoice, Server, Settings

if TYPE_CHECKING:  # it imports the clients of servers, which the window need not wait for
    from voicedesk.providers.probe import ServerReport
    from voicedesk.providers.ways import Way


class KeyStore(Protocol):
    """Where API keys are kept. The window can store and remove them, and never reads one back.

    A changed key is no changed setting: whoever keeps the keys knows when one comes or goes.
    """

    def has(self, server_id: str, server: Server) -> bool:
        """Whether there is a key for this server."""

    def store(self, server_id: str, server: Server, key: str) -> None:
        """Keep a key for this server.

        Raises:
            VoiceDeskError: It could not be kept beyond this run.
        """

    def remove(self, server_id: str, server: Server) -> None:
        """Forget the key of this server."""

    def backend(self) -> str:
        """What keeps the keys on this computer, for people; "none" when nothing does."""

    def uses_file(self) -> bool:
        """Whether keys that no keychain takes are kept in a file."""

    def use_file(self, *, allowed: bool) -> None:
        """Keep keys in a file from now on, or remove it and keep what was in it until VoiceDesk ends.

        Raises:
            VoiceDeskError: The file cannot be changed.
        """

    def test(
        self, settings: Settings, server_id: str, told: Callable[[ServerReport], None]
    ) -> Callable[[], None]:
        """Try a server with its key. ``told`` is told the report each time that it grows. Returns what ends it."""


class SoundTester(Protocol):
    """Tries the sound devices that are open."""

    @property
    def level(self) -> Level:
        """Loudness at the microphone."""

    def play_sound(self, tell: Told) -> None:
        """Play a sound, and tell how that goes."""

    def hear_yourself(self, tell: Told) -> None:
        """Listen for a few seconds and play what was heard, and tell how that goes."""

    def stop(self) -> None:
        """End the trial. Nothing more is told."""


class MessageRecall(Protocol):
    """What can be done with messages of the past."""

    def can_replay(self, turn: int, *, take: bool) -> bool:
        """Whether the user's take (``take``) or the reply of a turn can be heard again."""

    def replay(self, turn: int, *, take: bool) -> None:
        """Play it again."""

    def can_ask_again(self, turn: int, text: str) -> bool:
        """Whether the question of a turn can be asked again."""

    def ask_again(self, turn: int, text: str) -> None:
        """Ask it again; ``text`` is the question as it is known."""

    def can_undo(self, turn: int, text: str) -> bool:
        """Whether the question of a turn that was just cancelled can be asked after all."""

    def can_remove(self, turn: int) -> bool:
        """Whether messages of a turn can be taken out of the conversation."""

    def remove(self, turn: int, *, whole: bool) -> None:
        """Take the answer of a turn out, or (``whole``) its question too. It can be put back until ``settle``."""

    def put_back(self) -> None:
        """Put back what was taken out last."""

    def settle(self) -> None:
        """What was taken out is gone for good."""


class SecondTries(Protocol):
    """Has things asked again in another way."""

    @property
    def waiting(self) -> int:
        """How many takes wait to be asked again."""

    def ask_with(self, way: Way, ask: Callable[[], object]) -> None:
        """Have questions answered in this way from now on, and then call ``ask``."""


@dataclass(frozen=True, slots=True)
class Devices:
    """The sound devices that are there now."""

    microphones: Sequence[DeviceChoice] = ()
    speakers: Sequence[DeviceChoice] = ()


DeviceLister = Callable[[], Devices]
"""Lists the devices; called when the page of devices is shown."""

SettingsChanged = Callable[[Settings], None]
"""Takes the new settings into use and keeps them. The old object is never altered."""
