"""The seat of the one instance: who has it, who may ask, and what is understood."""

import os
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicedesk.cli import window
from voicedesk.instance import (
    COMMANDS,
    LONGEST_LINE,
    NO_ANSWER,
    NOT_RUNNING,
    RAISE,
    Answer,
    Request,
    Seat,
    parse,
)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a pipe has no path to look at")


@pytest.fixture(autouse=True)
def runtime(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of sockets of this test; its name must be short."""
    folder = tmp_path_factory.mktemp("run")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    return folder / "voicedesk"


@pytest.fixture
def seat() -> Iterator[Seat]:
    result = Seat.find()
    assert result.take()
    yield result
    result.leave()


def answering(address: str, line: bytes) -> threading.Thread:
    """Somebody who listens at an address and answers one caller."""
    server = socket.socket(socket.AF_UNIX)
    server.bind(address)
    server.listen()

    def serve() -> None:
        with server:
            caller, _ = server.accept()
            with caller:
                caller.recv(LONGEST_LINE)
                caller.sendall(line)

    thread = threading.Thread(target=serve)
    thread.start()
    return thread


def test_there_is_one_seat_for_each_settings_folder(
    seat: Seat, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not Seat.find().take()
    monkeypatch.setenv("VOICEDESK_HOME", str(tmp_path / "other"))
    other = Seat.find()
    assert other.address != seat.address
    assert other.take()
    other.leave()


def test_a_seat_that_was_left_can_be_taken(seat: Seat) -> None:
    seat.leave()
    seat.leave()
    again = Seat.find()
    assert again.take()
    again.leave()


def test_the_seat_goes_with_its_process_however_that_ends() -> None:
    code = "import os; from voicedesk.instance import Seat; print(Seat.find().take()); os.abort()"
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert ended.returncode != 0
    seat = Seat.find()
    assert seat.take()
    seat.leave()


def test_the_folder_belongs_to_the_user_alone(seat: Seat, runtime: Path) -> None:
    assert stat.S_IMODE(runtime.stat().st_mode) == 0o700
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in runtime.iterdir())


def test_a_folder_that_others_can_write_is_not_trusted(
    runtime: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runtime.mkdir()
    runtime.chmod(0o777)
    with pytest.raises(PermissionError):
        Seat.find().take()
    assert Seat.find().ask(Request("toggle")) == NOT_RUNNING
    assert window._take_seat() is None  # the window opens all the same
    assert "will not find this window" in capsys.readouterr().err


def test_with_nobody_there_a_command_says_so() -> None:
    assert Seat.find().ask(Request("start")) == NOT_RUNNING


def test_what_a_dead_instance_left_is_nobody(seat: Seat) -> None:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(seat.address)
    listener.close()
    assert seat.ask(Request("start")) == NOT_RUNNING


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        (b"ok\n", Answer()),
        (b"no The microphone cannot be used.\n", Answer("The microphone cannot be used.")),
        (b"", NO_ANSWER),
        (b"something else\n", NO_ANSWER),
        (b"x" * 5000, NO_ANSWER),
    ],
)
def test_answers_are_understood(seat: Seat, line: bytes, answer: Answer) -> None:
    thread = answering(seat.address, line)
    assert seat.ask(Request("toggle")) == answer
    thread.join(5)
    assert not thread.is_alive()


def test_a_second_start_waits_for_the_first_to_listen(seat: Seat) -> None:
    threads: list[threading.Thread] = []
    timer = threading.Timer(0.2, lambda: threads.append(answering(seat.address, b"ok\n")))
    timer.start()
    assert window._take_seat() == Answer()
    timer.join()
    threads[0].join(5)


def test_a_first_that_never_listens_is_not_called_absent(
    seat: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window, "_STARTING_S", 0.1)
    assert window._take_seat() == NO_ANSWER


def test_requests_survive_the_way() -> None:
    for command in (RAISE, *COMMANDS):
        assert parse(Request(command).line()) == Request(command)
    assert parse(Request.to_raise("gnome-shell/1_2-x").line()) == Request(
        RAISE, "gnome-shell/1_2-x"
    )
    assert Request.to_raise("no token\n") == Request(RAISE)


def test_a_newer_protocol_is_told_from_nonsense() -> None:
    refused = parse(b"voicedesk 2 toggle\n")
    assert isinstance(refused, Answer)
    assert "Another version" in refused.refusal


@given(st.binary(max_size=LONGEST_LINE))
def test_whatever_comes_is_refused_or_a_command(line: bytes) -> None:
    match parse(line):
        case Request(command=command):
            assert command in {RAISE, *COMMANDS}
        case Answer(refusal=refusal):
            assert refusal


@given(st.text())
def test_an_answer_is_one_line_of_bounded_length(sentence: str) -> None:
    line = Answer(" ".join(sentence.split())).line()
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert len(line) <= LONGEST_LINE


def test_a_command_loads_neither_qt_nor_the_settings() -> None:
    code = (
        "import sys; from voicedesk.__main__ import main; status = main(['toggle']);"
        "heavy = {'PySide6', 'pydantic', 'asyncio', 'numpy', 'openai'} & set(sys.modules);"
        "print(status, sorted(heavy))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ
    )
    assert ended.stdout.strip() == "1 []"
    assert "not running" in ended.stderr
