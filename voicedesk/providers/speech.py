"""A server's voice: ``/audio/speech``, whose sound is passed on as it arrives."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Literal

from voicedesk.audio.io import RATE, SAMPLE_BYTES
from voicedesk.core.errors import ProtocolError, ReplyFailedError, ServerError, SoundFileError
from voicedesk.providers.endings import SoundEnd, least_ms
from voicedesk.providers.failures import cut_off, error_message, message_failure, wrong_content
from voicedesk.providers.http import HttpServer
from voicedesk.providers.profiles import Address
from voicedesk.providers.stages import VoiceIdentity
from voicedesk.providers.trim import pause_after, trimmed

if TYPE_CHECKING:
    import httpx2

log = logging.getLogger(__name__)

LONGEST_S = 300
"""A unit of a few sentences never lasts as long; a server that goes on and on is cut off."""
LONGEST_TEXT = 4096
"""Characters that the endpoint takes."""

_WARM_CONNECTIONS = 2
_SLOWEST, _FASTEST = 0.25, 4.0
_LONGEST_ERROR = 64 * 1024
_BARE = {"", "application/octet-stream", "audio/pcm", "audio/l16", "audio/raw", "audio/x-raw"}
_WAV = {"audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave"}

_Form = Literal["pcm", "wav"]


class _OtherFormError(Exception):
    """The server does not send bare samples: it is to be asked for WAV."""


class ServerVoice:
    """Speaks with a server's voice. Each unit is a request of its own; several may be under way."""

    def __init__(
        self,
        server: HttpServer,
        *,
        name: str,
        model: str,
        voice: str = "",
        speed: float = 1.0,
        language: str = "",
    ) -> None:
        """Nothing is opened yet.

        Args:
            server: Whom to ask. Closed with this voice.
            name: What tells this server from others, for the cache: its id or its address as it was entered.
            model: The model.
            voice: One of its voices; empty leaves it to the server.
            speed: 1.0 is normal, 0.25 to 4.
            language: As in "de". Not sent: it tells cached sounds apart.
        """
        self._server = server
        self._model = model
        self._voice = voice
        self._speed = min(max(speed, _SLOWEST), _FASTEST)
        self._form: _Form = "pcm"
        self._identity = VoiceIdentity(name, model, voice, self._speed, language)

    @property
    def identity(self) -> VoiceIdentity:
        """What decides how a text sounds."""
        return self._identity

    async def warm(self) -> None:
        """Have connections open for the first units. A failure is told by ``speak``."""
        try:
            await self._server.warm(_WARM_CONNECTIONS)
        except ServerError as error:
            log.info("warming the voice: %s (%s)", error, error.detail)

    async def speak(self, text: str) -> AsyncGenerator[bytes, None]:
        """The sound of one unit as it arrives, without the silence at its head.

        Raises:
            ServerError: What became of the request. A text without any sound at all is one.
        """
        for part in _parts(text):
            async with aclosing(trimmed(self._sound(part))) as sound:
                async for pcm in sound:
                    yield pcm

    async def close(self) -> None:
        """End every connection. Safe to call twice."""
        await self._server.close()

    async def _sound(self, text: str) -> AsyncGenerator[bytes, None]:
        try:
            async with aclosing(self._request(text, self._form)) as sound:
                async for pcm in sound:
                    yield pcm
        except _OtherFormError:
            log.info("the voice does not send bare samples; asking for WAV from now on")
        else:
            return
        self._form = "wav"
        async with aclosing(self._request(text, "wav")) as sound:
            async for pcm in sound:
                yield pcm

    async def _request(self, text: str, form: _Form) -> AsyncGenerator[bytes, None]:
        address = (await self._server.link()).address
        body = self._body(text, form, address)
        given = False
        try:
            async with self._server.exchange(
                lambda link: link.http.stream(
                    "POST", link.url("/audio/speech"), json=body, headers=link.headers
                ),
                model=self._model,
            ) as response:
                await self._check(response, form, address)
                async with aclosing(self._samples(response, address, text)) as samples:
                    async for pcm in samples:
                        given = True
                        yield pcm
        except SoundFileError as error:
            if form == "pcm" and not given:
                raise _OtherFormError from error
            reason = "it sent sound that cannot be read"
            raise ProtocolError(repr(error), server=address.name, reason=reason) from error
        except (ProtocolError, ReplyFailedError) as error:
            if form == "pcm" and re.search(r"response_format|\bpcm\b", error.detail):
                raise _OtherFormError from error
            raise
        if not address.quirks.leaves_pauses and (pause := pause_after(text)):
            yield pause

    def _body(self, text: str, form: _Form, address: Address) -> dict[str, Any]:
        body: dict[str, Any] = {"model": self._model, "input": text, "response_format": form}
        if voice := self._voice or address.quirks.voice:
            body["voice"] = voice
        if self._speed != 1.0:
            body["speed"] = self._speed
        return body

    async def _check(self, response: httpx2.Response, form: _Form, address: Address) -> None:
        """Refuse a response that is no sound, or sound in another form."""
        kind = _kind(response.headers)
        if kind == "application/json":
            said = await _start_of(response.aiter_bytes())
            message, code = error_message(_json(said))
            if message:
                raise message_failure(message, code, address, model=self._model)
        if kind.startswith("audio/") and kind not in _BARE | _WAV:
            if form == "pcm":
                raise _OtherFormError(kind)
        elif kind not in _BARE | _WAV:
            raise wrong_content(response.headers, address, wanted="sound")

    async def _samples(
        self, response: httpx2.Response, address: Address, text: str
    ) -> AsyncGenerator[bytes, None]:
        rate = _rate(response.headers) or RATE
        # Some servers call everything audio/mpeg: what they name so is believed to be samples by its header alone.
        headed = _kind(response.headers) not in _BARE
        from voicedesk.audio.sound_stream import SoundStream  # late: it loads numpy

        stream = SoundStream(rate=rate, headed=headed, name="The voice's sound")
        longest = LONGEST_S * RATE * SAMPLE_BYTES
        end, came = SoundEnd(response), 0
        async for data in response.aiter_bytes():
            if pcm := stream.feed(data):
                came += len(pcm)
                yield pcm
            if came > longest:
                raise ProtocolError("endless", server=address.name, reason="its sound never ends")
        if rest := stream.finish():
            yield rest
        elif not came:
            raise ReplyFailedError("no bytes", server=address.name, reason="it sent no sound.")
        came_ms = (came + len(rest)) / (SAMPLE_BYTES * RATE / 1000.0)
        if fault := end.fault(stream, came_ms, least_ms(text, self._speed)):
            raise cut_off(fault, address)


def _parts(text: str) -> list[str]:
    """A text in parts that the endpoint takes, cut at white space."""
    parts = []
    while len(text) > LONGEST_TEXT:
        cut = max(text.rfind(" ", 0, LONGEST_TEXT), text.rfind("\n", 0, LONGEST_TEXT)) + 1
        parts.append(text[: cut or LONGEST_TEXT])
        text = text[cut or LONGEST_TEXT :]
    return [*parts, text]


def _kind(headers: Mapping[str, str]) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def _rate(headers: Mapping[str, str]) -> int | None:
    """The rate in a content type such as ``audio/L16; rate=22050``; None when it has none that makes sense."""
    found = re.search(r";\s*rate=\"?(\d{4,6})\b", headers.get("content-type", ""))
    rate = int(found[1]) if found else 0
    return rate if 4000 <= rate <= 192_000 else None


def _json(data: bytes) -> object:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


async def _start_of(chunks: AsyncIterator[bytes]) -> bytes:
    data = b""
    async for chunk in chunks:
        data += chunk
        if len(data) > _LONGEST_ERROR:
            break
    return data
