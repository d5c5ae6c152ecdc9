"""Numbers as they are said and as they are written: words to values, values to words."""

from __future__ import annotations

import re
from fractions import Fraction

# fmt: off
UNITS = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
]
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
# fmt: on
SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9}
LARGEST = 10**12 - 1

_VALUES = {word: value for value, word in enumerate(UNITS)} | {
    word: 20 + 10 * index for index, word in enumerate(TENS)
}
_VALUES |= {"oh": 0, "fourty": 40}


def number_words(value: int) -> str:
    """An integer in English words, as in "one hundred and twenty-five", "minus three".

    Raises:
        ValueError: It is beyond `LARGEST`.
    """
    if abs(value) > LARGEST:
        raise ValueError(f"{value} is too large for words")
    if value < 0:
        return f"minus {number_words(-value)}"
    if value < 1000:
        return _below_thousand(value)
    for scale, size in reversed(SCALES.items()):
        if value >= size:
            head = f"{_below_thousand(value // size)} {scale}"
            rest = value % size
            if not rest:
                return head
            return (
                f"{head} and {number_words(rest)}" if rest < 100 else f"{head} {number_words(rest)}"
            )
    raise AssertionError("unreachable: every value below a thousand was handled above")


def _below_thousand(value: int) -> str:
    if value < 20:
        return UNITS[value]
    if value < 100:
        tens, unit = divmod(value, 10)
        return TENS[tens - 2] + (f"-{UNITS[unit]}" if unit else "")
    hundreds, rest = divmod(value, 100)
    head = f"{UNITS[hundreds]} hundred"
    return f"{head} and {_below_thousand(rest)}" if rest else head


def ordinal(value: int) -> str:
    """1 as "1st", 22 as "22nd"."""
    if 10 <= value % 100 <= 20:
        return f"{value}th"
    return f"{value}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(value % 10, 'th') }"


def spoken(value: Fraction, *, words: bool) -> str:
    """A value for a reply: in words (integers only) or in digits with at most four decimals."""
    if words and value.denominator == 1 and abs(value) <= LARGEST:
        return number_words(int(value))
    if value.denominator == 1 and abs(value) < 10**15:
        return f"{int(value):,}"
    number = float(value)
    if abs(number) >= 1e15 or (number and abs(number) < 1e-4):
        return f"{number:.4g}"
    return f"{number:,.4f}".rstrip("0").rstrip(".")


def is_rounded(value: Fraction) -> bool:
    """Whether `spoken` gives less than the exact value."""
    return (value * 10**4).denominator != 1


def digits_for_words(text: str) -> str:
    """Write every spoken number in a text in digits: "twelve plus thirty" becomes "12 plus 30".

    Understands up to billions, "a hundred", "a million", "three point one four", digits with thousands commas.
    Two numbers that follow each other stay two: "five twenty" becomes "5 20".
    """
    tokens = re.sub(r"(?<=[a-z])-(?=[a-z])", " ", text).split()
    out: list[str] = []
    at = 0
    while at < len(tokens):
        value, used = _number(tokens, at)
        out.append(value if used else tokens[at])
        at += used or 1
    return " ".join(out)


def parse_number(text: str) -> Fraction | None:
    """The value of a number in digits, thousands commas and a decimal point allowed; None if it is none."""
    plain = text.replace(",", "")
    if not re.fullmatch(r"-?(\d{1,18}(\.\d{0,12})?|\.\d{1,12})", plain):
        return None
    return Fraction(plain)


def _number(tokens: list[str], at: int) -> tuple[str, int]:
    """The number in words that starts at a token, in digits, and how many tokens it takes (0: none)."""
    whole, used = _integer(tokens, at)
    if not used:
        return "", 0
    if _word(tokens, at + used) == "point":
        decimals = ""
        more = at + used + 1
        while (digit := _VALUES.get(_word(tokens, more), 99)) < 10:
            decimals += str(digit)
            more += 1
        if decimals:
            return f"{whole}.{decimals}", more - at
    return str(whole), used


def _integer(tokens: list[str], start: int) -> tuple[int, int]:
    total = 0
    smallest_scale = LARGEST + 1
    at = start
    while True:
        joined = at > start and _word(tokens, at) == "and"
        group, used = _group(tokens, at + joined)
        if not used:
            break
        after = at + joined + used
        scale = SCALES.get(_word(tokens, after), 1)
        if scale >= smallest_scale or (joined and scale > 1):
            break
        total += group * scale
        smallest_scale = scale
        at = after + (scale > 1)
        if scale == 1 or group == 0:
            break
    return total, at - start


def _group(tokens: list[str], start: int) -> tuple[int, int]:
    """A number below a thousand, or "a" before a hundred, thousand, million."""
    word = _word(tokens, start)
    following = _word(tokens, start + 1)
    if word in ("a", "an") and (following == "hundred" or following in SCALES):
        head, used = 1, 1
    else:
        head, used = _tens(tokens, start)
    if used == 0 or _word(tokens, start + used) != "hundred" or not 0 < head < 100:
        return head, 0 if word in (
            "a",
            "an",
        ) and following not in SCALES and following != "hundred" else used
    value, used = head * 100, used + 1
    skip = _word(tokens, start + used) == "and"
    rest, more = _tens(tokens, start + used + skip)
    if more and rest and _word(tokens, start + used + skip + more) != "hundred":
        return value + rest, used + skip + more
    return value, used


def _tens(tokens: list[str], start: int) -> tuple[int, int]:
    value = _VALUES.get(_word(tokens, start))
    if value is None:
        return 0, 0
    unit = _VALUES.get(_word(tokens, start + 1), 0)
    if value >= 20 and 0 < unit < 10:
        return value + unit, 2
    return value, 1


def _word(tokens: list[str], at: int) -> str:
    return tokens[at] if at < len(tokens) else ""
