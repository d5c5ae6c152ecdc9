"""Transcription while the user talks: a session that takes the sound as it comes and has its words almost at key-up."""

from __future__ import annotations

import asyncio
import base64
import logging
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from voicedesk.audio.io import RATE, SAMPLE_BYTES
from voicedesk.audio.lengths import milliseconds
from voicedesk.core.attention import AttentiveTimeout
from voicedesk.core.counts import counted
from voicedesk.core.errors import ConnectionLostError, NoAnswerError, ProtocolError, ServerError
from voicedesk.core.names import name_of
from voicedesk.core.tasks import TaskSet
from voicedesk.providers.realtime import ServerEvent, server_error
from voicedesk.providers.realtime_session import RealtimeSession, Source
from voicedesk.providers.stages import Words
from voicedesk.providers.transcription import SHORTEST_MS, WordsTaker

log = logging.getLogger(__name__)

OPEN_S = 3.0
"""A session that is not there so long after the take's end is not waited for."""
STALL_S = 5.0
"""Silence of the server after the take's end, after which its words are given up."""

_PIECE = RATE * SAMPLE_BYTES
_TRANSCRIPTION = "conversation.item.input_audio_transcription."
_ITEMS_REMEMBERED = 256
_MOST_CHARACTERS = 200_000
_MOST_PARTS = 256


def transcription_session(model: str, language: str) -> dict[str, Any]:
    """The session to ask for: nobody but the key decides where a take ends."""
    transcription = {"model": model}
    transcription |= {"language": language} if language else {}
    sound_in = {
        "format": {"type": "audio/pcm", "rate": RATE},
        "transcription": transcription,
        "turn_detection": None,
    }
    return {"type": "transcription", "audio": {"input": sound_in}}


class LiveTranscriber:
    """Transcribes takes in one session that is kept for all of them.

    A take that is dropped or fails takes its session with it, so that nothing of it can get into the next one.
    """

    def __init__(
        self,
        source: Source,
        *,
        model: str,
        language: str = "",
        open_s: float = OPEN_S,
        stall_s: float = STALL_S,
    ) -> None:
        """Nothing is opened yet.

        Args:
            source: Gives the server's present address.
            model: The model that transcribes.
            language: Of the takes, as in "en"; empty when unknown.
            open_s: How long after the take's end a session that is not there yet is waited for.
            stall_s: Silence of the server after the take's end, after which its words are given up.
        """
        self.model = model
        self.open_s = open_s
        self.stall_s = stall_s
        self.session = RealtimeSession(
            source,
            model=model,
            session=transcription_session(model, language),
            handle=self._take,
            lost=self._lost,
            busy=self._is_hearing,
            intent="transcription",
        )
        self._tasks = TaskSet()
        self._hearing: LiveHearing | None = None
        self._past: deque[str] = deque(maxlen=_ITEMS_REMEMBERED)
        self._past_in = 0  # the session that they are of

    @property
    def server(self) -> str:
        """The server's name, for people; the model's as long as that is all that is known."""
        address = self.session.address
        return address.name if address is not None else self.model

    async def warm(self) -> None:
        """Have a session ready.

        Raises:
            ServerError: Why there is none.
        """
        await self.session.open()

    def begin(self, words: WordsTaker) -> LiveHearing:
        """A take begins. Its sound is kept until the session takes it."""
        if self._hearing is not None:
            self.release(self._hearing, whole=False)
        self._hearing = hearing = LiveHearing(self, words)
        if self.session.fresh:
            hearing.attach()
        else:
            self._tasks.spawn(self._attach(hearing), name="live transcription")
        return hearing

    async def _attach(self, hearing: LiveHearing) -> None:
        try:
            await self.session.open()
        except ServerError as error:
            hearing.fail(error)
            return
        if hearing is self._hearing:
            hearing.attach()

    def _is_hearing(self) -> bool:
        hearing = self._hearing
        return hearing is not None and hearing.session_number == self.session.number

    def _take(self, event: ServerEvent) -> None:
        if self._past_in != self.session.number:
            self._past.clear()  # another session may give its parts the same names
            self._past_in = self.session.number
        item = name_of(event.get("item_id"))
        if self._hearing is not None and not (item and item in self._past):
            self._hearing.take(event)

    def _lost(self, error: ServerError) -> None:
        log.info("the transcription session was lost: %s", error.detail)
        if self._hearing is not None and self._is_hearing():
            self._hearing.fail(error)  # one that waits for a fresh session has lost nothing

    def release(self, hearing: LiveHearing, *, whole: bool) -> None:
        """A take is through. Unless its words are ``whole``, its session goes, if it knows of the take."""
        if hearing is not self._hearing:
            return
        self._hearing = None
        if hearing.session_number == self.session.number:
            self._past.extend(hearing.items)
        if not whole and hearing.session_number == self.session.number:
            self.session.drop()
            self._tasks.spawn(self._reopen(), name="live transcription again")
        else:
            self.session.rest()

    async def _reopen(self) -> None:
        try:
            await self.session.open()
        except ServerError as error:
            log.info("no transcription session: %s", error.detail)  # told when it is needed

    async def close(self) -> None:
        """End the session and its tasks. Safe to call twice."""
        self._hearing = None
        await self._tasks.close()
        await self.session.close()


