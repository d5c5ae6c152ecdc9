"""Two streams of one microphone are joined where they heard the same sample."""

import numpy as np
import pytest

from tests.support.sounds import Samples, noise
from voicedesk.audio.splice import ASTRAY_S, COMPARED_S, Splice, place

RATE = 48_000
REACH = round(ASTRAY_S * RATE)
TAIL = round(COMPARED_S * RATE)


def frames(samples: Samples) -> Samples:
    return samples[:, np.newaxis]


@pytest.mark.parametrize("error", [-REACH + 1, -7, 0, 300, REACH - 1])
def test_the_same_sound_is_found_however_wrong_the_times_are(error: int) -> None:
    sound = noise(RATE)
    assert place(sound[5000 - TAIL : 5000], sound, 5000 + error, REACH) == 5000


def test_of_places_that_are_alike_the_nearest_is_taken() -> None:
    tone = (np.sin(np.arange(RATE) * 2 * np.pi / 48) * 9000).astype(np.int16)
    at = place(tone[4800 - TAIL : 4800], tone, 4800 + 50, REACH)
    assert at == 4800 + 48


@pytest.mark.parametrize("level", [0.0, 0.1])
def test_what_is_not_found_is_joined_by_the_times(level: float) -> None:
    heard = noise(RATE, amplitude=level)
    tail = noise(TAIL, amplitude=level, seed=99)
    assert place(tail, heard, 5000, REACH) == 5000


@pytest.mark.parametrize(("expected", "found"), [(-50, 0), (100, 100), (20_000, 9600)])
def test_a_place_is_always_within_what_was_heard(expected: int, found: int) -> None:
    assert place(noise(TAIL, seed=99), noise(9600), expected, REACH) == found


@pytest.mark.parametrize("error_s", [-0.025, 0.0, 0.025])
@pytest.mark.parametrize("block", [960, 4800])
def test_nothing_is_missing_or_twice_where_streams_are_joined(block: int, error_s: float) -> None:
    sound = noise(RATE)
    begun, until = 3000, 9500
    splice = Splice(RATE)
    ends = until / RATE
    at = begun
    while not splice.is_due(ends):
        splice.add(frames(sound[at : at + block]), at / RATE + error_s)
        at += block
    assert splice.is_ahead(ends)
    rest, time = splice.join(frames(sound[until - TAIL : until]), ends)
    assert (rest[:, 0] == sound[until:at]).all()
    assert time == pytest.approx(ends + error_s, abs=0.001)


def test_the_old_stream_goes_on_until_the_new_one_has_enough_in_common_with_it() -> None:
    splice = Splice(RATE)
    assert not splice.is_due(10.0)
    splice.add(frames(noise(9600)), 10.0)
    assert not splice.is_ahead(10.0)
    assert not splice.is_due(10.05)
    assert splice.is_due(10.1)
    assert not splice.is_due(10.19)
    assert splice.is_ahead(10.19)


def test_a_stream_whose_times_are_nonsense_is_not_waited_for() -> None:
    splice = Splice(RATE)
    for _ in range(30):
        splice.add(frames(noise(4800)), 10.0)
    assert splice.is_due(1000.0)
    rest, _ = splice.join(frames(noise(TAIL, seed=99)), 1000.0)
    assert len(rest) == 0
