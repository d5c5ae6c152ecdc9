"""Watches over the sound devices: what has stopped is tried again, what is meant is followed, silence is noticed.

Nothing is asked of the sound system while all is well, but for the default device where the system does not lead a
stream to it by itself.
"""

from __future__ import annotations

import asyncio
import logging
import subprocess
import threading
from collections.abc import Awaitable, Callable
from typing import Protocol

from voicedesk.audio import census
from voicedesk.audio.census import Census
from voicedesk.core.tasks import TaskSet
from voicedesk.synth.command import (
    DEVICES_CHILD,
    child_command,
    child_environment,
    creation_flags,
)

LOOK_S = 0.5
"""Seconds between two looks at whether the devices run."""
FOLLOW_S = 10.0
"""Seconds between two looks for another default device, where nobody tells."""
_PATIENCE = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds between attempts to have a device back; the last one counts for all that follow."""
_LONGEST_COUNT_S = 15.0

log = logging.getLogger(__name__)

Count = Callable[[], Awaitable[Census | None]]
"""Counts the devices that are there now; None when that failed."""


class Counter:
    """Counts the devices in a process of its own, one at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._closed = False

    async def count(self) -> Census | None:
        """The devices that are there now; None when that failed or ``close`` was called."""
        return await asyncio.to_thread(self._count)

    def _count(self) -> Census | None:
        with self._lock:
            if self._closed:
                return None
            try:
                process = self._process = subprocess.Popen(  # noqa: S603 - a command of ours, no shell
                    child_command(DEVICES_CHILD),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    text=True,
                    encoding="utf-8",
                    env=child_environment(),
                    creationflags=creation_flags(),
                )
            except OSError as error:
                log.warning("the sound devices cannot be counted: %s", error)
                return None
        try:
            text, _ = process.communicate(timeout=_LONGEST_COUNT_S)
            return census.read(text) if process.returncode == 0 else None
        except subprocess.TimeoutExpired:
            log.warning("counting the sound devices took longer than %.0f s", _LONGEST_COUNT_S)
        except ValueError as error:
            log.warning("the list of sound devices cannot be read: %s", error)
        finally:
            if process.poll() is None:
                process.kill()
                process.communicate()
        return None

    def close(self) -> None:
        """End a count that is under way; none begins any more."""
        with self._lock:
            self._closed = True
            if self._process is not None and self._process.poll() is None:
                self._process.kill()


class Watched(Protocol):
    """The devices that are watched. All is called on the loop."""

    @property
    def is_warm(self) -> bool:
        """Whether they should be running now."""

    @property
    def is_in_trouble(self) -> bool:
        """Whether one does not run, or is not the one that is meant."""

    @property
    def follows_default(self) -> bool:
        """Whether the default is used, and the system does not lead an open stream to another one."""

    async def mend(self) -> None:
        """Start again what does not run."""

    async def follow(self, listed: Census) -> None:
        """Use the devices that the settings mean, among those that are there now."""


class DeviceWatch:
    """Looks at the devices again and again, from ``start`` until ``close``.

    Args:
        watched: The devices.
        listen: Called with every look while they should be running.
        count: Counts the devices that are there.
    """

    def __init__(self, watched: Watched, listen: Callable[[], None], count: Count) -> None:
        self._watched = watched
        self._listen = listen
        self._count = count
        self._tasks = TaskSet()
        self._attempts = 0
        self._next_at = 0.0

    def start(self) -> None:
        """Begin to look. Safe to call twice."""
        if not len(self._tasks):
            self._tasks.spawn(self._run(), name="watching the sound devices")

    async def close(self) -> None:
        """Stop looking. Safe to call twice."""
        await self._tasks.close()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        was_in_trouble = False
        self._next_at = loop.time() + FOLLOW_S
        while True:
            await asyncio.sleep(LOOK_S)
            if not self._watched.is_warm:
                continue
            self._listen()
            in_trouble = self._watched.is_in_trouble
            if in_trouble != was_in_trouble:
                was_in_trouble, self._attempts = in_trouble, 0
                self._next_at = loop.time() + (0.0 if in_trouble else FOLLOW_S)
            if loop.time() >= self._next_at and (in_trouble or self._watched.follows_default):
                await self._try(in_trouble)
                self._next_at = loop.time() + self._pause(in_trouble)

    async def _try(self, in_trouble: bool) -> None:  # noqa: FBT001 - private
        if in_trouble:
            await self._watched.mend()
        if self._watched.is_in_trouble or not in_trouble:
            listed = await self._count()
            if listed is not None:
                await self._watched.follow(listed)

    def _pause(self, in_trouble: bool) -> float:  # noqa: FBT001 - private
        if not in_trouble:
            return FOLLOW_S
        pause = _PATIENCE[min(self._attempts, len(_PATIENCE) - 1)]
        self._attempts += 1
        return pause
