"""Results that arrive nowhere, and a reply that cannot be kept: a sentence and a status, never a traceback."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.realtime_server import ScriptedServer
from voicedesk.__main__ import main
from voicedesk.audio import wav
from voicedesk.audio.files import write_wav

FULL = Path("/dev/full")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="there is no such device here")
SPEECH = b"\x10\x27\xf0\xd8" * 12_000


@pytest.fixture
def question(tmp_path: Path) -> Path:
    path = tmp_path / "question.wav"
    write_wav(path, SPEECH)
    return path


@needs_full
@pytest.mark.parametrize("command", [["doctor"], ["doctor", "--json"], ["--help"], ["--version"]])
def test_results_that_are_not_taken(command: list[str], tmp_path: Path) -> None:
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    with FULL.open("wb") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "voicedesk", *command],
            stdout=full,
            stderr=subprocess.PIPE,
            env={**inherited, "VOICEDESK_HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"},
            timeout=120,
            check=False,
        )
    assert ended.returncode == 2
    assert ended.stderr.decode().strip() == "The results cannot be printed: the disk is full."


@needs_full
def test_the_answer_to_a_question_that_is_not_taken(
    served: ScriptedServer,
    question: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with FULL.open("w") as full:
        # What could not be written stays in the buffer; it goes where ``let_go`` lets it.
        monkeypatch.setattr(sys, "stdout", full)
        assert main(["ask", str(question), "--server", served.base_url]) == 2
    assert capsys.readouterr().err.strip() == "The results cannot be printed: the disk is full."


@pytest.mark.parametrize("place", ["missing/reply.wav", "."])
def test_a_place_that_cannot_be_written_is_told_before_anything_is_asked(
    served: ScriptedServer,
    question: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    place: str,
) -> None:
    where = tmp_path / place
    assert main(["ask", str(question), "--server", served.base_url, "--out", str(where)]) == 2
    said = capsys.readouterr()
    assert said.err.startswith(f"{where} cannot be written: ")
    assert said.err.strip().endswith("Choose another place.")
    assert said.out == ""
    assert served.sessions == []


def test_a_disk_that_fills_while_the_reply_is_kept(
    served: ScriptedServer,
    question: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def write(self: wav.WavWriter, pcm: Any) -> None:
        raise self._refusal(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))

    monkeypatch.setattr(wav.WavWriter, "write", write)
    reply = tmp_path / "reply.wav"
    assert main(["ask", str(question), "--server", served.base_url, "--out", str(reply)]) == 1
    said = capsys.readouterr()
    assert "It:   hello to you" in said.out  # the answer is there to be read
    assert f"{reply} cannot be written: the disk is full." in said.err
