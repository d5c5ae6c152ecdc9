"""Reading and changing one setting by its path."""

from __future__ import annotations

from typing import Any

from voicedesk.core.settings import Settings


def read(settings: Settings, path: str) -> Any:
    """The value at a path such as "talk.tail_ms"; of an empty path all settings."""
    value: Any = settings
    for name in path.split(".") if path else ():
        value = getattr(value, name)
    return value


def with_value(settings: Settings, path: str, value: object) -> Settings:
    """New settings with another value at a path; the old ones are left as they are.

    Raises:
        pydantic.ValidationError: The value does not fit.
    """
    result = settings.model_copy(deep=True)
    section, _, name = path.rpartition(".")
    setattr(read(result, section), name, value)
    return result
