"""Events on their way to the client, bounded: a slow client slows the reply down instead of filling the memory."""

from __future__ import annotations

import asyncio
import json
from collections import deque

from voicedesk.engine.protocol.fields import Json
from voicedesk.engine.protocol.items import new_id

HIGH_WATER = 256 << 10
"""Bytes waiting (about 4 s of sound) from which on a reply waits for the client."""
MOST_WAITING = 8 << 20
"""Bytes waiting from which on the client is given up: it asks and asks, and reads nothing."""


class Outbox:
    """A queue of encoded events.

    ``post`` never waits, ``push`` waits for room; ``take`` is for the one task that writes to the socket.
    """

    def __init__(self) -> None:
        self._waiting: deque[str] = deque()
        self._size = 0
        self._signals: set[asyncio.Future[None]] = set()
        self.overflowed = False
        self.closed = False

    def post(self, kind: str, **values: object) -> Json:
        """Queue an event at once. Returns it, with its id."""
        event = {"type": kind, "event_id": new_id("event"), **values}
        if self.closed or self.overflowed:
            return event
        encoded = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
        self._waiting.append(encoded)
        self._size += len(encoded)
        self.overflowed = self._size > MOST_WAITING
        self._signal()
        return event

    async def push(self, kind: str, **values: object) -> None:
        """Queue an event when there is room for it."""
        while self._size > HIGH_WATER and not self.closed:
            await self._change()
        self.post(kind, **values)

    async def take(self) -> str | None:
        """The next event as JSON; None when the box is closed or has overflowed."""
        while not self._waiting:
            if self.closed:
                return None
            await self._change()
        if self.overflowed:
            return None
        encoded = self._waiting.popleft()
        self._size -= len(encoded)
        self._signal()
        return encoded

    def close(self) -> None:
        """Let ``take`` end when it has taken what is left, and nothing wait any more."""
        self.closed = True
        self._signal()

    async def _change(self) -> None:
        signal: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._signals.add(signal)
        try:
            await signal
        finally:
            self._signals.discard(signal)

    def _signal(self) -> None:
        for signal in self._signals:
            if not signal.done():
                signal.set_result(None)
