"""Tests talk to this machine only: a socket guard that refuses, and remembers, everything else."""

import contextlib
import ipaddress
import socket
from collections.abc import Callable, Iterator
from typing import Any

# Reserved by RFC 2606: a name that does not resolve, for tests.
_UNRESOLVABLE = (
    ".invalid",
    ".test",
)

_GUARDED = ("connect", "connect_ex", "bind")


class ForbiddenAddressError(OSError):
    """A test wanted to reach, or to be reached from, another machine."""


def is_loopback(host: str) -> bool:
    """Whether `host`, a name or a literal address, is this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


class NetworkGuard:
    """Stands before `socket`; `attempts` lists what was refused."""

    def __init__(self) -> None:
        self.attempts: list[str] = []

    def _refuse(self, what: str) -> ForbiddenAddressError:
        self.attempts.append(what)
        return ForbiddenAddressError(f"tests use loopback only, and this one wanted to {what}")

    def _guarded(self, name: str) -> Callable[..., Any]:
        original = getattr(socket.socket, name)

        def call(sock: socket.socket, address: Any) -> Any:
            internet = sock.family in {socket.AF_INET, socket.AF_INET6}
            if internet and not is_loopback(str(address[0])):
                raise self._refuse(f"{name} {address}")
            return original(sock, address)

        return call

    def _resolve(self, host: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if isinstance(name, str) and name and name != "localhost" and not _is_literal(name):
            if name.rstrip(".").endswith(_UNRESOLVABLE):
                raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
            raise self._refuse(f"look up {name}")
        return self._getaddrinfo(host, *args, **kwargs)

    @contextlib.contextmanager
    def installed(self) -> Iterator[None]:
        """Guard every socket of this process; names under .invalid and .test do not resolve."""
        self._getaddrinfo = socket.getaddrinfo
        before = {name: socket.socket.__dict__.get(name) for name in _GUARDED}
        for name in _GUARDED:
            setattr(socket.socket, name, self._guarded(name))
        socket.getaddrinfo = self._resolve
        try:
            yield
        finally:
            socket.getaddrinfo = self._getaddrinfo
            for name, method in before.items():
                if method is None:  # inherited from C
                    delattr(socket.socket, name)
                else:
                    setattr(socket.socket, name, method)
