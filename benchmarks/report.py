"""Figures and their bounds: what every benchmark gives, and how it is printed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """One measured figure.

    Attributes:
        name: What was measured.
        value: The figure; None when it could not be measured here.
        unit: Its unit.
        bound: The figure to hold; None where there is none.
        peer: The same work done the way of the sample that ours is compared with; None where there is none.
        note: How it was measured.
    """

    name: str
    value: float | None
    unit: str
    bound: float | None = None
    peer: float | None = None
    note: str = ""

    @property
    def holds(self) -> bool | None:
        """Whether the bound is met; None where there is no bound or no figure."""
        if self.bound is None or self.value is None:
            return None
        return self.value <= self.bound


def as_table(results: Iterable[Result]) -> str:
    """The figures for people."""
    lines = [f"{'figure':<52}{'value':>10}{'bound':>10}{'sample':>10}  unit"]
    for result in results:
        mark = {True: "", False: "  MISSED", None: ""}[result.holds]
        lines.append(
            f"{result.name:<52}{_number(result.value):>10}{_number(result.bound):>10}"
            f"{_number(result.peer):>10}  {result.unit}{mark}"
        )
        if result.note:
            lines.append(f"    {result.note}")
    return "\n".join(lines)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"


def as_json(results: Iterable[Result]) -> str:
    """The figures for programs."""
    return json.dumps([{**asdict(result), "holds": result.holds} for result in results], indent=2)
