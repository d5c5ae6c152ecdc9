"""A server that sends requests on to another address does not get the key sent there."""

import asyncio

import pytest
from aiohttp import web

from tests.providers.fake_http import fake_http
from voicedesk.core.errors import ProtocolError
from voicedesk.providers.profiles import QUIRKS, Address
from voicedesk.providers.realtime import RealtimeSocket


async def test_a_handshake_that_is_sent_on_ends_there() -> None:
    async def other(_request: web.Request) -> web.Response:
        return web.Response()

    async with fake_http(other) as elsewhere:

        async def send_on(_request: web.Request) -> web.Response:
            place = elsewhere.base_url.replace("http", "ws", 1) + "/realtime"
            return web.Response(status=307, headers={"Location": place})

        async with fake_http(send_on) as fake:
            address = Address("Fake", fake.base_url, "sk-planted-key", QUIRKS["compatible"])
            with pytest.raises(ProtocolError, match="another address"):
                async with asyncio.timeout(10):
                    await RealtimeSocket.connect(address, model="m")
            assert fake.asked[0]["key"] == "Bearer sk-planted-key"
        assert elsewhere.asked == []
