"""Sound devices that are files: for the demonstration, for tests, and where there is no device.

They keep the contracts of ``audio.io`` in real time, each with a thread in the place of a device's callback.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from voicedesk.audio.capture import CapturedInput
from voicedesk.audio.io import RATE, CapturedBlock
from voicedesk.audio.output import BufferedOutput
from voicedesk.audio.pcm import NO_SAMPLES, Samples, from_bytes
from voicedesk.audio.playback import PlaybackBuffer
from voicedesk.audio.timing import Pacer
from voicedesk.audio.wav import WavWriter, decode_wav, encode_wav, read_wav, write_wav
from voicedesk.core.clock import now
from voicedesk.core.errors import SoundFileError

__all__ = [
    "FileMicrophone",
    "FileSpeaker",
    "NullOutput",
    "WavWriter",
    "decode_wav",
    "encode_wav",
    "read_wav",
    "write_wav",
]

BLOCK_S = 0.01
_BLOCK = round(BLOCK_S * RATE)


class FileMicrophone(CapturedInput):
    """A microphone that hears silence, and a recording when it is told to speak.

    Args:
        sound: A WAV file, or PCM16 mono 24 kHz.
        autoplay: Speak the recording from its beginning whenever a take begins.
        name: What it is called, for people.

    Raises:
        SoundFileError: The file is not sound that can be read.
    """

    def __init__(
        self, sound: str | Path | bytes, *, autoplay: bool = True, name: str = "Sound file"
    ) -> None:
        super().__init__(name)
        self._recording = from_bytes(sound if isinstance(sound, bytes) else read_wav(sound))
        self._autoplay = autoplay
        self._voice: tuple[Samples, int, float] = (NO_SAMPLES, 0, 0.0)  # sound, how far, since when
        self._spoken: asyncio.Event = asyncio.Event()
        self._spoken.set()
        self._pacer = Pacer(BLOCK_S, self._capture)

    @property
    def duration(self) -> float:
        """Seconds that the recording lasts."""
        return self._recording.size / RATE

    def open(self) -> None:
        """Start to hear silence. Call it while the loop runs."""
        if self._running:
            return
        self._start(RATE, 1, asyncio.get_running_loop())
        self._pacer.start("voicedesk-file-microphone")

    def close(self) -> None:
        """Stop. Safe to call twice."""
        self._pacer.stop()
        self._stopped()
        self._spoken.set()

    def begin(self, at: float, deliver: Callable[[CapturedBlock], None]) -> None:
        """Start a take, and the recording too unless ``autoplay`` is off."""
        super().begin(at, deliver)
        if self._autoplay:
            self.speak()

    def speak(self, pcm: bytes | None = None) -> None:
        """Speak the recording, or ``pcm`` in its place, from the next block on; it replaces what is being spoken."""
        samples = self._recording if pcm is None else from_bytes(pcm)
        if samples.size:
            self._spoken.clear()
        self._voice = (samples, 0, now())

    async def spoken(self) -> None:
        """Wait until what is being spoken has been captured to its end."""
        await self._spoken.wait()

    def _capture(self, at: float) -> None:
        """Capture the block that ends at ``at``. On the thread."""
        voice = self._voice
        samples, offset, since = voice
        begun = at - BLOCK_S
        block = np.zeros((_BLOCK, 1), dtype=np.int16)
        piece = samples[offset : offset + _BLOCK] if begun >= since else NO_SAMPLES
        block[: piece.size, 0] = piece
        self._captured(block, begun)
        # Replaced by a call of speak() meanwhile, it stays replaced.
        if piece.size and self._voice is voice:
            self._voice = (samples, offset + piece.size, since)
            if offset + piece.size >= samples.size:
                self._on_loop(self._spoken.set)


class FileSpeaker(BufferedOutput):
    """A speaker that leaves what it plays in a WAV file: all replies one after the other, gaps within them included.

    Args:
        path: The file; None to keep nothing.
        name: What it is called, for people.
        latency: Seconds from its asking for sound to the sound, as with a real device.
    """

    def __init__(
        self, path: str | Path | None = None, *, name: str = "Sound file", latency: float = BLOCK_S
    ) -> None:
        super().__init__(name)
        self._path = path
        self._latency = latency
        self._block: Samples = np.zeros(_BLOCK, dtype=np.int16)
        self._silence = 0
        self._source: PlaybackBuffer = self._buffer
        self._writer: WavWriter | None = None
        self._pacer = Pacer(BLOCK_S, self._play_block)

    def open(self) -> None:
        """Start to play. Call it while the loop runs.

        Raises:
            SoundWriteError: The file cannot be made.
        """
        if self._running:
            return
        if self._path is not None:
            self._writer = WavWriter(self._path)
        self._source = self._start(RATE, asyncio.get_running_loop())
        self._pacer.start("voicedesk-file-speaker")

    def close(self) -> None:
        """Stop, and close the file. Safe to call twice."""
        self._pacer.stop()
        self._stopped()
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _play_block(self, at: float) -> None:
        """Play the block that begins at ``at``. On the thread."""
        self._source.fill(self._block, max(at, now()), at + self._latency)
        if self._writer is None or not self._source.took_sound:
            return
        try:
            self._writer.write(self._block)
        except SoundFileError as error:
            self._writer.close()
            self._writer = None
            self._on_loop(partial(self._report, error))


class NullOutput(BufferedOutput):
    """No speaker at all: nothing sounds, nothing was heard, and a reply is over as soon as it is complete.

    The answer is then read, not heard, so there is no sense in waiting as long as it would have taken to speak it.
    """

    def __init__(self, name: str = "No speaker") -> None:
        super().__init__(name)
        self._opened = False

    @property
    def is_open(self) -> bool:
        """Whether it was opened."""
        return self._opened

    def open(self) -> None:
        """There is nothing to start."""
        self._opened = True

    def close(self) -> None:
        """There is nothing to stop."""
        self._opened = False
