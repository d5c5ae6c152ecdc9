"""Time limits that count only time in which the loop could take notice."""

import asyncio
import contextlib
import socket
import threading
import time

import pytest

from tests.support.virtual_time import run_virtual, stand_still
from voicedesk.core import clock
from voicedesk.core.attention import STEP_S, AttentiveTimeout


def test_on_a_loop_that_runs_it_is_an_ordinary_limit() -> None:
    async def story() -> None:
        loop = asyncio.get_running_loop()
        for seconds in (0.0, 0.05, 2.0, 30.0):
            began = loop.time()
            with pytest.raises(TimeoutError):
                async with AttentiveTimeout(seconds):
                    await asyncio.Event().wait()
            assert loop.time() - began == pytest.approx(seconds, abs=0.02)

    run_virtual(story())


def test_who_is_in_time_is_not_disturbed() -> None:
    async def story() -> None:
        async with AttentiveTimeout(2.0):
            await asyncio.sleep(1.9)
        await asyncio.sleep(10.0)  # nothing comes afterwards

    run_virtual(story())


def test_time_in_which_the_loop_stood_still_does_not_count() -> None:
    async def story() -> None:
        loop = asyncio.get_running_loop()
        answer = loop.create_future()
        loop.call_later(0.5, stand_still, 60.0)
        # Its time has long passed when the loop runs again: it is taken before the limit is thought of.
        loop.call_later(30.0, answer.set_result, "here")
        async with AttentiveTimeout(2.0):
            assert await answer == "here"

    run_virtual(story())


def test_a_limit_still_comes_after_the_loop_has_stood_still() -> None:
    async def story() -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(0.5, stand_still, 60.0)
        began = loop.time()
        with pytest.raises(TimeoutError):
            async with AttentiveTimeout(2.0):
                await asyncio.Event().wait()
        assert loop.time() - began == pytest.approx(62.0, abs=2 * STEP_S)

    run_virtual(story())


def test_a_loop_that_is_late_half_of_the_time_waits_about_twice_as_long() -> None:
    async def story() -> None:
        loop = asyncio.get_running_loop()

        def drag() -> None:
            stand_still(STEP_S / 2)
            loop.call_later(0.0, drag)

        loop.call_soon(drag)
        began = loop.time()
        with pytest.raises(TimeoutError):
            async with AttentiveTimeout(2.0):
                await asyncio.Event().wait()
        assert 2.0 < loop.time() - began < 8.0

    run_virtual(story())


def test_a_loop_that_never_comes_in_time_does_not_wait_for_ever() -> None:
    async def story() -> None:
        loop = asyncio.get_running_loop()

        def drag() -> None:
            stand_still(2 * STEP_S)
            loop.call_later(STEP_S / 2, drag)

        loop.call_soon(drag)
        with pytest.raises(TimeoutError):
            async with AttentiveTimeout(2.0):
                await asyncio.Event().wait()
        assert loop.time() < 60.0

    run_virtual(story())


async def test_what_lies_in_the_socket_of_a_blocked_loop_is_read_before_the_limit() -> None:
    ours, theirs = socket.socketpair()
    reader, writer = await asyncio.open_connection(sock=ours)
    answering = threading.Timer(0.1, theirs.sendall, (b"pong",))
    answering.start()
    try:
        async with AttentiveTimeout(0.3):
            asyncio.get_running_loop().call_soon(time.sleep, 0.8)
            assert await reader.readexactly(4) == b"pong"
    finally:
        answering.join()
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
        theirs.close()


async def test_another_failure_in_the_block_is_that_failure() -> None:
    with pytest.raises(KeyError):
        async with AttentiveTimeout(5.0):
            raise KeyError


def test_the_clock_of_sleep_stands_still_while_the_machine_is_awake() -> None:
    before = clock.slept()
    time.sleep(0.2)
    assert abs(clock.slept() - before) < 0.1
