"""The tools that come with VoiceDesk: time, arithmetic, units, timers, notes, and with the user's leave the desktop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from fractions import Fraction
from typing import Any, Protocol

from voicedesk.providers.stages import ToolSpec
from voicedesk.reckoning.answers import (
    LONGEST_EXPRESSION,
    calculate,
    convert_quantity,
    find_unit,
)
from voicedesk.reckoning.arithmetic import CannotCalculateError
from voicedesk.reckoning.units import UNITS
from voicedesk.reckoning.zones import find_zone
from voicedesk.tools.links import LONGEST_LINK, web_address
from voicedesk.tools.notes import LONGEST_NOTE, Note, Notes
from voicedesk.tools.timers import LONGEST_LABEL, LONGEST_S, Timers
from voicedesk.tools.tool import Arguments, Confirmation, Tool, ToolError, told

READ_CLIPBOARD_QUESTION = (
    "May the text on the clipboard be read and sent to the server that answers?"
)
OPEN_LINK_QUESTION = "Open this page in the web browser?"
QUESTIONS = (READ_CLIPBOARD_QUESTION, OPEN_LINK_QUESTION)
"""All questions of the built-in tools, for the translation."""

LARGEST_VALUE = 1e15
CLIPBOARD_CHARACTERS = 4000
NOTES_CHARACTERS = 4000
"""How much of the notes one answer holds; the latest are told first to last."""

Now = Callable[[], datetime]


class Desktop(Protocol):
    """What the tools need of the desktop."""

    async def clipboard_text(self) -> str:
        """The text on the clipboard; empty when there is none."""

    async def open_link(self, url: str) -> bool:
        """Open a web page in the user's browser. Returns whether that was possible."""


def builtin_tools(
    timers: Timers, notes: Notes, *, desktop: Desktop | None = None, now: Now | None = None
) -> tuple[Tool, ...]:
    """All built-in tools.

    Args:
        timers: Where timers run.
        notes: Where notes are kept.
        desktop: The clipboard and the browser; None where there is no desktop, and then no tools for them.
        now: The clock, with the local time zone.
    """
    tools = (
        _get_time(now or (lambda: datetime.now().astimezone())),
        _calculate(),
        _convert_units(),
        *_timer_tools(timers),
        *_note_tools(notes),
    )
    return tools if desktop is None else (*tools, _read_clipboard(desktop), _open_link(desktop))


def _spec(
    name: str, description: str, required: tuple[str, ...] = (), **properties: Mapping[str, Any]
) -> ToolSpec:
    return ToolSpec(
        name,
        description,
        {
            "type": "object",
            "properties": properties,
            "required": list(required),
            "additionalProperties": False,
        },
    )


# -------------------------------------------------------------------------------------- reckoning


def _get_time(now: Now) -> Tool:
    async def run(arguments: Arguments) -> str:
        moment = now()
        name = arguments.get("timezone")
        if name:
            zone = find_zone(name)
            if zone is None:
                raise ToolError(f"I do not know the time zone of {name[:60]}")
            moment = moment.astimezone(zone)
        return told(
            time=f"{moment:%H:%M}",
            date=moment.date().isoformat(),
            weekday=f"{moment:%A}",
            zone=moment.tzname() or "",
        )

    zone = {
        "type": "string",
        "description": "A time zone such as Asia/Tokyo, or its city; left out for the user's own.",
        "maxLength": 100,
    }
    return Tool(
        _spec("get_time", "The present time, date and day of the week.", timezone=zone), run
    )


def _calculate() -> Tool:
    async def run(arguments: Arguments) -> str:
        try:
            return told(**asdict(calculate(arguments["expression"])))
        except CannotCalculateError as error:
            raise ToolError(str(error)) from error

    expression = {
        "type": "string",
        "description": "Numbers with + - * / ^ ( ), sqrt, cbrt, percent: 3 * (4 + 5), 15% of 80.",
        "minLength": 1,
        "maxLength": LONGEST_EXPRESSION,
    }
    description = "Work out an arithmetic expression exactly. Use it for every sum."
    return Tool(_spec("calculate", description, ("expression",), expression=expression), run)


