"""When free memory is given back: at rest, after a moment, and not again and again."""

from __future__ import annotations

import asyncio

from tests.support.virtual_time import run_virtual
from voicedesk.conversation.frugal import Frugal
from voicedesk.core.events import StateChanged
from voicedesk.core.memory import REST_S
from voicedesk.core.turn import State


def test_it_is_given_back_at_rest_once_a_minute() -> None:
    given: list[float] = []

    async def talk() -> None:
        loop = asyncio.get_running_loop()
        frugal = Frugal(lambda: given.append(loop.time()))
        for _ in range(20):  # a turn each ten seconds
            for state in (State.LISTENING, State.THINKING, State.SPEAKING, State.READY):
                frugal(StateChanged(turn=1, at=0.0, state=state))
                await asyncio.sleep(1.0 if state is not State.READY else 7.0)

    run_virtual(talk())
    assert given == [3.0 + REST_S, 73.0 + REST_S, 143.0 + REST_S]  # not 60 s after at 133


def test_who_goes_on_talking_is_not_held_up() -> None:
    given: list[float] = []

    async def talk() -> None:
        frugal = Frugal(lambda: given.append(0.0))
        for state in (State.READY, State.LISTENING, State.FAILED, State.LISTENING, State.READY):
            frugal(StateChanged(turn=1, at=0.0, state=state))
            await asyncio.sleep(REST_S / 2)
        frugal.close()
        await asyncio.sleep(100.0)

    run_virtual(talk())
    assert given == []
