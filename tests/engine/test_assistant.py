"""What the assistant answers, said or typed, and what it remembers of a conversation."""

import json
import random
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicedesk.engine.assistant.assistant import SKILLS, Assistant, understand
from voicedesk.engine.assistant.skill import Message
from voicedesk.engine.assistant.text import LONGEST_QUESTION
from voicedesk.engine.assistant.tool_use import Tools

NOW = datetime(2026, 11, 21, 13, 5, tzinfo=UTC)


@pytest.fixture
def assistant() -> Assistant:
    return Assistant(now=lambda: NOW, random=random.Random(7))


def talk(assistant: Assistant, questions: Sequence[str]) -> list[str]:
    """One conversation: the answer to each question."""
    history: list[Message] = []
    answers = []
    for question in questions:
        history.append(Message("user", question))
        answers.append(assistant.reply(history).text)
        history.append(Message("assistant", answers[-1]))
    return answers


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("What is twelve plus thirty?", "Twelve plus thirty is forty-two."),
        ("12+30", "Twelve plus thirty is forty-two."),
        ("12 + 30 =", "Twelve plus thirty is forty-two."),
        ("Could you please tell me what is 7 x 8?", "Seven times eight is fifty-six."),
        ("what is 2.5 times 2", "2.5 times 2 is 5."),
        ("(2+3)*4", "(two plus three) times four is twenty."),
        ("the square root of two", "The square root of two is about 1.4142."),
        ("one divided by zero", "I cannot work that out: nothing can be divided by zero."),
        ("what time is it?", "It is 1:05 PM."),
        ("tell me the time", "It is 1:05 PM."),
        ("What time is it in Tokyo", "It is 10:05 PM in Tokyo."),
        ("what time is it in Atlantis", "I do not know the time zone of Atlantis."),
        ("What's the date?", "Today is Saturday, November 21st, 2026."),
        ("what day is tomorrow", "Tomorrow is Sunday, November 22nd, 2026."),
        ("what day was yesterday", "Yesterday was Friday, November 20th, 2026."),
        ("what year is it", "It is the year 2026."),
        ("what month is it", "It is November 2026."),
        ("convert 5 km to miles", "5 kilometers are about 3.11 miles."),
        ("how many inches are in a foot", "1 foot is 12 inches."),
        ("20 celsius in fahrenheit", "20 degrees Celsius are 68 degrees Fahrenheit."),
        ("how many kilograms in a mile", "I cannot convert that: miles measure length, kilograms measure mass."),
        ("count to five", "One, two, three, four, five."),
        ("count from 8 to 12", "Eight, nine, ten, eleven, twelve."),
        ("count down from three", "Three, two, one, zero."),
        ("count to one thousand", "I count at most 200 numbers at a time."),
        ("hello there", "Hello. What can I do for you?"),
        ("Good morning!", "Good morning. What can I do for you?"),
        ("thank you very much", "You are welcome."),
        ("goodbye", "Goodbye."),
        ("repeat after me: hello world", "Hello world."),
        ("say that again", "I have not said anything yet."),
        ("what is my name", "You have not told me your name in this conversation."),
        ("what did I ask you to remember?", "You have not asked me to remember anything in this conversation."),
        ("forget everything", "There is nothing to forget."),
    ],
)  # fmt: skip
def test_a_question_gets_its_answer(assistant: Assistant, question: str, answer: str) -> None:
    assert talk(assistant, [question]) == [answer]


def test_it_remembers_within_the_conversation(assistant: Assistant) -> None:
    assert talk(
        assistant,
        [
            "Remember that my bike is red.",
            "My name is Peter.",
            "remember my lucky number is seven",
            "What color is my bike?",
            "what is my lucky number",
            "What did I ask you to remember?",
            "who am I",
            "forget that",
            "what do you remember",
            "forget everything",
            "what is my bike",
        ],
    ) == [
        "I will remember that your bike is red.",
        "Nice to meet you, Peter.",
        "I will remember that your lucky number is seven.",
        "Your bike is red.",
        "Your lucky number is seven.",
        "You asked me to remember that your bike is red and that your lucky number is seven. And your name is Peter.",
        "Your name is Peter.",
        "I have forgotten that your lucky number is seven.",
        "You asked me to remember that your bike is red. And your name is Peter.",
        "I have forgotten that your bike is red and that your name is Peter.",
        "You have not told me your bike in this conversation.",
    ]


def test_it_repeats_what_remains_of_its_last_words(assistant: Assistant) -> None:
    history = [
        Message("user", "count to twenty"),
        Message("assistant", "One, two, three,"),
        Message("user", "say that again"),
    ]
    assert assistant.reply(history).text == "One, two, three,"
    history[1] = Message("assistant", "")
    assert assistant.reply(history).text == "I have not said anything yet."


