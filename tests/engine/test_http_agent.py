"""The agent's chat, read by two plain clients: a socket in Python and a page's ``fetch`` in Node."""

import asyncio
import json
import os
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest

from voicedesk.engine.launch import EngineAddress

QUESTION = "say grüße aus köln 日本 and more"
ANSWER = "Grüße aus köln 日本 and more."
PATIENCE = 30.0

Piece = dict[str, Any]


def url_of(engine: EngineAddress) -> str:
    return engine.base_url.removesuffix("/v1") + "/api/v1/chat"


def bearer(engine: EngineAddress) -> dict[str, str]:
    return {"Authorization": f"Bearer {engine.token}"}


def check(pieces: list[Piece], model: str) -> None:
    """What both clients must have read."""
    assert all(set(piece) == {"content", "done", "model"} for piece in pieces)
    assert [piece["done"] for piece in pieces] == [False] * (len(pieces) - 1) + [True]
    assert {piece["model"] for piece in pieces} == {model}
    assert "".join(piece["content"] for piece in pieces) == ANSWER
    assert len(pieces) > 4


async def read_chunked(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while size := int(await reader.readline(), 16):
        body += await reader.readexactly(size)
        assert await reader.readexactly(2) == b"\r\n"
    return body


async def test_a_plain_socket_reads_it(engine: EngineAddress) -> None:
    place = urlsplit(engine.base_url)
    question = {
        "messages": [{"role": "user", "content": QUESTION}],
        "model": "socket",
        "stream": True,
    }
    body = json.dumps(question).encode()
    head = (
        f"POST /api/v1/chat HTTP/1.1\r\nHost: {place.netloc}\r\nAuthorization: Bearer {engine.token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    async with asyncio.timeout(PATIENCE):
        reader, writer = await asyncio.open_connection(place.hostname, place.port)
        try:
            # Byte by byte: a request may be split anywhere too.
            for byte in head.encode() + body:
                writer.write(bytes([byte]))
                await writer.drain()
            headers = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            text = (await read_chunked(reader)).decode()
        finally:
            writer.close()
            await writer.wait_closed()
    assert headers.startswith("http/1.1 200")
    assert "content-type: text/event-stream; charset=utf-8" in headers
    assert "cache-control: no-cache" in headers
    events = text.split("\n\n")
    assert events.pop() == ""
    assert all(event.startswith("data: ") and "\n" not in event for event in events)
    check([json.loads(event.removeprefix("data: ")) for event in events], "socket")


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node for a page's way of reading")
async def test_a_pages_fetch_reads_it(engine: EngineAddress) -> None:
    script = Path(__file__).with_name("agent_reader.mjs")
    process = await asyncio.create_subprocess_exec(
        "node",
        str(script),
        env={
            **os.environ,
            "AGENT_URL": url_of(engine),
            "AGENT_TOKEN": engine.token,
            "AGENT_QUESTION": QUESTION,
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(PATIENCE):
            out, errors = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, errors.decode()
    check([json.loads(line) for line in out.decode().splitlines()], "page")


async def test_unstreamed_it_is_one_object(engine: EngineAddress) -> None:
    question = {
        "messages": [
            {"role": "system", "content": "Be kind."},
            {"role": "user", "content": "my name is anna"},
            {"role": "assistant", "content": "Nice to meet you."},
            {"role": "user", "content": "what is my name"},
        ]
    }
    async with (
        aiohttp.ClientSession() as http,
        http.post(url_of(engine), json=question, headers=bearer(engine)) as answer,
    ):
        assert answer.status == 200
        assert await answer.json() == {
            "content": "Your name is Anna.",
            "done": True,
            "model": "voicedesk-assistant",
        }


USER = {"role": "user", "content": "hello"}
REFUSED: list[tuple[Any, str, str | None]] = [
    (b"", "invalid_json", None),
    (b"{", "invalid_json", None),
    (b"\xff\xfe", "invalid_json", None),
    (b"[" * 100_000, "invalid_json", None),
    ([], "invalid_json", None),
    ({}, "missing_required_parameter", "messages"),
    ({"messages": None}, "missing_required_parameter", "messages"),
    ({"messages": "hello"}, "invalid_type", "messages"),
    ({"messages": []}, "invalid_value", "messages"),
    ({"messages": [USER] * 2001}, "invalid_value", "messages"),
    ({"messages": ["hello"]}, "invalid_type", "messages[0]"),
    ({"messages": [{"content": "hello"}]}, "missing_required_parameter", "messages[0].role"),
    ({"messages": [{"role": "robot", "content": ""}]}, "invalid_value", "messages[0].role"),
    ({"messages": [{"role": "user"}]}, "missing_required_parameter", "messages[0].content"),
    ({"messages": [{"role": "user", "content": 1}]}, "invalid_type", "messages[0].content"),
    ({"messages": [USER], "stream": "yes"}, "invalid_type", "stream"),
    ({"messages": [USER], "model": 4}, "invalid_type", "model"),
    ({"messages": [{"role": "user", "content": "x" * 200_001}]}, "string_above_max_length", "messages[0].content"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "code", "param"), REFUSED)
async def test_what_it_cannot_read_it_refuses(
    engine: EngineAddress, body: Any, code: str, param: str | None
) -> None:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    async with (
        aiohttp.ClientSession() as http,
        http.post(url_of(engine), data=data, headers=bearer(engine)) as answer,
    ):
        error = (await answer.json())["error"]
        assert answer.status == 400
    assert set(error) == {"message", "type", "param", "code"}
    assert (error["code"], error["param"]) == (code, param)
    assert error["type"] == "invalid_request_error"


async def test_it_needs_the_key_and_the_right_method(engine: EngineAddress) -> None:
    async with aiohttp.ClientSession() as http:
        async with http.post(url_of(engine), json={"messages": [USER]}) as answer:
            assert answer.status == 401
        async with http.get(url_of(engine), headers=bearer(engine)) as answer:
            assert answer.status == 405
            assert "error" in await answer.json()


async def test_half_a_character_in_the_question_does_no_harm(engine: EngineAddress) -> None:
    body = b'{"stream": true, "messages": [{"role": "user", "content": "say \\ud83d oh"}]}'
    async with (
        aiohttp.ClientSession() as http,
        http.post(url_of(engine), data=body, headers=bearer(engine)) as answer,
    ):
        assert answer.status == 200
        assert '"done": true' in await answer.text()
