"""PocketSphinx at work on one utterance at a time, while it is still being said. Lives in the worker process.

Two kinds. The command recogniser follows the grammar, and beside it a loop of free phones follows the sound: where
words of the grammar explain the sound about as well as free phones do, they were said; where phones explain it far
better, something else was said, and the text is not to be trusted. The dictation recogniser knows a general language
model and takes anything.
"""

from __future__ import annotations

import math
import random
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pocketsphinx
import soxr

from voicedesk.engine.ears.automaton import Automaton
from voicedesk.engine.ears.grammar import PRIORS, command_automaton

WIRE_RATE = 24_000
RATE = 16_000

DITHER = 60.0
"""Spread of the noise mixed in (of 32768). Digital silence between words is a sound that the model never heard."""
WORST_FIT = -0.2
"""Log likelihood by which the grammar may be behind free phones before it is not believed."""
WORST_FIT_SO_FAR = -0.18
"""The same while the user still talks, from when on dictation is started beside: for one command in twenty in vain,
for nine other sentences in ten a third of their length before the end."""
WORST_FIT_SHOWN = -0.12
"""The same for words to be shown before the end, ``LEAST_SHOWN_MS`` after the voice began: of 29 commands none then
showed a word that was taken back, and of 11 other sentences none showed any. At -0.18 and 300 ms it was 1 and 5."""
LEAST_SHOWN_MS = 500
MOST_UNEXPLAINED = 20
"""Frames (10 ms each) of phones that the grammar passed over as noise; more, and something else was said."""
LEAST_VOICED_MS = 90
"""Shorter is no word. Counted are pieces of 30 ms that are speech by WebRTC's judgement and have a pitch."""

TYPICAL_MEAN = "59.3,-1.8,-3.6,17.9,-4.5,1.1,-2.9,-17.6,-6.0,-10.1,3.4,-1.5,-5.7"
"""Mean of the features of clear speech, where each utterance starts from. PocketSphinx's own is far off: with it two
commands in three are misheard until it has adapted, and silence would lead it astray again."""
LONGEST_COMMAND_S = 12
"""Longer utterances are not heard a second time."""

