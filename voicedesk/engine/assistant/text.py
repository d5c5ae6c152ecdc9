"""What was asked, in one plain form, whether it was said or typed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from voicedesk.reckoning.numbers import digits_for_words

LONGEST_QUESTION = 600
"""Characters; a longer text is no question for rules, and patterns are not let loose on it."""

_CONTRACTIONS = (
    (r"\b(what|who|that|it|he|she|where|when|how)[’']s\b", r"\1 is"),
    (r"\b(what|who|how)s\b(?= (the|my|your|\d))", r"\1 is"),
    (r"\bi[’']m\b", "i am"),
    (r"\b(\w+)n[’']t\b", r"\1n't"),
    (r"\bdon[’']t\b", "do not"),
)
_POLITE = re.compile(
    r"^(?:(?:please|okay|ok|hey|so|well|now|voicedesk|voice desk|can you|could you|would you|will you|can you please"
    r"|could you please|tell me please)[,.!]?\s+)+(?=\S)"
)
_AFTER = re.compile(r"[\s,]+(?:please|for me|thank you|thanks)$")


@dataclass(frozen=True)
class Utterance:
    """One thing that the user said or typed.

    Attributes:
        text: As it came.
    """

    text: str

    @cached_property
    def words(self) -> str:
        """Lower case, no punctuation but what numbers and formulas need, contractions spelled out."""
        text = self.text.lower().replace("−", "-").replace("’", "'")
        for pattern, replacement in _CONTRACTIONS:
            text = re.sub(pattern, replacement, text)
        text = re.sub(r"[?!;:\"“”]+", " ", text)
        text = re.sub(r"[.,](?=\s|$)", " ", text)
        return re.sub(r"\s+", " ", text).strip()

    @cached_property
    def plain(self) -> str:
        """`words` without politeness around it; "please" alone stays."""
        text = _POLITE.sub("", self.words)
        return _AFTER.sub("", text)

    @cached_property
    def tidy(self) -> str:
        """`text` in its own letters, without politeness around it and the mark at its end: for names and addresses."""
        text = " ".join(self.text.split()).rstrip("?!.,;: ")
        while (match := _POLITE.match(text.lower())) and len(text.lower()) == len(text):
            text = text[match.end() :]
        return re.sub(_AFTER.pattern, "", text, flags=re.IGNORECASE)

    @cached_property
    def numeric(self) -> str:
        """`plain` with spoken numbers in digits."""
        return digits_for_words(self.plain)


def listed(items: list[str], word: str = "and") -> str:
    """Items in a row: "a", "a and b", "a, b and c"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {word} {items[-1]}"


def sentence(text: str) -> str:
    """With a capital letter at its start and a stop at its end."""
    text = text.strip()
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else text + "."