def test_dice_and_coins_show_what_they_can(assistant: Assistant) -> None:
    for _ in range(50):
        answers = talk(
            assistant,
            [
                "roll a die",
                "roll two dice",
                "roll 3d20",
                "flip a coin",
                "pick a number between 5 and 6",
            ],
        )
        assert answers[0].startswith("I rolled the die: it shows ")
        assert answers[1].startswith("I rolled two dice: ")
        assert answers[2].startswith("I rolled three dice: ")
        assert answers[3] in ("I flipped a coin: heads.", "I flipped a coin: tails.")
        assert answers[4] in ("Between 5 and 6 I pick 5.", "Between 5 and 6 I pick 6.")
    assert talk(assistant, ["roll 99 dice"]) == ["I roll 1 to 20 dice of 2 to 1000 sides."]


@pytest.mark.parametrize(
    "question", ["Why is the sky blue?", "x" * (LONGEST_QUESTION + 1), "расскажи сказку"]
)
def test_what_it_has_no_rule_for_it_says_so_and_how_to_connect_a_model(
    assistant: Assistant, question: str
) -> None:
    [answer] = talk(assistant, [question])
    assert "not a language model" in answer
    assert "Settings, Servers" in answer
    assert question[:20].rstrip("?") in answer
    assert len(answer) < 500


def test_no_words_are_told_from_words(assistant: Assistant) -> None:
    assert talk(assistant, [" "])[0].startswith("I heard no words.")
    assert "What can I do for you?" in assistant.reply([]).text
    assert "What can I do for you?" in assistant.reply([Message("system", "Be kind.")]).text


def test_help_tells_what_it_is_and_can(assistant: Assistant) -> None:
    help_text, identity = talk(assistant, ["what can you do?", "who are you?"])
    assert "arithmetic" in help_text
    assert "not a language model" in identity


def test_a_function_of_the_clients_goes_before_its_own(assistant: Assistant) -> None:
    reply = assistant.reply([Message("user", "roll two dice")], tools=Tools({"roll_dice": {}}))
    assert reply.text == ""
    [call] = reply.calls
    assert (call.name, json.loads(call.arguments)) == (
        "roll_dice",
        {"count": 2, "sides": 6},
    )


@pytest.mark.parametrize(
    ("name", "arguments", "output", "answer"),
    [
        ("flip_coin", "{}", '{"side": "heads"}', "I flipped a coin: heads."),
        ("flip_coin", "{}", "it fell off the table", "Flip coin answered: it fell off the table."),
        ("flip_coin", "not json", '{"side": "heads"}', 'Flip coin answered: {"side": "heads"}.'),
        ("get_weather", "{}", "Sunny", "Get weather answered: Sunny."),
        ("", "", "", "The function gave no answer."),
    ],
)
def test_the_output_of_a_function_is_told(
    assistant: Assistant, name: str, arguments: str, output: str, answer: str
) -> None:
    history = [Message("user", "?"), Message("tool", output, name, arguments)]
    assert assistant.reply(history).text == answer


def test_of_questions_told_as_one_message_the_last_is_answered(assistant: Assistant) -> None:
    (answer,) = talk(assistant, ["count to twenty\nWhat is twelve plus thirty?"])
    assert answer == "Twelve plus thirty is forty-two."
    (answer,) = talk(assistant, ["some words\nof two lines\n"])
    assert answer.startswith("You said: of two lines")


def test_skills_are_function_tools() -> None:
    names = [skill.name for skill in SKILLS]
    assert len(set(names)) == len(names)
    for skill in SKILLS:
        tool = skill.tool()
        assert json.loads(json.dumps(tool)) == tool
        assert set(tool) == {"type", "name", "description", "parameters"}


@given(st.text(max_size=200))
def test_anything_is_answered(text: str) -> None:
    assert Assistant().reply([Message("user", text)]).text


@given(
    st.lists(
        st.sampled_from(
            [
                "remember",
                "that",
                "my",
                "bike",
                "is",
                "what",
                "how",
                "many",
                "twelve",
                "plus",
                "a",
                "roll",
                "time",
                "in",
                "to",
                "count",
                "from",
                "forget",
            ]
        ),
        max_size=8,
    )
)
def test_any_row_of_known_words_is_answered(words: list[str]) -> None:
    text = " ".join(words)
    found = understand(text)
    assert Assistant().reply([Message("user", text)]).text
    if found is not None:
        json.dumps(found[1])
