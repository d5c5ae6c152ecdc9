"""Arithmetic in words or signs: "twelve plus thirty", "12+30", "the square root of 144", exactly where it can be."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from voicedesk.reckoning.numbers import is_rounded, parse_number, spoken

_TOKEN = re.compile(r"\d[\d,]*(?:\.\d+)?|\.\d+|\*\*|[-+*/^%()×÷√²³]|[a-z']+|\S")
_PHRASES: tuple[tuple[str, str], ...] = (
    (r"\bmultiplied (by|with)\b", "*"),
    (r"\bdivided (by|with)\b", "/"),
    (r"\bto the power( of)?\b|\braised to( the)?\b|\*\*", "^"),
    (r"\b(the )?square root of\b|√", " sqrt "),
    (r"\b(the )?cube root of\b", " cbrt "),
    (r"\b(per ?cent|%) (of|off)\b|% ?of\b", " percentof "),
    (r"\b(a |one )?half of\b", " half "),
    (r"\b(a |one |1 )?third of\b", " third "),
    (r"\b(a |one |1 )?quarter of\b", " quarter "),
    (r"\b(double|twice)\b", " double "),
    (r"\bplus\b|\band\b(?=\s*\d)", "+"),
    (r"\bminus\b|\bless\b|\bnegative\b", "-"),
    (r"\btimes\b|\bx\b|×|(?<=\d)x(?=\d)", "*"),
    (r"\bover\b|\bby\b|÷", "/"),
    (r"\bsquared\b|²", " squared "),
    (r"\bcubed\b|³", " cubed "),
)
_PREFIXES = {
    "sqrt": "the square root of",
    "cbrt": "the cube root of",
    "half": "half of",
    "third": "a third of",
    "quarter": "a quarter of",
    "double": "double",
}
_SHARES = {
    "half": Fraction(1, 2),
    "third": Fraction(1, 3),
    "quarter": Fraction(1, 4),
    "double": Fraction(2),
}
_SIGNS = {"+": "plus", "-": "minus", "*": "times", "/": "divided by", "^": "to the power of"}
_OPERATIONS: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
}
_LARGEST_POWER = 512
_LARGEST_VALUE = 1000  # bits of a part; what is larger has no float, and no meaning for the ear
MAX_TOKENS = 60


class CannotCalculateError(ValueError):
    """A sum that has no answer; ``str`` is the reason as the end of a sentence."""


@dataclass(frozen=True, slots=True)
class Sum:
    """An expression that was understood.

    Attributes:
        value: Its value, exact or close (roots and powers of fractions).
        said: It in words or digits, as in "twelve plus thirty".
        operations: How many operations it holds; 0 for a bare number.
        exact: Whether what `answer` says is the exact value.
    """

    value: Fraction
    said: str
    operations: int
    exact: bool

    def answer(self, *, words: bool) -> str:
        """The value for a reply."""
        return spoken(self.value, words=words)


def evaluate(text: str, *, words: bool = False) -> Sum | None:
    """Understand an expression whose numbers are in digits. None if the text is no expression.

    Args:
        text: As `Utterance.numeric` gives it, without "what is" before it.
        words: Whether ``said`` spells the numbers out.

    Raises:
        CannotCalculateError: It is one, and has no answer (division by zero, root of a negative number, too large).
    """
    text = f" {text} "
    for pattern, replacement in _PHRASES:
        text = re.sub(pattern, f" {replacement} ", text)
    tokens = _TOKEN.findall(text)
    if not tokens or len(tokens) > MAX_TOKENS:
        return None
    parser = _Parser(tokens, words=words)
    try:
        value, said = parser.expression()
    except _NotAnExpression:
        return None
    if parser.at < len(tokens):
        return None
    return Sum(value, said, parser.operations, exact=parser.exact and not is_rounded(value))


def only_whole_and_small(text: str) -> bool:
    """Whether every number in the text is a whole one up to a hundred, so that words read better than digits."""
    numbers = re.findall(r"\d[\d,]*(?:\.\d+)?", text)
    return all("." not in number and int(number.replace(",", "")) <= 100 for number in numbers)


class _NotAnExpression(Exception):  # noqa: N818 - the parser's way out, caught in the same module
    pass


_Part = tuple[Fraction, str]


class _Parser:
    """Recursive descent: sums of products of signed powers of atoms. Each level gives the value and how it is said."""

    def __init__(self, tokens: list[str], *, words: bool) -> None:
        self.tokens = tokens
        self.words = words
        self.at = 0
        self.operations = 0
        self.exact = True

    def expression(self) -> _Part:
        return self._chain(self._product, ("+", "-"))

    def _product(self) -> _Part:
        return self._chain(self._signed, ("*", "/"))

    def _chain(self, level: Callable[[], _Part], signs: tuple[str, ...]) -> _Part:
        value, said = level()
        while (sign := self._peek()) in signs:
            self._take()
            right, right_said = level()
            value = _apply(sign, value, right)
            said = f"{said} {_SIGNS[sign]} {right_said}"
            self.operations += 1
        return value, said

    def _signed(self) -> _Part:
        if self._peek() == "-":
            self._take()
            value, said = self._signed()
            return -value, f"minus {said}"
        return self._power()

    def _power(self) -> _Part:
        value, said = self._atom()
        while (sign := self._peek()) in ("^", "squared", "cubed"):
            self._take()
            self.operations += 1
            if sign == "^":
                exponent, exponent_said = self._signed()
                value, said = (
                    self._raise(value, exponent),
                    f"{said} to the power of {exponent_said}",
                )
            else:
                value, said = (
                    self._raise(value, Fraction(2 if sign == "squared" else 3)),
                    f"{said} {sign}",
                )
        if self._peek() == "percentof":
            self._take()
            self.operations += 1
            whole, whole_said = self._signed()
            value, said = _apply("*", value, whole) / 100, f"{said} percent of {whole_said}"
        return value, said

    def _atom(self) -> _Part:
        word = self._take()
        if word in _PREFIXES:
            self.operations += 1
            value, said = self._signed()
            value = (
                _apply("*", _SHARES[word], value) if word in _SHARES else self._root(value, word)
            )
            return value, f"{_PREFIXES[word]} {said}"
        if word == "(":
            value, said = self.expression()
            if self._take() != ")":
                raise _NotAnExpression
            return value, f"({said})"
        number = parse_number(word)
        if number is None:
            raise _NotAnExpression
        return number, spoken(number, words=self.words)

    def _root(self, value: Fraction, kind: str) -> Fraction:
        if value < 0 and kind == "sqrt":
            raise CannotCalculateError(
                "a negative number has no square root among the real numbers"
            )
        degree = 2 if kind == "sqrt" else 3
        top, bottom = (
            _integer_root(abs(value.numerator), degree),
            _integer_root(value.denominator, degree),
        )
        if top is not None and bottom is not None:
            return Fraction(top if value >= 0 else -top, bottom)
        self.exact = False
        return Fraction(math.copysign(abs(float(value)) ** (1 / degree), value))

    def _raise(self, base: Fraction, exponent: Fraction) -> Fraction:
        if base == 0 and exponent < 0:
            raise CannotCalculateError("nothing can be divided by zero")
        size = max(abs(base.numerator), base.denominator).bit_length() * abs(exponent)
        if size > _LARGEST_POWER:
            raise CannotCalculateError("the result is too large for me")
        if exponent.denominator == 1:
            return Fraction(base ** int(exponent))
        if base < 0:
            raise CannotCalculateError("a negative number has no such root among the real numbers")
        self.exact = False
        return Fraction(float(base) ** float(exponent))

    def _peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def _take(self) -> str:
        token = self._peek()
        if not token:
            raise _NotAnExpression
        self.at += 1
        return token


def _apply(sign: str, left: Fraction, right: Fraction) -> Fraction:
    if sign == "/" and right == 0:
        raise CannotCalculateError("nothing can be divided by zero")
    value = left / right if sign == "/" else _OPERATIONS[sign](left, right)
    if max(abs(value.numerator), value.denominator).bit_length() > _LARGEST_VALUE:
        raise CannotCalculateError("the result is too large for me")
    return value


def _integer_root(value: int, degree: int) -> int | None:
    guess = math.isqrt(value) if degree == 2 else round(value ** (1 / 3))
    return next(
        (root for root in (guess - 1, guess, guess + 1) if root >= 0 and root**degree == value),
        None,
    )
