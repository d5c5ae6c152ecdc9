"""What the first run needs from the rest of the application."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from voicedesk.conversation.control import TalkControl
from voicedesk.core.settings import Settings
from voicedesk.ui.ports import DeviceLister, KeyStore, SoundTester


@dataclass(frozen=True, slots=True)
class FirstRunPorts:
    """What the first run needs.

    Attributes:
        control: The turns.
        settings: Gives the settings in force.
        change: Takes new ones into use.
        keys: Where keys are stored.
        devices: Lists the sound devices.
        tester: Tries them.
        connect: Connects to the server that the settings name, after what was changed last has been taken into use.
            Raises VoiceDeskError when that fails.
    """

    control: TalkControl
    settings: Callable[[], Settings]
    change: Callable[[Settings], None]
    keys: KeyStore
    devices: DeviceLister
    tester: SoundTester
    connect: Callable[[], Awaitable[None]]
