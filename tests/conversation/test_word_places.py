"""Where the words of a reply lie: told by the voice, in step with the sound, or found in it."""

from __future__ import annotations

import array
import math
from collections.abc import Iterable

import pytest

from voicedesk.conversation.word_places import WordPlaces
from voicedesk.core.events import (
    AudioDelta,
    AudioEnded,
    AudioKey,
    Event,
    Heard,
    TextDelta,
    TextEnded,
    Voiced,
)
from voicedesk.core.heard import Part, heard_length
from voicedesk.core.placed import Placed
from voicedesk.core.word_lengths import words_of

WORDS = AudioKey(1, "words", "round-0")
SOUND = AudioKey(1, "sound", "round-0", 0)
TEXT = "Yes, of course. It is in the second drawer."


def speech(text: str, pace: float = 1.0) -> bytes:
    """Sound as long as the words take, silent for 300 ms after marks."""
    sound = array.array("h")
    for word in words_of(text):
        sound.extend([8_000, -8_000] * round(word.length_ms * pace * 12))
        if word.pause:
            sound.extend([0] * 300 * 24)
    return sound.tobytes()


def text(words: str, key: AudioKey = SOUND, begins_ms: float | None = None) -> TextDelta:
    return TextDelta(turn=1, at=0.0, key=key, text=words, begins_ms=begins_ms)


def sound(pcm: bytes, key: AudioKey = SOUND) -> AudioDelta:
    return AudioDelta(turn=1, at=0.0, key=key, pcm=pcm)


def audio_ended(key: AudioKey = SOUND) -> AudioEnded:
    return AudioEnded(turn=1, at=0.0, key=key)


def text_ended(words: str, key: AudioKey = SOUND) -> TextEnded:
    return TextEnded(turn=1, at=0.0, key=key, text=words)


@pytest.fixture
def places() -> WordPlaces:
    places = WordPlaces()
    places.begin(1)
    return places


def given(places: WordPlaces, events: Iterable[Event]) -> list[Voiced]:
    return [voiced for event in events for voiced in places.take(event)]


def heard_of(voiced: Voiced, ms: float, received_ms: float) -> str:
    reach = heard_length(TEXT, [Part.of(voiced)], {voiced.key: Heard(voiced.key, ms, received_ms)})
    return TEXT[:reach]


@pytest.mark.parametrize("words_last", [False, True])
def test_words_of_a_whole_run_are_placed_once(places: WordPlaces, *, words_last: bool) -> None:
    pcm = speech(TEXT)
    ends: list[Event] = [audio_ended(), text_ended(TEXT)]
    told = given(places, [text(TEXT), sound(pcm), *(ends if words_last else reversed(ends))])
    (voiced,) = told
    assert (voiced.key, voiced.words, voiced.start, voiced.end) == (SOUND, SOUND, 0, len(TEXT))
    assert [each.end for each in voiced.placed] == [word.end for word in words_of(TEXT)]
    received = len(pcm) / 48
    first_clause = next(iter(words_of(TEXT))).length_ms
    assert heard_of(voiced, first_clause - 30.0, received) == ""
    assert heard_of(voiced, first_clause + 30.0, received) == "Yes,"
    assert not list(places.of([Heard(SOUND, 100.0, received)])), "they were placed before"


def test_a_run_that_is_cut_is_placed_by_what_came(places: WordPlaces) -> None:
    pcm = speech(TEXT)[: 48 * 1_500]
    assert given(places, [text(TEXT), sound(pcm)]) == []
    (voiced,) = places.of([Heard(SOUND, 900.0, 1_500.0)])
    assert heard_of(voiced, 700.0, 1_500.0) == "Yes,"
    assert heard_of(voiced, 1_500.0, 1_500.0).startswith("Yes,")
    assert voiced.placed[-1].ends_ms > 1_500.0


@pytest.mark.parametrize("told_first", [True, False])
def test_a_run_that_a_failure_cut_is_placed_like_one_that_was_interrupted(
    places: WordPlaces, *, told_first: bool
) -> None:
    """Also where its end had been told as that of a whole one."""
    pcm = speech(TEXT)[: 48 * 1_500]
    given(places, [text(TEXT), text_ended(TEXT), sound(pcm)])
    if told_first:
        assert len(given(places, [audio_ended()])) == 1
    assert given(places, [AudioEnded(turn=1, at=0.0, key=SOUND, is_whole=False)]) == []
    (voiced,) = places.of([Heard(SOUND, 1_500.0, 1_500.0)])
    spoken = sum(len(speech(part)) <= len(pcm) for part in ("Yes,", "Yes, of", "Yes, of course."))
    assert 1 <= len(heard_of(voiced, 1_500.0, 1_500.0).split()) <= spoken + 1
    assert voiced.placed[-1].ends_ms > 1_500.0


