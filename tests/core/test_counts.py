"""What servers count is kept: within bounds, whatever they send."""

from __future__ import annotations

import json
from typing import Any

import pytest

from voicedesk.core.counts import DEEPEST, LONGEST_TEXT, MOST_ENTRIES, counted


def entries(value: Any) -> int:
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return sum(1 + entries(part) for part in parts)


def test_a_count_as_it_comes_is_kept_as_it_is() -> None:
    usage = {
        "type": "tokens",
        "input_tokens": 12,
        "input_token_details": {"audio_tokens": 10, "cached_tokens_details": {"audio_tokens": 2}},
        "cost": [{"usd": 0.25}, None],
        "is_final": True,
    }
    assert counted(usage) == usage


@pytest.mark.parametrize("usage", [None, 3, "many", [1, 2]])
def test_what_is_no_count_is_none(usage: object) -> None:
    assert counted(usage) is None


@pytest.mark.parametrize(
    "usage",
    [
        {f"n{number}": number for number in range(10_000)},
        {f"n{number}": {f"m{n}": n for n in range(100)} for number in range(100)},
        {"list": [[1] * 1000] * 1000},
        {"x" * 1_000_000: "y" * 1_000_000},
    ],
    ids=["wide", "wide at each level", "lists", "long"],
)
def test_a_count_without_end_is_cut(usage: dict[str, Any]) -> None:
    bounded = counted(usage)
    assert bounded
    assert entries(bounded) <= MOST_ENTRIES
    assert len(json.dumps(bounded)) <= MOST_ENTRIES * 2 * (LONGEST_TEXT + 8)


def test_a_count_that_is_nested_without_end_is_cut() -> None:
    deep: dict[str, Any] = {"tokens": 1}
    for _ in range(100):
        deep = {"more": deep, "tokens": 1}
    bounded, levels = counted(deep), 1
    while bounded is not None and bounded["more"] is not None:
        bounded, levels = bounded["more"], levels + 1
    assert levels == DEEPEST


@pytest.mark.parametrize("number", [10**400, -(10**400), float("inf"), float("nan")])
def test_numbers_that_cannot_be_reckoned_with_are_left_out(number: float) -> None:
    assert counted({"tokens": number, "seconds": 1.5}) == {"tokens": None, "seconds": 1.5}
