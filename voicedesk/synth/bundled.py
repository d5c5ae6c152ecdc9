"""espeak-ng as it comes inside the packaged application, so that a fresh Linux desktop speaks."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

FOLDER = "espeak-ng"
"""Below the packaged application's own folder; its library and its data are in it."""

_LIBRARY = "libespeak-ng.so.1"


def bundled_espeak() -> Path | None:
    """The folder of the espeak-ng that came with us; None where it is the system's to have one."""
    inside: str | None = getattr(sys, "_MEIPASS", None)  # set by PyInstaller
    if inside is None:
        return None
    folder = Path(inside) / FOLDER
    return folder if (folder / _LIBRARY).exists() else None


def load_bundled_espeak() -> None:
    """Load ours before anybody asks for one: a library that is loaded is found by its name.

    Its data must fit to it, so the place of the system's is not looked at. A name that the user has set counts.

    Raises:
        OSError: It cannot be loaded.
    """
    folder = bundled_espeak()
    if folder is None:
        return
    os.environ.setdefault("ESPEAK_DATA_PATH", str(folder))
    ctypes.CDLL(str(folder / _LIBRARY))
