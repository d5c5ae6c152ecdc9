"""What a turn cost: tokens as the server counted them, and dollars where a price is known.

It is an estimate. The prices come with the ``genai-prices`` package and are as old as its release; nothing is fetched.
The package is loaded with the first turn that may have cost anything, and that takes a tenth of a second: ``estimate``
is called on a thread.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from voicedesk.conversation.figures.stages import Role, Stage, Stages

SOUND_TOKENS_PER_S = 20.0
"""So many tokens a second of speech is that a model makes: one for 50 ms."""
CHARACTERS_PER_TOKEN = 4.0
_DATE = re.compile(r"-20\d\d-\d\d-\d\d$")


@dataclass(frozen=True, slots=True)
class Count:
    """What a stage used. Sound and cached tokens are part of the tokens; ``cached_audio`` is part of both.

    Attributes:
        seconds: Of sound, where a server counts that instead of tokens.
        characters: Of text that was spoken, where a server counts that.
    """

    input: int = 0
    output: int = 0
    input_audio: int = 0
    output_audio: int = 0
    cached: int = 0
    cached_audio: int = 0
    seconds: float = 0.0
    characters: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(
            *(getattr(self, part.name) + getattr(other, part.name) for part in fields(self))
        )


@dataclass(frozen=True, slots=True)
class Cost:
    """What a turn cost.

    Attributes:
        usd: In dollars, as far as it is known; None when no part of it is.
        input_tokens: As the servers counted them.
        output_tokens: The same.
        unpriced: Models whose price is not known.
        uncounted: Models of which the server did not say how much they did.
        is_local: Whether all of it was done on this computer, which costs nothing.
    """

    usd: Decimal | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    unpriced: tuple[str, ...] = ()
    uncounted: tuple[str, ...] = ()
    is_local: bool = False


@dataclass(frozen=True, slots=True)
class Used:
    """What one stage used; ``count`` None when nobody said."""

    stage: Stage
    count: Count | None


def count_of(usage: object) -> Count | None:
    """A server's own count, in any of the forms there are; None when it holds no number."""
    if not isinstance(usage, Mapping):
        return None
    given = _first(usage, "input_token_details", "input_tokens_details", "prompt_tokens_details")
    made = _first(
        usage, "output_token_details", "output_tokens_details", "completion_tokens_details"
    )
    cached = _mapping(given.get("cached_tokens_details"))
    count = Count(
        input=_number(usage, "input_tokens", "prompt_tokens"),
        output=_number(usage, "output_tokens", "completion_tokens"),
        input_audio=_number(given, "audio_tokens"),
        output_audio=_number(made, "audio_tokens"),
        cached=_number(given, "cached_tokens"),
        cached_audio=_number(cached, "audio_tokens"),
        seconds=_seconds(usage.get("seconds")),
    )
    return count if count != Count() else None


def used_by(
    stages: Stages,
    *,
    usage: Mapping[str, Any] | None,
    heard_usage: Mapping[str, Any] | None = None,
    take_ms: float | None = None,
    reply_ms: float = 0.0,
    characters: int = 0,
) -> list[Used]:
    """What each stage of a turn used.

    A voice is not counted by its server, and a transcription not always: their work is known from the sound.

    Args:
        stages: Who took part.
        usage: The count of the reply, as the pipeline told it.
        heard_usage: That of a transcription beside it.
        take_ms: Length of the take; None for a typed question, which nobody transcribes.
        reply_ms: Length of the sound that came.
        characters: Length of the words that came.
    """
    told = usage or {}
    result = []
    for stage in stages:
        match stage.role:
            case Role.ANSWER:
                count = count_of(usage)
            case Role.THINKING:
                count = _sum(told.get("thinking"))
            case Role.TRANSCRIPTION:
                count = count_of(heard_usage) or count_of(told.get("transcription"))
                if count is None and take_ms is None:
                    continue
                count = count or Count(seconds=(take_ms or 0.0) / 1000.0)
            case Role.SPEECH:
                count = Count(
                    input=round(characters / CHARACTERS_PER_TOKEN),
                    output=round(reply_ms / 1000.0 * SOUND_TOKENS_PER_S),
                    output_audio=round(reply_ms / 1000.0 * SOUND_TOKENS_PER_S),
                    characters=characters,
                )
        result.append(Used(stage, count))
    return result


def estimate(used: Iterable[Used]) -> Cost:
    """What that cost. Loads the prices when they are first needed: not on the loop's thread."""
    total: Decimal | None = None
    given = made = 0
    unpriced: list[str] = []
    uncounted: list[str] = []
    parts = list(used)
    for part in parts:
        count, stage = part.count, part.stage
        if stage.role is not Role.SPEECH and count is not None:
            given += count.input
            made += count.output
        if stage.is_local:
            continue
        if count is None:
            uncounted.append(stage.model)
            continue
        price = _price(stage, count)
        if price is None:
            unpriced.append(stage.model)
        else:
            total = (total or Decimal(0)) + price
    is_local = all(part.stage.is_local for part in parts)
    return Cost(
        Decimal(0) if is_local else total, given, made, tuple(unpriced), tuple(uncounted), is_local
    )


def _price(stage: Stage, count: Count) -> Decimal | None:
    """The price of what a model did, in dollars; None when it is not known."""
    import genai_prices  # a second of a slow machine: not before it is needed

    if count == Count():
        return Decimal(0)
    seconds = Decimal(str(round(count.seconds, 3)))
    numbers: dict[str, int | Decimal] = {
        "input_tokens": count.input,
        "output_tokens": count.output,
        "input_audio_tokens": count.input_audio,
        "output_audio_tokens": count.output_audio,
        "cache_read_tokens": count.cached,
        "cache_audio_read_tokens": count.cached_audio,
        "input_characters": count.characters,
        "audio_seconds": seconds,
        "input_audio_seconds": seconds,
    }
    usage = genai_prices.Usage(**{name: number for name, number in numbers.items() if number})
    for model in dict.fromkeys((stage.model, _DATE.sub("", stage.model))):
        try:
            found = genai_prices.calc_price(usage, model, provider_api_url=stage.base_url)
        except LookupError:  # neither this model nor, perhaps, this server is in the list
            continue
        except ValueError:  # a count that contradicts itself
            return None
        # A model that is paid for something else than what was counted is not for nothing.
        return found.total_price or None
    return None


def _sum(rounds: object) -> Count | None:
    counts = [count_of(each) for each in rounds] if isinstance(rounds, list) else []
    known = [count for count in counts if count is not None]
    return sum(known, Count()) if known else None


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _first(usage: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    return next((found for name in names if (found := _mapping(usage.get(name)))), {})


def _number(usage: Mapping[str, Any], *names: str) -> int:
    for name in names:
        value = usage.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return value
    return 0


def _seconds(value: object) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 0 < value < 1e6 else 0.0  # type: ignore[operator, arg-type] # a number
