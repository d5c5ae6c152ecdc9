"""Commands from other processes, through the real socket, to the window."""

import asyncio
import socket
import stat
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.end_to_end.desktop import run
from tests.ui.fake_control import FakeControl
from voicedesk.core.turn import State
from voicedesk.instance import NO_ANSWER, RAISE, Answer, Request, Seat
from voicedesk.ui.instance_server import InstanceServer
from voicedesk.ui.main_window import MainWindow
from voicedesk.ui.remote import Remote

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="looks at a socket's file")


@pytest.fixture
def seat(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Seat:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))
    result = Seat.find()
    Path(result.address).parent.mkdir(mode=0o700)
    return result


async def _nothing() -> None:
    pass


@asynccontextmanager
async def serving(
    seat: Seat,
    window: MainWindow,
    control: FakeControl,
    wake: Callable[[], Awaitable[None]] = _nothing,
) -> AsyncIterator[InstanceServer]:
    server = InstanceServer(seat.address, Remote(window, control, wake).handle)
    assert server.listen()
    try:
        yield server
    finally:
        await server.close()
        server.deleteLater()


def mode_of(seat: Seat) -> int:
    return stat.S_IMODE(Path(seat.address).stat().st_mode)


def state_of(control: FakeControl) -> State:
    return control.state


async def ask(seat: Seat, command: str) -> Answer:
    return await asyncio.to_thread(seat.ask, Request(command))


def test_commands_work_the_talk_key(seat: Seat, window: MainWindow, control: FakeControl) -> None:
    async def work() -> None:
        async with serving(seat, window, control):
            assert mode_of(seat) == 0o700
            assert await ask(seat, "start") == Answer()
            assert state_of(control) is State.LISTENING
            assert await ask(seat, "start") == Answer()  # a key that repeats
            assert control.calls == ["press"]
            assert await ask(seat, "stop") == Answer()
            assert state_of(control) is State.ENDING
            assert await ask(seat, "stop") == Answer()
            assert control.calls == ["press", "release"]
            assert await ask(seat, "cancel") == Answer()
            assert state_of(control) is State.READY
            assert await ask(seat, "toggle") == Answer()
            assert await ask(seat, "toggle") == Answer()
            assert control.calls[-2:] == ["press", "release"]
        assert await ask(seat, "toggle") != Answer()

    run(work)


def test_a_take_begun_from_outside_goes_on_while_another_window_is_in_front(
    qtbot: QtBot, seat: Seat, window: MainWindow, control: FakeControl
) -> None:
    async def work() -> None:
        async with serving(seat, window, control):
            await ask(seat, "start")
            window.talk_input._on_application_state(Qt.ApplicationState.ApplicationInactive)
            assert state_of(control) is State.LISTENING
            assert window.talk_input.key.is_locked

    run(work)


def test_the_microphone_is_woken_first(
    seat: Seat, window: MainWindow, control: FakeControl
) -> None:
    control.microphone_ready = False

    async def wake() -> None:
        await asyncio.sleep(0)
        control.microphone_ready = True

    async def work() -> None:
        async with serving(seat, window, control, wake):
            # The second is handed over while the first still waits: they are done in their order.
            answers = await asyncio.gather(ask(seat, "start"), ask(seat, "start"))
            assert set(answers) == {Answer()}
            assert control.calls == ["press"]

    run(work)


def test_without_a_microphone_the_command_fails(
    seat: Seat, window: MainWindow, control: FakeControl
) -> None:
    control.microphone_ready = False

    async def work() -> None:
        async with serving(seat, window, control):
            answer = await ask(seat, "start")
            assert "microphone" in answer.refusal
            assert answer.is_running
            assert not window.talk_input.key.is_active

    run(work)


def test_a_second_start_raises_the_window(
    seat: Seat, window: MainWindow, control: FakeControl
) -> None:
    async def work() -> None:
        window.showMinimized()
        async with serving(seat, window, control):
            assert await ask(seat, RAISE) == Answer()
        assert not window.isMinimized()
        assert window.isVisible()

    run(work)


def exchange(address: str, data: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX) as caller:
        caller.settimeout(10)
        caller.connect(address)
        caller.sendall(data)
        caller.shutdown(socket.SHUT_WR)
        return caller.recv(1000)


@pytest.mark.parametrize("data", [b"\n", b"GET / HTTP/1.1\r\n\r\n", b"voicedesk 9 start\n"])
def test_nonsense_is_refused(
    seat: Seat, window: MainWindow, control: FakeControl, data: bytes
) -> None:
    async def work() -> None:
        async with serving(seat, window, control):
            assert (await asyncio.to_thread(exchange, seat.address, data)).startswith(b"no ")
            assert control.calls == []

    run(work)


def test_a_line_without_an_end_and_a_crowd_are_dropped(
    seat: Seat, window: MainWindow, control: FakeControl
) -> None:
    def flood() -> bytes:
        with socket.socket(socket.AF_UNIX) as caller:
            caller.settimeout(10)
            caller.connect(seat.address)
            caller.sendall(b"x" * 5000)
            try:
                return caller.recv(1000)
            except ConnectionResetError:
                return b""

    def crowd() -> bytes:
        callers = [socket.socket(socket.AF_UNIX) for _ in range(17)]
        for caller in callers:
            caller.settimeout(10)
            caller.connect(seat.address)
        try:
            return callers[-1].recv(1000)
        finally:
            for caller in callers:
                caller.close()

    async def work() -> None:
        async with serving(seat, window, control) as server:
            assert await asyncio.to_thread(flood) == b""
            assert await asyncio.to_thread(crowd) == b""
            async with asyncio.timeout(10):
                while server._callers:
                    await asyncio.sleep(0.01)
            assert await ask(seat, "stop") == Answer()

    run(work)


def test_what_lies_there_of_a_dead_instance_is_replaced(
    seat: Seat, window: MainWindow, control: FakeControl
) -> None:
    dead = socket.socket(socket.AF_UNIX)
    dead.bind(seat.address)
    dead.close()

    async def work() -> None:
        async with serving(seat, window, control):
            assert await ask(seat, "stop") == Answer()

    run(work)


def test_who_cannot_be_understood_has_not_answered(seat: Seat) -> None:
    assert seat.ask(Request("stop")) != NO_ANSWER  # nobody is there: that is another thing
