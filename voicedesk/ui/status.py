"""What the application is doing, in one word: from the state of the turn and of the connection."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QCoreApplication

from voicedesk.core.events import Link
from voicedesk.core.turn import State


class Status(Enum):
    """The word at the top of the window. The value names the icon."""

    READY = "ready"
    LISTENING = "listening"
    THINKING = "thinking"
    SPEAKING = "speaking"
    CONNECTING = "connecting"
    RECONNECTING = "reconnecting"
    OFFLINE = "offline"
    ERROR = "error"

    @property
    def icon(self) -> str:
        """Name of the icon."""
        shown = Status.CONNECTING if self is Status.RECONNECTING else self
        return f"state-{shown.value}"


def status_of(state: State, link: Link) -> Status:
    """A turn under way says more than the connection; between turns the connection counts."""
    match state:
        case State.LISTENING | State.ENDING:
            return Status.LISTENING
        case State.THINKING:
            return Status.THINKING
        case State.SPEAKING:
            return Status.SPEAKING
        case State.FAILED:
            return Status.ERROR
        case State.READY:
            pass
    match link:
        case Link.CONNECTING:
            return Status.CONNECTING
        case Link.RECONNECTING:
            return Status.RECONNECTING
        case Link.CLOSED | Link.LOST:
            return Status.OFFLINE
        case Link.READY:
            return Status.READY


def status_word(status: Status) -> str:
    """The word, in the user's language."""
    words = {
        Status.READY: QCoreApplication.translate("Status", "Ready"),
        Status.LISTENING: QCoreApplication.translate("Status", "Listening"),
        Status.THINKING: QCoreApplication.translate("Status", "Thinking"),
        Status.SPEAKING: QCoreApplication.translate("Status", "Speaking"),
        Status.CONNECTING: QCoreApplication.translate("Status", "Connecting"),
        Status.RECONNECTING: QCoreApplication.translate("Status", "Reconnecting"),
        Status.OFFLINE: QCoreApplication.translate("Status", "Offline"),
        Status.ERROR: QCoreApplication.translate("Status", "Error"),
    }
    return words[status]
