"""A child process that talks in frames: started, fed, read and ended without ever blocking an event loop.

``subprocess.Popen`` with three small threads (reader, writer, log) instead of asyncio's subprocess support, so that
it works on every event loop, Qt's included. The child lives on its stdin: when we go, however we go, it goes too.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import IO

from voicedesk.synth.command import child_environment, creation_flags
from voicedesk.synth.frames import BrokenFrameError, Header, read_frame, write_frame

log = logging.getLogger(__name__)

OnFrame = Callable[[Header, bytes], None]
OnEnd = Callable[[int], None]

_Message = tuple[Mapping[str, object], bytes]


class FramedProcess:
    """One child process.

    Args:
        command: What to run.
        name: For the log and the threads' names.
        on_frame: Called on the reader's thread for each frame.
        on_end: Called once on the reader's thread, with the exit status, after the last frame.

    Raises:
        OSError: The command cannot be run.
    """

    def __init__(
        self, command: Sequence[str], *, name: str, on_frame: OnFrame, on_end: OnEnd
    ) -> None:
        self.name = name
        self._on_frame = on_frame
        self._on_end = on_end
        self._outgoing: queue.SimpleQueue[_Message | None] = queue.SimpleQueue()
        self._process = subprocess.Popen(  # noqa: S603 - a command of ours, no shell
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=child_environment(),
            creationflags=creation_flags(),
        )
        self._threads = [
            threading.Thread(target=work, name=f"{name} {label}", daemon=True)
            for label, work in (
                ("reader", self._read),
                ("writer", self._write),
                ("log", self._drain),
            )
        ]
        for thread in self._threads:
            thread.start()

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the child runs."""
        return self._process.poll() is None

    def send(self, header: Mapping[str, object], body: bytes = b"") -> None:
        """Queue a frame for the child. Never blocks; to a child that has gone it is dropped (``on_end`` tells)."""
        self._outgoing.put((header, body))

    def kill(self) -> None:
        """End the child now, whatever it does."""
        self._outgoing.put(None)
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    def close(self, timeout: float = 2.0) -> None:
        """Close the child's stdin, wait for its end, kill it after ``timeout`` seconds. Blocks: call it in a thread."""
        self._outgoing.put(None)
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            log.warning("%s did not end by itself", self.name)
            self.kill()
            self._process.wait()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(timeout)

    def _write(self) -> None:
        stdin = self._pipe(self._process.stdin)
        with contextlib.suppress(OSError, ValueError):  # the child has gone; the reader tells
            while (message := self._outgoing.get()) is not None:
                write_frame(stdin, *message)
        with contextlib.suppress(OSError):
            stdin.close()

    def _read(self) -> None:
        stdout = self._pipe(self._process.stdout)
        with stdout:
            try:
                while (frame := read_frame(stdout)) is not None:
                    self._on_frame(*frame)
            except BrokenFrameError as error:
                log.debug("%s: %s", self.name, error)
                self._process.kill()
        status = self._process.wait()
        self._outgoing.put(None)
        self._on_end(status)

    def _drain(self) -> None:
        stderr = self._pipe(self._process.stderr)
        with stderr:
            for line in stderr:
                log.debug("%s: %s", self.name, line.decode(errors="replace").rstrip())

    @staticmethod
    def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
        assert pipe is not None
        return pipe
