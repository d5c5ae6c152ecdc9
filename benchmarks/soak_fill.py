"""What fills a long talk before it counts: questions that are spoken and answered faster than people can talk.

The takes go the way of all takes, to the disk, to the server and into the conversation, and their answers are played
and noted as heard; only the microphone and the speaker do not take the time that sound takes. What is kept of a typed
question is less, so that a window full of those would grow for as long as spoken ones take their place.
"""

from __future__ import annotations

import asyncio
from typing import Self

import numpy as np

from benchmarks.application import until
from benchmarks.soak_microphone import ToldMicrophone
from voicedesk.audio.io import (
    BLOCK_MS,
    RATE,
    SAMPLE_BYTES,
    AudioInput,
    AudioOutput,
)
from voicedesk.audio.output import BufferedOutput
from voicedesk.conversation.conductor import Conductor
from voicedesk.conversation.take import MIN_TAKE_S
from voicedesk.core.clock import now
from voicedesk.core.turn import AT_REST, State

HELD_S = MIN_TAKE_S + 0.02
TICK_S = 0.01
FASTER = 20
"""So much faster than time the speaker plays."""
_PIECE = RATE * BLOCK_MS // 1000 * SAMPLE_BYTES


class HurriedMicrophone(ToldMicrophone):
    """A microphone that hears a whole question in the moment it is said."""

    async def hear_whole(self, pcm: bytes) -> None:
        """Hear PCM16 mono 24 kHz in a device's pieces, over as little time as a take may last."""
        pieces = [pcm[at : at + _PIECE] for at in range(0, len(pcm), _PIECE)]
        for piece in pieces:
            self.hear(piece, now())
            await asyncio.sleep(HELD_S / len(pieces))


class HurriedSpeaker(BufferedOutput):
    """The application's output on a device that plays faster than time."""

    def __init__(self) -> None:
        super().__init__("Hurried")
        self._block = np.zeros(round(TICK_S * RATE), dtype=np.int16)
        self._sounding: asyncio.Task[None] | None = None

    def open(self) -> None:
        loop = asyncio.get_running_loop()
        self._source = self._start(RATE, loop)
        self._sounding = loop.create_task(self._sound())

    def close(self) -> None:
        if self._sounding is not None:
            self._sounding.cancel()
        self._stopped()

    async def _sound(self) -> None:
        while True:
            for _ in range(FASTER):
                self._source.fill(self._block, now(), now() + TICK_S)
            await asyncio.sleep(TICK_S)


class Fill:
    """Somebody who talks and listens in a hurry."""

    def __init__(self, conductor: Conductor) -> None:
        """Nothing is said yet; ``conductor`` leads the turns."""
        self._conductor = conductor
        self._microphone, self._speaker = HurriedMicrophone(), HurriedSpeaker()

    async def __aenter__(self) -> Self:
        conductor = self._conductor
        self._before = conductor.microphone, conductor.speaker
        self._speaker.open()
        await self._use(self._microphone, self._speaker)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._use(*self._before)
        self._speaker.close()

    async def _use(self, microphone: AudioInput | None, speaker: AudioOutput | None) -> None:
        await self._conductor.use_microphone(microphone)
        await self._conductor.use_speaker(speaker)

    async def turn(self, pcm: bytes, *, is_cancelled: bool) -> None:
        """One question and its answer, or a take that is cancelled.

        Args:
            pcm: What is said: PCM16 mono 24 kHz.
            is_cancelled: Nobody wants an answer.

        Raises:
            AssertionError: It was not answered.
        """
        conductor = self._conductor
        # A device that was late was opened anew, and is another one now.
        if conductor.speaker is not self._speaker:
            self._before = self._before[0], conductor.speaker
            await conductor.use_speaker(self._speaker)
        conductor.press()
        await self._microphone.hear_whole(pcm)
        if is_cancelled:
            conductor.cancel()
        else:
            conductor.release()
        turn = conductor.turn
        await until(lambda: conductor.state in AT_REST, 90)
        assert conductor.turn == turn
        assert conductor.state is State.READY
