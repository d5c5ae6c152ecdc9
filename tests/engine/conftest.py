"""One engine for all tests of the protocol, a client that checks every event against the official types, and speech."""

import asyncio
import base64
import json
import wave
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from openai import AsyncOpenAI
from openai.resources.realtime.realtime import AsyncRealtimeConnection
from openai.types.realtime import RealtimeServerEvent
from pydantic import TypeAdapter

from tests.support import leaks
from voicedesk.core.resources import resource_path
from voicedesk.engine.launch import EngineAddress, EngineProcess

Event = dict[str, Any]

_EVENTS: TypeAdapter[Any] = TypeAdapter(RealtimeServerEvent)
PATIENCE = 30.0
BLOCK = 960  # 20 ms


def pcm_of(name: str) -> bytes:
    """The samples of a recorded question."""
    with wave.open(str(resource_path("speech", name)), "rb") as file:
        return file.readframes(file.getnframes())


class Client:
    """A Realtime connection of the official client, with every event checked."""

    def __init__(self, connection: AsyncRealtimeConnection) -> None:
        self.connection = connection
        self.seen: list[Event] = []

    async def send(self, kind: str, **values: object) -> None:
        await self.connection.send_raw(json.dumps({"type": kind, **values}))

    async def next(self) -> Event:
        async with asyncio.timeout(PATIENCE):
            event: Event = json.loads(await self.connection.recv_bytes())
        parsed = _EVENTS.validate_python(event)
        assert parsed.type == event["type"], "the official client does not know this event"
        self.seen.append(event)
        return event

    async def until(self, *kinds: str) -> Event:
        while True:
            event = await self.next()
            if event["type"] in kinds:
                return event
            assert event["type"] != "error", event

    async def error(self) -> Event:
        """The next event, which is an error: its ``error`` object."""
        event = await self.next()
        assert event["type"] == "error", event
        error: Event = event["error"]
        return error

    async def speak(self, pcm: bytes) -> None:
        for at in range(0, len(pcm), BLOCK):
            audio = base64.b64encode(pcm[at : at + BLOCK]).decode()
            await self.send("input_audio_buffer.append", audio=audio)

    async def ask(self, text: str, **response: object) -> Event:
        """Type a question; the response when it is done."""
        content = [{"type": "input_text", "text": text}]
        await self.send(
            "conversation.item.create", item={"type": "message", "role": "user", "content": content}
        )
        await self.send("response.create", response=response)
        done: Event = (await self.until("response.done"))["response"]
        return done

    def kinds(self) -> list[str]:
        return [event["type"] for event in self.seen]

    def of(self, kind: str) -> list[Event]:
        return [event for event in self.seen if event["type"] == kind]


def said(response: Event) -> str:
    """What a response says."""
    parts = [part for item in response["output"] for part in item.get("content", [])]
    return " ".join(part.get("transcript") or part.get("text") or "" for part in parts)


@pytest.fixture(scope="session")
def engine() -> Iterator[EngineAddress]:
    """The address of an engine that lives for all tests."""
    process = EngineProcess()
    address = asyncio.run(process.start())
    assert process.pid is not None
    leaks.tolerate_process(process.pid)
    yield address
    asyncio.run(process.stop())


Connect = Callable[[], Awaitable[Client]]


@pytest.fixture
async def connect(engine: EngineAddress) -> AsyncIterator[Connect]:
    """Opens connections, past ``session.created``; closes them at the end."""
    openai = AsyncOpenAI(base_url=engine.base_url, api_key=engine.token)
    clients: list[Client] = []

    async def open_one() -> Client:
        client = Client(await openai.realtime.connect(model="any").enter())
        clients.append(client)
        await client.until("session.created")
        return client

    yield open_one
    for client in clients:
        await client.connection.close()
    await openai.close()


@pytest.fixture
async def client(connect: Connect) -> Client:
    """One connection, past ``session.created``."""
    return await connect()


@pytest.fixture
def no_scratch_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A folder of its own for temporary files, which must be empty at the end."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr("tempfile.tempdir", None)
    yield
    assert list(folder.iterdir()) == []
