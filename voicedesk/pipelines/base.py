"""What every pipeline is: words and sound in, events out."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import Protocol

from voicedesk.core.dialogue import Message, ToolCall, ToolResult
from voicedesk.core.errors import VoiceDeskError
from voicedesk.core.events import DataEvent, Event, Heard, SystemEvent

Emit = Callable[[Event], None]
"""Takes the events that belong to no reply in progress: connection, clock points, late transcripts."""

RunTools = Callable[
    [Sequence[ToolCall], Callable[[ToolResult], None]], Awaitable[Sequence[ToolResult]]
]
"""Runs calls side by side, tells each result as it comes, and gives all of them in the order of the calls."""


async def no_tools(
    calls: Sequence[ToolCall], answered: Callable[[ToolResult], None]
) -> Sequence[ToolResult]:
    """Where there are no tools: every call fails, and the model is told."""
    results = [
        ToolResult(c.call_id, c.name, '{"error": "There are no tools"}', True) for c in calls
    ]
    for result in results:
        answered(result)
    return results


def nobody(_event: Event) -> None:
    """Takes events while nobody listens."""


def no_history(_turn: int) -> Sequence[Message]:
    """The past of a conversation that has none."""
    return ()


class Pipeline(Protocol):
    """One way to answer a turn. Pipelines can be exchanged at any moment between turns."""

    @property
    def mode(self) -> str:
        """The name of the way: "realtime", "classic"."""

    @property
    def model(self) -> str:
        """The model that answers, for people."""

    @property
    def server(self) -> str:
        """The server that answers, for people."""

    def listen(self, emit: Emit) -> None:
        """Who takes the events that come outside of ``end_turn``."""

    async def open(self) -> None:
        """Get ready to answer at once: connect, configure, warm.

        Raises:
            ServerError: Also told by a LinkChanged event.
        """

    def begin_turn(self, turn: int) -> None:
        """The key went down. Opens the connection again if it is gone, without waiting for it."""

    def feed(self, pcm: bytes) -> None:
        """Sound of the present turn: PCM16 mono 24 kHz. Kept until the connection takes it."""

    def abort_turn(self) -> None:
        """The take is dropped; the server forgets what it was sent of it."""

    def end_turn(self, text: str | None = None) -> AsyncGenerator[Event, None]:
        """Ask for the reply to what was fed, or to a typed question, and give it as it comes.

        A pipeline that is ready sends the request before this call returns, not when the first event is read.
        Ends after ReplyEnded.

        Raises:
            VoiceDeskError: The turn failed; what came before stays valid.
        """

    async def interrupt(self, heard: Sequence[Heard]) -> None:
        """Stop the reply and make the server's memory hold only what was heard."""

    async def close(self) -> None:
        """End every connection and task. Safe to call twice."""


class TurnQueue:
    """The events of one reply on their way from the connection to the conductor.

    System events jump the queue; an interruption drops the data and keeps the rest.
    """

    def __init__(self) -> None:
        self._system: deque[Event] = deque()
        self._ordered: deque[Event] = deque()
        self._wake = asyncio.Event()
        self._error: VoiceDeskError | None = None
        self._closed = False
        self._interrupted = False

    def put(self, event: Event) -> None:
        """Add an event. Data after an interruption and anything after the end is dropped."""
        if self._closed or (self._interrupted and isinstance(event, DataEvent)):
            return
        (self._system if isinstance(event, SystemEvent) else self._ordered).append(event)
        self._wake.set()

    @property
    def is_finished(self) -> bool:
        """Whether no more events come."""
        return self._closed

    @property
    def is_failed(self) -> bool:
        """Whether reading ends by an error."""
        return self._error is not None

    def interrupt(self) -> None:
        """Drop the data that waits and that is still to come."""
        self._interrupted = True
        self._ordered = deque(e for e in self._ordered if not isinstance(e, DataEvent))

    def finish(self, error: VoiceDeskError | None = None) -> None:
        """No more events come. With an error, reading ends by raising it, after what waits."""
        if self._closed:
            return
        self._error = error
        self._closed = True
        self._wake.set()

    async def get(self) -> Event | None:
        """The next event; None at the end.

        Raises:
            VoiceDeskError: The error that the queue was finished with.
        """
        while True:
            if self._system:
                return self._system.popleft()
            if self._ordered:
                return self._ordered.popleft()
            if self._closed:
                if self._error is not None:
                    raise self._error
                return None
            self._wake.clear()
            await self._wake.wait()
