"""A pipeline that is made when it is first wanted: loading what it is made of need not hold up the window."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence

from voicedesk.core.events import Event, Heard
from voicedesk.pipelines.base import Emit, Pipeline, nobody


class LatePipeline:
    """Stands for another pipeline, and does what that does. On the loop's thread."""

    def __init__(self, make: Callable[[], Pipeline]) -> None:
        """``make`` is called once, by the first that is asked of it; not to listen and not to close."""
        self._make = make
        self._made: Pipeline | None = None
        self._emit: Emit = nobody

    @property
    def _pipeline(self) -> Pipeline:
        if self._made is None:
            self._made = self._make()
            self._made.listen(self._emit)
        return self._made

    @property
    def mode(self) -> str:
        """As the other's."""
        return self._pipeline.mode

    @property
    def model(self) -> str:
        """As the other's."""
        return self._pipeline.model

    @property
    def server(self) -> str:
        """As the other's."""
        return self._pipeline.server

    def listen(self, emit: Emit) -> None:
        """Who takes the events that come outside of ``end_turn``."""
        self._emit = emit
        if self._made is not None:
            self._made.listen(emit)

    async def open(self) -> None:
        """As the other's.

        Raises:
            ServerError: Also told by a LinkChanged event.
        """
        await self._pipeline.open()

    def begin_turn(self, turn: int) -> None:
        """The key went down."""
        self._pipeline.begin_turn(turn)

    def feed(self, pcm: bytes) -> None:
        """Sound of the present turn: PCM16 mono 24 kHz."""
        self._pipeline.feed(pcm)

    def abort_turn(self) -> None:
        """The take is dropped."""
        self._pipeline.abort_turn()

    def end_turn(self, text: str | None = None) -> AsyncGenerator[Event, None]:
        """As the other's.

        Raises:
            VoiceDeskError: The turn failed; what came before stays valid.
        """
        return self._pipeline.end_turn(text)

    async def interrupt(self, heard: Sequence[Heard]) -> None:
        """Stop the reply and make the server's memory hold only what was heard."""
        await self._pipeline.interrupt(heard)

    async def close(self) -> None:
        """End what was begun. Safe to call twice."""
        if self._made is not None:
            await self._made.close()
