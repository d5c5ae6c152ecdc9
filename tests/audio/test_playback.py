"""The device's side of playback, on a virtual clock: order, counts, times, fades, underruns."""

import itertools
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.sounds import chirp, largest_step, noise
from voicedesk.audio import playback as pb
from voicedesk.audio.pcm import Samples, first_audible
from voicedesk.core.events import AudioKey

RATE = 48_000
LATENCY = 0.02
A, B, C = (AudioKey(1, "r", item) for item in "abc")


@dataclass
class Device:
    """A device in virtual time: block after block, each on its way to the DAC for LATENCY."""

    block: int = 240
    now: float = 100.0
    wakes: int = 0
    heard: list[Samples] = field(default_factory=list)
    notices: list[pb.Notice] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.buffer = pb.PlaybackBuffer(RATE, self._wake)
        self.begun = self.now
        self.sent: dict[AudioKey, int] = {}
        self.audible: dict[AudioKey, int | None] = {}

    def _wake(self) -> None:
        self.wakes += 1

    def play(self, key: AudioKey, samples: Samples) -> None:
        before = self.sent.get(key, 0)
        if self.audible.get(key) is None:
            index = first_audible(samples)
            self.audible[key] = None if index is None else before + index
        self.sent[key] = before + len(samples)
        self.buffer.order(pb.Piece(key, samples, self.now, self.audible[key]))

    def finish(self, key: AudioKey) -> None:
        self.buffer.order(pb.Finish(key, self.audible.get(key)))

    def complete(self) -> None:
        self.buffer.order(pb.Complete())

    def stop(self) -> None:
        self.buffer.order(pb.Stop(7))

    def run(self, seconds: float) -> None:
        for _ in range(max(1, round(seconds * RATE / self.block))):
            out = np.full(self.block, 12_345, dtype=np.int16)
            self.buffer.fill(out, self.now, self.now + LATENCY)
            self.heard.append(out)
            while (notice := self.buffer.notice()) is not None:
                self.notices.append(notice)
            self.now += self.block / RATE

    @property
    def sound(self) -> Samples:
        return np.concatenate(self.heard)

    def told(self, kind: type[Any]) -> list[Any]:
        return [notice for notice in self.notices if isinstance(notice, kind)]

    def handed(self, key: AudioKey) -> int:
        return sum(span.count for span in self.told(pb.Span) if span.key == key)

    def time_of(self, frame: int) -> float:
        """When a frame of `sound` leaves the DAC."""
        return self.begun + LATENCY + frame / RATE


def trimmed(samples: Samples) -> Samples:
    loud = np.flatnonzero(samples)
    return samples[loud[0] : loud[-1] + 1] if len(loud) else samples[:0]


def test_with_nothing_to_play_there_is_silence() -> None:
    device = Device()
    device.run(0.1)
    assert not device.sound.any()
    assert device.notices == []
    assert device.wakes == 0


@pytest.mark.parametrize("length", [1, 2, 239, 240, 241, 48_000, 60 * RATE])
def test_a_reply_of_any_length_is_played_whole(length: int) -> None:
    device, sound = Device(), noise(length, amplitude=0.5) | 1
    device.play(A, sound)
    device.finish(A)
    device.complete()
    device.run(length / RATE + 0.1)
    start = int(np.flatnonzero(device.sound)[0])
    assert np.array_equal(device.sound[start : start + length], sound)
    assert device.handed(A) == length
    assert device.told(pb.Finished)[0].at == pytest.approx(device.time_of(start + length))
    assert len(device.told(pb.Drained)) == 1
    assert device.told(pb.Underrun) == []


def test_a_short_piece_waits_until_the_reply_is_known_to_be_complete() -> None:
    device = Device()
    device.play(A, noise(100))
    device.run(0.005)
    assert device.handed(A) == 0
    device.finish(A)
    device.run(0.005)
    assert device.handed(A) == 100


def test_complete_finishes_what_was_not_finished() -> None:
    device = Device()
    device.play(A, noise(100))
    device.play(B, noise(100))
    device.complete()
    device.run(0.1)
    assert [notice.key for notice in device.told(pb.Finished)] == [A, B]
    assert len(device.told(pb.Drained)) == 1


def test_keys_follow_each_other_without_a_gap() -> None:
    device, first, second = Device(), chirp(0.213, rate=RATE), chirp(0.117, rate=RATE)
    device.play(A, first)
    device.finish(A)
    device.play(B, second)
    device.finish(B)
    device.complete()
    device.run(0.5)
    start = device.told(pb.Queued)[0].at - device.begun
    begin = round(start * RATE)
    both = np.concatenate((first, second))
    assert np.array_equal(device.sound[begin : begin + len(both)], both)
    assert [notice.key for notice in device.told(pb.Finished)] == [A, B]


