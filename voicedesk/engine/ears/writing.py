"""From the bare words of a recogniser to a line that can be read."""

from __future__ import annotations

# fmt: off
_ASKING = frozenset([
    "what", "what's", "how", "who", "when", "where", "why", "which", "is", "are", "do", "does", "did", "can",
    "could", "would", "will", "may", "heads",
])
# fmt: on
_NAMED = ("my name is ", "in ")
_PLACES = frozenset(
    [
        "london",
        "paris",
        "berlin",
        "rome",
        "madrid",
        "moscow",
        "tokyo",
        "sydney",
        "new york",
        "chicago",
        "los angeles",
    ]
)


def written(words: str) -> str:
    """With a capital at the start, "I" as it is written, and a stop or a question mark at the end; empty for none."""
    words = words.strip()
    if not words:
        return ""
    for lead in _NAMED:
        head, found, name = words.rpartition(lead)
        if found and (lead != "in " or name in _PLACES):
            words = f"{head}{lead}{name.title()}"
    text = " ".join(
        "I" + word[1:] if word == "i" or word.startswith("i'") else word for word in words.split()
    )
    mark = "?" if words.split()[0].lower() in _ASKING else "."
    return text[0].upper() + text[1:] + mark
