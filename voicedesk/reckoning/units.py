"""Units of measurement and what they are in each other."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: ``value in base units = factor * value + offset``.

    Attributes:
        kind: What it measures; only units of one kind convert.
        one: Its name for one, ``many`` for any other number.
        factor: Base units in one of it.
        offset: Base units at its zero; only temperatures have one.
    """

    kind: str
    one: str
    many: str
    factor: Fraction
    offset: Fraction = Fraction(0)

    def called(self, value: Fraction) -> str:
        """The name that goes with a number."""
        return self.one if value == 1 else self.many


_TABLE = """
length  meter meters metre metres m = 1
length  kilometer kilometers kilometre kilometres km k = 1000
length  centimeter centimeters centimetre centimetres cm = 1/100
length  millimeter millimeters millimetre millimetres mm = 1/1000
length  mile miles mi = 1609.344
length  yard yards yd yds = 0.9144
length  foot feet ft = 0.3048
length  inch inches in = 0.0254
mass    kilogram kilograms kilo kilos kg kgs = 1
mass    gram grams g = 1/1000
mass    milligram milligrams mg = 1/1000000
mass    pound pounds lb lbs = 0.45359237
mass    ounce ounces oz = 0.028349523125
mass    ton tons tonne tonnes t = 1000
mass    stone stone stones = 6.35029318
volume  liter liters litre litres l = 1
volume  milliliter milliliters millilitre millilitres ml = 1/1000
volume  gallon gallons gal = 3.785411784
volume  quart quarts qt = 0.946352946
volume  pint pints pt = 0.473176473
volume  cup cups = 0.2365882365
volume  tablespoon tablespoons tbsp = 0.01478676478125
volume  teaspoon teaspoons tsp = 0.00492892159375
time    second seconds sec secs s = 1
time    minute minutes min mins = 60
time    hour hours h hr hrs = 3600
time    day days d = 86400
time    week weeks = 604800
time    year years = 31536000
speed   meter_per_second meters_per_second metres_per_second m/s = 1
speed   kilometer_per_hour kilometers_per_hour kilometres_per_hour km/h kph kmh = 5/18
speed   mile_per_hour miles_per_hour mph = 0.44704
speed   knot knots = 463/900
data    byte bytes b = 1
data    kilobyte kilobytes kb = 1000
data    megabyte megabytes mb = 1000000
data    gigabyte gigabytes gb = 1000000000
data    terabyte terabytes tb = 1000000000000
"""
_TEMPERATURES = (
    (
        ("degree Celsius", "degrees Celsius"),
        ("celsius", "centigrade", "c", "°c"),
        Fraction(1),
        Fraction(0),
    ),
    (
        ("degree Fahrenheit", "degrees Fahrenheit"),
        ("fahrenheit", "f", "°f"),
        Fraction(5, 9),
        Fraction(-160, 9),
    ),
    (("kelvin", "kelvins"), ("kelvin", "kelvins"), Fraction(1), Fraction("-273.15")),
)


def _build() -> dict[str, Unit]:
    units: dict[str, Unit] = {}
    for line in _TABLE.strip().splitlines():
        names, factor = line.split(" = ")
        kind, *aliases = (name.replace("_", " ") for name in names.split())
        unit = Unit(kind, aliases[0], aliases[1], Fraction(factor))
        units |= dict.fromkeys(aliases, unit)
    for (one, many), aliases_, factor_, offset in _TEMPERATURES:
        unit = Unit("temperature", one, many, factor_, offset)
        for alias in aliases_:
            units[alias] = units[f"degrees {alias}"] = units[f"degree {alias}"] = unit
    return units


UNITS = _build()
UNIT_PATTERN = "|".join(re.escape(name) for name in sorted(UNITS, key=len, reverse=True))


def convert(value: Fraction, source: Unit, target: Unit) -> Fraction:
    """The same quantity in another unit, exactly.

    Raises:
        ValueError: The units measure different things.
    """
    if source.kind != target.kind:
        raise ValueError(
            f"{source.many} measure {source.kind}, {target.many} measure {target.kind}"
        )
    return (value * source.factor + source.offset - target.offset) / target.factor
