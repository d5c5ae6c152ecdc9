"""One utterance on its way: how long it was held, and whether anybody spoke."""

from __future__ import annotations

from voicedesk.audio.io import SAMPLE_BYTES, CapturedBlock

MIN_TAKE_S = 0.25
"""A shorter hold is a slip of the finger. The protocol refuses less than 0.1 s of sound."""

SILENT_RMS = 1e-4
"""Loudness (RMS of 20 ms, of full scale) below which there is nothing to be heard, not even a quiet voice or the
noise of a room: -80 dB, three steps of 16 bits. So sounds a microphone that is switched off.
"""


def is_silent(pcm: bytes) -> bool:
    """Whether PCM16 mono 24 kHz is as good as digital silence."""
    from voicedesk.audio.pcm import loudness  # late: the window paints before numpy is needed

    return loudness(pcm) < SILENT_RMS


class Take:
    """What is known of the utterance while it is captured.

    Attributes:
        turn: Its turn.
        key_down: When the key went down, seconds of ``core.clock``.
        key_up: When it went up; meaningless before that.
        loudest: The greatest loudness (RMS of 20 ms, 0 to 1) so far.
        samples: Count of samples.
    """

    def __init__(self, turn: int, key_down: float) -> None:
        self.turn = turn
        self.key_down = key_down
        self.key_up = key_down
        self.loudest = 0.0
        self.samples = 0

    @property
    def held_s(self) -> float:
        """How long the key was down, in seconds."""
        return self.key_up - self.key_down

    @property
    def has_speech(self) -> bool:
        """Whether anything in it was loud enough to be speech."""
        from voicedesk.audio.pcm import SPEECH_RMS  # late: the window paints before numpy is needed

        return self.loudest >= SPEECH_RMS

    def add(self, block: CapturedBlock) -> bool:
        """Note a block. Returns whether it was the first."""
        from voicedesk.audio.pcm import loudness

        first = self.samples == 0
        self.samples += len(block.pcm) // SAMPLE_BYTES
        self.loudest = max(self.loudest, loudness(block.pcm))
        return first
