"""What a model may write as arguments, and what it is told when they do not fit."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicedesk.tools.arguments import LONGEST_ARGUMENTS, read_arguments
from voicedesk.tools.tool import ToolError

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "text": {"type": "string", "minLength": 1, "maxLength": 10},
        "count": {"type": "integer", "minimum": 1, "maximum": 9},
        "share": {"type": "number"},
        "loud": {"type": "boolean"},
        "kind": {"type": "string", "enum": ["tea", "egg"]},
    },
    "required": ["text"],
    "additionalProperties": False,
}
NOTHING: dict[str, Any] = {"type": "object", "properties": {}, "additionalProperties": False}


def read(**given: object) -> dict[str, Any]:
    return read_arguments(json.dumps(given), SCHEMA)


def test_what_fits_comes_through() -> None:
    given = {"text": "a", "count": 3, "share": 0.5, "loud": True, "kind": "tea"}
    assert read(**given) == given


@pytest.mark.parametrize("text", ["", "  ", "null", "{}"])
def test_nothing_is_enough_where_nothing_is_needed(text: str) -> None:
    assert read_arguments(text, NOTHING) == {}


def test_what_is_plain_all_the_same_is_understood() -> None:
    assert read(text=12) == {"text": "12"}
    assert read(text=" a ", count="3", share="2.5", loud=None) == {
        "text": "a",
        "count": 3,
        "share": 2.5,
    }
    assert read(text="a", count=3.0) == {"text": "a", "count": 3}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{", "not valid JSON"),
        ("{'text': 'a'}", "not valid JSON"),
        ("[" * 100_000, "too long"),
        ("[" * 50_000, "not valid JSON"),
        ("[1]", "JSON object"),
        ('"text"', "JSON object"),
        ("{}", "'text' is missing"),
        ('{"text": null}', "'text' is missing"),
        ('{"text": ""}', "is empty"),
        ('{"text": "   "}', "is empty"),
        ('{"text": "12345678901"}', "longer than 10"),
        ('{"text": ["a"]}', "must be text"),
        ('{"text": true}', "must be text"),
        ('{"text": "a", "count": "three"}', "must be a number"),
        ('{"text": "a", "count": true}', "must be a number"),
        ('{"text": "a", "count": 1.5}', "whole number"),
        ('{"text": "a", "count": 0}', "between 1 and 9"),
        ('{"text": "a", "count": 10}', "between 1 and 9"),
        ('{"text": "a", "share": NaN}', "finite"),
        ('{"text": "a", "share": 1e999}', "finite"),
        ('{"text": "a", "share": "1e999"}', "finite"),
        ('{"text": "a", "loud": "yes"}', "true or false"),
        ('{"text": "a", "kind": "ham"}', "tea, egg"),
        ('{"text": "a", "who": 1}', "'who'.*text, count"),
    ],
)
def test_what_does_not_fit_is_told(text: str, complaint: str) -> None:
    with pytest.raises(ToolError, match=complaint):
        read_arguments(text, SCHEMA)


def test_half_a_surrogate_pair_can_be_written() -> None:
    assert read_arguments('{"text": "a\\ud800"}', SCHEMA)["text"].encode()


def test_endless_arguments_are_refused() -> None:
    with pytest.raises(ToolError, match="too long"):
        read_arguments(" " * (LONGEST_ARGUMENTS + 1), NOTHING)


@given(
    st.text(max_size=200)
    | st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists).map(json.dumps)
)
def test_no_text_fails_in_another_way(text: str) -> None:
    try:
        values = read_arguments(text, SCHEMA)
    except ToolError:
        return
    assert values["text"]
