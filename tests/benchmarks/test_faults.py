"""The faults that scripts/bench measures, each a few times: their bounds hold whatever the machine."""

import pytest

from benchmarks import faults_fuzz, faults_heard, faults_kills, faults_stages
from benchmarks.report import Result
from voicedesk.pipelines import realtime


def missed(results: list[Result]) -> list[str]:
    """Figures that count and are out of bounds; how fast and how big is the machine's business."""
    counted = [result for result in results if result.unit not in {"ms", "MB"}]
    assert len(counted) >= 2
    return [f"{result.name}: {result.value}" for result in counted if result.holds is False]


async def test_no_take_is_lost_or_answered_twice_whenever_the_connection_dies() -> None:
    results = await faults_kills.measure(each=1, returns=1)
    assert missed(results) == []
    answered = sum(result.value or 0 for result in results[:2])
    assert answered == 9


async def test_no_take_is_lost_or_answered_twice_whichever_stage_of_the_chain_dies() -> None:
    results = await faults_stages.measure(each=1)
    assert missed(results) == []
    answered, offered = (result.value or 0 for result in results[:2])
    assert answered + offered == 18
    assert offered >= 3  # what has begun to be answered is not asked again by itself


async def test_no_more_is_kept_than_was_heard() -> None:
    results = await faults_heard.measure(each=2)
    assert missed(results) == []
    assert all(result.holds for result in results if result.unit == "ms" and result.bound)


async def test_nonsense_costs_a_turn_and_nothing_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(realtime, "PROGRESS_TIMEOUT", realtime.PROGRESS_TIMEOUT)  # put back after
    assert missed(await faults_fuzz.measure(each=200)) == []
