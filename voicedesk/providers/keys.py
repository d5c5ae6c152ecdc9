"""API keys: in the desktop's keychain or the environment, and in a file only if there is no keychain and the user says so.

A key belongs to the server it was entered for: it is filed under the server's id and address together, so that
changing a server's address does not send the old key to the new place. Whatever is read or stored is taken out of
every log and every error from then on.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path

from voicedesk.core.errors import SettingsError
from voicedesk.core.reasons import disk_reason
from voicedesk.core.redaction import redactor
from voicedesk.core.settings import OPENAI_URL, Server
from voicedesk.providers.key_file import KeyFile

log = logging.getLogger(__name__)

_SERVICE = "VoiceDesk"


class KeyringError(SettingsError):
    """The desktop's keychain refused."""

    sentence = (
        "The key could not be kept in the keychain ({reason}). It is used until VoiceDesk ends."
    )


class KeyFileError(SettingsError):
    """The file of keys could not be changed."""

    sentence = "The file of keys, {path}, could not be changed: {reason}. Keys that are new are used until VoiceDesk ends."


class Keys:
    """Reads, stores and removes the keys of servers.

    Order on reading: what was entered in this run, then the environment (``OPENAI_API_KEY``, only for OpenAI's
    own server), then the keychain, then the file. Reading asks the keychain, which may ask the user: not on the loop.
    """

    def __init__(self, folder: Path | None = None) -> None:
        """``folder`` is where the file may be; without one there is none."""
        self._this_run: dict[str, str] = {}
        self._found: dict[
            str, str
        ] = {}  # asking a keychain takes time, and each request needs its key
        self._file = KeyFile(folder) if folder is not None else None

    @staticmethod
    def _account(server_id: str, server: Server) -> str:
        return f"{server_id} {server.base_url.rstrip('/')}"

    def read(self, server_id: str, server: Server) -> str:
        """The key of a server, empty when there is none."""
        key = self._find(self._account(server_id, server), server)
        redactor.hide(key)
        return key

    def _find(self, account: str, server: Server) -> str:
        if account in self._this_run:
            return self._this_run[account]
        if server.base_url.rstrip("/") == OPENAI_URL and os.environ.get("OPENAI_API_KEY"):
            return os.environ["OPENAI_API_KEY"].strip()
        if account not in self._found:
            kept = _from_keychain(account) or self._kept().get(account, "")
            if not kept:
                return ""
            self._found[account] = kept
        return self._found[account]

    def store(self, server_id: str, server: Server, key: str) -> None:
        """Keep a key for a server.

        Raises:
            KeyringError: There is no usable keychain, and no file either; the key serves until the end of this run.
            KeyFileError: There is no usable keychain, and the file cannot be written; likewise.
        """
        account = self._account(server_id, server)
        key = key.strip()
        redactor.hide(key)
        self._this_run[account] = key
        failure = _to_keychain(account, key)
        if failure is None:
            return
        if not self.uses_file():
            raise KeyringError(failure, reason="this desktop offers none")
        self._write({**self._kept(), account: key})

    def lend(self, server_id: str, server: Server, key: str) -> None:
        """Use a key until the end of this run, without keeping it anywhere."""
        redactor.hide(key)
        self._this_run[self._account(server_id, server)] = key

    def has(self, server_id: str, server: Server) -> bool:
        """Whether a key is known for a server."""
        return bool(self.read(server_id, server))

    def remove(self, server_id: str, server: Server) -> None:
        """Forget the key of a server, wherever it is.

        Raises:
            KeyFileError: It is in the file, and that cannot be changed.
        """
        account = self._account(server_id, server)
        self._this_run.pop(account, None)
        self._found.pop(account, None)
        import keyring

        try:
            keyring.delete_password(_SERVICE, account)
        except Exception as error:  # noqa: BLE001 - keychains fail with anything, of whatever is below them
            log.info("nothing removed from the keychain: %s", type(error).__name__)
        kept = self._kept()
        if kept.pop(account, None) is not None:
            self._write(kept)

    # ------------------------------------------------------------------------------- the file

    def uses_file(self) -> bool:
        """Whether keys that no keychain takes are kept in a file."""
        return self._file is not None and self._file.exists

    def use_file(self, *, allowed: bool) -> None:
        """Keep keys in a file from now on, those of this run included; or remove the file, keeping them for this run.

        Raises:
            KeyFileError: It cannot be written, or removed.
        """
        if self._file is None or allowed == self._file.exists:
            return
        if allowed:
            self._write(
                {
                    account: key
                    for account, key in self._this_run.items()
                    if not _from_keychain(account)
                }
            )
            return
        self._this_run = {**self._kept(), **self._this_run}
        try:
            self._file.remove()
        except OSError as error:
            raise self._trouble(error) from error

    def _kept(self) -> dict[str, str]:
        return self._file.read() if self._file is not None else {}

    def _write(self, keys: dict[str, str]) -> None:
        assert self._file is not None
        try:
            self._file.write(keys)
        except OSError as error:
            raise self._trouble(error) from error

    def _trouble(self, error: OSError) -> KeyFileError:
        path = str(self._file.path) if self._file is not None else ""
        return KeyFileError(repr(error), path=path, reason=disk_reason(error))

    # --------------------------------------------------------------------------- the keychain

    @staticmethod
    def backend() -> str:
        """What keeps the keys here, for people and for the doctor's report; "none" when nothing does."""
        import keyring

        try:
            backend = keyring.get_keyring()
        except Exception as error:  # noqa: BLE001 - keychains fail with anything, of whatever is below them
            log.info("no keychain: %s", type(error).__name__)
            return "none"
        module = type(backend).__module__
        if module.startswith(("keyring.backends.fail", "keyring.backends.null")):
            return "none"
        return str(getattr(backend, "name", module))


def _from_keychain(account: str) -> str:
    import keyring

    try:
        return keyring.get_password(_SERVICE, account) or ""
    except Exception as error:  # noqa: BLE001 - keychains fail with anything, of whatever is below them
        log.info("no key from the keychain: %s", type(error).__name__)
        return ""


def _to_keychain(account: str, key: str) -> str | None:
    """Keep a key. Returns what went wrong, None when it is there."""
    import keyring

    try:
        keyring.set_password(_SERVICE, account, key)
        # Some take a key and keep nothing.
        return None if keyring.get_password(_SERVICE, account) == key else "it keeps nothing"
    except Exception as error:  # noqa: BLE001 - keychains fail with anything, of whatever is below them
        return type(error).__name__
