"""How fast a server may be asked: a token bucket for each, which honours what the server says about waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from voicedesk.core.clock import Clock, now
from voicedesk.providers.profiles import is_loopback

BURST = 30
"""Requests at once before the bucket is empty."""
PER_SECOND = 10.0
"""Requests a second in the long run. Word by word speech needs four."""

LOCAL_BURST = 1000
LOCAL_PER_SECOND = 1000.0

Waiting = Callable[[str, float], None]
"""Told the server's name and the seconds that it is waited for, when a wait begins."""

Sleep = Callable[[float], Awaitable[object]]

_WORTH_TELLING_S = 0.25


class Pace:
    """The bucket of one server. Requests take a token each, in the order in which they ask."""

    def __init__(
        self,
        server: str,
        *,
        waiting: Waiting | None = None,
        burst: int = BURST,
        per_second: float = PER_SECOND,
        clock: Clock = now,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        """The bucket is full.

        Args:
            server: For people.
            waiting: Told when somebody has to wait.
            burst: Tokens that the bucket holds.
            per_second: Tokens that come back in a second.
            clock: Gives the present moment.
            sleep: Waits.
        """
        self._server = server
        self._waiting = waiting
        self._burst = burst
        self._per_second = per_second
        self._clock = clock
        self._sleep = sleep
        self._tokens = float(burst)
        self._counted_at = clock()
        self._held_until = self._counted_at
        self._order = asyncio.Lock()

    @property
    def wait_s(self) -> float:
        """Seconds until a request that asks now may be sent, when nobody else asks."""
        self._count()
        missing = max(0.0, 1.0 - self._tokens) / self._per_second
        return max(missing, self._held_until - self._clock(), 0.0)

    def hold(self, seconds: float) -> None:
        """The server asks to be left alone for this long. A shorter wait than the present one changes nothing."""
        self._held_until = max(self._held_until, self._clock() + seconds)

    async def turn(self) -> None:
        """Wait until a request may be sent. Cancelling gives the turn to the next who waits."""
        async with self._order:
            told = False
            while (wait := self.wait_s) > 0.0:
                if not told and wait >= _WORTH_TELLING_S and self._waiting is not None:
                    self._waiting(self._server, wait)
                    told = True
                await self._sleep(wait)
            self._tokens -= 1.0

    def _count(self) -> None:
        at = self._clock()
        self._tokens = min(
            float(self._burst), self._tokens + (at - self._counted_at) * self._per_second
        )
        self._counted_at = at


class PaceBook:
    """The paces of all servers: those who ask the same server share one, whatever they ask it for."""

    def __init__(self, waiting: Waiting | None = None) -> None:
        """No server is known yet.

        Args:
            waiting: Told the server's name and the seconds, when somebody has to wait.
        """
        self.waiting = waiting
        self._paces: dict[str, Pace] = {}

    def of(self, base_url: str, server: str) -> Pace:
        """The pace of the server at an address.

        Args:
            base_url: Which server it is.
            server: Its name, for people.
        """
        pace = self._paces.get(base_url)
        if pace is None:
            parts = urlsplit(base_url)
            # A server on this computer is nobody's to be spared; it may still ask to wait.
            local = is_loopback(parts.hostname or "")
            burst, per_second = (LOCAL_BURST, LOCAL_PER_SECOND) if local else (BURST, PER_SECOND)
            pace = Pace(server, waiting=self._tell, burst=burst, per_second=per_second)
            self._paces[base_url] = pace
        return pace

    def _tell(self, server: str, seconds: float) -> None:
        if self.waiting is not None:
            self.waiting(server, seconds)
