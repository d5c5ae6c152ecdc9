"""The talk key on Windows and macOS, by pynput's hook. Every key comes by it there; all but one are let pass unseen."""

from __future__ import annotations

from typing import Any

from voicedesk.core.settings import TalkKeyName
from voicedesk.hotkey.base import HeldKey, KeyUnwatchableError, Told


class HookWatch:
    """Listens from its start to its end; while it rests only a key-up is told."""

    def __init__(self, key: TalkKeyName, told: Told) -> None:
        """Begin to listen.

        Raises:
            KeyUnwatchableError: pynput does not know the key here, or may not see it.
        """
        from pynput import keyboard

        wanted = getattr(keyboard.Key, key, None)
        if wanted is None:
            raise KeyUnwatchableError(key, reason="this keyboard has no such key")
        self._wanted = wanted
        self._held = HeldKey(told)
        self._attends = False
        self._listener = keyboard.Listener(on_press=self._on_press, on_release=self._on_release)
        self._listener.start()
        self._listener.wait()
        if not getattr(self._listener, "IS_TRUSTED", True):  # macOS
            self.close()
            raise KeyUnwatchableError(
                "not trusted",
                reason="allow VoiceDesk in the system's settings, Privacy and Security, Input Monitoring, and start it again",
            )

    def attend(self, *, is_on: bool) -> None:
        """Tell of the key, or only of its key-up."""
        self._attends = is_on

    def close(self) -> None:
        """Listen no longer."""
        self._listener.stop()
        self._listener.join()
        self._held.up()

    def _on_press(self, key: Any) -> None:
        if key == self._wanted and self._attends:
            self._held.down()

    def _on_release(self, key: Any) -> None:
        if key == self._wanted:
            self._held.up()
