"""When the sound of a reply may start: as early as it can without a stall later, by what is known of the voice's speed."""

from __future__ import annotations

from dataclasses import dataclass

AT_ONCE = 3
"""Units that a voice makes at a time."""
CACHED_S = 0.03
"""A unit that sounds sooner than this after it was asked for tells nothing of the voice: it was kept."""

_KEEP = 0.85
_FASTEST = 50.0
_SLOWEST = 0.02
_CERTAIN_RUN_S = 0.2
_SPREAD_CHARS = 6.0
_AT_ONCE_S = 0.001


class _Line:
    """A straight line through points, the later ones weighing more, with how far points lie off it."""

    def __init__(self) -> None:
        self._w = self._x = self._y = self._xx = self._xy = 0.0
        self._off: float | None = None

    @property
    def known(self) -> bool:
        return self._w > 0.0

    @property
    def off(self) -> float:
        """Mean distance of the points from what was foretold of them."""
        return self._off or 0.0

    def add(self, x: float, y: float) -> None:
        if self.known:
            off = abs(self.at(x) - y)
            self._off = off if self._off is None else _KEEP * self._off + (1 - _KEEP) * off
        self._w = _KEEP * self._w + 1.0
        self._x = _KEEP * self._x + x
        self._y = _KEEP * self._y + y
        self._xx = _KEEP * self._xx + x * x
        self._xy = _KEEP * self._xy + x * y

    def at(self, x: float) -> float:
        """The value to expect; falling lines are taken as level, and none crosses below zero at the origin."""
        mean_x, mean_y = self._x / self._w, self._y / self._w
        variance = self._xx / self._w - mean_x * mean_x
        if variance < _SPREAD_CHARS**2:
            return mean_y
        slope = max(0.0, (self._xy / self._w - mean_x * mean_y) / variance)
        if mean_y - slope * mean_x < 0.0:
            slope = mean_y / mean_x
        return mean_y + slope * (x - mean_x)


class VoicePace:
    """How fast a voice is, learned from unit to unit and turn to turn.

    Attributes:
        speed: Seconds of sound made in a second, None while unknown.
        follows_s: Seconds between the first and the second unit of a reply, None while unknown.
    """

    def __init__(self) -> None:
        """Nothing is known but how long speech takes in general."""
        self.speed: float | None = None
        self.follows_s: float | None = None
        self._sound = _Line()
        self._sound.add(20.0, 1.5)
        self._sound.add(100.0, 6.7)
        self._first = {False: _Line(), True: _Line()}

    def seconds(self, chars: int) -> float:
        """Seconds of sound to expect of a unit of so many characters."""
        return max(0.05, self._sound.at(chars))

    def first_byte_s(self, chars: int, *, busy: bool = False) -> float | None:
        """Seconds from asking for a unit to its first sound, on the safe side; None while unknown.

        Args:
            chars: Its length.
            busy: Whether the voice makes other units at the same time.
        """
        line = self._first[busy] if self._first[busy].known else self._first[not busy]
        return line.at(chars) + line.off if line.known else None

    def began(self, chars: int, seconds: float, *, busy: bool) -> None:
        """A unit's first sound came so long after it was asked for."""
        self._first[busy].add(chars, seconds)

    def ran(self, sound_s: float, took_s: float) -> None:
        """So much sound, after a unit's first piece, came in so much time."""
        speed = min(_FASTEST, max(_SLOWEST, sound_s / max(took_s, sound_s / _FASTEST, 1e-6)))
        # The mean of the time that a second of sound takes, in which slow units weigh what they cost.
        known = 1.0 / self.speed if self.speed is not None else 1.0 / speed
        self.speed = 1.0 / (_KEEP * known + (1 - _KEEP) / speed)

    def made(self, chars: int, seconds: float) -> None:
        """A unit became so much sound."""
        self._sound.add(chars, seconds)

    def followed(self, seconds: float) -> None:
        """The second unit of a reply was asked for so long after the first."""
        known = self.follows_s if self.follows_s is not None else seconds
        self.follows_s = _KEEP * known + (1 - _KEEP) * seconds


@dataclass(slots=True)
class _Unit:
    """One unit. ``asked`` is None while it waits for its turn, ``began`` until its first sound."""

    chars: int
    asked: float | None = None
    busy: bool = False
    began: float | None = None
    last: float = 0.0
    first_piece_s: float = 0.0
    sound_s: float = 0.0
    done: bool = False


