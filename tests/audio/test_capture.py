"""Takes: pre-roll, even blocks, exact ends, on a device that the test drives by hand."""

import asyncio

import numpy as np
import pytest

from tests.conftest import ExpectLog
from tests.support.sounds import Samples, chirp, find, noise
from voicedesk.audio import capture
from voicedesk.audio.capture import CapturedInput
from voicedesk.audio.io import BLOCK_MS, CapturedBlock
from voicedesk.audio.lengths import milliseconds
from voicedesk.audio.pcm import from_bytes, mono, resample
from voicedesk.core.clock import now

LATENCY = 0.012


class HandDriven(CapturedInput):
    """A device in virtual time that hears what the test says, LATENCY late."""

    def __init__(self, rate: int = 48_000, channels: int = 1) -> None:
        self.time = 50.0
        super().__init__("hand", clock=lambda: self.time)
        self.device_rate, self.channels = rate, channels
        self.heard = 0

    def open(self) -> None:
        self._start(self.device_rate, self.channels, asyncio.get_running_loop())

    def hear(self, sound: Samples, block: int = 220) -> None:
        """One block after the other; the virtual clock moves with them."""
        for at in range(0, len(sound), block):
            piece = sound[at : at + block]
            self._captured(np.repeat(piece[:, None], self.channels, axis=1), self.time)
            self.heard += len(piece)
            self.time += len(piece) / self.device_rate


def joined(blocks: list[CapturedBlock]) -> Samples:
    return from_bytes(b"".join(block.pcm for block in blocks))


@pytest.fixture(params=[(24_000, 1), (44_100, 1), (48_000, 2)])
async def device(request: pytest.FixtureRequest) -> HandDriven:
    made = HandDriven(*request.param)
    made.open()
    return made


async def test_a_take_holds_what_was_heard_before_the_press(device: HandDriven) -> None:
    sound = chirp(2.0, rate=device.device_rate)
    rate = device.device_rate
    device.hear(sound[:rate])
    blocks: list[CapturedBlock] = []
    press = device.time
    device.begin(press - 0.3, blocks.append)
    assert blocks[0].captured_at == pytest.approx(press - 0.3, abs=0.0001)
    device.hear(sound[rate:])
    await asyncio.sleep(0)
    await device.end(device.time)
    taken = joined(blocks)
    assert len(taken) == pytest.approx(1.3 * 24_000, abs=2)
    expected = resample(sound[round(0.7 * rate) :], rate, 24_000)
    inner = slice(200, min(len(taken), len(expected)) - 200)
    assert np.abs(taken[inner].astype(int) - expected[inner]).max() <= 3


