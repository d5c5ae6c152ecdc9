"""One PortAudio stream: its clock, and the watch over whether it still lives."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

from voicedesk.audio import devices
from voicedesk.audio.reserve import STEPS_S
from voicedesk.core.clock import now
from voicedesk.core.errors import DeviceError
from voicedesk.core.settings import DeviceChoice

SILENT_S = 1.0
"""A device that does not call back for so long has died,"""
STARTING_S = 3.0
"""unless it has just started: some sound servers take two seconds of sound at once, and ask for no more until then."""
_LOOK_EVERY = 0.25
_LOOK_EVERY_AT_REST = 1.0
_WINDOW = 1.0
_NONSENSE = 2.0
_JUMP = 0.03
_BLOCKS_EVENED = 32


class HostClock:
    """Brings PortAudio's times to ``core.clock``. Belongs to one callback.

    A callback may have waited for the interpreter before it reads our clock, never the other way round: the
    smallest difference between the clocks in the last second or two is the true one. PortAudio's clock may be
    that of the wall, which can be set; a difference that jumps is taken over at once.
    """

    def __init__(self) -> None:
        self._offset: float | None = None
        self._last = self._this = float("inf")
        self._until = 0.0

    def convert(self, moment: float, current: float, at: float) -> float | None:
        """Convert ``moment``, told in a callback that read ``current`` and began at ``at`` of our clock.

        Returns None if the host API tells nothing or nonsense.
        """
        if current <= 0.0 or moment <= 0.0 or abs(moment - current) > _NONSENSE:
            return None
        offset = at - current
        if self._offset is None or abs(offset - self._offset) > _NONSENSE / 4:
            self._last = self._this = offset
            self._until = at + _WINDOW
        elif at >= self._until:
            self._last, self._this = self._this, offset
            self._until = at + _WINDOW
        else:
            self._this = min(self._this, offset)
        self._offset = min(self._last, self._this)
        return moment + self._offset


class SampleClock:
    """When each frame of a stream passed the converter: what the device says, evened out over its frames.

    Sound servers give the latency of each block to a few milliseconds only, while frames follow each other
    steadily. Belongs to one callback.

    Args:
        rate: Frames per second.
    """

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._begun = 0.0
        self._blocks = 0

    def even(self, position: int, measured: float) -> float:
        """The time of the frame at ``position``, for which the device says ``measured``."""
        begun = measured - position / self._rate
        if abs(begun - self._begun) > _JUMP:
            self._begun, self._blocks = begun, 0  # frames were lost, or the first block
        self._blocks = min(self._blocks + 1, _BLOCKS_EVENED)
        self._begun += (begun - self._begun) / self._blocks
        return self._begun + position / self._rate


class DeviceStream:
    """The stream of one device, from its opening to its end.

    Attributes:
        name: What the device is called, for people.
        missing: Whether the chosen device was not there and this is the default in its place.
        device: What names the device that was opened last; None before.
        reserve: What the device is to hold when it is opened next, in seconds.
        held: What it was asked to hold when it was opened last.
        latency: What the device reports, in seconds.
        heard_at: When the callback last ran.
        longest_gap: The longest time between two callbacks since it was started, in seconds.
        is_paused: Whether it is open and does not run.

    Args:
        kind: Direction.
        choice: Which device; None for the system's default.
        block: Seconds between two callbacks; None for those of its kind.
        looked: Called on the loop with each look at whether it lives; it may take its time until the next.
    """

    def __init__(
        self,
        kind: devices.Kind,
        choice: DeviceChoice | None,
        block: float | None = None,
        looked: Callable[[], None] | None = None,
    ) -> None:
        self.name = choice.name if choice is not None else "default"
        self.missing = False
        self.device: DeviceChoice | None = None
        self.latency = self.reserve = self.held = STEPS_S[0]
        self.heard_at = self.longest_gap = 0.0
        self.is_paused = False
        self._started_at = 0.0
        self._kind: devices.Kind = kind
        self._choice = choice
        self._block = block
        self._looked = looked
        self._changing = threading.RLock()
        self._found: devices.Device | None = None
        self._watch: tuple[asyncio.AbstractEventLoop, Callable[[DeviceError], None]] | None = None
        self._looks = 0  # counts how often looking began
        self._stream: Any = None

    def open(
        self,
        loop: asyncio.AbstractEventLoop,
        callback: Callable[[Any, int, Any, Any], None],
        prepare: Callable[[int, int], None],
        died: Callable[[DeviceError], None],
    ) -> None:
        """Open and start the device; it may take its time.

        Args:
            loop: Where ``died`` is called.
            callback: PortAudio's, with the buffer, the number of frames, the times and the flags.
            prepare: Called with rate and channels before the first callback.
            died: Called once if the device stops by itself; the stream is closed by then.

        Raises:
            SoundError: No PortAudio, no device, or it refuses.
        """
        found = devices.find(self._kind, self._choice)
        self.name, self.missing = found.device.name, found.missing
        self.device = found.device.choice
        self.held = self.reserve
        self._found, self.is_paused = found.device, False
        self._looks += 1  # nobody looks after the one before any more, and would find that this one does not run yet
        stream = devices.make_stream(self._kind, found.device, callback, self.held, self._block)
        self._stream = stream
        try:
            self.latency = float(stream.latency)
            prepare(int(stream.samplerate), int(stream.channels))
            self._starts()
            devices.start_stream(stream, found.device)
        except BaseException:
            self.close()
            raise
        self._watch = loop, died
        self._look_again()

    @property
    def is_open(self) -> bool:
        """Whether it is open, perhaps paused."""
        return self._stream is not None

    def pause(self) -> None:
        """Stop the device and keep it; when this returns the callback does not run until ``resume``."""
        with self._changing:
            if self._stream is not None and not self.is_paused:
                self.is_paused = True
                devices.stop_stream(self._stream)

    def resume(self) -> None:
        """Start the device again.

        Raises:
            DeviceError: It refuses; it is closed by then.
        """
        with self._changing:
            if self._stream is None or self._found is None or not self.is_paused:
                return
            self._starts()
            try:
                devices.start_stream(self._stream, self._found)
            except DeviceError:
                self.close()
                raise
            self.is_paused = False
            self._look_again()

    def called(self, at: float) -> None:
        """The callback runs. On its thread."""
        self.longest_gap = max(self.longest_gap, at - self.heard_at)
        self.heard_at = at

    def _starts(self) -> None:
        self._started_at = self.heard_at = now()
        self.longest_gap = 0.0

    def close(self) -> None:
        """Stop and free the device; when this returns the callback does not run again.

        Safe to call twice, and on any thread.
        """
        with self._changing:
            stream, self._stream = self._stream, None
            if stream is not None:
                devices.close_stream(stream)

    def _look_again(self) -> None:
        """Look after the device from now on, on the loop: there is nothing to be seen of one that is paused."""
        assert self._watch is not None
        self._looks += 1
        self._watch[0].call_soon_threadsafe(self._look, self._looks, *self._watch)

    def _look(
        self, looks: int, loop: asyncio.AbstractEventLoop, died: Callable[[DeviceError], None]
    ) -> None:
        """See whether the device still runs, again and again."""
        stream = self._stream
        if stream is None or self.is_paused or looks != self._looks:
            return  # closed or stopped meanwhile
        at = now()
        is_called = at - self.heard_at <= SILENT_S or at - self._started_at <= STARTING_S
        if stream.active and is_called:
            if self._looked is not None:
                self._looked()
            every = _LOOK_EVERY if self._block is None else _LOOK_EVERY_AT_REST
            loop.call_later(every, self._look, looks, loop, died)
            return
        self.close()
        died(DeviceError("no callback", device=self.name, reason="it has stopped working"))
