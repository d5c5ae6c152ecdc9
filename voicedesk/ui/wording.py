"""Sentences for people: errors and hints in the user's language, durations as they are read."""

from __future__ import annotations

import math

from PySide6.QtCore import QCoreApplication, QLocale

from voicedesk.core.errors import (
    DeviceError,
    EngineError,
    InsecureServerError,
    NoMicrophoneError,
    NoRecordingError,
    NoSpeakerError,
    NoWordsError,
    ProtocolError,
    SpentError,
    UnknownModelError,
    UnreachableError,
    VoiceDeskError,
    VoiceError,
    WrongKeyError,
)
from voicedesk.core.events import HintKind, TurnFailed, Waiting
from voicedesk.hotkey.base import KeyTakenError, KeyUnwatchableError

_STAGE_PAGES = {"transcription": "transcribe", "thinking": "think", "speech": "speak"}
"""Where each stage of the classic chain has its model and its server."""
_PAGES: tuple[tuple[type[VoiceDeskError], str], ...] = (
    (DeviceError, "sound"),
    (NoMicrophoneError, "sound"),
    (NoSpeakerError, "sound"),
    (KeyTakenError, "talk"),
    (KeyUnwatchableError, "talk"),
    (NoRecordingError, "privacy"),
    (VoiceError, "speak"),
    (WrongKeyError, "server"),
    (InsecureServerError, "server"),
    (UnreachableError, "server"),
    (ProtocolError, "server"),
    (SpentError, "server"),
)
_OF_THE_STAGE = (UnknownModelError, EngineError, NoWordsError)
"""Mended where the stage's model and server are chosen."""


def error_sentence(error: VoiceDeskError) -> str:
    """The sentence of an error, translated."""
    sentence = QCoreApplication.translate("errors", type(error).sentence)
    return error.fill(sentence, lambda reason: QCoreApplication.translate("reasons", reason))


def settings_page_for(error: VoiceDeskError) -> str:
    """The page of the settings where an error can be mended, empty when there is none."""
    if isinstance(error, _OF_THE_STAGE):
        return _STAGE_PAGES.get(error.stage, "realtime")
    return next((page for kind, page in _PAGES if isinstance(error, kind)), "")


def error_note(event: TurnFailed) -> tuple[str, str]:
    """The note of a failed turn, and the page of the settings where it can be mended."""
    return error_sentence(event.error), settings_page_for(event.error)


def hint_sentence(hint: HintKind, is_sent: bool) -> str:  # noqa: FBT001 - the shape of HintSentence
    """The note for a hint. ``is_sent``: the take had gone to the server already."""
    match hint:
        case HintKind.TOO_SHORT:
            return QCoreApplication.translate(
                "Hints", "That was too short. Hold the key for as long as you talk."
            )
        case HintKind.NO_SPEECH:
            return QCoreApplication.translate(
                "Hints", "No speech was heard. Check that the right microphone is chosen."
            )
        case HintKind.CANCELLED if is_sent:
            return QCoreApplication.translate("Hints", "Stopped.")
        case HintKind.CANCELLED:
            return QCoreApplication.translate("Hints", "Cancelled. Nothing was sent.")
        case HintKind.CAP_REACHED:
            return QCoreApplication.translate(
                "Hints", "Recording was ended because it had reached the longest time allowed."
            )
        case HintKind.BAD_SOUND:
            return QCoreApplication.translate(
                "Hints", "A damaged piece of the answer's sound was left out."
            )


def wait_sentence(event: Waiting) -> str:
    """The note for a server that asks to wait. Whole seconds, and never too few."""
    return QCoreApplication.translate(
        "Hints", "{server} asks to wait {seconds} s. It goes on by itself."
    ).format(server=event.server, seconds=QLocale().toString(max(1, math.ceil(event.seconds))))


def seconds(milliseconds: float) -> str:
    """A duration as it is read: "0.62 s"."""
    return QCoreApplication.translate("Figures", "{} s").format(
        QLocale().toString(milliseconds / 1000.0, "f", 2)
    )


def whole_milliseconds(milliseconds: float) -> str:
    """A duration in whole milliseconds: "530 ms"."""
    return QCoreApplication.translate("Figures", "{} ms").format(
        QLocale().toString(round(milliseconds))
    )
