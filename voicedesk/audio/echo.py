"""Takes without the reply that the microphone heard from the speaker.

Only a take that begins while a reply sounds, or just after, has an echo in it; every other take is passed on as it
is, sample by sample. For such a take the canceller first hears the seconds before it, so that it knows the room when
the take begins. Once the room has fallen silent the rest of the take is passed on as it is too: the canceller is what
costs most while somebody talks. The work is done in small pieces on the loop, so that nothing else waits for it.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from voicedesk.audio.capture import Deliver
from voicedesk.audio.io import RATE, SAMPLE_BYTES, AudioInput, CapturedBlock, Level
from voicedesk.audio.pcm import NO_SAMPLES, Samples, from_bytes, to_bytes
from voicedesk.audio.played import PlayedReader, PlayedSound
from voicedesk.core.clock import Clock, now
from voicedesk.core.errors import VoiceDeskError

HISTORY_S = 2.0
"""So long before the take the canceller listens, to know the room."""
LINGER_S = 0.5
"""So long a room, and a device that is wrong about its delay, may hold on to a reply."""
LEAD_S = 0.03
"""The played sound is handed in so much early: devices are not exact about their delay, and an echo never comes first."""
FRAME = RATE // 100
_BLOCKS_AT_ONCE = 2
"""About 1 ms of work."""
_GOING_OVER = np.linspace(0.0, 1.0, FRAME, dtype=np.float32)
_WORN = re.compile(
    r"head ?(phone|set)|kopfhörer|ear ?(phone|bud|piece)|air ?pods|\bbuds\b", re.IGNORECASE
)

log = logging.getLogger(__name__)


class EchoCanceller(Protocol):
    """Takes out of what a microphone hears what a speaker plays.

    Attributes:
        delay: So many samples later a sample comes out of it.
    """

    delay: int

    def process(self, near: Samples, far: Samples) -> Samples:
        """FRAME samples of the microphone without those of the speaker; both at RATE, one call after the other."""


MakeCanceller = Callable[[], EchoCanceller]


class _WebRtc:
    """WebRTC's, of which ``processor`` is one."""

    delay = 367  # measured with noise: its mildest noise suppression, and the way to its own rates

    def __init__(self, processor: Any) -> None:
        self._processor = processor

    def process(self, near: Samples, far: Samples) -> Samples:
        clean: Samples = self._processor.process(near, far)
        return clean


def find_canceller() -> MakeCanceller | None:
    """What makes cancellers on this computer; None where there is none. May take a moment."""
    try:
        from pywebrtc_audio import AudioProcessor
    except ImportError as error:
        log.info("echoes are not cancelled: %s", error)
        return None

    def make() -> EchoCanceller:
        # Its mildest noise suppression takes the canceller's residue with it.
        return _WebRtc(
            AudioProcessor(
                sample_rate=RATE, echo_cancellation=True, noise_suppression=True, ns_level=0
            )
        )

    return make


def is_worn(name: str) -> bool:
    """Whether a speaker of this name is worn on the head, so that the microphone hears nothing of it."""
    return _WORN.search(name) is not None


