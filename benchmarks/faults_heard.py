"""Replies interrupted at any moment: what counts as heard, beside the recording of what sounded."""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks.faults_desk import Desk, desk_on, realtime_on
from benchmarks.report import Result
from tests.support.realtime_server import ScriptedServer, Session, pcm_delta
from voicedesk.audio.files import FileSpeaker, read_wav
from voicedesk.audio.io import RATE
from voicedesk.core.dialogue import Dialogue, Role
from voicedesk.core.events import Interrupted
from voicedesk.core.timeline import percentile
from voicedesk.core.turn import State
from voicedesk.pipelines.base import no_tools
from voicedesk.pipelines.classic import ClassicPipeline
from voicedesk.pipelines.classic_turn import Chain
from voicedesk.providers.stages import (
    Hearing,
    Question,
    TextPiece,
    Thought,
    ThoughtEnded,
    VoiceIdentity,
    Words,
)

WORDS = [f"word{number}" for number in range(10, 40)]  # all of one length
WORD_S = 0.12
SIDE_BY_SIDE = 4
_CHANCE = np.random.default_rng(3)


def _word() -> bytes:
    """Sound with no sample of silence in it, so that what sounded can be counted."""
    samples = _CHANCE.integers(2000, 9000, int(WORD_S * RATE)) * _CHANCE.choice([-1, 1])
    return bytes(samples.astype("<i2").tobytes())


SOUND = [_word() for _ in WORDS]


@dataclass(slots=True)
class Cuts:
    """How far the figures are from the recording, in milliseconds, and how many words too many were kept."""

    errors: list[float] = field(default_factory=list)
    too_many: list[int] = field(default_factory=list)


async def _reply(session: Session) -> None:
    response = await session.begin()
    ids = {"response_id": response, "item_id": session.server.next_id("item"), "content_index": 0}
    for word, pcm in zip(WORDS, SOUND, strict=True):
        name = "response.output_audio_transcript.delta"
        await session.send({"type": name, **ids, "delta": word + " "})
        await session.send({"type": "response.output_audio.delta", **ids, "delta": pcm_delta(pcm)})
    await session.done()


class _Deaf:
    """Nothing is said aloud here."""

    model = "none"

    async def warm(self) -> None:
        """There is nothing to warm."""

    def begin(self, _words: Callable[[Words], None]) -> Hearing:
        return _Nothing()

    async def close(self) -> None:
        """There is nothing to close."""


class _Nothing:
    def feed(self, pcm: bytes) -> None:
        del pcm

    async def finish(self) -> Words:
        return Words("")

    async def cancel(self) -> None:
        """There is nothing to cancel."""


class _Thinker(_Deaf):
    async def think(self, _question: Question) -> AsyncGenerator[Thought, None]:
        for number, word in enumerate(WORDS, 1):
            yield TextPiece(word + (". " if number % 10 == 0 else " "))
        yield ThoughtEnded()


class _Voice(_Deaf):
    identity = VoiceIdentity("fake", "fake", "fake")

    async def speak(self, text: str) -> AsyncGenerator[bytes, None]:
        for word in text.split():
            yield SOUND[WORDS.index(word.strip(".,"))]


@asynccontextmanager
async def _realtime(speaker: FileSpeaker) -> AsyncGenerator[Desk, None]:
    dialogue = Dialogue()
    async with ScriptedServer() as server:
        server.default = _reply
        async with desk_on(
            realtime_on(lambda: server.base_url, dialogue), dialogue, speaker
        ) as desk:
            yield desk


@asynccontextmanager
async def _classic(speaker: FileSpeaker) -> AsyncGenerator[Desk, None]:
    dialogue = Dialogue()
    chain = Chain(
        thinker=_Thinker(),
        voice=_Voice(),
        history=dialogue.before,
        instructions="",
        run_tools=no_tools,
    )
    async with desk_on(ClassicPipeline(_Deaf(), chain, server="fake"), dialogue, speaker) as desk:
        yield desk


Opened = Callable[[FileSpeaker], AbstractAsyncContextManager[Desk]]


async def _interrupt_one(opened: Opened, path: Path, after: float) -> tuple[float, int]:
    """Milliseconds by which the heard position is off, and words that were kept beyond those that sounded."""
    async with opened(FileSpeaker(path)) as desk:
        desk.conductor.ask("Tell me the words")
        await desk.until(lambda: desk.conductor.state is State.SPEAKING)
        await asyncio.sleep(after)
        desk.conductor.press()
        await desk.until(lambda: any(isinstance(event, Interrupted) for event in desk.events))
        desk.conductor.cancel()
        await desk.rest()
        cut = next(event for event in desk.events if isinstance(event, Interrupted))
        text = next((m.text for m in desk.dialogue if m.role is Role.ASSISTANT), "")
    sounded = np.count_nonzero(np.frombuffer(read_wav(path), dtype="<i2")) / RATE
    heard = sum(part.heard_ms for part in cut.heard)
    return heard - sounded * 1000.0, len(text.split()) - int(sounded / WORD_S)


async def _interrupt(opened: Opened, count: int, folder: Path) -> Cuts:
    cuts, chance = Cuts(), random.Random(11)
    moments = [chance.uniform(0.0, len(WORDS) * WORD_S - 0.3) for _ in range(count)]

    async def some(first: int) -> None:
        for number in range(first, count, SIDE_BY_SIDE):
            path = folder / f"{opened.__name__}-{number}.wav"
            error, extra = await _interrupt_one(opened, path, moments[number])
            cuts.errors.append(abs(error))
            cuts.too_many.append(extra)

    await asyncio.gather(*(some(first) for first in range(SIDE_BY_SIDE)))
    return cuts


async def measure(*, each: int) -> list[Result]:
    """Interrupt replies of both pipelines."""
    results: list[Result] = []
    with tempfile.TemporaryDirectory() as name:
        for opened, mode in ((_realtime, "realtime"), (_classic, "classic")):
            cuts = await _interrupt(opened, each, Path(name))
            how = f"{each} replies cut at random, against the recording of what was played"
            results += [
                Result(
                    f"heard position against the sound, {mode}, worst",
                    max(cuts.errors),
                    "ms",
                    5.0,
                    note=how,
                ),
                Result(
                    f"heard position against the sound, {mode}, p50",
                    percentile(cuts.errors, 0.5),
                    "ms",
                ),
                Result(
                    f"words kept beyond those that sounded, {mode}, most",
                    float(max(cuts.too_many)),
                    "words",
                    1.0,
                ),
            ]
    return results
