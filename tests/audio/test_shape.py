"""Fades are smooth, of the right length, and add nothing where there is no sound."""

import numpy as np
import pytest

from tests.support.sounds import chirp, largest_step
from voicedesk.audio.shape import FADE_MS, MAX_BLOCK, TAIL_MS, Shape

RATE = 48_000
SOUND = chirp(0.1, rate=RATE)


def played_out(shape: Shape, block: int = 100) -> list[int]:
    out: list[int] = []
    while shape.ending:
        piece = np.zeros(block, dtype=np.int16)
        count = shape.end_softly(piece)
        out += piece[:count].tolist()
    return out


@pytest.mark.parametrize("cut", [1000, 1234, 2001])
def test_what_runs_out_is_continued_without_a_click(cut: int) -> None:
    shape = Shape(RATE)
    shape.pass_through(SOUND[:cut].copy())
    shape.round_off()
    tail = played_out(shape)
    assert len(tail) == round(TAIL_MS * RATE / 1000)
    whole = np.concatenate((SOUND[:cut], np.array([*tail, 0], dtype=np.int16)))
    assert largest_step(whole) <= 1.1 * largest_step(SOUND)


@pytest.mark.parametrize("real", [0, 7, 200, 384])
def test_a_cut_fades_however_little_is_left(real: int) -> None:
    shape = Shape(RATE)
    shape.pass_through(SOUND[:1000].copy())
    shape.fade[:real] = SOUND[1000 : 1000 + real]
    shape.pass_through(shape.fade[:real])
    assert shape.fade_out(real) == round(FADE_MS * RATE / 1000)
    fade = played_out(shape)
    assert 5 <= len(fade) / RATE * 1000 <= 12
    whole = np.concatenate((SOUND[:1000], np.array([*fade, 0], dtype=np.int16)))
    assert largest_step(whole) <= 1.1 * largest_step(SOUND)
    assert abs(fade[-1]) <= 1


def test_after_a_gap_sound_rises_from_silence_and_reaches_its_level() -> None:
    shape = Shape(RATE)
    shape.ease_in()
    blocks = [SOUND[at : at + 50].copy() for at in range(0, 1000, 50)]
    for block in blocks:
        shape.pass_through(block)
    out = np.concatenate(blocks)
    length = round(TAIL_MS * RATE / 1000)
    assert abs(out[0]) <= 1
    assert np.array_equal(out[length:], SOUND[length:1000])
    assert np.all(np.abs(out[:length]) <= np.abs(SOUND[:length]))


def test_what_sounded_before_a_gap_is_not_mirrored_after_it() -> None:
    shape = Shape(RATE)
    shape.pass_through(SOUND[:1000].copy())
    shape.begin()
    shape.pass_through(np.zeros(3, dtype=np.int16))
    shape.round_off()
    assert set(played_out(shape)) == {0}


def test_a_change_of_volume_is_spread_over_a_block() -> None:
    shape = Shape(RATE)
    loud = np.full(MAX_BLOCK, 10_000, dtype=np.int16)
    shape.amplify(loud, 1.0)
    assert set(loud.tolist()) == {10_000}
    shape.amplify(loud, 0.5)
    assert loud[0] == 10_000
    assert loud[-1] == pytest.approx(5_000, abs=5)
    assert largest_step(loud) <= 2
    steady = np.full(100, 10_000, dtype=np.int16)
    shape.amplify(steady, 0.5)
    assert set(steady.tolist()) == {5_000}
    short = np.full(100, 10_000, dtype=np.int16)
    shape.amplify(short, 0.0)
    assert short[-1] == pytest.approx(0, abs=60)
