"""WAV files: read whatever carries PCM, write what every player reads.

Reading takes any rate, 1 to 8 channels or more, integers of 8 to 32 bits and floats, plain or in the extensible
form, and what there is of a file that was cut off. Everything else is refused with a sentence.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import numpy as np
import numpy.typing as npt

from voicedesk.audio.io import RATE, SAMPLE_BYTES
from voicedesk.audio.pcm import Samples, from_float, resample, to_bytes
from voicedesk.core.errors import SoundFileError
from voicedesk.core.reasons import Reason, disk_reason

LARGEST_FILE = 512 * 1024 * 1024
"""Bytes. A larger file is no question that somebody asked."""

_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_HEADER_BYTES = 44
_PATCH_EVERY = RATE * SAMPLE_BYTES // 2


class SoundWriteError(SoundFileError):
    """Sound could not be written to a file."""

    sentence = "{path} cannot be written: {reason}. Choose another place."


@dataclass(frozen=True, slots=True)
class Format:
    """The format of a WAV file's samples: whether integers or floats, channels, samples a second, bits of each."""

    kind: int
    channels: int
    rate: int
    bits: int


def read_wav(path: str | Path) -> bytes:
    """Read a WAV file as PCM16 mono 24 kHz.

    Raises:
        SoundFileError: It cannot be read, or holds no PCM.
    """
    where = Path(path)
    try:
        if where.stat().st_size > LARGEST_FILE:
            raise SoundFileError(path=path, reason="it is too large")
        data = where.read_bytes()
    except FileNotFoundError as error:
        raise SoundFileError(str(error), path=path, reason="there is no such file") from error
    except OSError as error:
        raise SoundFileError(str(error), path=path, reason=disk_reason(error)) from error
    return decode_wav(data, str(path))


def decode_wav(data: bytes, name: str = "The recording") -> bytes:
    """Read the bytes of a WAV file as PCM16 mono 24 kHz.

    Raises:
        SoundFileError: They hold no PCM.
    """
    form, body = _chunks(data, name)
    frames = frames_of(form, body, name)
    if not len(frames):
        raise SoundFileError(path=name, reason="it holds no sound")
    return to_bytes(resample(from_float(frames.mean(axis=1)), form.rate, RATE))


