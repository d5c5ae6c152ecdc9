"""The loop's side of an output, on a device that the test drives by hand."""

import asyncio
from collections.abc import Iterator

import numpy as np
import pytest

from tests.conftest import ExpectLog
from tests.support.sounds import Ear, Samples, chirp, noise, reached
from voicedesk.audio import output
from voicedesk.audio.files import NullOutput
from voicedesk.audio.output import BufferedOutput
from voicedesk.core.errors import DeviceError
from voicedesk.core.events import AudioKey

LATENCY = 0.02
A, B = AudioKey(1, "r", "a"), AudioKey(1, "r", "b")
NEXT = AudioKey(2, "r", "a")


class HandDriven(BufferedOutput):
    """A device that asks for a block when the test says so, in virtual time."""

    def __init__(self, rate: int = 48_000) -> None:
        self.time = 50.0
        super().__init__("hand", clock=lambda: self.time)
        self.rate = rate
        self.heard: list[Samples] = []

    def open(self) -> None:
        self.source = self._start(self.rate, asyncio.get_running_loop())

    def close(self) -> None:
        self._stopped()

    async def run(self, seconds: float) -> None:
        block = self.rate // 100
        for _ in range(round(seconds * 100)):
            out = np.zeros(block, dtype=np.int16)
            self.source.fill(out, self.time, self.time + LATENCY)
            self.heard.append(out)
            self.time += 0.01
            await asyncio.sleep(0)

    async def interrupted(self) -> list[tuple[AudioKey, float, float, bool]]:
        answer = asyncio.ensure_future(self.interrupt())
        while not answer.done():
            await asyncio.sleep(0)
            await self.run(0.01)
        return [(h.key, h.heard_ms, h.received_ms, h.finished) for h in await answer]


@pytest.fixture
async def ear() -> Ear:
    return Ear()


@pytest.fixture(params=[24_000, 44_100, 48_000])
def device(request: pytest.FixtureRequest, ear: Ear) -> Iterator[HandDriven]:
    made = HandDriven(request.param)
    made.listen(ear)
    yield made
    made.close()


async def test_a_whole_reply_is_told_from_beginning_to_end(device: HandDriven, ear: Ear) -> None:
    device.open()
    sound = chirp(0.5).tobytes()
    for at in range(0, len(sound), 4800):
        device.play(A, sound[at : at + 4800])
    device.finish(A)
    device.complete()
    await device.run(0.7)
    assert ear.names == ["queued", "sounded", "finished", "drained"]
    _, queued_at = ear.arguments("queued")
    _, at, audible_at = ear.arguments("sounded")
    heard, finished_at = ear.arguments("finished")
    assert at == pytest.approx(queued_at + LATENCY)
    assert at <= audible_at <= at + 0.001
    assert (heard.heard_ms, heard.received_ms, heard.finished) == (500.0, 500.0, True)
    assert finished_at == pytest.approx(at + 0.5, abs=1e-4)
    assert ear.arguments("drained") == (pytest.approx(finished_at),)


async def test_the_position_runs_with_the_dac(device: HandDriven) -> None:
    device.open()
    begun = device.time
    device.play(A, chirp(0.5).tobytes())
    device.finish(A)
    positions = []
    for _ in range(60):
        await device.run(0.01)
        device.time -= 0.0037  # between two blocks
        positions.append(device.position(A))
        expected = min(500.0, max(0.0, (device.time - begun - LATENCY) * 1000))
        assert positions[-1] == pytest.approx(expected, abs=0.1)
        device.time += 0.0037
    assert positions == sorted(positions)
    assert device.position(B) == 0.0


async def test_an_interruption_tells_what_was_heard_of_each_key(device: HandDriven) -> None:
    device.open()
    device.play(A, chirp(0.1).tobytes())
    device.finish(A)
    device.play(B, chirp(1.0).tobytes())
    await device.run(0.3)
    device.play(AudioKey(1, "r", "c"), chirp(0.2).tobytes())
    handed = device.time
    first, second, third = await device.interrupted()
    assert first == (A, 100.0, 100.0, True)
    assert second[1] == pytest.approx(208.0, abs=12.0)
    assert second[2:] == (1000.0, False)
    assert third[1:] == (0.0, 200.0, False)
    silent_at = device.silent_at()
    assert silent_at is not None
    assert handed + LATENCY < silent_at <= handed + LATENCY + 0.0225
    await device.run(0.3)
    assert not np.concatenate(device.heard[-20:]).any()


async def test_sound_of_an_interrupted_turn_is_dropped_and_the_next_turn_plays(
    device: HandDriven, ear: Ear
) -> None:
    device.open()
    device.play(A, chirp(1.0).tobytes())
    await device.run(0.2)
    await device.interrupted()
    device.play(A, chirp(1.0).tobytes())
    device.play(B, chirp(1.0).tobytes())
    device.finish(B)
    await device.run(0.1)
    assert not np.concatenate(device.heard[-8:]).any()
    ear.told.clear()
    device.play(NEXT, chirp(0.1).tobytes())
    device.finish(NEXT)
    device.complete()
    await device.run(0.3)
    assert ear.names == ["queued", "sounded", "finished", "drained"]
    assert device.position(NEXT) == 100.0


