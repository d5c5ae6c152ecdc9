"""Whoever is gone without a word is noticed: the system asks the other side's system, not its program.

A server that thinks, or that does not read for a while, is alive as long as its system answers. A limit for data that is
not confirmed (TCP_USER_TIMEOUT) would end connections to such a server too, once its buffer is full: it is set only while
that system owes a word.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import struct
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx2

log = logging.getLogger(__name__)

PROBE_AFTER_S = 2
PROBE_EVERY_S = 1
MOST_PROBES = 3
"""A silent peer is asked after so many seconds, so often, and given up when none of the questions is answered: 5 s."""
UNCONFIRMED_MS = 4000
"""So long data may be on its way without being confirmed."""
LOOK_EVERY_S = 0.5

_CONNECTED = ".connect_tcp.complete"
_WORD = struct.Struct("=I")
_PROBES_AT, _UNACKED_AT = 3, 24
"""Where Linux's ``struct tcp_info`` counts unanswered questions, and segments on their way (linux/tcp.h)."""
_IN_VAIN = 2
_DARWIN_UNCONFIRMED_S = 0x80
"""TCP_RXT_CONNDROPTIME of netinet/tcp.h, which Python has no name for: seconds of repeating, closed windows apart."""

_DARWIN_UNSENT = 0x1024
"""SO_NWRITE of sys/socket.h, which Python has no name for: bytes that are not confirmed."""


def _options() -> Iterator[tuple[int, int, int]]:
    """The options to set, as level, name and value: those that this system has."""
    yield socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1
    numbers = {
        "TCP_KEEPIDLE": PROBE_AFTER_S,
        "TCP_KEEPALIVE": PROBE_AFTER_S,  # macOS's name for the same
        "TCP_KEEPINTVL": PROBE_EVERY_S,
        "TCP_KEEPCNT": MOST_PROBES,
    }
    for name, value in numbers.items():
        if hasattr(socket, name):
            yield socket.IPPROTO_TCP, getattr(socket, name), value
    if sys.platform == "darwin":
        yield socket.IPPROTO_TCP, _DARWIN_UNCONFIRMED_S, UNCONFIRMED_MS // 1000


class PeerWatch:
    """Looks after the connections of one HTTP client. Its hook goes among the client's, for requests."""

    def __init__(self) -> None:
        """Nothing is watched yet."""
        self._sockets: dict[Any, bool] = {}  # and whether unconfirmed data has a limit
        self._exchanges = 0
        self._timer: asyncio.TimerHandle | None = None

    @property
    def connections(self) -> list[Any]:
        """The sockets that are open."""
        self._forget_closed()
        return list(self._sockets)

    async def hook(self, request: httpx2.Request) -> None:
        """Have the connection that a request opens, if it does, watched from its beginning."""
        request.extensions["trace"] = self._trace

    async def _trace(self, name: str, info: dict[str, Any]) -> None:
        if not name.endswith(_CONNECTED):
            return
        connection = info["return_value"].get_extra_info("socket")
        if connection is None:
            return
        for option in _options():
            try:
                connection.setsockopt(*option)
            except OSError as error:
                # An old system that lacks one notices later; that is no reason to go without a connection.
                log.info("a connection has no option %s: %s", option, error)
        self._forget_closed()
        self._sockets[connection] = False

    @contextlib.contextmanager
    def exchange(self) -> Iterator[None]:
        """A request is under way: data that is not confirmed has a limit meanwhile."""
        self._exchanges += 1
        if self._timer is None and hasattr(socket, "TCP_USER_TIMEOUT"):
            self._later()
        try:
            yield
        finally:
            self._exchanges -= 1
            if not self._exchanges and self._timer is not None:
                self._timer.cancel()
                self._timer = None

    def _later(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(LOOK_EVERY_S, self._look)

    def _look(self) -> None:
        self._forget_closed()
        for connection, is_limited in self._sockets.items():
            with contextlib.suppress(OSError):  # it breaks just now, which its request will tell
                if is_limited is not (in_doubt := _is_in_doubt(connection)):
                    limit = UNCONFIRMED_MS if in_doubt else 0
                    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, limit)
                    self._sockets[connection] = in_doubt
        self._later()

    def _forget_closed(self) -> None:
        for connection in [each for each in self._sockets if each.fileno() < 0]:
            del self._sockets[connection]


def _is_in_doubt(connection: Any) -> bool:
    """Whether the other side's system owes a word: data is not confirmed, or it was asked twice in vain.

    Who has closed its window is sent no data, and asked now and then; one that lives has answered before it is asked again.
    """
    info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)
    return bool(_WORD.unpack_from(info, _UNACKED_AT)[0]) or info[_PROBES_AT] >= _IN_VAIN


def unconfirmed(connection: Any) -> int:
    """Bytes that were sent and that the other side's system has not confirmed; 0 where this one does not tell."""
    try:
        if sys.platform == "darwin":
            return int(connection.getsockopt(socket.SOL_SOCKET, _DARWIN_UNSENT))
        if sys.platform == "linux":
            from fcntl import ioctl
            from termios import TIOCOUTQ

            (count,) = _WORD.unpack(ioctl(connection.fileno(), TIOCOUTQ, bytes(_WORD.size)))
            return int(count)
    except (OSError, ValueError):
        log.debug("a connection that is asked has gone")
    return 0


def is_dead_peer(error: BaseException) -> bool:
    """Whether a request failed because the other side's system answers no more."""
    cause: BaseException | None = error
    for _ in range(10):
        if cause is None:
            break
        # The system's own error has a number; limits of ours are TimeoutErrors without one.
        if isinstance(cause, TimeoutError) and cause.errno is not None:
            return True
        cause = cause.__cause__ or cause.__context__
    return False
