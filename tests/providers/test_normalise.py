"""Events of any dialect in today's names."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicedesk.core.errors import (
    ConnectionLostError,
    RateLimitError,
    ReplyFailedError,
    SpentError,
    UnknownModelError,
    WrongKeyError,
)
from voicedesk.providers.profiles import Address, Quirks
from voicedesk.providers.realtime import normalise, server_error

ADDRESS = Address("S", "https://x", "k", Quirks())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("response.audio.delta", "response.output_audio.delta"),
        ("response.audio_transcript.done", "response.output_audio_transcript.done"),
        ("response.text.delta", "response.output_text.delta"),
        ("conversation.item.created", "conversation.item.added"),
        ("response.output_audio.delta", "response.output_audio.delta"),
        ("response.done", "response.done"),
    ],
)
def test_beta_names_become_todays(old: str, new: str) -> None:
    assert normalise({"type": old, "x": 1}) == {"type": new, "x": 1}


def test_a_flat_error_gets_its_shape() -> None:
    event = normalise({"type": "error", "message": "no", "code": "c"})
    assert event["error"] == {"message": "no", "code": "c"}
    assert normalise({"type": "error", "error": "no"})["error"] == {"message": "no"}


@given(st.dictionaries(st.text(), st.none() | st.integers() | st.text() | st.lists(st.none())))
def test_anything_gets_a_type(event: dict[str, Any]) -> None:
    assert isinstance(normalise(event)["type"], str)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("invalid_api_key", WrongKeyError),
        ("model_not_found", UnknownModelError),
        ("rate_limit_exceeded", RateLimitError),
        ("insufficient_quota", SpentError),
        ("session_expired", ConnectionLostError),
        ("server_error", ReplyFailedError),
        ("", ReplyFailedError),
    ],
)
def test_codes_become_errors_with_sentences(code: str, kind: type[Exception]) -> None:
    error = server_error({"code": code, "message": "Because"}, ADDRESS, "m")
    assert type(error) is kind
    assert "S" in str(error)
