"""How soon the program itself has painted its window: nothing of it is taken apart or watched from within."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time

from benchmarks.report import Result
from voicedesk.conversation.storage import Folders, SettingsFile

_PAINTED = "Flushing "
"""How Qt's own account of its painting begins when it hands the first picture to the screen."""
_LONGEST_S = 60.0


def first_paint() -> float | None:
    """Start the program, in the home that is set, and end it. Seconds to its first picture; None when none came."""
    with tempfile.TemporaryDirectory() as runtime:
        environment = {
            **os.environ,
            "XDG_RUNTIME_DIR": runtime,  # another VoiceDesk that runs is not asked to come to the front
            "QT_LOGGING_RULES": "qt.widgets.painting=true",
            "QT_LOGGING_TO_CONSOLE": "1",
        }
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program is compiled once
        began = time.perf_counter()
        with subprocess.Popen(
            [sys.executable, "-m", "voicedesk"],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        ) as program:
            try:
                return _wait(program, began)
            finally:
                program.terminate()
                assert program.stderr is not None
                program.stderr.read()  # it goes on to tell of its painting until it has ended


def _wait(program: subprocess.Popen[str], began: float) -> float | None:
    assert program.stderr is not None
    for line in program.stderr:
        taken = time.perf_counter() - began
        if _PAINTED in line:
            return taken
        if taken > _LONGEST_S:
            break
    return None


def run(times: int) -> list[Result]:
    """The median of several starts, warm: what is on the disk has been read before, and settings have been kept."""
    file = SettingsFile(Folders.find().config)
    file.save(file.load())
    first_paint()
    taken = [seconds for _ in range(times) if (seconds := first_paint()) is not None]
    value = statistics.median(taken) if taken else None
    how = f"median of {times} starts of `python -m voicedesk`; Qt's account of its painting, read outside"
    return [Result("first paint of the program itself, warm", value, "s", 0.6, note=how)]
