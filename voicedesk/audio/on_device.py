"""What a microphone and a speaker have in common: each is one stream of a device, which may die, and which rests.

A stream that calls back fifty or a hundred times a second costs several percent of a core, whatever is done in its
callback. A device that nobody has used for a while is therefore let rest: it stays open, and is awake again in a
few milliseconds, before anybody notices. That is done with sound servers on Linux only, where it was measured.
"""

from __future__ import annotations

import asyncio
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import partial
from typing import Any

from voicedesk.audio.devices import Kind
from voicedesk.audio.stream import DeviceStream, HostClock
from voicedesk.core.clock import now
from voicedesk.core.errors import DeviceError
from voicedesk.core.settings import DeviceChoice

REST_AFTER_S = 10.0
"""So long after its last use a device is let rest: not between the turns of a conversation."""
_MAY_REST = frozenset({"ALSA"})


class OnDevice(ABC):
    """The device's side of an input or output. Stands before ``CapturedInput`` or ``BufferedOutput`` among the bases.

    What is only declared here is theirs.
    """

    _running: bool
    _loop: asyncio.AbstractEventLoop | None
    _stopped: Callable[[], None]
    _on_loop: Callable[[Callable[[], None]], None]

    def _choose(
        self, kind: Kind, choice: DeviceChoice | None, loop: asyncio.AbstractEventLoop | None
    ) -> None:
        """Which device it is; nothing is opened yet. ``loop`` is where it is used, by default the running one."""
        self._given_loop = loop
        self._stream = DeviceStream(kind, choice, looked=self._looked)
        self._channels = 1
        self._switching = threading.Lock()  # streams are started and stopped one after the other
        self._is_resting = False
        self._used_at = 0.0
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
        self._is_resting = False
        self._used_at = now()

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
        with self._switching:
            self._close_streams()
            self._stopped()

    def _close_streams(self) -> None:
        self._stream.close()

    # ------------------------------------------------------------------------------------------ rest

    @property
    def is_resting(self) -> bool:
        """Whether it rests, or is about to."""
        return self._is_resting

    def wake(self) -> None:
        """Be ready: somebody is about to use it. On the loop; takes no time."""
        self._used_at = now()
        if self._is_resting:
            self._is_resting = False
            self._settle_soon()

    def _looked(self) -> None:
        """The stream lives. On the loop, every now and then."""
        device = self._stream.device
        if self._is_in_use:
            self._used_at = now()
        elif (
            not self._is_resting
            and now() - self._used_at >= REST_AFTER_S
            and device is not None
            and device.host_api in _MAY_REST
            and self._is_fit_to_rest()
        ):
            self._is_resting = True
            self._settle_soon()

    def _settle_soon(self) -> None:
        """Have the streams brought to rest, or awake, on a thread: a sound server takes its time."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.run_in_executor(None, self._settle)

    def _settle(self) -> None:
        """Bring the streams to what is wanted. On a thread."""
        with self._switching:
            if self._running:
                try:
                    self._rest_or_wake()
                except DeviceError as error:
                    self._on_loop(partial(self._on_death, error))

    def _is_fit_to_rest(self) -> bool:
        """Whether it is known to be awake in time. On the loop, when it is about to rest."""
        return True

    @property
    @abstractmethod
    def _is_in_use(self) -> bool:
        """Whether it must not rest now. On the loop."""

    @abstractmethod
    def _rest_or_wake(self) -> None:
        """Let the streams run that are needed, and no other.

        Raises:
            DeviceError: The device does not start again, and is closed.
        """

    @abstractmethod
    def _prepare(self, rate: int, loop: asyncio.AbstractEventLoop) -> None:
        """The device has told its rate; the callback runs next."""

    @abstractmethod
    def _callback(self, data: Any, frames: int, time: Any, status: Any) -> None:
        """PortAudio's, on its thread."""

    @abstractmethod
    def _on_death(self, error: DeviceError) -> None:
        """The device has stopped by itself, and the stream is closed."""
