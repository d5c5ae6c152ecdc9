"""Where the link of an error leads: to the page of the settings that mends it, and to one that there is."""

from __future__ import annotations

import pytest

from voicedesk.audio.device_troubles import DeviceBusyError, DeviceReturnedError
from voicedesk.core.errors import (
    ConnectionLostError,
    EngineError,
    InsecureServerError,
    NoAnswerError,
    NoMicrophoneError,
    NoRecordingError,
    NoSpeakerError,
    ProtocolError,
    RateLimitError,
    SpentError,
    UnknownModelError,
    UnreachableError,
    VoiceDeskError,
    VoiceError,
    WrongKeyError,
)
from voicedesk.hotkey.base import KeyTakenError, KeyUnwatchableError
from voicedesk.servers import NoKeyError
from voicedesk.ui import wording
from voicedesk.ui.settings_schema import PAGES
from voicedesk.ui.wording import settings_page_for


@pytest.mark.parametrize(
    ("error", "page"),
    [
        (DeviceBusyError(device="D"), "sound"),
        (DeviceReturnedError(device="D"), "sound"),
        (NoMicrophoneError(), "sound"),
        (NoSpeakerError(), "sound"),
        (KeyTakenError(key="F9"), "talk"),
        (KeyUnwatchableError(reason="x"), "talk"),
        (NoRecordingError(), "privacy"),
        (VoiceError(reason="x").of_stage("speech"), "speak"),
        (WrongKeyError(server="S").of_stage("thinking"), "server"),
        (NoKeyError(server="S").of_stage("thinking"), "server"),
        (UnreachableError(server="S").of_stage("speech"), "server"),
        (InsecureServerError(server="S"), "server"),
        (ProtocolError(server="S").of_stage("transcription"), "server"),
        (UnknownModelError(server="S").of_stage("transcription"), "transcribe"),
        (UnknownModelError(server="S").of_stage("thinking"), "think"),
        (UnknownModelError(server="S").of_stage("speech"), "speak"),
        (UnknownModelError(server="S"), "realtime"),
        (EngineError(reason="x").of_stage("thinking"), "think"),
        (EngineError(reason="x"), "realtime"),
        (RateLimitError(server="S"), ""),
        (SpentError(server="S"), "server"),
        (NoAnswerError(server="S", seconds=5), ""),
        (ConnectionLostError(server="S"), ""),
    ],
)
def test_an_error_leads_to_where_it_is_mended(error: VoiceDeskError, page: str) -> None:
    assert settings_page_for(error) == page


def test_every_page_that_an_error_leads_to_is_there() -> None:
    names = {page.name for page in PAGES}
    assert {page for _, page in wording._PAGES} | set(wording._STAGE_PAGES.values()) <= names


def test_the_first_stage_that_failed_counts() -> None:
    error = UnknownModelError(server="S").of_stage("thinking").of_stage("speech")
    assert error.stage == "thinking"
