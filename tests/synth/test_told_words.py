"""What a voice tells of its words, and that espeak tells the truth."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicedesk.audio.wav import write_wav
from voicedesk.core.placed import Placed, Speech
from voicedesk.core.word_lengths import words_of
from voicedesk.synth.sound import read_words
from voicedesk.synth.told import told_words
from voicedesk.synth.voice import OfflineVoice


def test_each_word_has_what_is_told_of_it() -> None:
    told = [[0, 0.0, 300.0], [4, 320.0, 600.0]]
    assert told_words("One two", told) == [Placed(3, 0.0, 300.0), Placed(7, 320.0, 600.0)]


def test_parts_of_a_number_are_one_word() -> None:
    told = [
        [0, 0.0, 100.0],
        [3, 100.0, 300.0],
        [5, 300.0, 500.0],
        [2, 500.0, 700.0],
        [8, 710.0, 900.0],
    ]
    assert told_words("It 1,250 is", told)[1] == Placed(8, 100.0, 700.0)


def test_words_said_as_one_are_over_together() -> None:
    told = [[0, 0.0, 100.0], [3, 100.0, 400.0], [10, 410.0, 700.0]]
    assert told_words("go of the way", told) == [
        Placed(2, 0.0, 100.0),
        Placed(5, 100.0, 400.0),
        Placed(9, 100.0, 400.0),
        Placed(13, 410.0, 700.0),
    ]


@given(
    st.text("ab .1", max_size=30),
    st.lists(st.tuples(st.integers(-5, 60), st.floats(0, 9e3), st.floats(0, 9e3)), max_size=12),
)
def test_whatever_is_told_words_end_in_order(
    text: str, told: list[tuple[int, float, float]]
) -> None:
    placed = told_words(text, told)
    assert placed == [] or [p.end for p in placed] == [w.end for w in words_of(text)]
    ends = [each.ends_ms for each in placed]
    assert ends == sorted(ends)


def test_words_of_a_file_end_before_the_pause_and_count_from_the_first_sound(
    tmp_path: Path,
) -> None:
    quiet, loud = np.zeros(2_400, "<i2"), np.full(4_800, 9_000, "<i2")
    write_wav(tmp_path / "a.wav", np.concatenate([quiet, loud, quiet, loud, quiet]).tobytes())
    pcm, words = read_words(tmp_path / "a.wav", [0.1, 0.4])
    assert len(pcm) == 2 * 24 * (15 + 200 + 100 + 200 + 40)
    assert words == [(15.0, 215.0), (315.0, 515.0)]


@pytest.fixture
async def voice() -> OfflineVoice:
    voice = OfflineVoice()
    await voice.start()
    return voice


async def test_the_offline_voice_tells_where_its_words_are(voice: OfflineVoice) -> None:
    text = "Yes, that is right. It costs 24 euros, doesn't it?"
    try:
        pieces = [piece async for piece in voice.speak(text)]
    finally:
        await voice.close()
    words = [word for piece in pieces if isinstance(piece, Speech) for word in piece.words]
    assert [word.end for word in words] == [word.end for word in words_of(text)]
    samples = np.abs(np.frombuffer(b"".join(pieces), "<i2").astype(np.int32))
    for word, following in pairwise(words):
        assert word.ends_ms <= following.begins_ms + 1.0
        between = samples[int(word.ends_ms * 24) + 24 : int(following.begins_ms * 24) - 24]
        assert not between.size or between.max() < 200, "between two words nothing is heard"
    pause = words[4].begins_ms - words[3].ends_ms
    assert pause > 200.0, "a sentence ended there"
