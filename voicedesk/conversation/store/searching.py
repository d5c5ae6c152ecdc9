"""From what is typed into the search box to what the index is asked, and to the excerpt that is shown."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

# Scripts that are written without spaces: each character is a word to the index.
_UNSPACED = "([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])"
_BEFORE, _AFTER = 30, 70  # characters of an excerpt around the first place
MOST_TERMS = 16


def segmented(text: str) -> str:
    """A text as the index takes it."""
    return re.sub(_UNSPACED, r" \1 ", text)


def terms_of(typed: str) -> list[str]:
    """The words that are searched for."""
    return [word for word in typed.replace("\0", " ").split() if any(map(str.isalnum, word))][
        :MOST_TERMS
    ]


def query_of(typed: str) -> str:
    """What the index is asked: all words, each at its beginning. Empty when there is nothing to look for."""
    quoted = (segmented(term).strip().replace('"', '""') for term in terms_of(typed))
    return " AND ".join(f'"{term}"*' for term in quoted)


def _plain(character: str) -> str:
    """Without case and accents, of the same length."""
    base = unicodedata.normalize("NFD", character)[0].lower()
    return base if len(base) == 1 else character


def places_of(terms: Sequence[str], text: str) -> list[tuple[int, int]]:
    """Where words begin with one of the terms: start and end of each place, in order."""
    plain = "".join(map(_plain, text))
    found: list[tuple[int, int]] = []
    for term in terms:
        pattern = re.escape("".join(map(_plain, term.strip("\"'.,;:!?()[]"))))
        begin = "" if re.match(_UNSPACED, term) else r"(?<!\w)"
        found += [match.span() for match in re.finditer(begin + pattern, plain) if pattern]
    merged: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def excerpt_of(typed: str, text: str) -> tuple[str, list[tuple[int, int]]]:
    """The words around the first place in one line, and where in it the places are."""
    line = " ".join(text.split())
    places = places_of(terms_of(typed), line)
    first = places[0][0] if places else 0
    start = max(0, first - _BEFORE)
    if start:
        start = line.find(" ", start, first) + 1 or start
    stop = min(len(line), first + _AFTER)
    if stop < len(line):
        stop = max(line.rfind(" ", first, stop), first + 1) if " " in line[first:stop] else stop
    head, tail = "…" if start else "", "…" if stop < len(line) else ""
    move = len(head) - start
    marks = [(a + move, min(b, stop) + move) for a, b in places if start <= a < stop]
    return head + line[start:stop] + tail, marks
