"""Tries microphone and speaker: plays a sound, or what the microphone has just heard.

It uses the devices that are open, by way of the conductor: a press of the talk key goes first, always, and what is
played is told to nobody as words.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from typing import Any

from voicedesk.audio.chime import chime
from voicedesk.audio.io import RATE, SAMPLE_BYTES, Level
from voicedesk.conversation.asked import Announcement
from voicedesk.conversation.conductor import Conductor
from voicedesk.conversation.stages import Stage, Told
from voicedesk.core.clock import now
from voicedesk.core.errors import NoMicrophoneError, NoSpeakerError, SoundError, VoiceDeskError
from voicedesk.core.events import AudioDelta, AudioEnded, AudioKey, Event, ReplyEnded, StateChanged
from voicedesk.core.tasks import TaskSet
from voicedesk.core.turn import AT_REST

LISTEN_S = 3.0
_ENOUGH = 0.8
"""Share of the sound that must have come; with less the talk key came in between."""
_PIECE = RATE * SAMPLE_BYTES // 10
_FAINTEST = 10 ** (-50 / 20) * 32767
"""A peak below 50 dB under full scale is no voice."""


class SoundCheck:
    """One trial at a time; a new one ends the one before."""

    def __init__(self, conductor: Conductor, *, listen_s: float = LISTEN_S) -> None:
        self._conductor = conductor
        self._listen_s = listen_s
        self._tasks = TaskSet()
        self._running: asyncio.Task[None] | None = None

    @property
    def level(self) -> Level:
        """Loudness at the microphone."""
        return self._conductor.level

    def play_sound(self, tell: Told) -> None:
        """Play three notes. Tells PLAYING and DONE, or what is wrong."""
        self._start(self._play_chime(tell), tell)

    def hear_yourself(self, tell: Told) -> None:
        """Listen for a few seconds and play what was heard. Tells LISTENING, PLAYING and DONE, or what is wrong."""
        self._start(self._hear_and_play(tell), tell)

    def stop(self) -> None:
        """End the trial, if one is under way. Nothing more is told."""
        if self._running is not None:
            self._running.cancel()
            self._running = None

    async def close(self) -> None:
        """Leave nothing running. Safe to call twice."""
        self.stop()
        await self._tasks.close()

    # ------------------------------------------------------------------------------------------

    def _start(self, trial: Coroutine[Any, Any, None], tell: Told) -> None:
        self.stop()
        self._running = self._tasks.spawn(self._run(trial, tell), name="sound check")

    @staticmethod
    async def _run(trial: Coroutine[Any, Any, None], tell: Told) -> None:
        try:
            await trial
        except VoiceDeskError as error:
            tell(error)

    async def _play_chime(self, tell: Told) -> None:
        self._check_speaker()
        await self._play(chime(), tell)

    async def _hear_and_play(self, tell: Told) -> None:
        self._check_speaker()
        pcm = await self._listen(tell)
        if len(pcm) < self._listen_s * RATE * SAMPLE_BYTES * _ENOUGH:
            tell(Stage.INTERRUPTED)
        elif _peak(pcm) < _FAINTEST:
            tell(Stage.NOTHING_HEARD)
        else:
            await self._play(pcm, tell)

    def _check_speaker(self) -> None:
        speaker = self._conductor.speaker
        if speaker is None or not speaker.is_open:
            raise NoSpeakerError
        if self._conductor.state not in AT_REST:
            raise SoundBusyError

    async def _listen(self, tell: Told) -> bytes:
        """What the microphone hears from now on; less than all of it when the talk key came in between."""
        microphone = self._conductor.microphone
        if microphone is None or not microphone.is_open:
            raise NoMicrophoneError
        pcm = bytearray()
        start = now()
        microphone.begin(start, lambda block: pcm.extend(block.pcm))
        tell(Stage.LISTENING)
        end = start + self._listen_s
        try:
            await microphone.end(end, through=end)
        except asyncio.CancelledError:
            if self._conductor.state in AT_REST:
                microphone.abort()  # ours; in a turn the take would be the user's
            raise
        return bytes(pcm) if self._conductor.state in AT_REST else b""

    async def _play(self, pcm: bytes, tell: Told) -> None:
        over = asyncio.Event()
        turn = 0

        def watch(event: Event) -> None:
            is_news = isinstance(event, StateChanged) and turn
            if is_news and (event.turn != turn or self._conductor.state in AT_REST):
                over.set()

        stop_watching = self._conductor.observe(watch)
        try:
            self._conductor.announce(_sound(pcm))
            turn = self._conductor.turn
            tell(Stage.PLAYING)
            await over.wait()
            tell(Stage.DONE)
        except asyncio.CancelledError:
            if self._conductor.turn == turn:
                self._conductor.cancel()
            raise
        finally:
            stop_watching()


def _peak(pcm: bytes) -> int:
    """The largest sample, 0 to 32768."""
    import numpy as np  # late: the window paints before it is needed

    from voicedesk.audio.pcm import from_bytes

    return int(np.abs(from_bytes(pcm).astype(np.int32)).max())


def _sound(pcm: bytes) -> Announcement:
    """A reply of sound alone."""

    async def events(turn: int) -> AsyncGenerator[Event, None]:
        key = AudioKey(turn, "sound-check", "1")
        for start in range(0, len(pcm), _PIECE):
            yield AudioDelta(turn=turn, at=now(), key=key, pcm=pcm[start : start + _PIECE])
        yield AudioEnded(turn=turn, at=now(), key=key)
        yield ReplyEnded(turn=turn, at=now())

    return events


class SoundBusyError(SoundError):
    """Somebody is talking already."""

    sentence = "Somebody is talking just now. Try again when that is over."
