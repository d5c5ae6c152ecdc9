"""Whether there is a newer version: looked up once a day where the user has agreed to it, told, and never fetched.

Whoever hands out VoiceDesk keeps a list of releases, which is one JSON object: ``{"version": "1.2.0", "page":
"https://..."}``. Nothing but the request for it is sent.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from voicedesk import __version__
from voicedesk.core.settings import Privacy
from voicedesk.providers.profiles import is_loopback

if TYPE_CHECKING:
    import httpx2

log = logging.getLogger(__name__)

DAY_S = 86_400.0
ASK_AGAIN_S = 3_600.0
MOST_BYTES = 64 * 1024
_TIMEOUT_S = 15.0
_LONGEST = 200
_VERSION = re.compile(r"(?P<numbers>\d+(?:\.\d+){0,3})(?P<early>(?:a|b|rc|\.dev)\d*)?")


class ReleaseListError(ValueError):
    """What was found there is no list of releases, or it is nowhere that may be asked; the text says why."""


@dataclass(frozen=True, slots=True)
class Release:
    """A version that can be had.

    Attributes:
        version: As in "1.2.0".
        page: Where people read about it and get it; https.
    """

    version: str
    page: str

    @property
    def is_newer(self) -> bool:
        """Whether it is newer than what runs here, and meant for everybody."""
        here, there = _order(__version__), _order(self.version)
        return there is not None and here is not None and there[1] and there > here


def _order(version: str) -> tuple[tuple[int, ...], bool] | None:
    """To compare by: the numbers, then whether it is final."""
    found = _VERSION.fullmatch(version)
    if found is None:
        return None
    numbers = tuple(int(number) for number in found["numbers"].split("."))
    return (*numbers, 0, 0, 0)[:4], found["early"] is None


def read_release(data: bytes) -> Release:
    """The release that a list names.

    Raises:
        ReleaseListError: It is none.
    """
    try:
        told = json.loads(data)
        version, page = told["version"], told["page"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ReleaseListError("it names no version and no page") from error
    if not isinstance(version, str) or len(version) > _LONGEST or _order(version) is None:
        raise ReleaseListError("its version is none")
    if not isinstance(page, str) or len(page) > _LONGEST or not _is_https(page):
        raise ReleaseListError("its page is no https address")
    return Release(version, page)


def _is_https(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and address.isprintable()


def _may_be_asked(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return _is_https(address) or (parts.scheme == "http" and is_loopback(parts.hostname or ""))


async def look_up(address: str, *, transport: httpx2.AsyncBaseTransport | None = None) -> Release:
    """Ask for the newest release.

    Args:
        address: Of the list; https, or http on this computer.
        transport: For tests.

    Raises:
        ReleaseListError: There is none, or it may not be asked.
        ConnectionError: Nobody could be asked.
    """
    if not _may_be_asked(address):
        raise ReleaseListError("its address is no https address")
    library = await asyncio.to_thread(_client_library)
    try:
        async with library.AsyncClient(transport=transport, timeout=_TIMEOUT_S) as client:
            return read_release(await _fetch(client, address))
    except (library.HTTPError, library.InvalidURL) as error:
        raise ConnectionError(repr(error)) from error


async def _fetch(client: httpx2.AsyncClient, address: str) -> bytes:
    data = b""
    async with client.stream("GET", address, headers={"User-Agent": "VoiceDesk"}) as answer:
        if answer.status_code != 200:
            raise ReleaseListError(f"its server answers {answer.status_code}")
        async for piece in answer.aiter_bytes():
            data += piece
            if len(data) > MOST_BYTES:
                raise ReleaseListError("it is too long")
    return data


def _client_library() -> ModuleType:
    """httpx2, which takes a while to load: for a thread."""
    return import_module("httpx2")


class Updates:
    """Looks once a day, for as long as it runs and the user agrees.

    Args:
        agreed: What the user has agreed to, now.
        stamp: A file whose time says when it was looked last.
        tell: Called with a newer release, at most once for each version.
        complain: Called when what is at the address is no list of releases.
        look: As `look_up`.
        calendar: Seconds since the epoch.
    """

    def __init__(
        self,
        agreed: Callable[[], Privacy],
        stamp: Path,
        *,
        tell: Callable[[Release], None],
        complain: Callable[[], None],
        look: Callable[[str], Awaitable[Release]] = look_up,
        calendar: Callable[[], float] = time.time,
    ) -> None:
        self._agreed = agreed
        self._stamp = stamp
        self._tell = tell
        self._complain = complain
        self._look = look
        self._calendar = calendar
        self._told = ""

    async def run(self) -> None:
        """Look whenever it is due, until cancelled."""
        while True:
            await self.look_if_due()
            await asyncio.sleep(ASK_AGAIN_S)

    async def look_if_due(self) -> None:
        """Look if the user agrees and it was not done today. That nobody could be reached is no trouble of the user's."""
        agreed = self._agreed()
        if not (agreed.updates and agreed.updates_list and self._is_due()):
            return
        self._note()
        try:
            release = await self._look(agreed.updates_list)
        except ReleaseListError as error:
            log.info("the list of releases cannot be used: %s", error)
            self._complain()
            return
        except OSError as error:
            log.info("the list of releases cannot be reached: %r", error)
            return
        if release.is_newer and release.version != self._told:
            self._told = release.version
            self._tell(release)

    def _is_due(self) -> bool:
        try:
            since = self._calendar() - self._stamp.stat().st_mtime
        except OSError:
            return True
        return not 0 <= since < DAY_S  # a clock that was set back must not silence it for ever

    def _note(self) -> None:
        try:
            self._stamp.parent.mkdir(parents=True, exist_ok=True)
            self._stamp.touch()
        except OSError as error:
            log.info("it cannot be noted when releases were looked for: %r", error)
