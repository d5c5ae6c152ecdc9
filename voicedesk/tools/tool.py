"""What a tool is: a description for the model, a coroutine, and where it acts for the user, a question asked first."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from voicedesk.providers.stages import ToolSpec

Arguments = Mapping[str, Any]
"""What a tool is called with: checked against its schema, optional ones that were left out are missing."""

TIMEOUT_S = 10.0
"""How long a tool may run, seconds; the wait for the user's answer is not counted."""


class ToolError(Exception):
    """A tool cannot do what it was asked. ``str`` is a sentence without its stop, for the model to tell."""


class DeclinedError(ToolError):
    """The user did not allow it."""


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What the user is asked before a tool acts.

    Attributes:
        question: One of the package's fixed English sentences, so that the window can translate it.
        detail: What it is about, shown as it is: an address, say. May be empty.
    """

    question: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Tool:
    """A function that a model may call.

    Attributes:
        spec: What the model is told about it.
        run: Does it. Gives text for the model, JSON by convention; raises ToolError with what went wrong.
        confirm: What the user is asked first, from the arguments; None for a tool that only looks or reckons. Raises
            ToolError where the arguments make no sense, so that nobody is asked in vain.
        timeout_s: How long ``run`` may take.
    """

    spec: ToolSpec
    run: Callable[[Arguments], Awaitable[str]]
    confirm: Callable[[Arguments], Confirmation] | None = None
    timeout_s: float = TIMEOUT_S

    @property
    def name(self) -> str:
        """What the model calls it by."""
        return self.spec.name


def told(**result: object) -> str:
    """A result for the model: a JSON object, letters of all languages as they are."""
    return json.dumps(result, ensure_ascii=False)
