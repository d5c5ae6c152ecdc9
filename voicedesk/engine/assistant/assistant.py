"""The assistant: from a conversation to a reply or a function call. Pure: no sound, no network, no state."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from voicedesk.engine.assistant.chance_skills import COIN, DICE, NUMBER
from voicedesk.engine.assistant.clock_skills import DATE, TIME
from voicedesk.engine.assistant.memory_skills import AGAIN, ECHO, FORGET, RECALL, REMEMBER
from voicedesk.engine.assistant.number_skills import CALCULATE, CONVERT, COUNT
from voicedesk.engine.assistant.skill import Arguments, Context, Message, Skill
from voicedesk.engine.assistant.talk_skills import ABILITIES, HOW_TO_CONNECT, TALK, WHAT_I_AM
from voicedesk.engine.assistant.text import Utterance, sentence

SKILLS: tuple[Skill, ...] = (
    TALK, TIME, DATE, COUNT, CONVERT, CALCULATE, DICE, COIN, NUMBER, RECALL, FORGET, REMEMBER, AGAIN, ECHO,
)  # fmt: skip
"""In the order in which they are asked whether a question is theirs."""

LONGEST_QUESTION = 600
"""Characters; a longer text is no question for rules, and patterns are not let loose on it."""

_READ_ALOUD = re.compile(
    r"\b(?:word for word|verbatim|read (?:it |this |the following )?(?:aloud|out loud)|exactly as)\b"
)
_BY_NAME = {skill.name: skill for skill in SKILLS}


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A function that the client is asked to call.

    Attributes:
        name: One of the client's tools.
        arguments: JSON.
    """

    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What the assistant answers: words, or a call.

    Attributes:
        text: To be said; empty if there is a call.
        call: A function of the client to be called first.
    """

    text: str = ""
    call: ToolCall | None = None


class Assistant:
    """Answers questions by rules.

    Args:
        now: The clock; for tests.
        random: Where chance comes from; for tests.
    """

    def __init__(
        self, now: Callable[[], datetime] | None = None, random: random.Random | None = None
    ) -> None:
        self._now = now
        self._random = random

    def reply(
        self, messages: Sequence[Message], *, tools: Collection[str] = (), instructions: str = ""
    ) -> Reply:
        """Answer the last message of a conversation.

        Args:
            messages: The conversation, oldest first.
            tools: Names of the client's functions: a skill of the same name is called there instead of here.
            instructions: Only one thing in them is followed: to read the last message aloud, word for word.
        """
        question = next(
            (at for at in reversed(range(len(messages))) if messages[at].role != "system"), None
        )
        if question is None or messages[question].role == "assistant":
            return Reply(f"{WHAT_I_AM}. I can {ABILITIES}. What can I do for you?")
        last = messages[question]
        context = self._context(messages[:question])
        if last.role == "tool":
            return Reply(_say_output(last))
        if _READ_ALOUD.search(instructions.lower()) and last.text.strip():
            return Reply(last.text.strip())
        return self._answer(last.text, context, tools)

    def _context(self, history: Sequence[Message]) -> Context:
        context = Context(history)
        return Context(history, self._now or context.now, self._random or context.random)

    def _answer(self, text: str, context: Context, tools: Collection[str]) -> Reply:
        if not text.strip():
            return Reply(
                "I heard no words. Hold the key while you speak, then let go and I will answer."
            )
        found = understand(text, context)
        if found is None:
            return Reply(_do_not_know(text))
        skill, arguments = found
        if skill.name in tools:
            return Reply(call=ToolCall(skill.name, json.dumps(arguments)))
        return Reply(skill.say(arguments, skill.run(arguments, context)))


def understand(text: str, context: Context | None = None) -> tuple[Skill, Arguments] | None:
    """The skill that a question is for and its arguments; None if it is for none."""
    if len(text) > LONGEST_QUESTION:
        return None
    utterance, context = Utterance(text), context or Context()
    for skill in SKILLS:
        arguments = skill.understand(utterance, context)
        if arguments is not None:
            return skill, arguments
    return None


def _say_output(message: Message) -> str:
    """A function's output as a sentence: in a skill's words if it has its shape, else as it is."""
    skill = _BY_NAME.get(message.name)
    try:
        result, arguments = json.loads(message.text), json.loads(message.arguments or "{}")
        if skill is not None and isinstance(result, dict) and isinstance(arguments, dict):
            return skill.say(arguments, result)
    except (ValueError, KeyError, TypeError, AttributeError):
        pass  # not in the skill's shape: told as it is
    said = message.text.strip()
    function = message.name.replace("_", " ") or "the function"
    return sentence(f"{function} answered: {said}" if said else f"{function} gave no answer")


def _do_not_know(text: str) -> str:
    heard = " ".join(text.split())
    heard = heard if len(heard) <= 200 else heard[:200].rsplit(" ", 1)[0] + " and more"
    return (
        f"You said: {heard.rstrip('.!?')}. I have no rule for that, since I am the assistant built into VoiceDesk"
        f" and not a language model. {HOW_TO_CONNECT}. Say help to hear what I can do."
    )
