"""A conversation without an end: models are told the latest of it, and no more is kept for that."""

from __future__ import annotations

from voicedesk.core.dialogue import (
    MOST_KEPT,
    MOST_TOLD,
    Dialogue,
    Message,
    Role,
    ToolCall,
    ToolResult,
)


def test_the_oldest_turns_go_whole() -> None:
    dialogue = Dialogue()
    for turn in range(1, 1001):
        dialogue.say(turn, Role.USER, f"question {turn}")
        dialogue.called(turn, ToolCall(f"c{turn}", "now", "{}"))
        dialogue.answered(turn, ToolResult(f"c{turn}", "now", "noon"))
        dialogue.say(turn, Role.ASSISTANT, f"answer {turn}", round=1)
        assert len(dialogue) <= MOST_KEPT
    kept = list(dialogue)
    assert kept[0].text == "question 876"
    roles = [Role.USER, Role.TOOL_CALL, Role.TOOL_RESULT, Role.ASSISTANT]
    assert [message.role for message in kept[:4]] == roles
    told = dialogue.before(1001)
    assert told == tuple(kept[-MOST_TOLD:])


def test_a_turn_is_never_cut_while_it_goes_on() -> None:
    dialogue = Dialogue()
    for number in range(MOST_KEPT + 5):
        dialogue.called(1, ToolCall(f"c{number}", "now", "{}"), round=number)
        dialogue.answered(1, ToolResult(f"c{number}", "now", "noon"), round=number)
    assert len(dialogue) == 2 * (MOST_KEPT + 5)
    dialogue.say(2, Role.USER, "and now?")
    assert [message.turn for message in dialogue] == [2]


def test_a_long_past_is_taken_up_from_its_end() -> None:
    dialogue = Dialogue()
    dialogue.begin(Message(turn, Role.USER, str(turn)) for turn in range(-2000, 0))
    assert len(dialogue) == MOST_KEPT
    assert next(iter(dialogue)).turn == -MOST_KEPT


def test_what_is_told_of_a_long_past_begins_with_a_question() -> None:
    dialogue = Dialogue()
    for turn in range(1, 60):
        dialogue.say(turn, Role.USER, f"question {turn}")
        dialogue.called(turn, ToolCall(f"c{turn}", "now", "{}"))
        dialogue.answered(turn, ToolResult(f"c{turn}", "now", "noon"))
        dialogue.say(turn, Role.ASSISTANT, f"answer {turn}", round=1)
    for most in range(3, 20):
        told = dialogue.before(60, most=most)
        assert len(told) == most // 4 * 4
        assert not told or told[0].role is Role.USER


def test_a_short_past_may_begin_with_an_answer() -> None:
    dialogue = Dialogue()
    dialogue.say(1, Role.ASSISTANT, "Good day.")
    dialogue.say(2, Role.USER, "Hello.")
    assert [message.text for message in dialogue.before(3, most=2)] == ["Good day.", "Hello."]
