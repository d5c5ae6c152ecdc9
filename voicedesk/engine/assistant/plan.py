"""One question or several: "what time is it and what is three times four" is two, "twelve and a half" is one."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import TypeVar

MOST_PARTS = 6
"""A text of more parts is taken as a whole: nobody asks seven things in one breath."""

_SEPARATOR = re.compile(
    r"(?:[?!.;]+\s+(?:and\s+)?|,?\s+and\s+|,\s+(?=then\b))(?:then\s+|also\s+)?", re.IGNORECASE
)
_BEGINS_ANEW = re.compile(
    r"(?:what|how (?:many|much)|tell me|set|start|cancel|list|convert|calculate|open|read|add|take|make) ",
    re.IGNORECASE,
)

Found = TypeVar("Found")


def divide(
    text: str, find: Callable[[str], Found | None], swallows: Callable[[Found], bool]
) -> list[Found]:
    """Cut a text into as few parts as can all be understood.

    Args:
        text: What was said.
        find: What a part means; None if nothing.
        swallows: Whether a meaning takes whatever follows ("remember that ..."): such a part ends before words
            that begin another question, if that is understood too.

    Returns:
        The meanings in order; empty if there is a part that has none.
    """
    cuts = list(_SEPARATOR.finditer(text))
    if len(cuts) >= MOST_PARTS:
        cuts = []
    starts = [0, *(cut.end() for cut in cuts)]
    ends = [*(cut.start() for cut in cuts), len(text)]

    @cache
    def meaning(first: int, last: int) -> Found | None:
        return find(text[starts[first] : ends[last]])

    def from_part(first: int, *, short: bool) -> list[Found] | None:
        if first == len(starts):
            return []
        for last in reversed(range(first, len(starts))):
            found = meaning(first, last)
            if found is None:
                continue
            anew = any(_BEGINS_ANEW.match(text, starts[at]) for at in range(first + 1, last + 1))
            if short and anew and swallows(found):
                continue
            rest = from_part(last + 1, short=short)
            if rest is not None:
                return [found, *rest]
        return None

    return from_part(0, short=True) or from_part(0, short=False) or []
