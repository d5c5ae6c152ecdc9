"""A JSGF grammar as the smallest deterministic automaton over words.

Supports what the command grammar uses: words, ``<rules>`` (not recursive), ``|``, ``( )`` and ``[ ]``. Every rule is
made small by itself before it is built into others, so that the whole takes a fraction of a second in Python.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

_TOKEN = re.compile(r"<\w+>|[()\[\]|]|[\w'.-]+")


@dataclass(frozen=True)
class Automaton:
    """States are numbered from 0, the start.

    Attributes:
        arcs: For each state, the state that each word leads to.
        finals: The states in which a sentence may end.
    """

    arcs: Sequence[Mapping[str, int]]
    finals: frozenset[int]

    @property
    def words(self) -> set[str]:
        """Every word of the grammar."""
        return {word for state in self.arcs for word in state}

    def accepts(self, sentence: str) -> bool:
        """Whether the words, separated by spaces, are a sentence of the grammar."""
        state: int | None = 0
        for word in sentence.split():
            state = self.arcs[state].get(word) if state is not None else None
        return state in self.finals

    def sample(self, source: random.Random) -> str:
        """A random sentence, for tests and measurements."""
        words: list[str] = []
        state = 0
        while not (state in self.finals and (not self.arcs[state] or source.random() < 0.5)):
            word, state = source.choice(sorted(self.arcs[state].items()))
            words.append(word)
        return " ".join(words)


def compile_rules(rules: Mapping[str, str], top: str) -> Automaton:
    """Compile a grammar.

    Args:
        rules: The right side of each rule by its name.
        top: The name of the rule that makes whole sentences.

    Raises:
        ValueError: A rule is missing, recursive, or not written as it should be.
    """
    return _Compiler(rules).rule(top)


class _Compiler:
    def __init__(self, rules: Mapping[str, str]) -> None:
        self._rules = rules
        self._done: dict[str, Automaton] = {}
        self._open: list[str] = []

    def rule(self, name: str) -> Automaton:
        if name not in self._done:
            if name in self._open or name not in self._rules:
                raise ValueError(f"rule <{name}> is recursive or missing")
            self._open.append(name)
            self._done[name] = _Fragment(self, _TOKEN.findall(self._rules[name])).minimal()
            self._open.pop()
        return self._done[name]


class _Fragment:
    """One rule as a non-deterministic automaton, while it is built."""

    def __init__(self, compiler: _Compiler, tokens: list[str]) -> None:
        self._compiler = compiler
        self._tokens = tokens
        self._empty: list[list[int]] = []
        self._arcs: list[list[tuple[str, int]]] = []
        start = self._state()
        self._end = self._alternatives(start)
        if self._tokens:
            raise ValueError(f"unexpected {self._tokens[0]!r}")

    def _state(self) -> int:
        self._empty.append([])
        self._arcs.append([])
        return len(self._arcs) - 1

    def _alternatives(self, start: int) -> int:
        """Parse up to a closing bracket; returns the state in which all alternatives end."""
        end, at = self._state(), self._state()
        self._empty[start].append(at)
        while self._tokens and self._tokens[0] not in ")]":
            token = self._tokens.pop(0)
            if token == "|":  # noqa: S105 - a sign of the grammar
                self._empty[at].append(end)
                at = self._state()
                self._empty[start].append(at)
            else:
                at = self._element(token, at)
        self._empty[at].append(end)
        return end

    def _element(self, token: str, at: int) -> int:
        if token in ("(", "["):
            after = self._alternatives(at)
            if not self._tokens or self._tokens.pop(0) != {"(": ")", "[": "]"}[token]:
                raise ValueError(f"{token} is not closed")
            if token == "[":  # noqa: S105 - a sign of the grammar
                self._empty[at].append(after)
            return after
        if token.startswith("<"):
            return self._insert(self._compiler.rule(token[1:-1]), at)
        after = self._state()
        self._arcs[at].append((token, after))
        return after

    def _insert(self, rule: Automaton, at: int) -> int:
        states = [self._state() for _ in rule.arcs]
        after = self._state()
        self._empty[at].append(states[0])
        for state, arcs in zip(states, rule.arcs, strict=True):
            self._arcs[state] = [(word, states[target]) for word, target in arcs.items()]
        for final in rule.finals:
            self._empty[states[final]].append(after)
        return after

    def minimal(self) -> Automaton:
        return _minimise(self._deterministic())

    def _deterministic(self) -> Automaton:
        start = self._closure([0])
        numbers = {start: 0}
        arcs: list[dict[str, int]] = []
        waiting = [start]
        for states in waiting:  # grows while it is walked
            targets: defaultdict[str, list[int]] = defaultdict(list)
            for state in states:
                for word, target in self._arcs[state]:
                    targets[word].append(target)
            row: dict[str, int] = {}
            for word, members in targets.items():
                closed = self._closure(members)
                if closed not in numbers:
                    numbers[closed] = len(numbers)
                    waiting.append(closed)
                row[word] = numbers[closed]
            arcs.append(row)
        return Automaton(arcs, frozenset(n for states, n in numbers.items() if self._end in states))

    def _closure(self, states: Iterable[int]) -> frozenset[int]:
        found = set(states)
        waiting = list(found)
        while waiting:
            for state in self._empty[waiting.pop()]:
                if state not in found:
                    found.add(state)
                    waiting.append(state)
        return frozenset(found)


def _minimise(automaton: Automaton) -> Automaton:
    """Moore's algorithm: tell states apart by what they accept until no more can be told apart."""
    groups = [int(state in automaton.finals) for state in range(len(automaton.arcs))]
    count = len(set(groups))
    while True:
        seen: dict[tuple[int, frozenset[tuple[str, int]]], int] = {}
        refined = [
            seen.setdefault(
                (group, frozenset((word, groups[to]) for word, to in arcs.items())), len(seen)
            )
            for group, arcs in zip(groups, automaton.arcs, strict=True)
        ]
        groups = refined  # the start is seen first, so it is 0
        if len(seen) == count:
            break
        count = len(seen)
    rows: list[dict[str, int]] = [{} for _ in range(count)]
    for group, arcs in zip(groups, automaton.arcs, strict=True):
        rows[group] = {word: groups[to] for word, to in arcs.items()}
    return Automaton(rows, frozenset(groups[final] for final in automaton.finals))
