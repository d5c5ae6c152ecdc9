"""The client's functions: which questions call them, with which arguments, and how what they give is told."""

import itertools
import json
import random
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicedesk.engine.assistant.assistant import Assistant, Reply
from voicedesk.engine.assistant.errands import ERRANDS, seconds_of
from voicedesk.engine.assistant.outputs import LONGEST_TOLD, duration_words
from voicedesk.engine.assistant.plan import divide
from voicedesk.engine.assistant.skill import Message
from voicedesk.engine.assistant.text import Utterance
from voicedesk.engine.assistant.tool_use import Tools, arguments_from, fit


def schema(*required: str, **types: str) -> dict[str, Any]:
    properties = {name: {"type": kind} for name, kind in types.items()}
    return {"type": "object", "properties": properties, "required": list(required)}


TOOLS = Tools(
    {
        "get_time": schema(timezone="string"),
        "calculate": schema("expression", expression="string"),
        "convert_units": schema(
            "value", "from", "to", **{"value": "number", "from": "string", "to": "string"}
        ),
        "set_timer": schema("seconds", seconds="integer", label="string"),
        "list_timers": schema(),
        "cancel_timer": schema(label="string"),
        "add_note": schema("text", text="string"),
        "list_notes": schema(),
        "read_clipboard": schema(),
        "open_link": schema("url", url="string"),
        "get_weather": schema("location", location="string"),
    }
)


@pytest.fixture
def assistant() -> Assistant:
    def now() -> datetime:
        return datetime(2026, 3, 1, 9, 30, tzinfo=UTC)

    return Assistant(now, random.Random(1))


def calls(reply: Reply) -> list[tuple[str, dict[str, Any]]]:
    return [(call.name, json.loads(call.arguments)) for call in reply.calls]


def user(text: str) -> Message:
    return Message("user", text)


def result(name: str, arguments: dict[str, Any] | None = None, **output: Any) -> Message:
    return Message("tool", json.dumps(output), name, json.dumps(arguments or {}))


CALLED: list[tuple[str, list[tuple[str, dict[str, Any]]]]] = [
    ("What time is it?", [("get_time", {})]),
    ("what time is it in New York", [("get_time", {"timezone": "America/New_York"})]),
    ("what is 3 times 4", [("calculate", {"expression": "3 times 4"})]),
    ("convert five km to miles", [("convert_units", {"value": 5, "from": "km", "to": "miles"})]),
    ("Set a timer for five minutes, please", [("set_timer", {"seconds": 300})]),
    ("set a tea timer for 3 minutes and 30 seconds", [("set_timer", {"seconds": 210, "label": "tea"})]),
    ("a 10-minute timer called pasta", [("set_timer", {"seconds": 600, "label": "pasta"})]),
    ("remind me to call Mum in half an hour", [("set_timer", {"seconds": 1800, "label": "call mum"})]),
    ("wake me up in an hour and a half", [("set_timer", {"seconds": 5400})]),
    ("cancel the tea timer", [("cancel_timer", {"label": "tea"})]),
    ("stop all timers", [("cancel_timer", {})]),
    ("which timers are running", [("list_timers", {})]),
    ("Please make a note: Anna's train leaves at 9.", [("add_note", {"text": "Anna's train leaves at 9"})]),
    ("put Buy Milk on my notes", [("add_note", {"text": "Buy Milk"})]),
    ("read me my notes", [("list_notes", {})]),
    ("what's on my clipboard?", [("read_clipboard", {})]),
    ("open https://example.com/A?b=C.", [("open_link", {"url": "https://example.com/A?b=C"})]),
    ("go to example dot com", [("open_link", {"url": "https://example.com"})]),
    ("What is the weather in Rome?", [("get_weather", {"location": "Rome"})]),
    ("what time is it and what is 3 times 4?", [("get_time", {}), ("calculate", {"expression": "3 times 4"})]),
    ("Note that the rent is due and what time is it", [("add_note", {"text": "the rent is due"}), ("get_time", {})]),
    ("make a note to buy milk and eggs", [("add_note", {"text": "buy milk and eggs"})]),
    ("who are you? And what time is it?", [("get_time", {})]),
]  # fmt: skip


@pytest.mark.parametrize(("question", "wanted"), CALLED)
def test_a_question_calls_the_functions_that_answer_it(
    assistant: Assistant, question: str, wanted: list[tuple[str, dict[str, Any]]]
) -> None:
    reply = assistant.reply([user(question)], tools=TOOLS)
    assert calls(reply) == wanted
    assert reply.text == ""


@pytest.mark.parametrize("question", ["I had a great time", "hello", "say my notes are good", "open the door"])  # fmt: skip
def test_other_questions_call_nothing(assistant: Assistant, question: str) -> None:
    reply = assistant.reply([user(question)], tools=TOOLS)
    assert reply.calls == ()
    assert reply.text


