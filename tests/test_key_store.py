"""What dialogs may do with keys: store, remove and try them, and never read one."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from tests.providers.fake_http import FakeHttp, fake_http
from voicedesk.core.settings import Realtime, Server, Settings
from voicedesk.key_store import KeyStore
from voicedesk.providers.keys import KeyringError, Keys
from voicedesk.providers.probe import ServerReport
from voicedesk.servers import Servers


@pytest.fixture
async def fake() -> AsyncIterator[FakeHttp]:
    async def refuse(request: web.Request) -> web.Response:
        return web.Response(status=401 if "wrong" in request.headers["Authorization"] else 404)

    async with fake_http(refuse) as server:
        yield server


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[KeyStore]:
    keys = Keys(tmp_path)
    result = KeyStore(keys, Servers(keys), lambda: None)
    yield result
    await result.close()


def settings_for(fake: FakeHttp) -> Settings:
    server = Server(name="Home", base_url=fake.base_url, dialect="ollama")
    return Settings(servers={"home": server}, realtime=Realtime(server="home"))


async def tried(store: KeyStore, settings: Settings) -> ServerReport:
    told: list[ServerReport] = []
    store.test(settings, "home", told.append)
    async with asyncio.timeout(20):
        while not (told and told[-1].done):
            await asyncio.sleep(0.01)
    return told[-1]


async def test_a_key_is_tried_as_soon_as_it_is_stored(store: KeyStore, fake: FakeHttp) -> None:
    settings = settings_for(fake)
    with pytest.raises(KeyringError):
        store.store("home", settings.servers["home"], "the-wrong-key")
    assert "refused the key" in str((await tried(store, settings)).error)
    with pytest.raises(KeyringError):
        store.store("home", settings.servers["home"], "the-right-key")
    report = await tried(store, settings)
    assert report.error is None
    assert [request["key"] for request in fake.asked][-1] == "Bearer the-right-key"


async def test_a_trial_that_is_ended_tells_nothing_more(store: KeyStore, fake: FakeHttp) -> None:
    asked = asyncio.Event()

    async def hang(_request: web.Request) -> web.Response:
        asked.set()
        await asyncio.Event().wait()
        return web.Response()

    fake.handler = hang
    told: list[ServerReport] = []
    end = store.test(settings_for(fake), "home", told.append)
    async with asyncio.timeout(10):
        await asked.wait()
        end()
        await fake.gone.wait()
    assert told == []


async def test_every_change_is_told_even_if_the_key_is_not_kept(tmp_path: Path) -> None:
    changes: list[str] = []
    keys = Keys(tmp_path)
    store = KeyStore(keys, Servers(keys), lambda: changes.append("changed"))
    server = Server(name="Home", base_url="https://home.example/v1")
    with pytest.raises(KeyringError):
        store.store("home", server, "a-key-of-mine")
    assert store.has("home", server)
    store.use_file(allowed=True)
    assert store.uses_file()
    store.remove("home", server)
    assert changes == ["changed", "changed"]
    assert not store.has("home", server)
    assert store.backend() == "none"
