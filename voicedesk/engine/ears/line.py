"""The line to one recogniser process: started when needed, started again when it dies."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
from collections.abc import Callable, Sequence
from typing import Any

from voicedesk.synth.command import EARS_CHILD, child_command
from voicedesk.synth.frames import Header
from voicedesk.synth.process import FramedProcess

log = logging.getLogger(__name__)

START_SECONDS = 60.0
"""A cold start on a slow disk; it is normally ready in a second or two."""

Heard = dict[str, Any]


class LineBrokenError(Exception):
    """The recogniser's process ended, or does not start."""


class Line:
    """One recogniser process, for one utterance at a time (the newest).

    Args:
        kind: ``command`` or ``dictation``.
        command: What runs the process; for tests.
    """

    def __init__(self, kind: str, *, command: Sequence[str] | None = None) -> None:
        self.kind = kind
        self._command = list(command) if command is not None else [*child_command(EARS_CHILD), kind]
        self._numbers = itertools.count(1)
        self._process: FramedProcess | None = None
        self._ready: asyncio.Future[None] | None = None
        self._open = 0
        self._answer: asyncio.Future[Heard] | None = None
        self._on_doubt: Callable[[], None] | None = None
        self._on_words: Callable[[str], None] | None = None
        self._closed = False

    @property
    def pid(self) -> int | None:
        """The process id, None while there is none."""
        return self._process.pid if self._process is not None else None

    @property
    def is_ready(self) -> bool:
        """Whether it can listen right now."""
        ready = self._ready
        return (
            ready is not None
            and ready.done()
            and not ready.cancelled()
            and ready.exception() is None
        )

    def is_open(self, number: int) -> bool:
        """Whether this utterance is the one that it listens to."""
        return number != 0 and number == self._open

    async def ready(self) -> None:
        """Start the process if it does not run, and wait until it can listen.

        Raises:
            LineBrokenError: It does not start.
        """
        if self._ready is None:
            self._start()
        assert self._ready is not None
        try:
            async with asyncio.timeout(START_SECONDS):
                await asyncio.shield(self._ready)
        except TimeoutError as error:
            await self._stop()
            raise LineBrokenError(f"the {self.kind} recogniser took too long") from error

    def begin(
        self,
        on_doubt: Callable[[], None] | None = None,
        on_words: Callable[[str], None] | None = None,
    ) -> int:
        """Open an utterance and return its number; another that is open is dropped.

        Args:
            on_doubt: Called once if it becomes plain that the utterance is outside the grammar.
            on_words: Called with the words understood so far, again and again.
        """
        self._open, self._answer = next(self._numbers), None
        self._on_doubt, self._on_words = on_doubt, on_words
        self._send("begin", self._open, live=on_words is not None)
        return self._open

    def feed(self, number: int, pcm: bytes) -> None:
        """Send sound; nothing happens if the utterance is no longer open."""
        if self.is_open(number):
            self._send("feed", number, pcm)

    def drop(self, number: int) -> None:
        """Close the utterance without a result; nothing happens if it is no longer open."""
        if self.is_open(number):
            self._send("drop", number)
            self._open = 0

    async def end(self, number: int) -> Heard:
        """Close the utterance and wait for what was heard. After a timeout or cancellation the process is restarted.

        Raises:
            LineBrokenError: The process ended, or the utterance was no longer open.
        """
        if not self.is_open(number) or self._process is None:
            raise LineBrokenError(f"the {self.kind} recogniser was started again")
        self._answer = asyncio.get_running_loop().create_future()
        self._send("end", number)
        try:
            return await self._answer
        except asyncio.CancelledError:
            self.kill()  # a decoder cannot be interrupted, and the next utterance should not wait for this one
            raise
        finally:
            self._open, self._answer = 0, None

    def kill(self) -> None:
        """End the process at once; the next `ready` starts another."""
        if self._process is not None:
            self._process.kill()

    async def close(self) -> None:
        """End the process for good."""
        self._closed = True
        await self._stop()

    def _start(self) -> None:
        if self._closed:
            raise LineBrokenError("closed")
        loop = asyncio.get_running_loop()
        self._ready = ready = loop.create_future()

        def post(call: Callable[..., None], *arguments: object) -> None:
            with contextlib.suppress(RuntimeError):  # the loop has ended before the process
                loop.call_soon_threadsafe(call, ready, *arguments)

        try:
            self._process = FramedProcess(
                self._command,
                name=f"{self.kind} recogniser",
                on_frame=lambda header, _body: post(self._take, header),
                on_end=lambda status: post(self._ended, status),
            )
        except OSError as error:
            self._ready = None
            raise LineBrokenError(str(error)) from error

    async def _stop(self) -> None:
        process, self._process, self._ready = self._process, None, None
        if process is not None:
            await asyncio.shield(asyncio.to_thread(process.close))

    def _send(self, kind: str, number: int, body: bytes = b"", **more: object) -> None:
        if self._process is not None:
            self._process.send({"kind": kind, "id": number, **more}, body)

    def _take(self, life: asyncio.Future[None], header: Header) -> None:
        """A frame from the process, on the loop. ``life`` tells one process from the one that came after it."""
        if header["kind"] == "ready":
            if not life.done():
                life.set_result(None)
        elif life is self._ready and header["id"] == self._open:
            if header["kind"] == "doubt" and self._on_doubt is not None:
                self._on_doubt()
            elif header["kind"] == "words" and self._on_words is not None:
                self._on_words(str(header["text"]))
            elif header["kind"] == "heard" and self._answer is not None and not self._answer.done():
                self._answer.set_result(header)

    def _ended(self, life: asyncio.Future[None], status: int) -> None:
        gone = LineBrokenError(f"the {self.kind} recogniser ended with status {status}")
        if not life.done():
            life.set_exception(gone)
            life.exception()  # seen: nobody may be waiting for it
        if life is not self._ready:
            return
        self._ready, self._process = None, None
        self._open = 0
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(gone)
