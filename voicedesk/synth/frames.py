"""Frames on a pipe between a process of ours and its child: a small JSON header and raw bytes.

A frame is two big-endian 32-bit lengths (header, body), the header as UTF-8 JSON (an object), and the body.
"""

from __future__ import annotations

import json
import os
import struct
import sys
from collections.abc import Mapping
from typing import IO, Any

Header = dict[str, Any]

_LENGTHS = struct.Struct(">II")
MAX_HEADER = 1 << 20
MAX_BODY = 64 << 20


class BrokenFrameError(ValueError):
    """What came through the pipe is no frame: the other side is not what it should be, or died in the middle."""


def write_frame(stream: IO[bytes], header: Mapping[str, object], body: bytes = b"") -> None:
    """Write one frame and flush it.

    Raises:
        OSError: The other side has gone.
        ValueError: The stream is closed.
    """
    head = json.dumps(header).encode()
    stream.write(_LENGTHS.pack(len(head), len(body)) + head)
    if body:
        stream.write(body)
    stream.flush()


def read_frame(stream: IO[bytes]) -> tuple[Header, bytes] | None:
    """Read one frame; None at the end of the stream.

    Raises:
        BrokenFrameError: The stream ends inside a frame, or holds something else.
    """
    lengths = stream.read(_LENGTHS.size)
    if not lengths:
        return None
    if len(lengths) < _LENGTHS.size:
        raise BrokenFrameError("the stream ended inside a frame")
    head_length, body_length = _LENGTHS.unpack(lengths)
    if head_length > MAX_HEADER or body_length > MAX_BODY:
        raise BrokenFrameError(f"a frame of {head_length} + {body_length} bytes")
    head, body = stream.read(head_length), stream.read(body_length)
    if len(head) < head_length or len(body) < body_length:
        raise BrokenFrameError("the stream ended inside a frame")
    try:
        header = json.loads(head)
    except ValueError as error:
        raise BrokenFrameError(f"header: {error}") from error
    if not isinstance(header, dict):
        raise BrokenFrameError("the header is no object")
    return header, body


def private_stdout() -> IO[bytes]:
    """Take stdout for frames alone: whatever else prints there (pyttsx3 does) goes to stderr from now on."""
    sys.stdout.flush()
    private = os.dup(1)
    os.dup2(2, 1)
    os.set_inheritable(private, False)
    return os.fdopen(private, "wb")
