"""What a microphone and a speaker have in common: each is one stream of a device, which may die."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from voicedesk.audio.devices import Kind
from voicedesk.audio.stream import DeviceStream, HostClock
from voicedesk.core.errors import DeviceError
from voicedesk.core.settings import DeviceChoice


class OnDevice(ABC):
    """The device's side of an input or output. Stands before ``CapturedInput`` or ``BufferedOutput`` among the bases.

    What is only declared here is theirs.
    """

    _running: bool
    _stopped: Callable[[], None]

    def _choose(
        self, kind: Kind, choice: DeviceChoice | None, loop: asyncio.AbstractEventLoop | None
    ) -> None:
        """Which device it is; nothing is opened yet. ``loop`` is where it is used, by default the running one."""
        self._given_loop = loop
        self._stream = DeviceStream(kind, choice)
        self._channels = 1
        self._host_clock = HostClock()

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

    def hold(self, seconds: float) -> bool:
        """Have the device hold so much when it is opened next. Returns whether that is other than it holds now."""
        self._stream.reserve = seconds
        return self._stream.held != seconds

    def open(self) -> None:
        """Start the device, which then stays open.

        Raises:
            SoundError: No PortAudio, no device, or it refuses.
        """
        if self._running:
            return
        loop = self._given_loop or asyncio.get_running_loop()
        self._host_clock = HostClock()

        def prepare(rate: int, channels: int) -> None:
            self._channels = channels
            self._prepare(rate, loop)

        try:
            self._stream.open(loop, self._callback, prepare, self._on_death)
        except BaseException:
            self._stopped()
            raise

    async def open_or_close(self) -> None:
        """As ``open``, on a thread. A thread cannot be called off: when this is cancelled, what it opens is closed."""
        opening = asyncio.ensure_future(asyncio.to_thread(self.open))
        try:
            await asyncio.shield(opening)
        except asyncio.CancelledError:
            await asyncio.wait([opening])
            if opening.exception() is None:
                self.close()
            raise

    def close(self) -> None:
        """Stop the device and free it. Safe to call twice."""
        self._stream.close()
        self._stopped()

    @abstractmethod
    def _prepare(self, rate: int, loop: asyncio.AbstractEventLoop) -> None:
        """The device has told its rate; the callback runs next."""

    @abstractmethod
    def _callback(self, data: Any, frames: int, time: Any, status: Any) -> None:
        """PortAudio's, on its thread."""

    @abstractmethod
    def _on_death(self, error: DeviceError) -> None:
        """The device has stopped by itself, and the stream is closed."""
