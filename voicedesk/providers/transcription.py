"""Transcription of whole takes: ``/audio/transcriptions``, with the words as they come or in one piece."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from voicedesk.audio.io import RATE
from voicedesk.audio.lengths import milliseconds
from voicedesk.core.counts import counted
from voicedesk.core.errors import ConnectionLostError, ProtocolError, ReplyFailedError
from voicedesk.providers.failures import body_start, error_message, message_failure, wrong_content
from voicedesk.providers.http import HttpServer
from voicedesk.providers.profiles import Address
from voicedesk.providers.sse import SseEvent, sse_events
from voicedesk.providers.stages import Words

if TYPE_CHECKING:
    import httpx2

log = logging.getLogger(__name__)

SHORTEST_MS = 100.0
"""Servers refuse less, and nobody says anything in it."""
LARGEST_FILE = 24_000_000
"""Bytes of sound in one file; most servers take 25 MB."""
SMALLER_RATE = 16_000
"""What speech is recognised at."""
_LARGEST_ANSWER = 8 * 1024 * 1024

WordsTaker = Callable[[Words], None]


class RestTranscriber:
    """Sends each take when it is over."""

    def __init__(
        self,
        server: HttpServer,
        *,
        model: str,
        streamed: bool = True,
        language: str = "",
    ) -> None:
        """Nothing is opened yet.

        Args:
            server: Whom to ask. Closed with this transcriber.
            model: The model.
            streamed: Whether the words are asked for as they come.
            language: Of the takes, as in "en"; empty when unknown.
        """
        self.model = model
        self._server = server
        self._fields = {"model": model, "response_format": "json"}
        self._fields |= {"stream": "true"} if streamed else {}
        self._fields |= {"language": language} if language else {}

    async def warm(self) -> None:
        """Have a connection open for the next take.

        Raises:
            ServerError: There is no address, nobody there, or the key is wrong.
        """
        await self._server.warm()

    def begin(self, words: WordsTaker) -> RestHearing:
        """A take begins. Its words come after its end."""
        return RestHearing(self, words)

    async def close(self) -> None:
        """End every connection."""
        await self._server.close()

    async def transcribe(self, pcm: bytes, words: WordsTaker) -> Words:
        """The words of a whole take.

        Raises:
            ServerError: What became of the request.
        """
        if milliseconds(len(pcm)) < SHORTEST_MS:
            return Words("")
        try:
            return await self._ask(pcm, words)
        except (ProtocolError, ReplyFailedError) as error:
            if "stream" not in self._fields or "'stream'" not in error.detail:
                raise
            log.info("words do not come as they are made here: %s", error.detail)
        del self._fields["stream"]
        return await self._ask(pcm, words)

    async def _ask(self, pcm: bytes, words: WordsTaker) -> Words:
        address = (await self._server.link()).address
        from voicedesk.audio.wav import encode_wav  # late: it loads numpy

        if len(pcm) <= LARGEST_FILE:
            file = encode_wav(pcm)
        else:
            file = encode_wav(await asyncio.to_thread(_with_fewer_samples, pcm), SMALLER_RATE)
        # A name that ends like a file's: servers tell the format by it.
        files = {"file": ("take.wav", file, "audio/wav")}
        async with self._server.exchange(
            lambda link: link.http.stream(
                "POST",
                link.url("/audio/transcriptions"),
                data=self._fields,
                files=files,
                headers=link.headers,
            ),
            model=self.model,
        ) as response:
            kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
            if kind == "text/event-stream":
                return await self._streamed(response, address, words)
            return self._whole(await _body(response, address), kind, response.headers, address)

    async def _streamed(
        self, response: httpx2.Response, address: Address, words: WordsTaker
    ) -> Words:
        transcript = _Transcript()
        async with aclosing(sse_events(response.aiter_bytes())) as events:
            async for event in events:
                data = event.json()
                self._refuse(data, event, address)
                if transcript.add(data if isinstance(data, Mapping) else {}):
                    words(Words(transcript.text))
                if transcript.done or event.data.strip() == "[DONE]":
                    return Words(transcript.text, transcript.usage)
                if len(transcript.text) > _LARGEST_ANSWER:
                    raise ProtocolError("endless", server=address.name, reason="it never ends")
        if transcript.deltas:
            # Half a question would be answered wrongly; the take can be sent again.
            reason = "the server ended it in the middle of the words"
            raise ConnectionLostError("no transcript.text.done", server=address.name, reason=reason)
        if not transcript.segments:
            raise ProtocolError("an empty stream", server=address.name, reason="it sent no words")
        return Words(transcript.text, transcript.usage)

    def _refuse(self, data: object, event: SseEvent, address: Address) -> None:
        said = isinstance(data, Mapping) and (data.get("error") or data.get("type") == "error")
        if said or event.event == "error":
            message, code = error_message(data)
            raise message_failure(message or event.data[:2000], code, address, model=self.model)

    def _whole(self, body: bytes, kind: str, headers: Mapping[str, str], address: Address) -> Words:
        try:
            data: Any = json.loads(body)
        except (ValueError, RecursionError):
            if kind == "text/plain":
                return Words(body.decode("utf-8", errors="replace").strip())
            raise wrong_content(headers, address, wanted="words") from None
        if isinstance(data, str):
            return Words(data.strip())
        if kind == "text/plain" and not isinstance(data, Mapping):
            return Words(body.decode().strip())  # a number, say, which is JSON too
        if isinstance(data, Mapping):
            if isinstance(data.get("text"), str):
                return Words(data["text"].strip(), counted(data.get("usage")))
            message, code = error_message(data)
            if message:
                raise message_failure(message, code, address, model=self.model)
        raise ProtocolError(body_start(body), server=address.name, reason="it sent no words")


def _with_fewer_samples(pcm: bytes) -> bytes:
    from voicedesk.audio.pcm import from_bytes, resample, to_bytes  # late, as above

    return to_bytes(resample(from_bytes(pcm), RATE, SMALLER_RATE))


async def _body(response: httpx2.Response, address: Address) -> bytes:
    body = bytearray()
    async for data in response.aiter_bytes():
        body += data
        if len(body) > _LARGEST_ANSWER:
            raise ProtocolError("too large", server=address.name, reason="its answer never ends")
    return bytes(body)


class _Transcript:
    """Words out of the events of one stream.

    Attributes:
        text: So far.
        usage: The server's count.
        done: Whether the server said that this is all.
        deltas: Whether the words come in pieces that only together are the whole.
        segments: Whether anything came that holds words, empty ones too.
    """

    def __init__(self) -> None:
        self.text = ""
        self.usage: Mapping[str, Any] | None = None
        self.done = False
        self.deltas = False
        self.segments = False

    def add(self, data: Mapping[str, Any]) -> bool:
        """Take an event. Returns whether the words changed."""
        before = self.text
        kind, text, delta = data.get("type"), data.get("text"), data.get("delta")
        if kind == "transcript.text.delta" and isinstance(delta, str):
            self.deltas = True
            self.text = (self.text + delta).lstrip()
        elif kind == "transcript.text.done":
            self.done = True
            self.usage = counted(data.get("usage"))
            # Some servers end with an empty text: the pieces stay.
            if isinstance(text, str) and text.strip():
                self.text = text.strip()
            self.text = self.text.strip()
        elif isinstance(text, str) and not self.deltas:
            self.segments = True
            self.text = f"{self.text} {text.strip()}".strip()
            self.usage = counted(data.get("usage")) or self.usage
        return self.text != before


class RestHearing:
    """One take, kept until it is over."""

    def __init__(self, transcriber: RestTranscriber, words: WordsTaker) -> None:
        self._transcriber = transcriber
        self._words = words
        self._pcm = bytearray()

    def feed(self, pcm: bytes) -> None:
        """The next piece of the take."""
        self._pcm += pcm

    async def finish(self) -> Words:
        """Send the take and wait for its words.

        Raises:
            ServerError: What became of the request. The take is still there: ``finish`` may be called again.
        """
        return await self._transcriber.transcribe(bytes(self._pcm), self._words)

    async def cancel(self) -> None:
        """Forget the take."""
        self._pcm.clear()
