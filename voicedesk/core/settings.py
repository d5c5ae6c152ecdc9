"""Typed settings: their defaults, their bounds, and the steps that bring older files up to date.

Nothing here touches a file. ``load`` takes the text of a settings file and gives settings or raises SettingsError;
``dump`` gives the text to write. Fields that this version does not know are kept, so that going back to a newer
version loses nothing.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable
from typing import Annotated, Any, Literal

# Its plugins, which we have none of, are looked for in every installed package: 25 ms of each start.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from voicedesk.core.errors import SettingsError
from voicedesk.core.reasons import Reason

SCHEMA = 3

Mode = Literal["realtime", "classic"]
"""Which pipeline answers."""

BUILTIN = "builtin"
OPENAI = "openai"
OPENAI_URL = "https://api.openai.com/v1"


class _Section(BaseModel):
    """Base of all sections: unknown fields are kept, assignments are checked."""

    model_config = ConfigDict(extra="allow", validate_assignment=True)


class DeviceChoice(_Section):
    """A sound device by what stays the same when others come and go, never by index."""

    host_api: str
    name: str


TalkKeyName = Literal[
    "space", "insert", "pause", "scroll_lock",
    "f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9", "f10", "f11", "f12",
]  # fmt: skip
"""The keys that one can talk with: they write nothing, but for the space bar, and do nothing else."""


class Talk(_Section):
    """How the talk key behaves."""

    key: TalkKeyName = "space"
    everywhere: bool = False
    """Whether it works while another window is in use too, where the desktop allows that."""
    style: Literal["both", "hold", "tap"] = "both"
    """Whether the key is held, tapped once to begin and once to end, or either."""
    tail_ms: Annotated[int, Field(ge=0, le=1000)] = 200
    """Sound kept after the key is up, so that the last word is whole."""
    preroll_ms: Annotated[int, Field(ge=0, le=1000)] = 300
    """Sound kept from before the key went down, so that the first word is whole."""
    tap_ms: Annotated[int, Field(ge=100, le=1000)] = 400
    """A shorter press is a tap, where the style allows either."""
    cap_s: Annotated[int, Field(ge=10, le=600)] = 300
    """A take ends by itself after this long: a lost key-up must not record for ever."""

    @property
    def tap_s(self) -> float:
        """A shorter press is a tap, in seconds: 0 where every press is a hold, infinite where every one is a tap."""
        if self.style == "both":
            return self.tap_ms / 1000.0
        return 0.0 if self.style == "hold" else math.inf


class Sound(_Section):
    """Which devices to use. None follows the system's default."""

    microphone: DeviceChoice | None = None
    speaker: DeviceChoice | None = None
    volume: Annotated[float, Field(ge=0.0, le=1.0)] = 1.0
    echo: Literal["auto", "on", "off"] = "auto"
    """Whether a reply that the microphone hears is taken out of what is recorded; not with headphones by "auto"."""


class Server(_Section):
    """A server that speaks OpenAI's API.

    ``dialect`` names the row of ``providers.profiles`` that describes its quirks.
    """

    name: str
    base_url: str = ""
    dialect: str = "openai"
    allow_plain: bool = False
    """Whether plain http is allowed to this server although it is not on this computer."""


class Realtime(_Section):
    """The realtime pipeline."""

    server: str = BUILTIN
    model: str = "gpt-realtime-2.1"
    voice: str = "marin"
    speed: Annotated[float, Field(ge=0.25, le=1.5)] = 1.0
    """Of the voice; servers take no more than 1.5 here."""
    transcribe: bool = True
    """Show what the user said; the server bills the transcription apart."""
    transcription_model: str = "gpt-transcribe"
    language: str = ""
    noise_reduction: Literal["", "near_field", "far_field"] = "near_field"
    effort: Literal["", "minimal", "low", "medium", "high", "xhigh"] = ""


class Classic(_Section):
    """The classic chain: transcribe, think, speak. Each stage may have a server of its own."""

    transcription: Literal["auto", "live", "streamed", "whole"] = "auto"
    """How takes are transcribed: while the user talks, after it with words as they come, or in one piece."""
    transcription_server: str = BUILTIN
    transcription_model: str = "gpt-transcribe"
    live_transcription_model: str = "gpt-live-transcribe"
    language: str = ""
    thinking: Literal["auto", "chat", "responses", "agent"] = "auto"
    """The kind of API that the thinking server is spoken to with."""
    thinking_server: str = BUILTIN
    thinking_model: str = "gpt-5.4-mini"
    effort: Literal["", "none", "minimal", "low", "medium", "high", "xhigh"] = ""
    voice_kind: Literal["offline", "server", "realtime"] = "offline"
    speech_server: str = BUILTIN
    speech_model: str = "gpt-4o-mini-tts"
    voice: str = ""
    speed: Annotated[float, Field(ge=0.25, le=4.0)] = 1.0
    chunking: Literal["auto", "word", "phrase", "sentence"] = "auto"


class Feedback(_Section):
    """What is heard while an answer is waited for."""

    tick: bool = True
    """A soft tick when nothing has sounded for a while."""
    filler: bool = True
    """A short spoken phrase when it takes longer."""
    cues: bool = False
    """A short soft sound when recording begins and ends, and when something fails."""


class Assistant(_Section):
    """What the model is told about its part, and what it may do."""

    tools: bool = True
    tools_off: list[str] = Field(default_factory=list)
    """Names of tools that may not be used."""

    instructions: str = (
        "You are a helpful voice assistant. Answer in the language of the user, in one to three short spoken "
        "sentences, without lists, markup or emoji."
    )


