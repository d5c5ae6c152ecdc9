"""Files that are there as a whole or not at all, and are nobody else's to read."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def replacement(path: Path, *, prefix: str = "") -> Iterator[Path]:
    """Another file beside this one, which takes its place at the end; where the body fails, nothing has changed.

    Args:
        path: The file to be replaced, in a folder that is there.
        prefix: How the name of the unfinished file begins; a crash leaves it behind. By default the file's own name.

    Raises:
        OSError: The folder cannot be written.
    """
    # Such a file is its owner's alone from the first moment, and keeps that when it is renamed.
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=prefix or f".{path.stem}-")
    os.close(handle)
    unfinished = Path(name)
    try:
        yield unfinished
        unfinished.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise


def write_whole(path: Path, data: bytes) -> None:
    """Write a file, and its folder where there is none. A crash or a power cut leaves the old file or the new one.

    Raises:
        OSError: The disk is full or the folder cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacement(path) as unfinished, unfinished.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
