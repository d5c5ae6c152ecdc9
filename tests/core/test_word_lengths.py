"""Words and how long they take: what is written short and said long, marks, and languages without spaces."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicedesk.core.word_lengths import Pause, words_of


def length_of(word: str) -> float:
    return sum(each.length_ms for each in words_of(word))


@pytest.mark.parametrize(
    ("longer", "shorter"),
    [
        ("straightforwardness", "strength"),
        ("1862", "apple"),
        ("299,792,458", "1862"),
        ("$24.50", "24"),
        ("20%", "20"),
        ("BBC", "bee"),
        ("14:35", "14"),
        ("word,", "word"),
        ("0049123456", "491"),
    ],
)
def test_what_takes_longer(longer: str, shorter: str) -> None:
    assert length_of(longer) > length_of(shorter) > 0


@pytest.mark.parametrize("nothing", ["–", "...", "*", "😀", '"', "()"])
def test_what_is_not_said_takes_no_time(nothing: str) -> None:
    expected = 0.0 if nothing != "*" else length_of("*")
    assert length_of(nothing) == expected


@pytest.mark.parametrize(
    ("text", "pauses"),
    [
        ("Yes, I do.", [Pause.CLAUSE, Pause.NONE, Pause.SENTENCE]),
        ("Dr. Hill came!", [Pause.CLAUSE, Pause.NONE, Pause.SENTENCE]),
        ('"Stop," he said', [Pause.CLAUSE, Pause.NONE, Pause.NONE]),
        ("Title\n\nText", [Pause.SENTENCE, Pause.NONE]),
        ("one\n- two", [Pause.SENTENCE, Pause.CLAUSE, Pause.NONE]),
        ("3.5 kg", [Pause.NONE, Pause.NONE]),
        ("好。是", [Pause.SENTENCE, Pause.NONE]),
    ],
)
def test_where_a_speaker_pauses(text: str, pauses: list[Pause]) -> None:
    assert [word.pause for word in words_of(text)] == pauses


def test_a_sign_of_chinese_or_japanese_is_a_word() -> None:
    assert [(w.start, w.end) for w in words_of("東京は。ok")] == [(0, 1), (1, 2), (2, 4), (4, 6)]


@given(st.text(max_size=80), st.integers(0, 80), st.integers(0, 80))
def test_words_are_in_order_and_hold_all_that_is_no_white_space(
    text: str, one: int, two: int
) -> None:
    start, end = sorted((min(one, len(text)), min(two, len(text))))
    words = list(words_of(text, start, end))
    held = "".join(text[word.start : word.end] for word in words)
    assert held == "".join(text[start:end].split())
    assert all(word.length_ms >= 0.0 for word in words)
    places = [place for word in words for place in (word.start, word.end)]
    assert places == sorted(places)
