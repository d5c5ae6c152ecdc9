"""API keys: in the desktop's keychain or the environment, and in a file only if there is no keychain and the user says so.

A key belongs to the server it was entered for: it is filed under the server's id and address together, so that
changing a server's address does not send the old key to the new place. Whatever is read or stored is taken out of
every log and every error from then on.
"""

from __future__ import annotations

import os
from concurrent.futures import Future
from functools import partial
from pathlib import Path

from voicedesk.core.errors import SettingsError, WrongKeyError
from voicedesk.core.reasons import disk_reason
from voicedesk.core.redaction import redactor
from voicedesk.core.settings import OPENAI_URL, Server
from voicedesk.providers.key_file import KeyFile
from voicedesk.providers.keychain import Keychain, SilentError
from voicedesk.providers.profiles import quirks_of

LOOK_UP_S = 15.0
"""So long a look-up may take for a turn: a keychain that is locked asks the user, who has to type."""
HELD_UP_S = 3.0
"""So long the keychain may hold up whoever does nothing else meanwhile, the window say. It has mostly answered at once."""


class KeyringError(SettingsError):
    """The desktop's keychain refused."""

    sentence = (
        "The key could not be kept in the keychain ({reason}). It is used until VoiceDesk ends."
    )


class KeyNotRemovedError(SettingsError):
    """The desktop's keychain says nothing."""

    sentence = "The keychain does not answer, so the key is still in it. Unlock the keychain, then remove the key again."


class LockedKeychainError(WrongKeyError):
    """The desktop's keychain says nothing, and the server needs a key."""

    sentence = (
        "The keychain does not answer, so the key of {server} is not known. Unlock the keychain and try again, "
        "or enter the key in Settings, Servers."
    )


class KeyFileError(SettingsError):
    """The file of keys could not be changed."""

    sentence = "The file of keys, {path}, could not be changed: {reason}. Keys that are new are used until VoiceDesk ends."


class Keys:
    """Reads, stores and removes the keys of servers.

    Order on reading: what was entered in this run, then the environment (``OPENAI_API_KEY``, only for OpenAI's
    own server), then the keychain, then the file. The keychain may ask the user: it is waited for so long and no longer.
    """

    def __init__(self, folder: Path | None = None) -> None:
        """``folder`` is where the file may be; without one there is none."""
        self._this_run: dict[str, str] = {}
        self._found: dict[
            str, str
        ] = {}  # asking a keychain takes time, and each request needs its key
        self._asked: dict[str, Future[str]] = {}  # the keychain, which has not answered yet
        self._keychain = Keychain()
        self._file = KeyFile(folder) if folder is not None else None

    @staticmethod
    def _account(server_id: str, server: Server) -> str:
        return f"{server_id} {server.base_url.rstrip('/')}"

    async def fetch(self, server_id: str, server: Server) -> str:
        """The key of a server, empty when there is none.

        Raises:
            LockedKeychainError: The keychain does not say whether there is one, and the server needs it.
        """
        account = self._account(server_id, server)
        known = self._known(account, server)
        if known is not None:
            return known
        try:
            kept = await self._keychain.answer(self._ask(account), LOOK_UP_S)
        except SilentError as error:
            kept = self._from_file(account)
            if not kept and quirks_of(server).needs_key:
                raise LockedKeychainError("no answer", server=server.name) from error
        return kept or self._from_file(account)

    def read(self, server_id: str, server: Server) -> str:
        """As ``fetch``, for those who cannot wait: empty also where the keychain does not say it at once."""
        account = self._account(server_id, server)
        known = self._known(account, server)
        if known is not None:
            return known
        try:
            kept = self._keychain.wait(self._ask(account), HELD_UP_S)
        except SilentError:
            kept = ""
        return kept or self._from_file(account)

    def _known(self, account: str, server: Server) -> str | None:
        """The key as far as nobody has to be asked; None when somebody has."""
        key = self._this_run.get(account)
        if key is None and server.base_url.rstrip("/") == OPENAI_URL:
            key = os.environ.get("OPENAI_API_KEY", "").strip() or None
        if key is None:
            key = self._found.get(account)
        if key is not None:
            redactor.hide(key)
        return key

    def _ask(self, account: str) -> Future[str]:
        """Ask the keychain, once for all who want to know. What it answers late is there for the next."""
        asked = self._asked.get(account)
        if asked is None:
            asked = self._asked[account] = self._keychain.get(account)
            asked.add_done_callback(partial(self._answered, account))
        return asked

    def _answered(self, account: str, asked: Future[str]) -> None:  # on the keychain's thread
        if self._asked.get(account) is not asked:
            return  # it was removed meanwhile
        del self._asked[account]
        if key := asked.result():
            redactor.hide(key)
            self._found[account] = key

    def _from_file(self, account: str) -> str:
        key = self._kept().get(account, "")
        redactor.hide(key)
        if key:
            self._found[account] = key
        return key

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
        keeping = self._keychain.keep(account, key)
        reason = "this desktop offers none"
        try:
            failure = self._keychain.wait(keeping, HELD_UP_S)
        except SilentError:
            # What it has begun may still succeed, when the user has unlocked it.
            keeping.cancel()
            failure = "no answer"
            reason = "it does not answer; unlock it and save the key again"
        if not failure:
            return
        if not self.uses_file():
            raise KeyringError(failure, reason=reason)
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
            KeyNotRemovedError: The keychain does not answer.
        """
        account = self._account(server_id, server)
        self._this_run.pop(account, None)
        self._found.pop(account, None)
        self._asked.pop(account, None)
        removing = self._keychain.remove(account)
        kept = self._kept()
        if kept.pop(account, None) is not None:
            self._write(kept)
        try:
            self._keychain.wait(removing, HELD_UP_S)
        except SilentError as error:
            removing.cancel()
            raise KeyNotRemovedError("no answer") from error

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
                    if not self._is_in_keychain(account)
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

    def _is_in_keychain(self, account: str) -> bool:
        try:
            return bool(self._keychain.wait(self._ask(account), HELD_UP_S))
        except SilentError:
            return False

    def backend(self) -> str:
        """What keeps the keys here, for people; "none" when nothing does, or when it does not answer."""
        try:
            return self._keychain.wait(self._keychain.name(), HELD_UP_S)
        except SilentError:
            return "none"

    @property
    def is_silent(self) -> bool:
        """Whether the keychain did not answer in time when it was asked last."""
        return self._keychain.is_silent
