"""The offline voice: text in, PCM16 mono 24 kHz out, with pyttsx3 at arm's length in a child process."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import shutil
import tempfile
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from pathlib import Path

from voicedesk.core.errors import VoiceError
from voicedesk.core.placed import Speech
from voicedesk.synth.command import VOICE_CHILD, child_command
from voicedesk.synth.frames import Header
from voicedesk.synth.process import FramedProcess
from voicedesk.synth.sentences import speakable_pieces
from voicedesk.synth.told import told_words

log = logging.getLogger(__name__)

RATE = 24_000
DEFAULT_WPM = 175
CHUNK_MS = 100
_BYTES_A_MS = RATE * 2 / 1000
START_SECONDS = 20.0
"""A cold start on a slow disk; it is normally ready in 0.3 s."""


@dataclass(frozen=True, slots=True)
class VoiceInfo:
    """A voice of this computer.

    Attributes:
        id: What to pass to `OfflineVoice.speak`.
        name: For people.
        languages: Language tags as the system gives them.
        gender: ``Male``, ``Female`` or empty.
    """

    id: str
    name: str
    languages: tuple[str, ...]
    gender: str


class _ChildGone(Exception):  # noqa: N818 - a signal between two methods, not an error for anybody
    """The child ended or was killed while it owed an answer."""


class OfflineVoice:
    """Speaks through a child process that is started on first use, restarted when it hangs or dies, and shared.

    All methods are for one event loop. Sentences are made one at a time, in the order of the calls.

    Args:
        command: What runs the child; for tests.
        patience: Seconds after which a sentence counts as hung (plus 20 ms a character).
    """

    def __init__(self, *, command: Sequence[str] | None = None, patience: float = 5.0) -> None:
        self._command = list(command) if command is not None else child_command(VOICE_CHILD)
        self._patience = patience
        self._child: _Child | None = None
        self._busy = asyncio.Lock()
        self._closed = False

    @property
    def pid(self) -> int | None:
        """The child's process id, None while there is none."""
        return self._child.process.pid if self._child is not None else None

    async def start(self) -> None:
        """Start the child and wait until it can speak. Not needed, but it makes the first sentence fast.

        Raises:
            VoiceError: There is nothing on this computer to speak with.
        """
        async with self._busy:
            await self._ready()

    async def voices(self) -> tuple[VoiceInfo, ...]:
        """The voices of this computer. Raises `VoiceError` as `start` does."""
        async with self._busy:
            return (await self._ready()).voices

    async def render(self, text: str, *, voice: str | None = None, wpm: int = DEFAULT_WPM) -> bytes:
        """One sentence as PCM16 mono 24 kHz, silence at its ends trimmed; empty if there is nothing to say.

        Where the voice tells where its words lie, the sound is ``Speech``.

        Args:
            text: What to say.
            voice: An id of `voices`; an unknown one, or None, is the default voice.
            wpm: Words a minute, 80 to 450.

        Raises:
            VoiceError: The voice failed twice, or there is none.
        """
        if not any(character.isalnum() for character in text):
            return b""
        request: Header = {
            "kind": "say",
            "text": text,
            "voice": voice,
            "rate": min(max(wpm, 80), 450),
        }
        async with self._busy:
            try:
                return await self._ask(request)
            except _ChildGone as first:
                log.warning("the offline voice is started again: %s", first)
            try:
                return await self._ask(request)
            except _ChildGone as second:
                raise VoiceError(
                    str(second), reason="it stopped twice at the same sentence"
                ) from second

    async def speak(
        self,
        text: str,
        *,
        voice: str | None = None,
        wpm: int = DEFAULT_WPM,
        chunk_ms: int = CHUNK_MS,
    ) -> AsyncGenerator[bytes, None]:
        """A text of any length as chunks of PCM16 mono 24 kHz, the first as soon as its first piece is made.

        Raises:
            VoiceError: As `render`.
        """
        size = RATE * chunk_ms // 1000 * 2
        at, made = 0, 0  # characters, bytes
        for piece in speakable_pieces(text):
            start = text.find(piece.text, at)
            at = start + len(piece.text)
            speech = await self.render(piece.text, voice=voice, wpm=wpm)
            words = speech.words if isinstance(speech, Speech) else ()
            pcm = speech + bytes(RATE * piece.pause_ms // 1000 * 2) if speech else b""
            ms = made / _BYTES_A_MS
            for chunk in Speech(pcm, words).pieces(size, _BYTES_A_MS):
                yield Speech(chunk, [word.moved(start, ms) for word in chunk.words])
            made += len(pcm)

    async def close(self) -> None:
        """End the child. The voice cannot be used afterwards."""
        self._closed = True
        async with self._busy:
            await self._drop()

    async def _ready(self) -> _Child:
        if self._closed:
            raise VoiceError("closed", reason="it is switched off")
        if self._child is not None and self._child.process.alive:
            return self._child
        await self._drop()
        # Not in a thread: cancelled meanwhile, nobody would know of the folder.
        scratch = Path(tempfile.mkdtemp(prefix="voicedesk-voice-"))
        try:
            self._child = child = _Child([*self._command, str(scratch)], scratch)
        except OSError as error:
            shutil.rmtree(scratch, ignore_errors=True)
            raise VoiceError(repr(error), reason="its process cannot be started") from error
        try:
            async with asyncio.timeout(START_SECONDS):
                hello = await child.hello
        except (TimeoutError, _ChildGone) as error:
            await self._drop()
            raise VoiceError(repr(error), reason="its process does not start") from error
        if hello["kind"] != "ready":
            await self._drop()
            raise VoiceError(str(hello.get("detail")), reason=str(hello.get("reason")))
        child.voices = tuple(
            VoiceInfo(v["id"], v["name"], tuple(v["languages"]), v["gender"])
            for v in hello["voices"]
        )
        return child

    async def _ask(self, request: Header) -> bytes:
        child = await self._ready()
        try:
            async with asyncio.timeout(self._patience + 0.02 * len(request["text"])):
                header, pcm = await child.ask(request)
        except TimeoutError as error:
            child.process.kill()
            await self._drop()
            raise _ChildGone("no answer in time") from error
        except _ChildGone:
            await self._drop()
            raise
        if header["kind"] != "speech":
            raise VoiceError(
                str(header.get("detail")), reason="this computer's voice refused the sentence"
            )
        return Speech(pcm, told_words(request["text"], header.get("words") or ()))

    async def _drop(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            await asyncio.shield(asyncio.to_thread(child.end))


class _Child:
    """One life of the child process and the answers it owes."""

    def __init__(self, command: Sequence[str], scratch: Path) -> None:
        self._loop = asyncio.get_running_loop()
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[tuple[Header, bytes]]] = {}
        self._scratch = scratch
        self.hello: asyncio.Future[Header] = self._loop.create_future()
        self.voices: tuple[VoiceInfo, ...] = ()
        self.process = FramedProcess(
            command,
            name="voice",
            on_frame=self._frame,
            on_end=lambda status: self._post(self._ended, status),
        )

    async def ask(self, request: Header) -> tuple[Header, bytes]:
        if self.hello.done() and not self.process.alive:
            raise _ChildGone("it has ended")
        number = next(self._numbers)
        answer: asyncio.Future[tuple[Header, bytes]] = self._loop.create_future()
        self._waiting[number] = answer
        try:
            self.process.send({**request, "id": number})
            return await answer
        finally:
            self._waiting.pop(number, None)

    def end(self) -> None:
        """Blocks until the process is gone; one that was killed has left its scratch folder behind."""
        self.process.close()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _post(self, call: object, *arguments: object) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended before the child
            self._loop.call_soon_threadsafe(call, *arguments)  # type: ignore[arg-type]

    def _frame(self, header: Header, body: bytes) -> None:
        self._post(self._take, header, body)

    def _take(self, header: Header, body: bytes) -> None:
        if "id" not in header:
            if not self.hello.done():
                self.hello.set_result(header)
            return
        answer = self._waiting.get(header["id"])
        # Nobody waits for a sentence that was given up.
        if answer is not None and not answer.done():
            answer.set_result((header, body))

    def _ended(self, status: int) -> None:
        gone = _ChildGone(f"it ended with status {status}")
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(gone)
        if not self.hello.done():
            self.hello.set_exception(gone)
        if not self.hello.cancelled():
            self.hello.exception()  # seen: nobody may be waiting for it any more
