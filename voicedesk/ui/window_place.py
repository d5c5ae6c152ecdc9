"""Where the window was, whole and compact, from one start to the next."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMainWindow

from voicedesk.disk import write_whole
from voicedesk.ui.roomy import room_for

log = logging.getLogger(__name__)

_FARTHEST = 100_000
"""No screen reaches so far, in pixels."""


@dataclass(frozen=True, slots=True)
class WindowPlace:
    """Without the window's frame, in pixels of the desktop.

    Attributes:
        size: Of the whole window; None for the default.
        whole: Where the whole window begins; None to leave that to the desktop.
        compact: The same of the compact one.
        is_maximized: Whether the whole window fills the screen; ``size`` and ``whole`` are then what it goes back to.
    """

    size: QSize | None = None
    whole: QPoint | None = None
    compact: QPoint | None = None
    is_maximized: bool = False


def fits(place: QRect) -> bool:
    """Whether a window there is in sight, on one of the screens that are there now."""
    return any(screen.availableGeometry().contains(place) for screen in QGuiApplication.screens())


def can_be_placed() -> bool:
    """Whether windows of this desktop know where they are and can be put somewhere; Wayland's cannot."""
    return not QGuiApplication.platformName().startswith("wayland")


def move_to(window: QMainWindow, place: QPoint | None) -> None:
    """Put a window somewhere, where it fits there."""
    if place is None or not can_be_placed():
        return
    wanted = QRect(place, window.geometry().size())
    if fits(wanted):
        window.setGeometry(wanted)


def put_back(window: QMainWindow, place: WindowPlace) -> None:
    """Give a window that is not shown yet its size and place, as far as the screens of now have room for them."""
    _make_it_fit(window)
    if place.size is not None and place.size.isValid():
        size = place.size.expandedTo(window.minimumSize())
        rooms = [screen.availableGeometry().size() for screen in QGuiApplication.screens()]
        if any(size.boundedTo(room) == size for room in rooms):
            window.resize(size)
            move_to(window, place.whole)
    if place.is_maximized:
        window.setWindowState(window.windowState() | Qt.WindowState.WindowMaximized)


def _make_it_fit(window: QMainWindow) -> None:
    """Let the default size of a window be no larger than the screen, which may be a small one at a large scale."""
    window.resize(window.size().boundedTo(room_for(window)).expandedTo(window.minimumSize()))


def load(file: Path) -> WindowPlace:
    """Read what was saved; the defaults where there is no such file, or nothing that makes sense in it."""
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return WindowPlace()
    except (OSError, ValueError) as error:
        log.info("the window's place cannot be read: %s", error)
        return WindowPlace()
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        log.info("the file of the window's place is broken")
        return WindowPlace()
    size, whole, compact = (_pair(data.get(name)) for name in ("size", "whole", "compact"))
    return WindowPlace(
        QSize(*size) if size is not None and min(size) > 0 else None,
        QPoint(*whole) if whole is not None else None,
        QPoint(*compact) if compact is not None else None,
        data.get("is_maximized") is True,
    )


def _pair(value: object) -> tuple[int, int] | None:
    match value:
        case [int() as first, int() as second] if max(abs(first), abs(second)) <= _FARTHEST:
            return first, second
    return None


def save(file: Path, place: WindowPlace) -> None:
    """Keep it for the next start.

    Raises:
        OSError: The disk is full or the folder cannot be written.
    """
    data = {
        "size": list(place.size.toTuple()) if place.size is not None else None,
        "whole": list(place.whole.toTuple()) if place.whole is not None else None,
        "compact": list(place.compact.toTuple()) if place.compact is not None else None,
        "is_maximized": place.is_maximized,
    }
    write_whole(file, json.dumps(data).encode())
