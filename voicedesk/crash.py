"""Crash reports: what a run that ended badly leaves behind, for the next start to offer.

While VoiceDesk runs, a trace file is open: Python's faulthandler writes the stacks of all threads into it when the
process dies of a fault, and unexpected exceptions are added as they come. A run that ends with an empty trace, even by
being killed, did not crash. The report holds the trace, the versions and the end of the log, and no keys.
"""

from __future__ import annotations

import faulthandler
import logging
import os
import platform
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO

from voicedesk import __version__
from voicedesk.conversation.logs import redactor

log = logging.getLogger(__name__)

TRACE_FILE = "crash-trace.txt"
REPORT_FILE = "crash-report.txt"
_MOST_TRACE_BYTES = 64_000
_MOST_LOG_BYTES = 24_000
_MOST_EXCEPTIONS = 10


def _tail(path: Path, most: int) -> str:
    """The end of a text file, from the beginning of a line; empty when it cannot be read."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - most))
            data = file.read(most)
    except OSError:
        return ""
    if size > most:
        data = data.partition(b"\n")[2]
    return data.decode("utf-8", "replace")


def _head(path: Path, most: int) -> str:
    try:
        with path.open("rb") as file:
            return file.read(most).decode("utf-8", "replace")
    except OSError:
        return ""


def _clean(text: str) -> str:
    """The text without keys, and without the name of the user where it stands in paths."""
    home = str(Path.home())
    if len(home) > 1:
        text = text.replace(home, "~")
    return redactor.clean(text)


class CrashReporter:
    """Watches one run, and knows how the run before it ended.

    Attributes:
        report: What is to be told of the run before, ready to be copied; empty when it ended well.
        unexpected: Called when an exception was not expected and the run goes on. On any thread.
    """

    def __init__(self, folder: Path) -> None:
        """``folder`` is that of the log."""
        self._folder = folder
        self._trace: IO[str] | None = None
        self._noted: set[str] = set()
        self._writing = threading.Lock()
        self._before = (sys.excepthook, threading.excepthook, sys.unraisablehook)
        self.report = ""
        self.unexpected: Callable[[], None] = lambda: None

    # ------------------------------------------------------------------------------ the run

    def start(self) -> None:
        """Gather what the run before left, and watch this one. Without a folder to write to nothing is watched."""
        path = self._folder / TRACE_FILE
        self.report = self._gather(path)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        except OSError as error:
            log.info("no crash reports: %r", error)
            return
        self._trace = os.fdopen(descriptor, "w", encoding="utf-8")
        faulthandler.enable(self._trace)
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread
        sys.unraisablehook = self._on_unraisable

    def stop(self) -> None:
        """The run ends well: watch no longer. What was noted stays for the next start. Safe to call twice."""
        if self._trace is None:
            return
        sys.excepthook, threading.excepthook, sys.unraisablehook = self._before
        faulthandler.disable()
        trace, self._trace = self._trace, None
        trace.close()
        if not self._noted:
            (self._folder / TRACE_FILE).unlink(missing_ok=True)

    # ------------------------------------------------------------------------------ exceptions

    def note(self, error: BaseException, where: str) -> None:
        """An exception that nobody expected. The same one again is noted once."""
        lines = traceback.format_exception(error)
        key = "".join(traceback.format_tb(error.__traceback__)) + type(error).__name__
        with self._writing:
            if self._trace is None or key in self._noted or len(self._noted) >= _MOST_EXCEPTIONS:
                return
            self._noted.add(key)
            self._trace.write(_clean(f"Unexpected exception in {where}\n{''.join(lines)}\n"))
            self._trace.flush()
        self.unexpected()

    def _on_exception(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, Exception):
            log.critical("unexpected exception", exc_info=(kind, error, trace))
            self.note(error, "the application")
        self._before[0](kind, error, trace)

    def _on_thread(self, about: threading.ExceptHookArgs) -> None:
        if about.exc_value is not None and issubclass(about.exc_type, Exception):
            name = about.thread.name if about.thread is not None else "unknown"
            log.critical("unexpected exception in thread %s", name, exc_info=about.exc_value)
            self.note(about.exc_value, f"thread {name}")
        self._before[1](about)

    def _on_unraisable(self, about: sys.UnraisableHookArgs) -> None:
        if about.exc_value is not None and isinstance(about.exc_value, Exception):
            log.error("exception that nobody could catch", exc_info=about.exc_value)
            self.note(about.exc_value, about.err_msg or "a callback")
        self._before[2](about)

    # ------------------------------------------------------------------------------ the report

    def _gather(self, path: Path) -> str:
        """The report of the run before, kept as a file as well."""
        trace = _head(path, _MOST_TRACE_BYTES).strip()
        if not trace:
            return ""
        end_of_log = _tail(self._folder / "voicedesk.log", _MOST_LOG_BYTES).strip()
        report = _clean(
            f"VoiceDesk {__version__}, Python {platform.python_version()}, {platform.platform()}\n\n"
            f"{trace}\n\nEnd of the log\n{end_of_log or '(empty)'}\n"
        )
        try:
            target = self._folder / REPORT_FILE
            target.unlink(missing_ok=True)
            descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(report)
        except OSError as error:
            log.info("the crash report cannot be kept: %r", error)
        return report
