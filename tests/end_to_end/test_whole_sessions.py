"""The program as the desktop starts it: one instance, commands from outside, and what a crash leaves."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.skipif(sys.platform == "win32", reason="ends processes by signals"),
]

NO_SOUND = Path(__file__).parent.parent / "support" / "no-sound-cards.conf"


class Program:
    """VoiceDesk in processes of its own."""

    def __init__(self, home: Path, runtime: Path) -> None:
        self.home = home
        self.environment = {**os.environ, "XDG_RUNTIME_DIR": str(runtime)}
        self.environment["VOICEDESK_HOME"] = str(home)
        # Another test's virtual sound card may be there by now.
        self.environment["ALSA_CONFIG_PATH"] = str(NO_SOUND)
        for name in ("PULSE_SERVER", "PULSE_COOKIE", "PULSE_CLIENTCONFIG"):
            self.environment.pop(name, None)
        self.running: subprocess.Popen[bytes] | None = None

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "voicedesk", *words],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def open(self) -> None:
        """Open the window and wait until it listens to commands."""
        self.running = subprocess.Popen(
            [sys.executable, "-m", "voicedesk"], env=self.environment, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 60
        while self.command("stop").returncode != 0:
            assert self.running.poll() is None
            assert time.monotonic() < deadline

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        assert self.running is not None
        self.running.send_signal(number)
        status = self.running.wait(60)
        self.running = None
        return status


@pytest.fixture
def program(voicedesk_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    result = Program(voicedesk_home, tmp_path_factory.mktemp("run"))
    yield result
    if result.running is not None:
        result.running.kill()
        result.running.wait(60)


def test_a_second_start_raises_the_first_and_commands_reach_it(program: Program) -> None:
    assert program.command("toggle").returncode == 1
    program.open()
    second = program.command()
    assert (second.returncode, second.stderr) == (0, "")
    assert program.running is not None
    assert program.running.poll() is None
    assert program.command("cancel").returncode == 0
    refused = program.command("start")  # there is no sound card in a test
    assert refused.returncode == 1
    assert "microphone" in refused.stderr
    assert program.end() == 0
    assert program.command("toggle").returncode == 1
    log = program.home / "log"
    assert [path.name for path in log.iterdir() if "crash" in path.name] == []


def test_a_crash_is_reported_by_the_next_start(program: Program) -> None:
    program.open()
    assert program.end(signal.SIGSEGV) == -signal.SIGSEGV
    program.open()  # the seat was left with the process
    report = (program.home / "log" / "crash-report.txt").read_text("utf-8")
    assert "Segmentation fault" in report
    assert "Current thread" in report
    assert "End of the log" in report
    assert program.end() == 0
    assert not (program.home / "log" / "crash-trace.txt").exists()
