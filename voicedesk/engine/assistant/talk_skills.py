"""Skills of talk: greetings, thanks, and telling plainly what this assistant is and can do."""

from __future__ import annotations

import re

from voicedesk.engine.assistant.memory_skills import read_memory
from voicedesk.engine.assistant.skill import Arguments, Context, Result, Skill, schema
from voicedesk.engine.assistant.text import Utterance

ABILITIES = (
    "tell the time and the date, do arithmetic, convert units, roll dice and flip a coin, "
    "remember things during our conversation, repeat and count"
)
WHAT_I_AM = "I am the assistant built into VoiceDesk: a small set of rules on this computer, not a language model"
HOW_TO_CONNECT = "To talk to a real model, open Settings, Servers, and choose one"

_HELP = re.compile(
    r"^(?:help(?: me)?|what can (?:you|i) (?:do|say|ask|ask you)(?: for me)?|what do you (?:do|know)|"
    r"what are you able to do|how does this work|what else can you do|commands)$"
)
_SELF = re.compile(
    r"^(?:who|what) are you$|^what is your name$|^are you (?:a |an )?(?:robot|human|person|ai|computer|model|real)$|^introduce yourself$"
)
_KINDS = (
    ("help", _HELP),
    ("identity", _SELF),
    ("wellbeing", re.compile(r"^how (?:are you|do you do|is it going)(?: today| doing)?$")),
    ("thanks", re.compile(r"^(?:many )?thank(?:s| you)(?: very much| so much| a lot| again)?$")),
    (
        "goodbye",
        re.compile(
            r"^(?:good ?bye|bye(?: bye)?|see you(?: later| soon| tomorrow)?|good night|farewell)$"
        ),
    ),
    (
        "cancel",
        re.compile(
            r"^(?:never ?mind|stop(?: it| talking)?|cancel(?: that)?|forget about it|be quiet|nothing)$"
        ),
    ),
    (
        "greeting",
        re.compile(
            r"^(?:hello|hi|hey|howdy|greetings)(?: there| again| assistant| computer| voicedesk)?$|^good (?:morning|afternoon|evening|day)$"
        ),
    ),
)


def _understand(utterance: Utterance, _context: Context) -> Arguments | None:
    for kind, pattern in _KINDS:
        if pattern.match(utterance.plain) or pattern.match(utterance.words):
            return {"kind": kind, "words": utterance.words}
    return None


def _run(arguments: Arguments, context: Context) -> Result:
    return {
        "name": read_memory(context.history).name,
        "hour": context.now().hour,
        "kind": arguments["kind"],
    }


def _say(arguments: Arguments, result: Result) -> str:
    name = result.get("name")
    you = f", {name}" if name else ""
    words = str(arguments.get("words", ""))
    greeting = words.capitalize() if words.startswith("good ") else "Hello"
    replies = {
        "help": f"I can {ABILITIES}. Try: what is twelve plus thirty. {HOW_TO_CONNECT}.",
        "identity": f"{WHAT_I_AM}. I can {ABILITIES}. {HOW_TO_CONNECT}.",
        "wellbeing": f"I am a program, so there is not much to feel, but everything works{you}. What can I do for you?",
        "thanks": f"You are welcome{you}.",
        "goodbye": f"Good night{you}." if words == "good night" else f"Goodbye{you}.",
        "cancel": f"All right{you}.",
        "greeting": f"{greeting}{you}. What can I do for you?",
    }
    return replies[str(arguments["kind"])]


TALK = Skill(
    name="small_talk",
    description="Greet, thank, say goodbye, and tell what this assistant is and can do.",
    parameters=schema(
        ["kind"],
        kind={"type": "string", "enum": [kind for kind, _ in _KINDS]},
        words={"type": "string"},
    ),
    understand=_understand,
    run=_run,
    say=_say,
)
