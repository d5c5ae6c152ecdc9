"""The classic chain on a virtual clock: a model that writes, a voice that makes units side by side, a player."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import count

from voicedesk.pipelines.chunker import Chunker, Chunking, Unit
from voicedesk.pipelines.gate import AT_ONCE, StartGate, VoicePace

WORD_S = 0.36
PIECE_S = 0.02


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one reply: its units, when it first sounded, and how long it was silent after that."""

    units: list[Unit]
    first_s: float
    stalls_s: float
    made_s: float
    sound_s: float


@dataclass(slots=True)
class _Making:
    unit: Unit
    left: float = 0.0
    pieces: list[float] = field(default_factory=list)
    done: bool = False


class Model:
    """One reply.

    Args:
        text: What the model writes, a word at a time.
        first_byte: Seconds from asking for a unit to its first sound.
        speed: Seconds of sound made in a second, for each unit being made.
        pace: What is known of the voice.
        token: Seconds before the first word, and between two.
    """

    def __init__(
        self,
        text: str,
        *,
        first_byte: float | Callable[[Unit], float],
        speed: float,
        pace: VoicePace | None = None,
        token: tuple[float, float] = (0.15, 0.025),
        chunking: Chunking = Chunking.AUTO,
    ) -> None:
        self._first_byte = first_byte if callable(first_byte) else lambda _unit: first_byte
        self._speed = speed
        self._gate = StartGate(pace or VoicePace())
        self._chunker = Chunker(chunking, "en")
        self._units: list[Unit] = []
        self._making: list[_Making] = []
        self._saying = 0
        self._first_at: float | None = None
        self._given: list[tuple[float, float]] = []
        self._events: list[tuple[float, int, Callable[[float], bool]]] = []
        self._order = count()
        self._wakes = 0
        for index, word in enumerate(text.split(" ")):
            piece = word if index == 0 else " " + word
            self._at(token[0] + index * token[1], partial(self._token, piece))
        self._at(token[0] + index * token[1], self._written)

    def run(self) -> Outcome:
        at = 0.0
        while self._events:
            at, _, event = heapq.heappop(self._events)
            if event(at):
                self._say(at)
        assert all(making.done and not making.pieces for making in self._making)
        assert len(self._making) == len(self._units)
        position, stalls = self._given[0][0], 0.0
        for came, seconds in self._given:
            stalls += max(0.0, came - position)
            position = max(position, came) + seconds
        sound = sum(seconds for _, seconds in self._given)
        return Outcome(self._units, self._given[0][0], stalls, at, sound)

    def _at(self, at: float, event: Callable[[float], bool]) -> None:
        heapq.heappush(self._events, (at, next(self._order), event))

    def _awake(self, wake: int, _at: float) -> bool:
        return wake == self._wakes

    def _token(self, piece: str, at: float) -> bool:
        self._add(self._chunker.add(piece, buffered_s=self._buffered(at)), at)
        return True

    def _written(self, at: float) -> bool:
        self._add(self._chunker.flush(), at)
        self._gate.end()
        return True

    def _buffered(self, at: float) -> float:
        if self._first_at is None:
            return 0.0
        return max(0.0, self._gate.known_s - (at - self._first_at))

    def _add(self, units: list[Unit], at: float) -> None:
        for unit in units:
            self._gate.plan(len(self._units), len(unit.text))
            self._units.append(unit)
        self._feed(at)

    def _feed(self, at: float) -> None:
        while (
            len(self._making) < len(self._units) and sum(not m.done for m in self._making) < AT_ONCE
        ):
            index = len(self._making)
            unit = self._units[index]
            self._gate.ask(index, len(unit.text), at)
            making = _Making(unit, left=WORD_S * len(unit.text.split()))
            self._making.append(making)
            self._at(at + self._first_byte(unit), partial(self._piece, index))

    def _piece(self, index: int, at: float) -> bool:
        making = self._making[index]
        seconds = min(PIECE_S, making.left)
        making.left -= seconds
        making.pieces.append(seconds)
        self._gate.arrive(index, seconds, at)
        if making.left > 1e-9:
            self._at(at + seconds / self._speed, partial(self._piece, index))
        else:
            making.done = True
            self._gate.done(index, at)
            self._feed(at)
        return True

    def _say(self, at: float) -> None:
        """Give out what is there, in order, once the gate lets it."""
        while self._saying < len(self._making):
            making = self._making[self._saying]
            if not making.pieces and not making.done:
                return
            if self._first_at is None:
                release = self._gate.release_at(at)
                if release > at:
                    self._wakes += 1
                    self._at(release, partial(self._awake, self._wakes))
                    return
                self._first_at = at
            self._given += [(at, seconds) for seconds in making.pieces]
            making.pieces.clear()
            if not making.done:
                return
            self._saying += 1
            self._feed(at)
