"""Waiting for the end of a turn."""

from __future__ import annotations

import asyncio
import contextlib

from voicedesk.conversation.conductor import Conductor
from voicedesk.core.errors import VoiceDeskError
from voicedesk.core.events import (
    Event,
    Hint,
    HintKind,
    SoundTrouble,
    StateChanged,
    TurnFailed,
    UserText,
)
from voicedesk.core.turn import State

WORDS_GRACE_S = 3.0
"""How long to wait for the user's words after the answer: they may come late or never."""


_NOTHING_ASKED = {HintKind.TOO_SHORT, HintKind.NO_SPEECH, HintKind.CANCELLED}


class TurnWatch:
    """Watches the next turn.

    Attributes:
        hint: Why the take was dropped, if it was.
        failed: Whether the turn ended in an error.
        trouble: Why the sound was not taken or kept to its end; None when it was.
    """

    def __init__(self, conductor: Conductor) -> None:
        self.hint: HintKind | None = None
        self.failed = False
        self.trouble: VoiceDeskError | None = None
        self._begun = False
        self._over = asyncio.Event()
        self._words = asyncio.Event()
        self._stop = conductor.observe(self._watch)

    def _watch(self, event: Event) -> None:
        match event:
            case Hint(hint=hint) if hint in _NOTHING_ASKED:
                self.hint = hint
            case TurnFailed():
                self.failed = True
            case SoundTrouble(error=error):
                self.trouble = error
            case UserText(final=True):
                self._words.set()
            case StateChanged(state=State.READY | State.FAILED):
                if self._begun:
                    self._over.set()
            case StateChanged():
                self._begun = True
            case _:
                pass

    async def over(self) -> None:
        """Wait until the turn has ended and, if it was answered, the user's words have come or stay away."""
        await self._over.wait()
        if not self.failed and self.hint is None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(WORDS_GRACE_S):
                    await self._words.wait()
        self._stop()
