"""Server addresses: where a key may go and where it may not."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import voicedesk
from voicedesk.core.errors import InsecureServerError, UnreachableError
from voicedesk.core.settings import Server
from voicedesk.providers.presets import ENTER, PRESETS, STAGES, preset_of, stages_of
from voicedesk.providers.profiles import (
    QUIRKS,
    Address,
    Quirks,
    address_of,
    is_loopback,
    needs_permission,
)


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
    "url",
    [
        "",
        "api.example.org",
        "ftp://example.org",
        "https://",
        "http:///x",
        "http://h:99999",
        "http://[",
    ],
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


@pytest.mark.parametrize("url", ["https://me:secret-word@example.org/v1", "https://key@h/v1"])
def test_an_address_that_holds_a_password_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(UnreachableError, match="field for the key") as told:
        address_of(Server(name="S", base_url=url), "")
    assert "secret-word" not in str(told.value) + told.value.detail


@pytest.mark.parametrize(
    ("url", "needed"),
    [
        ("http://nas.local/v1", True),
        ("ws://10.0.0.1:8000", True),
        ("https://nas.local/v1", False),
        ("http://localhost:1234", False),
        ("nonsense", False),
        ("http://[", False),
    ],
)
def test_addresses_that_need_leave(url: str, needed: bool) -> None:
    assert needs_permission(url) == needed


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_a_preset_is_a_server_that_can_be_added(preset: object) -> None:
    known = next(each for each in PRESETS if each is preset)
    assert known.dialect in QUIRKS
    assert preset_of(known.dialect) is known
    url = known.base_url.replace(ENTER, "mine")
    address = address_of(Server(name=known.name, base_url=url, dialect=known.dialect), "k")
    assert address.quirks is QUIRKS[known.dialect]
    assert known.stages
    assert known.models.keys() <= known.stages <= set(STAGES)
    # Nothing but this computer or encryption: a preset must not need leave.
    assert not needs_permission(url)


def test_what_is_not_known_may_offer_everything() -> None:
    assert stages_of("compatible") == set(STAGES)
    assert stages_of("agent") == {"thinking"}
    assert stages_of("kokoro") == {"speech"}
    assert preset_of("compatible") is None


def comparisons_with_a_kind_of_server(tree: ast.AST) -> Iterator[int]:
    """Lines in which a server's kind is compared with the name of one."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Compare):
            continue
        sides = [node.left, *node.comparators]
        names = {each.attr for each in sides if isinstance(each, ast.Attribute)}
        names |= {each.id for each in sides if isinstance(each, ast.Name)}
        is_named = any(isinstance(each, ast.Constant) for each in sides)
        if "dialect" in names and (is_named or any(name.isupper() for name in names)):
            yield node.lineno


def test_what_is_special_about_a_server_is_in_the_table_alone() -> None:
    """The window may: it calls things by their names."""
    package = Path(voicedesk.__file__).parent
    found = [
        f"{path.relative_to(package)}:{line}"
        for path in sorted(package.rglob("*.py"))
        if path.relative_to(package).parts[0] != "ui"
        for line in comparisons_with_a_kind_of_server(ast.parse(path.read_text("utf-8")))
    ]
    assert found == []
