"""Speech of which it is known when each word has sounded: espeak's own library, and what it tells of every word."""

from __future__ import annotations

import ctypes
import ctypes.util
import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import soxr

from voicedesk.audio.io import RATE

_RETRIEVAL_SYNCHRONOUS = 2
_CHARACTERS, _UTF8, _END_PAUSE = 1, 1, 0x1000
_RATE_PARAMETER = 1
_EVENT_WORD = 1
_AUDIBLE = 104  # -50 dB of full scale
_DITHER = 60


@dataclass(frozen=True, slots=True)
class Spoken:
    """A text and its sound.

    Attributes:
        text: The text.
        pcm: PCM16 mono 24 kHz, with no sample of zero, so that what sounded of it can be counted in a recording.
        begins_ms: Where each word (as ``str.split`` has them) begins.
        ends_ms: Where the last audible sample of each word is; of words that are spoken as one, that of them all.
    """

    text: str
    pcm: bytes
    begins_ms: tuple[float, ...]
    ends_ms: tuple[float, ...]


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", ctypes.c_char * 8),
    )


_CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


class _Espeak:
    """The library, which can be started once in a process.

    Raises:
        OSError: It is not installed.
    """

    def __init__(self) -> None:
        name = ctypes.util.find_library("espeak-ng")
        if name is None:
            raise OSError("espeak-ng is not installed")
        self._library = ctypes.CDLL(name)
        self._rate = self._library.espeak_Initialize(_RETRIEVAL_SYNCHRONOUS, 0, None, 1)
        self._sound: list[bytes] = []
        self._begun: list[tuple[int, float]] = []
        self._called = _CALLBACK(self._take)
        self._library.espeak_SetSynthCallback(self._called)

    def say(
        self, text: str, words_a_minute: int
    ) -> tuple[npt.NDArray[np.int16], list[tuple[int, float]]]:
        """Samples at 24 kHz, and the character and millisecond at which each thing said begins."""
        self._sound.clear()
        self._begun.clear()
        data = text.encode()
        self._library.espeak_SetVoiceByName(b"en-us")
        self._library.espeak_SetParameter(_RATE_PARAMETER, words_a_minute, 0)
        flags = _UTF8 | _END_PAUSE
        self._library.espeak_Synth(data, len(data) + 1, 0, _CHARACTERS, 0, flags, None, None)
        samples = np.frombuffer(b"".join(self._sound), dtype="<i2").astype(np.float32)
        samples = soxr.resample(samples, self._rate, RATE)
        return np.clip(np.rint(samples), -32768, 32767).astype("<i2"), list(self._begun)

    def _take(self, wav: object, count: int, events: Sequence[_Event]) -> int:
        index = 0
        while (event := events[index]).type:
            if event.type == _EVENT_WORD and event.length > 0:
                self._begun.append((event.text_position - 1, event.sample * 1000.0 / self._rate))
            index += 1
        if count > 0:
            self._sound.append(ctypes.string_at(wav, count * 2))  # type: ignore[arg-type] # a pointer
        return 0


_espeak = functools.cache(_Espeak)


@functools.cache
def spoken(text: str, words_a_minute: int = 175) -> Spoken:
    """Speak a text.

    Raises:
        OSError: espeak-ng is not installed.
    """
    samples, begun = _espeak().say(text, words_a_minute)
    begins = _begins(text, begun)
    ends: list[float] = []
    stop = len(samples)
    for begin in reversed(begins):
        if begin is not None:
            start = round(begin * RATE / 1000.0)
            audible = np.flatnonzero(np.abs(samples[start:stop].astype(np.int32)) > _AUDIBLE)
            last = start + int(audible[-1]) + 1 if audible.size else stop
            ends.append(last * 1000.0 / RATE)
            stop = start
    ends.reverse()
    times: list[tuple[float, float]] = []
    for begin in begins:
        # A word that nothing is told of is spoken as one with the word before it.
        times.append(times[-1] if begin is None else (begin, ends.pop(0)))
    chance = np.random.default_rng(len(text))
    hiss = chance.integers(_DITHER // 2, _DITHER, len(samples)) * chance.choice(
        [-1, 1], len(samples)
    )
    pcm = np.where(np.abs(samples) < _DITHER, hiss, samples).astype("<i2").tobytes()
    return Spoken(text, pcm, tuple(b for b, _ in times), tuple(e for _, e in times))


def _begins(text: str, begun: Sequence[tuple[int, float]]) -> list[float | None]:
    """Where each word begins, in the order of the sound."""
    words = [match.span() for match in re.finditer(r"\S+", text)]
    begins: list[float | None] = [None] * len(words)
    index = 0
    for character, ms in sorted(begun, key=lambda each: each[1]):
        while index < len(words) - 1 and words[index][1] <= character:
            index += 1
        if begins[index] is None:
            begins[index] = ms
    if begins and begins[0] is None:
        begins[0] = 0.0
    return begins