async def waiting() -> None:
    """Until all that can go on now has: a call that was begun waits for sound or for its time."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_blocks_are_even_in_order_and_without_gaps(device: HandDriven) -> None:
    blocks: list[CapturedBlock] = []
    device.begin(device.time, blocks.append)
    for _ in range(20):
        device.hear(noise(1000))
        await asyncio.sleep(0)
    await device.end(device.time)
    assert {milliseconds(len(block.pcm)) for block in blocks[:-1]} == {BLOCK_MS}
    assert 0 < milliseconds(len(blocks[-1].pcm)) <= BLOCK_MS
    times = [block.captured_at for block in blocks]
    assert np.diff(times) == pytest.approx(BLOCK_MS / 1000.0, abs=1e-6)


async def test_the_end_cuts_at_its_moment_and_keeps_the_last_sample(device: HandDriven) -> None:
    blocks: list[CapturedBlock] = []
    begun = device.time
    device.begin(begun, blocks.append)
    device.hear(noise(device.device_rate))
    await device.end(begun + 0.5)
    assert len(joined(blocks)) == pytest.approx(12_000, abs=1)
    device.hear(noise(4800))
    await asyncio.sleep(0)
    assert len(joined(blocks)) == pytest.approx(12_000, abs=1)


async def test_the_release_tail_is_waited_for() -> None:
    device = HandDriven()
    device._clock = now
    device.open()
    blocks: list[CapturedBlock] = []
    device.begin(now(), blocks.append)
    end = now() + 0.05
    await device.end(end)
    assert now() >= end


async def test_sound_that_the_system_delivers_late_is_waited_for(device: HandDriven) -> None:
    blocks: list[CapturedBlock] = []
    begun = device.time
    device.begin(begun, blocks.append)
    device.time += 0.5  # half a second has passed, and nothing was delivered yet
    ending = asyncio.ensure_future(device.end(begun + 0.5, through=begun + 0.3))
    await waiting()
    assert not ending.done()
    device.time = begun
    device.hear(noise(round(0.4 * device.device_rate)))
    await ending
    assert len(joined(blocks)) == pytest.approx(0.4 * 24_000, abs=2)


@pytest.mark.parametrize("what", ["abort", "death", "nothing"])
async def test_late_sound_is_not_waited_for_in_vain(device: HandDriven, what: str) -> None:
    device.begin(device.time, lambda _block: None)
    ending = asyncio.ensure_future(device.end(device.time, through=device.time + 60.0))
    await waiting()
    if what == "abort":
        device.abort()
    elif what == "death":
        device._stopped()
    async with asyncio.timeout(5):
        await ending


async def test_a_cancelled_end_leaves_the_take_running(device: HandDriven) -> None:
    blocks: list[CapturedBlock] = []
    begun = device.time
    device.begin(begun, blocks.append)
    ending = asyncio.ensure_future(device.end(begun + 60.0))
    await waiting()
    ending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await ending
    device.hear(noise(device.device_rate))
    await asyncio.sleep(0)
    await device.end(device.time)
    assert len(joined(blocks)) == pytest.approx(24_000, abs=1)


async def test_an_aborted_take_delivers_nothing_more(device: HandDriven) -> None:
    blocks: list[CapturedBlock] = []
    device.begin(device.time, blocks.append)
    device.hear(noise(4800))
    device.abort()
    await asyncio.sleep(0)
    await device.end(device.time)
    assert blocks == []


async def test_an_abort_during_the_end_ends_it(device: HandDriven) -> None:
    blocks: list[CapturedBlock] = []
    device.begin(device.time, blocks.append)
    ending = asyncio.ensure_future(device.end(device.time + 0.02))
    await asyncio.sleep(0)
    device.hear(noise(4800))
    device.abort()
    device.time += 1.0
    await ending
    assert blocks == []


async def test_a_second_take_drops_the_first(device: HandDriven) -> None:
    first: list[CapturedBlock] = []
    second: list[CapturedBlock] = []
    device.begin(device.time, first.append)
    device.begin(device.time, second.append)
    device.hear(noise(device.device_rate))
    await asyncio.sleep(0)
    await device.end(device.time)
    assert first == []
    assert len(joined(second)) == pytest.approx(24_000, abs=1)


async def test_a_receiver_may_abort_in_the_middle(device: HandDriven) -> None:
    device.hear(noise(device.device_rate))
    blocks: list[CapturedBlock] = []

    def deliver(block: CapturedBlock) -> None:
        blocks.append(block)
        device.abort()

    device.begin(device.time - 0.5, deliver)
    assert len(blocks) == 1


async def test_an_end_without_a_take_does_nothing(device: HandDriven) -> None:
    await device.end(device.time + 60.0)


async def test_before_the_first_sound_a_take_has_no_preroll(device: HandDriven) -> None:
    blocks: list[CapturedBlock] = []
    device.begin(device.time - 5.0, blocks.append)
    device.hear(chirp(0.1, rate=device.device_rate))
    await asyncio.sleep(0)
    await device.end(device.time)
    assert len(joined(blocks)) == pytest.approx(2400, abs=1)


async def test_a_loop_that_stood_still_too_long_loses_the_oldest_and_says_so(
    device: HandDriven, monkeypatch: pytest.MonkeyPatch, expected_log: ExpectLog
) -> None:
    expected_log("were lost")
    monkeypatch.setattr(capture, "RING_S", 0.5)
    device.open()
    blocks: list[CapturedBlock] = []
    device.begin(device.time, blocks.append)
    sound = chirp(1.0, rate=device.device_rate)
    device.hear(sound)
    await asyncio.sleep(0)
    await device.end(device.time)
    assert len(joined(blocks)) == pytest.approx(12_000, abs=2)


async def test_another_device_in_the_middle_of_a_take_goes_on_with_it(device: HandDriven) -> None:
    blocks: list[CapturedBlock] = []
    device.begin(device.time, blocks.append)
    device.hear(noise(device.device_rate // 2))
    await asyncio.sleep(0)
    device.device_rate = 16_000
    device.open()
    device.hear(noise(8_000))
    await asyncio.sleep(0)
    await device.end(device.time)
    assert len(joined(blocks)) == pytest.approx(24_000, abs=2)


async def test_the_level_is_that_of_the_latest_sound(device: HandDriven) -> None:
    device.hear(np.full(device.device_rate, 16_384, dtype=np.int16))
    assert device.level.peak == pytest.approx(0.5)
    assert device.level.rms == pytest.approx(0.5, abs=1e-3)
    device.hear(np.zeros(device.device_rate, dtype=np.int16))
    assert device.level.peak == 0.0
    device._stopped()
    assert device.level.rms == 0.0


async def test_many_blocks_wake_the_loop_once(device: HandDriven) -> None:
    calls = 0
    loop = asyncio.get_running_loop()

    class Counting:
        def call_soon_threadsafe(self, *arguments: object) -> object:
            nonlocal calls
            calls += 1
            return loop.call_soon_threadsafe(*arguments)  # type: ignore[arg-type]  # passed on

    device.begin(device.time, lambda _block: None)
    device._loop = Counting()  # type: ignore[assignment]  # as much of a loop as it needs
    device.hear(noise(20_000))
    assert calls == 1
    await asyncio.sleep(0)
    device.hear(noise(20_000))
    assert calls == 2
    device.abort()
    device.hear(noise(20_000))
    assert calls == 2


def test_two_channels_are_mixed() -> None:
    frames = np.stack([chirp(0.1), -chirp(0.1)], axis=1)
    assert not mono(frames).any()
    assert find(chirp(0.1), np.concatenate((np.zeros(77, np.int16), chirp(0.1)))) == 77


async def test_a_loop_that_wakes_late_takes_nothing_from_after_the_end(device: HandDriven) -> None:
    sound = noise(device.device_rate)
    blocks: list[CapturedBlock] = []
    device.begin(device.time, blocks.append)
    end = device.time + 0.25
    ending = asyncio.create_task(device.end(end))
    await asyncio.sleep(0)  # it waits
    # Blocks from before and after the end, and the loop sees them late.
    while device.time < end + 0.2:
        device.hear(sound[:500])
        device._pump()
    await ending
    assert len(joined(blocks)) == pytest.approx(0.25 * 24_000, abs=2)
    assert blocks[-1].captured_at < end


async def test_an_end_that_is_cancelled_takes_no_sound_from_the_take(device: HandDriven) -> None:
    blocks: list[CapturedBlock] = []
    device.begin(device.time, blocks.append)
    ending = asyncio.create_task(device.end(device.time + 0.1))
    await asyncio.sleep(0)
    device.hear(noise(device.device_rate // 2))
    ending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await ending
    await device.end(device.time)
    assert len(joined(blocks)) == pytest.approx(0.5 * 24_000, abs=2)
