"""A reply as sound and words in step: small chunks, each with the words that begin in it."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass

from voicedesk.synth.sentences import speakable_pieces
from voicedesk.synth.voice import DEFAULT_WPM, OfflineVoice

BYTES_PER_MS = 48
FIRST_CHUNK_MS = 60
CHUNK_MS = 160

_WORD = re.compile(r"\s*\S+\s*")


@dataclass(frozen=True, slots=True)
class Chunk:
    """A little of the reply.

    Attributes:
        pcm: PCM16 mono 24 kHz; empty if only words are left that make no sound.
        text: The words that begin in it, with their white space.
        words: For each of them, the ms of the reply at which half of it has sounded, and the number of characters
            of the reply up to its end.
    """

    pcm: bytes
    text: str
    words: tuple[tuple[int, int], ...]


async def speak(
    voice: OfflineVoice, text: str, *, name: str | None = None, speed: float = 1.0
) -> AsyncGenerator[Chunk, None]:
    """Speak a reply, the first chunk as soon as its first piece is made.

    Args:
        voice: What speaks.
        text: The reply. The texts of all chunks joined are this text.
        name: A voice; one that is not known is the default voice.
        speed: 1 is normal.

    Raises:
        VoiceError: The voice failed.
    """
    sounded_ms = 0
    said = 0
    silent = ""
    for piece in speakable_pieces(text):
        pcm = await voice.render(piece.text, voice=name, wpm=round(DEFAULT_WPM * speed))
        if not pcm:
            silent += piece.text
            continue
        words = _spread(silent + piece.text, len(pcm) // BYTES_PER_MS)
        silent = ""
        pcm += bytes(piece.pause_ms * BYTES_PER_MS)
        for start, end in _cuts(len(pcm), first=sounded_ms == 0):
            begun = [word for word in words if word.start_ms * BYTES_PER_MS < end]
            words = words[len(begun) :]
            marks = []
            for word in begun:
                said += len(word.text)
                marks.append((sounded_ms + word.middle_ms, said))
            yield Chunk(pcm[start:end], "".join(word.text for word in begun), tuple(marks))
        sounded_ms += len(pcm) // BYTES_PER_MS
    if silent:
        yield Chunk(b"", silent, ((sounded_ms, said + len(silent)),))


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    start_ms: int
    middle_ms: int


def _spread(text: str, milliseconds: int) -> list[_Word]:
    """Words over the length of their sound, each by its share of the letters: close enough to light them up by."""
    words = _WORD.findall(text)
    total = sum(len(word.strip()) + 1 for word in words)
    spread, at = [], 0
    for word in words:
        size = len(word.strip()) + 1
        spread.append(
            _Word(word, milliseconds * at // total, milliseconds * (2 * at + size) // (2 * total))
        )
        at += size
    return spread


def _cuts(size: int, *, first: bool) -> Iterator[tuple[int, int]]:
    start = 0
    while start < size:
        length = FIRST_CHUNK_MS if first and start == 0 else CHUNK_MS
        end = min(size, start + length * BYTES_PER_MS)
        yield start, end
        start = end