async def test_sound_of_no_turn_plays_after_an_interruption_too(
    device: HandDriven, ear: Ear
) -> None:
    device.open()
    device.play(A, chirp(1.0).tobytes())
    await device.run(0.2)
    await device.interrupted()
    ear.told.clear()
    cue = AudioKey(0, "filler", "1")
    device.play(cue, chirp(0.1).tobytes())
    device.finish(cue)
    await device.run(0.3)
    assert ear.names == ["queued", "sounded", "finished"]
    assert device.position(cue) == 100.0


async def test_an_interruption_of_nothing_is_answered_at_once(device: HandDriven) -> None:
    device.open()
    assert await device.interrupt() == ()
    assert device.silent_at() is None


async def test_an_end_that_crosses_an_interruption_is_not_told(
    device: HandDriven, ear: Ear
) -> None:
    device.open()
    device.play(A, chirp(0.1).tobytes())
    device.finish(A)
    device.complete()
    answer = asyncio.ensure_future(device.interrupt())
    block = np.zeros(device.rate // 100, dtype=np.int16)
    for _ in range(15):  # the device runs to the end before the loop hears of anything
        device.source.fill(block, device.time, device.time + LATENCY)
        device.time += 0.01
    while not answer.done():
        await device.run(0.01)
    (heard,) = await answer
    assert (heard.heard_ms, heard.finished) == (100.0, True)
    assert "drained" not in ear.names
    assert "finished" not in ear.names


async def test_a_dead_device_does_not_hold_up_an_interruption(
    device: HandDriven, expected_log: ExpectLog
) -> None:
    expected_log("did not answer an interruption")
    device.open()
    device.play(A, chirp(1.0).tobytes())
    await device.run(0.2)
    async with asyncio.timeout(2):
        (heard,) = await device.interrupt()
    assert 150 < heard.heard_ms <= 200


async def test_a_device_that_dies_while_it_is_asked_ends_the_wait(device: HandDriven) -> None:
    device.open()
    device.play(A, chirp(1.0).tobytes())
    await device.run(0.2)
    answer = asyncio.ensure_future(device.interrupt())
    await asyncio.sleep(0)
    device.close()
    (heard,) = await answer
    assert 150 < heard.heard_ms <= 200


async def test_a_device_that_dies_in_a_reply_lets_the_reply_end(
    device: HandDriven, ear: Ear
) -> None:
    device.open()
    device.play(A, chirp(1.0).tobytes())
    device.complete()
    await device.run(0.2)
    device.close()
    await reached(lambda: "drained" in ear.names, "the end")
    assert not device.is_open
    assert device.position(A) == pytest.approx(180.0, abs=1.0)


async def test_a_device_may_be_closed_on_another_thread(device: HandDriven, ear: Ear) -> None:
    device.open()
    device.play(A, chirp(1.0).tobytes())
    device.complete()
    await device.run(0.2)
    await asyncio.to_thread(device.close)
    await reached(lambda: "drained" in ear.names, "the end")
    device.play(NEXT, chirp(0.1).tobytes())
    device.complete()
    await reached(lambda: ear.names.count("drained") == 2, "the end of the next reply")


async def test_after_another_device_was_opened_the_next_reply_plays(
    device: HandDriven, ear: Ear
) -> None:
    device.open()
    device.play(A, chirp(1.0).tobytes())
    await device.run(0.2)
    device.close()
    device.rate = 16_000
    device.open()
    device.play(A, chirp(1.0).tobytes())
    await device.run(0.1)
    (old,) = await device.interrupted()
    assert old[1] <= 200.0
    assert old[2] == 2000.0
    ear.told.clear()
    device.play(NEXT, chirp(0.1).tobytes())
    device.complete()
    await device.run(0.3)
    assert ear.names == ["queued", "sounded", "finished", "drained"]


async def test_one_sample_is_a_reply(device: HandDriven, ear: Ear) -> None:
    device.open()
    device.play(A, b"\x00\x40")
    device.finish(A)
    device.complete()
    await device.run(0.1)
    heard, _ = ear.arguments("finished")
    assert heard.heard_ms == pytest.approx(1 / 24)
    assert np.concatenate(device.heard).any()


async def test_a_reply_without_sound_ends(device: HandDriven, ear: Ear) -> None:
    device.open()
    device.complete()
    await device.run(0.02)
    assert ear.names == ["drained"]


async def test_a_key_without_sound_is_finished_and_heard_as_nothing(
    device: HandDriven, ear: Ear
) -> None:
    device.open()
    device.play(A, b"")
    device.finish(A)
    await device.run(0.02)
    heard, _ = ear.arguments("finished")
    assert (heard.heard_ms, heard.received_ms) == (0.0, 0.0)


async def test_half_a_sample_is_refused(device: HandDriven) -> None:
    with pytest.raises(ValueError, match="multiple"):
        device.play(A, b"\0\0\0")


async def test_more_sound_than_anybody_asked_for_is_refused_once(
    device: HandDriven, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output, "LONGEST_QUEUE_S", 1.0)
    device.open()
    for _ in range(30):
        device.play(A, noise(2400).tobytes())
    (error,) = ear.arguments("trouble")
    assert isinstance(error, DeviceError)
    device.complete()
    await device.run(1.5)
    heard, _ = ear.arguments("finished")
    assert 900 <= heard.received_ms <= 1000


async def test_an_underrun_is_told(device: HandDriven, ear: Ear) -> None:
    device.open()
    device.play(A, chirp(0.1).tobytes())
    await device.run(0.2)
    device.play(A, chirp(0.1).tobytes())
    device.complete()
    await device.run(0.3)
    key, at = ear.arguments("underrun")
    assert key == A
    assert at < device.time
    assert device._buffer.start_buffer.wait > 0.02  # learned
    assert ear.arguments("finished")[0].heard_ms == 200.0


async def test_a_listener_that_fails_does_not_lose_what_comes_after(device: HandDriven) -> None:
    class Clumsy(Ear):
        def queued(self, key: AudioKey, at: float) -> None:
            raise RuntimeError("clumsy")

    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(
        lambda _loop, context: complaints.append(context.get("exception"))
    )
    clumsy = Clumsy()
    device.listen(clumsy)
    device.open()
    device.play(A, chirp(0.1).tobytes())
    device.complete()
    await device.run(0.3)
    assert clumsy.names == ["sounded", "finished", "drained"]
    assert len(complaints) == 1


async def test_old_keys_are_forgotten(device: HandDriven, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output, "_REMEMBERED_KEYS", 4)
    device.open()
    for turn in range(20):
        device.play(AudioKey(turn, "r", "a"), noise(240).tobytes())
        device.complete()
        await device.run(0.1)
    assert len(device._sent) <= 6


async def test_a_key_that_has_ended_or_was_cut_holds_no_resampler(device: HandDriven) -> None:
    device.open()
    device.play(A, chirp(0.1).tobytes())
    device.finish(A)
    device.play(B, chirp(1.0).tobytes())
    await device.run(0.3)
    await device.interrupted()
    assert set(device._sent) == {A, B}
    assert [sent.resampler._made for sent in device._sent.values()] == [None, None]


async def test_volume_keeps_within_bounds(device: HandDriven) -> None:
    device.volume = 3.0
    assert device.volume == 1.0
    device.volume = 0.25
    device.open()
    device.play(A, np.full(4800, 8000, dtype=np.int16).tobytes())
    device.complete()
    await device.run(0.3)
    assert np.abs(np.concatenate(device.heard)).max() == pytest.approx(2000, abs=400)


async def test_with_no_speaker_a_reply_is_over_when_it_is_complete() -> None:
    ear, nothing = Ear(), NullOutput()
    nothing.listen(ear)
    states = [nothing.is_open]
    nothing.open()
    states.append(nothing.is_open)
    nothing.play(A, chirp(10.0).tobytes())
    nothing.finish(A)
    nothing.complete()
    await reached(lambda: ear.names == ["drained"], "the end")
    assert nothing.position(A) == 0.0
    nothing.play(NEXT, chirp(1.0).tobytes())
    (heard,) = await nothing.interrupt()
    assert (heard.heard_ms, heard.received_ms, heard.finished) == (0.0, 1000.0, False)
    nothing.close()
    assert [*states, nothing.is_open] == [False, True, False]


async def test_a_device_is_told_to_stop_before_anyone_waits_for_it(device: HandDriven) -> None:
    device.open()
    device.play(A, chirp(1.0).tobytes())
    await device.run(0.2)
    device.hush()
    device.hush()  # once is enough
    device.play(A, chirp(1.0).tobytes())  # late sound of the old reply
    await device.run(0.1)
    loud = [bool(np.abs(block.astype(int)).max() > 200) for block in device.heard]
    assert not any(loud[-8:]), "it fades out with nobody waiting for the answer"
    (heard,) = await device.interrupt()
    assert 200 < heard.heard_ms < 230
    assert not heard.finished
    assert await device.interrupt() == ()


async def test_what_is_played_after_a_hush_sounds(device: HandDriven) -> None:
    device.open()
    device.play(A, chirp(1.0).tobytes())
    await device.run(0.2)
    device.hush()
    device.play(NEXT, chirp(0.3).tobytes())
    device.finish(NEXT)
    assert [key for key, *_ in await device.interrupted()] == [A]
    await device.run(0.6)
    assert np.abs(np.concatenate(device.heard[-40:]).astype(int)).max() > 2_000