def test_an_errand_without_its_function_says_what_is_missing(assistant: Assistant) -> None:
    assert assistant.reply([user("set a timer for five minutes")]).text.startswith(
        "I cannot set the timer, since I was not offered the tool for it."
    )
    assert assistant.reply([user("read my clipboard")], tools=Tools({"get_time": {}})).calls == ()


def test_without_functions_several_questions_are_answered_in_a_row(assistant: Assistant) -> None:
    assert (
        assistant.reply([user("what time is it and what is three times four")]).text
        == "It is 9:30 AM. Three times four is twelve."
    )


def test_results_are_told_in_the_order_of_the_questions(assistant: Assistant) -> None:
    messages = [
        user("what time is it and what is 3 times 4 and flip a coin"),
        result("calculate", {"expression": "3 times 4"}, expression="3 times 4", result="12"),
        result("get_time", {}, time="21:05"),
    ]
    text = assistant.reply(messages, tools=TOOLS).text
    assert text.startswith("It is 9:05 PM. 3 times 4 is 12. I flipped a coin:")


@pytest.mark.parametrize("tools", [TOOLS, Tools()])
def test_results_are_told_even_if_no_functions_are_offered_any_more(
    assistant: Assistant, tools: Tools
) -> None:
    messages = [user("note that it rains"), result("add_note", saved="it rains")]
    reply = assistant.reply(messages, tools=tools)
    assert reply.calls == ()
    assert reply.text


def test_a_failed_call_is_told_beside_one_that_worked(assistant: Assistant) -> None:
    messages = [
        user("what time is it and read my clipboard"),
        result("get_time", time="09:30"),
        result("read_clipboard", error="The clipboard is empty"),
    ]
    assert (
        assistant.reply(messages, tools=TOOLS).text
        == "It is 9:30 AM. I could not read the clipboard: The clipboard is empty."
    )
    messages[2] = result("read_clipboard", error="The user said no", declined=True)
    assert assistant.reply(messages, tools=TOOLS).text.endswith("since you did not allow it.")


@pytest.mark.parametrize(
    ("name", "output", "told"),
    [
        ("set_timer", {"timer": "tea", "seconds": 90.0, "length": "1 minute 30 seconds"}, "A timer is set for one minute and thirty seconds: tea."),
        ("set_timer", {"timer": "5 minutes", "seconds": 300, "length": "5 minutes"}, "A timer is set for five minutes."),
        ("list_timers", {"timers": []}, "No timer is running."),
        ("list_timers", {"timers": [{"timer": "tea", "left": "2 minutes"}]}, "One timer is running: tea with 2 minutes left."),
        ("cancel_timer", {"cancelled": "tea"}, "The timer is cancelled: tea."),
        ("add_note", {"noted": "buy milk"}, "I have noted: buy milk."),
        ("list_notes", {"notes": [], "older_left_out": 0}, "You have no notes."),
        ("list_notes", {"notes": [{"at": "", "text": "buy milk"}], "older_left_out": 0}, "You have one note: buy milk."),
        ("list_notes", {"notes": [{"at": "", "text": "a"}, {"at": "", "text": "b"}], "older_left_out": 3}, "These are the latest two notes. One: a. Two: b."),
        ("read_clipboard", {"text": "hello", "cut": False}, "The clipboard says: hello."),
        ("open_link", {"opened": "https://www.example.com/"}, "I have opened example.com."),
        ("open_link", {"odd": 1}, 'Open link answered: {"odd": 1}.'),
        ("get_weather", {"summary": "sunny"}, "Sunny."),
        ("get_weather", {"error": "no network"}, "I could not use get weather: no network."),
    ],
)  # fmt: skip
def test_results_are_told_in_words(
    assistant: Assistant, name: str, output: dict[str, Any], told: str
) -> None:
    assert assistant.reply([user("?"), result(name, **output)]).text == told


def test_the_time_is_told_with_its_place(assistant: Assistant) -> None:
    messages = [
        user("what time is it in tokyo"),
        result("get_time", {"timezone": "Asia/Tokyo"}, time="18:30", date="2026-03-01", zone="JST"),
    ]
    assert assistant.reply(messages).text == "It is 6:30 PM in Tokyo."


def test_one_after_the_other_where_the_client_wants_it_so(assistant: Assistant) -> None:
    tools = Tools(TOOLS.schemas, parallel=False)
    messages = [user("what time is it and what is 3 times 4")]
    assert calls(assistant.reply(messages, tools=tools)) == [("get_time", {})]
    messages.append(result("get_time", time="09:30"))
    [(name, arguments)] = calls(assistant.reply(messages, tools=tools))
    messages.append(result(name, arguments, expression="3 times 4", result="12"))
    assert assistant.reply(messages, tools=tools).text == "It is 9:30 AM. 3 times 4 is 12."


