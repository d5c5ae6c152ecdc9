"""Failures in words: what statuses, bodies, headers and the system's own errors become."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from tests.providers.fake_http import openai_error
from voicedesk.core import errors
from voicedesk.core.errors import (
    ProtocolError,
    RateLimitError,
    ReplyFailedError,
    ServerError,
    SpentError,
    TooLongError,
    UnreachableError,
    WrongKeyError,
)
from voicedesk.providers.failures import (
    body_message,
    failure,
    message_failure,
    retry_after,
    status_failure,
)
from voicedesk.providers.profiles import QUIRKS, Address

ADDRESS = Address("Fake", "http://127.0.0.1:1/v1", "sk-secret", QUIRKS["compatible"])


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "250", "retry-after": "7"}, 0.25),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
    ],
)
def test_how_long_a_server_asks_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


def test_a_date_to_wait_until() -> None:
    until = datetime.now(UTC) + timedelta(seconds=90)
    seconds = retry_after({"retry-after": format_datetime(until, usegmt=True)})
    assert seconds is not None
    assert 60 < seconds <= 90


@pytest.mark.parametrize(
    ("body", "message", "code"),
    [
        (b'{"error": {"message": "m", "code": "c"}}', "m", "c"),
        (b'{"error": {"message": "m", "type": "t", "code": null}}', "m", "t"),
        (b'{"error": "m"}', "m", ""),
        (b'{"message": "m", "code": 5}', "m", "5"),
        (b'{"detail": "m"}', "m", ""),
        (b'{"detail": [{"loc": []}]}', "", ""),
        (b"[]", "", ""),
        (b"", "", ""),
        (b"<html>", "", ""),
        (b"[" * 100_000, "", ""),
    ],
)
def test_what_an_error_body_says(body: bytes, message: str, code: str) -> None:
    assert body_message(body) == (message, code)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, openai_error("too many", "context_length_exceeded"), TooLongError),
        (400, openai_error("bad field", "invalid_value"), ReplyFailedError),
        (400, "<html>", ProtocolError),
        (402, openai_error("pay", ""), SpentError),
        (402, "<html>", SpentError),
        (403, openai_error("no", "permission_denied"), WrongKeyError),
        (403, openai_error("not here", "unsupported_country_region_territory"), ServerError),
        (404, '{"error": {"message": "model \\"x\\" not found, try pulling it"}}', errors.UnknownModelError),
        (404, '{"detail": "Not Found"}', ProtocolError),
        (405, "", ProtocolError),
        (408, "", UnreachableError),
        (413, "<html>", TooLongError),
        (429, openai_error("pay", "insufficient_quota"), SpentError),
        (429, openai_error("slow down", "rate_limit_exceeded"), RateLimitError),
        (500, openai_error("it broke", "server_error"), ReplyFailedError),
        (502, "<html>", UnreachableError),
        (503, "", UnreachableError),
    ],
)  # fmt: skip
def test_what_a_status_means(status: int, body: str, kind: type[ServerError]) -> None:
    error = status_failure(status, {}, body.encode(), ADDRESS, model="x")
    assert type(error) is kind
    assert "Fake" in str(error)


def test_what_is_said_in_the_middle_of_a_stream() -> None:
    assert isinstance(message_failure("m", "rate_limit_exceeded", ADDRESS), RateLimitError)
    assert isinstance(message_failure("m", "invalid_api_key", ADDRESS), WrongKeyError)
    error = message_failure("it broke", "server_error", ADDRESS)
    assert str(error) == "Fake could not finish the answer: it broke. Try again."
    assert "gave no reason" in str(message_failure("", "", ADDRESS))


def test_what_is_no_failure_of_a_server() -> None:
    assert failure(ZeroDivisionError(), ADDRESS) is None
    mistake = TypeError()
    mistake.__cause__ = ConnectionResetError()
    assert failure(mistake, ADDRESS) is None
    ours = WrongKeyError()
    assert failure(ours, ADDRESS) is ours
