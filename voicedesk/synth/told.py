"""What a voice tells of its words, made the places of the words of a text."""

from __future__ import annotations

from collections.abc import Sequence

from voicedesk.core.placed import Placed
from voicedesk.core.word_lengths import words_of


def told_words(text: str, told: Sequence[Sequence[float]]) -> list[Placed]:
    """Where the words of a text lie in its sound; nothing if the voice told nothing that fits.

    Args:
        text: What was said.
        told: For each thing the voice said: the character it begins with, and where its sound begins and ends, in
            milliseconds, in the order of the sound. A voice may tell several things of one word (the parts of a
            number), and of several words only the first ("of the"): they sound together then.
    """
    words = list(words_of(text))
    spans: list[tuple[float, float] | None] = [None] * len(words)
    index = 0
    for start, begins, ends in told:
        while index < len(words) - 1 and words[index].end <= start:
            index += 1
        span = spans[index] if words else None
        if words:
            spans[index] = (span[0] if span else begins, max(ends, span[1] if span else 0.0))
    if not any(spans):
        return []
    placed: list[Placed] = []
    begins, ends = next(span for span in spans if span is not None)
    for word, span in zip(words, spans, strict=True):
        if span is not None:
            begins, ends = max(span[0], begins), max(span[1], ends)
        placed.append(Placed(word.end, begins, ends))
    return placed
