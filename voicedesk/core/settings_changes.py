"""What the user changes among settings of which some are in use only for now."""

from __future__ import annotations

from typing import Any

from voicedesk.core.settings import Settings


def with_change(kept: Settings, before: Settings, after: Settings) -> Settings:
    """``kept``, with all that differs between ``before`` and ``after`` and nothing else of either.

    Args:
        kept: What the file holds.
        before: What was in use, maybe with another pipeline or server than ``kept``.
        after: The same, after the user has changed something.
    """
    if kept == before:
        return after
    return Settings.model_validate(
        _changed(*(settings.model_dump(mode="json") for settings in (kept, before, after)))
    )


def _changed(kept: dict[str, Any], before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    result = {name: value for name, value in kept.items() if name in after or name not in before}
    for name, value in after.items():
        old = before.get(name)
        if isinstance(value, dict) and isinstance(old, dict) and isinstance(kept.get(name), dict):
            result[name] = _changed(kept[name], old, value)
        elif name not in before or value != old:
            result[name] = value
    return result
