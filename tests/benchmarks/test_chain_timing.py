"""The timetable of the fake providers, and what a listener hears."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.chain_timing import (
    FIXTURES,
    RATE,
    TEXTS,
    Arrival,
    listen,
    pieces,
    tokens,
    voice_of,
)


def test_words_come_after_150_ms_and_then_each_25_ms() -> None:
    due = list(tokens("Yes, of course."))
    assert [text for _, text in due] == ["Yes,", " of", " course."]
    assert [at for at, _ in due] == pytest.approx([0.150, 0.175, 0.200])


@pytest.mark.parametrize("text", TEXTS.values())
def test_the_words_make_up_the_reply(text: str) -> None:
    assert "".join(token for _, token in tokens(text)) == text


def test_the_voice_begins_at_its_first_byte_and_keeps_its_speed() -> None:
    due = list(pieces("one two", 0.2, 1.5))
    assert due[0][0] == pytest.approx(0.2)
    assert sum(samples for _, samples in due) == round(2 * 0.36 * RATE)
    # every 20 ms, what is made in 20 ms
    assert {samples for _, samples in due[:-1]} == {round(0.020 * 1.5 * RATE)}
    assert due[-1][0] == pytest.approx(0.2 + 0.72 / 1.5, abs=0.020)


def test_a_voice_is_known_by_its_name() -> None:
    assert all(
        voice_of(fixture.voice) == (fixture.first_byte_ms / 1000, fixture.speed)
        for fixture in FIXTURES
    )


@pytest.mark.parametrize("name", ["alloy", "voice-x-1", "voice-200-0", "other-200-1", "voice-200"])
def test_another_name_is_no_voice(name: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        voice_of(name)


def test_sound_that_comes_in_time_has_no_stall() -> None:
    turn = listen([Arrival(0.4, 0.1), Arrival(0.45, 0.1), Arrival(0.6, 0.1)])
    assert (turn.first_ms, turn.stalls, turn.stalled_ms) == (400.0, 0, 0.0)
    assert turn.spoken_s == pytest.approx(0.3)


def test_each_silence_is_a_stall_and_moves_what_follows() -> None:
    # plays 1.0 to 1.1, silence to 1.3, plays to 1.5 although it came at once, silence to 2.0
    turn = listen([Arrival(1.0, 0.1), Arrival(1.3, 0.1), Arrival(1.3, 0.1), Arrival(2.0, 0.1)])
    assert turn.stalls == 2
    assert turn.stalled_ms == pytest.approx(200.0 + 500.0)


def test_nothing_heard_is_no_figure() -> None:
    with pytest.raises(ValueError, match="nothing was heard"):
        listen([])


@given(gaps=st.lists(st.tuples(st.floats(0, 2), st.floats(0.001, 2)), min_size=1, max_size=40))
def test_what_is_heard_ends_when_sound_and_silence_are_over(
    gaps: list[tuple[float, float]],
) -> None:
    at, arrivals = 0.0, []
    for gap, seconds in gaps:
        at += gap
        arrivals.append(Arrival(at, seconds))
    turn = listen(arrivals)
    ends = turn.first_ms / 1000 + turn.spoken_s + turn.stalled_ms / 1000
    # silences too short to count are all that may be missing
    assert ends == pytest.approx(_played_until(arrivals), abs=0.001 * len(gaps) + 1e-6)


def _played_until(arrivals: list[Arrival]) -> float:
    """The end of the last sound, reckoned from the back: each piece ends no sooner than those before it allow."""
    return max(
        arrival.at + sum(later.seconds for later in arrivals[index:])
        for index, arrival in enumerate(arrivals)
    )
