"""The text of an answer made fit to be given on, and calls put together from pieces."""

import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicedesk.core.dialogue import Message, Role, ToolCall, ToolResult
from voicedesk.providers.answers import (
    MOST_CALLS,
    AnswerText,
    CallCollector,
    empty_is_fine,
    told_messages,
)


def given_on(*pieces: str) -> list[str]:
    text = AnswerText()
    out = [text.add(piece) for piece in pieces]
    out.append(text.end())
    assert text.given == "".join(out)
    assert text.characters == len(text.given)
    return [piece for piece in out if piece]


def test_white_space_before_the_first_word_is_left_out_and_kept_after_it() -> None:
    assert given_on("", " ", "\n\n", " Hello", " ", "", "there\n") == ["Hello", " ", "there\n"]
    assert given_on(" ", "\n") == []


@pytest.mark.parametrize("tag", ["think", "thinking", "thought", "reasoning"])
def test_reasoning_before_the_answer_is_never_given_on(tag: str) -> None:
    whole = f"\n<{tag}>The user wants 3 < 4.</ {tag}> </{tag}>\n\nYes."
    assert "".join(given_on(whole)) == "Yes."
    assert "".join(given_on(*whole)) == "Yes."
    assert given_on(f"<{tag}>on and on") == []
    assert "".join(given_on(*f"<{tag}>a</{tag}> <{tag}>b</{tag}>Yes.")) == "Yes."


def test_tags_inside_of_an_answer_are_text() -> None:
    assert "".join(given_on("Use ", "<think>", " here.")) == "Use <think> here."
    assert "".join(given_on(*"<thin ice>")) == "<thin ice>"
    assert "".join(given_on("<b>", "bold")) == "<b>bold"
    assert given_on("<", "th") == ["<th"]


def test_halves_of_a_character_are_joined() -> None:
    assert given_on("Good \ud83d", "\ude00!") == ["Good ", "\U0001f600!"]
    assert "".join(given_on("a\ud83d", "b")) == "a\ufffdb"
    assert "".join(given_on("a\ude00b")) == "a\ufffdb"


def test_a_long_thought_is_not_kept() -> None:
    text = AnswerText()
    text.add("<think>")
    for _ in range(10_000):
        text.add("hmm " * 10)
    assert len(text._held) < 100
    assert text.add("</think>Done.") == "Done."


@given(st.text(st.characters(exclude_categories=["Cs"])), st.lists(st.integers(0, 60)))
def test_nothing_of_an_answer_is_lost_wherever_it_is_split(whole: str, cuts: list[int]) -> None:
    places = sorted({0, len(whole), *(cut for cut in cuts if cut < len(whole))})
    pieces = [whole[a:b] for a, b in itertools.pairwise(places)]
    assert "".join(given_on(*pieces)) == whole.lstrip()


def collected(*pieces: tuple[object, object, object, object]) -> list[tuple[str, str, str]]:
    calls = CallCollector()
    for piece in pieces:
        calls.add(*piece)
    return [(call.call_id, call.name, call.arguments) for call in calls.calls()]


def test_a_call_in_forty_pieces() -> None:
    arguments = json.dumps({"expression": "1 + 2 * 3 - 4 / 5 + 6"})
    assert len(arguments) >= 39
    pieces = [(0, None, None, letter) for letter in arguments]
    assert collected((0, "c1", "calculate", ""), *pieces) == [("c1", "calculate", arguments)]


def test_two_calls_whose_pieces_are_mixed() -> None:
    assert collected(
        (0, "a", "one", ""), (1, "b", "two", ""), (0, None, None, '{"x'), (1, None, None, "{}"),
        (0, None, None, '":1}'),
    ) == [("a", "one", '{"x":1}'), ("b", "two", "{}")]  # fmt: skip


def test_servers_that_leave_out_what_they_like() -> None:
    assert collected((None, "a", "one", "{"), (None, None, None, "}")) == [("a", "one", "{}")]
    assert collected((None, "a", "one", "{}"), (None, "b", "two", "{}")) == [
        ("a", "one", "{}"),
        ("b", "two", "{}"),
    ]
    # every piece with the id and the name
    assert collected((0, "a", "one", "{"), (0, "a", "one", "}")) == [("a", "one", "{}")]
    # every call with the same index
    assert collected((0, "a", "one", "{}"), (0, "b", "two", "{}")) == [
        ("a", "one", "{}"),
        ("b", "two", "{}"),
    ]
    # arguments as an object, or none
    assert collected((0, "a", "one", {"x": 1})) == [("a", "one", '{"x": 1}')]
    assert collected((0, "a", "one", None)) == [("a", "one", "{}")]


def test_a_null_id_is_made_up_and_never_twice_the_same() -> None:
    (first, *_), (second, *_) = collected((0, None, "one", "{}"), (1, "", "two", "{}"))
    assert first.startswith("call_")
    assert second.startswith("call_")
    assert first != second
    ids = [call_id for call_id, *_ in collected((0, "a", "one", "{}"), (1, "a", "two", "{}"))]
    assert len(ids) == 2
    assert ids[0] == "a" != ids[1]


def test_no_index_no_id_but_another_name_is_another_call() -> None:
    calls = collected((None, None, "one", "{}"), (None, None, "two", "{}"))
    assert [name for _, name, _ in calls] == ["one", "two"]


def test_a_call_without_a_name_is_left_out() -> None:
    assert collected((0, "a", None, "{}")) == []


def test_calls_are_bounded() -> None:
    assert len(collected(*((n, f"c{n}", "one", "{}") for n in range(500)))) == MOST_CALLS


def test_a_whole_call_replaces_its_pieces() -> None:
    calls = CallCollector()
    calls.add(0, "a", "one", None)
    calls.add(0, None, None, '{"x":')
    calls.complete(0, "a", "one", '{"x": 2}')
    calls.complete(1, "b", "two", "{}")
    calls.complete(0, "a", "one", "")
    assert [(c.name, c.arguments) for c in calls.calls()] == [("one", '{"x": 2}'), ("two", "{}")]


CALL = ToolCall("c", "get_time", "{}")
RESULT = ToolResult("c", "get_time", "noon")


def test_calls_without_results_and_results_without_calls_are_not_told() -> None:
    user = Message(1, Role.USER, "hi")
    call = Message(1, Role.TOOL_CALL, call=CALL)
    result = Message(1, Role.TOOL_RESULT, result=RESULT)
    assert told_messages([user, call]) == [user]
    assert told_messages([user, result]) == [user]
    assert told_messages([user, call, result]) == [user, call, result]
    assert told_messages([user, Message(1, Role.ASSISTANT, "")]) == [user]


def test_nothing_to_say_is_fine_only_after_words_and_tools_of_the_same_turn() -> None:
    user = Message(2, Role.USER, "hi")
    said = Message(2, Role.ASSISTANT, "One moment.")
    call = Message(2, Role.TOOL_CALL, call=CALL)
    result = Message(2, Role.TOOL_RESULT, result=RESULT)
    assert empty_is_fine([user, said, call, result])
    assert not empty_is_fine([user, call, result])
    assert not empty_is_fine([Message(1, Role.ASSISTANT, "x"), user, call, result])
    assert not empty_is_fine([user])
    assert not empty_is_fine([])
