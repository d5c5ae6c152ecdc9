"""When a reply may start to sound: what is learned of a voice, and whole replies on a virtual clock."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.pipelines.voice_model import Model, Outcome
from voicedesk.pipelines.gate import StartGate, VoicePace

TEXT_1 = (
    "Sure, I can help with that. The quickest way to get there is to take the blue line to Central and then walk"
    " for about five minutes along the river. Let me know if you would like more detail."
)
TEXT_2 = (
    "Yes, of course. That is fine. I have moved it. It is now at three. Anna will join you. She knows the plan."
    " Shall I tell Ben? He may be late."
)


def turns(
    text: str, count: int, *, first_byte: float, speed: float, word: float = 0.025
) -> list[Outcome]:
    """Several turns with one voice, which is known better each time."""
    pace = VoicePace()
    return [
        Model(text, first_byte=first_byte, speed=speed, pace=pace, token=(0.15, word)).run()
        for _ in range(count)
    ]


# ---------------------------------------------------------------------------------- whole replies


@pytest.mark.parametrize(
    ("text", "first_byte", "speed", "bound"),
    [
        (TEXT_1, 0.2, 1.5, 0.360),
        (TEXT_1, 0.2, 4.0, 0.360),
        (TEXT_2, 0.8, 1.2, 1.010),
        (TEXT_2, 0.4, 3.0, 0.600),
    ],
)
def test_a_fast_voice_starts_at_once_and_never_stalls(
    text: str, first_byte: float, speed: float, bound: float
) -> None:
    for outcome in turns(text, 4, first_byte=first_byte, speed=speed):
        assert outcome.first_s <= bound
        assert outcome.stalls_s == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("text", [TEXT_1, TEXT_2])
@pytest.mark.parametrize("speed", [0.9, 0.7, 0.5, 0.3, 0.25])
def test_a_voice_slower_than_speech_is_waited_for_once_it_is_known(text: str, speed: float) -> None:
    outcomes = turns(text, 4, first_byte=0.2, speed=speed)
    assert outcomes[-1].stalls_s == pytest.approx(0.0, abs=1e-6)
    assert outcomes[-1].stalls_s <= outcomes[0].stalls_s
    assert outcomes[-1].first_s <= outcomes[-1].made_s


@pytest.mark.parametrize("first_byte", [0.05, 0.5, 1.0, 3.0])
@pytest.mark.parametrize("text", [TEXT_1, TEXT_2])
def test_the_first_bytes_of_later_units_are_hidden(text: str, first_byte: float) -> None:
    for outcome in turns(text, 3, first_byte=first_byte, speed=2.0):
        assert outcome.stalls_s == pytest.approx(0.0, abs=1e-6)
        assert outcome.first_s <= 0.15 + first_byte + 0.01


def test_a_slow_model_is_waited_for_once_it_is_known() -> None:
    first, *_, last = turns(TEXT_1, 3, first_byte=0.2, speed=4.0, word=0.2)
    assert last.stalls_s < first.stalls_s


@given(
    first_byte=st.floats(0.01, 3.0),
    speed=st.floats(1.05, 20.0),
    text=st.sampled_from([TEXT_1, TEXT_2, "Yes.", "no mark at all " * 12]),
)
def test_any_voice_faster_than_speech_plays_without_a_stall_once_it_is_known(
    first_byte: float, speed: float, text: str
) -> None:
    outcome = turns(text, 4, first_byte=first_byte, speed=speed)[-1]
    assert outcome.stalls_s == pytest.approx(0.0, abs=0.03)


@given(first_byte=st.floats(0.0, 5.0), speed=st.floats(0.05, 50.0), word=st.floats(0.0, 0.5))
def test_every_reply_ends_and_sounds_whole(first_byte: float, speed: float, word: float) -> None:
    for outcome in turns(TEXT_2, 2, first_byte=first_byte, speed=speed, word=word):
        words = sum(len(unit.text.split()) for unit in outcome.units)
        assert words == len(TEXT_2.split())
        assert outcome.sound_s == pytest.approx(0.36 * words)
        assert outcome.first_s <= outcome.made_s


def test_units_whose_first_byte_grows_with_their_length_are_foreseen() -> None:
    pace = VoicePace()
    outcomes = [
        Model(
            TEXT_2, first_byte=lambda unit: 0.1 + 0.04 * len(unit.text), speed=4.0, pace=pace
        ).run()
        for _ in range(5)
    ]
    assert outcomes[0].stalls_s > 0.5
    assert all(outcome.stalls_s < 0.05 for outcome in outcomes[1:])


# --------------------------------------------------------------------------------------- the gate


def known(*, first_byte: float, speed: float) -> VoicePace:
    pace = VoicePace()
    pace.began(10, first_byte, busy=False)
    pace.ran(1.0, 1.0 / speed)
    return pace


def test_an_unknown_voice_starts_at_once() -> None:
    gate = StartGate(VoicePace())
    gate.ask(0, 20, 1.0)
    gate.arrive(0, 0.02, 1.2)
    assert gate.release_at(1.2) == 1.2


def test_a_short_opener_waits_for_a_unit_that_would_come_too_late() -> None:
    gate = StartGate(known(first_byte=1.0, speed=4.0))
    gate.ask(0, 5, 0.0)
    gate.arrive(0, 0.36, 0.01)  # it was kept from before
    gate.done(0, 0.01)
    gate.ask(1, 60, 0.1)
    assert gate.release_at(0.1) == pytest.approx(1.1 - 0.36)
    gate.arrive(1, 0.1, 0.5)
    assert gate.release_at(0.5) == 0.5


def test_a_unit_that_is_overdue_does_not_hold_the_start_for_good() -> None:
    gate = StartGate(known(first_byte=0.5, speed=4.0))
    gate.ask(0, 5, 0.0)
    gate.arrive(0, 0.2, 0.4)
    gate.done(0, 0.4)
    gate.ask(1, 60, 0.4)
    assert gate.release_at(0.4) == pytest.approx(0.7, abs=0.1)
    assert gate.release_at(2.0) == 2.0


def test_a_slow_voice_is_held_until_the_text_is_known_and_then_as_long_as_it_takes() -> None:
    gate = StartGate(known(first_byte=0.1, speed=0.5))
    gate.ask(0, 20, 0.0)
    gate.arrive(0, 0.02, 0.1)
    held = gate.release_at(0.1)
    assert held > 0.5
    gate.end()
    assert 0.1 < gate.release_at(0.1) < held


def test_nothing_waits_when_all_is_there() -> None:
    gate = StartGate(known(first_byte=5.0, speed=0.1))
    gate.ask(0, 20, 0.0)
    gate.arrive(0, 1.5, 3.0)
    gate.done(0, 3.0)
    assert gate.release_at(3.0) == 3.0


def test_a_unit_that_waits_for_the_start_itself_holds_nothing() -> None:
    gate = StartGate(known(first_byte=5.0, speed=0.1), at_once=1)
    gate.ask(0, 20, 0.0)
    gate.plan(1, 500)
    gate.arrive(0, 1.5, 3.0)
    gate.done(0, 3.0)
    assert gate.release_at(3.0) == 3.0


def test_one_that_measures_slow_in_this_reply_is_waited_for() -> None:
    gate = StartGate(VoicePace())
    gate.ask(0, 40, 0.0)
    gate.arrive(0, 0.02, 0.1)
    for step in range(1, 11):
        gate.arrive(0, 0.02, 0.1 + step * 0.04)
    gate.end()
    assert gate.release_at(0.5) > 1.0


def test_a_unit_that_fails_without_a_sound_is_passed_over() -> None:
    gate = StartGate(VoicePace())
    gate.ask(0, 40, 0.0)
    gate.done(0, 1.0)
    gate.done(0, 1.1)
    gate.arrive(7, 0.1, 1.0)
    gate.ask(1, 40, 1.0)
    gate.arrive(1, 0.1, 1.5)
    assert gate.release_at(1.5) == 1.5
    assert gate.known_s == pytest.approx(VoicePace().seconds(40))


# --------------------------------------------------------------------------------------- the pace


def test_the_length_of_a_unit_is_guessed_before_anything_is_known_and_learned_later() -> None:
    pace = VoicePace()
    assert 0.5 < pace.seconds(15) < 2.0
    assert 5.0 < pace.seconds(100) < 8.0
    for _ in range(30):
        pace.made(20, 4.0)
        pace.made(100, 20.0)
    assert pace.seconds(60) == pytest.approx(12.0, rel=0.05)


def test_the_speed_is_a_mean_of_times_in_which_slow_runs_weigh_most() -> None:
    pace = VoicePace()
    speeds = [pace.speed]
    for took_s in (0.5, *[2.0] * 60, 0.0):
        pace.ran(1.0, took_s)
        speeds.append(pace.speed)
    assert speeds[0] is None
    assert speeds[1] == pytest.approx(2.0)
    assert speeds[-2] == pytest.approx(0.5, rel=0.01)
    assert 0.5 < (speeds[-1] or 0.0) < 1.0


def test_the_first_byte_is_on_the_safe_side_where_it_varies() -> None:
    steady, shaky = VoicePace(), VoicePace()
    for index in range(20):
        steady.began(40, 0.5, busy=False)
        shaky.began(40, 0.4 if index % 2 else 0.6, busy=False)
    assert steady.first_byte_s(40) == pytest.approx(0.5)
    assert (shaky.first_byte_s(40) or 0.0) > 0.55
    assert VoicePace().first_byte_s(40) is None


def test_kept_sound_teaches_nothing_of_the_voice() -> None:
    pace = VoicePace()
    gate = StartGate(pace)
    gate.ask(0, 40, 0.0)
    gate.arrive(0, 1.0, 0.002)
    gate.arrive(0, 1.0, 0.003)
    gate.done(0, 0.003)
    assert pace.first_byte_s(40) is None
    assert pace.speed is None
