"""The owner of background tasks."""

import asyncio
import gc

import pytest

from tests.conftest import ExpectLog
from voicedesk.core.tasks import TaskSet


async def test_a_task_that_nobody_else_holds_is_not_collected() -> None:
    tasks = TaskSet()
    done: list[int] = []

    async def work() -> None:
        await asyncio.get_running_loop().create_future()

    tasks.spawn(work(), name="waits")
    await asyncio.sleep(0)
    gc.collect()
    assert len(tasks) == 1
    await tasks.close()
    assert len(tasks) == 0
    assert not done


async def test_a_failure_is_reported() -> None:
    failures: list[BaseException] = []
    tasks = TaskSet(failures.append)

    async def fail() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await tasks.spawn(fail(), name="fails")
    assert [str(error) for error in failures] == ["no"]


async def test_a_failure_that_nobody_takes_is_logged(expected_log: ExpectLog) -> None:
    expected_log("task fails failed")
    tasks = TaskSet()

    async def fail() -> None:
        raise ValueError("no")

    task = tasks.spawn(fail(), name="fails")
    await asyncio.gather(task, return_exceptions=True)


async def test_close_waits_for_what_a_task_does_last() -> None:
    tasks = TaskSet()
    log: list[str] = []

    async def work() -> None:
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            await asyncio.sleep(0)
            log.append("cleaned")

    tasks.spawn(work(), name="works")
    await asyncio.sleep(0)
    await tasks.close()
    assert log == ["cleaned"]
