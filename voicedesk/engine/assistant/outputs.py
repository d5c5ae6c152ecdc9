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
_DOING = {
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
            return skill.say(_as_asked(given), output)
        if name in _ERRANDS and given is not None:
            return _ERRANDS[name](given, output)
    except (ValueError, KeyError, TypeError, AttributeError):
        pass  # not in the shape that is known: told by what it holds
    told = next((output[key] for key in _TELLING if isinstance(output.get(key), str)), "")
    return sentence(told) if told.strip() else ""


def _as_asked(arguments: Arguments) -> Arguments:
    """With the place that a time zone stands for, as in "Asia/Tokyo": that is how people name it."""
    zone = arguments.get("timezone")
    if not isinstance(zone, str) or not zone or "place" in arguments:
        return arguments
    return {**arguments, "place": zone.rpartition("/")[2].replace("_", " ")}


def _say_text(name: str, text: str) -> str:
    if _DONE.match(text):
        return text
    function = name.replace("_", " ") or "the function"
    return sentence(f"{function} answered: {text}" if text else f"{function} gave no answer")


def _say_failure(name: str, reason: str, *, declined: object) -> str:
    if declined:
        return f"I did not {doing(name)}, since you did not allow it."
    return sentence(f"I could not {doing(name)}: {reason}")


def doing(name: str) -> str:
    """What a function does, as in "I could not ..."."""
    return _DOING.get(name, f"use {name.replace('_', ' ')}" if name else "do that")


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


def _say_timer_set(_arguments: Arguments, result: Result) -> str:
    length = duration_words(float(result["seconds"]))
    label = str(result["timer"])
    named = f": {label}" if label and label != result.get("length") else ""
    return sentence(f"a timer is set for {length}{named}")


def _say_timers(_arguments: Arguments, result: Result) -> str:
    timers = [f"{timer['timer']} with {timer['left']} left" for timer in result["timers"]]
    if not timers:
        return "No timer is running."
    if len(timers) == 1:
        return sentence(f"one timer is running: {timers[0]}")
    return sentence(f"{number_words(len(timers))} timers are running: {listed(timers)}")


def _say_timer_cancelled(_arguments: Arguments, result: Result) -> str:
    return sentence(f"the timer is cancelled: {result['cancelled']}")


def _say_noted(_arguments: Arguments, result: Result) -> str:
    return sentence(f"I have noted: {result['noted']}")


def _say_notes(_arguments: Arguments, result: Result) -> str:
    notes = [str(note["text"]) for note in result["notes"]]
    if not notes:
        return "You have no notes."
    if len(notes) == 1:
        return sentence(f"you have one note: {notes[0]}")
    older = " the latest" if result.get("older_left_out") else ""
    told = " ".join(
        sentence(f"{number_words(at)}: {note}") for at, note in enumerate(notes, start=1)
    )
    return f"These are{older or ' your'} {number_words(len(notes))} notes. {told}"


def _say_clipboard(_arguments: Arguments, result: Result) -> str:
    return sentence(f"the clipboard says: {result['text']}")


def _say_opened(_arguments: Arguments, result: Result) -> str:
    page = re.sub(r"^https?://(?:www\.)?|/$", "", str(result["opened"]))
    return f"I have opened {page}."


_ERRANDS: Mapping[str, Callable[[Arguments, Result], str]] = {
    "set_timer": _say_timer_set,
    "list_timers": _say_timers,
    "cancel_timer": _say_timer_cancelled,
    "add_note": _say_noted,
    "list_notes": _say_notes,
    "read_clipboard": _say_clipboard,
    "open_link": _say_opened,
}