def test_a_result_without_its_name_is_told_and_not_asked_for_again(assistant: Assistant) -> None:
    messages = [user("what time is it"), Message("tool", "Half past nine.", "", "")]
    assert assistant.reply(messages, tools=TOOLS) == Reply("Half past nine.")


def test_a_required_function_is_called_with_what_its_schema_asks_for(assistant: Assistant) -> None:
    parameters = schema(
        "city", "days", "unit", "tags", city="string", days="integer", unit="string", tags="array"
    )
    parameters["properties"]["unit"]["enum"] = ["celsius", "fahrenheit"]
    tools = Tools({"forecast": parameters}, required=True)
    messages = [user("how warm is it for 3 days in fahrenheit in Rome")]
    [(name, arguments)] = calls(assistant.reply(messages, tools=tools))
    assert name == "forecast"
    assert arguments["days"] == 3
    assert arguments["unit"] == "fahrenheit"
    assert arguments["tags"] == []
    messages.append(result("forecast", summary="warm and dry"))
    assert assistant.reply(messages, tools=tools).text == "Warm and dry."


def test_arguments_take_the_names_and_types_of_the_schema() -> None:
    given = {"value": "1,200.5", "from": "km", "to": "miles"}
    wanted = schema(amount="number", from_unit="string", to_unit="string")
    assert fit(given, wanted) == {"amount": 1200.5, "from_unit": "km", "to_unit": "miles"}
    assert fit({"seconds": 90}, schema(duration="string")) == {"duration": "90"}
    assert fit({"place": "nowhere at all"}, schema(timezone="string")) == {
        "timezone": "nowhere at all"
    }
    assert fit({"place": "tokyo"}, {}) == {"place": "tokyo"}
    assert fit({"label": "tea"}, schema(seconds="integer")) == {}


def test_a_long_result_is_cut_where_nobody_listens_any_more(assistant: Assistant) -> None:
    messages = [user("read the clipboard"), result("read_clipboard", text="word " * 3000)]
    text = assistant.reply(messages, tools=TOOLS).text
    assert len(text) <= LONGEST_TOLD + 20
    assert text.endswith("and more.")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (1, "one second"),
        (90, "one minute and thirty seconds"),
        (3661, "one hour, one minute and one second"),
        (0, "no time"),
    ],
)
def test_lengths_of_time_are_said(seconds: float, words: str) -> None:
    assert duration_words(seconds) == words


@pytest.mark.parametrize(
    ("span", "seconds"),
    [("5 minutes", 300), ("1 hour and 2 seconds", 3602), ("1.5 hours", 5400), ("a quarter of an hour", 900)],
)  # fmt: skip
def test_lengths_of_time_are_understood(span: str, seconds: int) -> None:
    assert seconds_of(span) == seconds


SHORT = st.lists(st.sampled_from(["tea", "coffee", "milk", "nothing"]), min_size=1, max_size=5)


@given(SHORT)
def test_a_text_is_cut_into_parts_that_are_all_understood_or_into_none(words: list[str]) -> None:
    def find(part: str) -> str | None:
        return part if part in ("tea", "coffee", "milk", "tea and milk") else None

    found = divide(" and ".join(words), find, lambda _: False)
    if "nothing" in words:
        assert found == []
    else:
        assert " and ".join(found) == " and ".join(words)
        assert "tea and milk" in found or ("tea", "milk") not in set(itertools.pairwise(words))


def test_what_swallows_the_rest_ends_where_another_question_begins() -> None:
    def find(part: str) -> str | None:
        return part if part.startswith(("note", "what")) else None

    text = "note milk and eggs and what is new"
    assert divide(text, find, lambda part: part.startswith("note")) == [
        "note milk and eggs",
        "what is new",
    ]
    assert divide("note milk and what", find, lambda _: True) == ["note milk and what"]


@given(
    st.lists(
        st.sampled_from(
            [
                "set",
                "a timer",
                "for",
                "five minutes",
                "and",
                "cancel",
                "the tea",
                "note that",
                "open",
                "example.com",
                "my notes",
            ]
        ),
        max_size=14,
    )
)
def test_anything_that_sounds_like_an_errand_is_answered(words: list[str]) -> None:
    text = " ".join(words)
    reply = Assistant().reply([user(text)], tools=TOOLS)
    assert bool(reply.text) != bool(reply.calls)
    for errand in ERRANDS:
        arguments = errand.understand(Utterance(text))
        assert arguments is None or isinstance(arguments, dict)
    assert isinstance(arguments_from(text, TOOLS.schemas["get_weather"])["location"], str)
