"""Listening: one take from the press to the end of the release tail."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Protocol

from voicedesk.audio.cue_filter import CueFilter
from voicedesk.audio.cues import Cue
from voicedesk.audio.io import AudioInput, CapturedBlock
from voicedesk.conversation.take import MIN_TAKE_S, Take
from voicedesk.core.events import HintKind
from voicedesk.core.settings import Talk
from voicedesk.core.tasks import TaskSet


class TakeListener(Protocol):
    """Who is told of the take. Called on the loop."""

    def captured(self, take: Take, block: CapturedBlock, *, first: bool) -> None:
        """A piece of the take, in order."""

    def taken(self, take: Take, hint: HintKind | None) -> None:
        """The take is over; with a hint it is not worth sending."""

    def capped(self) -> None:
        """The take has lasted too long: a lost key-up must not record for ever."""


_EARLY_S = 0.03
"""So wrong a device may be about its own delay."""
_ECHO_S = 0.15
"""The same, and so long a room answers a soft sound."""


class Listening:
    """Captures takes from a microphone, one at a time.

    Attributes:
        microphone: None when there is none; ``start`` must not be called then.
        talk: Pre-roll, tail and cap; they count from the next step on.
    """

    def __init__(self, microphone: AudioInput | None, talk: Talk, listener: TakeListener) -> None:
        self.microphone = microphone
        self.talk = talk
        self._listener = listener
        self._tasks = TaskSet()
        self._take: Take | None = None
        self._ending: asyncio.Task[None] | None = None
        self._cap: asyncio.Handle | None = None
        self._cap_at = 0.0  # by the loop's clock; the handles of some loops do not tell it
        self._hushed: deque[CueFilter] = deque(maxlen=4)

    def start(self, turn: int, at: float) -> None:
        """A take begins with the key that went down at ``at``, and with the sound of just before."""
        assert self.microphone is not None
        take = self._take = Take(turn, at)
        self._cap_after(self.talk.cap_s)
        self.microphone.begin(
            at - self.talk.preroll_ms / 1000.0, lambda block: self._captured(take, block)
        )

    def hush(self, cue: Cue, at: float) -> None:
        """A sound of our own leaves the DAC at ``at``: what the microphone has of it is taken out of the take."""
        self._hushed.append(CueFilter(cue, at - _EARLY_S, at + cue.seconds + _ECHO_S))

    def _captured(self, take: Take, block: CapturedBlock) -> None:
        if take is self._take:
            for stop in self._hushed:
                block = stop(block)
            self._listener.captured(take, block, first=take.add(block))

    def resume(self) -> None:
        """The key came down again within the tail: it is still the same utterance."""
        self._stop_ending()
        if self._cap is not None and self._cap_at <= asyncio.get_running_loop().time():
            self._cap_after(0.0)  # it was ended for its length, and is as long still

    def end(self, at: float) -> None:
        """The key went up at ``at``: capture the tail, then tell that the take is over."""
        assert self._take is not None
        self._take.key_up = at
        self._ending = self._tasks.spawn(
            self._finish(self._take), name="end of take", watched=False
        )

    async def _finish(self, take: Take) -> None:
        assert self.microphone is not None
        hint = None
        if take.held_s < MIN_TAKE_S:
            hint = HintKind.TOO_SHORT
        else:
            end = take.key_up + self.talk.tail_ms / 1000.0
            await self.microphone.end(end, through=take.key_up)
            if not take.has_speech:
                hint = HintKind.NO_SPEECH
        self._ending = None
        self._take = None
        self._uncap()
        self._listener.taken(take, hint)

    def abort(self) -> None:
        """Drop the take, if there is one."""
        self._take = None
        self._uncap()
        self._stop_ending()
        if self.microphone is not None:
            self.microphone.abort()

    def _stop_ending(self) -> None:
        if self._ending is not None:
            self._ending.cancel()
            self._ending = None

    def _cap_after(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        self._cap_at = loop.time() + seconds
        self._cap = loop.call_later(seconds, self._listener.capped)

    def _uncap(self) -> None:
        if self._cap is not None:
            self._cap.cancel()
            self._cap = None

    async def close(self) -> None:
        """Drop the take and leave nothing running."""
        self.abort()
        await self._tasks.close()
