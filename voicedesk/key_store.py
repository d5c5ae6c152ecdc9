"""The keys as dialogs may see them: stored, removed, tried, never read."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from voicedesk.core.settings import Server, Settings
from voicedesk.core.tasks import TaskSet
from voicedesk.probing import Prober
from voicedesk.providers.keys import Keys
from voicedesk.servers import Servers

if TYPE_CHECKING:
    from voicedesk.providers.probe import Told

log = logging.getLogger(__name__)


class KeyStore:
    """Hands on to the keys, and says when one has come or gone."""

    def __init__(self, keys: Keys, servers: Servers, changed: Callable[[], None]) -> None:
        """``servers`` are those that use the keys."""
        self._keys = keys
        self._prober = Prober(servers)
        self._changed = changed
        self._tasks = TaskSet()

    def has(self, server_id: str, server: Server) -> bool:
        """Whether there is a key for this server."""
        return self._keys.has(server_id, server)

    def store(self, server_id: str, server: Server, key: str) -> None:
        """Keep a key for this server.

        Raises:
            VoiceDeskError: It could not be kept beyond this run.
        """
        try:
            self._keys.store(server_id, server, key)
        finally:
            self._changed()

    def remove(self, server_id: str, server: Server) -> None:
        """Forget the key of this server.

        Raises:
            VoiceDeskError: It stays in the file of keys.
        """
        try:
            self._keys.remove(server_id, server)
        finally:
            self._changed()

    def backend(self) -> str:
        """What keeps the keys on this computer, for people; "none" when nothing does."""
        return self._keys.backend()

    def uses_file(self) -> bool:
        """Whether keys that no keychain takes are kept in a file."""
        return self._keys.uses_file()

    def use_file(self, *, allowed: bool) -> None:
        """Keep keys in a file from now on, or no longer.

        Raises:
            VoiceDeskError: The file cannot be changed.
        """
        self._keys.use_file(allowed=allowed)

    def test(self, settings: Settings, server_id: str, told: Told) -> Callable[[], None]:
        """Try a server. ``told`` is told the report each time that it grows. Returns what ends it."""
        task = self._tasks.spawn(
            self._prober.test(settings, server_id, told), name=f"testing {server_id}"
        )

        def end() -> None:
            task.cancel()

        return end

    async def check(self, settings: Settings) -> None:
        """See whether the servers that are in use take their keys.

        Raises:
            ServerError: One refuses its key, or cannot be reached.
        """
        await self._prober.check_keys(settings)

    async def close(self) -> None:
        """End what is being tried."""
        await self._tasks.close()
