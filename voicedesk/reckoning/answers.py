"""Questions about numbers, from text to a result that can be told: sums and conversions."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from voicedesk.reckoning.arithmetic import CannotCalculateError, evaluate, only_whole_and_small
from voicedesk.reckoning.numbers import digits_for_words, spoken
from voicedesk.reckoning.units import UNITS, Unit, convert

LONGEST_EXPRESSION = 300
"""Characters; patterns are not let loose on more."""


class UnknownUnitError(ValueError):
    """A unit that is not in the table."""


@dataclass(frozen=True, slots=True)
class Calculated:
    """A sum and its result.

    Attributes:
        expression: As it was understood, to be said.
        result: Its value for the ear, in English words or digits.
        value: Its value for a program or a model, in plain digits.
        exact: Whether ``result`` is the exact value.
    """

    expression: str
    result: str
    value: str
    exact: bool


@dataclass(frozen=True, slots=True)
class Converted:
    """A quantity in two units.

    Attributes:
        source: What was given, as in "5 miles".
        target: The same in the other unit, rounded for the ear.
        exact: Whether ``target`` is the exact value.
        plural: Whether ``source`` takes a plural verb.
    """

    source: str
    target: str
    exact: bool
    plural: bool


def calculate(expression: str) -> Calculated:
    """Work out a sum in words or signs, such as "12 + 30" or "the square root of 144".

    Raises:
        CannotCalculateError: It has no answer, or is not understood.
    """
    if len(expression) > LONGEST_EXPRESSION:
        raise CannotCalculateError("the expression is too long for me")
    formula = digits_for_words(expression.lower())
    words = only_whole_and_small(formula)
    found = evaluate(formula, words=words)
    if found is None:
        raise CannotCalculateError("I did not understand the expression")
    words = words and abs(found.value) <= 1000
    plain = f"{float(found.value):.12g}" if found.value.denominator > 1 else str(found.value)
    return Calculated(found.said, found.answer(words=words), plain, found.exact)


def find_unit(name: str) -> Unit:
    """A unit by one of its names: "km", "Kilometers", "degrees Celsius", "miles_per_hour".

    Raises:
        UnknownUnitError: It is not known.
    """
    plain = " ".join(name.replace("_", " ").lower().strip(" .").split())
    unit = UNITS.get(plain)
    if unit is None:
        raise UnknownUnitError(f"I do not know the unit {plain[:40]}")
    return unit


def convert_quantity(value: Fraction, source: Unit, target: Unit) -> Converted:
    """A quantity in another unit, rounded to what an ear can take.

    Raises:
        ValueError: The units measure different things.
    """
    answer = convert(value, source, target)
    # A tiny quantity is not nothing: what rounds to zero is kept as it is.
    rounded = round(answer, 2 if abs(answer) >= 1 else 4) or answer
    return Converted(
        f"{spoken(value, words=False)} {source.called(value)}",
        f"{spoken(rounded, words=False)} {target.called(rounded)}",
        exact=rounded == answer,
        plural=value != 1,
    )
