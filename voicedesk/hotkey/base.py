"""What a watch over the whole desktop's talk key is, and which one serves here."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from voicedesk.core.clock import now
from voicedesk.core.errors import VoiceDeskError
from voicedesk.core.settings import TalkKeyName


class KeyTakenError(VoiceDeskError):
    """Another program has the key for itself."""

    sentence = "The talk key does not work in other windows: another program has {key} for itself. Choose another key in Settings, Talk."


class KeyUnwatchableError(VoiceDeskError):
    """The desktop does not let us see the key."""

    sentence = "The talk key does not work in other windows: {reason}."


@dataclass(frozen=True, slots=True)
class Told:
    """Whom a watch tells, on a thread of its own.

    Attributes:
        down: The key went down, at a time of ``core.clock``. A key that repeats tells once.
        up: It went up.
        failed: It cannot be watched, or no longer.
    """

    down: Callable[[float], None]
    up: Callable[[float], None]
    failed: Callable[[VoiceDeskError], None]


class Watch(Protocol):
    """Watches one key. It begins at rest, and is closed once, which waits for its thread."""

    def attend(self, *, is_on: bool) -> None:
        """Look out for the key, or leave it to whoever has the keyboard. A key that is held is told to its key-up."""

    def close(self) -> None:
        """Watch no longer."""


def needed_package(platform: str = sys.platform) -> str:
    """The module that a watch needs on this system."""
    return "Xlib" if platform.startswith("linux") else "pynput"


def is_installed() -> bool:
    """Whether that package is there. It is looked for, not loaded."""
    return importlib.util.find_spec(needed_package()) is not None


def is_wayland() -> bool:
    """Whether the desktop gives the keys of a window to nobody else. Programs on X11 do not see them there either."""
    return bool(os.environ.get("WAYLAND_DISPLAY")) or (
        os.environ.get("XDG_SESSION_TYPE") == "wayland"
    )


def watch(key: TalkKeyName, told: Told, platform: str = sys.platform) -> Watch:
    """Watch a key of the whole desktop.

    Raises:
        KeyUnwatchableError: The desktop refuses at once; what it refuses later is told.
    """
    if platform.startswith("linux"):
        from voicedesk.hotkey.x11 import X11Watch

        return X11Watch(key, told)
    from voicedesk.hotkey.hook import HookWatch

    return HookWatch(key, told)


class HeldKey:
    """Downs and ups of a key that repeats while it is held: each hold is told once."""

    def __init__(self, told: Told) -> None:
        self._told = told
        self.is_down = False

    def down(self) -> None:
        """The desktop says that it is down, perhaps again."""
        if not self.is_down:
            self.is_down = True
            self._told.down(now())

    def up(self) -> None:
        """It is up."""
        if self.is_down:
            self.is_down = False
            self._told.up(now())
