"""What dialogs may do with keys: store, remove and try them, and never read one."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from tests.providers.fake_http import FakeHttp, answers, fake_http
from voicedesk.core.errors import ServerError, WrongKeyError
from voicedesk.core.settings import Classic, Realtime, Server, Settings
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


def classic_for(fake: FakeHttp, **more: Server) -> Settings:
    server = Server(name="Home", base_url=fake.base_url, dialect="ollama")
    classic = Classic(thinking_server="home", transcription_server="home", voice_kind="offline")
    return Settings(mode="classic", servers={"home": server, **more}, classic=classic)


async def test_the_keys_of_the_classic_chain_are_checked_with_one_cheap_request_each(
    store: KeyStore, fake: FakeHttp
) -> None:
    settings = classic_for(fake)
    with pytest.raises(KeyringError):
        store.store("home", settings.servers["home"], "the-wrong-key")
    with pytest.raises(WrongKeyError, match="Home refused the key"):
        await store.check(settings)
    with pytest.raises(KeyringError):
        store.store("home", settings.servers["home"], "the-right-key")
    await store.check(settings)  # that there is no list says nothing of the key
    asked = [(request["path"], request["key"]) for request in fake.asked]
    assert asked == [
        ("/v1/models", "Bearer the-wrong-key"),
        ("/v1/models", "Bearer the-right-key"),
    ]


@pytest.mark.parametrize(
    ("status", "body", "is_good"),
    [
        (200, '{"data": []}', True),
        (403, '{"error": {"message": "Missing scopes: api.model.read"}}', True),
        (403, '{"error": {"message": "no"}}', False),
        (500, "", False),
        (200, "no list", True),
    ],
)
async def test_what_an_answer_says_of_the_key(
    store: KeyStore, fake: FakeHttp, status: int, body: str, is_good: bool
) -> None:
    fake.handler = answers(body, status, kind="application/json")
    if is_good:
        await store.check(classic_for(fake))
    else:
        with pytest.raises(ServerError):
            await store.check(classic_for(fake))


async def test_a_session_needs_no_check_and_the_built_in_server_has_no_key(
    store: KeyStore, fake: FakeHttp
) -> None:
    await store.check(settings_for(fake))
    await store.check(Settings(mode="classic"))
    assert fake.asked == []


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
