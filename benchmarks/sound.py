"""The sound path on real PortAudio, measured in a recording of the sound card, beside the sample's player.

Both play the same sound on the same virtual sound card; what left it is recorded at its monitor, and every figure
about playback is drawn from where the sound is found in that recording.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

import numpy as np

from benchmarks.peers_player import SamplePlayer, listen
from benchmarks.report import Result
from tests.support.pulse import RATE as CARD_RATE
from tests.support.pulse import Recording, VirtualSound
from tests.support.sounds import Ear, Samples, chirp, find, reached
from voicedesk.audio.io import RATE, CapturedBlock
from voicedesk.audio.microphone import Microphone
from voicedesk.audio.pcm import resample
from voicedesk.audio.reserve import STEPS_S
from voicedesk.audio.speaker import Speaker
from voicedesk.core.clock import now
from voicedesk.core.events import AudioKey
from voicedesk.core.timeline import percentile

REPLIES = 40
INTERRUPTIONS = 40
JITTERY_REPLIES = 5
PRESSES = 20
TALK_S = 3.0
DELTA = RATE // 10
LOUD = 12
DEVICE_MS = STEPS_S[0] * 1000
BLOCK_MS = 10.0

T = TypeVar("T")


class Player(Protocol):
    """Ours, or the sample's, as the measurements use it."""

    busy: float
    calls: int

    def begin(self) -> None:
        """A reply begins."""

    def add(self, pcm: bytes) -> None:
        """A delta of it arrived."""

    def end(self) -> None:
        """It is complete."""

    async def cut(self) -> float:
        """The user interrupts. Returns the milliseconds that count as heard."""

    def close(self) -> None:
        """Free the device."""


class Ours(Speaker):
    """The application's speaker."""

    def __init__(self) -> None:
        super().__init__()
        self.busy, self.calls = 0.0, 0
        self.ear = Ear()
        self.came: list[float] = []
        self._turn = 0
        self.present = AudioKey(0, "r", "i")
        self.listen(self.ear)
        self.open()

    def begin(self) -> None:
        self._turn += 1
        self.came.append(now())
        self.present = AudioKey(self._turn, "r", "i")

    def add(self, pcm: bytes) -> None:
        self.play(self.present, pcm)

    def end(self) -> None:
        self.finish(self.present)
        self.complete()

    async def cut(self) -> float:
        (heard,) = await self.interrupt()
        return heard.heard_ms

    def _callback(self, data: Any, frames: int, time_info: Any, status: Any) -> None:
        begun = time.thread_time()
        super()._callback(data, frames, time_info, status)
        self.busy += time.thread_time() - begun
        self.calls += 1


class Theirs(SamplePlayer):
    """The sample's player."""

    def __init__(self) -> None:
        super().__init__()
        self._before = 0

    def begin(self) -> None:
        self._before = self.handed

    def end(self) -> None:
        pass

    async def cut(self) -> float:
        self.stop()
        return (self.handed - self._before) / RATE * 1000.0


def deltas(sound: Samples) -> Iterator[bytes]:
    for at in range(0, len(sound), DELTA):
        yield sound[at : at + DELTA].tobytes()


async def recorded(recording: Recording, until: float) -> None:
    await reached(lambda: recording.time_of(len(recording.samples())) > until, "the recording", 30)


def since(recording: Recording, at: float) -> tuple[int, Samples]:
    """The recording from a moment on: the number of its first sample there, and the samples."""
    start = max(0, round((at - recording.origin) * CARD_RATE))
    return start, recording.samples(start)


async def reply_starts(player: Player, recording: Recording) -> list[float]:
    """Milliseconds from the arrival of a first delta to its first sample at the monitor."""
    delays = []
    sound = chirp(0.4)
    head = resample(sound, RATE, CARD_RATE)
    for _ in range(REPLIES):
        await asyncio.sleep(random.uniform(0.2, 0.25))
        player.begin()
        at = now()
        for delta in deltas(sound):
            player.add(delta)
        player.end()
        await recorded(recording, at + 0.65)
        start, heard = since(recording, at)
        delays.append((recording.time_of(start + find(head, heard)) - at) * 1000.0)
    return delays


