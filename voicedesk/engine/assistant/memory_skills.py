"""Skills of memory: remember, recall and forget within the conversation, and say things again.

What is remembered is read from the conversation itself, never kept beside it: delete an item, restore a
conversation or cut it, and the memory follows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from voicedesk.engine.assistant.skill import Arguments, Context, Message, Result, Skill, schema
from voicedesk.engine.assistant.text import LONGEST_QUESTION, Utterance, listed, sentence

_REMEMBER = re.compile(
    r"^(?:remember|note|memorize|keep in mind)(?: down)?(?: that| this|:)?:? (?P<fact>.+)$"
)
_NAME = re.compile(r"^(?:my name is|i am called|call me) (?P<name>[a-z][a-z' -]{0,40})$")
_RECALL = re.compile(
    r"^(?:what (?:did|have) i (?:ask|asked|tell|told) you (?:to remember|to note)?|what do you remember(?: about me)?|"
    r"what did you (?:remember|note)|what should you remember|do you remember(?: it| that| what i (?:said|told you))?|"
    r"recall(?: everything)?|list (?:my|your|the) notes)$"
)
_WHAT_IS_MY = re.compile(
    r"^(?:do you (?:know|remember) )?(?:what|who|where|which)(?: (?P<kind>colou?r))? (?:is|are) my (?P<thing>[a-z' ]+?)$|"
    r"^do you (?:know|remember) my (?P<known>[a-z' ]+)$|^(?P<who>who am i)$"
)
_FORGET = re.compile(r"^forget (?:everything|it all|all of it|(?P<last>that|it|this))$")
_FACT = re.compile(r"^my (?P<thing>.+?) (?P<verb>is|are|was|were) (?P<value>.+)$")
_AGAIN = re.compile(
    r"^(?:(?:say|tell me|repeat|read) (?:that|it|this)(?: again| once more| one more time)?|say again|again|"
    r"repeat(?: please)?|pardon(?: me)?|what did you (?:just )?say|come again|once more|what was that)$"
)
_ECHO = re.compile(
    r"^(?:repeat after me|say after me|echo|say|repeat)(?: the words?| the following)?[ ,:]+(?P<words>.+)$"
)
_YOURS = {"my": "your", "mine": "yours", "i": "you", "me": "you", "am": "are", "myself": "yourself"}


@dataclass
class Memory:
    """What the conversation holds of facts.

    Attributes:
        facts: As they were told, oldest first.
        name: The user's name, if told.
    """

    facts: list[str] = field(default_factory=list)
    name: str | None = None

    def about(self, thing: str) -> tuple[str, str] | None:
        """Verb and value of the latest fact about one of the user's things, as in ("is", "red")."""
        for fact in reversed(self.facts):
            match = _FACT.match(fact)
            if match and match["thing"] == thing:
                return match["verb"], match["value"]
        return None


def read_memory(history: Sequence[Message]) -> Memory:
    """What the user told to remember in this conversation."""
    memory = Memory()
    for message in history:
        if message.role != "user" or len(message.text) > LONGEST_QUESTION:
            continue
        plain = Utterance(message.text).plain
        if match := _FORGET.match(plain):
            memory = Memory(memory.facts[:-1], memory.name) if match["last"] else Memory()
        elif match := _NAME.match(plain):
            memory.name = _titled(match["name"])
        elif (match := _REMEMBER.match(plain)) and not _RECALL.match(plain):
            memory.facts.append(match["fact"])
    return memory


def yours(text: str) -> str:
    """Turned to the listener: "my bike is red" becomes "your bike is red"."""
    return " ".join(_YOURS.get(word, word) for word in text.split())


def _titled(name: str) -> str:
    return " ".join(part.capitalize() for part in name.split())


def _understand_remember(utterance: Utterance, _context: Context) -> Arguments | None:
    if match := _NAME.match(utterance.plain):
        return {"fact": f"my name is {match['name']}"}
    match = _REMEMBER.match(utterance.plain)
    return {"fact": match["fact"]} if match and not _RECALL.match(utterance.plain) else None


def _remember(arguments: Arguments, _context: Context) -> Result:
    return {"remembered": str(arguments["fact"])}


def _say_remember(_arguments: Arguments, result: Result) -> str:
    fact = str(result["remembered"])
    if match := _NAME.match(fact):
        return f"Nice to meet you, {_titled(match['name'])}."
    return sentence(f"I will remember that {yours(fact)}")


