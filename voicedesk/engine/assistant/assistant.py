"""The assistant: from a conversation to a reply or to function calls. Pure: no sound, no network, no state."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from voicedesk.engine.assistant.chance_skills import COIN, DICE, NUMBER
from voicedesk.engine.assistant.clock_skills import DATE, TIME
from voicedesk.engine.assistant.errands import ERRANDS
from voicedesk.engine.assistant.memory_skills import AGAIN, ECHO, FORGET, RECALL, REMEMBER
from voicedesk.engine.assistant.number_skills import CALCULATE, CONVERT, COUNT
from voicedesk.engine.assistant.outputs import doing, say_output
from voicedesk.engine.assistant.plan import divide
from voicedesk.engine.assistant.skill import Arguments, Context, Message, Skill
from voicedesk.engine.assistant.talk_skills import ABILITIES, HOW_TO_CONNECT, TALK, WHAT_I_AM
from voicedesk.engine.assistant.text import LONGEST_QUESTION, Utterance
from voicedesk.engine.assistant.tool_use import NO_TOOLS, Tools, arguments_from, fit, named_in

SKILLS: tuple[Skill, ...] = (
    TALK, TIME, DATE, COUNT, CONVERT, CALCULATE, DICE, COIN, NUMBER, RECALL, FORGET, REMEMBER, AGAIN, ECHO,
)  # fmt: skip
"""In the order in which they are asked whether a question is theirs."""

_READ_ALOUD = re.compile(
    r"\b(?:word for word|verbatim|read (?:it |this |the following )?(?:aloud|out loud)|exactly as)\b"
)
_SWALLOWING = frozenset({REMEMBER.name, ECHO.name})
_RULED = frozenset({*(skill.name for skill in SKILLS), *(errand.name for errand in ERRANDS)})
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
    """What the assistant answers: words, or calls.

    Attributes:
        text: To be said; empty if there are calls.
        calls: Functions of the client to be called first, side by side.
    """

    text: str = ""
    calls: tuple[ToolCall, ...] = ()


@dataclass(frozen=True, slots=True)
class _Step:
    """One of the things that were asked: for a skill, or, with no skill, for a function of the client's alone."""

    name: str
    arguments: Arguments
    skill: Skill | None
    swallows: bool


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
        self, messages: Sequence[Message], *, tools: Tools = NO_TOOLS, instructions: str = ""
    ) -> Reply:
        """Answer the last question of a conversation, with what the functions that were called for it gave.

        Args:
            messages: The conversation, oldest first.
            tools: The client's functions: a skill of the same name is called there instead of here.
            instructions: Only one thing in them is followed: to read the last message aloud, word for word.
        """
        last = next((m for m in reversed(messages) if m.role != "system"), None)
        if last is None or last.role == "assistant":
            return Reply(f"{WHAT_I_AM}. I can {ABILITIES}. What can I do for you?")
        at = next((i for i in reversed(range(len(messages))) if messages[i].role == "user"), 0)
        question, results = messages[at], [m for m in messages[at:] if m.role == "tool"]
        if question.role != "user":  # results, and nobody who asked
            return Reply(" ".join(say_output(result, _BY_NAME) for result in results))
        if not results and _READ_ALOUD.search(instructions.lower()) and question.text.strip():
            return Reply(question.text.strip())
        return self._answer(question.text, self._context(messages[:at]), tools, results)

    def _context(self, history: Sequence[Message]) -> Context:
        context = Context(history)
        return Context(history, self._now or context.now, self._random or context.random)

    def _answer(
        self, text: str, context: Context, tools: Tools, results: Sequence[Message]
    ) -> Reply:
        if not text.strip() and not results:
            return Reply(
                "I heard no words. Hold the key while you speak, then let go and I will answer."
            )
        called = {result.name for result in results}
        steps = divide(
            text[: LONGEST_QUESTION + 1],
            lambda part: _find(part, context, tools, called),
            lambda step: step.swallows,
        )
        *_, last = text.strip().splitlines() or [text]
        if not steps and last != text:
            # Clients tell what was said in several turns without an answer as one message, a line each.
            return self._answer(last, context, tools, results)
        if calls := _calls(text, steps, tools, results):
            return Reply(calls=calls)
        said, left = [], list(results)
        nameless = any(not result.name for result in results)
        for step in steps:
            result = next((result for result in left if result.name == step.name), None)
            if result is not None:
                left.remove(result)
                said.append(say_output(result, _BY_NAME))
            elif step.skill is not None and not (nameless and step.name in tools):
                said.append(step.skill.say(step.arguments, step.skill.run(step.arguments, context)))
        said += [say_output(result, _BY_NAME) for result in left]
        return Reply(" ".join(said) or _needs_function(text) or _do_not_know(text))


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


def _find(text: str, context: Context, tools: Tools, called: Collection[str]) -> _Step | None:
    """What a part of a question is for. Functions that were called already count, offered again or not."""
    if len(text) > LONGEST_QUESTION:
        return None
    utterance = Utterance(text)
    for errand in ERRANDS:
        if errand.name in tools or errand.name in called:
            arguments = errand.understand(utterance)
            if arguments is not None:
                return _Step(errand.name, arguments, None, errand.swallows)
    found = understand(text, context)
    if found is None:
        return None
    skill, arguments = found
    return _Step(skill.name, arguments, skill, skill.name in _SWALLOWING)


def _calls(
    text: str, steps: Sequence[_Step], tools: Tools, results: Sequence[Message]
) -> tuple[ToolCall, ...]:
    """The functions that are still to be called before there is an answer."""
    done = [result.name for result in results]
    calls = []
    for step in steps:
        if step.name in done:
            done.remove(step.name)
        elif step.name in tools:
            fitted = fit(step.arguments, tools.schemas[step.name])
            calls.append(ToolCall(step.name, json.dumps(fitted, ensure_ascii=False)))
    if done:
        # The client answered what it was not asked: what it has is told, or it might be asked for ever.
        return ()
    if not calls and not results and tools.schemas:
        name = named_in(text, tools, but=_RULED) if not steps else None
        if name is None and tools.required:
            name = next(iter(tools.schemas))
        if name is not None:
            made = arguments_from(text, tools.schemas[name])
            calls.append(ToolCall(name, json.dumps(made, ensure_ascii=False)))
    return tuple(calls if tools.parallel else calls[:1])


def _needs_function(text: str) -> str:
    """What to say of an errand for which the client offers no function; empty if it is none."""
    utterance = Utterance(text)
    for errand in ERRANDS:
        if len(text) <= LONGEST_QUESTION and errand.understand(utterance) is not None:
            return (
                f"I cannot {doing(errand.name)}, since I was not offered the tool for it."
                " Tools can be switched on in Settings."
            )
    return ""


def _do_not_know(text: str) -> str:
    heard = " ".join(text.split())
    heard = heard if len(heard) <= 200 else heard[:200].rsplit(" ", 1)[0] + " and more"
    return (
        f"You said: {heard.rstrip('.!?')}. I have no rule for that, since I am the assistant built into VoiceDesk"
        f" and not a language model. {HOW_TO_CONNECT}. Say help to hear what I can do."
    )
