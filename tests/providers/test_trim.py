"""Silence at the head of a unit goes, the sound stays whole, however the stream is cut."""

import array
from collections.abc import AsyncGenerator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicedesk.providers.trim import LEAD_MS, LeadTrimmer, pause_after, trimmed
from voicedesk.synth.sentences import CLAUSE_PAUSE_MS, SENTENCE_PAUSE_MS

MS = 24
LEAD = LEAD_MS * MS


def pcm_of(*samples: int) -> bytes:
    return array.array("h", samples).tobytes()


def through(pieces: list[bytes]) -> bytes:
    trimmer = LeadTrimmer()
    return b"".join(trimmer.feed(piece) for piece in pieces)


def test_the_silence_at_the_head_goes_but_for_a_short_lead() -> None:
    sound = pcm_of(*[3] * (300 * MS), *[9000, -9000] * 100, *[0] * 500)
    kept = through([sound])
    assert kept == sound[(300 * MS - LEAD) * 2 :]


def test_sound_that_begins_at_once_is_left_as_it_is() -> None:
    sound = pcm_of(9000, -9000, 0, 0, 5)
    assert through([sound]) == sound


def test_of_pure_silence_nothing_is_left() -> None:
    assert through([bytes(2 * MS * 100)] * 5) == b""


def test_memory_is_bounded_by_the_lead() -> None:
    trimmer = LeadTrimmer()
    for _ in range(200):
        assert trimmer.feed(bytes(2 * MS * 100)) == b""
    assert len(trimmer._lead) == LEAD * 2


@given(st.integers(0, 2000), st.lists(st.integers(1, 700), max_size=30))
def test_however_it_is_cut_the_same_is_left(silent: int, cuts: list[int]) -> None:
    sound = pcm_of(*[0] * silent, *range(1000, 1400))
    pieces, at = [], 0
    for cut in cuts:
        pieces.append(sound[at : at + 2 * cut])
        at += 2 * cut
    pieces.append(sound[at:])
    assert through(pieces) == through([sound]) == sound[max(0, silent - LEAD) * 2 :]


async def test_closing_it_closes_the_sound_behind_it() -> None:
    closed = []

    async def sound() -> AsyncGenerator[bytes, None]:
        try:
            while True:
                yield pcm_of(9000) * 10
        finally:
            closed.append(True)

    pieces = trimmed(sound())
    assert await anext(pieces) == pcm_of(9000) * 10
    await pieces.aclose()
    assert closed == [True]


@pytest.mark.parametrize(
    ("text", "pause"),
    [
        ("One moment.", SENTENCE_PAUSE_MS),
        ('He said "no!" ', SENTENCE_PAUSE_MS),
        ("请稍等。", SENTENCE_PAUSE_MS),
        ("Sure,", CLAUSE_PAUSE_MS),
        ("one word", 0),
        ("", 0),
    ],
)
def test_the_pause_after_a_unit_follows_its_stop(text: str, pause: int) -> None:
    assert len(pause_after(text)) == pause * MS * 2
