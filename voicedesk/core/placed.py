"""Words that have a place in the sound that says them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Placed:
    """A word and where it lies.

    Attributes:
        end: After its last character, of the text that is said.
        begins_ms: Where its sound begins, as likely as not; from the beginning of the sound of the text.
        ends_ms: Where its sound has certainly ended; infinite if that is not known yet.
    """

    end: int
    begins_ms: float
    ends_ms: float

    def moved(self, characters: int, ms: float) -> Placed:
        """The same word in a text and a sound that have something before them."""
        return Placed(self.end + characters, self.begins_ms + ms, self.ends_ms + ms)


class Speech(bytes):
    """A piece of a text's sound from a voice that tells where its words lie; as bytes like any other piece.

    Attributes:
        words: The words that begin in it. Their times count from the beginning of the text's sound.
    """

    words: tuple[Placed, ...]

    def __new__(cls, pcm: bytes, words: Sequence[Placed] = ()) -> Self:
        """Sound, and its words."""
        speech = super().__new__(cls, pcm)
        speech.words = tuple(words)
        return speech

    def pieces(self, size: int, bytes_a_ms: float) -> Iterator[Speech]:
        """The whole sound of a text in pieces of ``size`` bytes, each with the words that begin in it."""
        last = len(self) - 1
        for start in range(0, len(self), size):
            end = start + size
            begun = [w for w in self.words if start <= min(w.begins_ms * bytes_a_ms, last) < end]
            yield Speech(self[start:end], begun)
