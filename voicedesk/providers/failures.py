"""What goes wrong with a request, as one of our errors with one clear sentence.

Knows the failures of the ``openai`` package and of the HTTP client under it, without importing either: who has such an
error in hand has imported them.
"""

from __future__ import annotations

import asyncio
import json
import math
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from voicedesk.core.errors import (
    ConnectionLostError,
    NoAnswerError,
    ProtocolError,
    RateLimitError,
    ReplyFailedError,
    ServerError,
    SpentError,
    TooLongError,
    UnknownModelError,
    UnreachableError,
    WrongKeyError,
)
from voicedesk.core.reasons import Reason, network_reason
from voicedesk.core.redaction import redactor
from voicedesk.providers.profiles import Address

if TYPE_CHECKING:
    import httpx2

_KEY_CODES = {"invalid_api_key", "authentication_error", "permission_denied"}
_MODEL_CODES = {"model_not_found", "invalid_model"}
_LIMIT_CODES = {"quota_exceeded", "too_many_requests"}
_SPENT_CODES = {"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"}
_LENGTH_CODES = {"context_length_exceeded", "string_above_max_length"}
_REFUSED_BY_END: dict[int, type[ServerError]] = {
    1008: ServerError,  # a breach of its policy, in its own words
    3000: WrongKeyError,
    3003: WrongKeyError,
    4000: ServerError,
}
"""What a server means that ends a connection by itself with this code before anything was asked."""
_REFUSALS = {HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY}
_LONGEST_DETAIL = 500
_LONGEST_MESSAGE = 4000
_LONGEST_CODE = 100

STOPPED = {
    "length": "it became longer than the limit.",
    "max_output_tokens": "it became longer than the limit.",
    "content_filter": "the server's content filter stopped it.",
}
"""Why an answer ended before its end, by the server's word for it."""
CUT_SHORT = "the server stopped in the middle."
"""The same, for a word that nobody knows."""
NO_REASON = "it gave no reason."
ELSEWHERE = "it sends requests on to another address"


def own_problem(status: int) -> Reason:
    """Why a server answers with a status of 500 or above."""
    return Reason("it has a problem of its own (status {status})", status=status)


def as_sentence(text: str) -> str:
    """Text that ends like a sentence, for use inside one of ours."""
    text = redactor.excerpt(" ".join(text[: 2 * _LONGEST_MESSAGE].split()), 300)
    return text if not text or text.endswith((".", "!", "?")) else text + "."


def body_message(body: bytes) -> tuple[str, str]:
    """Message and code out of an error body, of OpenAI's shape or one of its relatives; else empty strings."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return "", ""
    return error_message(data)


def error_message(data: object) -> tuple[str, str]:
    """Message and code out of the data of an error body; empty strings where there are none."""
    if not isinstance(data, Mapping):
        return "", ""
    error = data.get("error", data)
    if isinstance(error, str):
        return redactor.excerpt(error, _LONGEST_MESSAGE), ""
    if not isinstance(error, Mapping):
        return "", ""
    message = error.get("message") or error.get("detail") or ""
    code = error.get("code") or error.get("type") or ""
    message = message if isinstance(message, str) else ""
    # Some servers repeat the key that they refuse.
    return redactor.excerpt(message, _LONGEST_MESSAGE), redactor.excerpt(str(code), _LONGEST_CODE)


def body_start(body: bytes) -> str:
    """The beginning of a body, for the log."""
    return redactor.excerpt(body[:_LONGEST_MESSAGE].decode("utf-8", "replace"), 200)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that a server asks to wait, None when it does not say."""
    millis = _number(headers.get("retry-after-ms", ""))
    if millis is not None:
        return millis / 1000.0
    said = headers.get("retry-after", "").strip()
    seconds = _number(said)
    if seconds is not None or not said:
        return seconds
    try:
        return max(0.0, parsedate_to_datetime(said).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0.0 else None


def status_failure(
    status: int, headers: Mapping[str, str], body: bytes, address: Address, *, model: str = ""
) -> ServerError:
    """The error of ours for a response that is no success.

    Args:
        status: Of HTTP.
        headers: By lower-case name.
        body: All of it.
        address: Whose response it is.
        model: What was asked for.
    """
    message, code = body_message(body)
    detail = f"HTTP {status} {code}: {message or body_start(body)!r}"
    known = _by_status(status, headers, message, code, detail, address, model)
    if known is not None:
        return known
    if message:
        return message_failure(message, code, address, model=model, detail=detail)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT:
        return UnreachableError(detail, server=address.name, reason=own_problem(status))
    reason = Reason("it refused the request (status {status})", status=status)
    if _is_page(headers, body):
        reason = Reason("it answers with a web page (status {status})", status=status)
    return ProtocolError(detail, server=address.name, reason=reason)


def _by_status(
    status: int,
    headers: Mapping[str, str],
    message: str,
    code: str,
    detail: str,
    address: Address,
    model: str,
) -> ServerError | None:
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        place = redactor.excerpt(headers.get("location", ""), 200)
        reason = Reason("it sends requests on to {place}", place=place) if place else ELSEWHERE
        return ProtocolError(detail, server=address.name, reason=reason)
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        if status == HTTPStatus.FORBIDDEN and "country" in code:
            return ServerError(detail, server=address.name, reason=message.rstrip("."))
        return WrongKeyError(detail, server=address.name)
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}:
        if code in _MODEL_CODES or "model" in message.lower():
            return UnknownModelError(detail, server=address.name, model=model)
        reason = Reason("it has no such service at its address (status {status})", status=status)
        return ProtocolError(detail, server=address.name, reason=reason)
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return TooLongError(detail, server=address.name)
    wait = retry_after(headers)
    busy = status == HTTPStatus.SERVICE_UNAVAILABLE and wait is not None
    if status in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.PAYMENT_REQUIRED} or busy:
        spent = status == HTTPStatus.PAYMENT_REQUIRED or code in _SPENT_CODES
        return limit_failure(message, address, is_spent=spent, wait=wait, detail=detail)
    return None


