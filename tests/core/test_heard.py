"""How much of a text was heard: never more than was received, never less later, all at the end, and on the careful side."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicedesk.core.events import AudioKey, Heard
from voicedesk.core.heard import Part, begun_length, heard_length
from voicedesk.core.placed import Placed
from voicedesk.core.word_lengths import words_of

WORD = st.text("abcdefghij1.,東", min_size=1, max_size=8)
TEXT = st.lists(WORD, max_size=12).map(" ".join)
MS = st.floats(0.0, 5_000.0)


def key(number: int) -> AudioKey:
    return AudioKey(1, "sound", "item", number)


@st.composite
def spoken_parts(draw: st.DrawFn) -> tuple[str, tuple[Part, ...], list[float]]:
    """A text, the runs of sound that say it (some with places for their words), and how long each is."""
    texts = draw(st.lists(TEXT, min_size=1, max_size=4))
    text, parts, lengths = "", [], []
    for number, piece in enumerate(texts):
        start, text = len(text), f"{text}{piece} "
        length = draw(st.floats(1.0, 5_000.0))
        placed: tuple[Placed, ...] = ()
        if draw(st.booleans()):
            words = list(words_of(text, start))
            times = sorted(
                draw(
                    st.lists(st.floats(0, length), min_size=2 * len(words), max_size=2 * len(words))
                )
            )
            placed = tuple(
                Placed(word.end, times[2 * index], times[2 * index + 1])
                for index, word in enumerate(words)
            )
        parts.append(Part(key(number), start, len(text), draw(MS), placed))
        lengths.append(length)
    return text, tuple(parts), lengths


def played(lengths: Sequence[float], ms: float) -> dict[AudioKey, Heard]:
    """What sounded after so long, of runs that were received whole and play one after the other."""
    heard = {}
    for number, length in enumerate(lengths):
        sounded = min(max(ms, 0.0), length)
        if sounded > 0.0:
            heard[key(number)] = Heard(key(number), sounded, length, finished=ms > length)
        ms -= length
    return heard


def is_end_of_word(text: str, at: int) -> bool:
    return (
        at in {0, len(text)}
        or any(word.end == at for word in words_of(text))
        or text[at - 1].isspace()
    )


@given(spoken_parts(), st.lists(st.floats(0.0, 1.2), min_size=2, max_size=6))
def test_it_never_goes_back_and_ends_at_words(
    spoken: tuple[str, tuple[Part, ...], list[float]], shares: list[float]
) -> None:
    text, parts, lengths = spoken
    before = begun_before = 0
    for share in sorted(shares):
        heard = played(lengths, share * sum(lengths))
        now, begun = heard_length(text, parts, heard), begun_length(text, parts, heard)
        assert before <= now <= len(text)
        assert begun_before <= begun
        assert now <= begun, "what is over was begun"
        assert is_end_of_word(text, now)
        before, begun_before = now, begun


@given(spoken_parts())
def test_at_the_end_all_was_heard_and_before_the_beginning_nothing(
    spoken: tuple[str, tuple[Part, ...], list[float]],
) -> None:
    text, parts, lengths = spoken
    assert heard_length(text, parts, played(lengths, sum(lengths) + 1.0)) == len(text)
    assert heard_length(text, parts, {}) == (0 if any(map(str.isalnum, text)) else len(text))


@given(spoken_parts(), st.floats(0.0, 1.0))
def test_no_word_counts_whose_sound_was_not_over(
    spoken: tuple[str, tuple[Part, ...], list[float]], share: float
) -> None:
    text, parts, lengths = spoken
    heard = played(lengths, share * sum(lengths))
    reach = heard_length(text, parts, heard)
    for part in parts:
        sounded = heard.get(part.key)
        if sounded is not None and sounded.finished:
            continue
        ms = sounded.heard_ms if sounded is not None else -1.0
        for word in part.words:
            if word.ends_ms > ms and any(map(str.isalnum, text[word.end - 1 :])):
                assert word.end > reach or reach <= part.start


@given(spoken_parts(), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_never_beyond_what_was_received(
    spoken: tuple[str, tuple[Part, ...], list[float]], share: float, more: float
) -> None:
    """A position beyond the sound that came (a clock that runs ahead) counts as its end and no more."""
    text, parts, lengths = spoken
    first = Heard(key(0), lengths[0] * share, lengths[0] * share)
    ahead = Heard(key(0), lengths[0] * (share + more), lengths[0] * share)
    reach = heard_length(text, parts, {key(0): first})
    assert heard_length(text, parts, {key(0): ahead}) == reach
    if any(map(str.isalnum, text[parts[0].end :])):
        assert reach <= parts[0].end


@given(spoken_parts(), st.integers(0, 3), st.floats(0.0, 1.0))
def test_what_follows_a_run_that_was_cut_was_not_heard(
    spoken: tuple[str, tuple[Part, ...], list[float]], cut: int, share: float
) -> None:
    text, parts, lengths = spoken
    cut = min(cut, len(parts) - 1)
    heard = {part.key: Heard(part.key, 1.0, 1.0, finished=True) for part in parts}
    heard[key(cut)] = Heard(key(cut), lengths[cut] * share, lengths[cut])
    reach = heard_length(text, parts, heard)
    if any(map(str.isalnum, text[parts[cut].end :])):
        assert reach <= parts[cut].end


def test_a_word_counts_when_it_is_over_and_is_lit_when_it_begins() -> None:
    text = "one two three"
    words = (Placed(3, 0.0, 300.0), Placed(7, 350.0, 600.0), Placed(13, 700.0, 1100.0))
    parts = (Part(key(0), 0, len(text), words=words),)
    reached = {
        ms: (
            text[: heard_length(text, parts, {key(0): Heard(key(0), ms, 1200.0)})],
            text[: begun_length(text, parts, {key(0): Heard(key(0), ms, 1200.0)})],
        )
        for ms in (299.0, 300.0, 360.0, 650.0, 1099.0, 1100.0)
    }
    assert reached == {
        299.0: ("", "one"),
        300.0: ("one", "one"),
        360.0: ("one", "one two"),
        650.0: ("one two", "one two"),
        1099.0: ("one two", text),
        1100.0: (text, text),
    }


def test_a_word_whose_end_is_not_known_yet_was_not_heard() -> None:
    words = (Placed(3, 0.0, 300.0), Placed(7, 350.0, math.inf))
    parts = (Part(key(0), 0, 7, words=words),)
    cut = {key(0): Heard(key(0), 900.0, 900.0)}
    assert heard_length("one two", parts, cut) == 3
    whole = {key(0): Heard(key(0), 900.0, 900.0, finished=True)}
    assert heard_length("one two", parts, whole) == 7


@pytest.mark.parametrize("text", ["alpha " * 9 + "alpha.", "beta, gamma delta. zeta 12 omega"])
def test_of_words_without_a_place_none_is_counted_ahead_of_its_sound(text: str) -> None:
    """A stop is no letter that is spoken, and a voice need not speak as is foretold."""
    parts = (Part(key(0), 0, len(text)),)
    count = len(text.split())
    for each in range(0, 300 * count, 7):
        ms = each + 0.5
        reach = heard_length(text, parts, {key(0): Heard(key(0), ms, 300.0 * count)})
        assert len(text[:reach].split()) <= int(ms / 300.0)
