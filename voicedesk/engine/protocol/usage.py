"""Tokens, counted the way the API bills them: sound by its length, text by its characters."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from voicedesk.engine.protocol.fields import Json
from voicedesk.engine.protocol.items import Item

INPUT_MS_PER_TOKEN = 100
OUTPUT_MS_PER_TOKEN = 50
CHARACTERS_PER_TOKEN = 4


@dataclass
class Tokens:
    """Tokens by modality."""

    text: int = 0
    audio: int = 0

    @property
    def total(self) -> int:
        """Both together."""
        return self.text + self.audio


def text_tokens(text: str) -> int:
    """About how many tokens a text is; 0 for none."""
    return math.ceil(len(text) / CHARACTERS_PER_TOKEN)


def output_audio_tokens(milliseconds: int) -> int:
    """Tokens of the assistant's sound."""
    return math.ceil(milliseconds / OUTPUT_MS_PER_TOKEN)


def input_tokens(instructions: str, tools: Sequence[Json], items: Iterable[Item]) -> Tokens:
    """Tokens of everything that a response is made from: the whole conversation, every time."""
    count = Tokens(text=text_tokens(instructions))
    if tools:
        count.text += text_tokens(json.dumps(tools))
    for item in items:
        count.text += text_tokens(item.arguments) + text_tokens(item.output)
        for part in item.parts:
            if part.kind in ("input_audio", "output_audio"):
                count.audio += math.ceil(part.sound_ms / INPUT_MS_PER_TOKEN)
            else:
                count.text += text_tokens(part.text or "")
    return count


def usage(given: Tokens, made: Tokens) -> Json:
    """The ``usage`` object of a response."""
    none = {"text_tokens": 0, "audio_tokens": 0, "image_tokens": 0}
    return {
        "total_tokens": given.total + made.total,
        "input_tokens": given.total,
        "output_tokens": made.total,
        "input_token_details": {
            "text_tokens": given.text,
            "audio_tokens": given.audio,
            "image_tokens": 0,
            "cached_tokens": 0,
            "cached_tokens_details": none,
        },
        "output_token_details": {"text_tokens": made.text, "audio_tokens": made.audio},
    }
