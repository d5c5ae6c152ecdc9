"""Takes that begin while a reply sounds from a loudspeaker: what is left of the reply in them, in rooms of numbers."""

from __future__ import annotations

import asyncio
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.report import Result
from tests.support.echo_path import RATE, RoomMicrophone, echo_of, room
from tests.support.sounds import Samples
from voicedesk.audio.echo import EchoFreeInput, MakeCanceller, find_canceller, left_over
from voicedesk.audio.files import read_wav
from voicedesk.audio.io import RATE as INSIDE
from voicedesk.audio.io import SAMPLE_BYTES, CapturedBlock
from voicedesk.audio.pcm import from_bytes, resample
from voicedesk.audio.played import PlayedSound

ROOMS = [
    (delay_ms, decay_s, wrong_ms)
    for delay_ms in (5.0, 40.0, 120.0, 250.0)
    for decay_s in (0.1, 0.3)
    for wrong_ms in (-20.0, 0.0, 20.0)
]
_TEXT = "Tomorrow will be fine, with some clouds in the afternoon and a light wind from the west. "
PREROLL_S = 0.2
_LENGTH_S = 9


@dataclass(slots=True)
class Take:
    """One take: its sound, when its first piece came after the press, and the work for all of it, in seconds."""

    pcm: bytes
    first_s: float
    work_s: float


def _voice(text: str, *options: str) -> Samples:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "voice.wav"
        command = ["espeak-ng", "-v", "en-us", *options, "-w", str(path), text * 4]
        subprocess.run(command, check=True)
        return resample(from_bytes(read_wav(path)), INSIDE, RATE)[: _LENGTH_S * RATE]


async def _take(
    make: MakeCanceller | None, played: Samples, heard: Samples, *, press_s: float, wrong_s: float
) -> Take:
    """A take from ``press_s`` after the beginning of the reply to the end."""
    sound = PlayedSound()
    inner = RoomMicrophone(sound)
    microphone = EchoFreeInput(inner, sound, make, clock=lambda: inner.time)
    microphone.open()
    cut = round(press_s * RATE)
    await inner.run(played[:cut], heard[:cut], played_error_s=wrong_s)
    blocks: list[CapturedBlock] = []
    pressed = time.perf_counter()
    microphone.begin(inner.time - PREROLL_S, blocks.append)
    while not blocks:
        await asyncio.sleep(0)
        if make is None:
            break
    first = time.perf_counter() - pressed
    await inner.run(played[cut:], heard[cut:], played_error_s=wrong_s)
    await microphone.end(inner.time)
    work = time.perf_counter() - pressed
    return Take(b"".join(block.pcm for block in blocks), first, work)


async def measure(*, rooms: int) -> list[Result]:
    """Press one second into a reply and let it go on: what is left of it, beside the take as the microphone hears it.

    Args:
        rooms: How many of ROOMS.
    """
    make = await asyncio.to_thread(find_canceller)
    reply = await asyncio.to_thread(_voice, _TEXT)
    chosen = ROOMS[:: max(1, len(ROOMS) // rooms)][:rooms]
    left, firsts, works = [], [], []
    for delay_ms, decay_s, wrong_ms in chosen:
        if make is None:
            break
        heard = echo_of(reply, room(delay_ms=delay_ms, decay_s=decay_s))
        wrong_s = wrong_ms / 1000.0
        raw = await _take(None, reply, heard, press_s=1.0, wrong_s=wrong_s)
        clean = await _take(make, reply, heard, press_s=1.0, wrong_s=wrong_s)
        seconds = len(clean.pcm) / (INSIDE * SAMPLE_BYTES)
        left.append(left_over(raw.pcm, clean.pcm))
        firsts.append(clean.first_s * 1000.0)
        works.append((clean.work_s - raw.work_s) * 1000.0 / seconds)
    note = (
        f"{len(chosen)} rooms, 5 to 250 ms away, the speaker 20 ms wrong about its delay either way"
    )
    change = await _voice_change(make, reply) if make is not None else None
    return [
        Result("echo left after its first second, worst room", max(left, default=None), "dB", -30.0, note=note),
        Result("echo left after its first second, middle room", _middle(left), "dB"),
        Result("loudness that the user's voice loses to it", change, "dB", 2.0),
        Result("from the press to the first piece of such a take", max(firsts, default=None), "ms"),
        Result("work for a second of such a take", _middle(works), "ms"),
    ]  # fmt: skip


async def _voice_change(make: MakeCanceller, reply: Samples) -> float:
    """The reply stops at the press, as it does, and the user talks."""
    press = 2 * RATE
    played = reply.copy()
    played[press + RATE // 20 :] = 0
    user = await asyncio.to_thread(_voice, "There are seven days in a week, I think. ", "-p", "70")
    voice = np.zeros(reply.size, dtype=np.int16)
    voice[press:] = user[: reply.size - press] // 2
    heard = (echo_of(played, room()).astype(np.int32) + voice).clip(-32768, 32767).astype(np.int16)
    raw = await _take(None, played, heard, press_s=2.0, wrong_s=0.0)
    clean = await _take(make, played, heard, press_s=2.0, wrong_s=0.0)
    talking = slice(INSIDE * SAMPLE_BYTES // 2, None)  # the echo of the reply has gone by then
    return -left_over(raw.pcm[talking], clean.pcm[talking])


def _middle(values: list[float]) -> float | None:
    return float(np.median(values)) if values else None
