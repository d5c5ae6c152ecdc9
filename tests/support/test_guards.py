"""The guards around every test catch what they are there for."""

import asyncio
import logging
import socket
import subprocess
import sys
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.leaks import LeakCheck
from tests.support.logs import LogGuard
from tests.support.network import ForbiddenAddressError, NetworkGuard, is_loopback


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A leak is told at once."""
    monkeypatch.setattr("tests.support.leaks._GRACE", 0.0)


def test_a_thread_left_behind_is_told(impatient: None) -> None:
    check, done = LeakCheck(), threading.Event()
    thread = threading.Thread(target=done.wait, name="forgotten")
    thread.start()
    assert check.leaks() == ["thread forgotten"]
    done.set()
    thread.join()
    assert check.leaks() == []


def test_a_process_left_behind_is_told(impatient: None) -> None:
    check = LeakCheck()
    with subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as child:
        (leak,) = check.leaks()
        assert leak.startswith(f"process {child.pid}")
    assert check.leaks() == []


async def test_a_task_left_behind_is_told(impatient: None) -> None:
    check = LeakCheck()
    task = asyncio.create_task(asyncio.Event().wait(), name="forgotten")
    (leak,) = check.leaks()
    assert leak.startswith("task forgotten")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert check.leaks() == []


def test_a_task_that_a_closing_loop_had_to_cancel_is_told() -> None:
    check = LeakCheck()

    async def leave_one() -> "asyncio.Task[bool]":
        return asyncio.create_task(asyncio.Event().wait(), name="cut off")

    task = asyncio.run(leave_one())
    (leak,) = check.leaks()
    assert leak.startswith("task cut off")
    assert task.cancelled()
    LeakCheck()  # forgets what was cut off, for the check around this test


async def test_a_task_that_is_awaited_is_no_leak() -> None:
    check = LeakCheck()
    await asyncio.create_task(asyncio.sleep(0))
    assert check.leaks() == []


def test_warnings_of_ours_are_complained_of() -> None:
    guard = LogGuard()
    with guard.installed():
        logging.getLogger("voicedesk.audio").warning("lost %d samples", 3)
        logging.getLogger("voicedesk.audio").info("a quiet word")
        logging.getLogger("elsewhere").error("not ours")
    guard.expectations.clear()
    assert guard.complaints() == ["unexpected WARNING voicedesk.audio: lost 3 samples"]
    guard.expect("lost 3")
    assert guard.complaints() == []
    guard.expect("silence", level=logging.ERROR)
    assert guard.complaints() == ["expected in the log, but absent: 'silence'"]


@pytest.fixture(autouse=True)
def _told(request: pytest.FixtureRequest) -> None:
    """The outer guard hears the warning above too."""
    if request.node.name == "test_warnings_of_ours_are_complained_of":
        request.getfixturevalue("expected_log")("lost 3 samples")


def test_the_set_up_of_logging_does_not_outlive_a_test() -> None:
    logger = logging.getLogger("voicedesk")
    handler, before = logging.NullHandler(), (logger.level, logger.propagate, logger.handlers[:])
    with LogGuard().installed():
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG)
        logger.propagate = False
    assert (logger.level, logger.propagate, logger.handlers) == before


def test_another_machine_is_refused() -> None:
    guard = NetworkGuard()
    with guard.installed(), socket.socket() as sock:
        with pytest.raises(ForbiddenAddressError):
            sock.connect(("192.0.2.1", 9))
        with pytest.raises(ForbiddenAddressError):
            socket.getaddrinfo("example.com", 443)
        with pytest.raises(ForbiddenAddressError):
            sock.bind(("0.0.0.0", 0))
    assert len(guard.attempts) == 3


def test_a_reserved_name_does_not_resolve() -> None:
    with pytest.raises(socket.gaierror):
        socket.create_connection(("server.invalid", 443))


async def test_this_machine_is_reached() -> None:
    async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(serve, "localhost", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        host = server.sockets[0].getsockname()[0]
        reader, writer = await asyncio.open_connection(host, port)
        assert await reader.read() == b""
        writer.close()
        await writer.wait_closed()


@given(st.ip_addresses())
def test_loopback_is_told_from_the_rest(address: object) -> None:
    text = str(address)
    assert is_loopback(text) == (text.startswith("127.") or text == "::1")
