"""Which words of a recogniser that still listens may be shown: those that it says twice in a row, but for the last.

The last word is the one that is still being said: "six" may become "sixty".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence


class Agreement:
    """Words once told are never taken back: what contradicts them is not told.

    Args:
        tell: Called with all words that are agreed on, whenever there are more.
    """

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._last: Sequence[str] = ()
        self._told: Sequence[str] = []

    def take(self, text: str) -> None:
        """What the recogniser makes of it now: all words so far."""
        words = text.split()
        agreed = _common(self._last, words[:-1])
        self._last = words
        if len(agreed) > len(self._told) and agreed[: len(self._told)] == self._told:
            self._told = agreed
            self._tell(" ".join(agreed))


def _common(one: Sequence[str], other: Sequence[str]) -> Sequence[str]:
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return list(other[:count])
