"""The application is killed at random points of a turn: is the take found whole, and the database in order?"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.report import Result
from tests.support.killed import PHASES, RATE, Finding, kill_and_look
from voicedesk.conversation.take import MIN_TAKE_S


def measure(points: int = 100) -> list[Result]:
    """Kill a process ``points`` times, in each phase of a turn in turn, and start again each time."""
    chance = random.Random(9)
    findings = []
    for number in range(points):
        with tempfile.TemporaryDirectory() as folder:
            phase = PHASES[number % len(PHASES)]
            findings.append(kill_and_look(Path(folder), phase, chance.uniform(0.0, 0.6)))
    takes = [each for each in findings if each.said >= MIN_TAKE_S * RATE]
    how = f"kill -9 at {points} points of a turn, {len(takes)} of them with a take"
    return [
        Result("kill: takes lost", _count(takes, _is_lost), "", 0, note=how),
        Result("kill: most of a take missing", _worst(takes), "ms", 100),
        Result("kill: databases broken", _count(findings, _is_broken), "", 0),
    ]


def _is_lost(finding: Finding) -> bool:
    return finding.found is None or not finding.in_order


def _is_broken(finding: Finding) -> bool:
    return not finding.is_database_whole or finding.turns != finding.answered


def _count(findings: list[Finding], is_bad: Callable[[Finding], bool]) -> float:
    return float(sum(map(is_bad, findings)))


def _worst(takes: list[Finding]) -> float | None:
    return max((each.lost_ms for each in takes), default=None)
