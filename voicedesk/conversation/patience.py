"""What is heard while an answer is waited for: nobody shall sit in unexplained silence."""

from __future__ import annotations

import asyncio

from voicedesk.audio.cues import tick
from voicedesk.conversation.playout import FILLER, Playout
from voicedesk.core.clock import now
from voicedesk.core.events import AudioKey
from voicedesk.core.settings import Feedback
from voicedesk.core.tasks import TaskSet

TICK_S = 1.2
"""So long after the key-up, or after the last sound of the reply, a soft tick is heard."""
FILLER_S = 2.0
"""So long after it a phrase is spoken, once in a turn; then a tick each time that this time has passed again."""


class Patience:
    """Watches how long nothing sounds in a turn.

    Attributes:
        feedback: What may be heard; counts from the next step on.
        filler: A short phrase as sound, PCM16 mono 24 kHz; empty while there is none.
    """

    def __init__(self, playout: Playout) -> None:
        """Nothing is waited for yet.

        Args:
            playout: Says when something sounds, and takes what is heard meanwhile.
        """
        self.feedback = Feedback()
        self.filler = b""
        self._playout = playout
        self._tasks = TaskSet()
        self._waiting: asyncio.Task[None] | None = None
        self._turn = 0
        self._pieces = 0

    def use(self, playout: Playout) -> None:
        """Another speaker."""
        self._stop()
        self._playout = playout

    def begin(self, turn: int, since: float) -> None:
        """A reply was asked for; the user has been waiting since ``since``."""
        self._stop()
        self._turn = turn
        self._waiting = self._tasks.spawn(self._wait(turn, since), name="patience")

    def end(self, turn: int) -> None:
        """The reply of a turn has come whole, or is not wanted any more."""
        if turn == self._turn:
            self._stop()

    def _stop(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    async def _wait(self, turn: int, since: float) -> None:
        may_speak = True
        ticked = False
        while True:
            quiet = self._playout.quiet_since
            if quiet is None:  # the reply sounds
                await self._playout.changed()
                ticked = False
                continue
            since = max(since, quiet)
            if not await self._is_quiet_at(since + (FILLER_S if ticked else TICK_S)):
                continue
            if not ticked:
                ticked = True
                if self.feedback.tick:
                    self._play(turn, tick())
                continue
            # From here on the time counts from what was heard last.
            since = now()
            if may_speak and self.feedback.filler and self.filler:
                may_speak = False
                since += len(self.filler) / 48_000
                self._play(turn, self.filler)
            elif self.feedback.tick:
                self._play(turn, tick())

    async def _is_quiet_at(self, at: float) -> bool:
        """Wait until ``at``; False as soon as the reply sounds or has stopped sounding meanwhile."""
        try:
            async with asyncio.timeout(at - now()):
                await self._playout.changed()
        except TimeoutError:
            return True
        return False

    def _play(self, turn: int, pcm: bytes) -> None:
        self._pieces += 1
        self._playout.fill(AudioKey(turn, FILLER, f"{self._pieces}"), pcm)

    async def close(self) -> None:
        """Wait no longer."""
        self._stop()
        await self._tasks.close()
