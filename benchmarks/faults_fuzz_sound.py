"""Nonsense from servers that transcribe and that speak: over HTTP, in streams, and in sessions of their own."""

from __future__ import annotations

import json
import logging
import struct
from typing import Any

from benchmarks.faults_nonsense import Mutator, Toll
from tests.providers.fake_http import FakeHttp, Handler, answers, fake_http, streams
from tests.support.realtime_server import ScriptedServer, Session, pcm_delta
from voicedesk.core.errors import ServerError
from voicedesk.providers.http import HttpServer
from voicedesk.providers.profiles import Address, Quirks
from voicedesk.providers.realtime_speech import RealtimeVoice
from voicedesk.providers.speech import ServerVoice
from voicedesk.providers.stages import Words
from voicedesk.providers.transcription import RestTranscriber
from voicedesk.providers.transcription_live import LiveTranscriber

A_TAKE = 100
"""Events of one take."""
_TAKE = b"\x01\x00" * 4800
_SAID = "conversation.item.input_audio_transcription."
_TAKES: list[dict[str, Any]] = [
    {"type": "input_audio_buffer.committed", "item_id": "u", "previous_item_id": None},
    {"type": "conversation.item.added", "item": {"id": "u", "type": "message", "role": "user"}},
    {"type": _SAID + "delta", "item_id": "u", "content_index": 0, "delta": "so "},
    {
        "type": _SAID + "completed",
        "item_id": "u",
        "transcript": "so it is",
        "usage": {"type": "duration", "seconds": 1},
    },
    {"type": _SAID + "failed", "item_id": "u", "error": {"code": "x", "message": "no"}},
    {"type": "session.updated", "session": {"type": "transcription"}},
    {"type": "error", "error": {"code": "server_error", "message": "no", "event_id": "vd_1"}},
]
_IDS = {"response_id": "r", "item_id": "i", "output_index": 0, "content_index": 0}
_READINGS: list[dict[str, Any]] = [
    {"type": "response.created", "response": {"id": "r", "status": "in_progress"}},
    {"type": "response.output_item.added", **_IDS, "item": {"id": "i", "type": "message"}},
    {"type": "response.output_audio_transcript.delta", **_IDS, "delta": "Well "},
    {"type": "response.output_audio.delta", **_IDS, "delta": pcm_delta(_TAKE)},
    {"type": "response.output_audio.delta", **_IDS, "delta": "AAA="},
    {"type": "response.output_audio.done", **_IDS},
    {"type": "response.output_audio_transcript.done", **_IDS, "transcript": "Well then."},
    {"type": "response.done", "response": {"id": "x", "status": "completed"}},
    {"type": "session.updated", "session": {"type": "realtime", "expires_at": 1}},
    {"type": "error", "error": {"code": "server_error", "message": "no", "event_id": "vd_9"}},
    {"type": "rate_limits.updated", "rate_limits": [{"name": "tokens", "remaining": 4}]},
]
_WHOLE: list[dict[str, Any]] = [
    {"text": "Well then.", "usage": {"type": "tokens", "input_tokens": 3, "total_tokens": 5}},
    {
        "task": "transcribe",
        "language": "english",
        "duration": 1.5,
        "text": "Well then.",
        "segments": [{"id": 0, "start": 0.0, "end": 1.5, "text": " Well then."}],
    },
    {"error": {"message": "no such model", "type": "invalid_request_error", "code": None}},
]
_STREAMS: list[list[dict[str, Any]]] = [
    [
        {"type": "transcript.text.delta", "delta": "Well "},
        {"type": "transcript.text.delta", "delta": "then."},
        {"type": "transcript.text.done", "text": "Well then.", "usage": {"total_tokens": 5}},
    ],
    [
        {"text": "Well", "start": 0.0, "end": 0.5},
        {"text": "then.", "start": 0.5, "end": 1.5},
    ],
]
_SOUND_KINDS = [
    "audio/pcm",
    "audio/wav",
    "audio/mpeg",
    "application/octet-stream",
    "audio/L16; rate=22050",
    "audio/L16; rate=0",
    'audio/pcm; rate="999999"; channels=x',
    "text/html",
    "",
]


