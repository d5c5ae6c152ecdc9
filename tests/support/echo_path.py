"""A room of numbers: what a speaker plays comes back to the microphone late, damped and with an echo."""

import asyncio

import numpy as np

from tests.support.sounds import Samples
from voicedesk.audio.capture import CapturedInput
from voicedesk.audio.played import PlayedSound
from voicedesk.core.errors import DeviceError

RATE = 48_000
BLOCK = 480
AHEAD_S = 0.02
"""So long before it leaves the DAC a block is handed to the speaker."""


def room(*, delay_ms: float = 40.0, decay_s: float = 0.2, seed: int = 3) -> np.ndarray:
    """The answer to one click, at RATE: the direct way, and a tail that has lost 60 dB after ``decay_s``."""
    count = round(decay_s * RATE)
    tail = np.random.default_rng(seed).normal(0.0, 1.0, count)
    tail *= np.exp(-6.9 * np.arange(count) / count)
    tail *= 0.12 / np.sqrt(np.sum(tail**2))
    tail[0] = 0.35
    return np.concatenate((np.zeros(round(delay_ms / 1000.0 * RATE)), tail))


def echo_of(sound: Samples, path: np.ndarray, *, seed: int = 4) -> Samples:
    """What the microphone hears of a sound, with the hiss of a quiet room."""
    size = sound.size + path.size
    heard = np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(path, size), size)[: sound.size]
    heard += np.random.default_rng(seed).normal(0.0, 2.0, sound.size)
    return np.asarray(heard.clip(-32768, 32767), dtype=np.int16)


class RoomMicrophone(CapturedInput):
    """A microphone in the room of a speaker, in virtual time."""

    def __init__(self, played: PlayedSound) -> None:
        self.time = 50.0
        super().__init__("room", clock=lambda: self.time)
        self._played = played
        self._coming: Samples = np.zeros(0, dtype=np.int16)

    def open(self) -> None:
        self._played.start(RATE)
        self._start(RATE, 1, asyncio.get_running_loop())

    def close(self) -> None:
        self._stopped()

    def die(self) -> None:
        """Stop by itself, as ``Microphone`` does."""
        self._pump(whole=True)
        self.close()
        self._report(DeviceError("gone", device="room", reason="it is not connected any more"))

    async def run(self, played: Samples, heard: Samples, *, played_error_s: float = 0.0) -> None:
        """Play and hear, block by block; what leaves the DAC now was handed over AHEAD_S ago.

        ``played_error_s``: by how much the speaker is wrong about its delay.
        """
        ahead = round(AHEAD_S * RATE)
        for at in range(0, len(played), BLOCK):
            block = played[at : at + BLOCK]
            moment = self.time + played_error_s
            if block.any():
                self._played.add(block, moment)
            else:
                self._played.add_silence(block.size, moment)
            self._coming = np.concatenate((self._coming, heard[at : at + BLOCK]))
            past = self._coming[: max(0, self._coming.size - ahead)]
            if past.size:
                self._coming = self._coming[past.size :]
                self._captured(past[:, np.newaxis], self.time - AHEAD_S)
            self.time += block.size / RATE
            if at % (BLOCK * 4) == 0:
                await asyncio.sleep(0)
