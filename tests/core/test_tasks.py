"""The owner of background tasks."""

import asyncio
import gc

import pytest

from tests.conftest import ExpectLog
from voicedesk.core.tasks import SharedAttempt, TaskSet


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


class Attempts:
    """Work that waits to be let go, and counts how often it was begun."""

    def __init__(self, tasks: TaskSet) -> None:
        self.begun = 0
        self.outcome: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.attempt = SharedAttempt(tasks, self._work, name="tries")

    async def _work(self) -> None:
        self.begun += 1
        self.outcome = asyncio.get_running_loop().create_future()
        await self.outcome

    async def caller(self) -> asyncio.Task[None]:
        """Somebody who waits for it."""
        task = asyncio.create_task(self.attempt.join())
        for _ in range(3):
            await asyncio.sleep(0)
        return task


async def test_callers_share_one_run_and_its_outcome() -> None:
    tasks = TaskSet()
    work = Attempts(tasks)
    callers = [await work.caller(), await work.caller()]
    work.outcome.set_exception(ValueError("no"))
    for caller in callers:
        with pytest.raises(ValueError, match="no"):
            await caller
    assert work.begun == 1
    again = await work.caller()
    work.outcome.set_result(None)
    await again
    assert work.begun == 2
    assert len(tasks) == 0


async def test_a_caller_that_goes_leaves_the_run_to_the_others() -> None:
    tasks = TaskSet()
    work = Attempts(tasks)
    first, second = await work.caller(), await work.caller()
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    work.outcome.set_result(None)
    await second
    assert work.begun == 1


async def test_a_failure_that_no_caller_is_left_for_is_no_unhandled_one() -> None:
    tasks = TaskSet()
    work = Attempts(tasks)
    caller = await work.caller()
    caller.cancel()
    await asyncio.gather(caller, return_exceptions=True)
    work.outcome.set_exception(ValueError("no"))
    while tasks:
        await asyncio.sleep(0)
    gc.collect()  # an exception that nobody took would be logged here


async def test_a_run_that_is_abandoned_ends_and_may_begin_again() -> None:
    tasks = TaskSet()
    work = Attempts(tasks)
    caller = await work.caller()
    await work.attempt.abandon()
    with pytest.raises(asyncio.CancelledError):
        await caller
    again = await work.caller()
    work.outcome.set_result(None)
    await again
    assert work.begun == 2
    await work.attempt.abandon()  # nothing runs: nothing to end
