"""What is known about servers: where they are and in what they differ, as data.

The pipelines read the quirks from here; no server's name appears in a branch of the code.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from voicedesk.core.errors import InsecureServerError, UnreachableError
from voicedesk.core.settings import Server


@dataclass(frozen=True, slots=True)
class Quirks:
    """In what a server differs from OpenAI's.

    Attributes:
        commit_starts_reply: A commit answers by itself; no ``response.create`` follows.
        can_truncate: ``conversation.item.truncate`` and ``.delete`` are understood.
        can_cancel: ``response.cancel`` is understood.
        needs_key: Without a key a request is pointless.
        live_transcription: Takes are transcribed while the user talks, in a session of their own.
        voice: The one to ask for when none is chosen; empty where a server has a default of its own.
        leaves_pauses: Its voice ends a sentence with the pause that belongs there.
        thinks: The kind of API that its models are best asked with: "chat", "responses" or "agent".
    """

    commit_starts_reply: bool = False
    can_truncate: bool = True
    can_cancel: bool = True
    needs_key: bool = False
    live_transcription: bool = False
    voice: str = ""
    leaves_pauses: bool = True
    thinks: str = "chat"


QUIRKS: dict[str, Quirks] = {
    "builtin": Quirks(live_transcription=True, leaves_pauses=False),
    # OpenAI's newer models refuse tools with reasoning on Chat Completions.
    "openai": Quirks(needs_key=True, live_transcription=True, voice="marin", thinks="responses"),
    "compatible": Quirks(),
    "localai": Quirks(commit_starts_reply=True),
    "agent": Quirks(thinks="agent"),
}


@dataclass(frozen=True, slots=True)
class Address:
    """A server that can be called: where it is, with which key, and what is special about it.

    The key is kept out of ``repr`` so that no log or exception can show it.
    """

    name: str
    base_url: str
    key: str
    quirks: Quirks

    def __repr__(self) -> str:
        return f"Address(name={self.name!r}, base_url={self.base_url!r})"


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this computer."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def address_of(server: Server, key: str) -> Address:
    """The address of a server from the settings.

    Raises:
        UnreachableError: The URL is no http(s) URL.
        InsecureServerError: Plain http to another computer that was not allowed by name.
    """
    parts = urlsplit(server.base_url.strip())
    if parts.scheme not in {"http", "https", "ws", "wss"} or not parts.hostname:
        raise UnreachableError(
            f"base_url {server.base_url!r}", server=server.name, reason="its address is not valid"
        )
    plain = parts.scheme in {"http", "ws"}
    if plain and not is_loopback(parts.hostname) and not server.allow_plain:
        raise InsecureServerError(server.base_url, server=server.name)
    scheme = "http" if plain else "https"
    base_url = parts._replace(scheme=scheme).geturl().rstrip("/")
    return Address(server.name, base_url, key, QUIRKS.get(server.dialect, Quirks()))
