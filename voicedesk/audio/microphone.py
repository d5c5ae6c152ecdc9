"""The microphone: a warm PortAudio stream whose callback only copies into the ring."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np

from voicedesk.audio.capture import CapturedInput
from voicedesk.audio.stream import DeviceStream, HostClock, SampleClock
from voicedesk.core.clock import now
from voicedesk.core.errors import DeviceError
from voicedesk.core.settings import DeviceChoice


class Microphone(CapturedInput):
    """A microphone.

    Attributes:
        overflows: How often the device says that it lost sound before it reached us.

    Args:
        choice: Which device; None for the system's default, which is also used when the chosen one is not there.
        loop: The loop on which takes run. Needed only if ``open`` is called on another thread, as it may well be:
            a device can take seconds to start.
    """

    def __init__(
        self, choice: DeviceChoice | None = None, *, loop: asyncio.AbstractEventLoop | None = None
    ) -> None:
        super().__init__("")
        self.overflows = 0
        self._given_loop = loop
        self._stream = DeviceStream("input", choice)
        self._channels = 1
        self._host_clock = HostClock()
        self._sample_clock = SampleClock(1)

    @property
    def name(self) -> str:
        """What the device is called, for people."""
        return self._stream.name

    @property
    def is_substitute(self) -> bool:
        """Whether the chosen device was not there and this is the default in its place."""
        return self._stream.missing

    @property
    def device(self) -> DeviceChoice | None:
        """What names the device that was opened last; None before."""
        return self._stream.device

    def open(self) -> None:
        """Start the device; from then on sound goes round in the ring.

        Raises:
            SoundError: No PortAudio, no microphone, or it refuses.
        """
        if self._running:
            return
        loop = self._given_loop or asyncio.get_running_loop()
        self._host_clock = HostClock()

        def prepare(rate: int, channels: int) -> None:
            self._channels = channels
            self._sample_clock = SampleClock(rate)
            self._start(rate, channels, loop)

        try:
            self._stream.open(loop, self._callback, prepare, self._on_death)
        except BaseException:
            self._stopped()
            raise

    def close(self) -> None:
        """Stop the device and free it. Safe to call twice."""
        self._stream.close()
        self._stopped()

    def _on_death(self, error: DeviceError) -> None:
        self._pump()  # what was said until now is part of the take
        self._stopped()
        self._report(error)

    def _callback(self, data: Any, frames: int, time: Any, status: Any) -> None:
        at = now()
        self._stream.heard_at = at
        if status.input_overflow:
            self.overflows += 1
        captured_at = self._host_clock.convert(time.inputBufferAdcTime, time.currentTime, at)
        if captured_at is None:
            captured_at = at - self._stream.latency
        block = np.frombuffer(data, dtype=np.int16).reshape(frames, self._channels)
        self._captured(block, self._sample_clock.even(self._ring.written, captured_at))
