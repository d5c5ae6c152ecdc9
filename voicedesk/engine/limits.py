"""What one client may ask of the engine: how large, how long, how much at once. Past it 413 or 429, never a crash."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from voicedesk.engine.protocol.errors import ClientError

MAX_BODY = 25 << 20
"""Bytes of a request's body."""
LONGEST_RECORDING_S = 60.0
"""Seconds of a recording to transcribe."""
LONGEST_SPEECH = 4096
"""Characters of a text to speak."""
BODY_SECONDS = 60.0
"""Within which a body must have come: whoever sends slower holds a place that others wait for."""

_LONGEST_ADVICE_S = 60


class RefusedError(ClientError):
    """A request over HTTP that is turned down with another status than 400.

    Attributes:
        status: Of the answer.
        retry_after: Whole seconds after which it may be tried again, or None.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int,
        code: str,
        param: str | None = None,
        kind: str = "invalid_request_error",
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message, code=code, param=param, kind=kind)
        self.status = status
        self.retry_after = retry_after


def body_too_large() -> RefusedError:
    """The body holds more than `MAX_BODY`."""
    return RefusedError(
        f"Maximum content size limit ({MAX_BODY}) exceeded. Send at most {MAX_BODY >> 20} MB.",
        status=413,
        code="content_size_exceeded",
    )


def body_too_late() -> RefusedError:
    """The body did not come within `BODY_SECONDS`."""
    return RefusedError(
        f"The body of the request did not come within {BODY_SECONDS:.0f} seconds.",
        status=408,
        code="request_timeout",
    )


def recording_too_long(seconds: float) -> RefusedError:
    """The recording lasts longer than `LONGEST_RECORDING_S`."""
    return RefusedError(
        f"The recording lasts {seconds:.1f} seconds. The built-in server takes at most"
        f" {LONGEST_RECORDING_S:.0f} seconds at once.",
        status=413,
        code="audio_too_long",
        param="file",
    )


class Jobs:
    """Places for jobs of one kind: some run, some wait in the order in which they came, the rest is turned away.

    Args:
        running: How many run at once.
        waiting: How many may wait for a place.
    """

    def __init__(self, running: int, waiting: int) -> None:
        self._places = asyncio.Semaphore(running)
        self._running = running
        self._most = running + waiting
        self._seconds = 1.0
        self.admitted = 0

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Hold a place while the block runs; waits for one.

        Raises:
            RefusedError: 429, too many wait already.
        """
        if self.admitted >= self._most:
            raise RefusedError(
                f"The built-in server is busy: it takes {self._most} requests of this kind at once. Try again in a"
                " moment.",
                status=429,
                code="rate_limit_exceeded",
                kind="rate_limit_error",
                retry_after=self._advice(),
            )
        self.admitted += 1
        try:
            async with self._places:
                begun = time.monotonic()
                yield
                self._seconds += (time.monotonic() - begun - self._seconds) / 4
        finally:
            self.admitted -= 1

    def _advice(self) -> int:
        """Whole seconds until one of those that wait will have gone, judged by how long jobs took lately."""
        return min(max(math.ceil(self._seconds / self._running), 1), _LONGEST_ADVICE_S)
