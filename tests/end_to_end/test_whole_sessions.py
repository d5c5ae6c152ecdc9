"""The program as the desktop starts it: one instance, commands from outside, and what a crash leaves."""

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.program import Program

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.skipif(sys.platform == "win32", reason="ends processes by signals"),
]


@pytest.fixture
def program(voicedesk_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    result = Program(voicedesk_home, tmp_path_factory.mktemp("run"))
    yield result
    result.leave()


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
