"""Server addresses: where a key may go and where it may not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicedesk.core.errors import InsecureServerError, UnreachableError
from voicedesk.core.settings import Server
from voicedesk.providers.profiles import QUIRKS, Address, Quirks, address_of, is_loopback


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST", "::1", "127.8.8.8"])
def test_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["example.org", "10.0.0.1", "localhost.example.org", "0.0.0.0", ""]
)
def test_not_loopback(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(
    ("given_url", "expected"),
    [
        ("https://api.example.org/v1/", "https://api.example.org/v1"),
        ("wss://api.example.org/v1", "https://api.example.org/v1"),
        ("http://127.0.0.1:8000/v1", "http://127.0.0.1:8000/v1"),
        ("ws://[::1]:8000/v1", "http://[::1]:8000/v1"),
        (" https://api.example.org/v1 ", "https://api.example.org/v1"),
    ],
)
def test_an_address_is_brought_to_one_shape(given_url: str, expected: str) -> None:
    assert address_of(Server(name="S", base_url=given_url), "k").base_url == expected


def test_plain_http_beyond_this_computer_needs_leave() -> None:
    server = Server(name="Attic", base_url="http://192.168.1.5:8000/v1")
    with pytest.raises(InsecureServerError, match="Attic"):
        address_of(server, "k")
    allowed = server.model_copy(update={"allow_plain": True})
    assert address_of(allowed, "k").base_url == server.base_url


@pytest.mark.parametrize(
    "url", ["", "api.example.org", "ftp://example.org", "https://", "http:///x"]
)
def test_what_is_no_address_is_told(url: str) -> None:
    with pytest.raises(UnreachableError, match="not valid"):
        address_of(Server(name="S", base_url=url), "")


@given(st.text(min_size=8))
def test_a_key_never_shows(key: str) -> None:
    address = Address("S", "https://x", key, Quirks())
    assert (
        key not in repr(address).replace("https://x", "") or key in "Address(name='S', base_url=)"
    )


def test_unknown_dialects_have_no_quirks() -> None:
    server = Server(name="S", base_url="https://x/v1", dialect="from the future")
    assert address_of(server, "").quirks == Quirks()
    assert QUIRKS["openai"].needs_key
