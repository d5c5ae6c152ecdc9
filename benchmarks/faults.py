"""What becomes of what was said, and of what was heard, when something breaks."""

from __future__ import annotations

import asyncio

from benchmarks import (
    faults_crashes,
    faults_echo,
    faults_fuzz,
    faults_heard,
    faults_kills,
    faults_stages,
)
from benchmarks.report import Result


def run(*, quick: bool = False) -> list[Result]:
    """Kill connections and the application, take the network away, interrupt replies, and let servers talk nonsense."""
    return [
        *asyncio.run(faults_kills.measure(each=1 if quick else 20, returns=3 if quick else 20)),
        *asyncio.run(faults_stages.measure(each=1 if quick else 20)),
        *faults_crashes.measure(5 if quick else 100),
        *asyncio.run(faults_heard.measure(each=6 if quick else 200)),
        *asyncio.run(faults_echo.measure(rooms=2 if quick else 24)),
        *asyncio.run(faults_fuzz.measure(each=300 if quick else 10_000)),
    ]
