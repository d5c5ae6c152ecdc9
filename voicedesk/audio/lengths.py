"""How long PCM16 bytes last, without numpy: what the application imports before its window is painted uses these."""

from __future__ import annotations

from voicedesk.audio.io import RATE, SAMPLE_BYTES


def whole_samples(carry: bytes, chunk: bytes) -> tuple[bytes, bytes]:
    """Join what was left over with the next chunk. Returns whole samples and the odd byte that is left now.

    Servers and pipes may cut a stream anywhere; half a sample taken for a whole one turns speech into noise.
    """
    data = carry + chunk
    cut = len(data) - len(data) % SAMPLE_BYTES
    return data[:cut], data[cut:]


def milliseconds(pcm_bytes: int, rate: int = RATE) -> float:
    """How long so many bytes of PCM16 mono last."""
    return pcm_bytes / SAMPLE_BYTES / rate * 1000.0


def sample_count(ms: float, rate: int = RATE) -> int:
    """How many samples make up so many milliseconds, rounded."""
    return round(ms * rate / 1000.0)


def silence(ms: float, rate: int = RATE) -> bytes:
    """PCM16 bytes of silence."""
    return bytes(sample_count(ms, rate) * SAMPLE_BYTES)
