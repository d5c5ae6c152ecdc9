"""Runs the packaged application, not its source, where nothing of the builder's machine can help it.

On Linux as root that is a bare root (`builder.bare_root`) with a screen in memory; elsewhere an empty environment, with
such a screen where Xvfb is installed. What it must do: say its version and what works, open its window, take a second
start, answer a spoken question with each pipeline, and quit with nothing left running; where there is no screen, the
window is told as not tried. Anything in its output that looks like a broken package fails it.
"""

from __future__ import annotations

import array
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import wave
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from builder import bare_root
from builder.errors import BuildError
from builder.folder import executable
from builder.screen import Screen

BROKEN = re.compile(
    r"Traceback \(most recent|ImportError|ModuleNotFoundError|No module named|cannot open shared object"
    r"|error while loading shared libraries|Could not load the Qt platform plugin|no Qt platform plugin"
    r"|Failed to execute script|PYI-\d+|Cannot find font directory|Segmentation fault|core dumped|symbol lookup error"
)
"""What a program says when a part of it is missing."""

_MARK = "VOICEDESK_CHECK"
_PATIENCE = 120.0
_LOUD = 1000
"""Of 32768: -30 dB."""


class CheckFailedError(BuildError):
    """The packaged application did not do what it must; the text says what, with its output."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the packaged application is run.

    Attributes:
        name: For people.
        root: The bare root; None where there is none.
        folder: The packaged folder on this machine.
        home: The user's home as the application sees it.
        outside: The same as we see it.
        environment: All of it.
        screen: What it paints on; None where it paints nowhere.
    """

    name: str
    root: Path | None
    folder: Path
    home: str
    outside: Path
    environment: Mapping[str, str]
    screen: Screen | None

    def command(self, *arguments: str) -> list[str]:
        """How to run the application with these arguments."""
        if self.root is None:
            return [str(self.folder / executable(self.folder).name), *arguments]
        program = [f"{bare_root.PLACE}/VoiceDesk", *arguments]
        return bare_root.command(self.root, self.folder, program, self.environment)

    def outer(self) -> dict[str, str]:
        """The environment of `command` itself: ours where it only prepares the bare root."""
        return dict(self.environment if self.root is None else os.environ)

    def start(self, *arguments: str, log: Path) -> subprocess.Popen[bytes]:
        """Start it, with its output going to a file."""
        with log.open("wb") as out:
            return subprocess.Popen(
                self.command(*arguments), stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                env=self.outer(), cwd=self.outside,
            )  # fmt: skip

    def run(self, *arguments: str, status: int = 0) -> str:
        """Run it to its end. Returns its output.

        Raises:
            CheckFailedError: It ended otherwise, said something that must not be said, or did not end.
        """
        called = " ".join(["VoiceDesk", *arguments])
        try:
            done = subprocess.run(
                self.command(*arguments), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, env=self.outer(), cwd=self.outside, check=False,
                timeout=_PATIENCE,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise CheckFailedError(f"{called} did not end.\n{error.stdout!r}") from error
        told = done.stdout.decode(errors="replace")
        if done.returncode != status:
            raise CheckFailedError(f"{called} ended with {done.returncode}, not {status}.\n{told}")
        return refuse_broken(called, told)

    def running(self) -> list[str]:
        """The application's processes that are there, wherever they come from."""
        mark = f"{_MARK}={self.environment[_MARK]}".encode()
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                program = (process / "exe").readlink().name
                if program == "VoiceDesk" and mark in (process / "environ").read_bytes():
                    found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
            except OSError:  # it has ended meanwhile
                continue
        return found


def refuse_broken(called: str, told: str) -> str:
    """The output, if nothing in it looks like a broken package.

    Raises:
        CheckFailedError: Something does.
    """
    if found := BROKEN.search(told):
        raise CheckFailedError(f'{called} said "{found[0]}":\n{told}')
    return told


@contextmanager
def a_place(root: Path) -> Iterator[Place]:
    """The barest place that can be had here."""
    folder = executable(root).parent
    if not executable(root).exists():
        raise BuildError("There is no dist/VoiceDesk: run scripts/build first.")
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="voicedesk-check-")))
        reason = bare_root.can_be_made() if sys.platform == "linux" else "that is for Linux"
        environment = {_MARK: secrets.token_hex(8), "LANG": "C.UTF-8"}
        if reason:
            print(f"No bare system here ({reason}): checking in an empty environment.")
            needed = {
                name: os.environ[name]
                for name in ("SYSTEMROOT", "TEMP", "TMP")
                if name in os.environ
            }
            environment |= {**needed, "HOME": str(scratch), "USERPROFILE": str(scratch),
                            "VOICEDESK_HOME": str(scratch / "voicedesk")}  # fmt: skip
            shown = stack.enter_context(Screen()) if can_be_shown() else None
            environment |= {"DISPLAY": shown.display} if shown else {"QT_QPA_PLATFORM": "offscreen"}
            yield Place(
                "an empty environment", None, folder, str(scratch), scratch, environment, shown
            )
            return
        screen = stack.enter_context(Screen())
        bare_root.make(scratch)
        environment |= {
            "HOME": bare_root.HOME,
            "PATH": "/usr/bin:/bin",
            "DISPLAY": screen.display,
            "XDG_RUNTIME_DIR": "/run",
        }
        home = scratch / bare_root.HOME.lstrip("/")
        yield Place("a bare system", scratch, folder, bare_root.HOME, home, environment, screen)


