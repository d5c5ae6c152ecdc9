"""Figures and their bounds: what every benchmark gives, and how it is printed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import groupby

_NAME = 52
_FIGURE = 10


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
        beside: The same work done by others in the same run, by their names; None for one that could not do it.
    """

    name: str
    value: float | None
    unit: str
    bound: float | None = None
    peer: float | None = None
    note: str = ""
    beside: Mapping[str, float | None] = field(default_factory=dict)

    @property
    def holds(self) -> bool | None:
        """Whether the bound is met; None where there is no bound or no figure."""
        if self.bound is None or self.value is None:
            return None
        return self.value <= self.bound


def as_table(results: Iterable[Result]) -> str:
    """The figures for people: those with the same others beside them under one heading."""
    lines: list[str] = []
    for others, group in groupby(results, lambda result: tuple(result.beside)):
        heading = others or ("sample",)
        widths = [max(_FIGURE, len(name) + 2) for name in heading]
        names = "".join(f"{name:>{width}}" for name, width in zip(heading, widths, strict=True))
        lines.append(f"{'figure':<{_NAME}}{'value':>{_FIGURE}}{'bound':>{_FIGURE}}{names}  unit")
        for result in group:
            lines.append(_row(result, widths))
            if result.note:
                lines.append(f"    {result.note}")
    return "\n".join(lines)


def _row(result: Result, widths: Sequence[int]) -> str:
    mark = {True: "", False: "  MISSED", None: ""}[result.holds]
    figures = tuple(result.beside.values()) or (result.peer,)
    others = "".join(
        f"{_number(figure):>{width}}" for figure, width in zip(figures, widths, strict=True)
    )
    return (
        f"{result.name:<{_NAME}}{_number(result.value):>{_FIGURE}}{_number(result.bound):>{_FIGURE}}"
        f"{others}  {result.unit}{mark}"
    )


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"


def as_json(results: Iterable[Result]) -> str:
    """The figures for programs."""
    return json.dumps([{**asdict(result), "holds": result.holds} for result in results], indent=2)