def _convert_units() -> Tool:
    async def run(arguments: Arguments) -> str:
        try:
            found = convert_quantity(
                Fraction(str(arguments["value"])),
                find_unit(arguments["from"]),
                find_unit(arguments["to"]),
            )
        except ValueError as error:
            raise ToolError(str(error)) from error
        return told(
            **{"from": found.source, "to": found.target},
            exact=found.exact,
            plural=found.plural,
        )

    kinds = ", ".join(sorted({unit.kind for unit in UNITS.values()}))
    unit = {"type": "string", "description": "Such as km, miles, °C, pounds.", "maxLength": 60}
    value = {"type": "number", "minimum": -LARGEST_VALUE, "maximum": LARGEST_VALUE}
    description = f"Convert a quantity between units of {kinds}."
    properties = {"value": value, "from": unit, "to": unit}
    return Tool(_spec("convert_units", description, ("value", "from", "to"), **properties), run)


# ----------------------------------------------------------------------------------------- timers


def _timer_tools(timers: Timers) -> tuple[Tool, ...]:
    async def start(arguments: Arguments) -> str:
        timer = timers.set(float(arguments["seconds"]), arguments.get("label", ""))
        return told(timer=timer.label, seconds=timer.seconds, length=timers.in_words(timer.seconds))

    async def show(_arguments: Arguments) -> str:
        running = [
            {"timer": timer.label, "left": timers.in_words(timers.left(timer))}
            for timer in timers.pending
        ]
        return told(timers=running)

    async def stop(arguments: Arguments) -> str:
        return told(cancelled=timers.cancel(arguments.get("label", "")).label)

    label = {
        "type": "string",
        "description": "What it is for, such as tea.",
        "maxLength": LONGEST_LABEL,
    }
    seconds = {"type": "number", "minimum": 1, "maximum": LONGEST_S}
    which = {"type": "string", "description": "The timer's label; left out when only one runs."}
    return (
        Tool(
            _spec(
                "set_timer",
                "Start a timer. When it is up the user hears a spoken alarm.",
                ("seconds",),
                seconds=seconds,
                label=label,
            ),
            start,
        ),
        Tool(_spec("list_timers", "The timers that run and what is left of them."), show),
        Tool(_spec("cancel_timer", "Stop a timer before it is up.", label=which), stop),
    )


# ------------------------------------------------------------------------------------------ notes


def _note_tools(notes: Notes) -> tuple[Tool, ...]:
    async def add(arguments: Arguments) -> str:
        note = await asyncio.to_thread(notes.add, arguments["text"])
        return told(noted=note.text)

    async def show(_arguments: Arguments) -> str:
        every = await asyncio.to_thread(notes.all)
        latest = _latest(every)
        return told(
            notes=[asdict(note) for note in latest], older_left_out=len(every) - len(latest)
        )

    text = {"type": "string", "minLength": 1, "maxLength": LONGEST_NOTE}
    description = "Write down a note that the user wants to keep."
    return (
        Tool(_spec("add_note", description, ("text",), text=text), add),
        Tool(_spec("list_notes", "The user's notes, oldest first."), show),
    )


def _latest(notes: list[Note]) -> list[Note]:
    room = NOTES_CHARACTERS
    for at in range(len(notes) - 1, -1, -1):
        room -= len(notes[at].text) + len(notes[at].at)
        if room < 0:
            return notes[at + 1 :]
    return notes


# ---------------------------------------------------------------------------------------- desktop


def _read_clipboard(desktop: Desktop) -> Tool:
    def confirm(_arguments: Arguments) -> Confirmation:
        return Confirmation(READ_CLIPBOARD_QUESTION)

    async def run(_arguments: Arguments) -> str:
        text = await desktop.clipboard_text()
        if not text.strip():
            raise ToolError("There is no text on the clipboard")
        return told(text=text[:CLIPBOARD_CHARACTERS], cut=len(text) > CLIPBOARD_CHARACTERS)

    description = "Read the text on the user's clipboard. The user is asked first."
    return Tool(_spec("read_clipboard", description), run, confirm)


def _open_link(desktop: Desktop) -> Tool:
    def confirm(arguments: Arguments) -> Confirmation:
        return Confirmation(OPEN_LINK_QUESTION, web_address(arguments["url"]))

    async def run(arguments: Arguments) -> str:
        url = web_address(arguments["url"])
        if not await desktop.open_link(url):
            raise ToolError("The page could not be opened")
        return told(opened=url)

    url = {
        "type": "string",
        "description": "http or https.",
        "minLength": 1,
        "maxLength": LONGEST_LINK,
    }
    description = "Open a web page in the user's browser. The user is asked first."
    return Tool(_spec("open_link", description, ("url",), url=url), run, confirm)
