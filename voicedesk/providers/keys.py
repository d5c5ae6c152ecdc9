"""API keys: in the desktop's keychain or the environment, never in a file.

A key belongs to the server it was entered for: it is filed under the server's id and address together, so that
changing a server's address does not send the old key to the new place.
"""

from __future__ import annotations

import logging
import os

from voicedesk.core.errors import SettingsError
from voicedesk.core.settings import OPENAI_URL, Server

log = logging.getLogger(__name__)

_SERVICE = "VoiceDesk"


class KeyringError(SettingsError):
    """The desktop's keychain refused."""

    sentence = (
        "The key could not be kept in the keychain ({reason}). It is used until VoiceDesk ends."
    )


class Keys:
    """Reads, stores and removes the keys of servers.

    Order on reading: what was entered in this run, then the environment (``OPENAI_API_KEY``, only for OpenAI's
    own server), then the keychain.
    """

    def __init__(self) -> None:
        self._this_run: dict[str, str] = {}

    @staticmethod
    def _account(server_id: str, server: Server) -> str:
        return f"{server_id} {server.base_url.rstrip('/')}"

    def read(self, server_id: str, server: Server) -> str:
        """The key of a server, empty when there is none."""
        account = self._account(server_id, server)
        if account in self._this_run:
            return self._this_run[account]
        if server.base_url.rstrip("/") == OPENAI_URL and os.environ.get("OPENAI_API_KEY"):
            return os.environ["OPENAI_API_KEY"].strip()
        import keyring
        from keyring.errors import KeyringError as KeychainError

        try:
            return keyring.get_password(_SERVICE, account) or ""
        except (KeychainError, RuntimeError, OSError) as error:
            log.info("no key from the keychain: %s", type(error).__name__)
            return ""

    def store(self, server_id: str, server: Server, key: str) -> None:
        """Keep a key for a server.

        Raises:
            KeyringError: There is no usable keychain; the key serves until the end of this run.
        """
        account = self._account(server_id, server)
        key = key.strip()
        import keyring
        from keyring.errors import KeyringError as KeychainError

        self._this_run[account] = key
        try:
            keyring.set_password(_SERVICE, account, key)
        except (KeychainError, RuntimeError, OSError) as error:
            raise KeyringError(type(error).__name__, reason="this desktop offers none") from error

    def lend(self, server_id: str, server: Server, key: str) -> None:
        """Use a key until the end of this run, without keeping it anywhere."""
        self._this_run[self._account(server_id, server)] = key

    def has(self, server_id: str, server: Server) -> bool:
        """Whether a key is known for a server."""
        return bool(self.read(server_id, server))

    def remove(self, server_id: str, server: Server) -> None:
        """Forget the key of a server."""
        account = self._account(server_id, server)
        self._this_run.pop(account, None)
        import keyring
        from keyring.errors import KeyringError as KeychainError

        try:
            keyring.delete_password(_SERVICE, account)
        except (KeychainError, RuntimeError, OSError) as error:
            log.info("nothing removed from the keychain: %s", type(error).__name__)

    @staticmethod
    def backend() -> str:
        """What keeps the keys here, for people and for the doctor's report."""
        import keyring

        backend = keyring.get_keyring()
        module = type(backend).__module__
        if module.startswith(("keyring.backends.fail", "keyring.backends.null")):
            return "none"
        return str(getattr(backend, "name", module))
