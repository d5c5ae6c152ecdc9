"""Crash reports: what is in them, what is not, and when there is none."""

import logging
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ExpectLog
from voicedesk.conversation.logs import redactor, start_logging
from voicedesk.crash import REPORT_FILE, TRACE_FILE, CrashReporter

KEY = "sk-planted-0123456789"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "log"


@pytest.fixture
def reporter(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[CrashReporter]:
    # The hooks of the test run stay out of it, and so does its own faulthandler.
    monkeypatch.setattr("voicedesk.crash.faulthandler.enable", lambda file: None)
    monkeypatch.setattr("voicedesk.crash.faulthandler.disable", lambda: None)
    monkeypatch.setattr(sys, "excepthook", lambda *about: None)
    monkeypatch.setattr(threading, "excepthook", lambda about: None)
    monkeypatch.setattr(sys, "unraisablehook", lambda about: None)
    result = CrashReporter(folder)
    yield result
    result.stop()


def next_run(folder: Path) -> str:
    """What the next start finds."""
    after = CrashReporter(folder)
    report = after._gather(folder / TRACE_FILE)
    (folder / TRACE_FILE).unlink(missing_ok=True)
    return report


def test_a_run_that_ends_well_leaves_nothing(reporter: CrashReporter, folder: Path) -> None:
    reporter.start()
    assert reporter.report == ""
    assert stat.S_IMODE((folder / TRACE_FILE).stat().st_mode) == 0o600
    reporter.stop()
    assert list(folder.iterdir()) == []


def test_a_run_that_was_killed_is_no_crash(reporter: CrashReporter, folder: Path) -> None:
    reporter.start()
    assert (folder / TRACE_FILE).read_bytes() == b""
    assert next_run(folder) == ""  # the trace is there, and empty


def fail(key: str) -> None:
    raise ValueError(f"refused {key} of {Path.home() / 'notes'}")


def test_an_exception_is_in_the_report_without_keys_and_names(
    reporter: CrashReporter,
    folder: Path,
    expected_log: ExpectLog,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(redactor, "_known", set())
    redactor.hide("planted-other-key")
    start_logging(folder)
    logging.getLogger("voicedesk.test").info("the last words in the log, %s", KEY)
    reporter.start()
    told: list[bool] = []
    reporter.unexpected = lambda: told.append(True)
    try:
        fail(f"{KEY} and planted-other-key")
    except ValueError as error:
        expected_log("unexpected exception", level=logging.CRITICAL)
        sys.excepthook(ValueError, error, error.__traceback__)
        sys.excepthook(ValueError, error, error.__traceback__)
    reporter.stop()
    report = next_run(folder)
    assert told == [True]
    assert report.count("ValueError: refused") == 3  # once in the trace, twice in the log
    assert "in fail" in report
    assert "the last words in the log" in report
    assert "VoiceDesk " in report
    assert "planted" not in report
    assert str(Path.home() / "notes") not in report
    kept = folder / REPORT_FILE
    assert kept.read_text("utf-8") == report
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert next_run(folder) == ""  # offered once


def test_threads_and_callbacks_are_watched(
    reporter: CrashReporter, folder: Path, expected_log: ExpectLog
) -> None:
    reporter.start()
    expected_log("unexpected exception in thread worker", level=logging.CRITICAL)
    thread = threading.Thread(target=fail, args=("nothing",), name="worker")
    thread.start()
    thread.join()

    class Fallen:
        def __del__(self) -> None:
            raise LookupError("in a callback")

    expected_log("nobody could catch", level=logging.ERROR)
    Fallen()
    reporter.stop()
    report = next_run(folder)
    assert "exception in thread worker" in report
    assert "LookupError: in a callback" in report


def test_ctrl_c_is_no_crash(reporter: CrashReporter, folder: Path) -> None:
    reporter.start()
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    reporter.stop()
    assert next_run(folder) == ""


def test_a_storm_of_exceptions_does_not_fill_the_disk(
    reporter: CrashReporter, folder: Path
) -> None:
    reporter.start()
    for number in range(100):
        namespace: dict[str, object] = {}
        code = "\n" * number + "def storm():\n    raise ValueError('x' * 1000)"
        exec(compile(code, "storm.py", "exec"), namespace)
        with pytest.raises(ValueError, match="x") as caught:
            namespace["storm"]()  # type: ignore[operator] # a function
        reporter.note(caught.value, "a test")
    reporter.stop()
    assert (folder / TRACE_FILE).read_text("utf-8").count("Unexpected exception") == 10


def test_only_the_end_of_a_long_log_is_taken(folder: Path) -> None:
    folder.mkdir()
    (folder / TRACE_FILE).write_text("Fatal Python error: test")
    lines = [f"line {number} ä" for number in range(10_000)]
    (folder / "voicedesk.log").write_text("\n".join(lines), encoding="utf-8")
    report = next_run(folder)
    assert report.rstrip().endswith("line 9999 ä")
    assert "line 1 ä" not in report
    assert len(report) < 30_000


def test_without_a_folder_to_write_to_the_run_goes_on(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("a file where the folder should be")
    reporter = CrashReporter(tmp_path / "log")
    before = sys.excepthook
    reporter.start()
    assert sys.excepthook is before
    reporter.stop()


def test_a_fault_leaves_the_stacks_of_all_threads(folder: Path) -> None:
    code = (
        "import sys, faulthandler\n"
        "from pathlib import Path\n"
        "from voicedesk.crash import CrashReporter\n"
        "def innermost():\n"
        "    faulthandler._sigsegv()\n"
        "CrashReporter(Path(sys.argv[1])).start()\n"
        "innermost()\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, str(folder)], capture_output=True, check=False
    )
    assert ended.returncode != 0
    report = next_run(folder)
    assert "Segmentation fault" in report or "access violation" in report
    assert "in innermost" in report
