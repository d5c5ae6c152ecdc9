"""The reply that the microphone hears is taken out of the take; nothing else is touched."""

import asyncio
import builtins
import importlib.util
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support.echo_path import RATE, RoomMicrophone, echo_of, room
from tests.support.sounds import Samples, find, noise
from voicedesk.audio import echo
from voicedesk.audio.echo import EchoFreeInput, MakeCanceller, find_canceller, is_worn, left_over
from voicedesk.audio.files import read_wav
from voicedesk.audio.io import AudioInput, CapturedBlock
from voicedesk.audio.pcm import from_bytes, resample
from voicedesk.audio.played import PlayedSound

has_canceller = pytest.mark.skipif(
    importlib.util.find_spec("pywebrtc_audio") is None, reason="there is no canceller here"
)
SECOND = RATE


@pytest.fixture(scope="module")
def reply(tmp_path_factory: pytest.TempPathFactory) -> Samples:
    """Eight seconds of a voice at RATE."""
    path: Path = tmp_path_factory.mktemp("reply") / "reply.wav"
    text = "Tomorrow will be fine, with some clouds in the afternoon and a light wind. " * 3
    subprocess.run(["espeak-ng", "-v", "en-us", "-w", str(path), text], check=True)
    return resample(from_bytes(read_wav(path)), 24_000, RATE)[: 8 * SECOND]


def subtract(near: Samples, far: Samples) -> Samples:
    return near - far


class Subtraction:
    """A canceller for a room without delay."""

    delay = 0
    process = staticmethod(subtract)


class Late:
    """Cancels nothing, and gives each sample back so much later."""

    delay = 100

    def __init__(self) -> None:
        self._inside: Samples = np.zeros(self.delay, dtype=np.int16)
        self.frames = 0

    def process(self, near: Samples, far: Samples) -> Samples:
        del far
        self.frames += 1
        whole = np.concatenate((self._inside, near))
        self._inside = whole[near.size :]
        return whole[: near.size]


class Setting:
    """A microphone in front of a speaker, and a take that goes on."""

    def __init__(self, make: MakeCanceller | None) -> None:
        self.played = PlayedSound()
        self.inner = RoomMicrophone(self.played)
        self.input = EchoFreeInput(self.inner, self.played, make, clock=lambda: self.inner.time)
        as_contract: AudioInput = self.input
        as_contract.open()
        self.blocks: list[CapturedBlock] = []

    def begin(self, before: float = 0.0) -> float:
        at = self.inner.time - before
        self.input.begin(at, self.blocks.append)
        return at

    async def end(self) -> bytes:
        await self.input.end(self.inner.time)
        return b"".join(block.pcm for block in self.blocks)


async def settled() -> None:
    """All that the loop was asked to do, and what follows from it, has been done: nothing here waits for a clock."""
    for _ in range(500):
        await asyncio.sleep(0)


async def take_in_a_reply(
    make: MakeCanceller | None, played: Samples, heard: Samples, error_s: float = 0.0
) -> tuple[bytes, Setting]:
    """A take from the end of the second second on, to the end."""
    setting = Setting(make)
    await setting.inner.run(played[: 2 * SECOND], heard[: 2 * SECOND], played_error_s=error_s)
    setting.begin()
    rest = slice(2 * SECOND, None)
    await setting.inner.run(played[rest], heard[rest], played_error_s=error_s)
    return await setting.end(), setting


@has_canceller
@pytest.mark.parametrize("delay_ms", [5.0, 40.0, 120.0])
async def test_of_a_reply_a_thousandth_is_left(reply: Samples, delay_ms: float) -> None:
    heard = echo_of(reply, room(delay_ms=delay_ms))
    raw, _ = await take_in_a_reply(None, reply, heard)
    clean, _ = await take_in_a_reply(find_canceller(), reply, heard)
    assert abs(len(raw) - len(clean)) <= 2
    assert left_over(raw, clean) < -30.0


@has_canceller
@pytest.mark.parametrize("error_s", [-0.02, 0.02])
async def test_a_speaker_may_be_wrong_about_its_delay(reply: Samples, error_s: float) -> None:
    heard = echo_of(reply, room())
    raw, _ = await take_in_a_reply(None, reply, heard)
    clean, _ = await take_in_a_reply(find_canceller(), reply, heard, error_s)
    assert left_over(raw, clean) < -30.0


