"""Numbers there and back, and arithmetic against Python's own."""

from contextlib import suppress
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicedesk.reckoning.arithmetic import CannotCalculateError, evaluate
from voicedesk.reckoning.numbers import (
    LARGEST,
    digits_for_words,
    number_words,
    ordinal,
    parse_number,
    spoken,
)
from voicedesk.reckoning.units import UNITS, convert


@given(st.integers(0, LARGEST))
def test_every_number_comes_back_from_its_words(value: int) -> None:
    words = number_words(value)
    assert digits_for_words(words) == str(value)
    assert digits_for_words(words.replace(" and ", " ")) == str(value)
    assert number_words(-value) == f"minus {words}" or value == 0


@given(st.lists(st.integers(0, 9999), min_size=1, max_size=4))
def test_numbers_between_words_are_told_apart(values: list[int]) -> None:
    text = " plus ".join(number_words(value) for value in values)
    assert digits_for_words(text) == " plus ".join(map(str, values))


@given(st.text(max_size=60))
def test_any_text_can_be_searched_for_numbers(text: str) -> None:
    assert len(digits_for_words(text).split()) <= len(text.split()) + text.count("-")


@pytest.mark.parametrize(
    ("words", "digits"),
    [
        ("twelve plus thirty", "12 plus 30"),
        ("a hundred and one", "101"),
        ("a million", "1000000"),
        ("three point one four", "3.14"),
        ("two thousand five hundred plus seventy five", "2500 plus 75"),
        ("five twenty", "5 20"),
        ("one hundred and one hundred", "100 and 100"),
        ("a foot and an inch", "a foot and an inch"),
        ("zero", "0"),
        ("nineteen hundred", "1900"),
        ("", ""),
    ],
)
def test_spoken_numbers_become_digits(words: str, digits: str) -> None:
    assert digits_for_words(words) == digits


def test_numbers_beyond_words_are_refused() -> None:
    with pytest.raises(ValueError, match="too large"):
        number_words(LARGEST + 1)


@pytest.mark.parametrize(
    ("value", "text"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (11, "11th"), (22, "22nd"), (30, "30th")],
)
def test_ordinals(value: int, text: str) -> None:
    assert ordinal(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(1, 3), "0.3333"),
        (Fraction(1234567), "1,234,567"),
        (Fraction(5, 2), "2.5"),
        (Fraction(10**20), "1e+20"),
        (Fraction(1, 10**6), "1e-06"),
        (Fraction(0), "0"),
    ],
)
def test_values_are_told_in_digits(value: Fraction, text: str) -> None:
    assert spoken(value, words=False) == text


@pytest.mark.parametrize("text", ["", "abc", "1.2.3", "1" * 30, "--1"])
def test_what_is_no_number_is_none(text: str) -> None:
    assert parse_number(text) is None


formulas = st.recursive(
    st.integers(0, 999).map(str),
    lambda inner: st.tuples(inner, st.sampled_from("+-*"), inner).map(
        lambda t: f"({t[0]} {t[1]} {t[2]})"
    ),
    max_leaves=8,
)


@given(formulas)
def test_whole_numbers_are_calculated_as_python_does(formula: str) -> None:
    found = evaluate(formula)
    assert found is not None
    assert found.value == eval(formula)
    assert found.exact


@given(st.text(alphabet="0123456789+-*/^%() .abxt", max_size=40))
def test_any_formula_is_answered_or_refused(text: str) -> None:
    with suppress(CannotCalculateError):
        found = evaluate(text)
        assert found is None or found.said


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2 + 3 * 4", 14),
        ("2 - 3 - 4", -5),
        ("20 % of 50", 10),
        ("15 percent of 200", 30),
        ("the square root of 144", 12),
        ("cube root of 27", 3),
        ("9 squared", 81),
        ("2 to the power of 10", 1024),
        ("2 ** 3", 8),
        ("half of 9", Fraction(9, 2)),
        ("7 x 8", 56),
        ("0.1 + 0.2", Fraction(3, 10)),
        ("1 / 3 * 3", 1),
        ("minus 4 times minus 3", 12),
        ("120 divided by 5", 24),
    ],
)
def test_words_and_signs_mean_the_same(text: str, value: Fraction | int) -> None:
    found = evaluate(text)
    assert found is not None
    assert found.value == value


@pytest.mark.parametrize(
    "text", ["1 / 0", "0 ^ -1", "the square root of -4", "9 ^ 9 ^ 9", "-8 + (0 - 8) ^ 0.5"]
)
def test_what_has_no_answer_is_refused_with_the_reason(text: str) -> None:
    with pytest.raises(CannotCalculateError, match=r"zero|real numbers|too large"):
        evaluate(text)


@pytest.mark.parametrize("text", ["", "sqrt", "1 +", "(1", "1 2", "hello", "+".join("1" * 40)])
def test_what_is_no_formula_is_none(text: str) -> None:
    assert evaluate(text) is None


@given(
    st.sampled_from(sorted(UNITS)),
    st.sampled_from(sorted(UNITS)),
    st.fractions(-1000, 1000, max_denominator=100),
)
def test_a_conversion_comes_back(source: str, target: str, value: Fraction) -> None:
    first, second = UNITS[source], UNITS[target]
    if first.kind != second.kind:
        with pytest.raises(ValueError, match="measure"):
            convert(value, first, second)
    else:
        assert convert(convert(value, first, second), second, first) == value


@pytest.mark.parametrize(
    ("value", "source", "target", "result"),
    [
        (1, "foot", "inches", 12),
        (100, "celsius", "fahrenheit", 212),
        (0, "kelvin", "celsius", Fraction("-273.15")),
        (36, "km/h", "m/s", 10),
    ],
)
def test_known_conversions(value: int, source: str, target: str, result: Fraction) -> None:
    assert convert(Fraction(value), UNITS[source], UNITS[target]) == result


def test_a_sum_that_grows_without_bound_is_refused() -> None:
    assert evaluate("10 ^ 120 * 10 ^ 120") is not None
    with pytest.raises(CannotCalculateError, match="too large"):
        evaluate("10 ^ 120 * 10 ^ 120 * 10 ^ 120")
    with pytest.raises(CannotCalculateError, match="too large"):
        evaluate("1 / 10 ^ 120 / 10 ^ 120 / 10 ^ 120")
