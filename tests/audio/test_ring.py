"""The ring keeps the newest frames, and a reader never sees a torn one."""

import sys
import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from voicedesk.audio.ring import CaptureRing, Frames

CAPACITY = 16


def counted(start: int, count: int) -> Frames:
    """Frames whose values are their positions."""
    return np.arange(start, start + count, dtype=np.int16).reshape(-1, 1)


class RingMachine(RuleBasedStateMachine):
    """Writes of any length, reads of any range."""

    def __init__(self) -> None:
        super().__init__()
        self.ring = CaptureRing(CAPACITY)
        self.total = 0

    @rule(count=st.integers(0, 3 * CAPACITY))
    def write(self, count: int) -> None:
        self.ring.write(counted(self.total, count))
        self.total += count

    @rule(start=st.integers(0, 200), length=st.none() | st.integers(0, 40))
    def read(self, start: int, length: int | None) -> None:
        stop = None if length is None else start + length
        begin, frames = self.ring.read(start, stop)
        end = self.total if stop is None else min(stop, self.total)
        oldest = max(0, self.total - CAPACITY)
        assert frames[:, 0].tolist() == list(range(max(start, oldest), end))
        assert begin >= start
        if len(frames):
            assert begin == frames[0, 0]

    @invariant()
    def counts_are_absolute(self) -> None:
        assert self.ring.written == self.total
        assert self.ring.oldest == max(0, self.total - CAPACITY)


TestRing = RingMachine.TestCase


@given(st.lists(st.integers(1, 9), max_size=20), st.integers(1, 3))
def test_a_reader_that_keeps_up_gets_every_frame_of_every_channel(
    counts: list[int], channels: int
) -> None:
    ring = CaptureRing(CAPACITY, channels)
    position, got, wrote = 0, [], []
    for count in counts:
        block = np.random.default_rng(count).integers(-99, 99, (count, channels)).astype(np.int16)
        ring.write(block)
        wrote.append(block)
        begin, frames = ring.read(position)
        assert begin == position
        position += len(frames)
        got.append(frames)
    if wrote:
        assert np.array_equal(np.concatenate(got), np.concatenate(wrote))


def test_frames_are_copied_in_and_out() -> None:
    ring = CaptureRing(CAPACITY)
    block = counted(0, 4)
    ring.write(block)
    block[:] = -1
    _, frames = ring.read(0)
    ring.write(counted(4, CAPACITY))
    assert frames[:, 0].tolist() == [0, 1, 2, 3]


def test_a_writer_in_another_thread_tears_nothing() -> None:
    ring = CaptureRing(64)
    stop = threading.Event()

    def write() -> None:
        total = 0
        while not stop.is_set():
            ring.write((np.arange(total, total + 24) % 30_000).astype(np.int16).reshape(-1, 1))
            total += 24

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    writer = threading.Thread(target=write)
    writer.start()
    try:
        seen = 0
        while seen < 20_000:
            begin, frames = ring.read(ring.written - 40)
            expected = np.arange(begin, begin + len(frames)) % 30_000
            assert np.array_equal(frames[:, 0], expected)
            seen += len(frames)
    finally:
        stop.set()
        writer.join()
        sys.setswitchinterval(interval)


@pytest.mark.parametrize(("capacity", "channels"), [(0, 1), (1, 0)])
def test_an_empty_ring_is_refused(capacity: int, channels: int) -> None:
    with pytest.raises(ValueError, match="at least one"):
        CaptureRing(capacity, channels)
