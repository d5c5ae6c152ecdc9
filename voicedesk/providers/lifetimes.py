"""How long a realtime session lasts, and when a fresh one has to take its place."""

from __future__ import annotations

import time
from collections.abc import Mapping

LONGEST_SESSION = 3600.0
"""What a server allows that does not say how long; OpenAI's figure."""
SHORTEST_SESSION = 60.0
_LATEST = 1e11
"""Seconds since 1970: what lies beyond is no moment at which a session ends, but milliseconds, or nonsense."""
RENEW_BEFORE = 300.0
RENEW_AGAIN_AFTER = 60.0
"""Seconds until the next attempt when a fresh session could not be had."""


def said_lifetime(session: object) -> float | None:
    """Seconds from now on until the server ends a session, by its own words; None when it does not say.

    Args:
        session: As it stands in ``session.created`` and ``session.updated``.
    """
    ends = session.get("expires_at") if isinstance(session, Mapping) else None
    if isinstance(ends, int | float) and not isinstance(ends, bool) and 0 < ends < _LATEST:
        return ends - time.time()  # the server counts the seconds of the calendar
    return None


def renew_after(lifetime: float | None) -> float:
    """Seconds after a session's beginning from which on a fresh one should take its place.

    Args:
        lifetime: How long it was said to last, in seconds; None when nothing was said.
    """
    if lifetime is None or lifetime < SHORTEST_SESSION:
        lifetime = LONGEST_SESSION  # no such session exists: one of the two clocks is wrong
    return max(lifetime - RENEW_BEFORE, lifetime / 2.0)