class _Cleaning:
    """One take: blocks of the microphone in, blocks without echo out."""

    def __init__(
        self, canceller: EchoCanceller, played: PlayedSound, begin: float, deliver: Deliver
    ) -> None:
        self._canceller = canceller
        self._played = played
        self._begin = begin
        self._deliver = deliver
        self._reader: PlayedReader | None = None  # None: nothing is to be taken out at present
        self._waiting: deque[CapturedBlock] = deque()
        self._rest = NO_SAMPLES
        self._inside = NO_SAMPLES  # what the canceller has taken and not given back yet
        self._stale = 0  # so many samples that come out next were passed on already
        self._next_at = 0.0  # when the sample that goes in next was captured
        self._running = False
        self._over = False
        self.done = asyncio.Event()

    def add(self, block: CapturedBlock) -> None:
        self._waiting.append(block)
        if not self._running:
            self._running = True
            asyncio.get_running_loop().call_soon(self._work)

    def end(self) -> None:
        """No more comes; ``done`` is set when all was delivered."""
        self._over = True
        # The last block has mostly just come, and its turn on the loop not yet: the answer is not to wait for that.
        if len(self._waiting) <= _BLOCKS_AT_ONCE:
            self._work()

    def end_now(self) -> None:
        """No more comes: deliver all there is before this returns."""
        self._over = True
        while self._waiting:
            self._take(self._waiting.popleft())
        if not self.done.is_set():
            self._flush()

    def drop(self) -> None:
        """Deliver nothing more."""
        self._waiting.clear()
        self.done.set()

    def _work(self) -> None:
        for _ in range(_BLOCKS_AT_ONCE):
            if not self._waiting:
                break
            self._take(self._waiting.popleft())  # the receiver may drop the take at this
        if self._waiting:
            asyncio.get_running_loop().call_soon(self._work)
            return
        self._running = False
        if self._over and not self.done.is_set():
            self._flush()

    def _take(self, block: CapturedBlock) -> None:
        samples = from_bytes(block.pcm)
        if not self._rest.size:
            self._next_at = block.captured_at
        if self._played.sounded_until + LINGER_S >= block.captured_at:
            self._clean(samples)
        elif self._reader is None:
            self._pass_on(samples, block.captured_at)
        else:
            self._leave_off(samples)

    def _clean(self, samples: Samples) -> None:
        if self._reader is None:
            self._reader = self._played.reader(self._next_at + LEAD_S)
            self._inside = np.zeros(self._canceller.delay, dtype=np.int16)
            self._stale = self._canceller.delay
        near = np.concatenate((self._rest, samples))
        at, whole = self._next_at, near.size // FRAME * FRAME
        self._rest, self._next_at = near[whole:], at + whole / RATE
        if whole:
            clean = self._without_echo(near[:whole])
            at -= self._canceller.delay / RATE
            stale, self._stale = self._stale, max(0, self._stale - whole)
            self._pass_on(clean[stale:], at + stale / RATE)

    def _without_echo(self, near: Samples) -> Samples:
        """What comes out of the canceller for whole frames."""
        assert self._reader is not None
        self._inside = np.concatenate((self._inside, near))[near.size :]
        far = self._reader.read(near.size)  # in one go: half the cost of frame by frame
        return np.concatenate(
            [
                self._canceller.process(near[i : i + FRAME], far[i : i + FRAME])
                for i in range(0, near.size, FRAME)
            ]
        )

    def _leave_off(self, samples: Samples) -> None:
        """The room is silent: go over from what comes out of the canceller to what goes in, at the same sample."""
        near = np.concatenate((self._rest, samples))
        if near.size < FRAME:
            self._clean(samples)  # the end of the take
            return
        raw = np.concatenate((self._inside, near))
        clean = self._without_echo(near[:FRAME])
        raw[:FRAME] = np.rint(clean + (raw[:FRAME] - clean.astype(np.float32)) * _GOING_OVER)
        at, stale = self._next_at - self._canceller.delay / RATE, self._stale
        self._reader, self._rest, self._stale = None, NO_SAMPLES, 0
        self._pass_on(raw[stale:], at + stale / RATE)

    def _pass_on(self, samples: Samples, at: float) -> None:
        before = min(samples.size, max(0, round((self._begin - at) * RATE)))
        if before < samples.size:
            self._deliver(CapturedBlock(to_bytes(samples[before:]), at + before / RATE))

    def _flush(self) -> None:
        if self._reader is not None:
            count = self._rest.size + self._canceller.delay
            room = np.zeros(-(-count // FRAME) * FRAME - self._rest.size, dtype=np.int16)
            clean = (
                self._without_echo(np.concatenate((self._rest, room)))[:count] if count else room
            )
            at = self._next_at - self._canceller.delay / RATE
            self._pass_on(clean[self._stale :], at + self._stale / RATE)
        self.done.set()


class EchoFreeInput:
    """An ``AudioInput`` in front of another: its takes hold no echo of what was played.

    Attributes:
        make: Makes a canceller for a take; None passes every take on as it is.
        is_coming: Whether a device that is closed is about to be open: a take that begins now goes on then.
    """

    def __init__(
        self,
        inner: AudioInput,
        played: PlayedSound,
        make: MakeCanceller | None,
        clock: Clock = now,
    ) -> None:
        self.make = make
        self.is_coming: Callable[[], bool] = lambda: False
        self._inner = inner
        self._played = played
        self._clock = clock
        self._cleaning: _Cleaning | None = None

    @property
    def is_open(self) -> bool:
        """Whether a take can begin: the device is running, or will be in a moment."""
        return self._inner.is_open or self.is_coming()

    @property
    def is_cleaning(self) -> bool:
        """Whether the present take may have an echo in it, which is taken out."""
        return self._cleaning is not None

    @property
    def level(self) -> Level:
        """Loudness of the last 50 ms or so, for the meter, echo and all."""
        return self._inner.level

    @property
    def name(self) -> str:
        """What the device is called, for people."""
        return self._inner.name

    def open(self) -> None:
        """Start the device.

        Raises:
            SoundError: No PortAudio, no microphone, or it refuses.
        """
        self._inner.open()

    def begin(self, at: float, deliver: Deliver) -> None:
        """Start a take with sound captured from ``at`` on; with an echo in it, it comes some 50 ms later."""
        self._drop()
        if self.make is None or self._played.sounded_until + LINGER_S < at:
            self._inner.begin(at, deliver)
            return
        cleaning = self._cleaning = _Cleaning(self.make(), self._played, at, deliver)
        self._inner.begin(at - HISTORY_S, cleaning.add)

    async def end(self, at: float, *, through: float | None = None) -> None:
        """End the take at ``at``, which may lie ahead. Cancelling this call leaves the take running."""
        cleaning = self._cleaning
        await self._inner.end(at, through=through)
        if cleaning is not None and cleaning is self._cleaning:
            cleaning.end()
            await cleaning.done.wait()
            self._drop()

    def abort(self) -> None:
        """Drop the take; nothing more is delivered."""
        self._inner.abort()
        self._drop()

    def _drop(self) -> None:
        if self._cleaning is not None:
            self._cleaning.drop()
            self._cleaning = None

    def close(self) -> None:
        """Stop the device and free it. Safe to call twice."""
        self._inner.close()

    def on_trouble(self, tell: Callable[[VoiceDeskError], None]) -> None:
        """Who is told when the device stops by itself, after all that was said until then has been delivered."""

        def trouble(error: VoiceDeskError) -> None:
            if self._cleaning is not None:
                self._cleaning.end_now()
            tell(error)

        self._inner.on_trouble(trouble)


def left_over(heard: bytes, clean: bytes) -> float:
    """How much of ``heard`` is left in ``clean``, in dB: -30 is a thousandth of its power. Both PCM16."""
    count = min(len(heard), len(clean)) // SAMPLE_BYTES * SAMPLE_BYTES
    powers = [
        float(np.mean(from_bytes(pcm[:count]).astype(np.float64) ** 2)) for pcm in (heard, clean)
    ]
    return 10.0 * float(np.log10(max(powers[1], 1e-3) / max(powers[0], 1e-3)))
