"""The one monotonic clock of the application, and the one that tells of sleep.

``time.perf_counter`` is monotonic on every system and, unlike ``time.monotonic`` on Windows before
Python 3.13, resolves microseconds. Every time in an event or a timeline is in its seconds.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

Clock = Callable[[], float]
"""A function that gives the present moment in seconds."""

now: Clock = time.perf_counter


def slept() -> float:
    """Seconds for which this machine has slept. Only the difference of two calls means something.

    It does not grow while a busy machine lets this process wait, or when somebody sets the clock on the wall.
    """
    return _running_on() - _awake()


if sys.platform == "win32":
    import ctypes

    def _running_on() -> float:
        return time.monotonic()

    def _awake() -> float:
        passed = ctypes.c_ulonglong()
        ctypes.windll.kernel32.QueryUnbiasedInterruptTime(ctypes.byref(passed))
        return passed.value / 1e7  # it counts in units of 100 ns

elif sys.platform == "darwin":

    def _running_on() -> float:
        return time.clock_gettime(time.CLOCK_MONOTONIC)

    def _awake() -> float:
        return time.clock_gettime(time.CLOCK_UPTIME_RAW)

else:

    def _running_on() -> float:
        return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))

    def _awake() -> float:
        return time.clock_gettime(time.CLOCK_MONOTONIC)
