"""The whole application for a benchmark: a virtual sound card, a server in a process of its own, the real window."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from tests.support.pulse import VirtualSound
from tests.support.recording import RATE, write_wav

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"


@contextlib.contextmanager
def home() -> Iterator[Path]:
    """A fresh folder for everything that the application keeps."""
    with tempfile.TemporaryDirectory() as folder:
        before = os.environ.get("VOICEDESK_HOME")
        os.environ["VOICEDESK_HOME"] = folder
        yield Path(folder)
        if before is None:
            del os.environ["VOICEDESK_HOME"]
        else:
            os.environ["VOICEDESK_HOME"] = before


class WireServer:
    """The scripted server's process. ``times`` ends it and gives what it noted."""

    def __init__(self, *arguments: str) -> None:
        """Start it.

        Args:
            arguments: See ``wire_server``.
        """
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.wire_server", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.base_url: str = json.loads(self._process.stdout.readline())["base_url"]

    @contextlib.contextmanager
    def apart(self) -> Iterator[None]:
        """Have it run on a core of its own, and this process on another, where that can be arranged.

        On the same core it would not read before the application has painted what it shows: a server elsewhere does.
        """
        tell = getattr(os, "sched_setaffinity", None)
        cores = sorted(os.sched_getaffinity(0)) if tell is not None else []
        if tell is None or len(cores) < 2:
            yield
            return
        tell(self._process.pid, cores[-1:])
        tell(0, cores[:1])
        try:
            yield
        finally:
            tell(0, cores)

    def times(self) -> dict[str, list[float]]:
        out, _ = self._process.communicate(timeout=30)
        times: dict[str, list[float]] = json.loads(out)
        return times

    def close(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()


def noise(path: Path, seconds: float) -> Path:
    """Something loud enough to be speech."""
    samples = np.random.default_rng(1).normal(0, 2500, round(seconds * RATE)).astype(np.int16)
    return write_wav(path, samples)


async def until(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - it looks at another thread's and Qt's state
            await asyncio.sleep(0.005)


def talk_for(
    sound: VirtualSound,
    base_url: str,
    turns: int,
    hold_s: float = 0.4,
    around: contextlib.AbstractContextManager[object] | None = None,
) -> list[dict[str, float]]:
    """Take turns in the real window. Gives the clock points of each by name, in seconds of the one clock.

    Args:
        sound: The sound card.
        base_url: The server.
        turns: How many.
        hold_s: How long the button is held.
        around: Is entered before the first press and left after the last turn.
    """
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    from tests.end_to_end.desktop import desktop_with, settings_for
    from voicedesk.app import run_on_qt
    from voicedesk.core.events import Event, StateChanged
    from voicedesk.core.turn import State

    found: list[dict[str, float]] = []

    async def work(application: QApplication) -> int:
        del application
        settings = settings_for(base_url)
        settings.talk.style = "hold"
        async with desktop_with(settings) as person:
            button = person.window.talk_button
            over = asyncio.Event()

            def look(event: Event) -> None:
                if isinstance(event, StateChanged) and event.state in {State.READY, State.FAILED}:
                    over.set()

            conductor = person.desktop.desk.conductor
            stop = conductor.observe(look)
            await until(lambda: conductor.level.rms > 0.0)
            # A take reaches back as far as the microphone has been open: whoever talks at once has not that much.
            await asyncio.sleep(settings.talk.preroll_ms / 1000.0)
            with around or contextlib.nullcontext():
                for turn in range(1, turns + 1):
                    QTest.mousePress(button, Qt.MouseButton.LeftButton)
                    await asyncio.sleep(hold_s)
                    over.clear()
                    QTest.mouseRelease(button, Qt.MouseButton.LeftButton)
                    await asyncio.wait_for(over.wait(), 30.0)  # polling would count as work
                    timeline = person.records[turn].timeline
                    assert timeline is not None
                    found.append({point.value: at for point, at in timeline.points.items()})
            stop()
        return 0

    with tempfile.TemporaryDirectory() as folder:
        length = turns * (hold_s + 2.0) + 10
        sound.play_to_microphone(noise(Path(folder) / "noise.wav", length))
        run_on_qt(work)
        sound.stop_playing()
    return found


Measure = Callable[[Any], Awaitable[None]]
