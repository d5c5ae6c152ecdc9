"""The end of a session whose client has gone: nothing cuts it short, and the server waits for it."""

import asyncio
import base64
import gc
import json
import weakref
from collections.abc import Callable, Iterator

import aiohttp
import pytest

from tests.engine.fakes import fake_services
from voicedesk.engine.protocol.client_events import EventSession
from voicedesk.engine.protocol.session import Session
from voicedesk.engine.protocol.transcription import TranscriptionSession
from voicedesk.engine.server import Server

PATIENCE = 10.0


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.005)


async def test_a_session_is_ended_whole_though_its_connection_is_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gate, begun, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()
    close = Session.close

    async def slowly(session: Session) -> None:
        begun.set()
        await gate.wait()
        await close(session)
        ended.set()

    monkeypatch.setattr(Session, "close", slowly)
    server = Server("token", fake_services()[0])
    port = await server.start()
    async with aiohttp.ClientSession(headers={"Authorization": "Bearer token"}) as http:
        socket = await http.ws_connect(f"http://127.0.0.1:{port}/v1/realtime?model=any")
        assert "session.created" in (await socket.receive()).data
        await socket.close()
    async with asyncio.timeout(PATIENCE):
        await begun.wait()
        await until(lambda: not server._sockets)
    stopping = asyncio.create_task(server.stop())
    await asyncio.sleep(0)
    assert not ended.is_set()
    gate.set()
    async with asyncio.timeout(PATIENCE):
        await stopping
    assert ended.is_set()


@pytest.fixture
def no_collector() -> Iterator[None]:
    """Within the test nothing is freed by the collector of cycles."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


async def _talk(session: EventSession, last: str) -> None:
    """Say something, and ask for a reply where there is one; wait for the event that is the last."""
    audio = base64.b64encode(bytes(48 * 500)).decode()
    for event in (
        {"type": "input_audio_buffer.append", "audio": audio},
        {"type": "input_audio_buffer.commit"},
        {"type": "response.create"},
    ):
        await session.take(json.dumps(event))
    async with asyncio.timeout(PATIENCE):
        while json.loads(await session.outbox.take() or "{}")["type"] != last:
            pass


@pytest.mark.usefixtures("no_collector")
@pytest.mark.parametrize(
    ("kind", "last"),
    [
        (Session, "response.done"),
        (TranscriptionSession, "conversation.item.input_audio_transcription.completed"),
    ],
)
async def test_nothing_is_left_of_a_session_that_has_ended(
    kind: type[Session | TranscriptionSession], last: str
) -> None:
    services, ears, _ = fake_services()
    session = kind(services, "any")
    session.open()
    await _talk(session, last)
    await session.close()
    await asyncio.sleep(0)  # what its tasks have left to say
    ears.utterances.clear()
    gone = weakref.ref(session)
    del session
    assert gone() is None


async def test_the_sound_of_a_session_goes_with_it_whoever_still_knows_of_it() -> None:
    session = Session(fake_services()[0], "any")
    await _talk(session, "response.done")
    parts = [weakref.ref(part) for item in session.conversation for part in item.parts]
    assert len(parts) == 2
    await session.close()
    await asyncio.sleep(0)
    gc.collect()
    assert not len(session.conversation)
    assert not any(part() for part in parts)
