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
    """What goes on, for the user: what the turn does, unless all there is to do is to wait for the connection.

    Who talks or listens is not disturbed; a turn that waits, or has failed, says less than when the next try is.
    """
    match state:
        case State.LISTENING | State.ENDING:
            return Status.LISTENING
        case State.SPEAKING:
            return Status.SPEAKING
        case State.THINKING:
            return Status.RECONNECTING if link is Link.RECONNECTING else Status.THINKING
        case State.FAILED if link not in {Link.CONNECTING, Link.RECONNECTING}:
            return Status.ERROR
        case State.FAILED | State.READY:
            return _status_of_link(link)


def turn_status(state: State) -> Status:
    """What the turn does, and so what a press of the talk key would do, whatever becomes of the connection."""
    return status_of(state, Link.READY)


def _status_of_link(link: Link) -> Status:
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