def wav_seconds(data: bytes, name: str = "The recording") -> float:
    """How long the bytes of a WAV file last, without decoding them: a small file can hold hours of sound.

    Raises:
        SoundFileError: They hold no PCM.
    """
    form, body = _chunks(data, name)
    return len(body) / (form.bits // 8 * form.channels * form.rate)


def _chunks(data: bytes, name: str) -> tuple[Format, bytes]:
    """The format and the samples' bytes."""
    if not data:
        raise SoundFileError(path=name, reason="the file is empty")
    if data[:4] not in {b"RIFF", b"RF64"} or data[8:12] != b"WAVE":
        raise SoundFileError(path=name, reason="it is not a WAV file")
    form: Format | None = None
    at = 12
    while at + 8 <= len(data):
        kind, size = struct.unpack_from("<4sI", data, at)
        body = data[at + 8 : at + 8 + size]
        if kind == b"fmt ":
            form = format_of(body, name)
        elif kind == b"data":
            if form is None:
                raise SoundFileError(path=name, reason="the file is damaged")
            # A recorder that was stopped hard leaves 0 or the largest number: the rest of the file is sound then.
            return form, data[at + 8 :] if size in {0, 0xFFFFFFFF} else body
        at += 8 + size + size % 2
    reason = "the file is damaged" if form is None else "it holds no sound"
    raise SoundFileError(path=name, reason=reason)


def format_of(body: bytes, name: str) -> Format:
    """What a ``fmt`` chunk says.

    Raises:
        SoundFileError: The samples are none that can be read.
    """
    if len(body) < 16:
        raise SoundFileError(path=name, reason="the file is damaged")
    kind, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", body)
    if kind == _EXTENSIBLE:
        if len(body) < 26:
            raise SoundFileError(path=name, reason="the file is damaged")
        kind = struct.unpack_from("<H", body, 24)[0]
    if kind not in {_PCM, _FLOAT}:
        raise SoundFileError(f"format {kind}", path=name, reason="its sound is compressed")
    known = {8, 16, 24, 32} if kind == _PCM else {32, 64}
    if bits not in known or not 1 <= channels <= 64 or not 1000 <= rate <= 768_000:
        reason = Reason(
            "it has an unusual format ({bits} bits, {channels} channels, {rate} Hz)",
            bits=bits,
            channels=channels,
            rate=rate,
        )
        raise SoundFileError(reason, path=name, reason=reason)
    return Format(kind, channels, rate, bits)


def frames_of(form: Format, body: bytes, name: str) -> npt.NDArray[np.floating]:
    """The samples as floats of full scale 1.0, shape (n, channels). A frame that was cut off is left out."""
    width = form.bits // 8
    count = len(body) // (width * form.channels)
    raw = body[: count * width * form.channels]
    values: npt.NDArray[np.floating]
    if form.kind == _FLOAT:
        values = np.frombuffer(raw, dtype=f"<f{width}").astype(np.float32)
        values = np.nan_to_num(values, nan=0.0, posinf=1.0, neginf=-1.0)
    elif form.bits == 8:
        values = (np.frombuffer(raw, dtype=np.uint8).astype(np.float32) - 128) / 128
    elif form.bits == 16:
        values = np.frombuffer(raw, dtype="<i2").astype(np.float32) / 2**15
    elif form.bits == 24:
        padded = np.zeros((len(raw) // 3, 4), dtype=np.uint8)
        padded[:, 1:] = np.frombuffer(raw, dtype=np.uint8).reshape(-1, 3)
        values = padded.view("<i4")[:, 0].astype(np.float32) / 2**31
    else:
        values = np.frombuffer(raw, dtype="<i4").astype(np.float32) / 2**31
    if values.size and not np.isfinite(values).all():
        raise SoundFileError(path=name, reason="the file is damaged")
    return values.reshape(-1, form.channels)


def header(pcm_bytes: int, rate: int = RATE) -> bytes:
    """The header of a WAV file with so many bytes of PCM16 mono."""
    size = min(pcm_bytes, 0xFFFFFFFF - 36)
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        *(b"RIFF", 36 + size, b"WAVE", b"fmt ", 16, _PCM, 1, rate, rate * SAMPLE_BYTES),
        *(SAMPLE_BYTES, 8 * SAMPLE_BYTES, b"data", size),
    )


def encode_wav(pcm: bytes, rate: int = RATE) -> bytes:
    """The bytes of a WAV file of PCM16 mono."""
    return header(len(pcm), rate) + pcm


def write_wav(path: str | Path, pcm: bytes, rate: int = RATE) -> None:
    """Write PCM16 mono as a WAV file.

    Raises:
        SoundWriteError: The file cannot be written.
    """
    with WavWriter(path, rate) as writer:
        writer.write(pcm)


class WavWriter:
    """Writes a WAV file piece by piece. Not for the callback of a device: it waits for the disk.

    The header is brought up to date every half second of sound, so that a crash costs no more than that.

    Raises:
        SoundWriteError: The file cannot be made or written.
    """

    def __init__(self, path: str | Path, rate: int = RATE) -> None:
        self._path = Path(path)
        self._rate = rate
        self._length = 0
        self._patched = 0
        try:
            self._file: BinaryIO = self._path.open("wb")
            self._file.write(header(0, rate))
            self._file.flush()
        except OSError as error:
            raise self._refusal(error) from error

    @property
    def length(self) -> int:
        """Bytes of PCM written so far."""
        return self._length

    def write(self, pcm: bytes | Samples) -> None:
        """Append PCM16 mono."""
        data = pcm if isinstance(pcm, bytes) else to_bytes(pcm)
        try:
            self._file.write(data)
            self._length += len(data)
            if self._length - self._patched >= _PATCH_EVERY:
                self._patch()
        except OSError as error:
            raise self._refusal(error) from error

    def close(self) -> None:
        """Bring the header up to date and close the file. Safe to call twice."""
        if self._file.closed:
            return
        try:
            with self._file:
                self._patch()
        except OSError as error:
            raise self._refusal(error) from error

    def _patch(self) -> None:
        self._file.seek(0)
        self._file.write(header(self._length, self._rate))
        self._file.seek(0, io.SEEK_END)
        self._file.flush()
        self._patched = self._length

    def _refusal(self, error: OSError) -> SoundWriteError:
        return SoundWriteError(str(error), path=self._path, reason=disk_reason(error))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
