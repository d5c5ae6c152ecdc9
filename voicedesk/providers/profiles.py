"""What is known about servers: where they are and in what they differ, as data.

The pipelines read the quirks from here; no server's name appears in a branch of the code.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import SplitResult, urlsplit

from voicedesk.core.errors import InsecureServerError, UnreachableError
from voicedesk.core.settings import Server
from voicedesk.providers.presets import Stage

WIRE_RATE = 24_000
"""Samples a second of the protocol's sound."""


Protocol = Literal["openai", "beta", "xai", "vllm"]
"""How a server's realtime events are shaped; see ``providers.dialects``."""

OPENAI_VOICES = frozenset(
    {
        "alloy",
        "ash",
        "ballad",
        "cedar",
        "coral",
        "echo",
        "fable",
        "marin",
        "nova",
        "onyx",
        "sage",
        "shimmer",
        "verse",
    }
)

Thinking = Literal["chat", "responses", "agent"]


@dataclass(frozen=True, slots=True)
class Quirks:
    """In what a server differs from OpenAI's.

    Attributes:
        protocol: The shape of its realtime events and sessions.
        rate_in: Samples a second that its realtime sessions are sent.
        commit_starts_reply: A commit answers by itself; no ``response.create`` follows.
        closing_silence_ms: A commit means nothing to it: only so much silence ends a turn.
        detects_turns: Its own detection of turns cannot be switched off, only made deaf.
        can_truncate: ``conversation.item.truncate`` and ``.delete`` are understood.
        can_cancel: ``response.cancel`` is understood.
        first_event_s: How long a session or an answer may take to show its first sign of life, where models are loaded
            for it; 0 for as long as usual.
        needs_key: Without a key a request is pointless.
        retires_models: The dates of ``providers.retirement`` count here.
        live_transcription: Takes are transcribed while the user talks, in a session of their own.
        voice: The one to ask for when none is chosen; empty where a server has a default of its own.
        own_voices: OpenAI's voices are not known there.
        leaves_pauses: Its voice ends a sentence with the pause that belongs there.
        words_in_step: Each piece of a reply's words comes just before the sound that begins with it.
        thinks: The kind of API that its models are best asked with.
        is_ours: A process of this application: it has no address and no key to be entered, and costs nothing.
        models: The only models that it has, by what they are for. Where one is named no other can be chosen.
        ignores: Settings of a pipeline that mean nothing to it, and are not sent.
    """

    protocol: Protocol = "openai"
    rate_in: int = WIRE_RATE
    commit_starts_reply: bool = False
    closing_silence_ms: int = 0
    detects_turns: bool = False
    can_truncate: bool = True
    can_cancel: bool = True
    first_event_s: float = 0.0
    needs_key: bool = False
    retires_models: bool = False
    live_transcription: bool = False
    voice: str = ""
    own_voices: bool = False
    leaves_pauses: bool = True
    words_in_step: bool = False
    thinks: Thinking = "chat"
    is_ours: bool = False
    models: Mapping[Stage, str] = field(default_factory=dict, hash=False)
    ignores: frozenset[str] = frozenset()


QUIRKS: dict[str, Quirks] = {
    "builtin": Quirks(
        live_transcription=True,
        leaves_pauses=False,
        words_in_step=True,
        is_ours=True,
        models={
            "realtime": "voicedesk-realtime",
            "live": "voicedesk-ears",
            "transcription": "voicedesk-ears",
            "thinking": "voicedesk-assistant",
            "speech": "voicedesk-voice",
        },
        ignores=frozenset({"voice", "noise_reduction", "effort"}),
    ),
    # OpenAI's newer models refuse tools with reasoning on Chat Completions.
    "openai": Quirks(
        needs_key=True,
        retires_models=True,
        live_transcription=True,
        voice="marin",
        thinks="responses",
    ),
    "azure": Quirks(needs_key=True, voice="marin"),
    "xai": Quirks(protocol="xai", needs_key=True, own_voices=True),
    # A committed take is kept under a header of 16 kHz whatever its rate was, and models are loaded for the session.
    "localai": Quirks(
        commit_starts_reply=True, rate_in=16_000, first_event_s=90.0, own_voices=True
    ),
    "speaches": Quirks(
        protocol="beta",
        detects_turns=True,
        can_truncate=False,
        can_cancel=False,
        first_event_s=60.0,
        own_voices=True,
    ),
    "speech-to-speech": Quirks(
        commit_starts_reply=True,
        closing_silence_ms=1000,
        can_truncate=False,
        first_event_s=60.0,
        own_voices=True,
    ),
    "vllm": Quirks(protocol="vllm", rate_in=16_000),
    # To load a model takes minutes on a slow disk, and whoever hangs up meanwhile has it begin anew.
    "ollama": Quirks(first_event_s=180.0),
    "llamacpp": Quirks(),
    "lmstudio": Quirks(first_event_s=180.0),
    "kokoro": Quirks(voice="af_heart"),
    "litellm": Quirks(),
    "compatible": Quirks(),
    "agent": Quirks(thinks="agent"),
}
"""By the dialect of the settings. A dialect that is not here, of a newer version, has none that are known."""


def quirks_of(server: Server) -> Quirks:
    """What is known about a server of the settings."""
    return QUIRKS.get(server.dialect, Quirks())


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


class NoAddressError(UnreachableError):
    """What was entered as an address is none: it stays so until somebody enters another."""

    retryable = False


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this computer."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def needs_permission(base_url: str) -> bool:
    """Whether an address leads to another computer without encryption."""
    parts = _parts(base_url)
    host = (parts.hostname or "") if parts is not None else ""
    return parts is not None and parts.scheme in _PLAIN and bool(host) and not is_loopback(host)


_PLAIN = frozenset({"http", "ws"})
_SCHEMES = _PLAIN | {"https", "wss"}


def _parts(base_url: str) -> SplitResult | None:
    """The parts of an address, None when it is none."""
    try:
        parts = urlsplit(base_url.strip())
        _ = parts.port  # is only looked at when it is asked for
    except ValueError:
        return None
    return parts if parts.scheme in _SCHEMES and parts.hostname else None


def address_of(server: Server, key: str) -> Address:
    """The address of a server from the settings.

    Raises:
        NoAddressError: The URL is no http(s) URL, or holds a password, which would be shown wherever it is.
        InsecureServerError: Plain http to another computer that was not allowed by name.
    """
    parts = _parts(server.base_url)
    if parts is None:
        raise NoAddressError(
            f"base_url {server.base_url!r}", server=server.name, reason="its address is not valid"
        )
    if parts.username or parts.password:
        reason = "its address holds a name or a password, which belongs into the field for the key"
        raise NoAddressError("userinfo in base_url", server=server.name, reason=reason)
    plain = parts.scheme in _PLAIN
    if plain and not is_loopback(parts.hostname or "") and not server.allow_plain:
        raise InsecureServerError(server.base_url, server=server.name)
    scheme = "http" if plain else "https"
    base_url = parts._replace(scheme=scheme).geturl().rstrip("/")
    return Address(server.name, base_url, key, quirks_of(server))
