"""What was spent today, kept in a small file so that it counts on when VoiceDesk is started again.

The file holds a date and sums, nothing of what was said. One that cannot be read counts as none; one that cannot be
written is given up for this run, with a line in the log: money that is only estimated is no reason to stop anybody.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from voicedesk.conversation.figures.prices import Cost
from voicedesk.disk import write_whole

log = logging.getLogger(__name__)

_LONGEST_FILE = 4096


@dataclass(frozen=True, slots=True)
class Spent:
    """The sums of a day.

    Attributes:
        day: Which.
        usd: Dollars of what has a known price.
        input_tokens: Of all turns.
        output_tokens: The same.
        turns: How many there were.
        is_whole: Whether the price of everything was known.
    """

    day: date
    usd: Decimal = Decimal(0)
    input_tokens: int = 0
    output_tokens: int = 0
    turns: int = 0
    is_whole: bool = True


def _today() -> date:
    return datetime.now().astimezone().date()


class Spending:
    """The sums of today.

    Attributes:
        today: They, up to now.
    """

    def __init__(self, path: Path | None = None, *, today: Callable[[], date] = _today) -> None:
        """Nothing was spent, or nothing is known yet.

        Args:
            path: Where the sums are kept; None keeps them for this run only.
            today: The date where the user is.
        """
        self._path = path
        self._date = today
        self.today = Spent(today())

    def load(self) -> Spent | None:
        """What the file says of today; None when it says nothing. Touches the disk, and nothing else."""
        if self._path is None:
            return None
        try:
            with self._path.open("rb") as file:
                found = _read(json.loads(file.read(_LONGEST_FILE)))
        except (OSError, ValueError, RecursionError):
            return None
        return found if found is not None and found.day == self._date() else None

    def go_on_from(self, before: Spent | None) -> None:
        """Count what was spent before this run."""
        if before is not None and before.day == self.today.day:
            self.today = _added(self.today, before)

    def add(self, cost: Cost, before: Cost | None = None) -> None:
        """Count a turn; ``before`` is what was counted for it when less was known."""
        today = self._date()
        if self.today.day != today:
            self.today = Spent(today)
        more = _of(today, cost, turns=1)
        if before is not None:
            less = _of(today, before, turns=1)
            more = Spent(
                today,
                more.usd - less.usd,
                more.input_tokens - less.input_tokens,
                more.output_tokens - less.output_tokens,
                0,
                more.is_whole,
            )
        self.today = _added(self.today, more)

    def save(self) -> None:
        """Write the sums. Touches the disk, and nothing else."""
        path = self._path
        if path is None:
            return
        spent = self.today
        text = json.dumps(
            {
                "day": spent.day.isoformat(),
                "usd": str(spent.usd),
                "input_tokens": spent.input_tokens,
                "output_tokens": spent.output_tokens,
                "turns": spent.turns,
                "is_whole": spent.is_whole,
            }
        )
        try:
            write_whole(path, text.encode())
        except OSError as error:
            log.info("today's cost could not be kept: %r", error)
            self._path = None


def _of(day: date, cost: Cost, *, turns: int) -> Spent:
    is_whole = not cost.unpriced and not cost.uncounted
    usd = cost.usd or Decimal(0)
    return Spent(day, usd, cost.input_tokens, cost.output_tokens, turns, is_whole)


def _added(first: Spent, second: Spent) -> Spent:
    return Spent(
        first.day,
        first.usd + second.usd,
        first.input_tokens + second.input_tokens,
        first.output_tokens + second.output_tokens,
        first.turns + second.turns,
        first.is_whole and second.is_whole,
    )


def _read(data: Any) -> Spent | None:
    try:
        usd = Decimal(str(data["usd"]))
        given, made, turns = (
            int(data[name]) for name in ("input_tokens", "output_tokens", "turns")
        )
        if not usd.is_finite() or usd < 0 or min(given, made, turns) < 0:
            return None
        day = date.fromisoformat(data["day"])
        return Spent(day, usd, given, made, turns, data.get("is_whole") is True)
    except (KeyError, TypeError, ValueError, AttributeError, InvalidOperation, OverflowError):
        return None  # written by somebody else
