"""Finds widgets as people do, by the name they are told, and stands in for the clock."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtWidgets import QLabel, QWidget

from voicedesk.ui.main_window import MainWindow

W = TypeVar("W", bound=QWidget)


def by_name(root: QWidget, name: str, kind: type[W]) -> W:
    """The one widget of a kind with this accessible name, or this text on it."""
    found = [
        widget
        for widget in root.findChildren(kind)
        if name in {widget.accessibleName(), getattr(widget, "text", str)()}
    ]
    assert len(found) == 1, f"{len(found)} widgets are called {name!r}"
    return found[0]


def read_on(root: QWidget) -> str:
    """All that labels say and can be seen, in the order in which they were made."""
    return " | ".join(label.text() for label in root.findChildren(QLabel) if label.isVisible())


def opened(window: QWidget, kind: type[W]) -> W:
    """The one dialog of a kind that is open beside a window."""
    found = [dialog for dialog in window.findChildren(kind) if dialog.isVisible()]
    assert len(found) == 1, f"{len(found)} of {kind.__name__} are open"
    return found[0]


class Stopwatch:
    """A clock that a test moves."""

    def __init__(self, window: MainWindow) -> None:
        self.at = 0.0
        window.talk_input._clock = lambda: self.at
