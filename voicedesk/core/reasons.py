"""Why something failed, in words that continue a sentence, and that the window can say in the user's language.

What the system, its TLS library or a disk says of itself is English and written for programmers: it goes to the log,
and people are told one of the reasons here.
"""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Callable
from typing import Any, Self

Translate = Callable[[str], str]


class Reason(str):
    """A reason with values in it. As text it is English; ``said`` says it in another language.

    Attributes:
        template: The reason with ``{names}`` in it.
        values: What they stand for; reasons among them are translated too.
    """

    __slots__ = ("template", "values")

    template: str
    values: dict[str, object]

    def __new__(cls, template: str, **values: object) -> Self:
        """Fill a template."""
        made = super().__new__(cls, template.format_map(values))
        made.template = template
        made.values = values
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return _made, (self.template, self.values)

    def said(self, translate: Translate) -> str:
        """The reason, with each template as ``translate`` gives it."""
        values = {name: spoken(value, translate) for name, value in self.values.items()}
        return translate(self.template).format_map(values)


def _made(template: str, values: dict[str, object]) -> Reason:
    return Reason(template, **values)


def spoken(value: object, translate: Translate) -> object:
    """A value of a sentence: a reason is translated, everything else stays."""
    return value.said(translate) if isinstance(value, Reason) else value


OUR_FAULT = "this should not have happened, and its log says more"

_BY_NAME = {
    "ENOENT": "there is no such file or folder",
    "ENOTDIR": "there is no such file or folder",
    "EACCES": "you have no right to do that there",
    "EPERM": "you have no right to do that there",
    "EROFS": "the disk can only be read",
    "ENOSPC": "the disk is full",
    "EDQUOT": "you have used up your room on the disk",
    "EFBIG": "the file would be too large",
    "EIO": "the disk does not work as it should",
    "EISDIR": "it is a folder",
    "EEXIST": "there is one of that name already",
    "ENAMETOOLONG": "its name is too long",
    "EBUSY": "another program is using it",
    "ETXTBSY": "another program is using it",
    "EMFILE": "too many files are open",
    "ENFILE": "too many files are open",
    "ENOMEM": "there is not enough memory",
    "ECONNREFUSED": "nothing listens at its address",
    "ECONNRESET": "the other side broke off the connection",
    "ECONNABORTED": "the other side broke off the connection",
    "EPIPE": "the other side broke off the connection",
    "ETIMEDOUT": "it did not answer in time",
    "ENETUNREACH": "there is no network",
    "ENETDOWN": "there is no network",
    "EADDRNOTAVAIL": "there is no network",
    "EHOSTUNREACH": "no way leads to it from this network",
    "EHOSTDOWN": "no way leads to it from this network",
}
_SYSTEM = {
    getattr(errno, name): reason for name, reason in _BY_NAME.items() if hasattr(errno, name)
}
_WINDOWS = {
    5: errno.EACCES,
    32: errno.EBUSY,
    33: errno.EBUSY,
    112: errno.ENOSPC,
    1225: errno.ECONNREFUSED,
    10051: errno.ENETUNREACH,
    10054: errno.ECONNRESET,
    10060: errno.ETIMEDOUT,
    10061: errno.ECONNREFUSED,
    10065: errno.EHOSTUNREACH,
}
_CERTIFICATE = {
    # Numbers of OpenSSL (X509_V_ERR_...).
    9: "its certificate is not valid yet; see whether this computer's clock is right",
    10: "its certificate has expired",
    62: "its certificate was made for another name",
    64: "its certificate was made for another name",  # where the name is an IP address
}
_NOT_TRUSTED = "its certificate is not trusted"
_NO_TLS = "it does not use encryption (https)"
_SIGNS = {
    # What libraries say without a type or number of its own.
    "Connect call failed": "nothing listens at its address",
    "All connection attempts failed": "nothing listens at its address",
    "CERTIFICATE_VERIFY_FAILED": _NOT_TRUSTED,
    "WRONG_VERSION_NUMBER": _NO_TLS,
    "RECORD_LAYER_FAILURE": _NO_TLS,
    "HTTP_REQUEST": _NO_TLS,
    "UNSUPPORTED_PROTOCOL": "its kind of encryption is too old",
    "PROTOCOL_VERSION": "its kind of encryption is too old",
    "Name or service not known": "its name is not known to the network",
    "nodename nor servname": "its name is not known to the network",
    "getaddrinfo failed": "its name is not known to the network",
    "Temporary failure in name resolution": "its name is not known to the network",
    "Network is unreachable": "there is no network",
    "No route to host": "no way leads to it from this network",
    "Connection refused": "nothing listens at its address",
    "reset by peer": "the other side broke off the connection",
    "Server disconnected": "the other side broke off the connection",
    "missing an 'http://' or 'https://'": "its address is not valid",
    "unsupported protocol": "its address is not valid",
    "timed out": "it did not answer in time",
}


def disk_reason(error: OSError) -> str:
    """Why the system did not read or write something."""
    return _by_number(error) or "the system does not allow it"


def network_reason(error: BaseException) -> str:
    """Why no connection came about, or why it ended."""
    known = _by_kind(error) or (_by_number(error) if isinstance(error, OSError) else "")
    if known:
        return known
    text = str(error)
    for sign, reason in _SIGNS.items():
        if sign in text:
            return reason
    if isinstance(error, ssl.SSLError):
        return "no secure connection could be made"
    return "no connection could be made"


def _by_kind(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return "it did not answer in time"
    if isinstance(error, ConnectionRefusedError):
        return _BY_NAME["ECONNREFUSED"]
    if isinstance(error, ConnectionError):
        return _BY_NAME["ECONNRESET"]
    if isinstance(error, socket.gaierror):
        return "its name is not known to the network"
    if isinstance(error, ssl.SSLCertVerificationError):
        return _CERTIFICATE.get(getattr(error, "verify_code", 0), _NOT_TRUSTED)
    return ""


def _by_number(error: OSError) -> str:
    if isinstance(error, ssl.SSLError):
        return ""  # its numbers are its own
    number = _WINDOWS.get(getattr(error, "winerror", None) or 0, error.errno or 0)
    return _SYSTEM.get(number, "")


ALL = frozenset((*_BY_NAME.values(), *_CERTIFICATE.values(), *_SIGNS.values(), OUR_FAULT))
"""The reasons of this module that stand in its tables, for whoever translates them."""
