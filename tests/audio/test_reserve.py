"""What a device is to hold: more after turns with late blocks, less after many without."""

from voicedesk.audio.reserve import STEPS_S, Reserve


def test_it_begins_with_little() -> None:
    assert Reserve().seconds == STEPS_S[0] == min(STEPS_S)


def test_it_grows_with_each_turn_that_was_late_up_to_a_most() -> None:
    reserve = Reserve()
    held = []
    for _ in range(len(STEPS_S) + 2):
        reserve.note(7)
        held.append(reserve.seconds)
    assert held == [*STEPS_S[1:], STEPS_S[-1], STEPS_S[-1], STEPS_S[-1]]


def test_a_single_late_block_now_and_then_means_nothing() -> None:
    reserve = Reserve()
    for _ in range(300):
        reserve.note(1)
    assert reserve.seconds == STEPS_S[0]


def test_it_shrinks_only_after_many_turns_in_time_one_after_the_other() -> None:
    reserve = Reserve()
    reserve.note(5)
    reserve.note(5)
    assert reserve.seconds == STEPS_S[2]
    for _ in range(40):
        reserve.note(0)
    reserve.note(1)
    for _ in range(40):
        reserve.note(0)
    assert reserve.seconds == STEPS_S[2]
    for _ in range(10):
        reserve.note(0)
    assert reserve.seconds == STEPS_S[1]
    for _ in range(500):
        reserve.note(0)
    assert reserve.seconds == STEPS_S[0]
