"""Words placed in speech by its pauses: never before their sound is over, whatever the voice does."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicedesk.core.loudness import FRAME_MS, Loudness, speaking
from voicedesk.core.placed import Placed
from voicedesk.core.placement import measured_pace, place, place_evenly, place_in_step
from voicedesk.core.word_lengths import Pause, Word, words_of

TEXT = (
    "Well, the old lighthouse was built in 1862, and for ninety years a family of keepers lived there. Today it is a "
    "small museum: the stairs are open, the lamp still turns, and on clear days one sees three islands. Shall I go on?"
)
LOUD, QUIET = 9_000, 20


@dataclass(frozen=True)
class Said:
    """Words as a voice said them: how loud each 10 ms are, and where the words end."""

    words: tuple[Word, ...]
    frames: list[int]
    ends_ms: list[float]

    def over(self, ms: float) -> int:
        return sum(end <= ms for end in self.ends_ms)


def said(text: str, seed: int, *, pace: float = 1.0, spread: float = 0.25) -> Said:
    """A voice with a mind of its own: words longer and shorter than foretold, pauses where marks are."""
    chance = random.Random(seed)
    words = tuple(words_of(text))
    frames, ends = [QUIET] * 3, []
    for word in words:
        length = word.length_ms * pace * chance.uniform(1.0 - spread, 1.0 + spread)
        frames += [LOUD] * max(1, round(length / FRAME_MS))
        ends.append(len(frames) * FRAME_MS)
        if word.pause is not Pause.NONE:
            longest = 35 if word.pause is Pause.SENTENCE else 20
            frames += [QUIET] * chance.randint(10, longest)
    return Said(words, frames, ends)


def too_many(voice: Said, placed: Sequence[Placed]) -> list[int]:
    """At each moment, how many words are taken to be over that are not."""
    moments = range(0, len(voice.frames) * 10, 30)
    return [sum(each.ends_ms <= ms for each in placed) - voice.over(ms) for ms in moments]


@pytest.mark.parametrize("seed", range(12))
def test_words_are_over_when_they_are_taken_to_be(seed: int) -> None:
    voice = said(TEXT, seed)
    counts = too_many(voice, place(voice.words, voice.frames, whole=True))
    assert max(counts) <= 0
    assert min(counts) >= -3
    assert sum(counts) / len(counts) > -1.5


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("pace", [0.75, 1.0, 1.4])
@pytest.mark.parametrize("ahead", [0, 8, 100])
def test_speech_that_is_still_being_made_is_placed_late_and_never_early(
    seed: int, pace: float, ahead: int
) -> None:
    """The pace is not known, and the text runs ahead of the sound."""
    voice = said(TEXT, seed, pace=pace)
    for share in (0.15, 0.4, 0.7):
        count = int(len(voice.frames) * share)
        words = voice.words[: voice.over(count * FRAME_MS) + 1 + ahead]
        part = Said(words, voice.frames[:count], voice.ends_ms)
        assert max(too_many(part, place(words, part.frames, whole=False))) <= 1


def test_a_pause_fixes_the_words_before_it() -> None:
    voice = said("Yes, I know that place. It is far away.", 1, spread=0.0)
    placed = place(voice.words, voice.frames, whole=True)
    for index, word in enumerate(voice.words):
        if word.pause is not Pause.NONE:
            assert placed[index].ends_ms == pytest.approx(voice.ends_ms[index], abs=2 * FRAME_MS)
            assert placed[index + 1 : index + 2] == [] or (
                placed[index + 1].begins_ms > voice.ends_ms[index] + 50.0
            )


def test_a_known_pace_places_more_of_speech_that_is_still_being_made() -> None:
    voice = said("so many words that go on and on without any mark at all to hold on to " * 2, 3)
    half = voice.frames[: len(voice.frames) // 2]
    pace = measured_pace(voice.words, voice.frames)
    assert pace == pytest.approx(1.0, abs=0.1)
    end = len(half) * FRAME_MS
    guessed = sum(w.ends_ms <= end for w in place(voice.words, half, whole=False))
    known = sum(w.ends_ms <= end for w in place(voice.words, half, whole=False, pace=pace))
    assert guessed < known <= voice.over(end)


def test_a_pace_is_not_told_from_a_word() -> None:
    voice = said("Yes.", 1)
    assert measured_pace(voice.words, voice.frames) is None


WORDS = st.lists(st.text("abc12.,!–東 ", min_size=1, max_size=9), min_size=0, max_size=25).map(
    " ".join
)
FRAMES = st.lists(st.integers(0, 32_768), max_size=400)


@given(WORDS, FRAMES, st.booleans(), st.none() | st.floats(0.3, 3.0))
def test_whatever_comes_every_word_has_its_place(
    text: str, frames: list[int], whole: bool, pace: float | None
) -> None:
    words = list(words_of(text))
    placed = place(words, frames, whole=whole, pace=pace)
    assert [each.end for each in placed] == [word.end for word in words]
    ends = [each.ends_ms for each in placed]
    assert ends == sorted(ends)
    assert all(0.0 <= each.begins_ms <= each.ends_ms for each in placed)
    if whole:
        assert all(end <= len(frames) * FRAME_MS for end in ends)


@given(WORDS, FRAMES, st.lists(st.integers(0, 60), max_size=8), st.booleans())
def test_in_step_too(text: str, frames: list[int], cuts: list[int], whole: bool) -> None:
    words = list(words_of(text))
    starts = sorted({0, *cuts})
    length = len(frames) * FRAME_MS
    steps = [(start, length * index / len(starts)) for index, start in enumerate(starts)]
    placed = place_in_step(words, frames, steps, whole=whole)
    assert [each.end for each in placed] == [word.end for word in words]
    ends = [each.ends_ms for each in placed]
    assert ends == sorted(ends)
    if not whole:
        last = [w.end for w in words if w.end > starts[-1]]
        assert all(math.isinf(each.ends_ms) for each in placed if each.end in last)


def test_words_in_step_end_before_the_pause_that_follows_them() -> None:
    frames = [LOUD] * 30 + [QUIET] * 20 + [LOUD] * 50
    words = list(words_of("one, two three"))
    placed = place_in_step(words, frames, [(0, 0.0), (5, 500.0)], whole=True)
    assert placed[0] == Placed(4, 0.0, 300.0)
    assert placed[1].begins_ms == 500.0
    assert placed[1].ends_ms == placed[2].begins_ms
    assert placed[2].ends_ms == 1000.0


def test_evenly_is_by_the_lengths_of_the_words() -> None:
    words = list(words_of("a abcdefg"))
    first, second = place_evenly(words, 1000.0)
    assert first == Placed(1, 0.0, 200.0)
    assert second == Placed(9, 200.0, 1000.0)


def test_loudness_is_the_same_however_the_sound_comes() -> None:
    chance = random.Random(5)
    pcm = b"".join(
        chance.randint(-32_768, 32_767).to_bytes(2, "little", signed=True) for _ in range(5_000)
    )
    whole, pieces = Loudness(), Loudness()
    whole.add(pcm)
    start = 0
    while start < len(pcm):
        end = start + 2 * chance.randint(1, 300)
        pieces.add(pcm[start:end])
        start = end
    assert whole.frames == pieces.frames
    assert len(whole.frames) == 20
    assert whole.ms == pieces.ms == pytest.approx(5_000 / 24)


def test_a_closed_mouth_is_no_pause_and_hiss_is_silence() -> None:
    speech = speaking(
        [90] * 5 + [LOUD] * 20 + [QUIET] * 5 + [LOUD] * 20 + [90] * 12 + [LOUD] * 9 + [90] * 7,
        whole=True,
    )
    assert speech is not None
    assert speech.pauses == [(50, 62)]
    assert speech.said == 540.0
    assert speaking([90] * 50, whole=True) is None
