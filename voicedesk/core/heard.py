"""How much of a text was heard, and how much was begun, from where its words lie in the sound that was played.

What is remembered of an answer errs on the careful side: a word was heard when its sound was over. What is lit while
an answer is spoken is the word that sounds.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from voicedesk.core.events import AudioKey, Heard, Voiced
from voicedesk.core.placed import Placed
from voicedesk.core.placement import doubt, place_evenly
from voicedesk.core.word_lengths import words_of


@dataclass(frozen=True, slots=True)
class Part:
    """A run of sound and the characters that it says.

    Attributes:
        key: The sound.
        start: First character.
        end: After the last character.
        expected_ms: How long the sound will be in all, where more is known than what was received.
        words: Where the words lie in it, as far as that is known; a word that is not among them lies after those
            that are. Empty when nothing is known but the words themselves.
    """

    key: AudioKey
    start: int
    end: int
    expected_ms: float = 0.0
    words: tuple[Placed, ...] = ()

    @classmethod
    def of(cls, event: Voiced) -> Part:
        """What an event says of a run of sound."""
        return cls(event.key, event.start, event.end, event.expected_ms, event.placed)


def heard_length(text: str, parts: Sequence[Part], heard: Mapping[AudioKey, Heard]) -> int:
    """How many characters of ``text`` were heard, up to the end of the last word whose sound was over.

    Args:
        text: The words.
        parts: The runs of sound that say them, in order. Words that no part covers were not heard.
        heard: What sounded of each run.
    """
    return _length(text, parts, heard, begun=False)


def begun_length(text: str, parts: Sequence[Part], heard: Mapping[AudioKey, Heard]) -> int:
    """How many characters of ``text`` were begun, up to the end of the word that sounds; see ``heard_length``."""
    return _length(text, parts, heard, begun=True)


def _length(
    text: str, parts: Sequence[Part], heard: Mapping[AudioKey, Heard], *, begun: bool
) -> int:
    reach = 0
    for part in parts:
        sounded = heard.get(part.key)
        if sounded is None or sounded.heard_ms <= 0.0 or sounded.received_ms <= 0.0:
            break
        if not sounded.finished:
            reach = max(reach, _reached(text, part, sounded, begun=begun))
            break
        reach = max(reach, part.end)
    rest = text[reach:]
    # What follows the last word and says nothing (a stop, closing markup) is not missing.
    return min(reach, len(text)) if any(map(str.isalnum, rest)) else len(text)


def _reached(text: str, part: Part, sounded: Heard, *, begun: bool) -> int:
    """The end of the last word of a part that was begun or that was over; 0 if there is none."""
    ms = min(sounded.heard_ms, sounded.received_ms)
    if part.words:
        return _last([_time(word, begun=begun) for word in part.words], part.words, ms)
    # Nothing is known of the words but how long they are beside each other.
    words = _evenly(text[part.start : part.end])
    length = max(sounded.received_ms, part.expected_ms)
    times = [_time(word, begun=begun) for word in words]
    if not begun:
        late = (length * share + doubt(share, length) for share in times)
        times = [min(1.0, each / length) for each in accumulate(late, max)]
    end = _last(times, words, ms / length)
    return part.start + end if end else 0


def _time(word: Placed, *, begun: bool) -> float:
    return word.begins_ms if begun else word.ends_ms


def _last(times: Sequence[float], words: Sequence[Placed], moment: float) -> int:
    count = bisect_right(times, moment)
    return words[count - 1].end if count else 0


@lru_cache(maxsize=64)
def _evenly(text: str) -> tuple[Placed, ...]:
    """Words by their shares of the whole."""
    return tuple(place_evenly(tuple(words_of(text)), 1.0))
