"""Which models a server says that it has, and what each of them is likely to be for."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from voicedesk.providers.failures import as_mapping
from voicedesk.providers.presets import Stage
from voicedesk.providers.profiles import Quirks
from voicedesk.providers.retirement import shutdown_date, told_date

LONGEST_LIST = 4 * 1024 * 1024
"""Bytes of a list of models; what is longer is none."""
_MOST_MODELS = 2000
_LONGEST_ID = 200

_SIGNS: dict[Stage, re.Pattern[str]] = {
    "realtime": re.compile(r"realtime(?!.*(whisper|translate))|grok-voice|speech-to-speech"),
    "live": re.compile(r"live-transcri|realtime-whisper|voxtral.*realtime|-ears\b"),
    "transcription": re.compile(
        r"(?<!live-)transcri|whisper|\bstt\b|\basr\b|parakeet|voxtral|canary|-ears\b"
    ),
    "speech": re.compile(
        r"\btts\b|kokoro|piper|bark\b|orpheus|chatterbox|text-to-speech|k-voice\b"
    ),
}
_NO_WORDS = re.compile(
    r"embed|rerank|moderation|image|dall-e|sora|diffusion|flux|vad\b|clip\b|guard|realtime|voice\b"
)


@dataclass(frozen=True, slots=True)
class ListedModel:
    """A model that a server has.

    Attributes:
        id: Its name.
        shutdown: The day on which it is shut down; None when none is known.
    """

    id: str
    shutdown: date | None = None


async def read_list(chunks: AsyncIterator[bytes]) -> bytes:
    """The body of a list, empty when it is longer than any."""
    body = bytearray()
    async for chunk in chunks:
        body += chunk
        if len(body) > LONGEST_LIST:
            return b""
    return bytes(body)


def listed_models(body: bytes, quirks: Quirks) -> tuple[ListedModel, ...]:
    """The models of a list as ``GET /models`` gives it, sorted; none where it makes no sense."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return ()
    entries = as_mapping(data).get("data", data)
    models: dict[str, ListedModel] = {}
    for entry in entries if isinstance(entries, list) else ():
        told = as_mapping(entry)
        name = told.get("id") or told.get("name")
        if isinstance(name, str) and 0 < len(name) <= _LONGEST_ID and len(models) < _MOST_MODELS:
            models[name] = ListedModel(name, _shutdown(name, told, quirks))
    return tuple(sorted(models.values(), key=lambda model: model.id.lower()))


def _shutdown(name: str, told: Mapping[str, Any], quirks: Quirks) -> date | None:
    said = told_date(told.get("shutdown_date"))
    return said or (shutdown_date(name) if quirks.retires_models else None)


def likely_model(stage: Stage, models: Sequence[ListedModel], usual: str = "") -> str:
    """A model to try a stage with: the usual one if it is there or the list is empty, else one that sounds like it.

    Empty when there is none. Models that are about to be shut down come last.
    """
    names = [model.id for model in sorted(models, key=lambda model: model.shutdown is not None)]
    if usual and (usual in names or not names):
        return usual
    if stage != "thinking":
        return next((name for name in names if _SIGNS[stage].search(name.lower())), "")
    others = (*_SIGNS.values(), _NO_WORDS)
    fitting = (n for n in names if not any(sign.search(n.lower()) for sign in others))
    return next(fitting, "")