class Privacy(_Section):
    """What is kept on this computer, and for how long."""

    history: bool = True
    """Conversations are kept."""
    history_span: Literal["week", "month", "year", "always"] = "always"
    """How long after they went on for the last time."""
    takes: Literal["none", "day", "week", "always"] = "day"
    """How long recordings that were answered are kept; one that was not stays until it is."""
    takes_limit_mb: Annotated[int, Field(ge=10, le=100_000)] = 500
    """Recordings take at most this much room; the oldest go first."""
    logs: bool = True
    """Troubles are written to a log file, without keys and without what was said."""
    updates: bool = False
    """It is looked once a day whether there is a newer version, and told; nothing is fetched."""
    updates_list: Annotated[str, Field(max_length=500)] = ""
    """Address of the list of releases, from whoever hands out this VoiceDesk."""


class Appearance(_Section):
    """How the window looks and which language it speaks."""

    theme: Literal["system", "light", "dark"] = "system"
    language: Annotated[str, Field(max_length=35)] = ""
    """As in "de"; empty for the desktop's. One that the window cannot speak counts as empty."""
    text_size: Literal[90, 100, 115, 130, 150, 175, 200] = 100
    """In percent of the desktop's."""
    reduced_motion: Literal["system", "always", "never"] = "system"
    """Nothing moves that need not: where the desktop is set so, or whatever it is set to."""
    light_words: bool = True
    """The words of an answer are lit as they are spoken."""


def _default_servers() -> dict[str, Server]:
    return {
        BUILTIN: Server(name="Built-in", dialect="builtin"),
        OPENAI: Server(name="OpenAI", base_url=OPENAI_URL),
    }


class Settings(_Section):
    """All settings. ``schema_version`` says which upgrades a file still needs."""

    schema_version: int = SCHEMA
    mode: Mode = "realtime"
    talk: Talk = Field(default_factory=Talk)
    sound: Sound = Field(default_factory=Sound)
    servers: dict[str, Server] = Field(default_factory=_default_servers)
    realtime: Realtime = Field(default_factory=Realtime)
    classic: Classic = Field(default_factory=Classic)
    feedback: Feedback = Field(default_factory=Feedback)
    assistant: Assistant = Field(default_factory=Assistant)
    privacy: Privacy = Field(default_factory=Privacy)
    appearance: Appearance = Field(default_factory=Appearance)

    @property
    def realtime_server(self) -> Server:
        """The server of the realtime pipeline; the built-in one if the chosen one is not defined."""
        return self.server(self.realtime.server)

    @property
    def answering_id(self) -> str:
        """The id of the server that answers in the chosen mode."""
        return self.realtime.server if self.mode == "realtime" else self.classic.thinking_server

    @property
    def answering_server(self) -> Server:
        """The server that answers in the chosen mode."""
        return self.server(self.answering_id)

    def server(self, server_id: str) -> Server:
        """A server by its id; the built-in one if it is not defined."""
        return self.servers.get(server_id) or _default_servers()[BUILTIN]


def _name_the_style(data: dict[str, Any]) -> dict[str, Any]:
    """Schema 1 said "no taps" by a longest tap of 0, and took lengths that nobody can tap."""
    talk = data.get("talk")
    if not isinstance(talk, dict):
        return data
    longest = talk.get("tap_ms")
    if isinstance(longest, int) and not isinstance(longest, bool) and 0 <= longest < 100:
        changed = {"style": "hold"} if longest == 0 else {"tap_ms": 100}
        kept = {name: value for name, value in talk.items() if name != "tap_ms"}
        return {**data, "talk": {**kept, **changed}}
    return data


def _ask_the_desktop(data: dict[str, Any]) -> dict[str, Any]:
    """Schema 2 knew yes and no, and no was with everybody who never chose: they have it as the desktop."""
    look = data.get("appearance")
    if not isinstance(look, dict) or not isinstance(look.get("reduced_motion"), bool):
        return data
    kept = {name: value for name, value in look.items() if name != "reduced_motion"}
    changed = {"reduced_motion": "always"} if look["reduced_motion"] else {}
    return {**data, "appearance": {**kept, **changed}}


# One function for each step: UPGRADES[1] turns the data of schema 1 into schema 2.
UPGRADES: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {
    1: _name_the_style,
    2: _ask_the_desktop,
}


def load(text: str) -> Settings:
    """Read settings from the text of a file, bringing older schemas up to date.

    Args:
        text: JSON.

    Raises:
        SettingsError: The text is not JSON, does not fit, or comes from a newer version.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SettingsError(str(error), reason="the file is damaged") from error
    if not isinstance(data, dict):
        raise SettingsError("top level is no object", reason="the file is damaged")
    version = data.get("schema_version", 1)
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise SettingsError(f"schema {version!r}", reason="the file is damaged")
    if version > SCHEMA:
        raise SettingsError(f"schema {version}", reason="the file comes from a newer VoiceDesk")
    while version < SCHEMA:
        data = UPGRADES[version](data)
        version += 1
        data["schema_version"] = version
    try:
        settings = Settings.model_validate(data)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        # The values stay out of the message: somebody may have pasted a key into the wrong field.
        raise SettingsError(
            f"{error.error_count()} invalid value(s), first at {where}",
            reason=Reason("the value of {where} is not valid", where=where),
        ) from error
    return settings.model_copy(update={"servers": {**_default_servers(), **settings.servers}})


def dump(settings: Settings) -> str:
    """The text of a settings file, fields of newer versions included."""
    return json.dumps(settings.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n"
