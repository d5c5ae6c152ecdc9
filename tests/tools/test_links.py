"""Addresses that are opened, and those that are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicedesk.tools.links import LONGEST_LINK, web_address
from voicedesk.tools.tool import ToolError


@pytest.mark.parametrize(
    ("text", "opened"),
    [
        ("https://example.org", "https://example.org/"),
        (" HTTP://Example.ORG/Path?q=1#top ", "http://example.org/Path?q=1#top"),
        ("example.org/page", "https://example.org/page"),
        ("example.org:8080/page", "https://example.org:8080/page"),
        ("http://localhost:8000/", "http://localhost:8000/"),
        ("http://[::1]:8000/", "http://[::1]:8000/"),
        ("https://bücher.example/straße", "https://xn--bcher-kva.example/stra%C3%9Fe"),
        ("https://example.org/a%20b?x=%41", "https://example.org/a%20b?x=%41"),
        ("https://example.org/\u202egnp.exe", "https://example.org/%E2%80%AEgnp.exe"),
    ],
)
def test_a_page_is_opened(text: str, opened: str) -> None:
    assert web_address(text) == opened
    assert web_address(opened) == opened


@pytest.mark.parametrize(
    "text",
    [
        "",
        "example",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "data:text/html,hello",
        "ftp://example.org",
        "mailto:a@example.org",
        "https://",
        "https:///path",
        "https://bank.example@evil.example/",
        "https://exa mple.org",
        "https://example.org/\nHost: x",
        "https://example.org\\@evil.example",
        "https://example.org:99999/",
        "https://[::1/",
        "https://exa<mple.org/",
        "https://" + "a" * 64 + ".example/",
        "https://example.org/" + "x" * LONGEST_LINK,
    ],
)
def test_anything_else_is_not(text: str) -> None:
    with pytest.raises(ToolError):
        web_address(text)


@given(st.text(max_size=80) | st.text(max_size=80).map("https://".__add__))
def test_what_is_opened_is_plain_and_a_page(text: str) -> None:
    try:
        url = web_address(text)
    except ToolError:
        return
    assert url.isascii()
    assert url.isprintable()
    assert url.startswith(("http://", "https://"))
    assert "@" not in url.split("/")[2]
