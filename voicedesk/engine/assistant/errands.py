"""Errands: questions that only a function of the client can answer, since timers, notes and the desktop are its own."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from voicedesk.engine.assistant.skill import Arguments
from voicedesk.engine.assistant.text import Utterance

_SPAN = (
    r"(?P<span>(?:(?:half an?|a quarter of an?|an?|\d[\d,]*(?:\.\d+)?) (?:seconds?|secs?|minutes?|mins?|hours?|hrs?)"
    r"(?: and a half)?(?:,? (?:and )?(?=\d|an? |half ))?)+)"
)
_PART = re.compile(
    r"(?P<count>half an?|a quarter of an?|an?|\d[\d,]*(?:\.\d+)?) (?P<unit>s|m|h)[a-z]*(?P<half> and a half)?"
)
_SECONDS = {"s": 1, "m": 60, "h": 3600}
_SET = r"(?:set|start|make|create|begin|run|give me|i need|put on)"
_FOR = r"(?: (?:for|called|named|labell?ed|to|saying) (?:the |my |an? )?(?P<label>.+))?"
_SET_TIMER = tuple(
    re.compile(pattern)
    for pattern in (
        rf"^{_SET} (?:an? |the |another )?(?P<kind>[a-z][a-z ]*? )??(?:timer|alarm|countdown) (?:for |of |to |in )?{_SPAN}{_FOR}$",
        rf"^(?:{_SET} )?(?:an? |the |another )?{_SPAN} (?P<kind>[a-z][a-z ]*? )??(?:timer|alarm|countdown){_FOR}$",
        rf"^(?:timer|alarm|countdown) (?:for |of |to |in )?{_SPAN}{_FOR}$",
        rf"^(?:remind|wake|alert|tell|call) me (?:up )?in {_SPAN}(?: (?:to|about|that|of) (?P<label>.+))?$",
        rf"^remind me (?:to|about|of) (?P<label>.+) in {_SPAN}$",
    )
)
_CANCEL_TIMER = re.compile(
    r"^(?:cancel|stop|delete|remove|clear|turn off|end|kill) (?:all )?(?:of )?(?:the |my |that )?(?P<label>[a-z0-9 ]+? )??"
    r"(?:timers?|alarms?|countdowns?)(?: (?:for|called|named) (?:the |my )?(?P<name>.+))?$"
)
_LIST_TIMERS = re.compile(
    r"^(?:list|show(?: me)?|what are|which are|tell me|check|read) (?:all )?(?:the |my )?(?:running |active )?(?:timers?|alarms?)"
    r"(?: (?:are )?(?:running|set|left|active))?$"
    r"|^(?:what|which|how many) (?:timers|alarms) (?:are|do i have|have i)(?: .*)?$"
    r"|^how (?:much time|long|many minutes) (?:is|are) left(?: on .*)?$|^are there (?:any )?(?:timers|alarms)(?: .*)?$"
)
_ADD_NOTE = re.compile(
    r"^(?:(?:take|make|add|write|create|save|leave)(?: down)?(?: an?)?(?: new)? note(?: down)?(?: that says| saying| that| to| of)?"
    r"|note(?: down)?(?: that)?|write(?: this| that| it)? down(?: that)?)\s*[:,]?\s+(?P<text>.+)$"
    r"|^(?:add|put|write|save) (?P<put>.+?) (?:to|in|into|on) my notes$",
    re.IGNORECASE,
)
_LIST_NOTES = re.compile(
    r"^(?:list|read|show|tell me|read out|read me|show me|what are|what is in|what do)(?: all)?(?: of)? (?:the |my |your )?notes"
    r"(?: to me| out| aloud| say)?$|^what (?:did i note|notes do i have|notes are there|have i noted|have i written)(?: down)?$"
)
_READ_CLIPBOARD = re.compile(
    r"^(?:read|show|say|tell me)(?: me)?(?: out)?(?: what is (?:in|on))? (?:the |my )?clipboard(?: to me| out| aloud)?$"
    r"|^what is (?:in|on) (?:the |my )?clipboard$|^what (?:did|have) i (?:copy|copied)$"
)
_OPEN_LINK = re.compile(
    r"^(?:open|visit|go to|browse to|show me)(?: up)?(?: the)?(?: web ?site| web ?page| page| link| site| url)?(?: at| of)?\s+"
    r"(?P<url>(?:https?://)\S+|[\w-]+(?:\.[\w-]+)*\.[a-z]{2,24}(?:[/?#:]\S*)?)$",
    re.IGNORECASE,
)
_NO_LABEL = frozenset({"", "all", "a", "an", "the", "my", "new", "running", "active", "every", "current"})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Errand:
    """A function of the client's that can be sent for.

    Attributes:
        name: The function's.
        understand: Its arguments if a question is for it, else None.
        swallows: Whether it takes whatever follows.
    """

    name: str
    understand: Callable[[Utterance], Arguments | None]
    swallows: bool = False


def seconds_of(span: str) -> int:
    """Seconds of a length of time in words with digits, such as "1 hour and a half", "2 minutes 30 seconds"."""
    total = 0.0
    for part in _PART.finditer(span):
        count, each = part["count"], _SECONDS[part["unit"]]
        number = {"half": 0.5, "a qu": 0.25, "a": 1.0, "an": 1.0}.get(count[:4].strip())
        total += each * (float(count.replace(",", "")) if number is None else number)
        total += each / 2 if part["half"] else 0
    return round(total)


def _set_timer(utterance: Utterance) -> Arguments | None:
    asked = re.sub(r"(?<=\d)-(?=[a-z])", " ", utterance.numeric)
    for pattern in _SET_TIMER:
        if match := pattern.match(asked):
            groups = match.groupdict()
            label = (groups.get("label") or groups.get("kind") or "").strip()
            named = {} if label in _NO_LABEL else {"label": label}
            return {"seconds": seconds_of(match["span"]), **named}
    return None


def _cancel_timer(utterance: Utterance) -> Arguments | None:
    match = _CANCEL_TIMER.match(utterance.numeric)
    if match is None:
        return None
    label = (match["name"] or match["label"] or "").strip()
    return {} if label in _NO_LABEL else {"label": label}


def _add_note(utterance: Utterance) -> Arguments | None:
    match = _ADD_NOTE.match(utterance.tidy)
    return None if match is None else {"text": (match["text"] or match["put"]).strip()}


def _open_link(utterance: Utterance) -> Arguments | None:
    asked = re.sub(r"\s+dot\s+", ".", utterance.tidy, flags=re.IGNORECASE)
    match = _OPEN_LINK.match(asked)
    if match is None:
        return None
    url = match["url"]
    return {"url": url if "://" in url else f"https://{url}"}


def _plain(pattern: re.Pattern[str]) -> Callable[[Utterance], Arguments | None]:
    return lambda utterance: {} if pattern.match(utterance.plain) else None


ERRANDS: tuple[Errand, ...] = (
    Errand("list_timers", _plain(_LIST_TIMERS)),
    Errand("cancel_timer", _cancel_timer),
    Errand("set_timer", _set_timer, swallows=True),
    Errand("list_notes", _plain(_LIST_NOTES)),
    Errand("add_note", _add_note, swallows=True),
    Errand("read_clipboard", _plain(_READ_CLIPBOARD)),
    Errand("open_link", _open_link),
)
