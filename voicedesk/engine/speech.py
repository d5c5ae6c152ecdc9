"""A reply as sound and words in step: small chunks, each with the words that begin in it.

A chunk ends where a word begins, so that whoever counts the sound that came before a word knows where the word is.
"""

from __future__ import annotations

import math
import re
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass, replace

from voicedesk.core.loudness import Loudness
from voicedesk.core.placed import Placed, Speech
from voicedesk.core.placement import place
from voicedesk.core.word_lengths import words_of
from voicedesk.synth.sentences import speakable_pieces
from voicedesk.synth.voice import DEFAULT_WPM, OfflineVoice

BYTES_PER_MS = 48
SAMPLES_PER_MS, SAMPLE_BYTES = 24, 2
FIRST_CHUNK_MS = 60
CHUNK_MS = 160

_WORD = re.compile(r"\s*\S+\s*")


@dataclass(frozen=True, slots=True)
class Chunk:
    """A little of the reply.

    Attributes:
        pcm: PCM16 mono 24 kHz; empty if only words are left that make no sound.
        text: The words that begin in it, with their white space.
        words: For each of them, the ms of the reply at which it has sounded, and the number of characters of the
            reply up to its end.
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
        words = _timed(silent, piece.text, pcm)
        silent = ""
        pcm += bytes(piece.pause_ms * BYTES_PER_MS)
        cuts = _cuts(len(pcm), [word.start for word in words], first=sounded_ms == 0)
        for start, end in cuts:
            begun = [word for word in words if word.start < end]
            words = words[len(begun) :]
            marks = []
            for word in begun:
                said += len(word.text)
                marks.append((sounded_ms + word.end_ms, said))
            yield Chunk(pcm[start:end], "".join(word.text for word in begun), tuple(marks))
        sounded_ms += len(pcm) // BYTES_PER_MS
    if silent:
        yield Chunk(b"", silent, ((sounded_ms, said + len(silent)),))


@dataclass(frozen=True, slots=True)
class _Word:
    """A word with its white space, the byte at which its sound begins, and when that is over."""

    text: str
    start: int
    end_ms: int


def _timed(silent: str, text: str, pcm: bytes) -> list[_Word]:
    """The words of a piece, by what the voice tells of them or else by what can be heard of them.

    Args:
        silent: Text before it that says nothing; goes with the first word.
        text: The piece.
        pcm: Its sound.
    """
    if isinstance(pcm, Speech) and pcm.words:
        placed: Sequence[Placed] = pcm.words
    else:
        loudness = Loudness()
        loudness.add(pcm)
        placed = place(tuple(words_of(text)), loudness.frames, whole=True)
    timed: list[_Word] = []
    index, least = 0, 0.0
    for match in _WORD.finditer(text):
        begins = placed[index].begins_ms if index < len(placed) else least
        while index < len(placed) and placed[index].end <= match.end():
            least = max(least, placed[index].ends_ms)
            index += 1
        start = min(int(begins * SAMPLES_PER_MS) * SAMPLE_BYTES, len(pcm) - SAMPLE_BYTES)
        start = max(start, timed[-1].start) if timed else start
        timed.append(_Word(match[0], start, math.ceil(least)))
    timed[0] = replace(timed[0], text=silent + timed[0].text)
    return timed


def _cuts(size: int, begins: Sequence[int], *, first: bool) -> Iterator[tuple[int, int]]:
    """Where the bytes of a piece are cut: at its words, and so that no chunk is long."""
    start = 0
    if first:
        start = min(size, FIRST_CHUNK_MS * BYTES_PER_MS)
        yield 0, start
    while start < size:
        word = next((begin for begin in begins if begin > start), size)
        end = min(size, start + CHUNK_MS * BYTES_PER_MS, word)
        yield start, end
        start = end
