"""Precise waiting, and the thread that stands for a device."""

import asyncio
import threading
from itertools import pairwise

import pytest

from tests.support.sounds import reached
from voicedesk.audio.timing import Pacer, wait_until
from voicedesk.core.clock import now


@pytest.mark.parametrize("seconds", [0.005, 0.04])
async def test_a_moment_is_waited_for_and_not_left_early(seconds: float) -> None:
    at = now() + seconds
    await wait_until(at)
    assert now() >= at


async def test_a_moment_that_has_passed_takes_no_thread() -> None:
    before = threading.active_count()
    await wait_until(now() - 1.0)
    assert threading.active_count() == before


async def test_a_cancelled_wait_leaves_no_thread_behind() -> None:
    waiting = asyncio.ensure_future(wait_until(now() + 3600.0))
    await asyncio.sleep(0.01)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await reached(
        lambda: all(thread.name != "voicedesk-wait" for thread in threading.enumerate()),
        "the thread's end",
    )


def test_a_loop_that_was_closed_meanwhile_is_no_trouble() -> None:
    loop = asyncio.new_event_loop()
    waiting = wait_until(now() + 0.02)
    task = loop.create_task(waiting)
    loop.run_until_complete(asyncio.sleep(0))
    (thread,) = [each for each in threading.enumerate() if each.name == "voicedesk-wait"]
    task.cancel()
    loop.run_until_complete(asyncio.wait([task]))
    loop.close()
    thread.join(5)
    assert not thread.is_alive()


async def test_a_pacer_keeps_an_absolute_schedule_and_ends_when_told() -> None:
    moments: list[float] = []
    pacer = Pacer(0.002, moments.append)
    pacer.start("pacer")
    await reached(lambda: len(moments) >= 20, "20 blocks")
    pacer.stop()
    pacer.stop()
    count = len(moments)
    steps = [later - earlier for earlier, later in pairwise(moments)]
    assert steps == pytest.approx([0.002] * (count - 1))
    assert len(moments) == count
