"""The speaker: a PortAudio stream that is opened once and plays silence until there is something to say.

After a while of silence it is stopped, and started again with the next turn: the beginning of a turn is before its sound.
Some sound servers take seconds of sound from what has just started and ask for no more until those are played, so that
this is tried in the silence first. Where it is so, the speaker does not rest.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import numpy as np

from voicedesk.audio.on_device import OnDevice
from voicedesk.audio.output import BufferedOutput
from voicedesk.audio.pcm import Samples
from voicedesk.audio.playback import PlaybackBuffer
from voicedesk.audio.played import PlayedSound
from voicedesk.audio.shape import MAX_BLOCK
from voicedesk.core.clock import now
from voicedesk.core.errors import DeviceError
from voicedesk.core.events import AudioKey
from voicedesk.core.settings import DeviceChoice

TRIAL_S = 2.5
"""So long a speaker is watched after it was stopped and started again."""
_LATE_S = 0.25
_SETTLING_S = 0.3
"""So long after it was started again a device may say that it went without a block: it did, but nobody listened."""

log = logging.getLogger(__name__)


class Speaker(OnDevice, BufferedOutput):
    """A speaker.

    Attributes:
        underflows: How often the device says that it went without a block in time.

    Args:
        choice: Which device; None for the system's default, which is also used when the chosen one is not there.
        loop: The loop on which it is used. Needed only if ``open`` is called on another thread, as it may well be:
            a device can take seconds to start.
        played: Notes what is played and when.
    """

    def __init__(
        self,
        choice: DeviceChoice | None = None,
        *,
        loop: asyncio.AbstractEventLoop | None = None,
        played: PlayedSound | None = None,
    ) -> None:
        super().__init__("")
        self.underflows = 0
        self._choose("output", choice, loop)
        self._source: PlaybackBuffer = self._buffer
        self._mono: Samples = np.zeros(MAX_BLOCK, dtype=np.int16)
        self._silence = b""
        self._played = played
        self._tried_at = 0.0  # 0: not yet, since it was opened
        self._is_quick: bool | None = None  # None: not known yet
        self._woken_at = 0.0

    def note(self, played: PlayedSound) -> None:
        """From now on have what is played noted there; nothing else may write to it any more."""
        played.start(self._source.rate)
        self._played = played

    def _prepare(self, rate: int, loop: asyncio.AbstractEventLoop) -> None:
        self._source = self._start(rate, loop)
        self._tried_at, self._is_quick = 0.0, None
        if self._played is not None:
            self._played.start(rate)

    def play(self, key: AudioKey, pcm: bytes) -> None:
        """As its base has it; a speaker that rests wakes up."""
        super().play(key, pcm)
        self.wake()

    def finish(self, key: AudioKey) -> None:
        """As its base has it; a speaker that rests wakes up."""
        super().finish(key)
        self.wake()

    def complete(self) -> None:
        """As its base has it; a speaker that rests wakes up."""
        super().complete()
        self.wake()

    @property
    def _is_in_use(self) -> bool:
        return not self._source.is_idle

    def _is_fit_to_rest(self) -> bool:
        if not self._tried_at:
            self._tried_at = now()
            self._settle_soon()
        elif self._is_quick is None and now() - self._tried_at >= TRIAL_S:
            gap = max(self._stream.longest_gap, now() - self._stream.heard_at)
            self._is_quick = gap <= _LATE_S
            if not self._is_quick:
                log.info("%s does not rest: its start takes %.1f s", self.name, gap)
        return self._is_quick is True

    def _rest_or_wake(self) -> None:
        if self._tried_at and self._is_quick is None and not self._is_in_use:
            self._stream.pause()
        if self._is_resting:
            self._stream.pause()
        elif self._stream.is_paused:
            if self._played is not None:
                self._played.start(self._source.rate)  # its times have a gap here
            self._woken_at = now()
            self._stream.resume()

    def _on_death(self, error: DeviceError) -> None:
        self._stopped()
        self._report(error)

    def _callback(self, data: Any, frames: int, time: Any, status: Any) -> None:
        at = now()
        self._stream.called(at)
        if status.output_underflow and at - self._woken_at > _SETTLING_S:
            self.underflows += 1
        dac = self._host_clock.convert(time.outputBufferDacTime, time.currentTime, at)
        if dac is None:
            dac = at + self._stream.latency
        if self._source.is_idle:
            if len(self._silence) != len(data):
                self._silence = bytes(len(data))
            data[:] = self._silence
            if self._played is not None:
                self._played.add_silence(frames, dac)
            return
        out = np.frombuffer(data, dtype=np.int16).reshape(frames, self._channels)
        for first in range(0, frames, MAX_BLOCK):
            mono = self._mono[: min(MAX_BLOCK, frames - first)]
            self._source.fill(mono, at, dac + first / self._source.rate)
            out[first : first + mono.size] = mono[:, np.newaxis]
            if self._played is not None:
                self._played.add(mono, dac + first / self._source.rate)
