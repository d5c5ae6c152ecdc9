"""What is copied goes into the clipboard, and a screen reader is told so: nothing else tells."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from voicedesk.ui.announce import announce


def copied() -> str:
    """What is said of something that is in the clipboard now."""
    return QCoreApplication.translate("Clipboard", "Copied")


def copy_text(widget: QWidget, text: str) -> None:
    """Put a text into the clipboard; ``widget`` is where it was copied."""
    QGuiApplication.clipboard().setText(text)
    announce(widget, copied())
