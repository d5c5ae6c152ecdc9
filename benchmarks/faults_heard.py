"""Replies interrupted or killed at any moment: what counts as heard, beside the recording of what sounded.

The replies are real speech, whose maker tells to the sample where each word begins. A word was heard when its last
audible sample is in the recording; a word that was cut counts for none.
"""

from __future__ import annotations

import asyncio
import math
import random
import re
import tempfile
from collections import deque
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.faults_desk import Desk, desk_on, realtime_on
from benchmarks.report import Result
from benchmarks.spoken import Spoken, spoken
from tests.support.realtime_server import ScriptedServer, Session, pcm_delta
from voicedesk.audio.files import FileSpeaker, read_wav
from voicedesk.audio.io import RATE
from voicedesk.core.dialogue import Dialogue, Role
from voicedesk.core.errors import VoiceError
from voicedesk.core.events import AudioKey, Heard, Interrupted, Sounded
from voicedesk.core.placed import Placed, Speech
from voicedesk.core.timeline import percentile
from voicedesk.core.turn import State
from voicedesk.pipelines.base import no_tools
from voicedesk.pipelines.classic import ClassicPipeline
from voicedesk.pipelines.classic_turn import Chain
from voicedesk.providers.profiles import Quirks
from voicedesk.providers.stages import (
    Hearing,
    Question,
    TextPiece,
    Thought,
    ThoughtEnded,
    VoiceIdentity,
    Words,
)

TEXTS = (
    "The lighthouse was built in 1862, and for ninety years a family of keepers lived there; today it is a small museum.",
    "To make the dough, mix 500 grams of flour with water, salt and a little yeast, then let it rest for two hours.",
    "Yes, of course. Your train leaves at 14:35 from platform 7, but it is about ten minutes late today.",
    "Whales are not fish: they breathe air, they are warm, and they feed their young with milk.",
    "Dr. Miller said that the results are fine, so there is no need to worry about the medicine any more.",
    "I would begin with the roof because the rain that comes through it does the most harm to everything below.",
    "That is $24.50 in total, i.e. about 22 euros. Shall I order it for you?",
    "Blue. Green. A very dark violet. And, if I had to choose only one of them, probably the colour of the sea.",
)
"""What is answered: long and short sentences, figures, abbreviations, clauses with and without a comma."""
PACES = (175, 140, 220)  # words a minute
SIDE_BY_SIDE = 6
PIECE_S = 0.2
TIMES_REAL = 4.0
"""How much faster than it sounds a reply is made."""
AHEAD_S = 1.0
"""By how much a realtime server's words run ahead of their sound."""
_FADE = RATE * 14 // 1000
_PIECE = RATE // 100


@dataclass(slots=True)
class Answer:
    """What is answered in one turn, and what was said of it, in order.

    Attributes:
        text: The words.
        pace: Words a minute.
        is_told: Whether the voice tells where its words lie.
        said: The sound that was made.
        fails: How it fails; one of ``FAILURES``, and never by default. A voice has but one way.
        fails_at_ms: After how much of its sound.
    """

    text: str
    pace: int
    is_told: bool
    fails: str = ""
    fails_at_ms: float = math.inf
    said: list[Spoken] = field(default_factory=list)

    def whole_words(self, sounded_ms: float) -> int:
        """How many words were over when so much had sounded."""
        count, before = 0, 0.0
        for part in self.said:
            count += sum(before + ms <= sounded_ms for ms in part.ends_ms)
            before += len(part.pcm) / PIECE_BYTES_A_MS
        return count


PIECE_BYTES_A_MS = RATE * 2 / 1000
FAILURES = ("killed", "failed", "incomplete")
"""The connection goes; the server fails; the answer becomes too long, which is told when its end has been."""


def _until(pcm: bytes, ms: float) -> bytes:
    """So much of a sound, whole samples."""
    return pcm[: int(ms * RATE / 1000.0) * 2] if ms < len(pcm) / PIECE_BYTES_A_MS else pcm


def _pieces(pcm: bytes) -> list[bytes]:
    size = int(PIECE_S * RATE) * 2
    return [pcm[start : start + size] for start in range(0, len(pcm), size)]


@dataclass(slots=True)
class Cuts:
    """What came of the cuts.

    Attributes:
        errors: How far the heard position is from the recording, in milliseconds.
        too_many: Words that were kept beyond those that were over, in the recording.
    """

    errors: list[float] = field(default_factory=list)
    too_many: list[int] = field(default_factory=list)

    @property
    def missing(self) -> list[float]:
        """Words that were over and were not kept."""
        return [float(max(0, -count)) for count in self.too_many]


