"""Addresses of pages that a model wants to have opened: only web pages, shown as they are, with nothing hidden in them."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit, urlunsplit

from voicedesk.tools.tool import ToolError

LONGEST_LINK = 2000

_BARE_HOST = re.compile(r"(?:[\w-]+\.)+[^\W\d_]{2,}(?::\d{1,5})?(?:[/?#].*)?", re.DOTALL)
_SAFE = "!$&'()*+,;=:@/?%-._~[]"
"""What stays as it is; all else is written as %XX, so that no sign can look like another."""


def web_address(text: str) -> str:
    """The address as it will be opened: http or https, its host in ASCII, everything unusual in it escaped.

    Args:
        text: As the model gave it; "example.org/page" without a scheme is taken for https.

    Raises:
        ToolError: It is no address of a web page, or one that hides where it leads.
    """
    text = text.strip()
    if len(text) > LONGEST_LINK:
        raise ToolError("The address is too long")
    if re.search(r"[\s\x00-\x1f\x7f\\]", text):
        raise ToolError("The address holds spaces or signs that no address has")
    if "://" not in text and _BARE_HOST.fullmatch(text):
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise ToolError("This is not a valid address") from error
    if parts.scheme not in ("http", "https") or not host:
        raise ToolError("Only addresses of web pages (http or https) can be opened")
    if "@" in parts.netloc:
        raise ToolError("An address with a user name in it is not opened")
    place = _ascii_host(host) + (f":{port}" if port is not None else "")
    rest = (quote(part, safe=_SAFE) for part in (parts.path or "/", parts.query, parts.fragment))
    return urlunsplit((parts.scheme, place, *rest))


def _ascii_host(host: str) -> str:
    if ":" in host:
        return f"[{host}]"
    try:
        name = host.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise ToolError("This is not a valid address") from error
    if not re.fullmatch(r"[a-z0-9._-]+", name.lower()):
        raise ToolError("This is not a valid address")
    return name.lower()