def limit_failure(
    message: str,
    address: Address,
    *,
    is_spent: bool = False,
    wait: float | None = None,
    detail: str = "",
) -> RateLimitError:
    """The error of ours for a limit that is reached.

    Args:
        message: What the server says.
        address: Whose limit it is.
        is_spent: Whether there is nothing left to wait for.
        wait: Seconds that it asks to wait; None when it does not say.
        detail: For the log.
    """
    reason: str = as_sentence(message) or NO_REASON
    if is_spent:
        return SpentError(detail or message, server=address.name, reason=reason)
    if wait is not None:
        reason = Reason("it asks to wait {seconds} seconds.", seconds=math.ceil(wait))
    if wait is not None and message:
        both = {"said": as_sentence(message), "seconds": math.ceil(wait)}
        reason = Reason("{said} It asks to wait {seconds} seconds.", **both)
    return RateLimitError(detail or message, server=address.name, reason=reason, retry_after=wait)


def message_failure(
    message: str, code: str, address: Address, *, model: str = "", detail: str = ""
) -> ServerError:
    """The error of ours for what a server says, in a body or in the middle of a stream.

    Args:
        message: For people.
        code: For programs; may be empty.
        address: Who says it.
        model: What was asked for.
        detail: For the log.
    """
    detail = redactor.excerpt(detail or f"{code}: {message}", _LONGEST_DETAIL)
    if code in _KEY_CODES:
        return WrongKeyError(detail, server=address.name)
    if code in _MODEL_CODES:
        return UnknownModelError(detail, server=address.name, model=model)
    if "rate_limit" in code or code in _LIMIT_CODES | _SPENT_CODES:
        is_spent = code in _SPENT_CODES
        return limit_failure(message, address, is_spent=is_spent, detail=detail)
    if code in _LENGTH_CODES:
        return TooLongError(detail, server=address.name)
    return ReplyFailedError(detail, server=address.name, reason=as_sentence(message) or NO_REASON)


def _is_page(headers: Mapping[str, str], body: bytes) -> bool:
    start = body[:100].lstrip().lower()
    return "html" in headers.get("content-type", "") or start.startswith((b"<!doctype", b"<html"))


def wrong_content(headers: Mapping[str, str], address: Address, *, wanted: str) -> ProtocolError:
    """The error of ours for a success that holds something else.

    Args:
        headers: By lower-case name.
        address: Whose response it is.
        wanted: What should have come, as in "sound".
    """
    kind = headers.get("content-type", "").partition(";")[0].strip()[:80]
    came = Reason("a web page") if "html" in kind else kind or Reason("something unnamed")
    reason = Reason("it sent {came} instead of {wanted}", came=came, wanted=Reason(wanted))
    return ProtocolError(f"content type {kind!r}", server=address.name, reason=reason)


def failure(
    error: BaseException, address: Address, *, model: str = "", stall_s: float = 0.0
) -> ServerError | None:
    """The error of ours for what a request failed with, None for what is no failure of a server.

    Args:
        error: What was raised: ours, the ``openai`` package's, the HTTP client's or the system's.
        address: Who was asked.
        model: What was asked for.
        stall_s: Seconds without any data after which the client gives up, for the sentence.
    """
    if isinstance(error, ServerError):
        return error
    if isinstance(error, UnicodeEncodeError):
        return WrongKeyError("the key holds characters that a header cannot", server=address.name)
    response = _response_of(error)
    if response is not None:
        return status_failure(
            response.status_code, response.headers, response.content, address, model=model
        )
    return _said_failure(error, address, model) or _way_failure(error, address, stall_s)


def _response_of(error: BaseException) -> httpx2.Response | None:
    """The response that is no success, for the errors that hold one."""
    response: httpx2.Response | None = None
    if _names(error) & {"APIStatusError", "HTTPStatusError"}:
        response = getattr(error, "response", None)
    return response


