"""Ends of clauses in a text, matched with the pauses of the speech that says it.

A dynamic alignment: of all ways to take some pauses for the ends of some clauses, the one in which the lengths of
speech between them agree best with the lengths of the words, and the fewest marks and long pauses are left over.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from voicedesk.core.loudness import SHORTEST_PAUSE, Speaking
from voicedesk.core.word_lengths import Pause, Word

WORD_MS, WORD_SPREAD = 300.0, 0.4
"""How long a word takes, and the share of it by which it may be longer or shorter than foretold."""
PACE_SPREAD = 0.25
AS_GOOD = 2.0
"""Ways whose costs differ by no more are about as likely."""

_NEAR = 10
"""Pauses, before and after where the end of a clause is foretold, that are tried for it."""
_SKIPS = 4
_BEAM = 6
_LONG_PAUSE = 40  # frames
_MISSED = {Pause.CLAUSE: 1.5, Pause.SENTENCE: 6.0}


@dataclass(frozen=True, slots=True)
class Anchor:
    """Words before ``word`` were said when ``said`` was, at the latest ``latest``; they are ``length`` together."""

    word: int
    length: float
    said: float
    latest: float


@dataclass(frozen=True, slots=True, eq=False)
class _State:
    """The end of a clause taken to lie at a pause, the best way there, and what that way cost."""

    end: int
    pause: int
    said: float
    length: float
    cost: float
    before: _State | None


class Alignment:
    """The best way to match ends of clauses and pauses at one pace.

    Attributes:
        pace: That pace.
        cost: How badly it fits.
    """

    def __init__(
        self, words: Sequence[Word], speech: Speaking, pace: float, *, whole: bool
    ) -> None:
        self.pace = pace
        self._speech = speech
        self._whole = whole
        self._word_after = [0]
        self._lengths = [0.0]
        self._kinds = [Pause.NONE]
        length = 0.0
        for index, word in enumerate(words, 1):
            length += word.length_ms
            if word.pause is not Pause.NONE and index < len(words):
                self._word_after.append(index)
                self._lengths.append(length)
                self._kinds.append(word.pause)
        self._all = Anchor(len(words), length, speech.said, speech.said)
        # Sums of what it costs to pass over the first ends, and the first pauses.
        self._missed = [0.0, *accumulate(_MISSED.get(kind, 0.0) for kind in self._kinds)]
        self._skipped = [0.0, *accumulate(_skipped(*pause) for pause in speech.pauses)]
        self._last = self._align()
        self.cost = self._last.cost + self._close(self._last)

    def anchors(self) -> list[Anchor]:
        """The words that are fixed, from none said to, if the sound is whole, all said."""
        way: list[_State] = []
        state: _State | None = self._last
        while state is not None:
            way.append(state)
            state = state.before
        latest = self._latest()
        found = [
            Anchor(self._word_after[at.end], at.length, at.said, latest.get(at.end, at.said))
            for at in reversed(way)
        ]
        return [*found, self._all] if self._whole else found

    def _align(self) -> _State:
        self._states = [[_State(0, -1, 0.0, 0.0, 0.0, None)]]
        for end in range(1, len(self._lengths)):
            ways = [state for states in self._states[-_SKIPS:] for state in states]
            found = [
                state
                for pause in self._near(self._lengths[end] * self.pace)
                if (state := self._best(ways, end, pause)) is not None
            ]
            found.sort(key=lambda state: state.cost)
            self._states.append(found[:_BEAM])
        return min(
            (state for states in self._states for state in states),
            key=lambda state: state.cost + self._close(state),
        )

    def _latest(self) -> dict[int, float]:
        """For each end of a clause how much may have been said at the most, by all ways that are about as good."""
        rest: dict[_State, float] = {}  # what the best way on from a state costs
        latest: dict[int, float] = {}
        for end in range(len(self._states) - 1, -1, -1):
            later = [s for states in self._states[end + 1 : end + 1 + _SKIPS] for s in states]
            for state in self._states[end]:
                on = (
                    self._step(state, next_.end, next_.pause)
                    - self._fit(next_.end, next_.pause)
                    + rest[next_]
                    for next_ in later
                    if next_.pause > state.pause
                )
                rest[state] = min(self._close(state), *on, math.inf)
                if state.cost + rest[state] <= self.cost + AS_GOOD:
                    latest[end] = max(latest.get(end, 0.0), state.said)
        return latest

    def _near(self, said: float) -> range:
        middle = bisect_left(self._speech.at, said)
        return range(max(0, middle - _NEAR), min(len(self._speech.at), middle + _NEAR))

    def _best(self, ways: Sequence[_State], end: int, pause: int) -> _State | None:
        """The best way to a pause that stands for the end of a clause."""
        least, best = math.inf, None
        for way in ways:
            if way.pause < pause and (cost := way.cost + self._step(way, end, pause)) < least:
                least, best = cost, way
        if best is None:
            return None
        said, length = self._speech.at[pause], self._lengths[end]
        return _State(end, pause, said, length, least - self._fit(end, pause), best)

    def _step(self, way: _State, end: int, pause: int) -> float:
        """What it costs to go from a state to one with nothing matched in between."""
        return (
            _unlike(
                self._speech.at[pause] - way.said, (self._lengths[end] - way.length) * self.pace
            )
            + self._missed[end]
            - self._missed[way.end + 1]
            + self._skipped[pause]
            - self._skipped[way.pause + 1]
        )

    def _fit(self, end: int, pause: int) -> float:
        """How well a pause suits the mark that it stands for."""
        begin, stop = self._speech.pauses[pause]
        weight = 2.0 if self._kinds[end] is Pause.SENTENCE else 1.0
        return weight * min(1.0, (stop - begin) / _LONG_PAUSE)

    def _close(self, state: _State) -> float:
        """What it costs if this was the last one matched."""
        skipped = self._skipped[-1] - self._skipped[state.pause + 1]
        said = self._speech.said - state.said
        if self._whole:
            length = (self._all.length - state.length) * self.pace
            missed = self._missed[-1] - self._missed[state.end + 1]
            return skipped + missed + _unlike(said, length)
        # What has not come cannot be missing; what has come and was passed over can.
        reached = state.length + said / self.pace * (1.0 - PACE_SPREAD)
        due = max(state.end + 1, bisect_left(self._lengths, reached))
        return skipped + self._missed[due] - self._missed[state.end + 1]


def _skipped(begin: int, stop: int) -> float:
    """What it costs to take a pause for none."""
    return min(6.0, (stop - begin - SHORTEST_PAUSE) / 6.0)


def _unlike(said: float, length: float) -> float:
    off = said - length
    return off * off / (WORD_SPREAD * WORD_SPREAD * WORD_MS * max(said, length, WORD_MS))
