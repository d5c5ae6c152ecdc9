"""Servers that people are likely to have, as data: where they usually are, of what kind they are, what they offer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from voicedesk.core.settings import OPENAI_URL

Stage = Literal["realtime", "live", "transcription", "thinking", "speech"]
"""What a server may be asked for: a conversation, or a stage of the chain; "live" transcribes while the user talks."""

STAGES: tuple[Stage, ...] = ("realtime", "live", "transcription", "thinking", "speech")


@dataclass(frozen=True, slots=True)
class Preset:
    """A kind of server.

    Attributes:
        name: As people know it; a proper name, not translated.
        dialect: The row of ``profiles.QUIRKS`` that describes it.
        base_url: Where it usually is; ``ENTER`` stands for what only the user knows.
        stages: What it offers, as far as is known.
        models: A model for a stage that it is known by, where one can be named.
    """

    name: str
    dialect: str
    base_url: str
    stages: frozenset[Stage]
    models: dict[Stage, str] = field(default_factory=dict)


ENTER = "ENTER"

_ALL: frozenset[Stage] = frozenset(STAGES)
_MOST: frozenset[Stage] = _ALL - {"live"}
_TEXT: frozenset[Stage] = frozenset({"transcription", "thinking"})

PRESETS: tuple[Preset, ...] = (
    Preset(
        "OpenAI",
        "openai",
        OPENAI_URL,
        _ALL,
        {
            "realtime": "gpt-realtime-2.1",
            "live": "gpt-live-transcribe",
            "transcription": "gpt-transcribe",
            "thinking": "gpt-5.4-mini",
        },
    ),
    Preset(
        "Azure OpenAI",
        "azure",
        f"https://{ENTER}.openai.azure.com/openai/v1",
        frozenset({"realtime", "transcription", "thinking"}),
    ),
    Preset(
        "xAI",
        "xai",
        "https://api.x.ai/v1",
        frozenset({"realtime", "thinking"}),
        {"realtime": "grok-voice-latest"},
    ),
    Preset("LocalAI", "localai", "http://127.0.0.1:8080/v1", _MOST),
    Preset("speaches", "speaches", "http://127.0.0.1:8000/v1", _MOST),
    Preset(
        "Hugging Face speech-to-speech",
        "speech-to-speech",
        "http://127.0.0.1:8765/v1",
        frozenset({"realtime"}),
    ),
    Preset("vLLM", "vllm", "http://127.0.0.1:8000/v1", _TEXT | {"live"}),
    Preset("Ollama", "ollama", "http://127.0.0.1:11434/v1", _TEXT),
    Preset("llama.cpp", "llamacpp", "http://127.0.0.1:8080/v1", _TEXT),
    Preset("LM Studio", "lmstudio", "http://127.0.0.1:1234/v1", frozenset({"thinking"})),
    Preset(
        "Kokoro",
        "kokoro",
        "http://127.0.0.1:8880/v1",
        frozenset({"speech"}),
        {"speech": "kokoro"},
    ),
    Preset("LiteLLM", "litellm", "http://127.0.0.1:4000/v1", _ALL),
)
"""In the order in which they are offered. Ports are those that the servers choose by themselves."""


_WITHOUT_PRESET: dict[str, frozenset[Stage]] = {"agent": frozenset({"thinking"})}
"""What servers offer that nobody can know the place of."""


def preset_of(dialect: str) -> Preset | None:
    """The preset of a dialect, None for any other server."""
    return next((preset for preset in PRESETS if preset.dialect == dialect), None)


def stages_of(dialect: str) -> frozenset[Stage]:
    """What a server of this dialect may offer: everything, where nothing is known."""
    preset = preset_of(dialect)
    if preset is not None:
        return preset.stages
    return _WITHOUT_PRESET.get(dialect, _ALL)
