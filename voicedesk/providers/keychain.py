"""The desktop's keychain, which may be locked and ask the user, or hang: nobody waits for it without a limit.

What it is asked cannot be called off. It goes one at a time on a thread of its own, which does not hold up the end of
the process; a thread that nothing is asked of any more ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")

_SERVICE = "VoiceDesk"

BRIEF_S = 0.05
"""A keychain that has kept somebody waiting for too long is waited for no longer than this until it has answered."""


class SilentError(Exception):
    """It has not answered in time. What it was asked is still to be done, unless it had not been begun."""


class Keychain:
    """Asks the keychain.

    Attributes:
        is_silent: Whether it has not answered in time, and not since.
    """

    def __init__(self) -> None:
        """Nothing is asked, and nothing loaded."""
        self.is_silent = False
        self._lock = threading.Lock()
        self._jobs: deque[tuple[Future[Any], Callable[[], Any]]] = deque()
        self._naming: Future[str] | None = None
        self._works = False

    # ------------------------------------------------------------------------- what it can be asked

    def get(self, account: str) -> Future[str]:
        """The key of an account; empty when there is none, or no keychain."""
        return self._submit(lambda: _get(account))

    def keep(self, account: str, key: str) -> Future[str]:
        """Keep a key. Gives what went wrong; empty when it is there."""
        return self._submit(lambda: _keep(account, key))

    def remove(self, account: str) -> Future[None]:
        """Forget the key of an account, if there is one."""
        return self._submit(lambda: _remove(account))

    def name(self) -> Future[str]:
        """What it is called, for people; "none" when nothing keeps keys here."""
        if self._naming is None or self._naming.done():
            self._naming = self._submit(_name)
        return self._naming

    # ------------------------------------------------------------------------------------- waiting

    def wait(self, asked: Future[T], seconds: float) -> T:
        """What it answers. Holds up the thread.

        Raises:
            SilentError: It does not answer within ``seconds``.
        """
        answered = threading.Event()
        asked.add_done_callback(lambda _: answered.set())
        if not answered.wait(self._patience(seconds)):
            raise self._gave_up()
        return asked.result()

    async def answer(self, asked: Future[T], seconds: float) -> T:
        """What it answers. Cancelling this call ends it at once.

        Raises:
            SilentError: It does not answer within ``seconds``.
        """
        loop = asyncio.get_running_loop()
        answered = asyncio.Event()

        def tell(_: object) -> None:
            with contextlib.suppress(RuntimeError):  # nobody waits any more: the loop is closed
                loop.call_soon_threadsafe(answered.set)

        asked.add_done_callback(tell)
        try:
            async with asyncio.timeout(self._patience(seconds)):
                await answered.wait()
        except TimeoutError as error:
            raise self._gave_up() from error
        return asked.result()

    def _patience(self, seconds: float) -> float:
        return min(seconds, BRIEF_S) if self.is_silent else seconds

    def _gave_up(self) -> SilentError:
        if not self.is_silent:
            log.info("the keychain does not answer")
        self.is_silent = True
        return SilentError()

    # ------------------------------------------------------------------------------------ the thread

    def _submit(self, job: Callable[[], T]) -> Future[T]:
        asked: Future[T] = Future()
        with self._lock:
            self._jobs.append((asked, job))
            if self._works:
                return asked
            self._works = True
        threading.Thread(target=self._work, name="keychain", daemon=True).start()
        return asked

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._jobs:
                    self._works = False
                    return
                asked, job = self._jobs.popleft()
            if not asked.set_running_or_notify_cancel():
                continue
            try:
                result = job()
            except BaseException as error:  # noqa: BLE001 - whoever asked has it raised
                asked.set_exception(error)
            else:
                asked.set_result(result)
            self.is_silent = False


def _get(account: str) -> str:
    import keyring

    try:
        return keyring.get_password(_SERVICE, account) or ""
    except Exception as error:  # noqa: BLE001 - keychains fail with anything, of whatever is below them
        log.info("no key from the keychain: %s", type(error).__name__)
        return ""


def _keep(account: str, key: str) -> str:
    import keyring

    try:
        keyring.set_password(_SERVICE, account, key)
        # Some take a key and keep nothing.
        return "" if keyring.get_password(_SERVICE, account) == key else "it keeps nothing"
    except Exception as error:  # noqa: BLE001 - keychains fail with anything, of whatever is below them
        return type(error).__name__


def _remove(account: str) -> None:
    import keyring

    try:
        keyring.delete_password(_SERVICE, account)
    except Exception as error:  # noqa: BLE001 - keychains fail with anything, of whatever is below them
        log.info("nothing removed from the keychain: %s", type(error).__name__)


def _name() -> str:
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