class LiveHearing:
    """One take in a session.

    Attributes:
        session_number: Which session takes it; 0 for none yet.
        items: The server's names for its parts.
    """

    def __init__(self, owner: LiveTranscriber, words: WordsTaker) -> None:
        self._owner = owner
        self._words = words
        self._unsent = bytearray()
        self._bytes = 0
        self._texts: dict[str, str] = {}  # by item, in order
        self._final: set[str] = set()
        self._told = ""
        self._usage: Mapping[str, Any] | None = None
        self._commit = ""
        self._committed = False
        self._over = False
        self._error: ServerError | None = None
        self._changed = asyncio.Event()
        self.session_number = 0

    @property
    def items(self) -> list[str]:
        """The server's names for the parts of this take."""
        return list(self._texts)

    def feed(self, pcm: bytes) -> None:
        """The next piece of the take."""
        if self._over:
            return
        self._bytes += len(pcm)
        if self.session_number:
            self._append(pcm)
        else:
            self._unsent += pcm

    def attach(self) -> None:
        """The session is ready: send what has come so far."""
        if self._over:
            return
        self.session_number = self._owner.session.number
        unsent, self._unsent = bytes(self._unsent), bytearray()
        for start in range(0, len(unsent), _PIECE):
            self._append(unsent[start : start + _PIECE])
        self._changed.set()

    def _append(self, pcm: bytes) -> None:
        audio = base64.b64encode(pcm).decode("ascii")
        self._owner.session.send({"type": "input_audio_buffer.append", "audio": audio})

    async def finish(self) -> Words:
        """The take is over: wait for its final words.

        Raises:
            ServerError: The session failed, or says nothing any more.
        """
        whole = False
        try:
            if milliseconds(self._bytes) >= SHORTEST_MS:
                await self._until(lambda: bool(self.session_number), self._owner.open_s)
                self._commit = self._owner.session.send({"type": "input_audio_buffer.commit"})
                await self._until(self._is_whole, self._owner.stall_s)
                whole = True
        finally:
            self._over = True
            self._owner.release(self, whole=whole)
        return Words(self._text, self._usage)

    async def cancel(self) -> None:
        """The take is dropped."""
        self._over = True
        self._unsent.clear()
        self._owner.release(self, whole=False)

    async def _until(self, reached: Callable[[], bool], seconds: float) -> None:
        """Wait for a state; ``seconds`` count from the last that the server said of the take."""
        while not reached():
            if self._error is not None:
                raise self._error
            self._changed.clear()
            try:
                async with AttentiveTimeout(seconds):
                    await self._changed.wait()
            except TimeoutError as error:
                name = self._owner.server
                raise NoAnswerError("no transcript", server=name, seconds=seconds) from error

    def _is_whole(self) -> bool:
        # Servers that cut takes by themselves finish several parts, some of them before the take's own end.
        alone = len(self._texts) == 1
        return (self._committed or alone) and self._final >= self._texts.keys() != set()

    def fail(self, error: ServerError) -> None:
        """The session is of no use for this take."""
        self._error = self._error or error
        self._changed.set()

    def take(self, event: ServerEvent) -> None:
        """An event of the session."""
        kind = event["type"]
        if self._is_endless():
            reason = "its transcript never ends"
            self.fail(ProtocolError("endless", server=self._owner.server, reason=reason))
        elif kind.startswith(_TRANSCRIPTION):
            self._transcribed(kind.removeprefix(_TRANSCRIPTION), event)
        elif kind == "input_audio_buffer.committed":
            self._texts.setdefault(self._item(event), "")
            self._committed = self._committed or bool(self._commit)
        elif kind == "error":
            self._complain(event["error"])
        else:
            return  # nothing that brings the words nearer
        self._changed.set()

    def _item(self, event: ServerEvent) -> str:
        """The item of an event; servers that leave it out mean the latest."""
        latest = next(reversed(self._texts), "")
        return name_of(event.get("item_id")) or latest

    def _is_endless(self) -> bool:
        characters = sum(map(len, (*self._texts, *self._texts.values())))
        return characters > _MOST_CHARACTERS or len(self._texts) > _MOST_PARTS

    def _transcribed(self, what: str, event: ServerEvent) -> None:
        item = self._item(event)
        if what == "delta":
            new = str(event.get("delta") or "")[:_MOST_CHARACTERS]
            self._texts[item] = self._texts.get(item, "") + new
        elif what == "completed":
            said = str(event.get("transcript") or "")[:_MOST_CHARACTERS]
            self._texts[item] = said if said.strip() else self._texts.get(item, "")
            self._final.add(item)
            self._usage = counted(event.get("usage")) or self._usage
        elif what == "failed":
            self._complain(event.get("error"))
        if self._text != self._told and not self._over:
            self._told = self._text
            self._words(Words(self._told))

    @property
    def _text(self) -> str:
        return " ".join(filter(None, (text.strip() for text in self._texts.values())))

    def _complain(self, error: Any) -> None:
        error = error if isinstance(error, Mapping) else {}
        if error.get("code") == "input_audio_buffer_commit_empty":
            # The server has cut the take by itself, and there was nothing left of it.
            self._committed = True
            if not self._texts:
                self._texts[""] = ""
                self._final.add("")
            return
        address = self._owner.session.address
        if address is None:
            self.fail(ConnectionLostError(server=self._owner.model, reason="it has ended"))
        else:
            self.fail(server_error(error, address, self._owner.model))
