"""What a server counts of a turn, within bounds: it is kept in memory, in the history and in reports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

DEEPEST = 8
"""Levels of a count."""
MOST_ENTRIES = 256
"""Of all its levels together."""
LONGEST_TEXT = 256
"""Characters of a name or a text in it."""
_LARGEST = 2**63


def counted(usage: object) -> dict[str, Any] | None:
    """A count as a server gives it, without what is beyond the bounds; None where it gives none."""
    if not isinstance(usage, Mapping):
        return None
    bounded: dict[str, Any] = _within(usage, DEEPEST, iter(range(MOST_ENTRIES)))
    return bounded


def _within(value: object, levels: int, left: Iterator[int]) -> Any:
    """A value, and None in place of one that no count holds. What is ``left`` of the entries is shared by all levels."""
    if isinstance(value, Mapping) and levels:
        return {
            str(name)[:LONGEST_TEXT]: _within(each, levels - 1, left)
            for (name, each), _ in zip(value.items(), left, strict=False)
        }
    if isinstance(value, list) and levels:
        return [_within(each, levels - 1, left) for each, _ in zip(value, left, strict=False)]
    if isinstance(value, str):
        return value[:LONGEST_TEXT]
    if isinstance(value, bool | int | float) and abs(value) < _LARGEST:
        return value
    return None
