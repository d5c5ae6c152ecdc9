"""What the window says about a run that ended badly, and about what goes wrong unexpectedly in this one."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QGuiApplication

from voicedesk.ui.messages import Messages

_TOPIC = "crash"


def tell_unexpected(messages: Messages) -> None:
    """Something went wrong that nobody thought of, and the application goes on."""
    messages.show_message(
        _TOPIC,
        lambda: QCoreApplication.translate(
            "Crash",
            "Something unexpected went wrong. VoiceDesk goes on; start it again if it does not behave.",
        ),
    )


def offer_report(messages: Messages, report: str) -> None:
    """Offer the report of the run before. It goes nowhere unless the user copies it."""

    def copy() -> None:
        QGuiApplication.clipboard().setText(report)
        messages.show_message(
            _TOPIC,
            lambda: QCoreApplication.translate(
                "Crash", "The report has been copied to the clipboard."
            ),
        )

    messages.show_message(
        _TOPIC,
        lambda: QCoreApplication.translate(
            "Crash",
            "Something went wrong in VoiceDesk the last time. You can copy a report of it for whoever helps you; "
            "it holds no keys.",
        ),
        lambda: QCoreApplication.translate("Crash", "Copy Report"),
        copy,
    )
