"""When turns are priced, and what the sum of the day is."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests.conversation.figures.turn_stream import ended, state, timed, timeline
from voicedesk.conversation.figures import accountant
from voicedesk.conversation.figures.accountant import Accountant
from voicedesk.conversation.figures.loop_watch import LoopWatch
from voicedesk.conversation.figures.prices import Cost
from voicedesk.conversation.figures.spending import Spending
from voicedesk.conversation.figures.stages import Role, Stage
from voicedesk.conversation.figures.turn_figures import TurnFigures
from voicedesk.conversation.figures.turns import Figures
from voicedesk.core.errors import NoAnswerError
from voicedesk.core.events import Event, Interrupted, ReplyEnded, TurnFailed, UsageTold, UserText
from voicedesk.core.settings import OPENAI_URL
from voicedesk.core.turn import State

TODAY = date(2026, 3, 4)
USAGE = {"input_tokens": 1000, "output_tokens": 100}
STAGES = (Stage(Role.ANSWER, "gpt-5.4-mini", OPENAI_URL),)


class Till:
    """Figures and an accountant, both told of each event, and what they tell."""

    def __init__(self, path: Path | None, stages: tuple[Stage, ...] = STAGES) -> None:
        self.figures = Figures(lambda: stages)
        self.accountant = Accountant(self.figures, Spending(path, today=lambda: TODAY))
        self.priced: asyncio.Queue[Cost] = asyncio.Queue()
        self.figures.watch(self._on_turn)

    def _on_turn(self, turn: TurnFigures) -> None:
        if turn.cost is not None:
            self.priced.put_nowait(turn.cost)

    def tell(self, *events: Event) -> None:
        for event in events:
            self.figures(event)
            self.accountant(event)

    def turn(self, number: int = 1, usage: dict[str, int] | None = USAGE) -> None:
        self.tell(
            state(State.THINKING, number),
            ReplyEnded(turn=number, at=0.0, usage=usage),
            state(State.READY, number),
            timed(timeline(turn=number, first_audible=5)),
        )

    async def next_price(self) -> Cost:
        async with asyncio.timeout(10):
            return await self.priced.get()


@pytest.fixture
async def till(tmp_path: Path) -> AsyncIterator[Till]:
    result = Till(tmp_path / "spending.json")
    yield result
    await result.accountant.close()


async def test_a_turn_is_priced_and_added_to_the_day(till: Till) -> None:
    till.turn(1)
    cost = await till.next_price()
    assert cost.usd == Decimal("0.0012")
    till.turn(2)
    await till.next_price()
    spent = till.accountant.spending.today
    assert (spent.usd, spent.turns, spent.input_tokens) == (Decimal("0.0024"), 2, 2000)
    assert spent.is_whole


async def test_nothing_is_priced_while_an_answer_sounds(till: Till) -> None:
    till.tell(state(State.SPEAKING), ended(usage=USAGE), timed(timeline(first_audible=5)))
    await asyncio.sleep(0)
    assert till.accountant._working is None
    till.tell(state(State.READY))
    assert (await till.next_price()).usd == Decimal("0.0012")


async def test_a_count_that_comes_late_replaces_the_first(tmp_path: Path) -> None:
    stages = (*STAGES, Stage(Role.TRANSCRIPTION, "gpt-transcribe", OPENAI_URL))
    till = Till(tmp_path / "spending.json", stages)
    till.turn(1)
    assert (await till.next_price()).usd == Decimal("0.0012")
    late = UserText(turn=1, at=0.0, text="x", final=True, usage={"seconds": 60})
    till.tell(late)
    assert (await till.next_price()).usd == Decimal("0.0012")  # the count is told, not yet priced
    cost = await till.next_price()
    assert cost.usd == Decimal("0.0057")
    assert till.accountant.spending.today.usd == cost.usd
    assert till.accountant.spending.today.turns == 1
    await till.accountant.close()


async def test_the_count_of_a_reply_that_was_cut_is_waited_for(till: Till) -> None:
    till.tell(
        state(State.SPEAKING),
        Interrupted(turn=1, at=0.0, heard=()),
        state(State.READY),
        timed(timeline(first_audible=5)),
    )
    await asyncio.sleep(0)
    assert till.accountant._working is None
    till.tell(state(State.LISTENING, 2))
    till.tell(UsageTold(turn=1, at=0.0, usage=USAGE), state(State.READY, 2))
    assert (await till.next_price()).usd == Decimal("0.0012")
    spent = till.accountant.spending.today
    assert (spent.usd, spent.turns, spent.is_whole) == (Decimal("0.0012"), 1, True)


async def test_a_count_that_never_comes_is_not_waited_for_longer(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accountant, "LATE_COUNT_S", 0.01)
    till.tell(
        state(State.SPEAKING),
        Interrupted(turn=1, at=0.0, heard=()),
        state(State.READY),
        timed(timeline(first_audible=5)),
    )
    assert (await till.next_price()).uncounted == ("gpt-5.4-mini",)
    assert not till.accountant.spending.today.is_whole


async def test_the_day_counts_on_after_another_start(tmp_path: Path) -> None:
    path = tmp_path / "data" / "spending.json"
    first = Till(path)
    first.turn(1)
    await first.next_price()
    async with asyncio.timeout(10):
        while not path.exists():
            await asyncio.sleep(0.01)
    await first.accountant.close()
    second = Till(path)
    second.accountant.load()
    second.turn(1)
    await second.next_price()
    assert second.accountant.spending.today.usd == Decimal("0.0024")
    await second.accountant.close()


async def test_what_this_computer_does_is_no_part_of_the_day(tmp_path: Path) -> None:
    till = Till(tmp_path / "spending.json", (Stage(Role.ANSWER, "own", is_local=True),))
    till.turn(1)
    cost = await till.next_price()
    assert cost.is_local
    assert till.accountant.spending.today.turns == 0
    await till.accountant.close()
    assert not (tmp_path / "spending.json").exists()


async def test_a_turn_that_came_to_nothing_is_not_counted(till: Till) -> None:
    till.tell(
        state(State.THINKING),
        TurnFailed(turn=1, at=0.0, error=NoAnswerError(server="S", seconds=5)),
        state(State.FAILED),
        timed(timeline()),
    )
    till.turn(2)
    await till.next_price()
    assert till.accountant.spending.today.turns == 1


def test_yesterday_is_over(tmp_path: Path) -> None:
    path = tmp_path / "spending.json"
    days = [TODAY]
    spending = Spending(path, today=lambda: days[-1])
    spending.add(Cost(Decimal("0.5"), 10, 5))
    spending.save()
    days.append(date(2026, 3, 5))
    assert spending.load() is None
    spending.add(Cost(Decimal("0.1"), 1, 1, unpriced=("m",)))
    assert (spending.today.usd, spending.today.is_whole) == (Decimal("0.1"), False)


@pytest.mark.parametrize(
    "text",
    ["", "no json", "[]", "{}", '{"day": 3}', json.dumps({"day": "x", "usd": "NaN"}), "[" * 4000],
)
def test_a_file_that_says_nothing_counts_as_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "spending.json"
    path.write_text(text, "utf-8")
    assert Spending(path, today=lambda: TODAY).load() is None


def test_a_folder_that_cannot_be_written_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    spending = Spending(tmp_path / "file" / "spending.json", today=lambda: TODAY)
    spending.add(Cost(Decimal(1), 1, 1))
    spending.save()
    spending.save()
    assert spending.today.usd == 1


# --------------------------------------------------------------------------------------- the loop


async def test_the_loop_is_watched_in_a_turn_and_at_no_other_time() -> None:
    stalls: list[float] = []
    watch = LoopWatch(stalls.append)
    running = []
    for which in (State.READY, State.THINKING, State.SPEAKING):
        watch(state(which))
        running.append(watch.is_running)
    watch._due -= 0.2
    watch._look()
    watch(state(State.READY))
    running.append(watch.is_running)
    watch.stop()
    assert running == [False, True, True, False]
    assert max(stalls) >= 149
