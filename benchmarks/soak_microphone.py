"""A microphone that hears what it is told, with no device and no clock of its own."""

from __future__ import annotations

from collections.abc import Callable

from voicedesk.audio.io import CapturedBlock, Level
from voicedesk.core.errors import VoiceDeskError


class ToldMicrophone:
    """An ``AudioInput`` that is always open."""

    name = "Scripted"
    is_open = True

    def __init__(self) -> None:
        self.level = Level()
        self._deliver: Callable[[CapturedBlock], None] | None = None

    def open(self) -> None: ...

    def close(self) -> None: ...

    def begin(self, _at: float, deliver: Callable[[CapturedBlock], None]) -> None:
        self._deliver = deliver

    async def end(self, at: float, *, through: float | None = None) -> None:
        """There is no more to come."""
        del at, through
        self._deliver = None

    def abort(self) -> None:
        self._deliver = None

    def on_trouble(self, tell: Callable[[VoiceDeskError], None]) -> None:
        """It has none."""
        del tell

    def hear(self, pcm: bytes, at: float) -> None:
        """PCM16 mono 24 kHz, captured from ``at`` on; it is part of the take that runs, if any does."""
        if self._deliver is not None:
            self._deliver(CapturedBlock(pcm, at))
