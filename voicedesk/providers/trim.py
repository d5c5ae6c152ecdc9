"""Silence at both ends of a unit of speech: taken away at its head while the sound streams in, added where it lacks.

Servers' voices begin with 50 to 300 ms of silence. In an answer made of several units each of them would be heard as
a pause in the middle of a sentence, and the first as latency.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from contextlib import aclosing

from voicedesk.audio.io import SAMPLE_BYTES
from voicedesk.audio.lengths import sample_count, silence
from voicedesk.synth.sentences import CLAUSE_PAUSE_MS, SENTENCE_PAUSE_MS

LEAD_MS = 15
"""Silence kept before the first sound, so that a soft onset is not cut."""

_LEAD_BYTES = sample_count(LEAD_MS) * SAMPLE_BYTES
_SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’»)\]]*$")
_CLAUSE_END = re.compile(r"[,;:–—，、；：][\"'”’»)\]]*$")


class LeadTrimmer:
    """Takes the silence at the head of one stream away. Keeps no more than ``LEAD_MS`` of sound in memory.

    Silence all the way leaves nothing.
    """

    def __init__(self) -> None:
        self._lead = b""
        self._begun = False

    def feed(self, pcm: bytes) -> bytes:
        """The next piece: whole samples, PCM16 mono 24 kHz. Returns what of it is to be played, perhaps nothing."""
        if self._begun:
            return pcm
        from voicedesk.audio.pcm import first_audible, from_bytes  # late: it loads numpy

        pcm = self._lead + pcm
        first = first_audible(from_bytes(pcm))
        if first is None:
            self._lead = pcm[-_LEAD_BYTES:]
            return b""
        self._begun, self._lead = True, b""
        return pcm[max(0, first * SAMPLE_BYTES - _LEAD_BYTES) :]


async def trimmed(sound: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    """A unit's sound without the silence at its head. Closing it closes ``sound``."""
    trimmer = LeadTrimmer()
    async with aclosing(sound) as pieces:
        async for pcm in pieces:
            if rest := trimmer.feed(pcm):
                yield rest


def pause_after(text: str) -> bytes:
    """The silence that belongs after a unit, for voices that leave no room between sentences; empty for none."""
    text = text.rstrip()
    if _SENTENCE_END.search(text):
        return silence(SENTENCE_PAUSE_MS)
    return silence(CLAUSE_PAUSE_MS) if _CLAUSE_END.search(text) else b""