def _said_failure(error: BaseException, address: Address, model: str) -> ServerError | None:
    """The error of ours for what a server said in the middle of a stream, or said so that it makes no sense."""
    if isinstance(error, (json.JSONDecodeError, UnicodeDecodeError, RecursionError)):
        return ProtocolError(repr(error), server=address.name, reason="its answer is damaged")
    names = _names(error)
    if "OpenAIError" not in names or "APIConnectionError" in names:
        return None
    if "APIResponseValidationError" in names:
        return ProtocolError(repr(error), server=address.name, reason="its answer is damaged")
    message, code = error_message(getattr(error, "body", None))
    return message_failure(message or str(error), code, address, model=model)


def _way_failure(error: BaseException, address: Address, stall_s: float) -> ServerError | None:
    """The error of ours for what happened on the way to the server and back."""
    chain = list(_chain(error))
    if not _names(error) and not isinstance(error, (OSError, EOFError)):
        return None
    names = {name for link in chain for name in _names(link)}
    detail = redactor.excerpt(repr(chain[-1]), _LONGEST_DETAIL)
    if names & {"ReadTimeout", "WriteTimeout"}:
        return NoAnswerError(detail, server=address.name, seconds=stall_s)
    if names & {"ConnectTimeout", "PoolTimeout"}:
        return UnreachableError(detail, server=address.name, reason=network_reason(TimeoutError()))
    if names & {"ConnectError", "ProxyError", "UnsupportedProtocol", "InvalidURL"}:
        return UnreachableError(detail, server=address.name, reason=_deepest_reason(chain))
    if "LocalProtocolError" in names:
        return WrongKeyError(detail, server=address.name)  # a key that no header can hold
    if "DecodingError" in names:
        return ProtocolError(detail, server=address.name, reason="its answer is damaged")
    if names & {"RemoteProtocolError", "NetworkError"}:
        return cut_off(detail, address)
    return UnreachableError(detail, server=address.name, reason=_deepest_reason(chain))


def cut_off(detail: str, address: Address) -> ConnectionLostError:
    """The error of ours for an answer whose connection ended before it did."""
    reason = "the server ended it in the middle"
    return ConnectionLostError(detail, server=address.name, reason=reason)


def session_end(
    error: Exception, address: Address
) -> tuple[ConnectionLostError, ServerError | None]:
    """The errors of ours for the end of a connection: of one in use, and of one that was not used yet.

    The second is None where it is no other: where trying again may help.
    """
    close = getattr(error, "rcvd", None)
    code = getattr(close, "code", None)
    said = str(getattr(close, "reason", "") or "").rstrip(".")
    if said:
        reason = said
    elif code is None:
        reason = "it stopped answering or the network failed"
    else:
        reason = Reason("the server closed it (code {code})", code=code)
    lost = ConnectionLostError(repr(error), server=address.name, reason=reason)
    if (refused := _REFUSED_BY_END.get(code or 0)) is None:
        return lost, None
    return lost, refused(repr(error), server=address.name, reason=reason)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An error and what caused it, outermost first."""
    seen: BaseException | None = error
    for _ in range(10):
        if seen is None or isinstance(seen, asyncio.CancelledError):
            return
        yield seen
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)


def _names(error: BaseException) -> set[str]:
    """Names of the kinds that an error of the HTTP client or of the ``openai`` package is of."""
    return {
        kind.__name__
        for kind in type(error).__mro__
        if kind.__module__.partition(".")[0] in {"httpx2", "openai"}
    }


def _deepest_reason(chain: list[BaseException]) -> str:
    """The reason that says most: the system's own, which lies deepest."""
    for error in reversed(chain):
        for cause in _parts(error):
            if isinstance(cause, (ssl.SSLError, socket.gaierror, ConnectionRefusedError)):
                return network_reason(cause)
    return network_reason(chain[-1])


def _parts(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for part in error.exceptions:
            yield from _parts(part)
    else:
        # The HTTP client hands on what it met as a value, not always as the cause.
        yield from (part for part in error.args if isinstance(part, BaseException))
        yield error


def is_stale(error: BaseException) -> bool:
    """Whether a request failed because a kept connection was closed by the server just before: it may be sent again."""
    names = {name for link in _chain(error) for name in _names(link)}
    lost = names & {"RemoteProtocolError", "ReadError", "WriteError", "CloseError"}
    return bool(lost) and _response_of(error) is None


def refusal_text(error: ServerError) -> str:
    """What a server says to a request that it does not understand, whole; empty for any other failure."""
    response = _response_of(error.__cause__) if error.__cause__ is not None else None
    return response.text if response is not None and response.status_code in _REFUSALS else ""


def as_mapping(data: Any) -> Mapping[str, Any]:
    """An object out of a server's JSON, empty when it is something else."""
    return data if isinstance(data, Mapping) else {}
