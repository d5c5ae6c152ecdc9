"""The texts of settings: marked where they are declared, translated where they are shown."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

_CONTEXT = "Settings"


def translated(text: str) -> str:
    """The text of a page in the user's language."""
    return QCoreApplication.translate(_CONTEXT, text)


def QT_TRANSLATE_NOOP(_context: str, text: str) -> str:
    """Marks a text for Qt's translation tools, which know this name. PySide's own does not say that it is a str."""
    return text
