"""Reasons: what the system says in its own words becomes words of ours, and can be said in another language."""

from __future__ import annotations

import errno
import os
import pickle
import socket
import ssl

import pytest

from voicedesk.core.errors import UnreachableError
from voicedesk.core.reasons import ALL, Reason, disk_reason, network_reason

GERMAN = {
    "it refused the request (status {status})": "er lehnt die Anfrage ab (Status {status})",
    "it sent {came} instead of {wanted}": "er schickt {came} statt {wanted}",
    "a web page": "eine Webseite",
    "sound": "Ton",
    "there is no network": "es gibt kein Netz",
}


def german(text: str) -> str:
    return GERMAN.get(text, text)


def test_a_reason_is_english_as_it_stands_and_can_be_said_otherwise() -> None:
    reason = Reason("it refused the request (status {status})", status=418)
    assert reason == "it refused the request (status 418)"
    assert reason.said(german) == "er lehnt die Anfrage ab (Status 418)"
    assert pickle.loads(pickle.dumps(reason)).said(german) == reason.said(german)


def test_reasons_in_a_reason_are_said_too_and_names_are_not() -> None:
    came, wanted = Reason("a web page"), Reason("sound")
    reason = Reason("it sent {came} instead of {wanted}", came=came, wanted=wanted)
    assert reason.said(german) == "er schickt eine Webseite statt Ton"
    named = Reason("it sent {came} instead of {wanted}", came="sound", wanted=wanted)
    assert named.said(german) == "er schickt sound statt Ton"


def test_a_value_with_braces_in_it_is_left_as_it_is() -> None:
    reason = Reason("it is {kind}", kind="{status}")
    assert reason == reason.said(german) == "it is {status}"


def test_a_sentence_is_filled_with_its_reason_in_the_same_language() -> None:
    template = "{server} ist nicht zu erreichen: {reason}."
    plain = UnreachableError("raw", server="sound", reason="there is no network")
    assert plain.fill(template, german) == "sound ist nicht zu erreichen: es gibt kein Netz."
    filled = Reason("it refused the request (status {status})", status=418)
    with_value = UnreachableError("raw", server="S", reason=filled)
    assert "er lehnt die Anfrage ab (Status 418)" in with_value.fill(template, german)
    assert str(with_value).startswith("S cannot be reached: it refused the request (status 418).")
    unknown = UnreachableError("raw", server="S", reason="what a server says")
    assert "what a server says" in unknown.fill(template, german)


@pytest.mark.parametrize("number", sorted(errno.errorcode))
def test_nothing_the_system_says_reaches_people_as_it_is(number: int) -> None:
    error = OSError(number, os.strerror(number))
    for reason in (disk_reason(error), network_reason(error)):
        assert reason
        assert os.strerror(number) not in reason
        assert reason[0].islower()


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (FileNotFoundError(errno.ENOENT, "No such file"), "there is no such file or folder"),
        (PermissionError(errno.EACCES, "Permission denied"), "you have no right to do that there"),
        (OSError(errno.ENOSPC, "No space left on device"), "the disk is full"),
        (OSError("strange"), "the system does not allow it"),
    ],
)
def test_reasons_of_the_disk(error: OSError, reason: str) -> None:
    assert disk_reason(error) == reason


def certificate(code: int) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError("certificate verify failed")
    error.verify_code = code
    return error


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ConnectionRefusedError(errno.ECONNREFUSED, "x"), "nothing listens at its address"),
        (ConnectionRefusedError(), "nothing listens at its address"),
        (BrokenPipeError(), "the other side broke off the connection"),
        (OSError("[Errno 101] Network is unreachable"), "there is no network"),
        (OSError(), "no connection could be made"),
        (ConnectionResetError(errno.ECONNRESET, "x"), "the other side broke off the connection"),
        (OSError(errno.EHOSTUNREACH, "x"), "no way leads to it from this network"),
        (OSError(errno.ENETUNREACH, "x"), "there is no network"),
        (socket.gaierror(-3, "Temporary failure"), "its name is not known to the network"),
        (TimeoutError(), "it did not answer in time"),
        (certificate(10), "its certificate has expired"),
        (certificate(62), "its certificate was made for another name"),
        (certificate(18), "its certificate is not trusted"),
        (
            ssl.SSLError(1, "[SSL: TLSV1_ALERT_PROTOCOL_VERSION]"),
            "its kind of encryption is too old",
        ),
        (ssl.SSLError(1, "[SSL: SOMETHING]"), "no secure connection could be made"),
        (RuntimeError("Traceback: 0x7f"), "no connection could be made"),
    ],
)
def test_reasons_of_the_network(error: BaseException, reason: str) -> None:
    assert network_reason(error) == reason


def test_every_reason_continues_a_sentence() -> None:
    assert all(reason[0].islower() and not reason.endswith(".") for reason in ALL)
