"""Arguments of a call, from the JSON that a model wrote to values that fit the tool's schema.

Models are let get away with what is plain all the same: a number in quotes, a null for something optional, nothing at
all where nothing is needed. Whatever else does not fit is told in a sentence, so that the model can try again.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from voicedesk.tools.tool import ToolError

LONGEST_ARGUMENTS = 64 * 1024
"""Characters of JSON."""

_NUMBER = re.compile(r"[+-]?(\d{1,18}(\.\d{0,18})?|\.\d{1,18})(e[+-]?\d{1,3})?", re.IGNORECASE)


def read_arguments(text: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a call.

    Args:
        text: JSON as the model wrote it.
        schema: JSON schema of an object. Understood are ``properties`` (``type`` of string, number, integer, boolean;
            ``enum``, ``minLength``, ``maxLength``, ``minimum``, ``maximum``), ``required`` and
            ``additionalProperties`` false.

    Raises:
        ToolError: The text is no JSON object, or does not fit.
    """
    given = _object(text)
    properties: Mapping[str, Mapping[str, Any]] = schema.get("properties") or {}
    if schema.get("additionalProperties") is False:
        for name in given:
            if name not in properties:
                known = ", ".join(properties) or "none"
                raise ToolError(f"There is no argument {name[:40]!r}; those there are: {known}")
    values = {
        name: _checked(name, value, properties.get(name, {}))
        for name, value in given.items()
        if value is not None
    }
    for name in schema.get("required") or ():
        if name not in values:
            raise ToolError(f"The argument {name!r} is missing")
    return values


def _object(text: str) -> dict[str, Any]:
    if len(text) > LONGEST_ARGUMENTS:
        raise ToolError("The arguments are too long")
    if not text.strip():
        return {}
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ToolError("The arguments are not valid JSON") from error
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise ToolError("The arguments must be a JSON object")
    return given


def _checked(name: str, value: Any, rule: Mapping[str, Any]) -> Any:
    kind = rule.get("type")
    if kind == "string":
        value = _string(name, value, rule)
    elif kind in ("number", "integer"):
        value = _number(name, value, rule, whole=kind == "integer")
    elif kind == "boolean" and not isinstance(value, bool):
        raise ToolError(f"The argument {name!r} must be true or false")
    if "enum" in rule and value not in rule["enum"]:
        allowed = ", ".join(map(str, rule["enum"]))
        raise ToolError(f"The argument {name!r} must be one of: {allowed}")
    return value


def _string(name: str, value: Any, rule: Mapping[str, Any]) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise ToolError(f"The argument {name!r} must be text")
    # Half of a surrogate pair is valid JSON and can be written nowhere.
    value = value.encode("utf-8", "replace").decode().strip()
    if len(value) < rule.get("minLength", 0):
        raise ToolError(f"The argument {name!r} is empty")
    longest = rule.get("maxLength", LONGEST_ARGUMENTS)
    if len(value) > longest:
        raise ToolError(f"The argument {name!r} is longer than {longest} characters")
    return str(value)


def _number(name: str, value: Any, rule: Mapping[str, Any], *, whole: bool) -> int | float:
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        value = float(value) if re.search(r"[.eE]", value) else int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ToolError(f"The argument {name!r} must be a number")
    if isinstance(value, float) and not math.isfinite(value):
        raise ToolError(f"The argument {name!r} must be a finite number")
    number: int | float = value
    if whole:
        if number != int(number):
            raise ToolError(f"The argument {name!r} must be a whole number")
        number = int(number)
    least, most = rule.get("minimum", -math.inf), rule.get("maximum", math.inf)
    if not least <= number <= most:
        raise ToolError(f"The argument {name!r} must be between {least:g} and {most:g}")
    return number
