"""Timers that ring by themselves, for as long as the application runs."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from voicedesk.core.clock import Clock
from voicedesk.tools.tool import ToolError

T = TypeVar("T")

LONGEST_S = 24 * 3600.0
MOST_TIMERS = 50
LONGEST_LABEL = 100
LOOK_AGAIN_S = 5.0
"""The loop's clock stands still while the computer sleeps, a timer's does not: it is looked at this often."""

_SENTENCES = {
    "en": "Time is up: {label}.",
    "de": "Die Zeit ist um: {label}.",
    "es": "Se acabó el tiempo: {label}.",
    "fr": "Le temps est écoulé : {label}.",
    "it": "Il tempo è scaduto: {label}.",
    "nl": "De tijd is om: {label}.",
    "pt": "O tempo acabou: {label}.",
}
_DURATIONS = {
    "en": (("hour", "hours"), ("minute", "minutes"), ("second", "seconds")),
    "de": (("Stunde", "Stunden"), ("Minute", "Minuten"), ("Sekunde", "Sekunden")),
    "es": (("hora", "horas"), ("minuto", "minutos"), ("segundo", "segundos")),
    "fr": (("heure", "heures"), ("minute", "minutes"), ("seconde", "secondes")),
    "it": (("ora", "ore"), ("minuto", "minuti"), ("secondo", "secondi")),
    "nl": (("uur", "uur"), ("minuut", "minuten"), ("seconde", "seconden")),
    "pt": (("hora", "horas"), ("minuto", "minutos"), ("segundo", "segundos")),
}


class Handle(Protocol):
    """Something that will be called, and need not be."""

    def cancel(self) -> None:
        """It is not called any more."""


Later = Callable[[float, Callable[[], None]], Handle]
"""Calls a function in so many seconds, as ``loop.call_later`` does."""

Alarm = Callable[[str, str], None]
"""Is told the label of a timer that is up and the sentence to be spoken."""


def awake_clock() -> float:
    """Seconds of a clock that goes on while the computer sleeps, where the system has one."""
    if sys.platform == "linux":
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    else:  # noqa: RET505 - the type checker knows branches of a platform by their indent
        return time.monotonic()


@dataclass(frozen=True, slots=True)
class Timer:
    """A timer that runs.

    Attributes:
        label: What it is for, or its length in words.
        seconds: Its length.
        due: When it is up, on the clock of its `Timers`.
    """

    label: str
    seconds: float
    due: float


class Timers:
    """The timers that run. Used on the loop only.

    Attributes:
        language: Of the sentences and durations, as in "en" or "de-AT"; what is not known is told in English.
    """

    def __init__(
        self,
        alarm: Alarm,
        *,
        language: str = "",
        clock: Clock = awake_clock,
        later: Later | None = None,
    ) -> None:
        """Nothing runs yet.

        Args:
            alarm: Called on the loop for each timer that is up.
            language: See the attribute.
            clock: In seconds.
            later: Wakes it up; None for the running loop's ``call_later``.
        """
        self.language = language
        self._alarm = alarm
        self._clock = clock
        self._later = later
        self._timers: list[Timer] = []  # in the order in which they were set
        self._handle: Handle | None = None

    @property
    def pending(self) -> tuple[Timer, ...]:
        """What runs, the next one to be up first."""
        return tuple(sorted(self._timers, key=lambda timer: timer.due))

    def left(self, timer: Timer) -> float:
        """Seconds until a timer is up."""
        return max(0.0, timer.due - self._clock())

    def set(self, seconds: float, label: str = "") -> Timer:
        """Start a timer.

        Raises:
            ToolError: It is too short or too long, or there are too many.
        """
        if not 0 < seconds <= LONGEST_S:
            raise ToolError("A timer can run for up to 24 hours")
        if len(self._timers) >= MOST_TIMERS:
            raise ToolError(f"More than {MOST_TIMERS} timers cannot run at once")
        label = " ".join(label.split())[:LONGEST_LABEL] or self.in_words(seconds)
        timer = Timer(label, seconds, self._clock() + seconds)
        self._timers.append(timer)
        self._wait()
        return timer

    def cancel(self, label: str = "") -> Timer:
        """Stop a timer: the one with this label (of several the latest), or the only one there is.

        Raises:
            ToolError: There is none, or several could be meant.
        """
        found = self._named(label)
        if not found:
            raise ToolError("There is no such timer" if self._timers else "No timer is running")
        if len({timer.label.casefold() for timer in found}) > 1:
            labels = ", ".join(timer.label for timer in self.pending if timer in found)
            raise ToolError(f"Several timers could be meant: {labels}")
        timer = found[-1]
        self._timers.remove(timer)
        self._wait()
        return timer

    def _named(self, label: str) -> list[Timer]:
        wanted = " ".join(label.split()).casefold()
        exact = [timer for timer in self._timers if timer.label.casefold() == wanted]
        return exact or [timer for timer in self._timers if wanted in timer.label.casefold()]

    def in_words(self, seconds: float) -> str:
        """A length of time, as in "1 hour 30 minutes"."""
        units = self._spoken(_DURATIONS)
        rest = max(1, round(seconds))
        parts = []
        for (one, many), size in zip(units, (3600, 60, 1), strict=True):
            count, rest = divmod(rest, size)
            if count:
                parts.append(f"{count} {one if count == 1 else many}")
        return " ".join(parts)

    def close(self) -> None:
        """Forget all timers. Safe to call twice."""
        self._timers.clear()
        self._wait()

    def _wait(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
        if not self._timers:
            return
        soonest = min(self.left(timer) for timer in self._timers)
        later = self._later or asyncio.get_running_loop().call_later
        self._handle = later(min(soonest, LOOK_AGAIN_S), self._ring)

    def _ring(self) -> None:
        at = self._clock()
        up = [timer for timer in self.pending if timer.due <= at]
        self._timers = [timer for timer in self._timers if timer.due > at]
        self._wait()
        for timer in up:
            self._alarm(timer.label, self._spoken(_SENTENCES).format(label=timer.label))

    def _spoken(self, table: dict[str, T]) -> T:
        return table.get(self.language.lower().replace("_", "-").split("-")[0], table["en"])