async def takes(count: int, toll: Toll) -> None:
    """Takes in a transcription session whose server sends ``count`` mutated events in all."""
    mutator = Mutator(3)
    logging.getLogger("websockets").setLevel(logging.CRITICAL)  # the server's part of it

    async def nonsense(session: Session, _event: object) -> None:
        for _ in range(A_TAKE):
            await session.send(mutator.event(mutator.chance.choice(_TAKES)))

    async with ScriptedServer() as server:
        server.answers["input_audio_buffer.commit"] = nonsense

        async def source() -> Address:
            return Address("Scripted", server.base_url, "", Quirks())

        live = LiveTranscriber(source, model="m", stall_s=0.5)
        try:
            for _ in range(max(1, count // A_TAKE)):
                hearing = live.begin(_heard)
                hearing.feed(_TAKE)
                await toll.pay(hearing.finish())
        finally:
            await live.close()


def _heard(_words: Words) -> None:
    """Nobody looks at them."""


async def readings(count: int, toll: Toll) -> None:
    """Texts that a realtime model is to read, whose server sends ``count`` mutated events in all."""
    mutator = Mutator(5)

    async def nonsense(session: Session) -> None:
        await session.begin(id_="r")
        for _ in range(A_TAKE):
            await session.send(mutator.event(mutator.chance.choice(_READINGS)))
        session.active = "r"
        await session.done()

    async with ScriptedServer() as server:
        server.default = nonsense

        async def source() -> Address:
            return Address("Scripted", server.base_url, "", Quirks())

        voice = RealtimeVoice(source, name="scripted", model="m", stall_s=0.5)
        try:
            for _ in range(max(1, count // A_TAKE)):
                await toll.read(voice.speak("Well then."))
        finally:
            await voice.close()


async def sounds(count: int, toll: Toll) -> None:
    """``count`` mutated bodies of servers that transcribe, and of servers that speak."""
    mutator = Mutator(4)
    async with fake_http(answers()) as fake:
        client = fake.client(stall_s=5.0)
        try:
            for number in range(count):
                fake.asked.clear()  # with the take in it
                if number % 2:
                    fake.handler = _spoken(mutator)
                    # Each time anew: a voice keeps to the form of sound that it has once found.
                    await toll.read(ServerVoice(client, name="fake", model="m").speak("Well."))
                else:
                    await _transcribe(number // 2, fake, client, mutator, toll)
        except ServerError as error:
            toll.crashed.append(repr(error))
        finally:
            await client.close()


async def _transcribe(
    number: int, fake: FakeHttp, client: HttpServer, mutator: Mutator, toll: Toll
) -> None:
    chance = mutator.chance
    if number % 2:
        body = mutator.stream(chance.choice(_STREAMS))
        kinds = ["text/event-stream"] * 8 + ["application/json", ""]
    else:
        body = mutator.event(chance.choice(_WHOLE)).encode("utf-8", "surrogatepass")
        body = mutator.data(body) if chance.random() < 0.3 else body
        kinds = ["application/json"] * 6 + ["text/plain", "text/html", "text/event-stream", ""]
    status = chance.choice([200] * 12 + [204, 400, 413, 500])
    fake.handler = _sent(mutator, body, chance.choice(kinds), status)
    await toll.pay(RestTranscriber(client, model="m").transcribe(_TAKE, _heard))


def _sent(mutator: Mutator, body: bytes, kind: str, status: int = 200) -> Handler:
    """In one piece, or in several of which the end may be missing."""
    chance = mutator.chance
    if status != 200 or chance.random() < 0.6 or len(body) < 3:
        return answers(body, status, kind=kind)
    cuts = sorted(chance.randrange(len(body)) for _ in range(3))
    pieces = [body[a:b] for a, b in zip([0, *cuts], [*cuts, len(body)], strict=True)]
    return streams(*pieces, kind=kind, cut=chance.random() < 0.3)


def _spoken(mutator: Mutator) -> Handler:
    chance = mutator.chance
    samples = chance.randbytes(chance.choice([0, 1, 2, 480, 3001, 20_000]))
    if chance.random() < 0.1:
        body = json.dumps({"error": {"message": mutator.text("pcm is not supported")}}).encode()
        return _sent(mutator, body, "application/json", chance.choice([200, 400]))
    if chance.random() < 0.6:
        samples = _header(mutator, len(samples)) + samples
    kind = chance.choice(_SOUND_KINDS)
    return _sent(mutator, mutator.data(samples), kind)


def _header(mutator: Mutator, length: int) -> bytes:
    """A WAV header that says anything, with chunks that nobody knows."""
    chance = mutator.chance
    sizes = [length, 0, 1, 0xFFFFFFFF, 0x7FFFFFFF, chance.randrange(1 << 32)]
    rate = chance.choice([24_000, 8000, 48_000, 0, 1, 0xFFFFFFFF])
    channels, bits = chance.choice([1, 1, 2, 0, 65535]), chance.choice([16, 16, 8, 24, 32, 0, 7])
    form = struct.pack(
        "<HHIIHH", chance.choice([1, 3, 0xFFFE, 0]), channels, rate, 0, chance.randrange(9), bits
    )
    odd = b"LIST" + struct.pack("<I", chance.choice(sizes)) if chance.random() < 0.3 else b""
    fmt = b"fmt " + struct.pack("<I", chance.choice([16, 16, 16, 0, 18, 40, 1 << 31])) + form
    data = b"data" + struct.pack("<I", chance.choice(sizes))
    return b"RIFF" + struct.pack("<I", chance.choice(sizes)) + b"WAVE" + odd + fmt + data
