"""Answers without end, and answers that are small on the way and large afterwards: both end in a sentence."""

import asyncio
import gzip
import logging
from typing import Any

import pytest
from aiohttp import web

from tests.providers.fake_http import FakeHttp, Handler, answers, fake_http
from voicedesk.core.dialogue import Message, Role
from voicedesk.core.errors import ProtocolError, ServerError, UnreachableError
from voicedesk.providers import bounds
from voicedesk.providers.chat import ChatThinker
from voicedesk.providers.speech import ServerVoice
from voicedesk.providers.sse import SseParser
from voicedesk.providers.stages import Question
from voicedesk.providers.transcription import RestTranscriber

PIECE = b"x" * 65536


def endless(status: int, kind: str) -> Handler:
    """Answers until the client has gone."""

    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=status, headers={"Content-Type": kind})
        await response.prepare(request)
        while True:
            await response.write(PIECE)

    return handler


async def ask(fake: FakeHttp, stage: str) -> None:
    server = fake.client()
    try:
        async with asyncio.timeout(30):
            if stage == "chat":
                question = Question("", [Message(1, Role.USER, "hello")])
                async for _ in ChatThinker(server, "m").think(question):
                    pass
            elif stage == "speech":
                async for _ in ServerVoice(server, name="n", model="m").speak("Hello."):
                    pass
            else:
                await RestTranscriber(server, model="m").transcribe(bytes(48_000), _nobody)
    finally:
        await server.close()


def _nobody(_words: Any) -> None: ...


@pytest.mark.parametrize("stage", ["chat", "speech", "transcription"])
async def test_a_failure_that_never_ends_is_cut_and_told(stage: str) -> None:
    async with fake_http(endless(500, "text/plain")) as fake:
        with pytest.raises(UnreachableError, match="problem of its own"):
            await ask(fake, stage)
        async with asyncio.timeout(10):
            await fake.gone.wait()


@pytest.mark.parametrize(
    ("stage", "kind"),
    [
        ("chat", "text/event-stream"),
        ("chat", "application/json"),
        ("speech", "application/json"),
        ("speech", "audio/pcm"),
        ("transcription", "text/event-stream"),
        ("transcription", "application/json"),
    ],
)
async def test_an_answer_that_never_ends_is_given_up(
    stage: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "LONGEST_BODY", 4 * 1024 * 1024)
    async with fake_http(endless(200, kind)) as fake:
        with pytest.raises(ServerError):
            await ask(fake, stage)
        async with asyncio.timeout(10):
            await fake.gone.wait()


@pytest.mark.parametrize("status", [200, 400, 500])
async def test_a_compressed_answer_is_not_unpacked(status: int) -> None:
    bomb = gzip.compress(bytes(10_000_000))
    handler = answers(bomb, status, kind="application/json", headers={"Content-Encoding": "gzip"})
    async with fake_http(handler) as fake:
        with pytest.raises(ProtocolError, match="damaged"):
            await ask(fake, "chat")


def test_an_event_of_empty_lines_does_not_grow(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    parser = SseParser(max_event=1000)
    for _ in range(1000):
        assert parser.feed(b"data:\n" * 100) == []
    assert sum(map(len, parser._data)) + len(parser._data) <= 1001
    assert parser.feed(b"\ndata: next\n\n")[0].data == "next"
    assert [record.getMessage() for record in caplog.records] == [
        "an event of more than 1000 bytes was left out"
    ]
