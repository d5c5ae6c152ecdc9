"""Waiting precisely, without the loop's own timers: Qt's may be 5 % off."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable

from voicedesk.core.clock import Clock, now

_LAST_STRETCH = (
    0.016  # Windows wakes waiting threads in steps of this length, sleeping ones precisely
)


async def wait_until(at: float, clock: Clock = now) -> None:
    """Wait for a moment, to about a millisecond on an idle machine. Returns at once when it has passed."""
    if at <= clock():
        return
    loop = asyncio.get_running_loop()
    reached: asyncio.Future[None] = loop.create_future()
    given_up = threading.Event()

    def tell() -> None:
        if not reached.done():
            reached.set_result(None)

    def sleep() -> None:
        while (left := at - clock()) > 0.0:
            if left > _LAST_STRETCH:
                given_up.wait(left - _LAST_STRETCH)
            else:
                time.sleep(left)
            if given_up.is_set():
                return
        try:
            loop.call_soon_threadsafe(tell)
        except RuntimeError:
            return  # the loop was closed: nobody waits any more

    threading.Thread(target=sleep, name="voicedesk-wait", daemon=True).start()
    try:
        await reached
    finally:
        given_up.set()


class Pacer:
    """A thread that stands for a device: it does some work once for each block, in real time.

    The schedule is absolute. A block that comes late is made up for at once, so that no time is lost.

    Args:
        block: Seconds of a block.
        work: Called with the moment at which its block begins.
    """

    def __init__(self, block: float, work: Callable[[float], None]) -> None:
        self._block = block
        self._work = work
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, name: str) -> None:
        """Begin with the block that begins now."""
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End, and wait for the block in hand. Safe to call twice."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        begun = now()
        blocks = 0
        while not self._stopping.is_set():
            at = begun + blocks * self._block
            left = at - now()
            if left > 0.0:
                time.sleep(left)
            self._work(at)
            blocks += 1
