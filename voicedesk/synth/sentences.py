"""Text cut into pieces that can be spoken one after the other, each with the pause that belongs after it."""

from __future__ import annotations

import re
from dataclasses import dataclass

SENTENCE_PAUSE_MS = 240
CLAUSE_PAUSE_MS = 110
LONGEST = 180
"""A piece without a stop is cut at a space after about this many characters."""
_SHORTEST_CLAUSE = 24

_END = re.compile(r"(?<=[.!?…])[\"')\]]*\s+|\n+|(?<=[。！？])")
_CLAUSE = re.compile(r"(?<=[,;:–—])\s+")
_NO_END = re.compile(r"(?:\b(?:Dr|Mr|Mrs|Ms|Prof|St|No|vs|e\.g|i\.e|etc|approx)|\b[A-Z])\.$")


@dataclass(frozen=True, slots=True)
class Piece:
    """Something to speak at once.

    Attributes:
        text: What to speak; the texts of all pieces joined give the whole text, white space included.
        pause_ms: The silence after it, 0 after the last one.
    """

    text: str
    pause_ms: int


def speakable_pieces(text: str) -> list[Piece]:
    """Cut a text at its sentences, long sentences at their clauses. No pieces if there is nothing to speak."""
    pieces: list[Piece] = []
    for sentence in _sentences(text):
        *clauses, last = _clauses(sentence)
        pieces += [Piece(clause, CLAUSE_PAUSE_MS) for clause in clauses]
        pieces.append(Piece(last, SENTENCE_PAUSE_MS))
    if pieces:
        pieces[-1] = Piece(pieces[-1].text, 0)
    return pieces


def _sentences(text: str) -> list[str]:
    sentences: list[str] = []
    start = 0
    for stop in [match.end() for match in _END.finditer(text)] + [len(text)]:
        sentence = text[start:stop]
        if stop < len(text) and _NO_END.search(sentence.rstrip()):
            continue
        if sentence.strip():
            sentences.append(sentence)
        elif sentences:
            sentences[-1] += sentence
        else:
            continue  # white space at the front belongs to the first sentence
        start = stop
    return sentences


def _clauses(sentence: str) -> list[str]:
    """Clauses of at least a few words, so that the speech does not fall apart; no piece far over `LONGEST`."""
    clauses: list[str] = []
    start = 0
    for match in _CLAUSE.finditer(sentence):
        if match.end() - start >= _SHORTEST_CLAUSE <= len(sentence) - match.end():
            clauses.append(sentence[start : match.end()])
            start = match.end()
    clauses.append(sentence[start:])
    return [part for clause in clauses for part in _short(clause)]


def _short(clause: str) -> list[str]:
    parts: list[str] = []
    while len(clause) > LONGEST + _SHORTEST_CLAUSE:
        space = clause.rfind(" ", _SHORTEST_CLAUSE, LONGEST)
        cut = space + 1 if space > 0 else LONGEST
        parts.append(clause[:cut])
        clause = clause[cut:]
    return [*parts, clause]
