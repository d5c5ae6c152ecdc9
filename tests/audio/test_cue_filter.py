"""A cue is taken out of what is recorded, however it came into the microphone, and speech stays what it was."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.end_to_end.desktop import spoken
from tests.support import sounds
from voicedesk.audio import cues
from voicedesk.audio.cue_filter import CueFilter, stop_band
from voicedesk.audio.cues import Cue
from voicedesk.audio.files import read_wav
from voicedesk.audio.io import RATE, CapturedBlock
from voicedesk.audio.pcm import SPEECH_RMS, loudness

AT = 500.0
CUES = (cues.listening, cues.sent, cues.failed)

Wave = NDArray[np.float64]


def wave(pcm: bytes) -> Wave:
    return np.frombuffer(pcm, "<i2").astype(np.float64)


def pcm_of(samples: Wave) -> bytes:
    return np.clip(np.rint(samples), -32768, 32767).astype("<i2").tobytes()


def through(stop: CueFilter, pcm: bytes, *, at: float = AT, sizes: Sequence[int] = (480,)) -> bytes:
    """A take in blocks of these sizes, again and again, through the filter."""
    result, place, turn = [], 0, 0
    while place < len(pcm) // 2:
        piece = pcm[2 * place : 2 * (place + sizes[turn % len(sizes)])]
        block = stop(CapturedBlock(piece, at + place / RATE))
        assert block.captured_at == at + place / RATE
        assert len(block.pcm) == len(piece)
        result.append(block.pcm)
        place += len(piece) // 2
        turn += 1
    return b"".join(result)


def energy(samples: Wave) -> float:
    return float(np.sum(samples**2))


def room(dry: Wave) -> Wave:
    """Later, softer, and with an echo that dies away in a fifth of a second."""
    random = np.random.default_rng(3)
    answer = np.zeros(RATE // 5)
    answer[240] = 0.5
    tail = np.arange(len(answer) - 400)
    answer[400:] = random.normal(size=len(tail)) * np.exp(-tail / 500) * 0.05
    return np.convolve(dry, answer)[: len(dry)]


@pytest.mark.parametrize("make", CUES)
@pytest.mark.parametrize("path", [lambda dry: dry, room])
def test_nothing_of_a_cue_is_left_that_could_be_speech(
    make: Callable[[], Cue], path: Callable[[Wave], Wave]
) -> None:
    cue = make()
    played = np.concatenate([np.zeros(1200), wave(cue.pcm), np.zeros(RATE // 2)])
    heard = pcm_of(path(played))
    cleaned = through(CueFilter(cue, AT + 0.02, AT + 0.05 + cue.seconds + 0.15), heard)
    assert energy(wave(cleaned)) < energy(wave(heard)) / 1000
    assert loudness(heard) > SPEECH_RMS
    assert loudness(cleaned) < SPEECH_RMS / 2


def test_speech_that_begins_with_the_key_stays(tmp_path: Path) -> None:
    speech = wave(read_wav(spoken("eleven apples and a pear", tmp_path / "speech.wav")))
    speech = speech[int(np.argmax(np.abs(speech) > 500)) :]
    cue = cues.listening()
    mixed = speech.copy()
    mixed[240 : 240 + len(cue.pcm) // 2] += wave(cue.pcm)
    end = AT + 0.01 + cue.seconds + 0.15
    cleaned = wave(through(CueFilter(cue, AT - 0.02, end), pcm_of(mixed)))
    cut = round((end - AT) * RATE)
    assert np.array_equal(cleaned[cut:], np.rint(mixed[cut:]))
    kept = energy(cleaned[:cut]) / energy(speech[:cut])
    assert 0.4 < kept < 1.1, "of a voice, which is loudest where the notes are"


@given(
    st.lists(st.integers(1, 2000), min_size=1, max_size=6),
    st.floats(-0.3, 0.5),
    st.floats(0.0, 0.4),
)
def test_how_the_take_is_cut_into_blocks_makes_no_difference(
    sizes: list[int], begin: float, length: float
) -> None:
    pcm = sounds.noise(RATE // 4).tobytes()
    cue = cues.listening()
    whole = through(CueFilter(cue, AT + begin, AT + begin + length), pcm, sizes=(RATE,))
    pieces = through(CueFilter(cue, AT + begin, AT + begin + length), pcm, sizes=sizes)
    assert np.abs(wave(whole) - wave(pieces)).max() <= 1


def test_what_is_outside_its_time_is_left_alone() -> None:
    pcm = sounds.noise(RATE).tobytes()
    cleaned = through(CueFilter(cues.listening(), AT + 0.2, AT + 0.4), pcm)
    first, last = round(0.2 * RATE) * 2, round(0.4 * RATE) * 2
    assert (cleaned[:first], cleaned[last:]) == (pcm[:first], pcm[last:])
    assert cleaned[first:last] != pcm[first:last]


def test_of_another_take_nothing_is_looked_back_at() -> None:
    """A take may begin before the last one ended: it has what came just before its key."""
    loud = sounds.noise(RATE // 2).tobytes()
    stop = CueFilter(cues.listening(), AT + 9.0, AT + 9.5)
    through(stop, loud)
    fresh = CueFilter(cues.listening(), AT + 9.0, AT + 9.5)
    assert through(stop, loud, at=AT + 9.1) == through(fresh, loud, at=AT + 9.1)


def test_silence_stays_silence_and_no_block_is_too_short() -> None:
    stop = CueFilter(cues.listening(), AT - 1.0, AT + 1.0)
    assert through(stop, bytes(960), sizes=(1,)) == bytes(960)
    assert stop(CapturedBlock(b"", AT)).pcm == b""


@pytest.mark.parametrize("make", CUES)
def test_the_filter_stops_little_beside_the_notes(make: Callable[[], Cue]) -> None:
    cue = make()
    gain = np.abs(np.fft.rfft(stop_band(cue.pitches, cue.note_s), RATE))
    assert all(gain[round(pitch)] < 0.01 for pitch in cue.pitches)
    assert np.count_nonzero(gain < 0.5) < 320  # hertz
    assert gain[1500:].min() > 0.9
    assert gain.max() < 1.1
