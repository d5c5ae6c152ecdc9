"""The loop's side of an input: takes with a pre-roll, in even blocks, whatever device fills the ring."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from voicedesk.audio.io import BLOCK_MS, RATE, CapturedBlock, Level
from voicedesk.audio.lengths import sample_count
from voicedesk.audio.pcm import NO_SAMPLES, Samples, StreamResampler, level_of, mono, to_bytes
from voicedesk.audio.ring import CaptureRing, Frames
from voicedesk.audio.timing import wait_until
from voicedesk.core.clock import Clock, now
from voicedesk.core.errors import VoiceDeskError

RING_S = 10.0
"""Seconds that the ring holds: the pre-roll, and as long as the loop may stand still without loss."""
LEVEL_S = 0.05
LATE_S = 0.3
"""How long a take waits for sound of its own time that the sound system has not delivered yet."""

_BLOCK = sample_count(BLOCK_MS)

log = logging.getLogger(__name__)

Deliver = Callable[[CapturedBlock], None]
Anchor = tuple[int, float]
"""The position of a frame, and when it passed the ADC."""


@dataclass(slots=True, eq=False)
class _Take:
    """A take that is running.

    Attributes:
        deliver: Who gets the blocks.
        resampler: From the device's rate.
        first: Position of the frame that its first sample was made of.
        next: Position of the next frame to be read.
        delivered: Samples that were delivered since then, at RATE.
        rest: Samples that do not fill a block yet.
        news: Set whenever more frames were looked at, and when none will come any more.
        until: Nothing that was captured later belongs to it.
        anchor: By which its positions were told last; the device's thread moves its own on all the time.
    """

    deliver: Deliver
    resampler: StreamResampler
    first: int
    next: int
    delivered: int = 0
    rest: Samples = field(default_factory=lambda: NO_SAMPLES)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    until: float = math.inf
    anchor: Anchor | None = None


class CapturedInput:
    """All of ``AudioInput`` but the device, which calls ``_captured`` for each block and is started by a subclass.

    Args:
        name: What the device is called, for people.
        clock: The clock of all times.
    """

    def __init__(self, name: str, clock: Clock = now) -> None:
        self._name = name
        self._clock = clock
        self._ring = CaptureRing(1)
        self._rate = RATE
        self._enough = _BLOCK  # frames for which the loop is woken
        self._anchor: Anchor = (0, 0.0)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._running = False
        self._woken = False
        self._take: _Take | None = None
        # Ring and take belong together; the device's thread never takes it.
        self._swapping = threading.Lock()
        self._tell: Callable[[VoiceDeskError], None] | None = None

    # ------------------------------------------------------------------------------------- contract

    @property
    def is_open(self) -> bool:
        """Whether the device is running."""
        return self._running

    @property
    def name(self) -> str:
        """What the device is called, for people."""
        return self._name

    @property
    def level(self) -> Level:
        """Loudness of the last 50 ms, for the meter."""
        if not self._running:
            return Level()
        _, frames = self._ring.read(self._ring.written - round(LEVEL_S * self._rate))
        return level_of(frames)

    def is_silent(self, seconds: float) -> bool:
        """Whether nothing but zeros came in the last ``seconds``, as from a microphone that is muted.

        False as long as it has not run for so long. No room is so quiet that a microphone hears none of it.
        """
        count = round(seconds * self._rate)
        written = self._ring.written
        if not self._running or written < count:
            return False
        _, frames = self._ring.read(written - count)
        return not frames.any()

    def on_trouble(self, tell: Callable[[VoiceDeskError], None]) -> None:
        """Who is told when the device stops by itself."""
        self._tell = tell

    def begin(self, at: float, deliver: Deliver) -> None:
        """Start a take with sound captured from ``at`` on, as far back as the ring reaches.

        A device that is just being opened anew goes on with it: what it captured before comes first.
        """
        self.abort()
        with self._swapping:
            start = max(self._position(at), self._ring.oldest)
            self._take = _Take(deliver, StreamResampler(self._rate, RATE), first=start, next=start)
        self._pump()

    async def end(self, at: float, *, through: float | None = None) -> None:
        """End the take at ``at``, which may lie ahead. Cancelling this call leaves the take running.

        A sound server may deliver late: what was captured by ``through`` is waited for, LATE_S at most.
        """
        take = self._take
        if take is None:
            return
        take.until = at  # a loop that wakes late has more by then
        try:
            await wait_until(at, self._clock)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LATE_S):
                    while self._take is take and self._is_late(through):
                        take.news.clear()
                        await take.news.wait()
        except asyncio.CancelledError:
            take.until = math.inf
            raise
        if self._take is not take:
            return
        self._pump()
        if self._take is take:
            self._take = None
            self._deliver(take, take.resampler.flush(), whole=True)

    def abort(self) -> None:
        """Drop the take; nothing more is delivered."""
        if self._take is not None:
            self._take.news.set()
        self._take = None

    # ------------------------------------------------------------------------------- for subclasses

    def _start(self, rate: int, channels: int, loop: asyncio.AbstractEventLoop) -> None:
        """A device is about to deliver frames at ``rate``. A take that still runs goes on with its sound."""
        ring = CaptureRing(round(RING_S * rate), channels)
        with self._swapping:
            self._loop = loop
            self._rate = rate
            self._ring = ring
            self._enough = rate * BLOCK_MS // 1000
            self._anchor = (0, self._clock())
            self._woken = False
            self._running = True
            if (take := self._take) is not None:
                take.rest = np.concatenate((take.rest, take.resampler.flush()))
                take.resampler = StreamResampler(rate, RATE)
                take.first = take.next = take.delivered = 0

    def _stopped(self) -> None:
        """The device has stopped. What a take still finds in the ring is delivered when it ends. On any thread."""
        self._running = False
        if self._take is not None:
            self._on_loop(self._take.news.set)

    def _report(self, error: VoiceDeskError) -> None:
        if self._tell is not None:
            self._tell(error)

    def _captured(self, frames: Frames, at: float) -> None:
        """Frames of shape (n, channels), whose first passed the ADC at ``at``. Called on the device's thread."""
        position = self._ring.written
        self._ring.write(frames)
        self._anchor = (position, at)
        take = self._take
        if take is not None and not self._woken and self._ring.written - take.next >= self._enough:
            self._woken = True
            self._on_loop(self._pump)

    def _on_loop(self, callback: Callable[[], None]) -> None:
        """Have something done on the loop. Called on the device's thread."""
        if self._loop is None:
            return
        try:
            self._loop.call_soon_threadsafe(callback)
        except RuntimeError:
            # The loop was closed while the device still ran: there is nobody left to deliver to.
            self._loop = None

    # -------------------------------------------------------------------------------------- private

    def _is_late(self, through: float | None) -> bool:
        """Whether sound that was captured before ``through`` is still on its way."""
        return through is not None and self._running and self._time(self._ring.written) < through

    def _position(self, at: float, anchor: Anchor | None = None) -> int:
        """Position of the frame that passed the ADC at ``at``."""
        position, time = anchor or self._anchor
        return max(0, position + round((at - time) * self._rate))

    def _time(self, position: float, anchor: Anchor | None = None) -> float:
        """When the frame at ``position`` passed the ADC."""
        known, time = anchor or self._anchor
        return time + (position - known) / self._rate

    def _pump(self, *, whole: bool = False) -> None:
        """Deliver what the ring holds of the take, to its end where that is known; if ``whole``, the last piece too."""
        self._woken = False
        take = self._take
        if take is None:
            return
        with self._swapping:
            take.anchor = self._anchor
            stop = None if math.isinf(take.until) else self._position(take.until, take.anchor)
            begin, frames = self._ring.read(take.next, stop)
            lost, take.next = begin - take.next, begin + len(frames)
            samples = take.resampler.feed(mono(frames))
            if whole:
                samples = np.concatenate((samples, take.resampler.flush()))
        if lost > 0:
            # Only of a loop that stood still for RING_S.
            log.warning("%d frames of %s were lost", lost, self._name)
        take.news.set()
        self._deliver(take, samples, whole=whole)

    def _deliver(self, take: _Take, samples: Samples, *, whole: bool) -> None:
        """Hand on blocks of BLOCK_MS, and at the end of a take (``whole``) the rest too."""
        rest = np.concatenate((take.rest, samples)) if take.rest.size else samples
        at = 0
        while rest.size - at >= _BLOCK or (whole and at < rest.size):
            block = rest[at : at + _BLOCK]
            position = take.first + take.delivered * self._rate / RATE
            captured_at = self._time(position, take.anchor)
            at += block.size
            take.delivered += block.size
            take.deliver(CapturedBlock(to_bytes(block), captured_at))
            if self._take is not take and not whole:
                return  # the receiver has ended or replaced the take
        take.rest = rest[at:]
