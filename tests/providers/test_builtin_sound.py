"""The stages of sound on the built-in server itself: what one side sends is what the other understands."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from pathlib import Path

import pytest

from voicedesk.audio.wav import read_wav
from voicedesk.core.settings import Classic, Server
from voicedesk.engine.launch import EngineProcess
from voicedesk.providers.http import HttpServer
from voicedesk.providers.profiles import QUIRKS, Address
from voicedesk.providers.realtime_speech import RealtimeVoice
from voicedesk.providers.speech import ServerVoice
from voicedesk.providers.stages import Transcriber, Voice
from voicedesk.providers.transcription_fallback import transcriber_for

SPEECH = Path(__file__).parents[2] / "resources" / "speech"
TEXT = "It is a quarter past three."

Source = Callable[[], Awaitable[Address]]


@pytest.fixture
async def source() -> AsyncIterator[Source]:
    engine = EngineProcess()
    started = await engine.start()

    async def address() -> Address:
        return Address("Built-in", started.base_url, started.token, QUIRKS["builtin"])

    yield address
    await engine.stop()


async def heard(transcriber: Transcriber, pcm: bytes) -> str:
    hearing = transcriber.begin(lambda words: None)
    for start in range(0, len(pcm), 960):
        hearing.feed(pcm[start : start + 960])
    async with asyncio.timeout(60):
        words = await hearing.finish()
    return " ".join(re.findall(r"[a-z]+", words.text.lower()))


async def sound_of(voice: Voice) -> bytes:
    async with asyncio.timeout(60), aclosing(voice.speak(TEXT)) as pieces:
        return b"".join([piece async for piece in pieces])


@pytest.mark.parametrize("way", ["live", "streamed", "whole"])
async def test_a_question_is_understood_in_every_way(source: Source, way: str) -> None:
    settings = Classic.model_validate({"transcription": way})
    server = Server(name="Built-in", dialect="builtin")
    transcriber = transcriber_for(settings, server, HttpServer(source), source)
    await transcriber.warm()
    pcm = await asyncio.to_thread(read_wav, SPEECH / "q01.wav")
    assert await heard(transcriber, pcm) == "what is twelve plus thirty"
    assert await heard(transcriber, bytes(48000)) == ""
    assert await heard(transcriber, pcm) == "what is twelve plus thirty"
    await transcriber.close()


async def test_both_voices_of_the_server_say_the_text(source: Source) -> None:
    by_request = ServerVoice(HttpServer(source), name="builtin", model="voicedesk-voice")
    by_session = RealtimeVoice(source, name="builtin", model="voicedesk-realtime")
    first, second = await sound_of(by_request), await sound_of(by_session)
    assert by_session.said_truly(TEXT)
    assert len(first) == pytest.approx(len(second), rel=0.05)
    assert 1.0 < len(first) / 48000 < 4.0
    await by_request.close()
    await by_session.close()
