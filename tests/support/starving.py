"""Sound that was recorded while this computer was late: it says nothing of the application, and is recorded again.

A machine that is busy with other things starves the sound card now and then, which the device counts. A figure that was
missed while it counted nothing is a fault of ours, at once.
"""

import contextlib
from collections.abc import Awaitable, Callable, Iterator


class StarvedError(AssertionError):
    """A figure was missed, and the sound card went without sound meanwhile."""


@contextlib.contextmanager
def counting_starved(late: Callable[[], int]) -> Iterator[None]:
    """What fails in here is a ``StarvedError`` if the device has counted late blocks since the beginning."""
    before = late()
    try:
        yield
    except AssertionError as error:
        if late() == before:
            raise
        raise StarvedError(f"the sound card starved {late() - before} times: {error}") from error


async def fed(attempt: Callable[[], Awaitable[None]]) -> None:
    """Make an attempt, four times at most, until the sound card was fed in it."""
    for _ in range(3):
        with contextlib.suppress(StarvedError):
            return await attempt()
    return await attempt()
