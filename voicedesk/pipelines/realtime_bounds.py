"""How much one reply of a realtime server may be. No spoken answer comes near it."""

from __future__ import annotations

from voicedesk.audio.io import RATE, SAMPLE_BYTES

LONGEST_SOUND_S = 900
"""Seconds of sound in one reply."""
MOST_CHARACTERS = 200_000
"""Of its words, and of what is understood of a take."""
MOST_PARTS = 256
"""Items and their parts, each of which may have sound and words."""
MOST_LOSSES = 4
"""Connections that may be lost over one question."""
ACTIVE_PAUSE = 0.2
"""Seconds for which a server is left alone that has another reply on its hands of which nothing is known."""


class Allowance:
    """What is left to a reply."""

    def __init__(self) -> None:
        self._sound = LONGEST_SOUND_S * RATE * SAMPLE_BYTES
        self._characters = MOST_CHARACTERS
        self._parts: set[object] = set()
        self._exceeded = False

    def is_exceeded(self) -> bool:
        """Whether the reply wanted more than there was."""
        return self._exceeded

    @property
    def is_untouched(self) -> bool:
        """Whether nothing of the reply has come, neither sound nor words."""
        return not self._parts and self._characters == MOST_CHARACTERS

    def sound(self, pcm: bytes) -> bytes:
        """As much of a piece of sound as is left."""
        part = pcm[: self._sound]
        self._sound -= len(part)
        self._exceeded |= len(part) < len(pcm)
        return part

    def words(self, text: str) -> str:
        """As much of a piece of text as is left."""
        part = text[: self._characters]
        self._characters -= len(part)
        self._exceeded |= len(part) < len(text)
        return part

    def part(self, key: object) -> bool:
        """Whether this part of the reply is known, or one more may be."""
        if key not in self._parts:
            if len(self._parts) >= MOST_PARTS:
                self._exceeded = True
                return False
            self._parts.add(key)
        return True