def _understand_recall(utterance: Utterance, _context: Context) -> Arguments | None:
    if _RECALL.match(utterance.plain):
        return {}
    match = _WHAT_IS_MY.match(utterance.plain)
    if match is None:
        return None
    return {"about": "name" if match["who"] else (match["thing"] or match["known"])}


def _recall(arguments: Arguments, context: Context) -> Result:
    memory = read_memory(context.history)
    about = arguments.get("about")
    if about is None:
        return {"facts": memory.facts, "name": memory.name}
    if about == "name":
        return {"value": memory.name, "verb": "is"}
    verb, value = memory.about(str(about)) or ("is", None)
    return {"value": value, "verb": verb}


def _say_recall(arguments: Arguments, result: Result) -> str:
    about = arguments.get("about")
    if about is not None:
        if not result.get("value"):
            return sentence(f"You have not told me your {about} in this conversation")
        return sentence(
            f"Your {about} {result.get('verb', 'is')} {yours(str(result['value'])) if about != 'name' else result['value']}"
        )
    told = [f"that {yours(str(fact))}" for fact in result.get("facts", [])]
    name = result.get("name")
    if told:
        known = f" And your name is {name}." if name else ""
        return sentence(f"You asked me to remember {listed(told)}") + known
    if name:
        return f"Your name is {name}. You have not asked me to remember anything else."
    return "You have not asked me to remember anything in this conversation."


def _understand_forget(utterance: Utterance, _context: Context) -> Arguments | None:
    match = _FORGET.match(utterance.plain)
    return None if match is None else {"what": "last" if match["last"] else "everything"}


def _forget(arguments: Arguments, context: Context) -> Result:
    memory = read_memory(context.history)
    if arguments.get("what") == "last":
        return {"forgotten": memory.facts[-1:]}
    return {"forgotten": [*memory.facts, *([f"my name is {memory.name}"] if memory.name else [])]}


def _say_forget(_arguments: Arguments, result: Result) -> str:
    facts = [f"that {yours(str(fact))}" for fact in result.get("forgotten", [])]
    if not facts:
        return "There is nothing to forget."
    return sentence(f"I have forgotten {listed(facts)}")


def _understand_again(utterance: Utterance, _context: Context) -> Arguments | None:
    return {} if _AGAIN.match(utterance.plain) else None


def _again(_arguments: Arguments, context: Context) -> Result:
    said = [
        message.text for message in context.history if message.role == "assistant" and message.text
    ]
    return {"said": said[-1] if said else None}


def _say_again(_arguments: Arguments, result: Result) -> str:
    return str(result["said"]) if result.get("said") else "I have not said anything yet."


def _understand_echo(utterance: Utterance, _context: Context) -> Arguments | None:
    match = _ECHO.match(utterance.plain)
    return None if match is None else {"words": match["words"]}


def _echo(arguments: Arguments, _context: Context) -> Result:
    return {"words": str(arguments["words"])}


def _say_echo(_arguments: Arguments, result: Result) -> str:
    return sentence(str(result["words"]))


REMEMBER = Skill(
    name="remember",
    description="Remember a fact for the length of the conversation.",
    parameters=schema(["fact"], fact={"type": "string"}),
    understand=_understand_remember,
    run=_remember,
    say=_say_remember,
)
RECALL = Skill(
    name="recall",
    description="Tell what the user asked to remember, all of it or one thing.",
    parameters=schema(about={"type": "string", "description": "One thing, such as name or bike."}),
    understand=_understand_recall,
    run=_recall,
    say=_say_recall,
)
FORGET = Skill(
    name="forget",
    description="Forget the last thing, or everything, that was to be remembered.",
    parameters=schema(what={"type": "string", "enum": ["last", "everything"]}),
    understand=_understand_forget,
    run=_forget,
    say=_say_forget,
)
AGAIN = Skill(
    name="say_again",
    description="Repeat what the assistant said last, as far as it was heard.",
    understand=_understand_again,
    run=_again,
    say=_say_again,
)
ECHO = Skill(
    name="repeat_after_me",
    description="Repeat the user's words.",
    parameters=schema(["words"], words={"type": "string"}),
    understand=_understand_echo,
    run=_echo,
    say=_say_echo,
)