class _Server:
    """A realtime server that speaks, its words ahead of their sound or in step with it."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    async def reply(self, session: Session) -> None:
        """Answer."""
        response = await session.begin()
        ids = {
            "response_id": response,
            "item_id": session.server.next_id("item"),
            "content_index": 0,
        }
        speech = spoken(self._answer.text, self._answer.pace)
        self._answer.said.append(speech)
        words = deque(zip(speech.text.split(), speech.begins_ms, strict=True))
        sent, left = 0.0, self._answer.fails_at_ms
        for piece in self._cut(speech):
            pcm = _until(piece, left - sent)
            until = sent + 1.0 if self._answer.is_told else sent + (PIECE_S + AHEAD_S) * 1000.0
            while words and words[0][1] < until:
                name = "response.output_audio_transcript.delta"
                await session.send({"type": name, **ids, "delta": words.popleft()[0] + " "})
            name = "response.output_audio.delta"
            await session.send({"type": name, **ids, "delta": pcm_delta(pcm)})
            sent += len(pcm) / PIECE_BYTES_A_MS
            if len(pcm) < len(piece):
                break
            await asyncio.sleep(len(pcm) / PIECE_BYTES_A_MS / 1000.0 / TIMES_REAL)
        await self._end(session, ids, speech)

    async def _end(self, session: Session, ids: Mapping[str, Any], speech: Spoken) -> None:
        if self._answer.fails == "killed":
            session.socket.transport.abort()
            return
        if self._answer.fails == "failed":
            await session.done("failed")
            return
        name = "response.output_audio.done"
        await session.send({"type": name, **ids})
        name = "response.output_audio_transcript.done"
        await session.send({"type": name, **ids, "transcript": speech.text})
        if self._answer.fails:
            details = {"type": "incomplete", "reason": "max_output_tokens"}
            await session.done("incomplete", status_details=details)
        else:
            await session.done()

    def _cut(self, speech: Spoken) -> list[bytes]:
        if not self._answer.is_told:
            return _pieces(speech.pcm)
        places = sorted({int(ms * RATE / 1000.0) * 2 for ms in speech.begins_ms} | {0})
        stops = [*places[1:], len(speech.pcm)]
        return [
            piece
            for start, stop in zip(places, stops, strict=True)
            for piece in _pieces(speech.pcm[start:stop])
        ]


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
    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    async def think(self, _question: Question) -> AsyncGenerator[Thought, None]:
        for word in self._answer.text.split():
            yield TextPiece(word + " ")
            await asyncio.sleep(0.01)
        yield ThoughtEnded()


class _Voice(_Deaf):
    identity = VoiceIdentity("fake", "fake", "fake")

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    async def speak(self, text: str) -> AsyncGenerator[bytes, None]:
        speech = spoken(text, self._answer.pace)
        before = sum(len(part.pcm) for part in self._answer.said) / PIECE_BYTES_A_MS
        left = max(0.0, self._answer.fails_at_ms - before)
        self._answer.said.append(speech)
        ends = [match.end() for match in re.finditer(r"\S+", text)]
        words = [Placed(*each) for each in zip(ends, speech.begins_ms, speech.ends_ms, strict=True)]
        sent = 0.0
        for pcm in _pieces(_until(speech.pcm, left)):
            until = sent + len(pcm) / PIECE_BYTES_A_MS
            begun = [word for word in words if sent <= word.begins_ms < until]
            yield Speech(pcm, begun) if self._answer.is_told else pcm
            sent = until
            await asyncio.sleep(PIECE_S / TIMES_REAL)
        if sent < len(speech.pcm) / PIECE_BYTES_A_MS:
            raise VoiceError("it died", reason="the voice has stopped")


@asynccontextmanager
async def _realtime(answer: Answer, speaker: FileSpeaker) -> AsyncGenerator[Desk, None]:
    dialogue = Dialogue()
    quirks = Quirks(words_in_step=answer.is_told)
    async with ScriptedServer() as server:
        server.default = _Server(answer).reply
        pipeline = realtime_on(lambda: server.base_url, dialogue, quirks=quirks)
        async with desk_on(pipeline, dialogue, speaker) as desk:
            yield desk


@asynccontextmanager
async def _classic(answer: Answer, speaker: FileSpeaker) -> AsyncGenerator[Desk, None]:
    dialogue = Dialogue()
    chain = Chain(
        thinker=_Thinker(answer),
        voice=_Voice(answer),
        history=dialogue.before,
        instructions="",
        run_tools=no_tools,
    )
    async with desk_on(ClassicPipeline(_Deaf(), chain, server="fake"), dialogue, speaker) as desk:
        yield desk


Opened = Callable[[Answer, FileSpeaker], AbstractAsyncContextManager[Desk]]


async def _interrupt_one(
    opened: Opened, answer: Answer, path: Path, after: float
) -> tuple[float, int] | None:
    """Milliseconds by which the heard position is off, and words that were kept beyond those that were over.

    A reply that fails is left alone, any other is cut ``after`` so many seconds. None if the machine was so slow that
    it was over before that.
    """
    async with opened(answer, FileSpeaker(path)) as desk:
        desk.conductor.ask("Tell me")
        await desk.until(lambda: desk.conductor.state is State.SPEAKING)
        if not answer.fails:
            await asyncio.sleep(after)
            if desk.conductor.state is not State.SPEAKING:
                return None
            desk.conductor.press()
        await desk.until(lambda: any(isinstance(event, Interrupted) for event in desk.events))
        if not answer.fails:
            desk.conductor.cancel()
        await desk.rest()
        text = next((m.text for m in desk.dialogue if m.role is Role.ASSISTANT), "")
        told: dict[AudioKey, Heard] = {}
        for event in desk.events:
            if isinstance(event, Sounded):
                told[event.heard.key] = event.heard
            elif isinstance(event, Interrupted):
                told |= {part.key: part for part in event.heard}
    if not answer.text.startswith(text):
        raise AssertionError(f"kept what was never said: {text!r}")
    made = b"".join(part.pcm for part in answer.said)
    sounded = _sounded_ms(np.frombuffer(read_wav(path), dtype="<i2"), made)
    sounded = min(sounded, answer.fails_at_ms)  # the rest rounds off the end, and was never sent
    heard = sum(part.heard_ms for part in told.values())
    return heard - sounded, len(text.split()) - answer.whole_words(sounded)


def _sounded_ms(recording: npt.NDArray[np.int16], made: bytes) -> float:
    """How much of what was made is in the recording, whose end fades and which may have holes with rounded edges.

    A piece before the fade is looked for in what was made; its like is nowhere else, for there is hiss in it.
    """
    audible = np.flatnonzero(recording)
    last = int(audible[-1]) + 1 if audible.size else 0
    for end in range(last - _FADE, _PIECE, -_PIECE // 2):
        place = made.find(recording[end - _PIECE : end].tobytes())
        if place >= 0 and place % 2 == 0:
            after = np.count_nonzero(recording[end:last])
            return float(place // 2 + _PIECE + after) * 1000.0 / RATE
    return last * 1000.0 / RATE  # hardly anything sounded


async def _interrupt(
    opened: Opened, count: int, folder: Path, *, is_told: bool, fails: bool = False
) -> Cuts:
    cuts, chance = Cuts(), random.Random(11)
    answers = [
        Answer(TEXTS[number % len(TEXTS)], PACES[number // len(TEXTS) % len(PACES)], is_told)
        for number in range(count)
    ]
    lengths = [len(spoken(answer.text, answer.pace).pcm) / 2 / RATE for answer in answers]
    moments = [chance.uniform(0.2 if fails else 0.0, length - 0.3) for length in lengths]
    for number, answer in enumerate(answers if fails else ()):
        answer.fails = FAILURES[number % len(FAILURES)]
        answer.fails_at_ms = moments[number] * 1000.0

    async def some(first: int) -> None:
        for number in range(first, count, SIDE_BY_SIDE):
            path = folder / f"{opened.__name__}-{is_told}-{fails}-{number}.wav"
            found = None
            while found is None:
                answers[number].said.clear()
                found = await _interrupt_one(opened, answers[number], path, moments[number])
            cuts.errors.append(abs(found[0]))
            cuts.too_many.append(found[1])

    await asyncio.gather(*(some(first) for first in range(SIDE_BY_SIDE)))
    return cuts


def _results(cuts: Cuts, mode: str, cut: str = "cut") -> list[Result]:
    how = f"{len(cuts.errors)} replies {cut} at random, against the recording of what was played"
    return [
        Result(
            f"heard position against the sound, {mode}, worst",
            max(cuts.errors),
            "ms",
            5.0,
            note=how,
        ),
        Result(
            f"heard position against the sound, {mode}, p50", percentile(cuts.errors, 0.5), "ms"
        ),
        Result(
            f"words kept beyond those that sounded, {mode}, most",
            float(max(cuts.too_many)),
            "words",
            1.0,
        ),
        Result(
            f"words that sounded and were not kept, {mode}, p50",
            percentile(cuts.missing, 0.5),
            "words",
        ),
        Result(
            f"words that sounded and were not kept, {mode}, p95",
            percentile(cuts.missing, 0.95),
            "words",
        ),
    ]


async def measure(*, each: int) -> list[Result]:
    """Interrupt and kill replies of both pipelines, by voices that tell where their words lie and by others."""
    results: list[Result] = []
    with tempfile.TemporaryDirectory() as name:
        for opened, mode in ((_realtime, "realtime"), (_classic, "classic")):
            cuts = await _interrupt(opened, each, Path(name), is_told=False)
            results += _results(cuts, mode)
            cuts = await _interrupt(opened, max(3, each // 4), Path(name), is_told=True)
            results += _results(cuts, f"{mode} with a voice that tells")
            cuts = await _interrupt(
                opened, max(3, each // 2), Path(name), is_told=False, fails=True
            )
            results += _results(cuts, f"{mode} killed", "killed")
            cuts = await _interrupt(opened, max(3, each // 8), Path(name), is_told=True, fails=True)
            results += _results(cuts, f"{mode} killed with a voice that tells", "killed")
    return results
