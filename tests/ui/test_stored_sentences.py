"""Why a turn failed is stored in English and shown in the language of the window."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as ET

import pytest
from PySide6.QtWidgets import QApplication

from voicedesk.conversation.store.model import Recording, TakeState, Unanswered
from voicedesk.core.errors import (
    NoAnswerError,
    NoWordsError,
    ReplyFailedError,
    UnreachableError,
    VoiceDeskError,
    WrongKeyError,
)
from voicedesk.core.reasons import OUR_FAULT, Reason, network_reason
from voicedesk.core.resources import resource_path
from voicedesk.providers.failures import limit_failure, status_failure, wrong_content
from voicedesk.providers.profiles import Address, Quirks
from voicedesk.ui import translation
from voicedesk.ui.stored_sentences import REASONS, stored_sentence
from voicedesk.ui.unanswered_model import reason_of
from voicedesk.ui.wording import error_sentence

ADDRESS = Address("Beispiel", "https://example.test/v1", "", Quirks())
ERRORS = [
    WrongKeyError(server="Beispiel: eins"),
    NoWordsError(),
    NoAnswerError(server="S", seconds=30.0),
    UnreachableError("raw", server="S", reason=network_reason(ConnectionRefusedError())),
    ReplyFailedError("raw", server="S", reason="Der Server sagt: {was er will}."),
    status_failure(503, {}, b"", ADDRESS),
    wrong_content({"content-type": "text/html"}, ADDRESS, wanted="sound"),
    limit_failure("Slow down", ADDRESS, wait=3.2),
    VoiceDeskError("raw", reason=OUR_FAULT),
]


@pytest.fixture
def german(qapp: QApplication) -> Iterator[None]:
    translators = translation.install(qapp, "de")
    yield
    for translator in translators:
        qapp.removeTranslator(translator)
        translator.deleteLater()


def ids(error: VoiceDeskError) -> str:
    return type(error).__name__


@pytest.mark.parametrize("error", ERRORS, ids=ids)
def test_a_stored_sentence_is_said_in_german(german: None, error: VoiceDeskError) -> None:
    said = stored_sentence(str(error))
    assert said == error_sentence(error)
    assert said != str(error)


@pytest.mark.parametrize("error", ERRORS, ids=ids)
def test_it_stays_as_it_is_in_english(qapp: QApplication, error: VoiceDeskError) -> None:
    assert stored_sentence(str(error)) == str(error)


@pytest.mark.parametrize("text", ["", "Something of an older release", "{reason}", "x" * 3000])
def test_what_nobody_knows_stays_as_it_is(german: None, text: str) -> None:
    assert stored_sentence(text) == text


def test_all_reasons_with_values_are_known_again() -> None:
    for path in resource_path("translations").glob("sentences_*.ts"):
        contexts = {
            each.findtext("name"): each for each in ET.parse(path).getroot().iter("context")
        }
        sources = (each.findtext("source", "") for each in contexts["reasons"].iter("message"))
        assert {source for source in sources if "{" in source} == set(REASONS)


def test_every_reason_with_values_is_told_from_the_others(german: None) -> None:
    for template in REASONS:
        names = ("status", "seconds", "bits", "channels", "rate", "place", "code")
        others = ("kind", "came", "wanted", "where", "key", "said")
        reason = Reason(template, **dict.fromkeys((*names, *others), "7"))
        error = UnreachableError("raw", server="S", reason=reason)
        assert stored_sentence(str(error)) == error_sentence(error)


def test_the_dialog_of_unanswered_takes_says_it_in_german(german: None) -> None:
    recording = Recording(
        id="r",
        kind="take",
        turn="t",
        state=TakeState.FAILED,
        cut=False,
        created_at=0.0,
        seconds=2.0,
    )
    take = Unanswered(recording, "", str(NoWordsError()))
    assert reason_of(take) == error_sentence(NoWordsError())