def test_a_key_whose_end_was_never_announced_does_not_hold_up_the_next() -> None:
    device = Device()
    device.play(A, noise(5000))
    device.play(B, noise(5000))
    device.run(0.5)
    assert (device.handed(A), device.handed(B)) == (5000, 5000)
    device.play(A, noise(5000))
    device.run(0.5)
    assert device.handed(A) == 10_000
    device.complete()
    device.run(0.1)
    assert {notice.key for notice in device.told(pb.Finished)} == {A, B}


def test_times_are_those_of_the_dac() -> None:
    device = Device()
    device.run(0.05)
    sound = np.concatenate((np.zeros(1000, np.int16), noise(4000) | 1024))
    device.play(A, sound)
    device.finish(A)
    device.complete()
    device.run(0.3)
    begin = int(np.flatnonzero(device.sound)[0]) - 1000
    (sounded,) = device.told(pb.Sounded)
    assert sounded.at == pytest.approx(device.time_of(begin))
    assert sounded.audible_at == pytest.approx(device.time_of(begin + 1000))
    assert device.told(pb.Finished)[0].at == pytest.approx(device.time_of(begin + 5000))
    assert device.told(pb.Drained)[0].at == pytest.approx(device.time_of(begin + 5000))
    assert device.told(pb.Queued)[0].at == pytest.approx(device.time_of(begin) - LATENCY)


def test_a_key_of_silence_sounds_and_is_never_audible() -> None:
    device = Device()
    device.play(A, np.zeros(5000, dtype=np.int16))
    device.finish(A)
    device.run(0.2)
    (sounded,) = device.told(pb.Sounded)
    assert sounded.audible_at is None


def test_nothing_is_told_before_it_has_happened() -> None:
    device = Device()
    device.play(A, noise(2400))
    device.finish(A)
    device.complete()
    seen = 0
    for _ in range(40):
        device.run(device.block / RATE)
        for notice in device.notices[seen:]:
            if isinstance(notice, pb.Sounded | pb.Finished | pb.Drained):
                assert notice.at <= device.now
        seen = len(device.notices)
    assert len(device.told(pb.Drained)) == 1


def test_a_reply_without_sound_is_drained_at_once() -> None:
    device = Device()
    device.complete()
    device.run(0.005)
    assert len(device.told(pb.Drained)) == 1


def test_an_underrun_is_smooth_told_and_not_counted_as_sound() -> None:
    device, sound = Device(), chirp(0.2, rate=RATE)
    device.play(A, sound[:4800])
    device.run(0.15)
    ran_dry = device.now
    device.play(A, sound[4800:])
    device.finish(A)
    device.complete()
    device.run(0.3)
    (underrun,) = device.told(pb.Underrun)
    assert underrun.at == pytest.approx(device.begun + 4800 / RATE, abs=0.011)
    assert underrun.at < ran_dry
    assert largest_step(device.sound) <= 1.2 * largest_step(sound)
    assert device.handed(A) == len(sound)
    spans = device.told(pb.Span)
    assert [span.start for span in spans] == [
        sum(earlier.count for earlier in spans[:index]) for index in range(len(spans))
    ]
    assert device.buffer.start_buffer.lateness > 0.04


def test_sound_that_ends_late_but_has_ended_is_no_underrun() -> None:
    device = Device()
    device.play(A, noise(4800))
    device.run(0.3)
    device.finish(A)
    device.complete()
    device.run(0.05)
    assert device.told(pb.Underrun) == []
    assert device.told(pb.Finished)[0].at == pytest.approx(device.begun + LATENCY + 0.1, abs=0.011)


@pytest.mark.parametrize("left", [0, 1, 100, 240, 384, 20_000])
def test_a_stop_fades_within_bounds_and_counts_every_frame(left: int) -> None:
    device, sound = Device(), chirp(1.0, rate=RATE)
    before = 9_600
    device.play(A, sound[: before + left])
    device.run(before / RATE)
    device.stop()
    stopped_at = len(device.sound)
    device.run(0.1)
    (stopped,) = device.told(pb.Stopped)
    heard = device.handed(A)
    assert heard == before + min(left, round(0.008 * RATE))
    rest = device.sound[stopped_at:]
    length = len(np.trim_zeros(rest, "b"))
    assert length <= 0.012 * RATE
    assert largest_step(device.sound) <= 1.2 * largest_step(sound)
    assert stopped.silent_at == pytest.approx(device.time_of(stopped_at + length), abs=0.006)


def test_a_stop_while_nothing_sounds_is_answered_in_the_next_block() -> None:
    device = Device()
    device.stop()
    device.run(0.005)
    assert device.told(pb.Stopped) == [pb.Stopped(7, None)]


