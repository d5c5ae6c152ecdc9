"""The client's functions: which there are, how they may be called, and arguments in the shape that they ask for."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from voicedesk.engine.assistant.skill import Arguments
from voicedesk.engine.assistant.text import Utterance
from voicedesk.reckoning.zones import find_zone

Schema = Mapping[str, Any]

_OTHER_NAMES: Mapping[str, tuple[str, ...]] = {
    "place": ("timezone", "time_zone", "tz", "city", "location"),
    "expression": ("formula", "query", "input"),
    "value": ("amount", "quantity", "number"),
    "from": ("from_unit", "source", "source_unit"),
    "to": ("to_unit", "target", "target_unit"),
    "seconds": ("duration", "duration_seconds", "duration_s"),
    "label": ("name", "title"),
    "text": ("note", "content"),
    "url": ("link", "address"),
}
"""What others call the arguments of functions that do the same."""
_ZONES = frozenset({"timezone", "time_zone", "tz"})
_VERBS = frozenset({"get", "fetch", "find", "look", "lookup", "search", "read", "show", "check", "current", "the", "up"})  # fmt: skip
_ABOUT = re.compile(r"\b(?:in|for|about|of|at|on|from|near|to)\s+(?P<thing>.+)$", re.IGNORECASE)
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Tools:
    """The client's functions in one request.

    Attributes:
        schemas: By name, JSON schemas of the arguments' objects; empty where the client gave none.
        required: Whether one of them must be called before there are words.
        parallel: Whether several may be called at once.
    """

    schemas: Mapping[str, Schema] = field(default_factory=dict)
    required: bool = False
    parallel: bool = True

    def __contains__(self, name: object) -> bool:
        return name in self.schemas


NO_TOOLS = Tools()


def fit(arguments: Arguments, schema: Schema) -> Arguments:
    """Arguments as a schema wants them: under its names, in its types, and without what it does not know."""
    properties = _properties(schema)
    if not properties:
        return arguments
    fitted: Arguments = {}
    for name, value in arguments.items():
        names = (name, *_OTHER_NAMES.get(name, ()))
        wanted = next((other for other in names if other in properties), None)
        if wanted is None:
            continue
        if wanted in _ZONES and name not in _ZONES:
            zone = find_zone(str(value))
            fitted[wanted] = str(value) if zone is None else zone.key
            continue
        fitted[wanted] = _typed(value, properties[wanted])
    return fitted


def named_in(text: str, tools: Tools, *, but: Collection[str]) -> str | None:
    """The function whose name is in the question, as ``get_weather`` is in "what is the weather in Rome".

    Args:
        text: The question.
        tools: The functions.
        but: Those for which there are better rules.
    """
    words = set(re.findall(r"[a-z]+", Utterance(text).plain))
    for name in (name for name in tools.schemas if name not in but):
        parts = set(re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()))
        telling = parts - _VERBS
        if telling and telling <= words:
            return name
    return None


def arguments_from(text: str, schema: Schema) -> Arguments:
    """Arguments for a function of which nothing but the schema is known: every required one, from the question."""
    properties, required = _properties(schema), schema.get("required")
    names = [name for name in required if name in properties] if isinstance(required, list) else []
    about = _ABOUT.search(text.strip().rstrip("?.! "))
    thing = about["thing"] if about else text.strip()
    return {name: _made(thing, text, properties[name]) for name in names}


def _properties(schema: Schema) -> Mapping[str, Any]:
    properties = schema.get("properties")
    return properties if isinstance(properties, dict) else {}


def _types(schema: object) -> tuple[str, ...]:
    kind = schema.get("type") if isinstance(schema, dict) else None
    if isinstance(kind, list):
        return tuple(entry for entry in kind if isinstance(entry, str))
    return (kind,) if isinstance(kind, str) else ()


def _typed(value: object, schema: object) -> object:
    types = _types(schema)
    if isinstance(value, str) and "string" not in types and {"number", "integer"} & set(types):
        plain = value.replace(",", "")
        if _NUMBER.fullmatch(plain):
            return float(plain) if "." in plain else int(plain)
    if types == ("string",) and not isinstance(value, str):
        return f"{value:g}" if isinstance(value, float) else str(value)
    if types == ("integer",) and isinstance(value, float):
        return round(value)
    return value


def _made(thing: str, text: str, schema: object) -> object:
    choices = schema.get("enum") if isinstance(schema, dict) else None
    if isinstance(choices, list) and choices:
        said = text.lower()
        return next((choice for choice in choices if str(choice).lower() in said), choices[0])
    types = _types(schema)
    kind = types[0] if types else "string"
    number = _NUMBER.search(Utterance(text).numeric)
    made: dict[str, object] = {
        "number": float(number[0]) if number else 0,
        "integer": int(float(number[0])) if number else 0,
        "boolean": False,
        "array": [],
        "object": {},
        "null": None,
    }
    return made.get(kind, thing)
