"""The contracts between the conductor and whatever makes or takes sound.

Inside VoiceDesk sound has one format: PCM16 little-endian, mono, 24 kHz. Devices, files and tests all fit behind
``AudioInput`` and ``AudioOutput``. All methods and callbacks run on the thread of the asyncio loop.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from voicedesk.core.errors import VoiceDeskError
from voicedesk.core.events import AudioKey, Heard

RATE = 24_000
SAMPLE_BYTES = 2
BLOCK_MS = 40
"""Length of the pieces in which a take is delivered while the key is down. What is left over at its end is delivered at
once: longer pieces cost no time, while each costs a resampling, a message to the server and a line in the journal."""


@dataclass(frozen=True, slots=True)
class CapturedBlock:
    """A piece of the take, in order and without gaps.

    Attributes:
        pcm: PCM16 mono 24 kHz, whole samples, never empty.
        captured_at: When its first sample passed the ADC, in seconds of ``core.clock``.
    """

    pcm: bytes
    captured_at: float


@dataclass(frozen=True, slots=True)
class Level:
    """Loudness of the latest sound: linear 0 to 1 (full scale)."""

    rms: float = 0.0
    peak: float = 0.0


class AudioInput(Protocol):
    """A microphone, or something that stands for one.

    ``open`` warms the device: from then on sound goes round in a small ring, so that a take can begin before the
    press. Nothing leaves the ring until ``begin``.
    """

    @property
    def is_open(self) -> bool:
        """Whether the device is running."""

    @property
    def level(self) -> Level:
        """Loudness of the last 50 ms or so, for the meter."""

    @property
    def name(self) -> str:
        """What the device is called, for people."""

    def open(self) -> None:
        """Start the device.

        Raises:
            SoundError: No PortAudio, no microphone, or it refuses.
        """

    def begin(self, at: float, deliver: Callable[[CapturedBlock], None]) -> None:
        """Start a take with sound captured from ``at`` on, as far back as the ring reaches.

        ``deliver`` is called with blocks of BLOCK_MS; what the ring already holds comes at once.
        A second ``begin`` drops a take that is still running.
        """

    async def end(self, at: float, *, through: float | None = None) -> None:
        """End the take at ``at``, which may lie ahead (the release tail).

        Returns within a few milliseconds of ``at``, when all the sound that has arrived by then was delivered;
        the last block may be shorter. A device that delivers later than that is waited for, briefly, until it
        has given what was captured by ``through`` (the key-up): no word is lost to a slow sound server.
        Cancelling this call leaves the take running (the key came down again).
        """

    def abort(self) -> None:
        """Drop the take; nothing more is delivered."""

    def close(self) -> None:
        """Stop the device and free it. Safe to call twice."""

    def on_trouble(self, tell: Callable[[VoiceDeskError], None]) -> None:
        """Who is told when the device stops by itself."""


class OutputListener(Protocol):
    """Who is told what the speaker does. Called on the loop, soon after the fact, with exact times."""

    def queued(self, key: AudioKey, at: float) -> None:
        """The first sample of ``key`` was handed to the device at ``at``."""

    def sounded(self, key: AudioKey, at: float, audible_at: float | None) -> None:
        """The first sample of ``key`` leaves the DAC at ``at``, its first audible sample at ``audible_at``.

        Called once the audible sample is known; ``audible_at`` is None if the whole key was silence.
        """

    def finished(self, heard: Heard, at: float) -> None:
        """The last sample of a finished key left the DAC at ``at``."""

    def drained(self, at: float) -> None:
        """Everything that was handed over has sounded, and the reply was declared complete."""

    def underrun(self, key: AudioKey, at: float) -> None:
        """The device wanted sound of ``key`` and there was none yet."""

    def trouble(self, error: VoiceDeskError) -> None:
        """The device stopped by itself."""


class AudioOutput(Protocol):
    """A speaker, or something that stands for one. Keys sound in the order in which they were first played."""

    @property
    def is_open(self) -> bool:
        """Whether the device is running."""

    @property
    def name(self) -> str:
        """What the device is called, for people."""

    def open(self) -> None:
        """Start the device; it then stays open and plays silence.

        Raises:
            SoundError: No PortAudio, no speaker, or it refuses.
        """

    def listen(self, listener: OutputListener) -> None:
        """Who is told. One listener at a time."""

    def play(self, key: AudioKey, pcm: bytes) -> None:
        """Add sound to ``key``: PCM16 mono 24 kHz, whole samples."""

    def finish(self, key: AudioKey) -> None:
        """No more sound comes for ``key``."""

    def complete(self) -> None:
        """No more keys come in this reply: whatever the start buffer still holds is released at once."""

    def position(self, key: AudioKey) -> float:
        """Milliseconds of ``key`` that have left the DAC by now."""

    def hush(self) -> None:
        """Begin an interruption, for those who cannot wait in this moment; ``interrupt`` follows, which begins with it."""

    async def interrupt(self) -> Sequence[Heard]:
        """Fade out now, drop the rest, and tell what was heard, one entry for each key of the reply.

        The fade begins with the next block that the device asks for; the answer comes when that block is filled,
        so that it is exact, and holds what will have left the DAC when the fade is over. After it no sample of
        the old reply is handed to the device.
        """

    def silent_at(self) -> float | None:
        """When the last sample of the interrupted reply leaves the DAC (``core.clock``), if there was one."""

    def close(self) -> None:
        """Stop the device and free it. Safe to call twice."""
