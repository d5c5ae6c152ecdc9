"""Sums and conversions as they are told, and time zones by the names that people give them."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicedesk.reckoning.answers import (
    LONGEST_EXPRESSION,
    UnknownUnitError,
    calculate,
    convert_quantity,
    find_unit,
)
from voicedesk.reckoning.arithmetic import CannotCalculateError
from voicedesk.reckoning.zones import find_zone


@pytest.mark.parametrize(
    ("expression", "said", "result", "exact"),
    [
        ("12 + 30", "twelve plus thirty", "forty-two", True),
        ("Twelve plus THIRTY", "twelve plus thirty", "forty-two", True),
        ("2**10", "two to the power of ten", "1,024", True),
        ("sqrt(2)", "the square root of (two)", "1.4142", False),
        ("1 / 3", "one divided by three", "0.3333", False),
        ("1500 * 2", "1,500 times 2", "3,000", True),
    ],
)
def test_a_sum_is_worked_out(expression: str, said: str, result: str, exact: bool) -> None:
    found = calculate(expression)
    assert (found.expression, found.result, found.exact) == (said, result, exact)


@pytest.mark.parametrize(
    ("expression", "value"),
    [("12 + 30", "42"), ("1500 * 2", "3000"), ("1 / 3", "0.333333333333"), ("2 ^ 70", str(2**70))],
)
def test_programs_are_given_plain_digits(expression: str, value: str) -> None:
    assert calculate(expression).value == value


@pytest.mark.parametrize("expression", ["", "hello", "1 +", "import os", "(" * 40, "1 / 0"])
def test_what_has_no_answer_is_refused(expression: str) -> None:
    with pytest.raises(CannotCalculateError):
        calculate(expression)


def test_an_endless_expression_is_refused() -> None:
    with pytest.raises(CannotCalculateError, match="too long"):
        calculate("1" * (LONGEST_EXPRESSION + 1))


@given(st.text(alphabet="0123456789+-*/^(). %e√²", max_size=60))
def test_no_expression_fails_in_another_way(expression: str) -> None:
    try:
        found = calculate(expression)
    except CannotCalculateError:
        return
    assert found.result


@pytest.mark.parametrize(
    ("name", "many"),
    [
        ("km", "kilometers"),
        (" Kilometres ", "kilometers"),
        ("miles_per_hour", "miles per hour"),
        ("°C", "degrees Celsius"),
        ("degrees Fahrenheit", "degrees Fahrenheit"),
        ("lbs.", "pounds"),
    ],
)
def test_a_unit_goes_by_many_names(name: str, many: str) -> None:
    assert find_unit(name).many == many


def test_an_unknown_unit_is_named() -> None:
    with pytest.raises(UnknownUnitError, match="parsec"):
        find_unit("parsec")


def test_a_quantity_is_converted() -> None:
    found = convert_quantity(Fraction(5), find_unit("miles"), find_unit("km"))
    assert (found.source, found.target, found.exact) == ("5 miles", "8.05 kilometers", False)
    boiling = convert_quantity(Fraction(212), find_unit("f"), find_unit("c"))
    assert (boiling.target, boiling.exact) == ("100 degrees Celsius", True)
    assert convert_quantity(Fraction(0), find_unit("kg"), find_unit("lb")).target == "0 pounds"
    with pytest.raises(ValueError, match="measure"):
        convert_quantity(Fraction(1), find_unit("kg"), find_unit("km"))


@pytest.mark.parametrize("name", ["Asia/Tokyo", "asia/tokyo", "tokyo", " Tokyo "])
def test_a_zone_goes_by_its_key_and_its_city(name: str) -> None:
    zone = find_zone(name)
    assert zone is not None
    assert zone.key == "Asia/Tokyo"


@pytest.mark.parametrize("name", ["UTC", "new york", "America/New_York"])
def test_zones_of_two_words_and_of_none(name: str) -> None:
    assert find_zone(name) is not None


@pytest.mark.parametrize("name", ["", "Atlantis", "../../etc/passwd", "Asia/"])
def test_an_unknown_zone_is_none(name: str) -> None:
    assert find_zone(name) is None
