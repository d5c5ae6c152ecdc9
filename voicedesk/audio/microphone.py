"""The microphone: a warm PortAudio stream whose callback only copies into the ring.

While nobody talks another stream of the same device takes its place, which calls back ten times a second in place of
fifty. Both end in the same ring, joined at the same sample, so that a take reaches back before the press as ever; with
the press the first one is started again and takes over, a few blocks later.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from voicedesk.audio.capture import CapturedInput, Deliver
from voicedesk.audio.on_device import OnDevice
from voicedesk.audio.ring import Frames
from voicedesk.audio.splice import COMPARED_S, Splice
from voicedesk.audio.stream import DeviceStream, HostClock, SampleClock
from voicedesk.core.clock import now
from voicedesk.core.errors import DeviceError, SoundError
from voicedesk.core.settings import DeviceChoice

BLOCK_AT_REST_S = 0.1

log = logging.getLogger(__name__)


class _Source:
    """One stream of the microphone, and its times.

    Attributes:
        stream: May be closed.
        overflows: How often the device says that it lost sound before it reached us.
    """

    def __init__(
        self, stream: DeviceStream, heard: Callable[[_Source, Frames, float], None]
    ) -> None:
        self.stream = stream
        self.overflows = 0
        self.rate = self.channels = 0
        self._heard = heard
        self._position = 0
        self._host_clock = HostClock()
        self._sample_clock = SampleClock(1)

    def prepare(self, rate: int, channels: int) -> None:
        """The stream has told its form; the callback runs next."""
        self.rate, self.channels = rate, channels
        self._position = 0
        self._host_clock, self._sample_clock = HostClock(), SampleClock(rate)

    def callback(self, data: Any, frames: int, time: Any, status: Any) -> None:
        """PortAudio's, on its thread."""
        at = now()
        self.stream.called(at)
        if status.input_overflow:
            self.overflows += 1
        captured_at = self._host_clock.convert(time.inputBufferAdcTime, time.currentTime, at)
        if captured_at is None:
            captured_at = at - self.stream.latency
        block = np.frombuffer(data, dtype=np.int16).reshape(frames, self.channels)
        begun, self._position = self._position, self._position + frames
        self._heard(self, block, self._sample_clock.even(begun, captured_at))


class Microphone(OnDevice, CapturedInput):
    """A microphone.

    Args:
        choice: Which device; None for the system's default, which is also used when the chosen one is not there.
        loop: The loop on which takes run. Needed only if ``open`` is called on another thread, as it may well be:
            a device can take seconds to start.
    """

    def __init__(
        self, choice: DeviceChoice | None = None, *, loop: asyncio.AbstractEventLoop | None = None
    ) -> None:
        super().__init__("")
        self._choose("input", choice, loop)
        slow = DeviceStream("input", choice, BLOCK_AT_REST_S)
        slow.reserve = BLOCK_AT_REST_S
        self._quick = self._present = _Source(self._stream, self._hear)
        self._slow = _Source(slow, self._hear)
        self._splice: Splice | None = None
        self._next = self._quick
        self._held: list[tuple[Frames, float]] = []  # of the present source, while it waits
        self._hearing = threading.Lock()  # of the callbacks of two streams, for a moment only
        self._cannot_rest = False

    @property
    def overflows(self) -> int:
        """How often the device says that it lost sound before it reached us."""
        return self._quick.overflows + self._slow.overflows

    def begin(self, at: float, deliver: Deliver) -> None:
        """As its base has it; a microphone that rests wakes up meanwhile."""
        super().begin(at, deliver)
        self.wake()

    def _prepare(self, rate: int, loop: asyncio.AbstractEventLoop) -> None:
        self._quick.prepare(rate, self._channels)
        self._present = self._next = self._quick
        self._splice, self._cannot_rest = None, False
        self._held.clear()
        self._start(rate, self._channels, loop)

    def _callback(self, data: Any, frames: int, time: Any, status: Any) -> None:
        self._quick.callback(data, frames, time, status)

    def _on_death(self, error: DeviceError) -> None:
        with self._hearing:
            self._take_up()
        self._pump(whole=True)  # what was said until now is part of the take
        self.close()
        self._report(error)

    def _close_streams(self) -> None:
        self._stream.close()
        self._slow.stream.close()

    # ------------------------------------------------------------------------------------------ rest

    @property
    def _is_in_use(self) -> bool:
        return self._take is not None or self._cannot_rest

    def _rest_or_wake(self) -> None:
        if self._splice is not None:
            return  # when that is done it is seen what is wanted then
        wanted, other = self._quick, self._slow
        if self._is_resting:
            wanted, other = other, wanted
        if wanted is self._present:
            other.stream.pause()
            return
        with self._hearing:
            self._next, self._splice = wanted, Splice(self._rate)
        if wanted is self._slow and not self._start_slow():
            self._stay()
        elif wanted is self._quick:
            wanted.stream.resume()

    def _start_slow(self) -> bool:
        """Returns whether it runs. A device that only one stream can have goes on as it is."""
        slow = self._slow
        try:
            if slow.stream.is_open:
                slow.stream.resume()
            else:
                assert self._loop is not None
                slow.stream.open(self._loop, slow.callback, slow.prepare, self._on_slow_death)
        except SoundError as error:
            log.info("%s has no second stream to rest with: %s", self.name, error.detail)
            return False
        if (slow.rate, slow.channels) == (self._rate, self._channels):
            return slow.stream.device == self._stream.device
        return False

    def _stay(self) -> None:
        """Go on with the quick stream, and rest no more until it is opened anew."""
        self._cannot_rest, self._is_resting = True, False
        with self._hearing:
            self._splice, self._next = None, self._present
            self._take_up()
        self._slow.stream.close()

    def _on_slow_death(self, error: DeviceError) -> None:
        """The slow stream has stopped by itself."""
        if self._present is self._slow:
            self._on_death(error)
        else:
            self._stay()

    def _hear(self, source: _Source, frames: Frames, at: float) -> None:
        """Either stream has heard something. On its thread."""
        with self._hearing:
            splice = self._splice
            if source is self._present:
                if splice is not None and splice.is_ahead(self._heard_until):
                    self._held.append((frames.copy(), at))
                else:
                    self._captured(frames, at)
            elif splice is not None and source is self._next:
                splice.add(frames, at)
            else:
                return
            if splice is None or not splice.is_due(self._heard_until):
                return
            self._join(splice)
        self._on_loop(self._settle_soon)  # the other stream is not needed any more

    @property
    def _heard_until(self) -> float:
        return self._time(self._ring.written)

    def _join(self, splice: Splice) -> None:
        ends = self._heard_until
        _, tail = self._ring.read(self._ring.written - round(COMPARED_S * self._rate))
        frames, at = splice.join(tail, ends)
        self._held.clear()
        self._present, self._splice = self._next, None
        if len(frames):
            self._captured(frames, at)

    def _take_up(self) -> None:
        """Take what the present stream has heard while it waited."""
        for frames, at in self._held:
            self._captured(frames, at)
        self._held.clear()
