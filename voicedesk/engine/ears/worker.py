"""The process that holds a recogniser, over frames on stdin and a private stdout. Ends when stdin does.

In: ``begin``, ``feed`` (body: PCM16 24 kHz), ``end`` and ``drop``, each with the utterance's ``id``. Out: ``ready``
once; ``doubt`` at most once an utterance, while it is fed; ``words`` with ``text``, what is understood by then, every
200 ms of sound if ``begin`` asked for it by ``live``; ``heard`` with ``text``, ``speech_ms``, ``fits`` and
``score`` after ``end``. One utterance at a time: ``begin`` drops another that is still open.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import os
import queue
import signal
import sys
import threading
from typing import IO, Protocol

from voicedesk.core import memory
from voicedesk.engine.ears.recogniser import CommandRecogniser, DictationRecogniser, Heard
from voicedesk.synth.frames import Header, private_stdout, read_frame, write_frame

_JUDGE_EVERY = 24_000 * 2 // 5  # bytes: 200 ms


class _Recogniser(Protocol):
    def begin(self) -> None: ...
    def feed(self, pcm: bytes) -> None: ...
    def doubtful(self) -> bool: ...
    def so_far(self) -> str: ...
    def end(self) -> Heard: ...
    def drop(self) -> None: ...


class Worker:
    """Turns requests into calls of a recogniser."""

    def __init__(self, recogniser: _Recogniser, out: IO[bytes]) -> None:
        self._recogniser = recogniser
        self._out = out
        self._open: int | None = None
        self._fed = 0
        self._doubted = False
        self._live = False

    def take(self, header: Header, body: bytes) -> None:
        """Serve one request; one for an utterance that is not open is passed over."""
        kind, number = header["kind"], header["id"]
        if kind == "begin":
            self._begin(number, live=bool(header.get("live")))
        elif number == self._open:
            {"feed": self._feed, "end": self._end, "drop": self._drop}[kind](body)

    def _begin(self, number: int, *, live: bool) -> None:
        if self._open is not None:
            self._recogniser.drop()
        self._recogniser.begin()
        self._open, self._fed, self._doubted = number, 0, False
        self._live = live

    def _feed(self, body: bytes) -> None:
        self._recogniser.feed(body)
        before, self._fed = self._fed, self._fed + len(body)
        if before // _JUDGE_EVERY == self._fed // _JUDGE_EVERY:
            return
        if not self._doubted:
            self._doubted = self._recogniser.doubtful()
            if self._doubted:
                write_frame(self._out, {"kind": "doubt", "id": self._open})
        if self._live and not self._doubted:
            self._tell_words()

    def _tell_words(self) -> None:
        words = self._recogniser.so_far()
        if words:
            write_frame(self._out, {"kind": "words", "id": self._open, "text": words})

    def _end(self, _body: bytes) -> None:
        heard = self._recogniser.end()
        answer = {**dataclasses.asdict(heard), "score": max(heard.score, -1e9)}
        write_frame(self._out, {"kind": "heard", "id": self._open, **answer})
        self._open = None

    def _drop(self, _body: bytes) -> None:
        self._recogniser.drop()
        self._open = None


def _listen(requests: queue.SimpleQueue[tuple[Header, bytes]], stdin: IO[bytes]) -> None:
    """Hand requests to the main thread; when stdin ends so does the process, in the middle of decoding or not."""
    try:
        while (frame := read_frame(stdin)) is not None:
            requests.put(frame)
    finally:
        os._exit(0)


def main() -> int:
    """Run until stdin ends."""
    memory.keep_little()
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=["command", "dictation"])
    kind = parser.parse_args().kind
    # Ctrl-C in a terminal reaches us too; stdin ends us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    out = private_stdout()
    requests: queue.SimpleQueue[tuple[Header, bytes]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests, sys.stdin.buffer), daemon=True).start()
    if kind == "dictation":
        with contextlib.suppress(OSError, AttributeError):  # Windows has no nice
            os.nice(5)  # it is long and heavy work; what is heard and played goes first
    recogniser = CommandRecogniser() if kind == "command" else DictationRecogniser()
    write_frame(out, {"kind": "ready"})
    worker = Worker(recogniser, out)
    while True:
        worker.take(*memory.next_of(requests))


if __name__ == "__main__":
    sys.exit(main())