class StartGate:
    """The start of one reply. Times are seconds of one clock; units are counted from 0."""

    def __init__(self, pace: VoicePace, *, at_once: int = AT_ONCE) -> None:
        """Nothing is asked yet.

        Args:
            pace: What is known of the voice; learns from this reply.
            at_once: Units that are made at a time.
        """
        self._pace = pace
        self._at_once = at_once
        self._units: dict[int, _Unit] = {}
        self._open = True

    # ------------------------------------------------------------------------------------- telling

    def plan(self, index: int, chars: int) -> None:
        """A unit is known and waits for its turn."""
        self._units.setdefault(index, _Unit(chars))

    def ask(self, index: int, chars: int, at: float) -> None:
        """A unit was given to the voice."""
        busy = any(unit.asked is not None and not unit.done for unit in self._units.values())
        unit = self._units.setdefault(index, _Unit(chars))
        unit.chars, unit.asked, unit.busy = chars, at, busy
        first = self._units.get(0)
        if index == 1 and first is not None and first.asked is not None:
            self._pace.followed(at - first.asked)

    def arrive(self, index: int, seconds: float, at: float) -> None:
        """Some seconds of a unit's sound came."""
        unit = self._units.get(index)
        if unit is None or unit.asked is None:
            return
        if unit.began is None:
            unit.began, unit.first_piece_s = at, seconds
            if at - unit.asked >= CACHED_S:
                self._pace.began(unit.chars, at - unit.asked, busy=unit.busy)
        unit.sound_s += seconds
        unit.last = at

    def done(self, index: int, at: float) -> None:
        """A unit is complete, or will not come."""
        unit = self._units.get(index)
        if unit is None or unit.done:
            return
        unit.done = True
        if unit.asked is None or unit.began is None:
            return
        self._pace.made(unit.chars, unit.sound_s)
        rest = unit.sound_s - unit.first_piece_s
        if rest > 0.0 and at - unit.asked >= CACHED_S:
            self._pace.ran(rest, unit.last - unit.began)

    def end(self) -> None:
        """No further unit will be planned or asked for."""
        self._open = False

    # ------------------------------------------------------------------------------------ reckoning

    @property
    def known_s(self) -> float:
        """Seconds of sound that all units told so far are or will probably be."""
        return sum(map(self._length, self._units.values()))

    def release_at(self, now: float) -> float:
        """When playing may start; ``now`` when at once. Changes with everything that is told."""
        start = made = now
        played = 0.0  # seconds of sound before the unit
        ends: list[float] = []
        units = [self._units[index] for index in sorted(self._units)]
        making = any(unit.asked is not None and not unit.done for unit in units)
        for place, unit in enumerate(units):
            if unit.asked is None and not making:
                break  # it may be waiting for the start itself
            length = self._length(unit)
            freed = max(now, ends[place - self._at_once]) if place >= self._at_once else now
            first, last = self._comes(unit, length, freed, now)
            start = max(start, first - played, last - played - length)
            played += length
            made = max(made, last)
            ends.append(last)
        if self._open and units:
            start = max(start, self._unknown(units, played, made, now))
        return start if start - now > _AT_ONCE_S else now

    def _length(self, unit: _Unit) -> float:
        if unit.done:
            return unit.sound_s
        return max(self._pace.seconds(unit.chars), unit.sound_s)

    def _comes(self, unit: _Unit, length: float, freed: float, now: float) -> tuple[float, float]:
        """When the sound that is missing of a unit begins to come, as if it were the unit's start, and when it is complete."""
        if unit.done:
            return now - unit.sound_s, now
        speed = self._speed(unit)
        if unit.began is not None:
            missing = length - unit.sound_s
            return now - unit.sound_s, now + missing / speed
        wait = self._pace.first_byte_s(unit.chars, busy=unit.busy or unit.asked is None) or 0.0
        first = max(now, (unit.asked if unit.asked is not None else freed) + wait)
        return first, first + length / speed

    def _speed(self, unit: _Unit) -> float:
        """Of this unit if it has run long enough to tell, else of the voice; endless while unknown."""
        if unit.began is not None and unit.last - unit.began >= _CERTAIN_RUN_S:
            return max(_SLOWEST, (unit.sound_s - unit.first_piece_s) / (unit.last - unit.began))
        return self._pace.speed if self._pace.speed is not None else float("inf")

    def _unknown(self, units: list[_Unit], played: float, made: float, now: float) -> float:
        """What text that is still to come asks for."""
        speed = self._pace.speed
        if speed is not None and speed < 1.0:
            return made  # the longer the units that are still to come, the later they would be
        follows, asked = self._pace.follows_s, units[0].asked
        if len(units) > 1 or follows is None or asked is None or now > asked + 1.5 * follows:
            return now
        wait = self._pace.first_byte_s(units[0].chars, busy=True) or 0.0
        return max(now, asked + follows) + wait - played
