"""Sound whose end nothing but the end of the connection tells: whole where nothing speaks against it, cut where it shows."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from voicedesk.audio.io import RATE, SAMPLE_BYTES
from voicedesk.audio.wav import encode_wav
from voicedesk.core.errors import ConnectionLostError
from voicedesk.core.word_lengths import words_of
from voicedesk.providers.endings import HEADER_SLIP, SHORTEST_SHARE, least_ms
from voicedesk.providers.http import HttpServer
from voicedesk.providers.profiles import Address, Quirks
from voicedesk.providers.speech import ServerVoice

TEXT = "This is a sentence that takes about three seconds to be said aloud."
SOUND = struct.pack("<h", 8000) * (3 * RATE)


@asynccontextmanager
async def serving(body: bytes, *head: str, version: str = "HTTP/1.1") -> AsyncIterator[HttpServer]:
    """A server that says so, and then closes the connection without another word."""

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        (length,) = [
            int(line.split(b":")[1])
            for line in request.split(b"\r\n")
            if line.lower().startswith(b"content-length")
        ]
        await reader.readexactly(length)
        lines = [f"{version} 200 OK", "Connection: close", *head]
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]

    async def source() -> Address:
        return Address("Fake", f"http://127.0.0.1:{port}/v1", "", Quirks())

    client = HttpServer(source, stall_s=10.0)
    try:
        yield client
    finally:
        await client.close()
        server.close()
        await server.wait_closed()


async def spoken(client: HttpServer, text: str = TEXT, speed: float = 1.0) -> bytes:
    voice = ServerVoice(client, name="fake", model="m", speed=speed)
    return b"".join([pcm async for pcm in voice.speak(text)])


PCM, WAV = "Content-Type: audio/pcm", "Content-Type: audio/wav"
HALF = len(SOUND) // 2


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (PCM, SOUND),
        (PCM, SOUND[:HALF]),  # a quick voice
        (WAV, encode_wav(SOUND)),
        (WAV, encode_wav(SOUND) + b"LIST\4\0\0\0abcd"),
        (WAV, encode_wav(SOUND)[: -HEADER_SLIP + 20]),  # it has counted the header too
        (WAV, encode_wav(SOUND)[:40] + b"\xff\xff\xff\xff" + SOUND[:HALF]),  # of no known length
        (WAV, encode_wav(SOUND)[:40] + b"\0\0\0\0" + SOUND),
    ],
)
@pytest.mark.parametrize("version", ["HTTP/1.0", "HTTP/1.1"])
async def test_sound_that_ends_with_its_connection_is_whole_where_nothing_speaks_against_it(
    kind: str, body: bytes, version: str
) -> None:
    async with serving(body, kind, version=version) as client:
        assert len(await spoken(client)) >= HALF


@pytest.mark.parametrize(
    ("kind", "body", "shows"),
    [
        (PCM, SOUND[: HALF - 1], "inside a sample"),
        (PCM, SOUND[: len(SOUND) // 10], "at the least"),
        (WAV, encode_wav(SOUND)[:HALF], "than its header promises"),
        (WAV, encode_wav(SOUND)[: -HEADER_SLIP - 2], "than its header promises"),
    ],
)
async def test_sound_that_is_cut_where_it_shows_is_told_after_what_came(
    kind: str, body: bytes, shows: str
) -> None:
    heard = b""
    async with serving(body, kind) as client:
        with pytest.raises(ConnectionLostError) as caught:
            async for pcm in ServerVoice(client, name="fake", model="m").speak(TEXT):
                heard += pcm
    assert shows in caught.value.detail
    assert SOUND.startswith(heard)
    assert len(heard) >= len(body) - 100


async def test_what_http_says_is_whole_is_believed() -> None:
    for body in (SOUND[: len(SOUND) // 10], encode_wav(SOUND)[:HALF]):
        kind = WAV if body.startswith(b"RIFF") else PCM
        async with serving(body, kind, f"Content-Length: {len(body)}") as client:
            assert await spoken(client)


async def test_a_server_that_cannot_be_slow_is_believed_and_a_quick_one_too() -> None:
    shortest = SOUND[: round(least_ms(TEXT, 1.0) * 1.1 / 1000 * RATE) * SAMPLE_BYTES]
    for speed, sound in ((0.25, shortest), (4.0, shortest[: len(shortest) // 8 * 2])):
        async with serving(sound, PCM) as client:
            assert await spoken(client, speed=speed) == sound


def test_only_plain_words_are_expected_to_be_spoken() -> None:
    length = sum(word.length_ms for word in words_of(TEXT))
    assert least_ms(TEXT, 1.0) == pytest.approx(SHORTEST_SHARE * length)
    for text in (
        "",
        "Yes.",
        "你好" * 40,
        "привет " * 40,
        "https://example.org/" * 20,
        "1234 " * 40,
    ):
        assert least_ms(text, 1.0) == 0.0
