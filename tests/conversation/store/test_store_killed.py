"""Killed in the middle of a word, of a wait, of an answer: the next start has it all."""

import random
from pathlib import Path

import pytest

from tests.support.killed import PHASES, kill_and_look


@pytest.mark.parametrize("phase", PHASES)
def test_after_a_kill_the_take_is_there_and_the_history_whole(tmp_path: Path, phase: str) -> None:
    for attempt in range(3):
        finding = kill_and_look(tmp_path / str(attempt), phase, random.uniform(0.0, 0.3))
        assert finding.is_database_whole
        assert finding.in_order
        assert finding.turns == finding.answered == 1
        if finding.lost_ms <= 100.0:
            break  # a busy machine may hold up the writer's thread
    if phase == "between":
        assert finding.found is None
    elif finding.said >= 6_000:  # shorter ones are slips of the finger
        assert finding.found is not None
        assert finding.lost_ms <= 100.0