def test_what_was_on_its_way_to_the_dac_is_told_with_the_stop() -> None:
    device = Device()
    device.play(A, noise(4800))
    device.run(0.01)
    assert device.told(pb.Sounded) == []
    device.stop()
    device.run(0.005)
    assert len(device.told(pb.Sounded)) == 1
    device.run(0.2)
    assert device.told(pb.Finished) == []
    assert device.told(pb.Drained) == []


def test_the_next_reply_waits_for_the_end_of_the_fade() -> None:
    device, sound = Device(block=96), np.full(4800, 9_000, dtype=np.int16)
    device.play(A, np.full(48_000, -9_000, dtype=np.int16))
    device.run(0.1)
    device.stop()
    device.play(B, sound)
    device.finish(B)
    device.run(0.2)
    positive = np.flatnonzero(device.sound > 0)
    assert np.array_equal(device.sound[positive[0] : positive[0] + 4800], sound)
    assert not (device.sound[positive[0] :] < 0).any()
    assert device.handed(B) == 4800


def test_volume_changes_loudness_and_no_count() -> None:
    device = Device()
    device.buffer.volume = 0.5
    device.run(0.01)
    device.play(A, np.full(4800, 10_000, dtype=np.int16))
    device.finish(A)
    device.run(0.2)
    assert device.sound.max() == 5_000
    assert device.handed(A) == 4800


def test_spans_alone_wake_the_loop_now_and_then() -> None:
    device = Device()
    device.play(A, noise(48_000))
    for _ in range(5):
        device.run(0.005)
    wakes = device.wakes
    for _ in range(100):
        out = np.zeros(240, dtype=np.int16)
        device.buffer.fill(out, device.now, device.now + LATENCY)
        device.now += 0.005
    assert device.wakes > wakes


# ------------------------------------------------------------------------- arrival and the start


def arrive_and_play(arrivals: list[float], device: Device, key: AudioKey) -> float:
    """Play pieces of 100 ms that arrive at these moments. Returns the start delay in seconds."""
    begun = device.now
    waiting = list(arrivals)
    told = len(device.told(pb.Queued))
    while waiting:
        while waiting and begun + waiting[0] <= device.now:
            waiting.pop(0)
            device.play(key, noise(4800))
        device.run(device.block / RATE)
    device.finish(key)
    device.complete()
    device.run(0.5)
    return float(device.told(pb.Queued)[told].at - begun)


@given(st.lists(st.floats(0.0, 0.08), min_size=20, max_size=40), st.sampled_from([240, 480]))
@settings(max_examples=30)
def test_once_learned_gaps_of_180_ms_pass_without_an_underrun_for_120_ms_of_start(
    late: list[float], block: int
) -> None:
    device = Device(block=block)
    arrivals = [index * 0.1 + extra for index, extra in enumerate([0.0, 0.08, *late])]
    arrive_and_play(arrivals, device, A)
    learned = len(device.told(pb.Underrun))
    assert learned <= 1
    for reply in range(3):
        delay = arrive_and_play(arrivals, device, AudioKey(2, "r", str(reply)))
        assert delay <= 0.12
    assert len(device.told(pb.Underrun)) == learned


def test_sound_that_comes_faster_than_it_plays_starts_with_the_next_block() -> None:
    device = Device()
    assert arrive_and_play([index * 0.03 for index in range(30)], device, A) <= 0.006
    assert device.told(pb.Underrun) == []


# ------------------------------------------------------------------------------------ properties

ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("play"), st.sampled_from([A, B, C]), st.integers(1, 3000)),
        st.tuples(st.just("finish"), st.sampled_from([A, B, C]), st.just(0)),
        st.tuples(st.just("run"), st.just(A), st.integers(1, 20)),
    ),
    max_size=40,
)


@given(ACTIONS, st.sampled_from([64, 240, 1000]))
@settings(max_examples=150)
def test_every_frame_is_handed_over_once_and_in_order(
    actions: list[tuple[str, AudioKey, int]], block: int
) -> None:
    device = Device(block=block)
    for what, key, number in actions:
        if what == "play":
            device.play(key, noise(number))
        elif what == "finish":
            device.finish(key)
        else:
            device.run(number * block / RATE)
    device.complete()
    device.run(sum(device.sent.values()) / RATE + 0.3)
    for key, sent in device.sent.items():
        spans = [span for span in device.told(pb.Span) if span.key == key]
        assert [span.start for span in spans] == [
            sum(earlier.count for earlier in spans[:index]) for index in range(len(spans))
        ]
        assert device.handed(key) == sent
        assert [notice.key for notice in device.told(pb.Queued)].count(key) == 1
        assert [notice.key for notice in device.told(pb.Sounded)].count(key) == 1
    times = [(span.at, span.at + span.count / RATE) for span in device.told(pb.Span)]
    assert all(next_[0] >= this[1] - 1e-9 for this, next_ in itertools.pairwise(times))
    assert len(device.told(pb.Drained)) == 1
    assert device.sound[-1] == 0
