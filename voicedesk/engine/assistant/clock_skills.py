"""Skills about the time and the date."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from voicedesk.engine.assistant.skill import Arguments, Context, Result, Skill, schema
from voicedesk.engine.assistant.text import Utterance
from voicedesk.reckoning.numbers import ordinal
from voicedesk.reckoning.zones import find_zone

_TIME = re.compile(
    r"^(?:(?:what|which|tell me)(?: is)?(?: the)?(?: current)? time(?: is it| it is)?|do you (?:have|know) the time|"
    r"(?:what|tell me) time|what is the hour|the time|time)(?: right)?(?: now)?(?: (?:in|at) (?P<place>[a-z .'-]+?))?(?: now)?$"
)
_DATE = re.compile(
    r"^(?:(?:what|which)(?: is)?(?: the| today's)? (?P<what>date|day|year|month|weekday)(?: is it| is| was| of the week is it)?"
    r"|tell me (?:the|today's) (?P<told>date|day)|(?:the |today's )?(?P<bare>date|day))"
    r"(?: (?P<when>today|tomorrow|yesterday|now))?(?: is it)?$"
)
_SHIFT = {"tomorrow": 1, "yesterday": -1}


def _understand_time(utterance: Utterance, _context: Context) -> Arguments | None:
    match = _TIME.match(utterance.plain)
    if match is None:
        return None
    place = match["place"]
    return {"place": place} if place and place not in ("the moment", "here") else {}


def _time(arguments: Arguments, context: Context) -> Result:
    place = arguments.get("place")
    now = context.now()
    if place:
        zone = find_zone(str(place))
        if zone is None:
            return {"error": f"I do not know the time zone of {str(place).title()}"}
        now = now.astimezone(zone)
    return {"time": now.strftime("%H:%M"), "zone": now.tzname() or ""}


def _say_time(arguments: Arguments, result: Result) -> str:
    if "error" in result:
        return f"{result['error']}."
    hour, minute = (int(part) for part in result["time"].split(":"))
    place = arguments.get("place")
    where = f" in {str(place).title()}" if place else ""
    half = "AM" if hour < 12 else "PM"
    if minute == 0:
        exact = {0: "midnight", 12: "noon"}.get(hour, f"{hour % 12} o'clock {half}")
        return f"It is {exact}{where}."
    return f"It is {hour % 12 or 12}:{minute:02} {half}{where}."


def _understand_date(utterance: Utterance, _context: Context) -> Arguments | None:
    match = _DATE.match(utterance.plain)
    if match is None:
        return None
    what = match["what"] or match["told"] or match["bare"]
    when = match["when"] or "today"
    return {
        "what": "day" if what == "weekday" else what,
        "when": "today" if when == "now" else when,
    }


def _date(arguments: Arguments, context: Context) -> Result:
    day = context.now() + timedelta(days=_SHIFT.get(str(arguments.get("when")), 0))
    return {"date": day.date().isoformat()}


def _say_date(arguments: Arguments, result: Result) -> str:
    day = datetime.fromisoformat(str(result["date"]))
    what, when = arguments.get("what", "date"), str(arguments.get("when", "today"))
    verb = "was" if when == "yesterday" else "is"
    if what == "year":
        return f"It {verb} the year {day.year}."
    if what == "month":
        return f"It {verb} {day:%B} {day.year}."
    full = f"{day:%A}, {day:%B} {ordinal(day.day)}, {day.year}"
    return f"{when.capitalize()} {verb} {full}."


TIME = Skill(
    name="get_time",
    description="The time of day, here or in a city of the time zone database.",
    parameters=schema(
        place={"type": "string", "description": "A city, such as Tokyo; here if left out."}
    ),
    understand=_understand_time,
    run=_time,
    say=_say_time,
)
DATE = Skill(
    name="get_date",
    description="The date and the day of the week, today, tomorrow or yesterday.",
    parameters=schema(
        what={"type": "string", "enum": ["date", "day", "month", "year"]},
        when={"type": "string", "enum": ["today", "tomorrow", "yesterday"]},
    ),
    understand=_understand_date,
    run=_date,
    say=_say_date,
)
