"""Skills about numbers: arithmetic, units, counting."""

from __future__ import annotations

import re
from fractions import Fraction

from voicedesk.engine.assistant.skill import Arguments, Context, Result, Skill, schema
from voicedesk.engine.assistant.text import Utterance, listed, sentence
from voicedesk.reckoning.answers import calculate, convert_quantity
from voicedesk.reckoning.arithmetic import CannotCalculateError, evaluate
from voicedesk.reckoning.numbers import number_words, parse_number
from voicedesk.reckoning.units import UNIT_PATTERN, UNITS

LONGEST_COUNT = 200

_ASK = re.compile(
    r"^(?:tell me )?(?:what is|what are|what does|how much is|how many is|how much are|how much does|calculate|compute|work out|"
    r"tell me|solve|evaluate|find|and|do|give me)\s+(?:the (?:result|value|sum|product) of\s+)?"
)
_EQUALS = re.compile(r"\s*(?:=|\bequals?|\bmakes?|\bis)\s*\??$")
_AMOUNT = r"(?P<value>-?\d[\d,]*(?:\.\d+)?|an?|one|minus \d[\d,]*(?:\.\d+)?)"
_CONVERSIONS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"^(?:convert|change|turn|what is|what are|how much is|how much are)? ?{_AMOUNT} ?(?P<source>{UNIT_PATTERN}) (?:to|into|in|as) (?P<target>{UNIT_PATTERN})$",
        rf"^(?:convert|change|turn)? ?{_AMOUNT} ?(?P<source>{UNIT_PATTERN}) (?P<target>{UNIT_PATTERN})$",
        rf"^how many (?P<target>{UNIT_PATTERN}) (?:are|is|make|do)? ?(?:there )?(?:in|are|is|make)? ?{_AMOUNT} ?(?P<source>{UNIT_PATTERN})$",
    )
)
_COUNT = re.compile(
    r"^count (?:(?P<down>down)|up)?\s*(?:from (?P<first>\d[\d,]*)\s*)?(?:(?:up |down )?(?:to|till|until) (?P<last>\d[\d,]*))?$"
)


def _understand_sum(utterance: Utterance, _context: Context) -> Arguments | None:
    formula = _EQUALS.sub("", _ASK.sub("", utterance.numeric))
    try:
        found = evaluate(formula)
    except CannotCalculateError:
        return {"expression": formula}
    if found is None or not found.operations:
        return None
    return {"expression": formula}


def _calculate(arguments: Arguments, _context: Context) -> Result:
    try:
        found = calculate(str(arguments["expression"]))
    except CannotCalculateError as error:
        return {"error": str(error)}
    return {"expression": found.expression, "result": found.result, "exact": found.exact}


def _say_sum(_arguments: Arguments, result: Result) -> str:
    if "error" in result:
        return sentence(f"I cannot work that out: {result['error']}")
    verb = "is" if result.get("exact", True) else "is about"
    return sentence(f"{result['expression']} {verb} {result['result']}")


def _understand_conversion(utterance: Utterance, _context: Context) -> Arguments | None:
    for pattern in _CONVERSIONS:
        if match := pattern.match(utterance.numeric):
            value = match["value"].replace("minus ", "-")
            value = "1" if value in ("a", "an", "one") else value
            return {"value": value, "from": match["source"], "to": match["target"]}
    return None


def _convert(arguments: Arguments, _context: Context) -> Result:
    value = parse_number(str(arguments["value"]))
    source, target = UNITS.get(str(arguments["from"])), UNITS.get(str(arguments["to"]))
    if value is None or source is None or target is None:
        return {"error": "I do not know one of these units"}
    try:
        found = convert_quantity(value, source, target)
    except ValueError as error:
        return {"error": str(error)}
    return {
        "from": found.source,
        "to": found.target,
        "exact": found.exact,
        "plural": found.plural,
    }


def _say_conversion(_arguments: Arguments, result: Result) -> str:
    if "error" in result:
        return sentence(f"I cannot convert that: {result['error']}")
    verb = "are" if result.get("plural") else "is"
    return f"{result['from']} {verb} {'' if result.get('exact', True) else 'about '}{result['to']}."


def _understand_count(utterance: Utterance, _context: Context) -> Arguments | None:
    match = _COUNT.match(utterance.numeric)
    if match is None or not (match["first"] or match["last"]):
        return None
    first, last = (
        Fraction(v.replace(",", "")) if v else None for v in (match["first"], match["last"])
    )
    if match["down"]:
        first, last = (
            first if first is not None else last,
            last if first is not None and last is not None else Fraction(0),
        )
        assert first is not None
        return {"from": int(first), "to": int(last)}
    if last is None:
        assert first is not None
        return {"from": int(first), "to": int(first) + 10}
    return {"from": int(first) if first is not None else 1, "to": int(last)}


def _count(arguments: Arguments, _context: Context) -> Result:
    first, last = int(arguments["from"]), int(arguments["to"])
    if abs(last - first) >= LONGEST_COUNT or max(abs(first), abs(last)) > 10**9:
        return {"error": f"I count at most {LONGEST_COUNT} numbers at a time"}
    step = 1 if last >= first else -1
    return {"numbers": list(range(first, last + step, step))}


def _say_count(_arguments: Arguments, result: Result) -> str:
    if "error" in result:
        return f"{result['error']}."
    names = [number_words(number) for number in result["numbers"]]
    groups = [", ".join(names[at : at + 10]) for at in range(0, len(names), 10)]
    return " ".join(sentence(group) for group in groups)


def kinds_of_units() -> str:
    """What can be converted, for a sentence."""
    return listed(sorted({unit.kind for unit in UNITS.values()}))


CALCULATE = Skill(
    name="calculate",
    description="Arithmetic: plus, minus, times, divided by, powers, roots, percent, brackets.",
    parameters=schema(
        ["expression"], expression={"type": "string", "description": "Such as 12 + 30."}
    ),
    understand=_understand_sum,
    run=_calculate,
    say=_say_sum,
)
CONVERT = Skill(
    name="convert_units",
    description=f"Convert between units of {kinds_of_units()}.",
    parameters=schema(
        ["value", "from", "to"],
        **{
            "value": {"type": "string", "description": "A number."},
            "from": {"type": "string", "description": "A unit, such as km."},
            "to": {"type": "string", "description": "A unit of the same kind, such as miles."},
        },
    ),
    understand=_understand_conversion,
    run=_convert,
    say=_say_conversion,
)
COUNT = Skill(
    name="count",
    description="Count aloud, up or down.",
    parameters=schema(["from", "to"], **{"from": {"type": "integer"}, "to": {"type": "integer"}}),
    understand=_understand_count,
    run=_count,
    say=_say_count,
)
