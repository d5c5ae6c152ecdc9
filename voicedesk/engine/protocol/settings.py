"""The session object: defaults, sparse updates, and what this server cannot do said plainly."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from voicedesk.engine.protocol.errors import ClientError, invalid, missing, not_one_of, wrong_type
from voicedesk.engine.protocol.fields import Json
from voicedesk.engine.protocol.function_tools import check_choice, check_tools

RATE = 24_000
PCM: Json = {"type": "audio/pcm", "rate": RATE}
DEFAULT_VOICE = "default"
INSTRUCTIONS = "Answer briefly, by the rules of the built-in assistant."

_DEFAULTS: Json = {
    "output_modalities": ["audio"],
    "instructions": INSTRUCTIONS,
    "tools": [],
    "tool_choice": "auto",
    "max_output_tokens": "inf",
    "tracing": None,
    "truncation": "auto",
    "prompt": None,
    "include": None,
    "audio": {
        "input": {
            "format": PCM,
            "transcription": None,
            "noise_reduction": None,
            "turn_detection": None,
        },
        "output": {"format": PCM, "voice": DEFAULT_VOICE, "speed": 1.0},
    },
}


def check_modalities(value: object, path: str) -> list[str]:
    """``["audio"]`` or ``["text"]``."""
    if not isinstance(value, list):
        raise wrong_type(path, "an array", value)
    if value not in (["audio"], ["text"]):
        raise invalid(
            path,
            f"Invalid modalities: {value}. Supported combinations are: ['text'] and ['audio'].",
        )
    return list(value)


def check_format(value: object, path: str) -> Json:
    """PCM16 at 24 kHz, the one format of this server."""
    if not isinstance(value, dict):
        raise wrong_type(path, "an object", value)
    kind, rate = value.get("type", "audio/pcm"), value.get("rate", RATE)
    if kind in ("audio/pcmu", "audio/pcma"):
        raise invalid(
            f"{path}.type", f"This server does not speak {kind}. Use 'audio/pcm' at 24000 Hz."
        )
    if kind != "audio/pcm":
        raise not_one_of(f"{path}.type", kind, ["audio/pcm"])
    if rate != RATE:
        raise not_one_of(f"{path}.rate", rate, [str(RATE)])
    return dict(PCM)


def check_voice(value: object, path: str) -> str | Json:
    """Any name: an unknown one is spoken by the default voice."""
    named = value.get("id") if isinstance(value, dict) else value
    if not isinstance(named, str):
        raise wrong_type(path, "a string or an object with an id", value)
    return {"id": named} if isinstance(value, dict) else named


def check_limit(value: object, path: str) -> int | str:
    """``"inf"`` or 1 to 4096."""
    if value == "inf":
        return "inf"
    if isinstance(value, bool) or not isinstance(value, int):
        raise wrong_type(path, "an integer or 'inf'", value)
    if not 1 <= value <= 4096:
        raise invalid(path, f"Invalid '{path}': expected 1 to 4096 or 'inf'.")
    return value


def _check_speed(value: object, path: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise wrong_type(path, "a number", value)
    if not 0.25 <= value <= 1.5:
        raise invalid(path, f"Invalid '{path}': expected a value from 0.25 to 1.5.")
    return float(value)


def _check_turn_detection(_value: object, path: str) -> None:
    raise invalid(
        path,
        "This server does not detect the end of a turn. Set 'turn_detection' to null, and send"
        " input_audio_buffer.commit and response.create when the user has finished.",
    )


def _check_instructions(value: object, path: str) -> str:
    if not isinstance(value, str):
        raise wrong_type(path, "a string", value)
    return value


def check_object(value: object, path: str) -> Json:
    """Any object."""
    if not isinstance(value, dict):
        raise wrong_type(path, "an object", value)
    return value


def _check_word_or_object(value: object, path: str) -> str | Json:
    if not isinstance(value, str | dict):
        raise wrong_type(path, "a string or an object", value)
    return value


def _check_noise_reduction(value: object, path: str) -> Json:
    checked = check_object(value, path)
    if "type" in checked and checked["type"] not in ("near_field", "far_field"):
        raise not_one_of(f"{path}.type", checked["type"], ["near_field", "far_field"])
    return checked


def check_include(value: object, path: str) -> list[str]:
    """An array, of which what this server does not know is left out."""
    if not isinstance(value, list):
        raise wrong_type(path, "an array", value)
    known = "item.input_audio_transcription.logprobs"
    return [entry for entry in value if entry == known]


_Check = Callable[[Any, str], Any]
_TOP: Mapping[str, _Check] = {
    "output_modalities": check_modalities,
    "instructions": _check_instructions,
    "tools": check_tools,
    "tool_choice": check_choice,
    "max_output_tokens": check_limit,
    "tracing": _check_word_or_object,
    "truncation": _check_word_or_object,
    "prompt": check_object,
    "include": check_include,
    "reasoning": check_object,
}
INPUT: Mapping[str, _Check] = {
    "format": check_format,
    "transcription": check_object,
    "noise_reduction": _check_noise_reduction,
    "turn_detection": _check_turn_detection,
}
_OUTPUT: Mapping[str, _Check] = {
    "format": check_format,
    "voice": check_voice,
    "speed": _check_speed,
}
_MERGED = frozenset({"transcription", "noise_reduction"})
"""Objects of which an update may name only some fields."""


@dataclass
class SessionSettings:
    """What a session is set to.

    Attributes:
        model: The name that the client connected with; any will do, there is one assistant.
        values: The session object without its id.
    """

    model: str
    values: Json = field(default_factory=lambda: copy.deepcopy(_DEFAULTS))

    def render(self, session_id: str) -> Json:
        """The session object for an event."""
        head = {
            "type": "realtime",
            "object": "realtime.session",
            "id": session_id,
            "model": self.model,
        }
        return {**head, **copy.deepcopy(self.values)}

    def update(self, update: Json, *, has_spoken: bool) -> None:
        """Apply a sparse update, all of it or, if anything is wrong, nothing. Unknown keys are passed over.

        Args:
            update: The ``session`` of a ``session.update``. ``null`` puts a field back to its default.
            has_spoken: Whether the assistant's voice has been heard: it cannot change afterwards.

        Raises:
            ClientError: Something in it cannot be.
        """
        kind = update.get("type")
        if kind is None:
            raise missing("session.type")
        if kind != "realtime":
            raise not_one_of("session.type", kind, ["realtime"])
        values = copy.deepcopy(self.values)
        merge(values, _DEFAULTS, update, _TOP, "session.")
        sound = update.get("audio")
        if sound is not None:
            checks = {"input": INPUT, "output": _OUTPUT}
            for name in checks.keys() & check_object(sound, "session.audio").keys():
                part = (
                    {}
                    if sound[name] is None
                    else check_object(sound[name], f"session.audio.{name}")
                )
                merge(
                    values["audio"][name],
                    _DEFAULTS["audio"][name],
                    part,
                    checks[name],
                    f"session.audio.{name}.",
                )
        if (
            has_spoken
            and values["audio"]["output"]["voice"] != self.values["audio"]["output"]["voice"]
        ):
            raise ClientError(
                "Cannot update a conversation's voice if assistant audio is present.",
                code="cannot_update_voice",
                param="session.audio.output.voice",
            )
        self.values = values

    @property
    def transcribes(self) -> bool:
        """Whether the user's words are to be sent."""
        return self.values["audio"]["input"]["transcription"] is not None

    @property
    def truncates(self) -> bool:
        """Whether the oldest of a long conversation may be let go."""
        return bool(self.values["truncation"] != "disabled")

    @property
    def voice(self) -> str:
        """The voice's name."""
        voice = self.values["audio"]["output"]["voice"]
        return str(voice["id"] if isinstance(voice, dict) else voice)

    @property
    def speed(self) -> float:
        """Speed of speech, 0.25 to 1.5."""
        return float(self.values["audio"]["output"]["speed"])


def merge(
    values: Json, defaults: Json, update: Json, checks: Mapping[str, _Check], path: str
) -> None:
    """Put the fields of a sparse update into ``values``, each checked; ``null`` restores the default.

    Raises:
        ClientError: One cannot be.
    """
    for name, check in checks.items():
        if name not in update:
            continue
        value = update[name]
        if value is None:
            values[name] = copy.deepcopy(defaults.get(name))
            continue
        checked = check(value, path + name)
        if name in _MERGED and isinstance(values.get(name), dict):
            checked = {**values[name], **checked}
        values[name] = checked
