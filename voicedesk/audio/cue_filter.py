"""Takes a sound of ours out of what the microphone hears of it, and leaves what is said meanwhile.

Our cues are two notes, and whatever a loudspeaker, a room and a microphone make of a note, it stays that note, at
whichever moment it arrives. So its pitch is stopped for as long as it can be heard: some hundred hertz of all that
speech consists of are missing for a moment, instead of all of it. A note of 45 ms becomes 33 dB softer; at most as
loud in the microphone as at the loudspeaker, it is then below what counts as speech, and below hearing in any room.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from voicedesk.audio.cues import Cue
from voicedesk.audio.io import RATE, SAMPLE_BYTES, CapturedBlock

if TYPE_CHECKING:  # late: the window paints before it is needed
    import numpy as np
    from numpy.typing import NDArray

    Wave = NDArray[np.float64]

_EDGE = RATE // 200
"""Samples over which the filter comes and goes, so that nothing clicks."""
_SAME_S = 0.02
"""Blocks whose times are no further apart than this follow on each other: clocks of devices jitter."""
_LEFT = 1e-7
"""So much of the energy of the filter's answer may be cut off its end."""


class CueFilter:
    """Stops the notes of a cue in the blocks of a take, from a moment on and up to another."""

    def __init__(self, cue: Cue, begin: float, end: float) -> None:
        """``begin`` and ``end`` are seconds of ``core.clock``, with as much around the cue as echo and doubt need."""
        self._cue = cue
        self._begin = begin
        self._end = end
        self._past = b""  # what came just before: the filter looks back
        self._next = 0.0

    def __call__(self, block: CapturedBlock) -> CapturedBlock:
        """The block without the notes, as far as it is within that time; as long as before."""
        count = len(block.pcm) // SAMPLE_BYTES
        if abs(block.captured_at - self._next) > _SAME_S:
            self._past = b""
        before, self._past = self._past, (self._past + block.pcm)[-RATE * SAMPLE_BYTES // 4 :]
        self._next = block.captured_at + count / RATE
        first = round((self._begin - block.captured_at) * RATE)
        last = round((self._end - block.captured_at) * RATE)
        if count == 0 or first >= count or last <= 0:
            return block
        return CapturedBlock(self._stopped(before, block.pcm, first, last), block.captured_at)

    def _stopped(self, before: bytes, pcm: bytes, first: int, last: int) -> bytes:
        import numpy as np

        taps = stop_band(self._cue.pitches, self._cue.note_s)
        past = np.frombuffer(before, "<i2")[-len(taps) + 1 :]
        dry = np.frombuffer(pcm, "<i2").astype(np.float64)
        whole = np.concatenate([np.zeros(len(taps) - 1 - len(past)), past, dry])
        wet = np.convolve(whole, taps, "valid")
        at = np.arange(len(dry))
        share = np.clip(np.minimum(at - first, last - at) / _EDGE, 0.0, 1.0)
        mixed = dry + (wet - dry) * share
        return np.clip(np.rint(mixed), -32768, 32767).astype("<i2").tobytes()


@lru_cache(maxsize=8)
def stop_band(pitches: tuple[float, ...], note_s: float) -> Wave:
    """The answer to an impulse of a filter that lets nothing of these notes through.

    Three notches for each, as far apart as the spectrum of a note of that length is wide.
    """
    import numpy as np

    spread, width = 0.9 / note_s, 4.5 / note_s
    answer = np.zeros(round(0.25 * RATE) + 1)
    answer[0] = 1.0
    for pitch in pitches:
        for hertz in (pitch - spread, pitch, pitch + spread):
            answer = _notched(answer, hertz, width)
    left = np.cumsum(answer[::-1] ** 2)[::-1]
    return answer[: max(1, int(np.argmax(left < _LEFT)))]


def _notched(wave: Wave, hertz: float, width: float) -> Wave:
    """Through a notch of second order, ``width`` hertz wide at half its power."""
    import numpy as np

    tangent = np.tan(np.pi * width / RATE)
    pole = (1.0 - tangent) / (1.0 + tangent)
    gain = (1.0 + pole) / 2.0
    turn = -np.cos(2.0 * np.pi * hertz / RATE) * (1.0 + pole)
    result = np.empty_like(wave)
    x1 = x2 = y1 = y2 = 0.0
    for index, x in enumerate(wave.tolist()):
        y = gain * (x + x2) + turn * (x1 - y1) - pole * y2
        result[index] = y
        x1, x2, y1, y2 = x, x1, y, y1
    return result
