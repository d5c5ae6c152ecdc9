"""Hearing: utterances of many sessions, fed while they are said, by two recogniser processes.

The command recogniser follows one utterance live; others are kept as sound and heard when they end, which at a
twentieth of real time is soon enough. Dictation starts early when it becomes plain that no command is being said,
else only when the command recogniser did not believe its own result.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass

from voicedesk.engine.ears.agreement import Agreement
from voicedesk.engine.ears.line import Heard, Line, LineBrokenError

log = logging.getLogger(__name__)

RATE = 24_000
PATIENCE = 20.0
"""Seconds that recognition may take after the end, plus twice the length of the sound."""
FED_AT_ONCE = 48_000
"""Bytes in one frame to a worker."""


class EarsError(Exception):
    """Speech could not be recognised; ``str`` is a sentence for people."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was said.

    Attributes:
        text: Lower case words; empty for silence and noise.
        seconds: The length of the sound.
        dictated: Whether it was outside the grammar, and so is a guess.
    """

    text: str
    seconds: float
    dictated: bool


class Ears:
    """The recognisers of the engine, shared by all sessions.

    Args:
        command: The line to the command recogniser; for tests.
        dictation: The line to the dictation recogniser; for tests.
    """

    def __init__(self, command: Line | None = None, dictation: Line | None = None) -> None:
        self.command = command or Line("command")
        self.dictation = dictation or Line("dictation")
        self.command_busy = asyncio.Lock()
        self.dictation_busy = asyncio.Lock()
        self.live: Utterance | None = None

    async def start(self) -> None:
        """Start both recognisers and wait for the quick one. Not needed, but the first utterance is heard sooner.

        Raises:
            EarsError: The recogniser cannot be started.
        """
        try:
            await self.command.ready()
            await self.dictation.ready()
        except LineBrokenError as error:
            raise EarsError(f"Speech recognition does not start: {error}") from error

    def listen(self, on_words: Callable[[str], None] | None = None) -> Utterance:
        """Begin to listen to an utterance. It must be ended by ``finish`` or ``drop``.

        Args:
            on_words: Called, while it is fed, with the lower case words that are certain enough to be shown: each
                time with all of them, more than the last time and beginning with those. The transcript may differ.
                Not called while another utterance has the live recogniser.
        """
        return Utterance(self, on_words)

    async def close(self) -> None:
        """End the recognisers."""
        await asyncio.gather(self.command.close(), self.dictation.close())


class Utterance:
    """One utterance: ``feed`` it while it is said, then ``finish`` or ``drop`` it."""

    def __init__(self, ears: Ears, on_words: Callable[[str], None] | None = None) -> None:
        self._ears = ears
        self._words = None if on_words is None else Agreement(on_words)
        self._pcm = bytearray()
        self._number = 0
        self._dictating = 0

    @property
    def seconds(self) -> float:
        """How long it is so far."""
        return len(self._pcm) / (2 * RATE)

    @property
    def pcm(self) -> bytes:
        """The sound so far, PCM16 mono 24 kHz."""
        return bytes(self._pcm)

    def feed(self, pcm: bytes) -> None:
        """Take more sound: PCM16 mono 24 kHz, whole samples. Never blocks."""
        ears = self._ears
        at = len(self._pcm)
        self._pcm += pcm
        if ears.live is None and not ears.command_busy.locked() and ears.command.is_ready:
            self._go_live()
        elif ears.live is self:
            ears.command.feed(self._number, pcm)
        if self._dictating:
            ears.dictation.feed(self._dictating, bytes(self._pcm[at:]))

    def drop(self) -> None:
        """Forget it."""
        if self._ears.live is self:
            self._ears.live = None
            self._ears.command.drop(self._number)
        self._stop_dictating()

    async def finish(self) -> Transcript:
        """What was said, once it has ended.

        Raises:
            EarsError: The recogniser failed twice.
        """
        try:
            return await self._finish()
        except (LineBrokenError, TimeoutError) as error:
            log.warning("speech recognition is started again: %r", error)
        try:
            return await self._finish()
        except (LineBrokenError, TimeoutError) as error:
            raise EarsError("Speech recognition failed. Say it again.") from error
        finally:
            self.drop()

    async def _finish(self) -> Transcript:
        try:
            heard = await self._command()
            if heard["speech_ms"] == 0 or (heard["fits"] and not heard["text"]):
                return Transcript("", self.seconds, dictated=False)
            if heard["fits"]:
                return Transcript(heard["text"], self.seconds, dictated=False)
            return Transcript(await self._dictate(), self.seconds, dictated=True)
        finally:
            self.drop()

    def _go_live(self) -> None:
        """Have this utterance followed while it is said, and dictated early if it is no command."""
        self._ears.live = self
        on_words = None if self._words is None else self._words.take
        self._number = self._ears.command.begin(on_doubt=self._doubted, on_words=on_words)
        self._send(self._ears.command, self._number)

    def _doubted(self) -> None:
        ears = self._ears
        if ears.live is self and not ears.dictation_busy.locked() and ears.dictation.is_ready:
            on_words = None if self._words is None else self._words.take
            self._dictating = ears.dictation.begin(on_words=on_words)
            self._send(ears.dictation, self._dictating)

    def _stop_dictating(self) -> None:
        if self._dictating:
            self._ears.dictation.drop(self._dictating)
            self._dictating = 0

    async def _command(self) -> Heard:
        ears = self._ears
        async with ears.command_busy, self._patience():
            if ears.live is not self:
                await ears.command.ready()
                if ears.live is not None:
                    # Somebody still talks: whoever has ended goes first, the other is heard from the kept sound.
                    ears.live.taken_off()
                self._number = ears.command.begin()
                self._send(ears.command, self._number)
            ears.live = None
            return await ears.command.end(self._number)

    def taken_off(self) -> None:
        """Another utterance takes the live recogniser."""
        self._ears.live = None
        self._number = 0

    async def _dictate(self) -> str:
        ears = self._ears
        async with ears.dictation_busy, self._patience():
            number = self._dictating if ears.dictation.is_open(self._dictating) else 0
            if not number:
                await ears.dictation.ready()
                number = ears.dictation.begin()
                self._send(ears.dictation, number)
            self._dictating = 0
            with contextlib.ExitStack() as cleanup:
                cleanup.callback(ears.dictation.drop, number)
                heard = await ears.dictation.end(number)
            return str(heard["text"])

    def _send(self, line: Line, number: int) -> None:
        for at in range(0, len(self._pcm), FED_AT_ONCE):
            line.feed(number, bytes(self._pcm[at : at + FED_AT_ONCE]))

    def _patience(self) -> asyncio.Timeout:
        return asyncio.timeout(PATIENCE + 2 * self.seconds)
