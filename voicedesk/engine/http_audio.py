"""The endpoints of sound: recordings to words, and text to speech that is sent while it is made."""

from __future__ import annotations

import asyncio
import base64
import logging
import math
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from aiohttp import web

from voicedesk.audio.lengths import silence
from voicedesk.audio.wav import decode_wav, header, wav_seconds
from voicedesk.core.errors import SoundFileError, VoiceError
from voicedesk.engine.ears.ears import Transcript
from voicedesk.engine.ears.writing import written
from voicedesk.engine.http import Stream, endpoint, error_code, read_json
from voicedesk.engine.limits import (
    LONGEST_RECORDING_S,
    LONGEST_SPEECH,
    Jobs,
    recording_too_long,
)
from voicedesk.engine.multipart import Form, read_form
from voicedesk.engine.protocol import fields
from voicedesk.engine.protocol.errors import ClientError, invalid, not_one_of, wrong_type
from voicedesk.engine.protocol.fields import Json
from voicedesk.engine.protocol.items import BYTES_PER_MS
from voicedesk.engine.protocol.settings import check_voice
from voicedesk.engine.protocol.usage import INPUT_MS_PER_TOKEN, output_audio_tokens, text_tokens
from voicedesk.engine.services import Services
from voicedesk.engine.speech import speak

log = logging.getLogger(__name__)

TRANSCRIPT_FORMATS = ("json", "text", "verbose_json")
SPEECH_FORMATS = ("wav", "pcm")
RUNNING, WAITING = 4, 12
"""Jobs of each kind. There is one recogniser and one voice: they take the sentences of those that run in turn."""

_UNSPEAKABLE_MS = 100
_UNKNOWN_LENGTH = 0xFFFFFFFF
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", re.IGNORECASE)


def routes(services: Services) -> list[web.RouteDef]:
    """``/v1/audio/transcriptions`` and ``/v1/audio/speech``."""
    hearing, speaking = _Transcriptions(services), _Speech(services)
    return [
        web.post("/v1/audio/transcriptions", endpoint(hearing.answer)),
        web.post("/v1/audio/speech", endpoint(speaking.answer)),
    ]


# ------------------------------------------------------------------------------ recordings to words


class _Transcriptions:
    def __init__(self, services: Services) -> None:
        self._services = services
        self._jobs = Jobs(RUNNING, WAITING)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        async with self._jobs.place():
            form = await read_form(request)
            wanted = _Wanted.parse(form)
            pcm = await asyncio.to_thread(_decode, form.data("file"))
            transcript = await self._hear(pcm)
        text = written(transcript.text)
        if wanted.stream:
            return await _stream_transcript(request, text, transcript.seconds)
        if wanted.form == "text":
            return web.Response(text=f"{text}\n")
        render = _verbose if wanted.form == "verbose_json" else _plain
        return web.json_response(render(text, transcript.seconds))

    async def _hear(self, pcm: bytes) -> Transcript:
        utterance = self._services.ears.listen()
        try:
            utterance.feed(pcm)
            return await utterance.finish()
        finally:
            utterance.drop()


@dataclass(frozen=True, slots=True)
class _Wanted:
    form: str
    stream: bool

    @classmethod
    def parse(cls, form: Form) -> _Wanted:
        """What of a form decides the answer. Hints that the ears have no use for are checked and passed over."""
        fields.text({"model": form.text("model")}, "model")
        language = form.text("language")
        if language and not _LANGUAGE.fullmatch(language):
            raise invalid("language", "Invalid 'language': expected a code such as 'en'.")
        _check_temperature(form.text("temperature"))
        granularity = form.text("timestamp_granularities[]")
        if granularity not in (None, "segment"):
            raise not_one_of("timestamp_granularities", granularity, ["segment"])
        kind = form.text("response_format") or "json"
        if kind not in TRANSCRIPT_FORMATS:
            raise not_one_of("response_format", kind, TRANSCRIPT_FORMATS)
        return cls(kind, form.flag("stream"))


def _check_temperature(value: str | None) -> None:
    try:
        temperature = float(value or 0)
    except ValueError as error:
        raise wrong_type("temperature", "a number", value) from error
    if not 0 <= temperature <= 1:
        raise invalid("temperature", "Invalid 'temperature': expected a value from 0 to 1.")


def _decode(data: bytes) -> bytes:
    """A WAV file as PCM16 mono 24 kHz; its length is looked at first, for it is no measure of what it grows to."""
    try:
        seconds = wav_seconds(data)
        if seconds > LONGEST_RECORDING_S:
            raise recording_too_long(seconds)
        return decode_wav(data)
    except SoundFileError as error:
        raise ClientError(str(error), code="invalid_audio", param="file") from error


async def _stream_transcript(request: web.Request, text: str, seconds: float) -> web.StreamResponse:
    """The words as events. The recogniser may change its mind until the end, and a delta cannot be taken back."""
    stream = await Stream.begin(request, "text/event-stream")
    for word in re.findall(r"\s*\S+", text):
        await stream.event({"type": "transcript.text.delta", "delta": word})
    heard, said = math.ceil(seconds * 1000 / INPUT_MS_PER_TOKEN), text_tokens(text)
    usage = {
        "type": "tokens",
        "input_tokens": heard,
        "output_tokens": said,
        "total_tokens": heard + said,
        "input_token_details": {"audio_tokens": heard, "text_tokens": 0},
    }
    await stream.event({"type": "transcript.text.done", "text": text, "usage": usage})
    return await stream.end()


def _plain(text: str, seconds: float) -> Json:
    return {"text": text, "usage": _duration(seconds)}


