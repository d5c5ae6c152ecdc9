"""The door of the server: who may come in, where the addresses lead, and the shape of its errors."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest
from openai import AsyncOpenAI, AuthenticationError, NotFoundError
from websockets.asyncio.client import connect as connect_websocket
from websockets.exceptions import InvalidStatus

from voicedesk.engine.launch import EngineAddress
from voicedesk.engine.server import MAX_SESSIONS
from voicedesk.engine.services import MODELS


def realtime_url(engine: EngineAddress) -> str:
    return f"ws://{urlsplit(engine.base_url).netloc}/v1/realtime?model=any"


def bearer(engine: EngineAddress) -> dict[str, str]:
    return {"Authorization": f"Bearer {engine.token}"}


async def get(url: str, **headers: str) -> tuple[int, Any]:
    async with aiohttp.ClientSession() as http, http.get(url, headers=headers) as answer:
        return answer.status, await answer.json()


async def test_the_official_client_lists_the_models(engine: EngineAddress) -> None:
    async with AsyncOpenAI(base_url=engine.base_url, api_key=engine.token) as openai:
        models = [model.id async for model in await openai.models.list()]
        assert models == list(engine.models) == list(MODELS)
        assert (await openai.models.retrieve(models[0])).object == "model"
        with pytest.raises(NotFoundError, match="does not exist"):
            await openai.models.retrieve("gpt-9")


async def test_a_wrong_key_is_refused_in_the_shape_of_the_api(engine: EngineAddress) -> None:
    async with AsyncOpenAI(base_url=engine.base_url, api_key="wrong", max_retries=0) as openai:
        with pytest.raises(AuthenticationError) as refused:
            await openai.models.list()
    assert refused.value.code == "invalid_api_key"
    with pytest.raises(InvalidStatus) as handshake:
        async with connect_websocket(
            realtime_url(engine), additional_headers={"Authorization": "Bearer wrong"}
        ):
            pass
    assert handshake.value.response.status_code == 401
    assert b'"invalid_api_key"' in handshake.value.response.body


async def test_the_key_may_come_as_a_subprotocol_as_browsers_send_it(engine: EngineAddress) -> None:
    protocols: Any = ["realtime", f"openai-insecure-api-key.{engine.token}"]
    async with connect_websocket(realtime_url(engine), subprotocols=protocols) as socket:
        assert socket.subprotocol == "realtime"
        assert "session.created" in str(await socket.recv())


@pytest.mark.parametrize(
    ("header", "value", "status"),
    [
        ("Host", "evil.example", 403),
        ("Host", "127.0.0.1.evil.example:80", 403),
        ("Host", "[", 403),
        ("Host", "localhost:1234", 200),
        ("Origin", "https://evil.example", 403),
        ("Origin", "null", 403),
        ("Origin", "http://localhost:3000", 200),
    ],
)
async def test_web_pages_of_others_are_kept_out(
    engine: EngineAddress, header: str, value: str, status: int
) -> None:
    found, body = await get(f"{engine.base_url}/models", **bearer(engine), **{header: value})
    assert found == status
    assert ("error" in body) == (status != 200)


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/nothing", 404, "unknown_url"),
        ("/realtime", 426, "upgrade_required"),
        ("/realtime?intent=transcription", 426, "upgrade_required"),
        ("/realtime?intent=translation", 400, "invalid_value"),
    ],
)
async def test_errors_have_the_shape_of_the_api(
    engine: EngineAddress, path: str, status: int, code: str
) -> None:
    found, body = await get(engine.base_url + path, **bearer(engine))
    assert found == status
    assert set(body["error"]) == {"message", "type", "param", "code"}
    assert body["error"]["code"] == code


async def test_health_needs_no_key_and_tells_what_is_ready(engine: EngineAddress) -> None:
    status, body = await get(engine.base_url.removesuffix("/v1") + "/health")
    assert status == 200
    assert body["status"] == "ok"
    assert set(body) == {"status", "ears", "voice", "sessions"}


async def test_the_number_of_sessions_is_bounded(engine: EngineAddress) -> None:
    async with AsyncExitStack() as stack:

        async def open_one() -> None:
            await stack.enter_async_context(
                connect_websocket(realtime_url(engine), additional_headers=bearer(engine))
            )

        with pytest.raises(InvalidStatus) as refused:
            for _ in range(MAX_SESSIONS + 1):
                await open_one()
        assert refused.value.response.status_code == 429
    async with asyncio.timeout(10):
        while (await get(engine.base_url.removesuffix("/v1") + "/health"))[1]["sessions"]:
            await asyncio.sleep(0.02)
