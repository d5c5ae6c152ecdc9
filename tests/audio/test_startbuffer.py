"""The start buffer waits as long as sound is late, and not longer."""

import itertools

from voicedesk.audio.startbuffer import LONGEST_LATENESS, StartBuffer


def spurt(buffer: StartBuffer, arrivals: list[float], length: float = 0.1) -> None:
    for at in arrivals:
        buffer.arrive(at, length)
    buffer.end()


def start_delay(buffer: StartBuffer, arrivals: list[float], length: float = 0.1) -> float:
    """Seconds from the first arrival until the buffer says that sound may start."""
    now, waiting = arrivals[0], list(arrivals)
    received = 0.0
    while True:
        while waiting and waiting[0] <= now:
            buffer.arrive(waiting.pop(0), length)
            received += length
        if buffer.ready(now, received):
            return now - arrivals[0]
        now += 0.001


LATE = [0.0, 0.18, 0.2, 0.38, 0.4, 0.5, 0.68, 0.7, 0.88, 0.9, 1.0, 1.18]
AHEAD = [index * 0.05 for index in range(30)]


def test_nothing_starts_without_sound() -> None:
    buffer = StartBuffer()
    assert not buffer.ready(1.0, 0.1)
    buffer.arrive(1.0, 0.1)
    assert not buffer.ready(1.0, 0.0)


def test_at_first_a_piece_of_ordinary_length_starts_at_once() -> None:
    assert start_delay(StartBuffer(), [0.0]) == 0.0


def test_at_first_short_pieces_wait_a_moment_for_company() -> None:
    short = [index * 0.02 for index in range(10)]
    assert 0.0 < start_delay(StartBuffer(), short, 0.02) <= 0.03


def test_what_came_late_once_is_waited_for_the_next_time() -> None:
    buffer = StartBuffer()
    spurt(buffer, LATE)
    assert abs(buffer.lateness - 0.08) < 1e-9
    assert 0.08 < start_delay(buffer, LATE) <= 0.12


def test_with_more_at_hand_than_the_longest_pause_nothing_is_waited_for() -> None:
    buffer = StartBuffer()
    spurt(buffer, LATE)
    buffer.arrive(10.0, 0.3)
    assert buffer.ready(10.0, 0.3)


def test_the_wait_shrinks_slowly_with_replies_that_came_in_time() -> None:
    buffer = StartBuffer()
    spurt(buffer, LATE)
    waits = [buffer.wait]
    for _ in range(20):
        spurt(buffer, AHEAD)
        waits.append(buffer.wait)
    assert all(later <= earlier for earlier, later in itertools.pairwise(waits))
    assert waits[1] > waits[0] - 0.03
    assert buffer.lateness == 0.0


def test_a_short_reply_proves_nothing() -> None:
    buffer = StartBuffer()
    spurt(buffer, LATE)
    spurt(buffer, [0.0, 0.01])
    assert abs(buffer.lateness - 0.08) < 1e-9


def test_an_outage_is_not_learned() -> None:
    buffer = StartBuffer()
    spurt(buffer, [0.0, 0.1, 0.2 + 2 * LONGEST_LATENESS, 0.3 + 2 * LONGEST_LATENESS])
    assert buffer.lateness < 1e-9
