"""The speaker as the conductor sees it: one reply at a time, and word of every point that it reaches."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace

from voicedesk.audio.io import RATE, SAMPLE_BYTES, AudioOutput
from voicedesk.core.clock import now
from voicedesk.core.errors import VoiceDeskError
from voicedesk.core.events import AudioKey, Heard
from voicedesk.core.timeline import Point

FILLER = "filler"
"""The response of what sounds while the reply is waited for: it is none of the reply, and was never said."""

Played = Callable[[int, Point, float], None]


class Playout:
    """Feeds the speaker with one reply and waits until it has sounded.

    Attributes:
        quiet_since: Since when nothing of the reply has sounded, None while it does.
        underruns: How often the reply's sound came too late.
    """

    def __init__(
        self,
        speaker: AudioOutput | None,
        played: Played,
        heard: Callable[[Heard, float], None],
        trouble: Callable[[VoiceDeskError], None],
        underran: Callable[[int, float], None] | None = None,
    ) -> None:
        """Listen to a speaker.

        Args:
            speaker: An open speaker; None for none, and then nothing sounds and a reply is over when it is complete.
            played: Told the turn, the point and the time, as soon as each is known.
            heard: Told when a run of sound has been played to its end.
            trouble: Told when the device stops by itself.
            underran: Told the turn, and since when the device had wanted sound that has come only now.
        """
        self._speaker = speaker
        self._played = played
        self._heard = heard
        self._trouble = trouble
        self._underran = underran
        self._turn = 0
        self._anything = False
        self._drained = asyncio.Event()
        self._changed = asyncio.Event()
        self._sounding: set[AudioKey] = set()
        self._received: dict[AudioKey, int] = {}  # bytes of the present reply
        self._ended: set[AudioKey] = set()
        # By a failure: not all of their words were said, however much of them sounds.
        self._cut: set[AudioKey] = set()
        self._over: dict[AudioKey, Heard] = {}
        self._fills: dict[AudioKey, Callable[[float], None]] = {}
        self.quiet_since: float | None = 0.0
        self.underruns = 0
        if speaker is not None:
            speaker.listen(self)

    @property
    def silent_at(self) -> float | None:
        """When the last sample of the interrupted reply leaves the DAC."""
        return None if self._speaker is None else self._speaker.silent_at()

    def begin(self, turn: int) -> None:
        """A reply is about to come."""
        self._turn = turn
        self._anything = False
        self._drained.clear()
        self._sounding.clear()
        self._received.clear()
        self._ended.clear()
        self._cut.clear()
        self._over.clear()
        self.quiet_since = 0.0

    async def changed(self) -> None:
        """Return when the reply has begun to sound, or has stopped sounding."""
        self._changed.clear()
        await self._changed.wait()

    def _quiet(self, since: float | None) -> None:
        if (since is None) != (self.quiet_since is None):
            self.quiet_since = since
            self._changed.set()

    def fill(
        self, key: AudioKey, pcm: bytes, sounded: Callable[[float], None] | None = None
    ) -> None:
        """Something to be heard while the reply is waited for; the reply follows on it.

        ``sounded`` is told when its first sample leaves the DAC.
        """
        if self._speaker is not None:
            if sounded is not None:
                self._fills[key] = sounded
            self._speaker.play(key, pcm)
            self._speaker.finish(key)

    def play(self, key: AudioKey, pcm: bytes) -> None:
        """Sound of the reply."""
        if self._speaker is not None:
            self._anything = True
            self._received[key] = self._received.get(key, 0) + len(pcm)
            self._ended.discard(key)
            self._speaker.play(key, pcm)

    def heard_so_far(self) -> Sequence[Heard]:
        """How much of each run of the present reply has left the DAC by now, in the order in which they came."""
        speaker = self._speaker
        if speaker is None:
            return ()
        result = []
        for key, size in self._received.items():
            received = size * 1000.0 / (RATE * SAMPLE_BYTES)
            is_over = key in self._over
            heard = received if is_over else min(speaker.position(key), received)
            is_whole = is_over and key not in self._cut
            result.append(Heard(key, heard, received, finished=is_whole))
        return result

    def end(self, key: AudioKey, *, is_whole: bool = True) -> None:
        """No more comes for a run of sound; told again with ``is_whole`` False, it was cut after all."""
        if self._speaker is None:
            return
        if not is_whole:
            self._cut.add(key)
        if key not in self._ended:
            self._ended.add(key)
            self._speaker.finish(key)

    async def finish(self, *, is_whole: bool = True) -> None:
        """No more comes for the reply: return when its last sample has left the DAC.

        Runs whose end was not told end here, and are as whole as the reply.
        """
        if self._speaker is not None and self._anything:
            if not is_whole:
                self._cut |= self._received.keys() - self._ended
            self._speaker.complete()
            await self._drained.wait()

    def hush(self) -> None:
        """Begin to be silent, before anything else is done; ``interrupt`` follows."""
        if self._speaker is not None:
            self._speaker.hush()

    async def interrupt(self) -> Sequence[Heard]:
        """Silence; tells what was heard, also of what a failure had cut before and was played to its end."""
        self._fills.clear()
        heard = () if self._speaker is None else await self._speaker.interrupt()
        self._drained.set()
        self._sounding.clear()
        self._quiet(now())
        told = {part.key: part for part in heard if part.key.response != FILLER}
        for key in self._received:
            part = told.get(key) or self._over.get(key)
            if part is not None and key in self._cut:
                told[key] = replace(part, finished=False)
        return list(told.values())

    # ------------------------------------------------------------------- what the speaker tells

    def queued(self, key: AudioKey, at: float) -> None:
        """The first sample of a key was handed to the device."""
        if key.response == FILLER:
            return
        self._sounding.add(key)
        self._quiet(None)
        self._played(key.turn, Point.FIRST_QUEUED, at)

    def sounded(self, key: AudioKey, at: float, audible_at: float | None) -> None:
        """The first sample of a key leaves the DAC."""
        if key.response == FILLER:
            tell = self._fills.pop(key, None)
            if tell is not None:
                tell(at)
            return
        self._played(key.turn, Point.FIRST_DAC, at)
        if audible_at is not None:
            self._played(key.turn, Point.FIRST_AUDIBLE, audible_at)

    def finished(self, heard: Heard, at: float) -> None:
        """The last sample of a key left the DAC."""
        if heard.key.response == FILLER:
            return
        self._sounding.discard(heard.key)
        if heard.key in self._cut:
            heard = replace(heard, finished=False)
        if heard.key in self._received:
            self._over[heard.key] = heard
        if not self._sounding:
            self._quiet(at)
        self._played(heard.key.turn, Point.LAST_DAC, at)
        self._heard(heard, at)

    def drained(self, at: float) -> None:
        """Everything has sounded."""
        del at
        self._drained.set()

    def underrun(self, key: AudioKey, at: float) -> None:
        """The sound came too late."""
        if key.turn != self._turn or key.response == FILLER:
            return
        self.underruns += 1
        if self._underran is not None:
            self._underran(key.turn, at)

    def trouble(self, error: VoiceDeskError) -> None:
        """The device stopped: nothing more will sound, so nobody shall wait for it."""
        self._drained.set()
        self._trouble(error)
