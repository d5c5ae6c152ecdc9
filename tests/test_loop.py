"""The application's loop: asyncio on Qt, closed without leaving anything to happen later."""

import asyncio
import gc
import threading
from collections.abc import AsyncGenerator

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from voicedesk.app import Loop, make_application, run_on_qt


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
