"""The one monotonic clock of the application.

``time.perf_counter`` is monotonic on every system and, unlike ``time.monotonic`` on Windows before
Python 3.13, resolves microseconds. Every time in an event or a timeline is in its seconds.
"""

from __future__ import annotations

import time
from collections.abc import Callable

Clock = Callable[[], float]
"""A function that gives the present moment in seconds."""

now: Clock = time.perf_counter
