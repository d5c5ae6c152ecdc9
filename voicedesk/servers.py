"""Where the servers of the settings are, and with which keys; the built-in one is started when it is first needed."""

from __future__ import annotations

import asyncio

from voicedesk.core.errors import WrongKeyError
from voicedesk.core.redaction import redactor
from voicedesk.core.settings import Settings
from voicedesk.engine.launch import EngineAddress, EngineProcess
from voicedesk.providers.keys import Keys
from voicedesk.providers.profiles import Address, Quirks, address_of, quirks_of


class NoKeyError(WrongKeyError):
    """A server that wants a key, and none is known."""

    sentence = "{server} needs a key. Enter yours in Settings, Servers."


class Servers:
    """Knows how to reach each server of the settings; starts the built-in one when it is first needed."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._engine = EngineProcess()
        self._address: EngineAddress | None = None
        self._starting = asyncio.Lock()

    async def address(self, settings: Settings, server_id: str) -> Address:
        """The address of a server.

        Raises:
            ServerError: It has no usable address, its key is missing, or the built-in server does not start.
        """
        server = settings.server(server_id)
        quirks = quirks_of(server)
        if quirks.is_ours:
            return await self._ours(server.name, quirks)
        key = await self._keys.fetch(server_id, server)
        address = address_of(server, key)
        if quirks.needs_key and not key:
            raise NoKeyError(server=server.name)
        return address

    async def _ours(self, name: str, quirks: Quirks) -> Address:
        async with self._starting:
            if self._address is None or not self._engine.alive:
                self._address = await self._engine.start()
        engine = self._address
        redactor.hide(engine.token)
        return Address(name, engine.base_url, engine.token, quirks)

    async def close(self) -> None:
        """End the built-in server."""
        await self._engine.stop()
