"""Samples, levels, and streams at another rate."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.sounds import chirp, noise
from voicedesk.audio import lengths, pcm
from voicedesk.audio.io import Level


@given(st.lists(st.binary(max_size=9)))
def test_whole_samples_loses_and_doubles_no_byte(chunks: list[bytes]) -> None:
    carry, out = b"", b""
    for chunk in chunks:
        whole, carry = lengths.whole_samples(carry, chunk)
        assert len(whole) % 2 == 0
        assert len(carry) < 2
        out += whole
    assert out + carry == b"".join(chunks)


@given(st.binary(max_size=64).map(lambda data: data[: len(data) // 2 * 2]))
def test_samples_survive_the_way_through_arrays_and_floats(data: bytes) -> None:
    samples = pcm.from_bytes(data)
    assert pcm.to_bytes(samples) == data
    assert np.array_equal(pcm.from_float(pcm.to_float(samples)), samples)


def test_half_a_sample_is_refused() -> None:
    with pytest.raises(ValueError, match="multiple"):
        pcm.from_bytes(b"\0\0\0")


def test_floats_that_are_too_loud_are_clipped_and_those_that_are_none_are_silent() -> None:
    signalling = np.array([0x7FA00000], dtype=np.uint32).view(np.float32)
    huge = np.array([3e38, -3e38], dtype=np.float32)
    assert pcm.from_float(np.concatenate((signalling, huge))).tolist() == [0, 32767, -32768]
    values = np.array([2.0, -2.0, np.inf, -np.inf, np.nan, 0.5], dtype=np.float32)
    assert pcm.from_float(values).tolist() == [32767, -32768, 32767, -32768, 0, 16384]


def test_channels_are_mixed_by_their_mean() -> None:
    frames = np.array([[100, 300], [-32768, -32768], [7, -7]], dtype=np.int16)
    assert pcm.mono(frames).tolist() == [200, -32768, 0]
    assert pcm.mono(frames[:, :1]).tolist() == [100, -32768, 7]


def test_lengths() -> None:
    assert lengths.milliseconds(48_000) == 1000.0
    assert lengths.sample_count(20) == 480
    assert len(lengths.silence(20)) == 960


def test_level_of_a_full_scale_square_wave_is_one_and_of_nothing_zero() -> None:
    wave = np.array([-32768, 32767] * 100, dtype=np.int16)
    level = pcm.level_of(wave)
    assert level.peak == 1.0
    assert level.rms == pytest.approx(1.0, abs=1e-4)
    assert pcm.level_of(pcm.NO_SAMPLES) == Level()


def test_the_first_audible_sample_is_the_first_beyond_the_threshold() -> None:
    assert pcm.first_audible(np.array([0, 50, -104, 200], dtype=np.int16)) == 2
    assert pcm.first_audible(np.array([0, 103, -103], dtype=np.int16)) is None
    assert pcm.first_audible(np.array([-32768], dtype=np.int16)) == 0
    assert pcm.first_audible(pcm.NO_SAMPLES) is None


RATES = [8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000]


@given(
    rates=st.sampled_from([(24_000, rate) for rate in RATES] + [(rate, 24_000) for rate in RATES]),
    cuts=st.lists(st.integers(1, 4000), max_size=40),
)
def test_a_stream_in_pieces_is_the_whole_resampled_in_one_go(
    rates: tuple[int, int], cuts: list[int]
) -> None:
    sound = noise(12_000)
    stream = pcm.StreamResampler(*rates)
    pieces, at = [], 0
    for cut in [*cuts, len(sound)]:
        pieces.append(stream.feed(sound[at : at + cut]))
        at += cut
    pieces.append(stream.flush())
    out, whole = np.concatenate(pieces), pcm.resample(sound, *rates)
    assert abs(len(out) - len(whole)) <= 1
    same = min(len(out), len(whole))
    assert np.abs(out[:same].astype(int) - whole[:same]).max() <= 2


@pytest.mark.parametrize("rate", [44_100, 48_000])
def test_little_is_held_back_on_the_way(rate: int) -> None:
    stream = pcm.StreamResampler(24_000, rate)
    out = stream.feed(chirp(0.02))
    assert len(out) / rate > 0.02 - 0.008


def test_one_sample_comes_out_at_every_rate() -> None:
    for rate in RATES:
        stream = pcm.StreamResampler(24_000, rate)
        out = np.concatenate(
            [stream.feed(np.array([8000], dtype=np.int16)), stream.flush(), stream.flush()]
        )
        assert len(out) == pytest.approx(rate / 24_000, abs=1)


def test_rates_that_do_not_come_out_even_are_resampled_all_the_same() -> None:
    sound = chirp(1.0)
    stream = pcm.StreamResampler(24_000, 44_056)
    out = np.concatenate([stream.feed(sound[:10_000]), stream.feed(sound[10_000:]), stream.flush()])
    assert len(out) == pytest.approx(44_056, abs=2)


def test_a_flushed_stream_begins_anew() -> None:
    stream = pcm.StreamResampler(24_000, 48_000)
    stream.feed(noise(5000, seed=2))
    stream.flush()
    again = np.concatenate([stream.feed(chirp(0.1)), stream.flush()])
    assert np.abs(again.astype(int) - pcm.resample(chirp(0.1), 24_000, 48_000)).max() <= 2
