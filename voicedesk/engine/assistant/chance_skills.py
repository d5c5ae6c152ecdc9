"""Skills of chance: dice, coins, random numbers."""

from __future__ import annotations

import re

from voicedesk.engine.assistant.skill import Arguments, Context, Result, Skill, schema
from voicedesk.engine.assistant.text import Utterance, listed
from voicedesk.reckoning.numbers import number_words

MOST_DICE = 20
_DICE = re.compile(
    r"^(?:roll|throw|cast)(?: me)? (?:the |a |an |some )?(?:(?P<count>\d+) )?"
    r"(?:(?:(?P<sides>\d+)[ -]?sided )?(?:die|dice)|(?P<many>\d*)d(?P<kind>\d+))(?: again)?$"
)
_COIN = re.compile(
    r"^(?:(?:flip|toss|throw) (?:a|the) coin(?: again)?|heads or tails|coin (?:flip|toss))$"
)
_NUMBER = re.compile(
    r"^(?:pick|choose|give me|tell me|say|think of)(?: me)? (?:a|any) (?:random )?number"
    r"(?: (?:between|from) (?P<low>\d[\d,]*) (?:and|to) (?P<high>\d[\d,]*))?$"
)


def _understand_dice(utterance: Utterance, _context: Context) -> Arguments | None:
    match = _DICE.match(utterance.numeric)
    if match is None:
        return None
    sides = int(match["sides"] or match["kind"] or 6)
    count = int(match["count"] or match["many"] or (2 if "the dice" in utterance.plain else 1))
    return {"count": count, "sides": sides}


def _roll(arguments: Arguments, context: Context) -> Result:
    count, sides = int(arguments.get("count", 1)), int(arguments.get("sides", 6))
    if not 1 <= count <= MOST_DICE or not 2 <= sides <= 1000:
        return {"error": f"I roll 1 to {MOST_DICE} dice of 2 to 1000 sides"}
    rolls = [context.random.randint(1, sides) for _ in range(count)]
    return {"rolls": rolls, "sum": sum(rolls)}


def _say_dice(arguments: Arguments, result: Result) -> str:
    if "error" in result:
        return f"{result['error']}."
    rolls = [number_words(roll) for roll in result["rolls"]]
    sides = int(arguments.get("sides", 6))
    die = "the die" if sides == 6 else f"the {sides}-sided die"
    if len(rolls) == 1:
        return f"I rolled {die}: it shows {rolls[0]}."
    return f"I rolled {number_words(len(rolls))} dice: {listed(rolls)}. Together that is {number_words(result['sum'])}."


def _understand_coin(utterance: Utterance, _context: Context) -> Arguments | None:
    return {} if _COIN.match(utterance.plain) else None


def _flip(_arguments: Arguments, context: Context) -> Result:
    return {"side": context.random.choice(["heads", "tails"])}


def _say_coin(_arguments: Arguments, result: Result) -> str:
    return f"I flipped a coin: {result['side']}."


def _understand_number(utterance: Utterance, _context: Context) -> Arguments | None:
    match = _NUMBER.match(utterance.numeric)
    if match is None:
        return None
    low, high = (
        int(match[name].replace(",", "")) if match[name] else None for name in ("low", "high")
    )
    if low is None or high is None:
        return {"low": 1, "high": 100}
    return {"low": min(low, high), "high": max(low, high)}


def _pick(arguments: Arguments, context: Context) -> Result:
    low, high = int(arguments["low"]), int(arguments["high"])
    return {"number": context.random.randint(min(low, high), max(low, high))}


def _say_number(arguments: Arguments, result: Result) -> str:
    return f"Between {arguments['low']} and {arguments['high']} I pick {result['number']}."


DICE = Skill(
    name="roll_dice",
    description="Roll dice.",
    parameters=schema(count={"type": "integer"}, sides={"type": "integer"}),
    understand=_understand_dice,
    run=_roll,
    say=_say_dice,
)
COIN = Skill(
    name="flip_coin",
    description="Flip a coin.",
    understand=_understand_coin,
    run=_flip,
    say=_say_coin,
)
NUMBER = Skill(
    name="pick_number",
    description="Pick a random whole number.",
    parameters=schema(["low", "high"], low={"type": "integer"}, high={"type": "integer"}),
    understand=_understand_number,
    run=_pick,
    say=_say_number,
)
