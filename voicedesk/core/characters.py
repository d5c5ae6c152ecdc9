"""Text that came as JSON may hold halves of characters, which can be written nowhere: no file, request or log takes them."""

from __future__ import annotations


def whole_characters(text: str) -> str:
    """The text with halves that belong together joined, and those without their other half replaced."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def split_half(text: str) -> tuple[str, str]:
    """Text that goes on: what can be taken by now, and the first half of a character that ends it, which waits."""
    if text and "\ud800" <= text[-1] <= "\udbff":
        return whole_characters(text[:-1]), text[-1]
    return whole_characters(text), ""
