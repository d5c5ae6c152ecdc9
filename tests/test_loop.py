"""The application's loop: asyncio on Qt, closed without leaving anything to happen later."""

import asyncio
import gc
import threading
from collections.abc import AsyncGenerator

from PySide6.QtCore import qInstallMessageHandler
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from voicedesk.app import make_application, run_on_qt
from voicedesk.ui.loop import Loop


def test_what_comes_after_the_end_is_dropped(qtbot: QtBot) -> None:
    del qtbot
    loop = Loop(make_application())
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
    done: list[int] = []
    handle = loop.call_soon(done.append, 1)
    thread = threading.Thread(target=lambda: loop.call_soon_threadsafe(done.append, 2))
    thread.start()
    thread.join()
    QApplication.processEvents()
    assert handle.cancelled()
    assert done == []


def test_an_abandoned_generator_is_closed_on_the_loop(qtbot: QtBot) -> None:
    del qtbot
    closed: list[str] = []

    async def numbers() -> AsyncGenerator[int, None]:
        try:
            yield 1
            yield 2
        finally:
            await asyncio.sleep(0)  # needs a loop
            closed.append("closed")

    async def work(application: QApplication) -> int:
        del application
        async for _ in numbers():
            break
        gc.collect()
        async with asyncio.timeout(5):
            while not closed:
                await asyncio.sleep(0)
        return 0

    assert run_on_qt(work) == 0
    assert closed == ["closed"]


def test_a_task_that_makes_qt_handle_events_starves_no_other(qtbot: QtBot) -> None:
    del qtbot
    steps: list[int] = []

    async def other() -> None:
        for step in range(20):
            await asyncio.sleep(0)
            steps.append(step)

    async def work(application: QApplication) -> int:
        task = asyncio.create_task(other())
        for _ in range(5):
            await asyncio.sleep(0)
            application.processEvents()  # as a menu or a native dialog does
        async with asyncio.timeout(5):
            await task
        return 0

    assert run_on_qt(work) == 0
    assert steps == list(range(20))


def timers_of(loop: asyncio.AbstractEventLoop) -> int:
    """How many timers run."""
    assert isinstance(loop, Loop)
    return len(loop._timer._SimpleTimer__callbacks)  # type: ignore[attr-defined] # qasync's


def test_what_is_cancelled_leaves_no_timer_behind(qtbot: QtBot) -> None:
    del qtbot
    counts: list[int] = []

    async def work(application: QApplication) -> int:
        del application
        loop = asyncio.get_running_loop()
        for _ in range(100):
            async with asyncio.timeout(60):
                await asyncio.sleep(0)
            counts.append(timers_of(loop))
        return 0

    assert run_on_qt(work) == 0
    assert max(counts) < 10


def test_what_cancels_itself_or_what_is_due_does_no_harm(qtbot: QtBot) -> None:
    del qtbot
    done: list[str] = []

    async def work(application: QApplication) -> int:
        del application
        loop = asyncio.get_running_loop()
        over = asyncio.Event()
        handles: dict[str, asyncio.Handle] = {}

        def act(name: str, *cancelled: str) -> None:
            done.append(name)
            for other in cancelled:
                handles[other].cancel()
            if name == "last":
                over.set()

        handles["itself"] = loop.call_later(0.001, act, "itself", "itself")
        handles["other"] = loop.call_later(0.002, act, "other", "never", "itself")
        handles["never"] = loop.call_later(0.003, act, "never")
        handles["soon"] = loop.call_soon(act, "soon", "never soon")
        handles["never soon"] = loop.call_soon(act, "never soon")
        handles["last"] = loop.call_later(0.01, act, "last", "other", "last")
        async with asyncio.timeout(5):
            await over.wait()
        assert all(handles[name].cancelled() for name in ("itself", "other", "never", "never soon"))
        return 0

    assert run_on_qt(work) == 0
    assert done == ["soon", "itself", "other", "last"]


def test_what_is_cancelled_after_it_was_done_stops_nothing(qtbot: QtBot) -> None:
    """Its timer is gone, and its number may be another's by then."""
    del qtbot
    said: list[str] = []

    async def work(application: QApplication) -> int:
        del application
        done = asyncio.Event()
        handle = asyncio.get_running_loop().call_later(0.001, done.set)
        await done.wait()
        await asyncio.sleep(0)
        handle.cancel()
        return 0

    before = qInstallMessageHandler(lambda _kind, _context, text: said.append(text))
    try:
        assert run_on_qt(work) == 0
    finally:
        qInstallMessageHandler(before)
    assert said == []


def test_what_is_cancelled_after_it_was_done_stops_no_other(qtbot: QtBot) -> None:
    del qtbot
    found: list[bool] = []

    async def work(application: QApplication) -> int:
        del application
        loop = asyncio.get_running_loop()
        timers = loop._timer._SimpleTimer__callbacks  # type: ignore[attr-defined] # qasync's
        ran = asyncio.Event()
        first = loop.call_later(0.001, ran.set)
        number = next(reversed(timers))
        await ran.wait()
        for _ in range(20_000):  # Qt gives the numbers of timers that are over to new ones, in time
            over = asyncio.Event()
            loop.call_soon(over.set)
            if next(reversed(timers)) == number:
                first.cancel()
                found.append(True)
            async with asyncio.timeout(5):
                await over.wait()
            if found:
                break
        return 0

    assert run_on_qt(work) == 0
    assert found


def test_many_waits_at_once_all_come_to_their_end(qtbot: QtBot) -> None:
    del qtbot

    async def wait_often(seed: int) -> int:
        for step in range(40):
            async with asyncio.timeout(5):
                await asyncio.sleep((seed * 7 + step * 3) % 5 / 1000)
        return seed

    async def work(application: QApplication) -> int:
        del application
        async with asyncio.timeout(30):
            assert await asyncio.gather(*map(wait_often, range(20))) == list(range(20))
        return 0

    assert run_on_qt(work) == 0


def test_what_is_cancelled_after_the_end_does_no_harm(qtbot: QtBot) -> None:
    del qtbot
    loop = Loop(make_application())
    handle = loop.call_later(60, print)
    loop.close()
    handle.cancel()
    assert handle.cancelled()
    late = loop.call_later(60, print)
    assert late.cancelled()
