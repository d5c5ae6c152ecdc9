"""What the speaker has played lately, and when each sample left the DAC: what an echo is made of."""

from __future__ import annotations

import numpy as np

from voicedesk.audio.io import RATE
from voicedesk.audio.pcm import NO_SAMPLES, Samples, StreamResampler
from voicedesk.audio.ring import CaptureRing
from voicedesk.audio.shape import MAX_BLOCK
from voicedesk.audio.stream import SampleClock

KEPT_S = 12.0
_SILENCE: Samples = np.zeros(MAX_BLOCK, dtype=np.int16)


class PlayedSound:
    """One writer, the speaker's callback, and readers on the loop. It outlives the speakers that write to it.

    Attributes:
        sounded_until: When the last sample that was no silence of ours leaves the DAC; 0 before the first.
    """

    def __init__(self) -> None:
        self.sounded_until = 0.0
        self._begin(RATE)

    def _begin(self, rate: int) -> None:
        self._state = _State(rate)

    def start(self, rate: int) -> None:
        """A speaker is about to play at ``rate``. Not on its callback."""
        self._begin(rate)

    def add(self, samples: Samples, at: float) -> None:
        """Mono samples whose first leaves the DAC at ``at``. For the callback only."""
        state = self._state
        state.add(samples, at)
        self.sounded_until = at + samples.size / state.rate

    def add_silence(self, count: int, at: float) -> None:
        """As ``add``, for ``count`` frames of silence."""
        while count > 0:
            piece = min(count, MAX_BLOCK)
            self._state.add(_SILENCE[:piece], at)
            at += piece / self._state.rate
            count -= piece

    def reader(self, at: float) -> PlayedReader:
        """Reads on from what left the DAC at ``at``."""
        return PlayedReader(self._state, at)


class _State:
    """The samples of one speaker."""

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self.ring = CaptureRing(round(KEPT_S * rate))
        self.anchor = (0, 0.0)  # position of a frame, and when it leaves the DAC
        self._clock = SampleClock(rate)

    def add(self, samples: Samples, at: float) -> None:
        position = self.ring.written
        self.ring.write(samples[:, np.newaxis])
        self.anchor = (position, self._clock.even(position, at))

    def position(self, at: float) -> int:
        position, time = self.anchor
        return position + round((at - time) * self.rate)


class PlayedReader:
    """Gives what was played, at RATE, in step with what a microphone gives."""

    def __init__(self, state: _State, at: float) -> None:
        self._state = state
        self._next = state.position(at)
        self._resampler = StreamResampler(state.rate, RATE)
        self._rest = NO_SAMPLES

    def read(self, count: int) -> Samples:
        """The next ``count`` samples; silence for what is not known (any more)."""
        while self._rest.size < count:
            wanted = -(-(count - self._rest.size) * self._state.rate // RATE) + 1
            played = self._resampler.feed(self._frames(wanted))
            self._rest = np.concatenate((self._rest, played))
        result, self._rest = self._rest[:count], self._rest[count:]
        return result

    def _frames(self, count: int) -> Samples:
        start, stop = self._next, self._next + count
        self._next = stop
        frames: Samples = np.zeros(count, dtype=np.int16)
        if stop > 0:
            begin, found = self._state.ring.read(max(0, start), stop)
            if len(found):
                frames[begin - start : begin - start + len(found)] = found[:, 0]
        return frames
