"""Free memory goes back to the system: at once where much of it was in one place, by the rest of a process elsewhere."""

from __future__ import annotations

import ctypes
import queue
import subprocess
import sys
import textwrap

import pytest

from voicedesk.core import memory

needs_gnu = pytest.mark.skipif(
    sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "malloc_trim"),
    reason="another C library",
)


def test_what_the_system_cannot_do_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    memory._library.cache_clear()
    assert memory.give_back() is False
    assert memory.keep_little() is False
    memory._library.cache_clear()


@needs_gnu
def test_what_lies_free_between_things_in_use_is_given_back() -> None:
    pieces = [bytes(9_000) for _ in range(2_000)]
    del pieces[::2]
    assert memory.give_back() is True
    assert len(pieces) == 1_000


def test_a_process_gives_back_once_while_it_has_nothing_to_do() -> None:
    requests: queue.SimpleQueue[str] = queue.SimpleQueue()
    given: list[str] = []

    def give() -> None:
        given.append("given")
        requests.put("second")

    requests.put("first")
    assert memory.next_of(requests, rest_s=0.0, give=give) == "first"
    assert given == []
    assert memory.next_of(requests, rest_s=0.0, give=give) == "second"
    assert given == ["given"]


_THREADS = """
    import ctypes, re, sys, threading
    from pathlib import Path
    from voicedesk.core import memory

    def own():
        text = Path("/proc/self/smaps_rollup").read_text()
        return int(re.search(r"Anonymous: +([0-9]+) kB", text)[1]) * 1024

    if sys.argv[1] == "keeps":
        assert memory.keep_little()
    large = bytearray(8 << 20)
    del large  # from which the C library learns to keep much, unless it was told
    allocate, free = ctypes.CDLL(None).malloc, ctypes.CDLL(None).free
    allocate.restype, free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
    go_on, at_work = threading.Event(), threading.Barrier(9)

    def work():
        blocks = [0] * 400  # nothing else is to lie among them or behind them
        at_work.wait()
        for index in range(400):
            blocks[index] = allocate(9_000)
            ctypes.memset(blocks[index], 1, 9_000)
        for block in reversed(blocks):
            free(block)
        at_work.wait()
        go_on.wait()

    before = own()
    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    at_work.wait()
    at_work.wait()
    memory.give_back()
    print(own() - before)
    go_on.set()
    for thread in threads:
        thread.join()
"""


def _kept(how: str) -> int:
    """Bytes that a process keeps of 29 MB that eight of its threads had in use a moment ago."""
    command = [sys.executable, "-c", textwrap.dedent(_THREADS), how]
    return int(subprocess.run(command, capture_output=True, check=True).stdout)


@needs_gnu
def test_the_heaps_of_threads_keep_little_of_what_is_free() -> None:
    assert _kept("keeps") < 3_000_000
    assert _kept("learns") > 20_000_000  # else the test shows nothing