@has_canceller
async def test_the_voice_of_the_user_stays(reply: Samples) -> None:
    silent_from = 3 * SECOND
    played = reply.copy()
    played[silent_from:] = 0
    voice = np.roll(reply, SECOND // 3)
    voice[:silent_from] = 0
    heard = (echo_of(played, room()).astype(int) + voice // 2).clip(-32768, 32767)
    raw, _ = await take_in_a_reply(None, played, heard.astype(np.int16))
    clean, _ = await take_in_a_reply(find_canceller(), played, heard.astype(np.int16))
    talking = slice(int(1.5 * 48_000), None)
    assert abs(left_over(raw[talking], clean[talking])) < 2.0


async def test_the_echo_is_lined_up_with_what_was_played() -> None:
    sound = noise(4 * SECOND, amplitude=0.2)
    seen: list[tuple[Samples, Samples]] = []

    class Watch:
        delay = 0

        def process(self, near: Samples, far: Samples) -> Samples:
            seen.append((near, far))
            return near

    await take_in_a_reply(Watch, sound, sound)
    near = np.concatenate([pair[0] for pair in seen])
    far = np.concatenate([pair[1] for pair in seen])
    piece = near[30_000:32_000]
    assert 30_000 - find(piece, far) == pytest.approx(echo.LEAD_S * 24_000, abs=60)


async def test_a_take_beside_no_reply_is_passed_on_as_it_is() -> None:
    def never() -> Any:
        raise AssertionError("nothing is to be cancelled")

    sound = noise(2 * SECOND)
    setting = Setting(never)
    await setting.inner.run(np.zeros(SECOND, dtype=np.int16), sound[:SECOND])
    assert setting.played.sounded_until == 0.0
    setting.begin(0.3)
    assert setting.blocks  # at once
    await setting.inner.run(np.zeros(SECOND, dtype=np.int16), sound[SECOND:])
    plain = Setting(None)
    await plain.inner.run(np.zeros(SECOND, dtype=np.int16), sound[:SECOND])
    plain.begin(0.3)
    await plain.inner.run(np.zeros(SECOND, dtype=np.int16), sound[SECOND:])
    assert await setting.end() == await plain.end()


async def test_a_take_begins_where_it_should_and_has_no_gap() -> None:
    sound = noise(3 * SECOND, amplitude=0.1)
    setting = Setting(Subtraction)
    await setting.inner.run(sound[:SECOND], sound[:SECOND])
    at = setting.begin(0.3)
    await setting.inner.run(sound[SECOND:], sound[SECOND:])
    pcm = await setting.end()
    assert setting.blocks[0].captured_at == pytest.approx(at, abs=0.001)
    for one, other in zip(setting.blocks, setting.blocks[1:], strict=False):
        length = len(one.pcm) / 48_000
        assert other.captured_at - one.captured_at == pytest.approx(length, abs=0.001)
    assert len(pcm) / 48_000 == pytest.approx(2.3 - 0.02, abs=0.01)


async def test_no_sample_is_lost_in_a_canceller_or_on_the_ways_around_it() -> None:
    sound = noise(6 * SECOND, amplitude=0.1)
    played = sound.copy()
    for silent in (slice(SECOND, 2 * SECOND), slice(3 * SECOND, 6 * SECOND)):
        played[silent] = 0
    takes, cancellers = [], [Late()]
    for make in (None, cancellers.pop):
        setting = Setting(make)
        await setting.inner.run(played[:SECOND], sound[:SECOND])
        at = setting.begin(0.1)
        await setting.inner.run(played[SECOND:], sound[SECOND:])
        takes.append(from_bytes(await setting.end()))
        assert setting.blocks[0].captured_at == pytest.approx(at, abs=0.0001)
        for one, other in zip(setting.blocks, setting.blocks[1:], strict=False):
            length = len(one.pcm) / 48_000
            assert other.captured_at - one.captured_at == pytest.approx(length, abs=0.001)
    raw, passed = takes
    start = find(raw[1000:3000], passed) - 1000
    assert abs(start) <= 1
    assert abs(raw.size - passed.size) <= 1
    # The ends apart: one of them was resampled from its first sample on.
    first, last = (
        200,
        min(raw.size, passed.size) - 10,
    )
    assert np.abs(raw[first:last].astype(int) - passed[first + start : last + start]).max() <= 2


async def test_a_room_that_has_fallen_silent_is_left_alone() -> None:
    canceller = Late()
    sound = noise(6 * SECOND, amplitude=0.1)
    silent = np.zeros(4 * SECOND, dtype=np.int16)
    setting = Setting(lambda: canceller)
    await setting.inner.run(sound[: 2 * SECOND], sound[: 2 * SECOND])
    setting.begin()
    await setting.inner.run(silent, sound[2 * SECOND :])
    await setting.end()
    cleaned_s = canceller.frames * echo.FRAME / 24_000
    assert cleaned_s == pytest.approx(echo.HISTORY_S + echo.LINGER_S, abs=0.1)


@has_canceller
async def test_the_real_one_is_left_at_the_same_sample(reply: Samples) -> None:
    played = reply.copy()
    played[3 * SECOND :] = 0
    voice = np.roll(reply, SECOND)
    raw, _ = await take_in_a_reply(None, played, voice)
    clean, _ = await take_in_a_reply(find_canceller(), played, voice)
    before, after = from_bytes(raw), from_bytes(clean)
    assert abs(before.size - after.size) <= 1
    assert abs(find(before[60_000:70_000], after) - 60_000) <= 1
    early = slice(20_000, 24_000)  # what came out of the canceller lies where it went in
    assert abs(find(after[early], before[: 2 * SECOND]) - early.start) <= 10


async def test_nothing_is_delivered_after_an_abort_or_a_new_take() -> None:
    sound = noise(SECOND)
    setting = Setting(Subtraction)
    await setting.inner.run(sound, sound)
    setting.begin(0.3)
    setting.input.abort()
    await settled()
    assert setting.blocks == []
    old = setting.blocks
    setting.begin(0.3)
    setting.blocks = []
    setting.begin(0.3)
    assert await setting.end()
    assert old == []


async def test_a_receiver_that_drops_the_take_gets_no_more() -> None:
    sound = noise(SECOND)
    setting = Setting(Subtraction)
    await setting.inner.run(sound, sound)
    got: list[CapturedBlock] = []

    def once(block: CapturedBlock) -> None:
        got.append(block)
        setting.input.abort()

    setting.input.begin(setting.inner.time - 0.3, once)
    await settled()
    assert len(got) == 1


async def test_what_was_said_over_a_reply_is_there_before_the_end_of_its_microphone_is_told() -> (
    None
):
    """Whoever is told ends the take: what the canceller still holds would be lost."""
    sound = noise(3 * SECOND, amplitude=0.1)
    setting = Setting(Late)
    told: list[int] = []
    setting.input.on_trouble(lambda _: told.append(sum(len(block.pcm) for block in setting.blocks)))
    await setting.inner.run(sound[:SECOND], sound[:SECOND])
    setting.begin(0.3)
    await setting.inner.run(sound[SECOND:], sound[SECOND:])
    setting.inner.die()
    assert told == [pytest.approx((2.3 - 0.02) * 48_000, abs=10)]
    setting.input.abort()
    await settled()


async def test_a_cancelled_end_leaves_the_take_running() -> None:
    sound = noise(SECOND)
    setting = Setting(Subtraction)
    await setting.inner.run(sound, sound)
    setting.begin(0.1)
    ending = asyncio.ensure_future(setting.input.end(setting.inner.time + 3600.0))
    await settled()
    ending.cancel()
    await asyncio.gather(ending, return_exceptions=True)
    before = len(setting.blocks)
    await setting.inner.run(sound, sound)
    await setting.end()
    assert len(setting.blocks) > before


async def test_what_was_not_played_is_silence() -> None:
    played = PlayedSound()
    assert not played.reader(10.0).read(480).any()
    played.start(RATE)
    played.add(noise(480), 5.0)
    reader = played.reader(4.99)
    first, second, third = (reader.read(240) for _ in range(3))
    assert not first[:120].any()
    assert second.any()
    assert not third[120:].any()


@pytest.mark.parametrize(
    ("name", "worn"),
    [
        ("Headphones (Realtek)", True),
        ("WH-1000XM5 Headset", True),
        ("Kopfhörer", True),
        ("Ann's AirPods Pro", True),
        ("Galaxy Buds", True),
        ("MacBook Pro Speakers", False),
        ("default", False),
        ("Heads-up Display Audio", False),
    ],
)
def test_headphones_are_known_by_their_name(name: str, worn: bool) -> None:
    assert is_worn(name) is worn


def test_without_the_library_nothing_is_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    whole: Callable[..., Any] = builtins.__import__

    def without(name: str, *arguments: Any, **named: Any) -> Any:
        if name == "pywebrtc_audio":
            raise ImportError(name)
        return whole(name, *arguments, **named)

    monkeypatch.delitem(sys.modules, "pywebrtc_audio", raising=False)
    monkeypatch.setattr(builtins, "__import__", without)
    assert find_canceller() is None
