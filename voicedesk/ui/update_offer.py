"""What the window says about a newer version, and about a list of versions that is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QUrl
from PySide6.QtGui import QDesktopServices

from voicedesk import __version__
from voicedesk.ui.messages import Messages

if TYPE_CHECKING:
    from voicedesk.updates import Release

_TOPIC = "updates"


def tell_release(messages: Messages, release: Release) -> None:
    """Say that there is a newer version and where; the page opens on a click."""

    def open_page() -> None:
        QDesktopServices.openUrl(QUrl(release.page))

    def sentence() -> str:
        return QCoreApplication.translate(
            "Updates", "VoiceDesk {version} is there; this is {current}. You find it at {page}"
        ).format(version=release.version, current=__version__, page=release.page)

    messages.show_message(
        _TOPIC,
        sentence,
        lambda: QCoreApplication.translate("Updates", "Open Page"),
        open_page,
    )


def tell_broken_list(messages: Messages) -> None:
    """Say that the address in the settings leads to no list of versions."""
    messages.show_message(
        _TOPIC,
        lambda: QCoreApplication.translate(
            "Updates",
            "It cannot be told whether there is a newer VoiceDesk: what is at the address in the settings is no list "
            "of versions. Check the address, or switch this off.",
        ),
        lambda: QCoreApplication.translate("Updates", "Open Settings"),
        lambda: messages.settings_wanted.emit("privacy"),
    )
