"""How much of a text was heard: sound and words are apportioned by share and cut at the next end of a word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from voicedesk.core.events import AudioKey, Heard


@dataclass(frozen=True, slots=True)
class Part:
    """A run of sound and the characters that it says.

    Attributes:
        key: The sound.
        start: First character.
        end: After the last character.
        expected_ms: How long the sound will be in all, where more is known than what was received.
    """

    key: AudioKey
    start: int
    end: int
    expected_ms: float = 0.0


def heard_length(text: str, parts: Sequence[Part], heard: Mapping[AudioKey, Heard]) -> int:
    """How many characters of ``text`` were heard, up to the end of the last word that was begun.

    Args:
        text: The words.
        parts: The runs of sound that say them, in order. Words that no part covers were not heard.
        heard: What sounded of each run.
    """
    reach = 0
    for part in parts:
        share = _share(part, heard.get(part.key))
        if share < 1.0:
            if share > 0.0:
                reach = _word_end(text, part.start + int((part.end - part.start) * share), part.end)
            return min(reach, len(text))
        reach = part.end
    rest = text[reach:]
    # What follows the last word and says nothing (a stop, closing markup) is not missing.
    return min(reach, len(text)) if any(map(str.isalnum, rest)) else len(text)


def _share(part: Part, heard: Heard | None) -> float:
    if heard is None or heard.heard_ms <= 0 or heard.received_ms <= 0:
        return 0.0
    if heard.finished:
        return 1.0
    return heard.heard_ms / max(heard.received_ms, part.expected_ms)


def _word_end(text: str, at: int, end: int) -> int:
    while at < min(end, len(text)) and not text[at].isspace():
        at += 1
    return at
