"""Function tools of a request and how they may be used, in the shapes of all endpoints."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from voicedesk.engine.assistant.tool_use import Tools
from voicedesk.engine.protocol import fields
from voicedesk.engine.protocol.errors import invalid, missing, not_one_of, wrong_type
from voicedesk.engine.protocol.fields import Json

MOST_TOOLS = 128
MODES = ("none", "auto", "required")

_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")


def check_tools(value: object, path: str, *, nested: bool = False) -> list[Json]:
    """Function tools; other kinds are refused.

    Args:
        value: The client's list.
        path: Where it stands.
        nested: Whether name and schema stand in an object ``function``, as Chat Completions has them. What is
            returned has them at the top.
    """
    if not isinstance(value, list):
        raise wrong_type(path, "an array", value)
    if len(value) > MOST_TOOLS:
        raise invalid(path, f"Invalid '{path}': at most {MOST_TOOLS} tools.")
    return [_check_tool(tool, f"{path}[{index}]", nested) for index, tool in enumerate(value)]


def _check_tool(tool: Any, path: str, nested: bool) -> Json:  # noqa: FBT001 - handed through from a keyword
    if not isinstance(tool, dict):
        raise wrong_type(path, "an object", tool)
    if tool.get("type", "function") != "function":
        raise not_one_of(f"{path}.type", tool.get("type"), ["function"])
    if nested:
        tool = fields.mapping(tool, "function", f"{path}.")
        path = f"{path}.function"
    name = tool.get("name")
    if not isinstance(name, str) or not name:
        raise missing(f"{path}.name")
    if not _NAME.fullmatch(name):
        raise invalid(
            f"{path}.name",
            f"Invalid '{path}.name': expected 1 to 64 letters, digits, underscores and dashes.",
        )
    parameters = tool.get("parameters")
    if parameters is not None and not isinstance(parameters, dict):
        raise wrong_type(f"{path}.parameters", "an object", parameters)
    fields.optional_text(tool, "description", f"{path}.")
    return {**tool, "type": "function"}


def check_choice(value: object, path: str) -> str | Json:
    """A ``tool_choice`` of the right shape, whatever the tools are."""
    if isinstance(value, str):
        if value not in MODES:
            raise not_one_of(path, value, MODES)
        return value
    if not isinstance(value, dict):
        raise wrong_type(path, "a string or an object", value)
    _allowed(value, path)
    return value


def usable_tools(
    tools: Sequence[Json], choice: object, path: str, *, parallel: bool = True
) -> Tools:
    """The functions that may be called.

    Args:
        tools: As `check_tools` gives them.
        choice: The client's ``tool_choice``; None is ``auto``.
        path: Where it stands.
        parallel: Whether several may be called at once.

    Raises:
        ClientError: The choice has no right shape, or names a function that there is not.
    """
    choice = check_choice("auto" if choice is None else choice, path)
    schemas = {str(tool["name"]): tool.get("parameters") or {} for tool in tools}
    mode, names = (choice, None) if isinstance(choice, str) else _allowed(choice, path)
    if mode == "none":
        return Tools()
    if names is not None:
        for name in names:
            if name not in schemas:
                raise invalid(path, f"Tool choice '{name[:80]}' not found in 'tools'.")
        schemas = {name: schemas[name] for name in names}
    if mode == "required" and not schemas:
        raise invalid(path, f"Invalid '{path}': 'required' needs at least one tool in 'tools'.")
    return Tools(schemas, required=mode == "required", parallel=parallel)


def _allowed(choice: Json, path: str) -> tuple[str, list[str]]:
    """Mode and names of an object that chooses one function, or allows some."""
    kind = fields.text(choice, "type", f"{path}.")
    if kind == "function":
        return "required", [_named(choice, path)]
    if kind != "allowed_tools":
        raise not_one_of(f"{path}.type", kind, ["function", "allowed_tools"])
    if isinstance(choice.get("allowed_tools"), dict):
        choice, path = choice["allowed_tools"], f"{path}.allowed_tools"
    mode = fields.text(choice, "mode", f"{path}.")
    if mode not in ("auto", "required"):
        raise not_one_of(f"{path}.mode", mode, ["auto", "required"])
    names = []
    for index, entry in enumerate(fields.array(choice, "tools", f"{path}.")):
        at = f"{path}.tools[{index}]"
        if not isinstance(entry, dict):
            raise wrong_type(at, "an object", entry)
        names.append(_named(entry, at))
    return mode, names


def _named(entry: Json, path: str) -> str:
    nested = entry.get("function")
    if isinstance(nested, dict):
        return fields.text(nested, "name", f"{path}.function.")
    return fields.text(entry, "name", f"{path}.")