def test_a_cut_that_is_told_late_teaches_no_pace(places: WordPlaces) -> None:
    long = "so many words that go on and on without a mark to hold on to at all " * 2
    pcm = speech(long)

    def over() -> int:
        places.begin(2)
        given(places, [text(long), sound(pcm[: len(pcm) // 2 // 2 * 2])])
        (voiced,) = places.of([Heard(SOUND, 100.0, 200.0)])
        return sum(each.ends_ms <= len(pcm) / 96 for each in voiced.placed)

    before = over()
    places.begin(1)
    cut = sound(pcm[: len(pcm) // 4 // 2 * 2])
    given(places, [text(long * 2), text_ended(long * 2), cut, audio_ended()])
    given(places, [AudioEnded(turn=1, at=0.0, key=SOUND, is_whole=False)])
    assert over() == before


def test_a_run_that_was_played_to_its_end_needs_no_places(places: WordPlaces) -> None:
    given(places, [text(TEXT), sound(speech(TEXT))])
    assert not list(places.of([Heard(SOUND, 900.0, 900.0, finished=True)]))


def test_what_the_voice_tells_is_left_alone(places: WordPlaces) -> None:
    told = Voiced(
        turn=1,
        at=0.0,
        key=SOUND,
        words=WORDS,
        start=0,
        end=4,
        placed=(Placed(4, 0.0, 90.0),),
        is_told=True,
    )
    events = [text(TEXT, WORDS), told, sound(speech("Yes,")), audio_ended()]
    assert given(places, events) == []
    assert not list(places.of([Heard(SOUND, 80.0, 100.0)]))


def test_a_unit_is_placed_among_the_words_of_the_answer(places: WordPlaces) -> None:
    start = TEXT.index("It")
    voiced = Voiced(turn=1, at=0.0, key=SOUND, words=WORDS, start=start, end=len(TEXT))
    (placed,) = given(
        places, [text(TEXT, WORDS), voiced, sound(speech(TEXT[start:])), audio_ended()]
    )
    assert (placed.words, placed.start, placed.end) == (WORDS, start, len(TEXT))
    assert [each.end for each in placed.placed] == [word.end for word in words_of(TEXT, start)]


def test_words_that_come_in_step_are_where_they_came(places: WordPlaces) -> None:
    second = TEXT.index("of")
    pcm = speech(TEXT)
    first = len(speech("Yes,"))
    steps = [
        text("Yes, ", begins_ms=0.0),
        sound(pcm[:first]),
        text(TEXT[second:], begins_ms=first / 48),
    ]
    assert given(places, steps) == []
    (cut,) = places.of([Heard(SOUND, 500.0, first / 48)])
    assert cut.placed[0].ends_ms == pytest.approx(first / 48 - 300.0, abs=10.0)
    assert math.isinf(cut.placed[-1].ends_ms)
    (whole,) = given(places, [sound(pcm[first:]), audio_ended(), text_ended(TEXT)])
    assert whole.placed[0] == cut.placed[0]
    assert whole.placed[1].begins_ms == first / 48
    assert whole.placed[-1].ends_ms == pytest.approx(len(pcm) / 48 - 300.0, abs=10.0)


def test_other_words_at_the_end_than_came_in_step_are_found_in_the_sound(
    places: WordPlaces,
) -> None:
    pcm = speech(TEXT)
    steps = [
        text("Well, ", begins_ms=0.0),
        text("well.", begins_ms=10.0),
        sound(pcm),
        audio_ended(),
    ]
    (voiced,) = given(places, [*steps, text_ended(TEXT)])
    assert voiced.placed[0].ends_ms == pytest.approx(next(iter(words_of(TEXT))).length_ms, abs=20.0)


def test_a_slow_voice_is_known_in_its_next_run(places: WordPlaces) -> None:
    long = "so many words that go on and on without a mark to hold on to at all " * 2
    pcm = speech(long, pace=0.8)
    given(places, [text(long), sound(pcm), audio_ended(), text_ended(long)])

    def over() -> int:
        places.begin(2)
        given(places, [text(long), sound(pcm[: len(pcm) // 2 // 2 * 2])])
        (voiced,) = places.of([Heard(SOUND, 100.0, 200.0)])
        return sum(each.ends_ms <= len(pcm) / 96 for each in voiced.placed)

    known = over()
    places.forget_pace()
    assert over() < known <= len(long.split()) / 2


def test_sound_without_words_has_no_places(places: WordPlaces) -> None:
    assert given(places, [sound(speech(TEXT)), audio_ended(), text_ended("")]) == []
    assert not list(places.of([Heard(SOUND, 10.0, 100.0), Heard(WORDS, 1.0, 2.0)]))


def test_of_a_text_without_end_only_what_may_have_sounded_is_placed(places: WordPlaces) -> None:
    endless = "and so on " * 10_000
    given(places, [text(endless), sound(speech("and so on " * 200))])
    (voiced,) = places.of([Heard(SOUND, 2_000.0, 90_000.0)])
    assert 10 < len(voiced.placed) < 200
    assert voiced.end == len(endless)
    reach = heard_length(endless, [Part.of(voiced)], {SOUND: Heard(SOUND, 2_000.0, 90_000.0)})
    assert 0 < reach < 60
