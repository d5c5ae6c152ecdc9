"""What a soak reads off a process again and again, and how much of it grows."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import psutil

from voicedesk.core.memory import give_back

MB = 1e6


@dataclass(frozen=True, slots=True)
class Reading:
    """A process at one moment, without what it has done with.

    Attributes:
        at: Seconds since the soak began; turns where the clock is virtual.
        rss: Resident memory in MB.
        own: Of it, what was asked for at run time, MB: without programs and libraries, whose pages come and go.
        helpers: The same of the processes that it has started, MB.
        threads: Of the system, not of Python alone.
        tasks: Of asyncio.
        descriptors: Open files, sockets and pipes.
        objects: What Python's collector watches.
        widgets: Qt's objects below the window; 0 without one.
        stored: MB of the databases, their logs included.
    """

    at: float
    rss: float
    own: float
    helpers: float
    threads: int
    tasks: int
    descriptors: int
    objects: int
    widgets: int = 0
    stored: float = 0.0

    def as_json(self) -> dict[str, float]:
        """For another process."""
        return asdict(self)


def memory_of(pid: int | str) -> tuple[float, float]:
    """Resident memory of a process in MB, and what of it no file stands behind; nothing of one that has gone."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0, 0.0
    sizes = {
        line.split(":")[0]: float(line.split()[1]) * 1024 / MB
        for line in text.splitlines()
        if line.endswith(" kB")
    }
    return sizes["Rss"], sizes["Anonymous"]


def _entries(name: str) -> int:
    return sum(1 for _ in Path("/proc/self", name).iterdir())


def read(at: float, *, widgets: int = 0, store: Path | None = None) -> Reading:
    """Collect the garbage, give free memory back as the application does each minute, and look. On the loop."""
    gc.collect()
    give_back()
    rss, own = memory_of("self")
    helpers = [p for p in psutil.Process().children(recursive=True) if p.name() != "paplay"]
    stored = sum(path.stat().st_size for path in store.rglob("*.db*")) if store else 0
    return Reading(
        at=at,
        rss=rss,
        own=own,
        helpers=sum(memory_of(each.pid)[1] for each in helpers),
        threads=_entries("task"),
        tasks=len(asyncio.all_tasks()),
        descriptors=_entries("fd") - 1,  # that of looking
        objects=len(gc.get_objects()),
        widgets=widgets,
        stored=stored / MB,
    )


def slope(at: Sequence[float], values: Sequence[float]) -> float | None:
    """How much a value grows with each unit of ``at``: the middle of the slopes between all pairs (Theil and Sen).

    A step or a few outliers, such as a reading in the middle of an answer, do not move it.
    """
    x, y = np.array(at), np.array(values)
    first, second = np.triu_indices(len(x), 1)
    apart = x[second] - x[first]
    slopes = (y[second] - y[first])[apart > 0] / apart[apart > 0]
    return float(np.median(slopes)) if slopes.size else None
