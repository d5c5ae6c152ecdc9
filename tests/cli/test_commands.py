"""The command line as a person and a script use it."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from tests.support.realtime_server import ScriptedServer, begin, done, say
from voicedesk import __version__
from voicedesk.__main__ import main
from voicedesk.audio.files import read_wav, write_wav
from voicedesk.cli import early
from voicedesk.core.settings import Server, Settings
from voicedesk.core.timeline import Point

KEYS = {
    "mode",
    "server",
    "model",
    "user_text",
    "assistant_text",
    "heard_ms",
    "reply_ms",
    "usage",
    "timeline",
    "error",
}
_SECOND = np.random.default_rng(1).normal(0, 3000, 24_000).astype("<i2").tobytes()


@pytest.fixture(autouse=True)
def _no_log_handlers_left() -> Iterator[None]:
    import logging

    loggers = [logging.getLogger("voicedesk"), logging.getLogger("asyncio")]
    before = [(list(logger.handlers), logger.level) for logger in loggers]
    yield
    for logger, (kept, level) in zip(loggers, before, strict=True):
        logger.setLevel(level)
        for handler in [handler for handler in logger.handlers if handler not in kept]:
            logger.removeHandler(handler)
            handler.close()


@pytest.fixture
def question(tmp_path: Path) -> Path:
    path = tmp_path / "question.wav"
    write_wav(path, _SECOND)
    return path


def test_ask_takes_one_turn_and_prints_it(
    served: ScriptedServer, question: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reply = tmp_path / "reply.wav"
    served.replies.append([begin(), say("Forty-two.", _SECOND, pieces=3), done(usage={"n": 1})])
    status = main(
        [
            "ask",
            str(question),
            "--server",
            served.base_url,
            "--model",
            "m",
            "--json",
            "--out",
            str(reply),
        ]
    )
    data: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert status == 0
    assert set(data) == KEYS
    assert data["mode"] == "realtime"
    assert data["model"] == "m"
    assert data["user_text"] == "hello"
    assert data["assistant_text"] == "Forty-two."
    assert data["reply_ms"] == data["heard_ms"] == 1000.0
    assert data["usage"] == {"n": 1}
    assert data["error"] is None
    assert set(data["timeline"]) == {point.value for point in Point}
    assert data["timeline"]["first_audible"] is not None
    assert data["timeline"]["interrupted"] is None
    assert len(read_wav(reply)) == pytest.approx(len(_SECOND), abs=4800)


def test_ask_prints_a_table_for_people(
    served: ScriptedServer, question: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ask", str(question), "--server", served.base_url]) == 0
    out = capsys.readouterr().out
    assert "You:  hello" in out
    assert "It:   hello to you" in out
    assert "ms from key-up to the first sound" in out


def test_ask_says_in_a_sentence_why_the_turn_failed(
    served: ScriptedServer, question: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    served.refuse = (401, '{"error": {"message": "bad key"}}')
    assert main(["ask", str(question), "--server", served.base_url, "--json"]) == 1
    assert "refused the key" in json.loads(capsys.readouterr().out)["error"]


def test_ask_with_a_recording_in_which_nobody_speaks(
    served: ScriptedServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    silent = tmp_path / "silent.wav"
    write_wav(silent, bytes(48_000))
    assert main(["ask", str(silent), "--server", served.base_url]) == 1
    assert "Nobody speaks" in capsys.readouterr().err


@pytest.mark.parametrize("content", [b"", b"hello, this is text", b"RIFF\x00\x00"])
def test_ask_with_what_is_no_recording(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "thing.wav"
    path.write_bytes(content)
    assert main(["ask", str(path)]) == 2
    assert str(path) in capsys.readouterr().err


def test_ask_with_no_such_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", str(tmp_path / "nothing.wav")]) == 2
    assert "nothing.wav" in capsys.readouterr().err


def test_a_key_variable_that_is_not_set(question: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", str(question), "--key-env", "NO_SUCH_NAME"]) == 2
    assert "NO_SUCH_NAME" in capsys.readouterr().err


def test_the_key_of_the_variable_is_sent_and_never_printed(
    served: ScriptedServer,
    question: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    voicedesk_home: Path,
) -> None:
    monkeypatch.setenv("MY_KEY", "planted-key-1234")
    assert main(["ask", str(question), "--server", served.base_url, "--key-env", "MY_KEY"]) == 0
    request = served.sessions[0].socket.request
    assert request is not None
    assert request.headers["Authorization"] == "Bearer planted-key-1234"
    printed = capsys.readouterr()
    logged = (voicedesk_home / "log" / "voicedesk.log").read_text(encoding="utf-8")
    assert "planted-key" not in printed.out + printed.err + logged


def save_settings(home: Path, server: ScriptedServer) -> None:
    settings = Settings()
    settings.servers["s"] = Server(name="Scripted", base_url=server.base_url, dialect="compatible")
    settings.realtime.server = "s"
    (home / "settings.json").write_text(settings.model_dump_json(), encoding="utf-8")


def test_demo_drives_the_real_window(
    qtbot: QtBot,
    served: ScriptedServer,
    question: Path,
    tmp_path: Path,
    voicedesk_home: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    del qtbot
    save_settings(voicedesk_home, served)
    out = tmp_path / "out"
    command = ["demo", "--mode", "realtime", "--question", str(question), "--out", str(out)]
    assert main([*command, "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert set(data) == KEYS
    assert data["server"] == "Scripted"
    assert json.loads((out / "turn-realtime.json").read_text(encoding="utf-8")) == data
    assert len(read_wav(out / "reply-realtime.wav")) > 0
    assert (out / "window-realtime.png").read_bytes().startswith(b"\x89PNG")
    # The second of the question went up, with the tail and as much pre-roll as there was yet.
    sent = sum(len(event["audio"]) * 0.75 for event in served.of("input_audio_buffer.append"))
    assert 1.15 <= sent / 48_000 <= 1.65


def test_demo_answers_with_both_pipelines_in_one_window(
    qtbot: QtBot, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    del qtbot
    assert main(["demo", "--out", str(tmp_path), "--json"]) == 0
    turns = json.loads(capsys.readouterr().out)
    assert list(turns) == ["realtime", "classic"]
    for mode, turn in turns.items():
        assert turn["mode"] == mode
        assert "twelve" in turn["user_text"].lower()
        assert "forty-two" in turn["assistant_text"]
        assert turn["heard_ms"] == turn["reply_ms"] > 500
        assert (tmp_path / f"window-{mode}.png").stat().st_size > 5000


def test_without_a_display_the_window_is_a_demo(
    qtbot: QtBot,
    served: ScriptedServer,
    tmp_path: Path,
    voicedesk_home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    del qtbot
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.chdir(tmp_path)
    save_settings(voicedesk_home, served)
    assert main([]) == 0
    printed = capsys.readouterr()
    assert "no display" in printed.err
    assert "hello to you" in printed.out
    assert (tmp_path / "voicedesk-demo" / "window-realtime.png").exists()


def test_doctor_reports_and_keeps_the_key_to_itself(
    served: ScriptedServer,
    voicedesk_home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    del voicedesk_home
    monkeypatch.setenv("MY_KEY", "planted-key-1234")
    arguments = ["doctor", "--server", served.base_url, "--key-env", "MY_KEY"]
    assert main([*arguments, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["voicedesk"] == __version__
    assert report["server"]["reachable"] is True
    assert report["server"]["key"] == "present"
    assert report["keyring"] == "none"
    assert "planted-key" not in json.dumps(report)
    assert main(arguments) == 0
    assert "reachable: yes" in capsys.readouterr().out


def test_doctor_says_why_a_server_cannot_be_reached(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--server", "http://127.0.0.1:9/v1", "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["server"]["reachable"] is False
    assert "nothing listens" in report["server"]["problem"]


def test_missing_libraries_of_qt_are_told_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(early, "_QT_LIBRARIES", {"libnothere.so.7": "libnothere7"})
    assert "apt-get install libnothere7" in (early.qt_problem() or "")
    monkeypatch.setattr(early, "_QT_LIBRARIES", {})
    assert early.qt_problem() is None


def test_the_version_and_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    for argument, part in (("--version", __version__), ("--help", "doctor")):
        with pytest.raises(SystemExit) as ended:
            main([argument])
        assert ended.value.code == 0
        assert part in capsys.readouterr().out
