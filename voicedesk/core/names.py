"""Names that a server gives to what it makes, within bounds: they are kept with what they name."""

from __future__ import annotations

LONGEST_NAME = 256
"""Characters."""


def name_of(value: object) -> str:
    """A server's name for something: of one that never ends the beginning, and empty where it gives none."""
    return value[:LONGEST_NAME] if isinstance(value, str) else ""
