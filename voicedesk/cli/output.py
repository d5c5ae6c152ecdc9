"""What the command line prints, and what it says when that arrives nowhere. Loads nothing: every start passes here."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


class OutputError(Exception):
    """What is printed goes to a file or device that does not take it; as text a sentence for people."""

    def __init__(self, cause: OSError) -> None:
        from voicedesk.core.reasons import disk_reason

        super().__init__(f"The results cannot be printed: {disk_reason(cause)}.")


def tell(text: str) -> None:
    """Print a result at once, so that it is known here whether it arrived.

    Raises:
        OutputError: It was not taken.
        BrokenPipeError: Its reader has gone.
    """
    with _taken():
        print(text, flush=True)


def flush() -> None:
    """See whether all that was printed has arrived.

    Raises:
        OutputError: It was not taken.
        BrokenPipeError: Its reader has gone.
    """
    with _taken():
        if sys.stdout is not None and not sys.stdout.closed:
            sys.stdout.flush()


def let_go() -> None:
    """Print nowhere any more: what is left would be tried once more at the end, and complained of."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


@contextmanager
def _taken() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(error) from error