def run(root: Path) -> int:
    """Check dist/VoiceDesk. Returns 0; what is wrong is raised."""
    with a_place(root) as place:
        begun = time.monotonic()
        steps: tuple[Callable[[Place], str | None], ...]
        steps = (say_version, say_what_works, open_window, answer)
        for step in steps:
            reason = step(place)
            done = (step.__doc__ or "").splitlines()[0]
            print(f"  Not tried, {reason}: {done}" if reason else f"  {done}", flush=True)
        if left := place.running() if sys.platform == "linux" else []:
            raise CheckFailedError("It left processes behind:\n" + "\n".join(left))
        print(f"dist/VoiceDesk works on {place.name} ({time.monotonic() - begun:.0f} s).")
    return 0


def can_be_shown() -> bool:
    """Whether there can be a screen in memory."""
    return sys.platform == "linux" and shutil.which("Xvfb") is not None


def say_version(place: Place) -> None:
    """It says its version."""
    if not place.run("--version").startswith("VoiceDesk "):
        raise CheckFailedError("--version says something else.")


def say_what_works(place: Place) -> None:
    """Its doctor finds PortAudio, a voice, the echo canceller and the built-in server."""
    report = json.loads(place.run("doctor", "--json"))
    if missing := [name for name, version in report["packages"].items() if version == "missing"]:
        raise CheckFailedError(f"doctor misses packages: {missing}")
    if (
        "portaudio" not in report["sound"]
        or "missing" in report["voice"]
        or report["echo_cancelling"] != "works"
        or "missing" in report["talk_key_in_other_windows"]
        or not report["server"]["reachable"]
    ):
        raise CheckFailedError(f"doctor is not content:\n{json.dumps(report, indent=2)}")


def open_window(place: Place) -> str | None:
    """Its window opens, takes a second start, and quits when it is told to.

    Returns:
        Why that was not tried; None where it was.
    """
    if place.screen is None:
        return "since there is no screen in memory here"
    log = place.outside / "window.log"
    window = place.start(log=log)
    try:
        if place.screen.wait_for_paint(_PATIENCE) is None:
            raise CheckFailedError(f"No window came up.\n{log.read_text(errors='replace')}")
        wait_for(
            lambda: place.screen is not None and place.screen.colours() > 20,
            "The window stays empty.",
        )
        place.run()  # a second start brings the window forward and ends
        if window.poll() is not None:
            raise CheckFailedError(f"The window went.\n{log.read_text(errors='replace')}")
        window.send_signal(signal.SIGTERM)
        status = window.wait(timeout=30)
    finally:
        window.kill()
        window.wait()
    told = refuse_broken("The window", log.read_text(errors="replace"))
    if status != 0:
        raise CheckFailedError(f"The window ended with {status}.\n{told}")
    wait_for(lambda: not place.running(), "Processes outlive the window.")
    return None


def wait_for(is_so: Callable[[], bool], otherwise: str, timeout: float = 30.0) -> None:
    """Wait for a state.

    Raises:
        CheckFailedError: It does not come.
    """
    deadline = time.monotonic() + timeout
    while not is_so():
        if time.monotonic() > deadline:
            raise CheckFailedError(otherwise)
        time.sleep(0.05)


def answer(place: Place) -> None:
    """It answers a spoken question with each pipeline, and the answer is in the recording."""
    place.run("demo", "--mode", "both", "--out", f"{place.home}/demo")
    for mode in ("realtime", "classic"):
        turn = json.loads((place.outside / "demo" / f"turn-{mode}.json").read_text("utf-8"))
        if "forty-two" not in turn["assistant_text"]:
            raise CheckFailedError(f"The {mode} pipeline answers {turn['assistant_text']!r}.")
        if (seconds := loud_seconds(place.outside / "demo" / f"reply-{mode}.wav")) < 0.5:
            raise CheckFailedError(
                f"The reply of the {mode} pipeline is silent ({seconds:.1f} s of sound)."
            )


def loud_seconds(recording: Path) -> float:
    """How much of a recording (PCM16) is sound, in blocks of 10 ms."""
    with wave.open(str(recording)) as file:
        rate, channels = file.getframerate(), file.getnchannels()
        samples = array.array("h", file.readframes(file.getnframes()))
    block = rate * channels // 100
    loud = sum(
        max(map(abs, samples[at : at + block])) > _LOUD for at in range(0, len(samples), block)
    )
    return float(loud) / 100
