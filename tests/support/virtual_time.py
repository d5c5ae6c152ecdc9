"""A loop whose clock jumps to the next timer as soon as nothing else is to be done: an hour passes in a moment."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class VirtualLoop(asyncio.SelectorEventLoop):
    """For code that waits by the loop's clock alone: no sockets, no threads."""

    def __init__(self) -> None:
        self._passed = 0.0
        super().__init__()

    def time(self) -> float:
        return self._passed

    def pass_by(self, seconds: float) -> None:
        """Time passes in which nothing is done."""
        self._passed += seconds

    def _run_once(self) -> None:
        if not self._ready:  # type: ignore[attr-defined]
            timers = [t for t in self._scheduled if not t.cancelled()]  # type: ignore[attr-defined]
            if not timers:
                raise RuntimeError("everything waits, and nothing will ever happen")
            self._passed = max(self._passed, min(timer.when() for timer in timers))
        super()._run_once()  # type: ignore[misc]


def run_virtual(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine on a virtual clock that begins at 0."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work)


def stand_still(seconds: float) -> None:
    """Have the running virtual loop do nothing for a while, as if its process had not been let run."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    loop.pass_by(seconds)
