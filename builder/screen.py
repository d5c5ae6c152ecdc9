"""A screen in memory that can be looked at from outside: Xvfb, whose picture is a file. Linux."""

from __future__ import annotations

import mmap
import os
import struct
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

SIZE = "1280x900x24"
_START_TIMEOUT = 20.0


class Screen:
    """An X server without a window manager, while the context is open.

    Attributes:
        display: As in ":99".
    """

    def __init__(self) -> None:
        self.display = ""
        self._folder = tempfile.TemporaryDirectory(prefix="voicedesk-screen-")
        self._server: subprocess.Popen[bytes] | None = None
        self._picture: mmap.mmap | None = None

    def __enter__(self) -> Self:
        """Start the server and wait until it takes connections."""
        reading, writing = os.pipe()
        try:
            self._server = subprocess.Popen(
                ["Xvfb", "-displayfd", str(writing), "-screen", "0", SIZE, "-fbdir", self._folder.name,
                 "-nolisten", "tcp", "-ac"],
                pass_fds=[writing], stderr=subprocess.DEVNULL,
            )  # fmt: skip
        finally:
            os.close(writing)
        with os.fdopen(reading, "rb") as told:
            number = told.readline().strip().decode()
        if not number:
            self.__exit__(None, None, None)
            raise RuntimeError("Xvfb did not start")
        self.display = f":{number}"
        with (Path(self._folder.name) / "Xvfb_screen0").open("rb") as file:
            self._picture = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the server."""
        if self._picture is not None:
            self._picture.close()
        if self._server is not None:
            self._server.terminate()
            self._server.wait(timeout=_START_TIMEOUT)
        self._folder.cleanup()

    def pixels(self) -> bytes:
        """What is on the screen now, 4 bytes a pixel. The file is X's window dump: sizes first, big-endian."""
        assert self._picture is not None
        header_size, *_ = struct.unpack_from(">I", self._picture, 0)
        colours, *_ = struct.unpack_from(">I", self._picture, 19 * 4)
        return self._picture[header_size + 12 * colours :]

    def colours(self) -> int:
        """How many different colours are on the screen: 1 while nothing is."""
        return len(set(memoryview(self.pixels()).cast("I")))

    def is_blank(self) -> bool:
        """Whether nothing is on the screen; quick enough to be asked again and again."""
        picture = self.pixels()
        return picture == picture[:4] * (len(picture) // 4)

    def wait_for_paint(self, timeout: float, *, poll: float = 0.002) -> float | None:
        """Wait until something is on the screen. Returns the time it was seen, by ``time.perf_counter``, or None."""
        deadline = time.perf_counter() + timeout
        while time.perf_counter() < deadline:
            if not self.is_blank():
                return time.perf_counter()
            time.sleep(poll)
        return None
