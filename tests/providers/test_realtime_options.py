"""How a realtime connection is opened: whose certificates it goes by, and through which proxy."""

import ssl

import pytest

from voicedesk.providers.profiles import Address, Quirks
from voicedesk.providers.realtime import _options


@pytest.mark.parametrize("scheme", ["https", "wss"])
def test_a_secure_server_has_to_show_a_certificate_of_its_name(scheme: str) -> None:
    context = _options(Address("Test", f"{scheme}://example.invalid/v1", "", Quirks())).get("ssl")
    assert isinstance(context, ssl.SSLContext)
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


def test_certificates_are_those_that_requests_go_by(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    monkeypatch.setattr("httpx2.create_ssl_context", lambda: ours)
    assert _options(Address("Test", "https://example.invalid/v1", "", Quirks())).get("ssl") is ours


def test_a_server_of_this_computer_is_reached_without_proxy_and_certificates() -> None:
    options = _options(Address("Test", "http://127.0.0.1:9/v1", "", Quirks()))
    assert "ssl" not in options
    assert options.get("proxy", "unset") is None
