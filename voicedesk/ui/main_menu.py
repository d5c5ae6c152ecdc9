"""The menu of the main window, and how parts of the window are let go of when it is made anew."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

Entry = tuple[str, str, Callable[[], object]] | QAction
"""What stands in the menu, its keys (none when empty), and what it does; or an action that others look after."""


def make_menu(window: QWidget, entries: Iterable[Entry], *, lines: Container[int] = ()) -> QMenu:
    """A menu whose keys work in the whole window.

    Args:
        window: Gets the keys.
        entries: From top to bottom.
        lines: Before which of the entries, counted from 0, there is a line.
    """
    menu = QMenu(window)
    menu.setStyleSheet("QMenu { menu-scrollable: 1; }")  # else it gets wider than a low screen
    for place, entry in enumerate(entries):
        if place in lines:
            menu.addSeparator()
        item = entry if isinstance(entry, QAction) else _made(window, *entry)
        menu.addAction(item)
        window.addAction(item)
    return menu


def _made(window: QWidget, text: str, keys: str, action: Callable[[], object]) -> QAction:
    item = QAction(text, window)
    item.setShortcut(QKeySequence(keys))
    item.triggered.connect(lambda _checked=False: action())
    return item


def own_actions(window: QWidget) -> list[QAction]:
    """The actions that the window itself has made; others may have added theirs."""
    return [action for action in window.actions() if action.parent() is window]


def discard(parts: Iterable[QObject | None]) -> None:
    """Let go of parts of a window: out of sight at once, and gone when nothing runs in them any more."""
    for part in parts:
        if isinstance(part, QWidget):
            part.close()
        if isinstance(part, QAction):
            part.setEnabled(False)  # its keys belong to the new one from now on
        if part is not None:
            part.deleteLater()


def take_out(parts: Iterable[QWidget], parent: QWidget) -> Callable[[], None]:
    """Save parts from a window that goes. The returned call shows those again that were shown."""
    shown = []
    for part in parts:
        if not part.isHidden():
            shown.append(part)
        part.setParent(parent)

    def show() -> None:
        for part in shown:
            part.show()

    return show
