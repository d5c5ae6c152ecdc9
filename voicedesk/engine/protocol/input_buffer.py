"""The sound that a client has appended and not committed yet, on its way into the ears."""

from __future__ import annotations

from collections.abc import Callable

from voicedesk.engine.ears.ears import Ears, Utterance
from voicedesk.engine.protocol.errors import ClientError
from voicedesk.engine.protocol.items import BYTES_PER_MS

SHORTEST_COMMIT_MS = 100
LONGEST_INPUT_MS = 610_000
"""A little over ten minutes, the longest that the settings let a key be held."""


class InputBuffer:
    """One utterance at a time, heard while it comes.

    Args:
        ears: What hears.
        listen: Begins an utterance; ``ears.listen`` if None.
    """

    def __init__(self, ears: Ears, listen: Callable[[], Utterance] | None = None) -> None:
        self._listen = ears.listen if listen is None else listen
        self._utterance: Utterance | None = None
        self._odd = b""

    def append(self, pcm: bytes) -> None:
        """Take PCM16 mono 24 kHz of any length: half a sample waits for its other half.

        Raises:
            ClientError: The buffer is full.
        """
        pcm = self._odd + pcm
        if self._utterance is None:
            self._utterance = self._listen()
        if self._utterance.seconds * 1000 + len(pcm) / BYTES_PER_MS > LONGEST_INPUT_MS:
            raise ClientError(
                f"The input audio buffer holds at most {LONGEST_INPUT_MS // 1000} seconds. Commit or clear it.",
                code="input_audio_buffer_full",
                param="audio",
            )
        whole = len(pcm) // 2 * 2
        self._odd = pcm[whole:]
        self._utterance.feed(pcm[:whole])

    def committable(self) -> Utterance:
        """The utterance, still in the buffer: call `release` once it has a place elsewhere.

        Raises:
            ClientError: There is hardly any sound.
        """
        utterance = self._utterance
        milliseconds = 0.0 if utterance is None else utterance.seconds * 1000
        if utterance is None or milliseconds < SHORTEST_COMMIT_MS:
            raise ClientError(
                "Error committing input audio buffer: buffer too small. Expected at least 100ms of audio, but buffer"
                f" only has {milliseconds:.2f}ms of audio.",
                code="input_audio_buffer_commit_empty",
            )
        return utterance

    def release(self) -> None:
        """Let go of the utterance, which is the caller's from now on."""
        self._utterance, self._odd = None, b""

    def clear(self) -> None:
        """Forget the sound."""
        if self._utterance is not None:
            self._utterance.drop()
        self.release()
