"""How soon the window can be used, and what it costs to have it open."""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Self

from benchmarks.application import WireServer, home, noise, talk_for
from benchmarks.report import Result
from tests.support.pulse import VirtualSound
from voicedesk.audio.on_device import REST_AFTER_S

STARTS = 7
IDLE_S = 15.0
TURNS = 10


def start(idle_s: float = 0.0) -> dict[str, float]:
    """Start the application once in a process of its own and take its times."""
    environment = {
        **os.environ,
        "VOICEDESK_BENCH_STARTED": repr(time.perf_counter()),
        "VOICEDESK_BENCH_IDLE": str(idle_s),
    }
    # What is installed is compiled once, not at each start.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return child("benchmarks.window_child", environment=environment)


def child(
    module: str, *arguments: str, environment: dict[str, str] | None = None
) -> dict[str, float]:
    """Run a module and take the figures that it prints last."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        check=True,
        timeout=120,
    )
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def drop_caches() -> bool:
    """Have the next start read everything from the disk. Returns whether that could be arranged."""
    with contextlib.suppress(OSError):
        subprocess.run(["sync"], check=False)
        Path("/proc/sys/vm/drop_caches").write_text("3\n", encoding="ascii")
        return True
    return False


def run() -> list[Result]:
    """Starts, warm and cold; the processor at rest and in talk."""
    results: list[Result] = []
    with home(), VirtualSound() as sound, tempfile.TemporaryDirectory() as folder:
        sound.play_to_microphone(noise(Path(folder) / "noise.wav", 300))
        start()
        warm = [start() for _ in range(STARTS)]
        how = f"median of {STARTS} starts, process start to the event"
        for name, key, bound in (
            ("first paint, warm", "painted", 0.6),
            ("ready to record, warm", "recording", 1.0),
            ("connected to the built-in server, warm", "connected", None),
        ):
            values = [times[key] for times in warm if key in times]
            value = statistics.median(values) if values else None
            results.append(Result(name, value, "s", bound, note=how))
        cold = start() if drop_caches() else {}
        results.append(
            Result(
                "ready to record, cold",
                cold.get("recording"),
                "s",
                2.5,
                note="one start after the system's file cache was dropped",
            )
        )
        results += _at_rest()
        sound.stop_playing()
        results.append(_talking(sound))
    return results


def _at_rest() -> list[Result]:
    """The window with its devices warm, the least that any program pays for such devices, and without them."""
    rest, least = start(IDLE_S), child("benchmarks.devices_child", str(IDLE_S))
    quiet = f"nobody has talked for {REST_AFTER_S:.0f} s"
    rows = (
        (
            "processor at rest, devices warm",
            rest["idle_cpu"],
            1.0,
            f"the window is active; {quiet}",
        ),
        ("what open devices take in a turn", least["idle_cpu"], None, "PortAudio, callbacks empty"),
        ("processor at rest, devices let go", rest["away_cpu"], 1.0, "another window is active"),
    )
    return [
        Result(name, share * 100, "% of a core", bound, note=f"{IDLE_S:.0f} s; {note}")
        for name, share, bound, note in rows
    ]


class Processor:
    """What this process takes of the processor between entering and leaving.

    Attributes:
        percent: Of a core.
    """

    def __init__(self) -> None:
        self.percent = 0.0

    def __enter__(self) -> Self:
        self._used, self._at = time.process_time(), time.perf_counter()
        return self

    def __exit__(self, *error: object) -> None:
        used = time.process_time() - self._used
        self.percent = used / (time.perf_counter() - self._at) * 100


def _talking(sound: VirtualSound) -> Result:
    server = WireServer()
    processor = Processor()
    try:
        talk_for(sound, server.base_url, 1)  # what is imported and compiled once does not count
        talk_for(sound, server.base_url, TURNS, hold_s=3.0, around=processor)
    finally:
        server.close()
    return Result(
        "processor while talking and playing",
        processor.percent,
        "% of a core",
        15.0,
        note=f"{TURNS} turns with 3 s of talk each, one after the other",
    )
