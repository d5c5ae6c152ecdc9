"""Conversations by the thousand, for tests and benchmarks of the history."""

import random
import sqlite3
from itertools import accumulate

from voicedesk.conversation.store import queries
from voicedesk.conversation.store.model import Outcome, Said, Turn
from voicedesk.core.dialogue import Role

_SYLLABLES = [
    "ba",
    "ke",
    "li",
    "mo",
    "nu",
    "ra",
    "se",
    "ti",
    "wo",
    "zu",
    "cha",
    "fre",
    "gla",
    "pri",
    "sto",
    "tra",
    "qui",
    "ven",
    "hol",
    "mar",
]
_COMMON = [
    "the",
    "a",
    "to",
    "of",
    "and",
    "in",
    "is",
    "it",
    "you",
    "that",
    "for",
    "what",
    "how",
    "can",
    "tell",
    "me",
    "about",
    "please",
    "this",
    "on",
]


def vocabulary(size: int, seed: int = 1) -> list[str]:
    """Made-up words, all different."""
    chance = random.Random(seed)
    words: dict[str, None] = {}
    while len(words) < size:
        words["".join(chance.choices(_SYLLABLES, k=chance.randint(2, 4)))] = None
    return list(words)


def fill(
    connection: sqlite3.Connection, conversations: int, turns: int = 6, *, seed: int = 1
) -> list[str]:
    """Write conversations with this many turns each, as many rare words in them as in real talk. Returns the words."""
    chance = random.Random(seed)
    words = vocabulary(20_000, seed)
    weights = list(accumulate(1.0 / (rank + 10) for rank in range(len(words))))
    connection.execute("BEGIN")
    for number in range(conversations):
        for turn in range(turns):
            rare = chance.choices(words, cum_weights=weights, k=36)
            said = [chance.choice(_COMMON) if chance.random() < 0.45 else word for word in rare]
            at = 1_700_000_000.0 + number * 600 + turn * 20
            messages = (
                Said(Role.USER, " ".join(said[:11])),
                Said(Role.ASSISTANT, " ".join(said[11:])),
            )
            kept = Turn(f"{number}-{turn}", at, Outcome.ANSWERED, messages=messages)
            queries.save_turn(connection, f"c{number}", kept, at)
    connection.execute("COMMIT")
    return words