async def interruptions(player: Player, recording: Recording) -> dict[str, list[float]]:
    """What the recording says about presses during a reply, in milliseconds (the click in percent)."""
    figures: dict[str, list[float]] = {"silence": [], "heard": [], "fade": [], "click": []}
    sound = chirp(2.0)
    sent = resample(sound, RATE, CARD_RATE)
    for _ in range(INTERRUPTIONS):
        player.begin()
        at = now()
        for delta in deltas(sound):
            player.add(delta)
        await asyncio.sleep(random.uniform(0.3, 0.6))
        pressed = now()
        heard_ms = await player.cut()
        await recorded(recording, pressed + 0.4)
        start, heard = since(recording, at)
        place = find(sent[: CARD_RATE // 5], heard)
        end = int(np.flatnonzero(np.abs(heard.astype(int)) > LOUD)[-1]) + 1
        figures["silence"].append((recording.time_of(start + end) - pressed) * 1000.0)
        figures["heard"].append(abs(heard_ms - (end - place) / CARD_RATE * 1000.0))
        figures["fade"].append(fade_ms(heard[place:end], sent))
        steps = np.abs(np.diff(heard[end - 480 : end + 10].astype(int)))
        usual = np.abs(np.diff(sent[: end - place].astype(int))).max()
        figures["click"].append(max(0.0, float(steps.max() - usual)) / 32768 * 100)
    return figures


def fade_ms(heard: Samples, sent: Samples) -> float:
    """How long before its end a cut reply begins to be quieter than what was sent."""
    window = 48
    count = len(heard) // window * window
    loudness = [
        np.abs(samples[:count].astype(float)).reshape(-1, window).max(axis=1)
        for samples in (heard, sent)
    ]
    full = np.flatnonzero(loudness[0] > 0.97 * loudness[1])
    return (len(heard) - (int(full[-1]) + 1) * window) / CARD_RATE * 1000.0


async def jitter(player: Player, recording: Recording) -> tuple[list[float], list[int]]:
    """Replies whose pieces of 100 ms come up to 80 ms late. Returns start delays and interruptions of the sound."""
    delays, holes = [], []
    sound = chirp(2.0)
    late = random.Random(7)
    for _ in range(JITTERY_REPLIES + 1):
        player.begin()
        begun = now()
        for index, delta in enumerate(deltas(sound)):
            due = (
                begun
                + index * 0.1
                + (0.08 if index == 1 else late.uniform(0.0, 0.08) * (index > 0))
            )
            await asyncio.sleep(max(0.0, due - now()))
            player.add(delta)
        player.end()
        await recorded(recording, now() + 0.7)
        start, heard = since(recording, begun)
        loud = np.flatnonzero(np.abs(heard.astype(int)) > LOUD)
        delays.append((recording.time_of(start + int(loud[0])) - begun) * 1000.0)
        holes.append(int((np.diff(loud) > CARD_RATE // 250).sum()))
    return delays[1:], holes[1:]


async def first_samples() -> tuple[list[float], list[float]]:
    """Milliseconds from the press to the first sample of the take: ours, and the sample's."""
    ours: list[float] = []
    theirs: list[float] = []
    microphone = Microphone()
    microphone.open()
    await asyncio.sleep(1.0)
    for _ in range(PRESSES):
        blocks: list[CapturedBlock] = []
        pressed = now()
        microphone.begin(pressed - 0.3, blocks.append)
        await microphone.end(now() + 0.1)
        ours.append((blocks[0].captured_at - pressed) * 1000.0)
    microphone.close()
    for _ in range(PRESSES):
        times: list[float] = []
        pressed = now()
        await listen(0.3, lambda _pcm, at, times=times: times.append(at))  # type: ignore[misc]  # bound at once
        theirs.append((times[0] - pressed) * 1000.0)
    return ours, theirs


async def talking() -> tuple[float, float]:
    """Percent of one core while the key is held: ours, and the sample's."""
    microphone = Microphone()
    microphone.open()
    await asyncio.sleep(0.5)
    begun, busy = now(), time.process_time()
    microphone.begin(now(), lambda _block: None)
    await microphone.end(now() + TALK_S)
    ours = (time.process_time() - busy) / (now() - begun)
    microphone.close()
    begun, busy = now(), time.process_time()
    await listen(TALK_S, lambda _pcm, _at: None)
    return ours * 100, (time.process_time() - busy) / (now() - begun) * 100


@contextmanager
def playing(make: Callable[[], Player]) -> Iterator[Player]:
    player = make()
    try:
        yield player
    finally:
        player.close()


async def both(
    sound: VirtualSound, measure: Callable[[Player, Recording], Awaitable[T]]
) -> tuple[T, T, Sequence[Player]]:
    """The same measurement of ours and of theirs."""
    players: list[Player] = []
    figures: list[T] = []
    for make in (Ours, Theirs):
        with sound.record_speaker() as recording, playing(make) as player:
            await recorded(recording, now() + 0.7)
            figures.append(await measure(player, recording))
            players.append(player)
    return figures[0], figures[1], players


def p50(values: Sequence[float]) -> float | None:
    return percentile(values, 0.5)


def p95(values: Sequence[float]) -> float | None:
    return percentile(values, 0.95)


async def replies(sound: VirtualSound) -> list[Result]:
    """From a delta to its sound, and what the callbacks cost."""
    ours, theirs, players = await both(sound, reply_starts)
    speaker = players[0]
    assert isinstance(speaker, Ours)
    queued = [arguments[1] for name, arguments in speaker.ear.told if name == "queued"]
    sounded = [arguments[1] for name, arguments in speaker.ear.told if name == "sounded"]
    waited = [(at - came) * 1000.0 for came, at in zip(speaker.came, queued, strict=True)]
    device = [(late - early) * 1000.0 for early, late in zip(queued, sounded, strict=True)]
    each = [player.busy / player.calls * 1e6 for player in players]
    per_second = [100 * each[0] / 1e4, 20 * each[1] / 1e4]
    note = f"{REPLIES} replies that come faster than real time; bound: 20 ms and the device's buffer; of it the device's own {p50(device):.1f} ms"
    return [
        Result(
            "delta to first sample in the device's callback, p95",
            p95(waited),
            "ms",
            20.0 + BLOCK_MS,
            note="20 ms and one block of the device",
        ),
        Result("delta to first sample at the monitor, p50", p50(ours), "ms", None, p50(theirs)),
        Result(
            "delta to first sample at the monitor, p95",
            p95(ours),
            "ms",
            20.0 + DEVICE_MS,
            p95(theirs),
            note,
        ),
        Result("speaker callback, processor time each", each[0], "us", None, each[1]),
        Result(
            "speaker callbacks, share of one core",
            per_second[0],
            "%",
            None,
            per_second[1],
            "100 blocks of 10 ms a second beside 20 of 50 ms",
        ),
    ]


async def cuts(sound: VirtualSound) -> list[Result]:
    """From a press to silence, and what counts as heard."""
    ours, theirs, _ = await both(sound, interruptions)
    note = f"{INTERRUPTIONS} interruptions at random moments; the device's own buffer of {DEVICE_MS:.0f} ms in it"
    return [
        Result("press to silence, p50", p50(ours["silence"]), "ms", None, p50(theirs["silence"])),
        Result(
            "press to silence, p95",
            p95(ours["silence"]),
            "ms",
            30.0 + DEVICE_MS,
            p95(theirs["silence"]),
            note,
        ),
        Result(
            "fade at an interruption, longest",
            max(ours["fade"]),
            "ms",
            12.0,
            max(theirs["fade"]),
            f"shortest {min(ours['fade']):.1f} ms",
        ),
        Result(
            "click at an interruption, worst",
            max(ours["click"]),
            "%",
            1.0,
            max(theirs["click"]),
            "largest step beyond those of the sound itself, of full scale",
        ),
        Result(
            "heard position, p50 of its error", p50(ours["heard"]), "ms", None, p50(theirs["heard"])
        ),
        Result(
            "heard position, worst error",
            max(ours["heard"]),
            "ms",
            5.0,
            max(theirs["heard"]),
            "against the length in the recording",
        ),
    ]


async def gaps(sound: VirtualSound) -> list[Result]:
    """Sound that comes late."""
    (delays, holes), (their_delays, their_holes), _ = await both(sound, jitter)
    note = f"{JITTERY_REPLIES} replies after one to learn from; pieces of 100 ms, up to 80 ms late"
    return [
        Result("holes in jittery replies", sum(holes), "", 0.0, sum(their_holes), note),
        Result(
            "start of jittery replies, worst",
            max(delays),
            "ms",
            120.0 + DEVICE_MS,
            max(their_delays),
            "from the first piece to the monitor",
        ),
    ]


async def captures() -> list[Result]:
    """The microphone."""
    ours, theirs = await first_samples()
    busy, their_busy = await talking()
    return [
        Result(
            "first captured sample after the press, worst",
            max(ours),
            "ms",
            0.0,
            max(theirs),
            f"{PRESSES} presses, pre-roll 300 ms",
        ),
        Result("processor while the key is held, share of one core", busy, "%", None, their_busy),
    ]


def run() -> list[Result]:
    """All of it on one virtual sound card."""
    results: list[Result] = []
    with VirtualSound() as sound:
        for measure in (replies, cuts, gaps):
            results += asyncio.run(measure(sound))
        results += asyncio.run(captures())
    return results
