"""What the client's functions gave, in words."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from voicedesk.engine.assistant.skill import Arguments, Message, Result, Skill
from voicedesk.engine.assistant.text import listed, sentence
from voicedesk.reckoning.numbers import number_words

LONGEST_TOLD = 1200
"""Characters of a result that are told; nobody listens to more."""

_TELLING = (
    "answer",
    "message",
    "summary",
    "text",
    "result",
    "output",
    "content",
    "value",
    "status",
)
_DONE = re.compile(r"^[A-Z0-9].* .*[.!?]$", re.DOTALL)
_FAILED_AT = {
    "get_time": "tell the time",
    "get_date": "tell the date",
    "calculate": "work that out",
    "convert_units": "convert that",
    "set_timer": "set the timer",
    "list_timers": "list the timers",
    "cancel_timer": "cancel the timer",
    "add_note": "keep the note",
    "list_notes": "read your notes",
    "read_clipboard": "read the clipboard",
    "open_link": "open the link",
}


def say_output(message: Message, skills: Mapping[str, Skill]) -> str:
    """A function's output as sentences: in a skill's words if it has its shape, else by what it holds.

    Args:
        message: Of the role ``tool``.
        skills: By name.
    """
    output, arguments = _json(message.text), _json(message.arguments or "{}")
    if isinstance(output, dict):
        if output.get("error"):
            return _say_failure(message.name, str(output["error"]), declined=output.get("declined"))
        told = _in_own_words(message.name, arguments, output, skills.get(message.name))
        if told:
            return _bounded(told)
    text = output if isinstance(output, str) else message.text
    return _bounded(_say_text(message.name, text.strip()))


def _in_own_words(name: str, arguments: object, output: dict[str, Any], skill: Skill | None) -> str:
    given = arguments if isinstance(arguments, dict) else None
    try:
        if skill is not None and given is not None:
            return skill.say(given, output)
        if name in _ERRANDS and given is not None:
            return _ERRANDS[name](given, output)
    except (ValueError, KeyError, TypeError, AttributeError):
        pass  # not in the shape that is known: told by what it holds
    told = next((output[key] for key in _TELLING if isinstance(output.get(key), str)), "")
    return sentence(told) if told.strip() else ""


def _say_text(name: str, text: str) -> str:
    if _DONE.match(text):
        return text
    function = name.replace("_", " ") or "the function"
    return sentence(f"{function} answered: {text}" if text else f"{function} gave no answer")


def _say_failure(name: str, reason: str, *, declined: object) -> str:
    doing = _FAILED_AT.get(name, f"use {name.replace('_', ' ')}" if name else "do that")
    if declined:
        return f"I did not {doing}, since you did not allow it."
    return sentence(f"I could not {doing}: {reason}")


def duration_words(seconds: float) -> str:
    """A length of time for the ear: "one minute and thirty seconds"."""
    whole = max(round(seconds), 0)
    parts = []
    for size, name in ((3600, "hour"), (60, "minute"), (1, "second")):
        count, whole = divmod(whole, size)
        if count:
            parts.append(f"{number_words(count)} {name}{'s' if count != 1 else ''}")
    return listed(parts) or "no time"


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _bounded(text: str) -> str:
    if len(text) <= LONGEST_TOLD:
        return text
    return text[:LONGEST_TOLD].rsplit(None, 1)[0] + " and more."


_ERRANDS: Mapping[str, Callable[[Arguments, Result], str]] = {}
