"""Starting the engine from the application: the one file of the engine that the application imports.

Works on any event loop (Qt's too): the process is ``subprocess.Popen``, its first line is read in a thread, its
stderr is drained into the log by another, and its stdin is held open for as long as we live.
"""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from voicedesk.core.errors import EngineError
from voicedesk.core.reasons import Reason
from voicedesk.synth.command import ENGINE_CHILD, child_command, child_environment, creation_flags

log = logging.getLogger(__name__)

START_SECONDS = 30.0
STOP_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class EngineAddress:
    """Where the engine answers.

    Attributes:
        base_url: As in ``http://127.0.0.1:40123/v1``.
        token: The key to show. Not in ``repr``, so that it reaches no log.
        models: Names for ``model``.
    """

    base_url: str
    token: str = field(repr=False)
    models: tuple[str, ...] = ()


class EngineProcess:
    """The engine as a child process.

    Args:
        command: What to run; for tests.
    """

    def __init__(self, command: Sequence[str] | None = None) -> None:
        self._command = list(command) if command is not None else child_command(ENGINE_CHILD)
        self._process: subprocess.Popen[bytes] | None = None
        self._log: threading.Thread | None = None
        self._last_words = ""

    @property
    def alive(self) -> bool:
        """Whether the engine runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """The engine's process id, None while there is none."""
        return None if self._process is None else self._process.pid

    async def start(self) -> EngineAddress:
        """Start the engine and wait until it answers (about 0.4 s).

        Raises:
            EngineError: It does not come up; nothing is left running.
        """
        if self.alive:
            raise RuntimeError("the engine already runs")
        await self.stop()  # lets go of what is left of one that died
        try:
            self._process = subprocess.Popen(  # noqa: ASYNC220, S603 - returns at once; a command of ours, no shell
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=child_environment(),
                creationflags=creation_flags(),
            )
        except OSError as error:
            raise EngineError(repr(error), reason="its program cannot be run") from error
        self._log = threading.Thread(
            target=self._drain, args=(self._process,), name="engine log", daemon=True
        )
        self._log.start()
        try:
            async with asyncio.timeout(START_SECONDS):
                line = await asyncio.to_thread(self._first_line, self._process)
        except TimeoutError as error:
            await self._abandon()
            seconds = round(START_SECONDS)
            reason = Reason("it was not ready within {seconds} seconds", seconds=seconds)
            raise EngineError("no ready line", reason=reason) from error
        except BaseException:
            await self._abandon()
            raise
        return await self._understand(line)

    async def stop(self) -> None:
        """End the engine and wait until it is gone. Harmless if it does not run."""
        process, self._process = self._process, None
        if process is not None:
            await asyncio.shield(asyncio.to_thread(self._end, process))

    async def _understand(self, line: bytes) -> EngineAddress:
        try:
            ready = json.loads(line)
            address = EngineAddress(
                ready["base_url"], ready["token"], tuple(ready.get("models", ()))
            )
        except (ValueError, KeyError, TypeError) as error:
            await self._abandon()
            raise self._failure(line) from error
        return address

    def _failure(self, line: bytes) -> EngineError:
        try:
            told = json.loads(line)
            return EngineError(str(told["detail"]), reason=str(told["error"]))
        except (ValueError, KeyError, TypeError):
            return EngineError(
                self._last_words or "no output", reason="it ended before it was ready"
            )

    async def _abandon(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            await asyncio.shield(asyncio.to_thread(self._end, process))

    @staticmethod
    def _first_line(process: subprocess.Popen[bytes]) -> bytes:
        assert process.stdout is not None
        return process.stdout.readline(65536)

    def _drain(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stderr is not None
        for line in process.stderr:
            text = line.decode(errors="replace").rstrip()
            if text:
                self._last_words = text
                log.info("engine: %s", text)

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.close()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            log.warning("the engine did not end by itself")
            process.kill()
            process.wait()
        if self._log is not None:
            self._log.join(STOP_SECONDS)
        process.stdout.close()
        process.stderr.close()
