"""What other processes may do with the running window: raise it, and work the talk key."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable

from PySide6.QtCore import Qt

from voicedesk.conversation.control import TalkControl
from voicedesk.core.clock import now
from voicedesk.instance import RAISE, Answer, Request
from voicedesk.ui.main_window import MainWindow

_NO_MICROPHONE = Answer("The microphone cannot be used; the window says why.")
_NO_TAKE = Answer("VoiceDesk cannot listen now; the window says why.")


class Remote:
    """Does what other processes ask, one thing after the other.

    A take that is begun from outside is kept open as if by a tap: it ends with ``stop``, with ``toggle``, with the
    talk key itself, or when it has lasted too long, whatever window is in front.
    """

    def __init__(
        self, window: MainWindow, control: TalkControl, wake: Callable[[], Awaitable[None]]
    ) -> None:
        """``wake`` has the microphone ready, which rests while the window is not in use."""
        self._window = window
        self._control = control
        self._wake = wake
        self._turn = asyncio.Lock()

    async def handle(self, request: Request) -> Answer:
        """Do what is asked, after what was asked before it."""
        async with self._turn:
            talking = self._window.talk_input.key
            command = request.command
            if command == RAISE:
                self._raise(request.argument)
            elif command == "start" or (command == "toggle" and not talking.is_active):
                return await self._start()
            elif command == "cancel":
                talking.cancel()
            else:
                talking.finish()
            return Answer()

    async def _start(self) -> Answer:
        key = self._window.talk_input.key
        if not key.is_active:
            if not self._control.microphone_ready:
                await self._wake()
            key.toggle(now())
        if key.is_active:
            return Answer()
        return _NO_TAKE if self._control.microphone_ready else _NO_MICROPHONE

    def _raise(self, token: str) -> None:
        if token:
            # Wayland lets a window come forward only with a token that the desktop gave to the second start.
            os.environ["XDG_ACTIVATION_TOKEN"] = token
        window = self._window
        window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
        window.show()
        window.raise_()
        window.activateWindow()
