"""When the network has come back: asked of the machine itself, without a packet that leaves it.

Three things say that trying again is worth it at once: the machine has a way out where it had none or has another
one, it has slept, or something listens again on a port of this computer where nothing did.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from voicedesk.core import clock
from voicedesk.providers.profiles import is_loopback

_ELSEWHERE = (
    # Addresses of documentation (RFC 5737, RFC 3849): only the way to them is looked up, nothing is sent.
    (socket.AF_INET, "192.0.2.1"),
    (socket.AF_INET6, "2001:db8::1"),
)
_KNOCK_TIMEOUT = 0.2
_SLEPT = 1.0
"""Seconds of sleep that count as such."""
_JUMP = 5.0
"""So far the calendar must be ahead of the time that passed: a machine that was stopped from outside knows no sleep."""


def way_out() -> str:
    """The address from which this machine would reach the world now; empty when there is no way out."""
    for family, elsewhere in _ELSEWHERE:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect((elsewhere, 9))
                return str(probe.getsockname()[0])
            except OSError:
                continue
    return ""


async def listens(host: str, port: int) -> bool:
    """Whether something takes connections there; for this computer only."""
    try:
        async with asyncio.timeout(_KNOCK_TIMEOUT):
            _, writer = await asyncio.open_connection(host, port)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True


class Network:
    """Watches the network while somebody asks, again and again, whether it has come back.

    Attributes:
        slept_s: Seconds for which the machine slept before the last question.
    """

    def __init__(
        self,
        *,
        way_out: Callable[[], str] = way_out,
        listens: Callable[[str, int], Awaitable[bool]] = listens,
        calendar: Callable[[], float] = time.time,
        slept: Callable[[], float] = clock.slept,
    ) -> None:
        """Nothing is known yet.

        Args:
            way_out: As the function of this name; also for tests.
            listens: The same.
            calendar: The clock on the wall, in seconds.
            slept: As ``core.clock.slept``.
        """
        self.slept_s = 0.0
        self._way_out = way_out
        self._listens = listens
        self._calendar = calendar
        self._slept = slept
        self._url = ""
        self._is_away: bool | None = None  # not known
        self._way = ""
        self._clocks: tuple[float, float, float] | None = None

    async def came_back(self, base_url: str) -> bool:
        """Whether there is a reason to believe that the server can be reached better than when this was asked last.

        Costs microseconds. The first question only takes note of how things are. A server on this computer that was
        there then is not looked for again before ``went_away``.

        Args:
            base_url: The server.
        """
        slept = self._has_slept()
        parts = urlsplit(base_url)
        host = parts.hostname or ""
        is_first = base_url != self._url
        self._url = base_url
        if is_loopback(host):
            was_away = self._is_away
            if was_away is not False:
                self._is_away = not await self._listens(host, parts.port or 80)
            better = was_away is True and not self._is_away
        else:
            way, before = self._way_out(), self._way
            better = bool(way) and way != before and not is_first
            self._way = way
        return slept or better

    def went_away(self) -> None:
        """Nothing took the connection."""
        self._is_away = True

    def moved(self, base_url: str) -> bool:
        """Whether a connection that was there may be gone without a word: the machine has slept, or is elsewhere now.

        Args:
            base_url: The server.
        """
        slept = self._has_slept()
        host = urlsplit(base_url).hostname or ""
        if is_loopback(host):
            return slept
        is_first, self._url = base_url != self._url, base_url
        way, before = self._way_out(), self._way
        self._way = way
        return slept or (way != before and not is_first)

    def _has_slept(self) -> bool:
        clocks = self._calendar(), asyncio.get_running_loop().time(), self._slept()
        before, self._clocks = self._clocks, clocks
        self.slept_s = 0.0
        if before is None:
            return False
        calendar, passed, slept = (a - b for a, b in zip(clocks, before, strict=True))
        # A loop that stood still on a machine that was awake is neither of the two.
        self.slept_s = slept if slept > _SLEPT else 0.0
        return slept > _SLEPT or calendar - passed > _JUMP

    def forget(self) -> None:
        """Nobody has asked for a while: what was known is no longer a measure."""
        self._url = ""
        self._clocks = None
        self._is_away = None
        self.slept_s = 0.0
