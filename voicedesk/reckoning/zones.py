"""Time zones by the names that people and models give them."""

from __future__ import annotations

import zoneinfo
from functools import lru_cache


@lru_cache(maxsize=1)
def _zones() -> dict[str, str]:
    """Keys of the time zone database by plain names; empty where the system has none."""
    zones: dict[str, str] = {}
    names = sorted(zoneinfo.available_timezones())
    for name in names:
        region, _, city = name.rpartition("/")
        if region and region != "Etc":
            zones.setdefault(_plain(city), name)
    return zones | {_plain(name): name for name in names}


def _plain(name: str) -> str:
    return " ".join(name.replace("_", " ").lower().split())


def find_zone(name: str) -> zoneinfo.ZoneInfo | None:
    """A zone by its key ("Asia/Tokyo") or its city ("tokyo", "new york"); None if it is not known."""
    key = _zones().get(_plain(name))
    if key is None:
        return None
    try:
        return zoneinfo.ZoneInfo(key)
    except (zoneinfo.ZoneInfoNotFoundError, OSError, ValueError):
        return None  # listed, but its file is damaged or gone