_VAD_FRAME = 480  # 30 ms
_PITCH_LAGS = slice(RATE // 400, RATE // 75)
_VOICED = 0.45
_BLOCK = 1600
_WIDE: dict[str, float] = {"beam": 1e-60, "pbeam": 1e-60, "wbeam": 1e-40}

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Heard:
    """What was understood.

    Attributes:
        text: Lower case words, empty if there were none.
        speech_ms: How much of the sound was voiced speech; 0 if there was none worth the name.
        fits: Whether the text explains the sound; False for a command that was forced onto something else.
        score: How well, for measurements: 0 is as well as free phones; lower is worse.
    """

    text: str
    speech_ms: int
    fits: bool
    score: float


@cache
def _noise() -> Floats:
    """A second of dither, the same each time, so that results can be repeated.

    Without numpy.random, which is 2.5 MB of the packaged application and nowhere else in use.
    """
    source = random.Random(1)  # noqa: S311 - noise, no secret
    return np.array([source.gauss(0.0, DITHER) for _ in range(RATE)], np.float32)


class _Input:
    """From PCM16 24 kHz in pieces of any size to blocks of dithered PCM16 16 kHz."""

    def __init__(self) -> None:
        self._resampler = soxr.ResampleStream(WIRE_RATE, RATE, 1, dtype="float32", quality="HQ")
        self._noise_at = 0
        self._odd = b""
        self._rest: Floats = np.zeros(0, np.float32)

    def take(self, pcm: bytes, *, last: bool = False) -> list[bytes]:
        pcm = self._odd + pcm
        cut = len(pcm) - len(pcm) % 2
        self._odd = pcm[cut:]
        samples = np.frombuffer(pcm[:cut], "<i2").astype(np.float32)
        resampled: Floats = self._resampler.resample_chunk(samples, last=last)
        noise = _noise()
        where = np.arange(self._noise_at, self._noise_at + len(resampled)) % len(noise)
        self._noise_at += len(resampled)
        self._rest = np.concatenate([self._rest, resampled + noise[where]])
        size = len(self._rest) if last else len(self._rest) // _BLOCK * _BLOCK
        ready, self._rest = self._rest[:size], self._rest[size:]
        data = np.clip(np.rint(ready), -32768, 32767).astype("<i2").tobytes()
        return [data[at : at + 2 * _BLOCK] for at in range(0, len(data), 2 * _BLOCK)]


def _decoder(**settings: Any) -> Any:
    return pocketsphinx.Decoder(pocketsphinx.Config(loglevel="FATAL", **settings))


class DictationRecogniser:
    """Any words, by the general model: slow (about half of real time) and often wrong."""

    def __init__(self) -> None:
        # The second pass ("fwdflat") runs after the end of the utterance and gains little.
        self._decoder = _decoder(fwdflat=False, bestpath=True)
        self._input = _Input()

    def begin(self) -> None:
        """Open an utterance."""
        self._input = _Input()
        self._decoder.set_cmn(TYPICAL_MEAN)
        self._decoder.start_utt()

    def feed(self, pcm: bytes, *, last: bool = False) -> None:
        """Take PCM16 mono 24 kHz, of any length; ``last`` flushes."""
        for block in self._input.take(pcm, last=last):
            self._decoder.process_raw(block, False, False)

    def doubtful(self) -> bool:
        """Never: there is nothing better to turn to."""
        return False

    def so_far(self) -> str:
        """The words understood by now, of which later sound may change any."""
        return _text(self._decoder)

    def end(self) -> Heard:
        """Close the utterance and tell what was understood."""
        self.feed(b"", last=True)
        self._decoder.end_utt()
        return Heard(_text(self._decoder), 0, fits=True, score=0.0)

    def drop(self) -> None:
        """Close the utterance without a result."""
        self._decoder.end_utt()


class CommandRecogniser:
    """Sentences of the grammar, at a twentieth of real time, with a judgement whether one was said at all."""

    def __init__(self) -> None:
        automaton = command_automaton()
        self._commands = _decoder(lm=None, dict=None, bestpath=False, wip=0.1, **_WIDE)
        _teach(self._commands, automaton.words)
        self._commands.add_fsg("commands", _model(self._commands, automaton))
        self._commands.activate_search("commands")
        self._phones = _decoder(lm=None, dict=None)
        phone_model = pocketsphinx.get_model_path("en-us/en-us-phone.lm.bin")
        self._phones.add_allphone_file("phones", phone_model)
        self._phones.activate_search("phones")
        self._vad = pocketsphinx.Vad(3, RATE, _VAD_FRAME / RATE)
        self._input = _Input()
        self._unjudged = b""
        self._voiced_ms = 0
        self._mean = TYPICAL_MEAN
        self._kept = bytearray()

    def begin(self) -> None:
        """Open an utterance."""
        self._input = _Input()
        self._unjudged = b""
        self._voiced_ms = 0
        self._kept = bytearray()
        for decoder in (self._commands, self._phones):
            decoder.set_cmn(self._mean)
            decoder.start_utt()

    def feed(self, pcm: bytes, *, last: bool = False) -> None:
        """Take PCM16 mono 24 kHz, of any length; ``last`` flushes."""
        for block in self._input.take(pcm, last=last):
            self._commands.process_raw(block, False, False)
            self._phones.process_raw(block, False, False)
            self._judge(block)
            if len(self._kept) <= 2 * RATE * LONGEST_COMMAND_S:
                self._kept += block

    def _judge(self, block: bytes) -> None:
        data = self._unjudged + block
        size = 2 * _VAD_FRAME
        end = len(data) // size * size
        self._unjudged = data[end:]
        pieces = (data[at : at + size] for at in range(0, end, size))
        self._voiced_ms += sum(
            1000 * _VAD_FRAME // RATE
            for piece in pieces
            if self._vad.is_speech(piece) and _has_pitch(piece)
        )

    def doubtful(self) -> bool:
        """Whether, half way, it is plain that no command is being said."""
        return self._voiced_ms > 300 and self._fit() < WORST_FIT_SO_FAR

    def so_far(self) -> str:
        """The words understood by now, of which later sound may change any; none while they are not to be believed."""
        plain = self._voiced_ms > LEAST_SHOWN_MS and self._fit() >= WORST_FIT_SHOWN
        return _text(self._commands) if plain else ""

    def _fit(self) -> float:
        words, phones = self._commands.hyp(), self._phones.hyp()
        if words is None or phones is None or words.score <= 0 or phones.score <= 0:
            return -math.inf
        return math.log(words.score) - math.log(phones.score)

    def end(self) -> Heard:
        """Close the utterance and tell what was understood."""
        self.feed(b"", last=True)
        self._commands.end_utt()
        self._phones.end_utt()
        if self._voiced_ms < LEAST_VOICED_MS:
            return Heard("", 0, fits=True, score=0.0)
        heard = self._understood()
        if not heard.fits and len(self._kept) <= 2 * RATE * LONGEST_COMMAND_S:
            heard = self._again(heard)
        if heard.fits:
            self._mean = self._commands.get_cmn(True)  # this voice, this microphone, this room
        return heard

    def _again(self, first: Heard) -> Heard:
        """Hear the whole of it once more, now that the mean of its features is known."""
        for decoder in (self._commands, self._phones):
            decoder.start_utt()
            decoder.process_raw(bytes(self._kept), False, True)
            decoder.end_utt()
        second = self._understood()
        return second if second.fits else first

    def _understood(self) -> Heard:
        text = _text(self._commands)
        score = self._fit()
        fits = bool(text) and score > WORST_FIT and self._unexplained() <= MOST_UNEXPLAINED
        return Heard(text, self._voiced_ms, fits=fits, score=score)

    def _unexplained(self) -> int:
        """Frames in which phones were heard and the grammar put no word."""
        spoken = _frames(segment for segment in self._phones.seg() or () if segment.word != "SIL")
        return len(spoken - _frames(self._commands.seg() or ()))

    def drop(self) -> None:
        """Close the utterance without a result."""
        self._commands.end_utt()
        self._phones.end_utt()


def _text(decoder: Any) -> str:
    found = decoder.hyp()
    return str(found.hypstr).strip() if found is not None else ""


def _frames(segments: Iterable[Any]) -> set[int]:
    """The frames of words or phones; fillers, such as ``<sil>`` and ``[NOISE]``, do not count."""
    return {
        frame
        for segment in segments
        if segment.word[0].isalpha()
        for frame in range(segment.start_frame, segment.end_frame + 1)
    }


def _has_pitch(piece: bytes) -> bool:
    """Whether the sound repeats itself at the rate of a voice: noise and clicks do not."""
    samples = np.frombuffer(piece, "<i2").astype(np.float32)
    samples -= samples.mean()
    spectrum = np.fft.rfft(samples, 2 * len(samples))
    repeats = np.fft.irfft(spectrum * spectrum.conj())
    lags = np.arange(len(samples))[_PITCH_LAGS]
    unbiased = repeats[_PITCH_LAGS] * (len(samples) / (len(samples) - lags))
    return bool(repeats[0] > 0 and unbiased.max() > _VOICED * repeats[0])


def _teach(decoder: Any, words: Collection[str]) -> None:
    """Give a decoder the pronunciations of some words: a few hundred load in no time, the whole dictionary does not."""
    with Path(pocketsphinx.get_model_path("en-us/cmudict-en-us.dict")).open(
        encoding="utf-8"
    ) as lines:
        for line in lines:
            entry, phones = line.split(maxsplit=1)
            if entry.partition("(")[0] in words:  # "the(2)" is another way to say "the"
                decoder.add_word(entry, phones.strip(), False)


def _model(decoder: Any, automaton: Automaton) -> Any:
    end = len(automaton.arcs)
    arcs: list[tuple[int, int, float] | tuple[int, int, float, str]] = [
        (state, target, PRIORS.get(word, 1.0), word)
        for state, row in enumerate(automaton.arcs)
        for word, target in row.items()
    ]
    arcs += [(final, end, 1.0) for final in sorted(automaton.finals)]
    return decoder.create_fsg("commands", 0, end, arcs)
