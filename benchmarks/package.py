"""The packaged application: how large it is and how soon it is of use, beside the source in the same run."""

from __future__ import annotations

import contextlib
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import wave
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.report import Result
from benchmarks.window import drop_caches
from builder import linux
from builder.errors import BuildError
from builder.folder import executable
from builder.screen import Screen

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = executable(ROOT)
SOURCE = (sys.executable, "-P", "-m", "voicedesk")
STARTS = 7
_PATIENCE = 120.0


def run() -> list[Result]:
    """Sizes, starts beside the source's, and a cold start up to the end of a spoken turn."""
    if not PROGRAM.exists():
        return [Result("packaged application", None, "", note="not built: scripts/build")]
    results = [_folder_size(), *_archive_size()]
    with Screen() as screen, tempfile.TemporaryDirectory() as home:
        environment = _environment(os.environ, home, screen.display)
        for command in ((str(PROGRAM),), SOURCE):  # settings are written, files are read once
            _first_paint(screen, command, environment)
        pairs = [
            (
                _first_paint(screen, (str(PROGRAM),), environment),
                _first_paint(screen, SOURCE, environment),
            )
            for _ in range(STARTS)
        ]
        ours = statistics.median(packaged for packaged, _ in pairs)
        source = statistics.median(source for _, source in pairs)
        how = f"median of {STARTS} starts, turn about with the source; seen on the screen"
        results += [
            Result("first paint, warm, packaged", ours, "s", 1.0, note=how),
            Result("first paint, warm, source", source, "s"),
            Result("first paint, packaged to source", ours / source, "ratio", 1.0),
            _cold_turn(environment),
        ]
    return results


def _environment(outside: Mapping[str, str], home: str, display: str) -> dict[str, str]:
    """That of both, the source and the package: what is installed is compiled once, not at each start."""
    left_out = {name for name in outside if name.startswith("QT_")} | {"PYTHONDONTWRITEBYTECODE"}
    return {
        **{name: value for name, value in outside.items() if name not in left_out},
        "VOICEDESK_HOME": home,
        "DISPLAY": display,
        "PYTHONPATH": str(ROOT),
    }


def _folder_size() -> Result:
    files = [path for path in PROGRAM.parent.rglob("*") if path.is_file() and not path.is_symlink()]
    size = sum(path.stat().st_size for path in files) / 2**20
    return Result("folder", size, "MB", 180.0, note=f"{len(files)} files, with licences")


def _archive_size() -> list[Result]:
    out = next(iter((ROOT / "dist").glob("VoiceDesk-*-linux-*.tar.xz")), None)
    if out is None or out.stat().st_mtime < PROGRAM.stat().st_mtime:
        try:
            with contextlib.redirect_stdout(sys.stderr):  # ours may be JSON
                linux.make_archive(ROOT)
        except BuildError as error:
            return [Result("compressed archive", None, "MB", 75.0, note=str(error))]
        out = next((ROOT / "dist").glob("VoiceDesk-*-linux-*.tar.xz"))
    return [Result("compressed archive", out.stat().st_size / 2**20, "MB", 75.0, note="tar.xz")]


def _first_paint(screen: Screen, command: Sequence[str], environment: Mapping[str, str]) -> float:
    """Seconds from the start of the process to the first pixel on the screen."""
    deadline = time.perf_counter() + _PATIENCE
    while not screen.is_blank() and time.perf_counter() < deadline:
        time.sleep(0.05)  # the window before is still being taken away
    began = time.perf_counter()
    window = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        painted = screen.wait_for_paint(_PATIENCE)
    finally:
        window.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            window.wait(30)
        window.kill()
        window.wait()
    if painted is None:
        raise RuntimeError(f"{command[0]} opened no window")
    return painted - began


def _cold_turn(environment: Mapping[str, str]) -> Result:
    """A whole demonstration of one turn, less the question's and the reply's own length."""
    name = "first spoken turn after a cold start, built-in server"
    if not drop_caches():
        return Result(name, None, "s", 4.0, note="the file cache cannot be dropped here")
    with tempfile.TemporaryDirectory() as out:
        began = time.perf_counter()
        subprocess.run(
            [PROGRAM, "demo", "--mode", "realtime", "--out", out],
            env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True,
            timeout=_PATIENCE,
        )  # fmt: skip
        whole = time.perf_counter() - began
        spoken = _seconds(ROOT / "resources" / "speech" / "question.wav")
        spoken += _seconds(Path(out) / "reply-realtime.wav", sounding_only=True)
    how = f"process start to process end {whole:.1f} s, less {spoken:.1f} s of question and reply"
    return Result(name, whole - spoken, "s", 4.0, note=how)


def _seconds(recording: Path, *, sounding_only: bool = False) -> float:
    with wave.open(str(recording)) as file:
        rate, data = file.getframerate(), file.readframes(file.getnframes())
        width = file.getsampwidth() * file.getnchannels()
    if sounding_only:  # a recording of the speaker begins with the silence before the reply
        data = data.strip(b"\0")
    return float(len(data) / width / rate)
