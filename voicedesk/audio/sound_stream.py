"""Sound that streams in as bytes, brought to PCM16 mono 24 kHz while it comes, whatever way it is cut.

A WAV header at its head is read where there is one; without one the bytes are PCM16 mono of a rate that is known.
"""

from __future__ import annotations

import struct

from voicedesk.audio.io import RATE
from voicedesk.audio.lengths import whole_samples
from voicedesk.audio.pcm import Samples, StreamResampler, from_bytes, from_float, to_bytes
from voicedesk.audio.wav import Format, format_of, frames_of
from voicedesk.core.errors import SoundFileError
from voicedesk.core.reasons import Reason

_LONGEST_HEADER = 64 * 1024
_UNKNOWN = {0, 0xFFFFFFFF}
_RIFF_HEAD = 12
_COMPRESSED = {b"ID3": "MP3", b"OggS": "Ogg", b"fLaC": "FLAC"}
_MARK = 4


class SoundStream:
    """One stream. ``feed`` it, then ``finish`` it."""

    def __init__(self, *, rate: int = RATE, headed: bool = False, name: str = "The sound") -> None:
        """Nothing has come.

        Args:
            rate: Of sound that has no header.
            headed: Whether sound without a header is refused.
            name: What it is called in the sentence of an error.
        """
        self._rate = rate
        self._headed = headed
        self._name = name
        self._head = b""
        self._body: _Body | None = None

    @property
    def missing(self) -> int:
        """Bytes of sound that its header promises and that have not come; 0 where it promises nothing."""
        return (self._body.left or 0) if self._body is not None else 0

    @property
    def is_torn(self) -> bool:
        """Whether what came ends inside a sample."""
        return self._body is not None and self._body.is_torn

    def feed(self, data: bytes) -> bytes:
        """The next bytes. Returns whole samples, perhaps none yet.

        Raises:
            SoundFileError: It is no sound that can be read.
        """
        if self._body is None:
            self._head += data
            data = self._begin()
        return self._body.feed(data) if self._body is not None else b""

    def finish(self) -> bytes:
        """No more comes: the samples that were held back.

        Raises:
            SoundFileError: It ended inside its header.
        """
        if self._body is None:
            if not self._head:
                return b""
            if self._headed or self._head.startswith(b"RIFF"):
                raise SoundFileError(path=self._name, reason="it ends before its sound begins")
            self._body = _Body(None, self._rate)
            return self._body.feed(self._head) + self._body.finish()
        return self._body.finish()

    def _begin(self) -> bytes:
        """Look for a header. Sets the body once it is known, and returns the first bytes of it."""
        head = self._head
        wanted = _RIFF_HEAD if b"RIFF".startswith(head[:_MARK]) else _MARK
        if len(head) < wanted:
            return b""
        if head.startswith(b"RIFF") and head[8:12] == b"WAVE":
            return self._read_header()
        for mark, kind in _COMPRESSED.items():
            if head.startswith(mark):
                raise SoundFileError(
                    f"{kind} begins with {head[:4]!r}",
                    path=self._name,
                    reason=Reason("it is {kind}", kind=kind),
                )
        if self._headed:
            raise SoundFileError(path=self._name, reason="it is not a WAV file")
        self._body, self._head = _Body(None, self._rate), b""
        return head

    def _read_header(self) -> bytes:
        head, at = self._head, _RIFF_HEAD
        form: Format | None = None
        while at + 8 <= len(head):
            kind, size = struct.unpack_from("<4sI", head, at)
            at += 8
            if kind == b"data":
                if form is None:
                    raise SoundFileError(path=self._name, reason="its header is damaged")
                length = None if size in _UNKNOWN or size > 0x7FFFFF00 else size
                self._body, self._head = _Body(form, form.rate, length, self._name), b""
                return head[at:]
            if at + size > len(head):
                break
            if kind == b"fmt ":
                form = format_of(head[at : at + size], self._name)
            at += size + size % 2
        if len(head) > _LONGEST_HEADER:
            raise SoundFileError(path=self._name, reason="its header is damaged")
        return b""


class _Body:
    """The samples after the header: whole frames, one channel, our rate.

    Attributes:
        left: Bytes of them that are still to come; None where that is not known.
    """

    def __init__(
        self, form: Format | None, rate: int, length: int | None = None, name: str = ""
    ) -> None:
        self._form = form if form != Format(1, 1, rate, 16) else None  # None: PCM16 mono as it is
        self.left = length  # what follows the samples is no sound
        self._name = name
        self._carry = b""
        self._resampler = StreamResampler(rate, RATE) if rate != RATE else None

    def feed(self, data: bytes) -> bytes:
        if self.left is not None:
            data = data[: self.left]
            self.left -= len(data)
        if self._form is None:
            pcm, self._carry = whole_samples(self._carry, data)
            if self._resampler is None:
                return pcm
            return to_bytes(self._resampler.feed(from_bytes(pcm)))
        samples = self._frames(self._form, data)
        return to_bytes(self._resampler.feed(samples) if self._resampler else samples)

    def _frames(self, form: Format, data: bytes) -> Samples:
        data = self._carry + data
        cut = len(data) - len(data) % (form.bits // 8 * form.channels)
        self._carry = data[cut:]
        return from_float(frames_of(form, data[:cut], self._name).mean(axis=1))

    @property
    def is_torn(self) -> bool:
        return bool(self._carry)

    def finish(self) -> bytes:
        return to_bytes(self._resampler.flush()) if self._resampler is not None else b""
