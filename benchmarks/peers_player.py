"""The sound of the openai-python push-to-talk sample, written anew from its description, to measure beside ours.

What it is known for is kept: blocks of 50 ms at a forced 24 kHz, an unbounded list from whose head the callback
takes and joins arrays under a lock that the loop shares, a stream that starts with the first delta, no start buffer
and no fade; a microphone that is opened when the key goes down and polled for 20 ms at a time with ``sleep(0)``.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from voicedesk.core.clock import now

Samples = npt.NDArray[np.int16]

RATE = 24_000
PLAYER_BLOCK = RATE // 20
READ_SIZE = RATE // 50


class SamplePlayer:
    """Plays what is added, in the way of the sample.

    Attributes:
        handed: Frames that the callback took.
        busy: Seconds of processor time spent in callbacks.
        calls: Number of callbacks.
    """

    def __init__(self) -> None:
        import sounddevice

        self.handed = 0
        self.busy = 0.0
        self.calls = 0
        self._queue: list[Samples] = []
        self._lock = threading.Lock()
        self._playing = False
        self._stream = sounddevice.OutputStream(
            callback=self._callback,
            samplerate=RATE,
            channels=1,
            dtype=np.int16,
            blocksize=PLAYER_BLOCK,
        )

    def add(self, pcm: bytes) -> None:
        """A delta arrived."""
        with self._lock:
            self._queue.append(np.frombuffer(pcm, dtype=np.int16))
            if not self._playing:
                self._playing = True
                self._stream.start()

    def stop(self) -> None:
        """The user interrupts."""
        with self._lock:
            self._queue.clear()

    def close(self) -> None:
        """Free the device."""
        self._stream.close()

    def _callback(self, out: Samples, frames: int, _time: Any, _status: Any) -> None:
        begun = time.thread_time()
        with self._lock:
            data = np.empty(0, dtype=np.int16)
            while len(data) < frames and self._queue:
                item = self._queue.pop(0)
                needed = frames - len(data)
                data = np.concatenate((data, item[:needed]))
                if len(item) > needed:
                    self._queue.insert(0, item[needed:])
            self.handed += len(data)
            if len(data) < frames:
                data = np.concatenate((data, np.zeros(frames - len(data), dtype=np.int16)))
        out[:] = data.reshape(-1, 1)
        self.busy += time.thread_time() - begun
        self.calls += 1


async def listen(seconds: float, deliver: Callable[[bytes, float], None]) -> None:
    """The key is held for so long: open the microphone and read it in the way of the sample.

    ``deliver`` gets each piece and about when its first sample was captured.
    """
    import sounddevice

    pressed = now()
    stream = sounddevice.InputStream(channels=1, samplerate=RATE, dtype="int16")
    stream.start()
    try:
        while now() - pressed < seconds:
            if stream.read_available < READ_SIZE:
                await asyncio.sleep(0)
                continue
            waiting = stream.read_available
            data, _ = stream.read(READ_SIZE)
            deliver(data.tobytes(), now() - waiting / RATE)
    finally:
        stream.stop()
        stream.close()
