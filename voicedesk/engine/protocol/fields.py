"""Fields of a client's JSON, checked as they are taken."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from voicedesk.engine.protocol.errors import ClientError, invalid, missing, wrong_type

Json = dict[str, Any]

LONGEST_ID = 64
LONGEST_TEXT = 200_000


def text(values: Mapping[str, Any], name: str, path: str = "") -> str:
    """A required string."""
    value = values.get(name)
    if value is None:
        raise missing(path + name)
    return _string(value, path + name)


def optional_text(values: Mapping[str, Any], name: str, path: str = "") -> str | None:
    """A string, or None if it is null or not there."""
    value = values.get(name)
    return None if value is None else _string(value, path + name)


def identifier(values: Mapping[str, Any], name: str, path: str = "") -> str | None:
    """An id of the client's choice, or None."""
    value = optional_text(values, name, path)
    if value is not None and not 0 < len(value) <= LONGEST_ID:
        raise ClientError(
            f"Invalid '{path}{name}': expected a string of 1 to {LONGEST_ID} characters.",
            code="string_above_max_length",
            param=path + name,
        )
    return value


def whole(values: Mapping[str, Any], name: str, path: str = "") -> int:
    """A required integer, 0 or more."""
    value = values.get(name)
    if value is None:
        raise missing(path + name)
    if isinstance(value, bool) or not isinstance(value, int):
        raise wrong_type(path + name, "an integer", value)
    if value < 0:
        raise invalid(path + name, f"Invalid '{path}{name}': expected a value of 0 or more.")
    return value


def flag(values: Mapping[str, Any], name: str, path: str = "", *, default: bool = False) -> bool:
    """A boolean; the default if it is null or not there."""
    value = values.get(name)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise wrong_type(path + name, "a boolean", value)
    return value


def optional_number(
    values: Mapping[str, Any], name: str, least: float, most: float, path: str = ""
) -> float | None:
    """A number within bounds, or None if it is null or not there."""
    value = values.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise wrong_type(path + name, "a number", value)
    if not least <= value <= most:
        raise invalid(
            path + name, f"Invalid '{path}{name}': expected a value from {least:g} to {most:g}."
        )
    return value


def optional_count(values: Mapping[str, Any], name: str, path: str = "") -> int | None:
    """An integer, 1 or more, or None if it is null or not there."""
    if values.get(name) is None:
        return None
    value = whole(values, name, path)
    if value < 1:
        raise invalid(path + name, f"Invalid '{path}{name}': expected a value of 1 or more.")
    return value


def mapping(values: Mapping[str, Any], name: str, path: str = "") -> Json:
    """A required object."""
    value = values.get(name)
    if value is None:
        raise missing(path + name)
    if not isinstance(value, dict):
        raise wrong_type(path + name, "an object", value)
    return value


def array(values: Mapping[str, Any], name: str, path: str = "") -> list[Any]:
    """A required array."""
    value = values.get(name)
    if value is None:
        raise missing(path + name)
    if not isinstance(value, list):
        raise wrong_type(path + name, "an array", value)
    return value


def audio(values: Mapping[str, Any], name: str, path: str = "") -> bytes:
    """Required sound in base64."""
    value = values.get(name)
    if value is None:
        raise missing(path + name)
    if not isinstance(value, str):
        raise wrong_type(path + name, "a string of base64", value)
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise invalid(
            path + name,
            f"Invalid '{path}{name}'. Expected base64-encoded audio bytes (mono PCM16 at 24kHz) but got invalid bytes.",
        ) from error


def _string(value: object, path: str) -> str:
    if not isinstance(value, str):
        raise wrong_type(path, "a string", value)
    if len(value) > LONGEST_TEXT:
        raise ClientError(
            f"Invalid '{path}': a string of more than {LONGEST_TEXT} characters.",
            code="string_above_max_length",
            param=path,
        )
    return value
