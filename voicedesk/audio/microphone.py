"""The microphone: a warm PortAudio stream whose callback only copies into the ring."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np

from voicedesk.audio.capture import CapturedInput
from voicedesk.audio.on_device import OnDevice
from voicedesk.audio.stream import SampleClock
from voicedesk.core.clock import now
from voicedesk.core.errors import DeviceError
from voicedesk.core.settings import DeviceChoice


class Microphone(OnDevice, CapturedInput):
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
        self._choose("input", choice, loop)
        self._sample_clock = SampleClock(1)

    def _prepare(self, rate: int, loop: asyncio.AbstractEventLoop) -> None:
        self._sample_clock = SampleClock(rate)
        self._start(rate, self._channels, loop)

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
