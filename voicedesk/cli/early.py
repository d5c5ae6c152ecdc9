"""What must be there before Qt may start, said in a sentence instead of a crash."""

from __future__ import annotations

import builtins
import ctypes
import gc
import os
import socket
import sys
from pathlib import Path

_QT_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
}
_XCB_LIBRARIES = {
    "libxcb.so.1": "libxcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
}


def hold_garbage() -> None:
    """No garbage collection while modules are loaded: they make no garbage, and it takes a tenth of the start."""
    gc.disable()


def load_qt() -> None:
    """Load Qt, and have Python import everything after it as before.

    Qt's Python part watches each import and reads the whole source of what was imported, in search of an optional spelling
    of its names that nothing here uses: an eighth of the start, and every source kept in memory.
    """
    import PySide6.QtCore  # noqa: F401 - it begins to watch with this

    plain = getattr(builtins, "__orig_import__", None)
    if plain is not None:
        builtins.__import__ = plain


def has_display() -> bool:
    """Whether a window could be seen. A platform that was chosen by name counts as one."""
    if not sys.platform.startswith("linux"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def _missing(libraries: dict[str, str]) -> list[str]:
    missing: list[str] = []
    for library, package in libraries.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            missing.append(package)
    return missing


def qt_problem() -> str | None:
    """Why Qt cannot start here, with the remedy; None if it can. A missing library would end the process."""
    if not sys.platform.startswith("linux"):
        return None
    missing = _missing(_QT_LIBRARIES)
    on_xcb = (os.environ.get("QT_QPA_PLATFORM") or "xcb").startswith("xcb")
    if on_xcb and os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
        missing += _missing(_XCB_LIBRARIES)
    if not missing:
        return _display_problem() if on_xcb else None
    return (
        "The window cannot open because system libraries are missing. Install them with:\n"
        f"  sudo apt-get install {' '.join(missing)}\n"
        "(or start VoiceDesk by scripts/run, which does it for you)."
    )


def _display_problem() -> str | None:
    """Why no display that is named can be used; Qt would end the process without a word to the user."""
    wayland, name = os.environ.get("WAYLAND_DISPLAY", ""), os.environ.get("DISPLAY", "")
    if wayland and _answers(wayland):
        return None
    if not name:
        return _unreachable(wayland) if wayland else None
    xcb = ctypes.CDLL("libxcb.so.1")
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(None, None))
    try:
        if not xcb.xcb_connection_has_error(connection):
            return None
    finally:
        xcb.xcb_disconnect(connection)
    return _unreachable(name)


def _answers(wayland: str) -> bool:
    """Whether somebody serves a Wayland display; its name may be left of a desktop that was, or be another user's."""
    path = Path(os.environ.get("XDG_RUNTIME_DIR", "")) / wayland
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            connection.connect(str(path))
        except OSError:
            return False
    return True


def _unreachable(name: str) -> str:
    return (
        f"The window cannot open because the display {name} cannot be reached. Start VoiceDesk on a desktop, or use "
        "a command that needs none: voicedesk ask FILE.wav, or voicedesk doctor."
    )
