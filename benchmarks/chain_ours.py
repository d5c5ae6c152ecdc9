"""VoiceDesk's own chain with the stages that it uses for servers: run as a process, with ``cached`` as it is with its cache."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.chain_timing import RATE, SAMPLE_BYTES
from benchmarks.chain_turn import QUESTION, Turn, serve
from voicedesk.core.dialogue import ToolCall, ToolResult
from voicedesk.core.events import AudioDelta
from voicedesk.pipelines.base import no_history
from voicedesk.pipelines.classic import ClassicPipeline
from voicedesk.pipelines.classic_turn import Chain
from voicedesk.providers.chat import ChatThinker
from voicedesk.providers.http import HttpServer
from voicedesk.providers.profiles import QUIRKS, Address
from voicedesk.providers.speech import ServerVoice
from voicedesk.providers.stages import Hearing, Transcriber, Voice, Words
from voicedesk.providers.voice_cache import CachedVoice, VoiceCache

HELD_S = 0.3
"""A key is held for a while: time in which connections are warmed."""


class Typed:
    """A transcriber for questions that are typed."""

    model = "none"

    async def warm(self) -> None:
        """There is nothing to warm."""

    def begin(self, _words: Callable[[Words], None]) -> Hearing:
        raise RuntimeError("nothing is said")

    async def close(self) -> None:
        """There is nothing to close."""


async def no_tools(
    _calls: Sequence[ToolCall], _answered: Callable[[ToolResult], None]
) -> Sequence[ToolResult]:
    raise RuntimeError("the fake model calls no tools")


class Ours:
    """A pipeline for each pair of models, kept from turn to turn as the application keeps its own.

    With a folder, sound is kept in it.
    """

    def __init__(self, folder: Path | None) -> None:
        self._cache = VoiceCache(folder) if folder else None
        self._pipelines: dict[tuple[str, str], ClassicPipeline] = {}
        self._turns = 0

    def _voice(self, server: HttpServer, turn: Turn) -> Voice:
        voice = ServerVoice(server, name="fake", model=turn.voice, voice="alloy")
        return voice if self._cache is None else CachedVoice(voice, self._cache)

    async def _made(self, turn: Turn) -> ClassicPipeline:
        address = Address("fake", turn.base_url, "none", QUIRKS["compatible"])

        async def source() -> Address:
            return address

        server = HttpServer(source)
        chain = Chain(
            thinker=ChatThinker(server, turn.text),
            voice=self._voice(server, turn),
            history=no_history,
            instructions="",
            run_tools=no_tools,
        )
        transcriber: Transcriber = Typed()
        pipeline = ClassicPipeline(transcriber, chain, server="fake")
        await pipeline.open()
        return pipeline

    async def answer(self, turn: Turn) -> None:
        key = (turn.text, turn.voice)
        if key not in self._pipelines:
            self._pipelines[key] = await self._made(turn)
        pipeline = self._pipelines[key]
        self._turns += 1
        pipeline.begin_turn(self._turns)
        await asyncio.sleep(HELD_S)
        turn.begin()
        async for event in pipeline.end_turn(QUESTION):
            if isinstance(event, AudioDelta):
                turn.sound(len(event.pcm) / (RATE * SAMPLE_BYTES))

    async def end(self) -> None:
        for pipeline in self._pipelines.values():
            await pipeline.close()
        if self._cache is not None:
            await self._cache.close()


def main() -> None:
    """Answer turns until the input ends."""
    with tempfile.TemporaryDirectory() as folder:
        ours = Ours(Path(folder) if "cached" in sys.argv else None)
        serve(ours.answer, ours.end)


if __name__ == "__main__":
    main()