def _verbose(text: str, seconds: float) -> Json:
    """With all of it as one segment. The recogniser has no measures like Whisper's: they are neutral."""
    segment = {
        "id": 0,
        "seek": 0,
        "start": 0.0,
        "end": round(seconds, 3),
        "text": text,
        "tokens": [],
        "temperature": 0.0,
        "avg_logprob": 0.0,
        "compression_ratio": 1.0,
        "no_speech_prob": 0.0,
    }
    return {
        "task": "transcribe",
        "language": "english",
        "duration": round(seconds, 3),
        "text": text,
        "segments": [segment] if text else [],
        "usage": _duration(seconds),
    }


def _duration(seconds: float) -> Json:
    return {"type": "duration", "seconds": round(seconds, 3)}


# ------------------------------------------------------------------------------ text to speech


class _Speech:
    def __init__(self, services: Services) -> None:
        self._services = services
        self._jobs = Jobs(RUNNING, WAITING)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        async with self._jobs.place():
            wanted = _Utterance.parse(await read_json(request))
            async with aclosing(self._sound(wanted)) as sound:
                # A voice that does not even begin is told by the status, before there is an answer.
                first = await anext(sound)
                stream = await Stream.begin(request, wanted.content_type)
                sender = _EventSender(stream) if wanted.events else _Sender(stream)
                return await sender.send(first, sound, wanted)

    async def _sound(self, wanted: _Utterance) -> AsyncGenerator[bytes, None]:
        """PCM as it is made; a text without anything to say, such as "...", is a moment of silence."""
        sounded = False
        chunks = speak(self._services.voice, wanted.text, name=wanted.voice, speed=wanted.speed)
        async with aclosing(chunks):
            async for chunk in chunks:
                if chunk.pcm:
                    sounded = True
                    yield chunk.pcm
        if not sounded:
            yield silence(_UNSPEAKABLE_MS)


@dataclass(frozen=True, slots=True)
class _Utterance:
    """What is to be spoken, and how."""

    text: str
    voice: str
    speed: float
    form: str
    events: bool

    @classmethod
    def parse(cls, body: Json) -> _Utterance:
        fields.text(body, "model")
        text = fields.text(body, "input")
        if not text.strip():
            raise ClientError(
                "Invalid 'input': expected at least one character to speak.",
                code="string_below_min_length",
                param="input",
            )
        if len(text) > LONGEST_SPEECH:
            raise ClientError(
                f"Invalid 'input': {len(text)} characters, where at most {LONGEST_SPEECH} can be spoken at once.",
                code="string_above_max_length",
                param="input",
            )
        form = fields.optional_text(body, "response_format") or "wav"
        if form not in SPEECH_FORMATS:
            raise not_one_of("response_format", form, SPEECH_FORMATS)
        way = fields.optional_text(body, "stream_format") or "audio"
        if way not in ("audio", "sse"):
            raise not_one_of("stream_format", way, ["audio", "sse"])
        fields.optional_text(body, "instructions")
        speakable = text.encode("utf-8", "replace").decode()  # a lone half of a character is none
        return cls(speakable, _voice(body), _speed(body), form, events=way == "sse")

    @property
    def content_type(self) -> str:
        return "text/event-stream" if self.events else f"audio/{self.form}"

    @property
    def head(self) -> bytes:
        """What goes before the sound; how long that will be nobody knows yet."""
        return header(_UNKNOWN_LENGTH) if self.form == "wav" else b""


def _voice(body: Json) -> str:
    voice = check_voice(body.get("voice") or "default", "voice")
    return str(voice["id"]) if isinstance(voice, dict) else voice


def _speed(body: Json) -> float:
    """Within what the API allows; the voice itself goes from about half to two and a half times its normal speed."""
    speed = body.get("speed")
    if speed is None:
        return 1.0
    if isinstance(speed, bool) or not isinstance(speed, int | float):
        raise wrong_type("speed", "a number", speed)
    if not 0.25 <= speed <= 4:
        raise invalid("speed", "Invalid 'speed': expected a value from 0.25 to 4.")
    return float(speed)


class _Sender:
    """Sends sound as it is."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    async def send(
        self, first: bytes, rest: AsyncGenerator[bytes, None], wanted: _Utterance
    ) -> web.StreamResponse:
        """Send all of it, and tell the client when it is not all."""
        size = len(first)
        try:
            await self._chunk(wanted.head + first)
            async for pcm in rest:
                size += len(pcm)
                await self._chunk(pcm)
        except VoiceError as error:
            log.warning("the voice failed half way: %s (%s)", error, error.detail)
            return await self._fail(error)
        return await self._done(wanted.text, size // BYTES_PER_MS)

    async def _chunk(self, data: bytes) -> None:
        await self._stream.write(data)

    async def _fail(self, _error: VoiceError) -> web.StreamResponse:
        return self._stream.cut_off()

    async def _done(self, _text: str, _milliseconds: int) -> web.StreamResponse:
        return await self._stream.end()


class _EventSender(_Sender):
    """Sends sound in events."""

    async def _chunk(self, data: bytes) -> None:
        audio = base64.b64encode(data).decode()
        await self._stream.event({"type": "speech.audio.delta", "audio": audio})

    async def _fail(self, error: VoiceError) -> web.StreamResponse:
        told = {
            "message": str(error),
            "type": "server_error",
            "param": None,
            "code": error_code(error),
        }
        await self._stream.event({"type": "error", "error": told}, "error")
        return await self._stream.end()

    async def _done(self, text: str, milliseconds: int) -> web.StreamResponse:
        given, made = text_tokens(text), output_audio_tokens(milliseconds)
        usage = {"input_tokens": given, "output_tokens": made, "total_tokens": given + made}
        await self._stream.event({"type": "speech.audio.done", "usage": usage})
        return await self._stream.end()
