"""The processes of the chain benchmark: the fake providers, and the chains that are measured."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from benchmarks.chain_timing import Arrival, Fixture

ROOT = Path(__file__).resolve().parent.parent
ANSWER_S = 120.0
"""Importing and one turn take no longer than this."""
_END_S = 20.0


class ChainError(Exception):
    """A chain could not be measured."""


class _Process:
    """A module that is run with a pipe to its input and from its output."""

    def __init__(self, module: str, python: str, *arguments: str) -> None:
        self._module = module
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        self._process = subprocess.Popen(
            [python, "-m", module, *arguments],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def say(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def line(self) -> str:
        """The next line of the output.

        Raises:
            ChainError: The process ended or was too slow.
        """
        assert self._process.stdout is not None
        watch = threading.Timer(ANSWER_S, self._process.kill)
        watch.start()
        try:
            line = self._process.stdout.readline()
        finally:
            watch.cancel()
            watch.join()
        if not line:
            self._process.wait()
            self._log.seek(0)
            last = self._log.read().decode(errors="replace").strip().splitlines()[-1:]
            raise ChainError(f"{self._module} gave no answer: {''.join(last)}")
        return line

    def close(self) -> None:
        """End the process and wait until it is gone. Safe to call twice."""
        process = self._process
        if process.stdin is not None and not process.stdin.closed:
            try:
                process.communicate(timeout=_END_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
        self._log.close()


class Providers(_Process):
    """The fake providers.

    Attributes:
        base_url: Where they answer.
    """

    def __init__(self) -> None:
        super().__init__("benchmarks.chain_server", sys.executable)
        try:
            self.base_url: str = json.loads(self.line())["base_url"]
        except BaseException:
            self.close()
            raise

    def lateness_ms(self) -> float:
        """The longest since the last time that this was asked that a word or a sound left too late."""
        self.say("late")
        late: float = json.loads(self.line())["late_ms"]
        return late


class Chain(_Process):
    """A chain that is measured.

    Attributes:
        name: For people.
    """

    def __init__(
        self, name: str, module: str, *arguments: str, python: str = sys.executable
    ) -> None:
        super().__init__(module, python, *arguments)
        self.name = name

    def turn(self, base_url: str, fixture: Fixture) -> Sequence[Arrival]:
        """The sound of one turn as it came.

        Raises:
            ChainError: The chain failed.
        """
        asked = {"base_url": base_url, "text": fixture.text, "voice": fixture.voice}
        with contextlib.suppress(BrokenPipeError):  # it has ended; its last words are read below
            self.say(json.dumps(asked))
        return [Arrival(at, seconds) for at, seconds in json.loads(self.line())]
