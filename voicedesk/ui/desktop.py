"""The clipboard and the browser, for the tools that may use them."""

from __future__ import annotations

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication


class QtDesktop:
    """What Qt knows of the desktop. Used on the GUI thread only."""

    async def clipboard_text(self) -> str:
        """The text on the clipboard; empty when there is none."""
        return QGuiApplication.clipboard().text()

    async def open_link(self, url: str) -> bool:
        """Open a web page in the user's browser. Returns whether that was possible."""
        return QDesktopServices.openUrl(QUrl(url))
