"""Memory that was used once and is free again, given back to the system."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from functools import cache

EVERY_S = 60.0
"""How often that is worth its while: it takes some milliseconds."""


@cache
def _trim() -> Callable[[int], int] | None:
    """The C library's own, where it has one: GNU's, which keeps what lies between two things in use."""
    if sys.platform != "linux":
        return None
    try:
        trim: Callable[[int], int] = ctypes.CDLL(None).malloc_trim
    except (OSError, AttributeError):
        return None  # another C library
    return trim


def give_back() -> bool:
    """Give back what is free. Returns whether there was any, as far as that can be known."""
    trim = _trim()
    return trim is not None and trim(0) == 1
