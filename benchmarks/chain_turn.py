"""How a chain's process is spoken with: a line of JSON asks for a turn, a line of JSON tells when its sound came.

Every chain, ours and others', runs in a process of its own and is measured alike: from the moment at which the
user's words are there, to each piece of sound that is handed to the speaker. Of the standard library alone, since
other chains have an environment of their own.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

QUESTION = "Can you help me with that?"


@dataclass
class Turn:
    """One turn.

    Attributes:
        base_url: The fake providers.
        text: The chat model.
        voice: The speech model.
        arrivals: Of each piece of sound, when it came in seconds from the start, and its length in seconds.
        begun: The start, in seconds of the process's clock.
    """

    base_url: str
    text: str
    voice: str
    arrivals: list[tuple[float, float]] = field(default_factory=list)
    begun: float = 0.0

    def begin(self) -> None:
        """The user's words are there."""
        self.begun = time.perf_counter()

    def sound(self, seconds: float) -> None:
        """So much sound was handed to the speaker."""
        if seconds > 0:
            self.arrivals.append((time.perf_counter() - self.begun, seconds))


Answer = Callable[[Turn], Awaitable[None]]


def serve(answer: Answer, end: Callable[[], Awaitable[None]] | None = None) -> None:
    """Answer turns until the input ends, then ``end``."""
    out = sys.stdout
    sys.stdout = sys.stderr  # what a framework prints must not be taken for an answer

    async def work() -> None:
        try:
            while line := await asyncio.to_thread(sys.stdin.readline):
                turn = Turn(**json.loads(line))
                await answer(turn)
                print(json.dumps(turn.arrivals), file=out, flush=True)
        finally:
            if end is not None:
                await end()

    asyncio.run(work())
