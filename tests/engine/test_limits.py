"""Places for jobs: some run, some wait their turn, the rest is turned away and told for how long."""

import asyncio

import pytest

from voicedesk.engine.limits import Jobs, RefusedError


class Job:
    """Holds a place until it is told to end."""

    def __init__(self, jobs: Jobs) -> None:
        self.runs = False
        self.may_end = asyncio.Event()
        self.task = asyncio.create_task(self._run(jobs))

    async def _run(self, jobs: Jobs) -> None:
        async with jobs.place():
            self.runs = True
            await self.may_end.wait()


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_jobs_run_in_the_order_in_which_they_came_and_the_rest_is_refused() -> None:
    jobs = Jobs(running=2, waiting=1)
    running = [Job(jobs) for _ in range(4)]
    await settle()
    assert [job.runs for job in running] == [True, True, False, False]
    with pytest.raises(RefusedError) as refused:
        await running[3].task
    assert (refused.value.status, refused.value.code) == (429, "rate_limit_exceeded")
    assert refused.value.retry_after is not None
    assert 1 <= refused.value.retry_after <= 60
    running[0].may_end.set()
    await settle()
    assert running[2].runs
    for job in running[:3]:
        job.may_end.set()
    await asyncio.gather(*(job.task for job in running[:3]))
    assert jobs.admitted == 0


async def test_who_stops_waiting_or_running_leaves_the_place_to_others() -> None:
    jobs = Jobs(running=1, waiting=2)
    first, second, third = Job(jobs), Job(jobs), Job(jobs)
    await settle()
    for job in (second, first):
        job.task.cancel()
        await asyncio.gather(job.task, return_exceptions=True)
    await settle()
    assert (second.runs, third.runs, jobs.admitted) == (False, True, 1)
    third.may_end.set()
    await third.task


async def test_a_job_that_fails_leaves_its_place() -> None:
    jobs = Jobs(running=1, waiting=0)
    for _ in range(3):
        with pytest.raises(ValueError, match="mine"):
            async with jobs.place():
                raise ValueError("mine")
    assert jobs.admitted == 0
