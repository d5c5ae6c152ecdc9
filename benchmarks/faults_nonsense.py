"""What nonsense is made of, and what it costs."""

from __future__ import annotations

import asyncio
import json
import random
import traceback
from collections.abc import AsyncGenerator, Awaitable
from typing import Any

from voicedesk.core.errors import VoiceDeskError

LONGEST_S = 20.0
_STRANGE: list[Any] = [
    None,
    True,
    -1,
    1e308,
    "",
    "x" * 5000,
    [],
    {},
    [[[]]],
    {"a": {"b": None}},
    "\ud800",
]


class Mutator:
    """Changes a sensible value a little, or a lot."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def value(self, value: Any) -> Any:
        """The value with one thing in it changed."""
        if isinstance(value, dict) and value and self.chance.random() < 0.85:
            key = self.chance.choice(list(value))
            how = self.chance.random()
            if how < 0.2:
                return {name: each for name, each in value.items() if name != key}
            if how < 0.3:
                return {**value, key + "_": value[key]}
            return {**value, key: self.value(value[key])}
        if isinstance(value, list) and value and self.chance.random() < 0.7:
            index = self.chance.randrange(len(value))
            return [*value[:index], self.value(value[index]), *value[index:]]
        return self.chance.choice(_STRANGE)

    def text(self, text: str) -> str:
        """The text cut, or with a few characters changed."""
        if self.chance.random() < 0.3:
            return text[: self.chance.randrange(len(text) + 1)]
        letters = list(text)
        for _ in range(self.chance.randint(1, 4)):
            if letters:
                letters[self.chance.randrange(len(letters))] = chr(self.chance.randrange(1, 500))
        return "".join(letters)

    def event(self, event: dict[str, Any]) -> str:
        """An event as it goes over the wire."""
        mutated = json.dumps(self.value(event))
        return self.text(mutated) if self.chance.random() < 0.25 else mutated

    def data(self, body: bytes) -> bytes:
        """Bytes of which a few are others, cut anywhere."""
        changed = bytearray(body)
        for _ in range(self.chance.randint(0, 6)):
            if changed:
                changed[self.chance.randrange(len(changed))] = self.chance.randrange(256)
        if self.chance.random() < 0.4:
            return bytes(changed[: self.chance.randrange(len(changed) + 1)])
        return bytes(changed)

    def stream(self, events: list[dict[str, Any]]) -> bytes:
        """A body of server-sent events, of which something is wrong."""
        lines = [json.dumps(event) for event in events] + ["[DONE]"]
        index = self.chance.randrange(len(lines))
        lines[index] = self.event(events[index]) if index < len(events) else self.text(lines[index])
        body = "".join(f"data: {line}\n\n" for line in lines)
        if self.chance.random() < 0.3:
            body = self.text(body)
        return body.encode("utf-8", "surrogatepass")


class Toll:
    """What nonsense cost."""

    def __init__(self) -> None:
        self.hung = 0
        self.crashed: list[str] = []
        self.failed = 0

    async def read(self, work: AsyncGenerator[Any, None]) -> None:
        """Read to the end, or to a sentence."""

        async def to_the_end() -> None:
            async for _ in work:
                pass

        await self.pay(to_the_end())

    async def pay(self, work: Awaitable[Any]) -> None:
        """Wait for the end, or for a sentence."""
        try:
            async with asyncio.timeout(LONGEST_S):
                await work
        except VoiceDeskError:
            self.failed += 1
        except TimeoutError:
            self.hung += 1
        except Exception as error:  # noqa: BLE001 - anything but an error of ours is what is looked for
            self.crashed.append("".join(traceback.format_exception(error)))
