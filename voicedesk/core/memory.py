"""Memory that was used once and is free again, given back to the system.

GNU's C library gives each thread a heap of its own, up to eight for each core, and learns from large blocks that were
freed to keep ever more: a heap's free end stays below a limit that grows to megabytes, and ``malloc_trim`` gives back
the free end of the first heap alone. With the threads of sound, files and connections the application grew by some
tens of megabytes in a talk of hours in which what it had in use stayed the same.
"""

from __future__ import annotations

import ctypes
import queue
import sys
from collections.abc import Callable
from functools import cache
from typing import TypeVar

EVERY_S = 60.0
"""How often giving back is worth its while: it takes some milliseconds."""
REST_S = 2.0
"""Nothing to do for so long is rest: whoever goes on talking is not to be held up."""

MOST_HEAPS = 2
"""Python lets one thread run at a time: there is little to be had by more."""
MOST_FREE = 128 * 1024
"""Bytes free at a heap's end from which on it is given back as it comes; said once, it is learned no more."""
LARGE = 64 * 1024
"""Bytes from which on a block has pages of its own, which go back at once: sound of a second and a half, say."""

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # of mallopt(3)

T = TypeVar("T")


@cache
def _library() -> ctypes.CDLL | None:
    """The C library, where it is GNU's, which keeps what lies between two things in use."""
    if sys.platform != "linux":
        return None
    try:
        library = ctypes.CDLL(None)
        _ = library.malloc_trim, library.mallopt
    except (OSError, AttributeError):
        return None  # another C library
    return library


def keep_little() -> bool:
    """Have this process keep little of what is free, from now on. Early is best: a heap that is there stays.

    Returns whether that can be had.
    """
    library = _library()
    if library is None:
        return False
    wishes = {_ARENA_MAX: MOST_HEAPS, _TRIM_THRESHOLD: MOST_FREE, _MMAP_THRESHOLD: LARGE}
    granted = [library.mallopt(name, value) == 1 for name, value in wishes.items()]
    return all(granted)


def give_back() -> bool:
    """Give back what is free. Returns whether there was any, as far as that can be known."""
    library = _library()
    return library is not None and library.malloc_trim(0) == 1


def next_of(
    requests: queue.SimpleQueue[T],
    *,
    rest_s: float = REST_S,
    give: Callable[[], object] = give_back,
) -> T:
    """What a process that serves requests has to do next; while nothing comes, free memory is given back once."""
    try:
        return requests.get(timeout=rest_s)
    except queue.Empty:
        give()
        return requests.get()
