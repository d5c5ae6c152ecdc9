"""Ten thousand turns on a virtual clock, in a process of their own: run by ``benchmarks.soak``, prints lines of JSON.

Everything but the window is the application's: conductor, pipelines, speaker, store, figures. The realtime server is a
scripted one behind a socket, the stages of the classic chain are scripted too, and so is the person who talks.
"""

from __future__ import annotations

from benchmarks import soak_clock

soak_clock.install()

import asyncio  # noqa: E402 - the clock comes first
import json  # noqa: E402
import random  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
from collections.abc import AsyncGenerator, Callable  # noqa: E402
from typing import Any  # noqa: E402

import numpy as np  # noqa: E402

from benchmarks.soak_microphone import ToldMicrophone  # noqa: E402
from benchmarks.soak_readings import read  # noqa: E402
from tests.support.realtime_server import ScriptedServer, Session, pcm_delta  # noqa: E402
from voicedesk.audio.io import RATE  # noqa: E402
from voicedesk.audio.output import BufferedOutput  # noqa: E402
from voicedesk.conversation.storage import Folders  # noqa: E402
from voicedesk.core.clock import now  # noqa: E402
from voicedesk.core.events import Event, StateChanged  # noqa: E402
from voicedesk.core.settings import Server, Settings  # noqa: E402
from voicedesk.core.turn import State  # noqa: E402
from voicedesk.desk import Desk  # noqa: E402
from voicedesk.pipelines.base import no_tools  # noqa: E402
from voicedesk.pipelines.classic import ClassicPipeline  # noqa: E402
from voicedesk.pipelines.classic_turn import Chain  # noqa: E402
from voicedesk.providers.stages import (  # noqa: E402
    Hearing,
    Question,
    TextPiece,
    Thought,
    ThoughtEnded,
    VoiceIdentity,
    Words,
)

EVERY_S = 10.0
SAME_MODE = 50
"""Turns on one pipeline before the other takes its place."""
READ_EVERY = 100
BLOCK_S = 0.01
SPEECH = np.random.default_rng(1).normal(0, 3000, RATE // 50).astype("<i2").tobytes()
WORD_S = 0.05
AT_REST = frozenset({State.READY, State.FAILED})
_CHANCE = random.Random(7)


def answer_of(number: int) -> list[str]:
    """An answer of its own for each turn: what is kept of one must not hide what is kept of all."""
    return [f"word{number}x{place} " for place in range(8)]


class Person(ToldMicrophone):
    """A microphone, and who talks into it by the loop's clock."""

    async def end(self, at: float, *, through: float | None = None) -> None:
        await asyncio.sleep(max(0.0, at - now()))
        await super().end(at, through=through)

    async def speak(self, blocks: int = 20) -> None:
        for _ in range(blocks):
            at = now()
            await asyncio.sleep(0.02)
            self.hear(SPEECH, at)


class Loudspeaker(BufferedOutput):
    """The application's output on a device that asks for blocks by the loop's clock, while somebody listens."""

    def __init__(self) -> None:
        super().__init__("Scripted")
        self._block = np.zeros(round(BLOCK_S * RATE), dtype=np.int16)
        self.wanted = asyncio.Event()

    def open(self) -> None:
        self._source = self._start(RATE, asyncio.get_running_loop())

    def close(self) -> None:
        self._stopped()

    async def sound(self) -> None:
        while await self.wanted.wait():
            self._source.fill(self._block, now(), now() + BLOCK_S)
            await asyncio.sleep(BLOCK_S)


async def answer(session: Session) -> None:
    """The realtime server's: words and their sound at twice the speed of speech."""
    session.received.clear()  # the server keeps all that it hears, which is not what is looked at here
    session.server.received.clear()
    del session.server.sessions[:-1]
    response = await session.begin()
    await asyncio.sleep(_CHANCE.uniform(0.1, 0.4))
    item = session.server.next_id("item")
    ids = {"response_id": response, "item_id": item, "content_index": 0}
    pcm = pcm_delta(sound(WORD_S))
    name = "response.output_audio"
    for word in answer_of(len(item) + _CHANCE.randrange(10**6)):
        await session.send({"type": f"{name}_transcript.delta", **ids, "delta": word})
        await session.send({"type": f"{name}.delta", **ids, "delta": pcm})
        await asyncio.sleep(WORD_S / 2)
    await session.send({"type": f"{name}.done", **ids})
    await session.done(usage={"total_tokens": 30})


def sound(seconds: float) -> bytes:
    return SPEECH * round(seconds * 50 + 0.5)


class Stage:
    """What the stages of the chain have in common."""

    model = "scripted"

    async def warm(self) -> None: ...

    async def close(self) -> None: ...


class Ears(Stage):
    def begin(self, words: Callable[[Words], None]) -> Hearing:
        del words
        return Listening()


class Listening:
    def feed(self, pcm: bytes) -> None: ...

    async def finish(self) -> Words:
        await asyncio.sleep(0.1)
        return Words(f"question {_CHANCE.randrange(10**6)}")

    async def cancel(self) -> None: ...


class Thinker(Stage):
    async def think(self, question: Question) -> AsyncGenerator[Thought, None]:
        del question
        await asyncio.sleep(_CHANCE.uniform(0.05, 0.2))
        for word in answer_of(_CHANCE.randrange(10**6)):
            yield TextPiece(word)
            await asyncio.sleep(0.01)
        yield ThoughtEnded()


class Voice(Stage):
    identity = VoiceIdentity("scripted", "scripted", "scripted")

    async def speak(self, text: str) -> AsyncGenerator[bytes, None]:
        for _ in text.split():
            await asyncio.sleep(WORD_S / 2)
            yield sound(WORD_S)


class Soak:
    """The turns, one after the other."""

    def __init__(
        self, loop: soak_clock.JumpingLoop, desk: Desk, person: Person, speaker: Loudspeaker
    ) -> None:
        self._loop = loop
        self._speaker = speaker
        self._desk = desk
        self._conductor = desk.conductor
        self._person = person
        self._changed = asyncio.Event()
        self._conductor.observe(self._on_event)

    def _on_event(self, event: Event) -> None:
        if isinstance(event, StateChanged):
            self._changed.set()

    async def _until(self, states: frozenset[State]) -> None:
        async with asyncio.timeout(120):
            while self._conductor.state not in states:
                self._changed.clear()
                await self._changed.wait()

    async def _say(self) -> None:
        self._conductor.press()
        await self._person.speak()
        self._conductor.release()

    async def turn(self, number: int) -> None:
        """One press, and now and then a second, a cancel, or a typed question."""
        kind = number % 12
        if kind == 1:
            self._conductor.ask(f"question {number}")
        else:
            await self._say()
        if kind in {5, 8}:
            await self._until(AT_REST | {State.SPEAKING})
            await asyncio.sleep(_CHANCE.uniform(0.0, 0.3))
            await self._say() if kind == 5 else self._conductor.cancel()
        elif kind == 10:
            self._conductor.press()
            await self._person.speak(5)
            self._conductor.cancel()
        await self._until(AT_REST)

    async def settled(self) -> None:
        """Wait for the disk, which knows nothing of the virtual clock."""
        keeping = self._desk.keeping
        assert keeping is not None
        with self._loop.held():
            await keeping.history.count()

    async def run(self, turns: int) -> None:
        for number in range(turns):
            if number % SAME_MODE == 0:
                await self._use(is_realtime=number // SAME_MODE % 2 == 0)
            due, worked = now() + EVERY_S, time.process_time()
            self._speaker.wanted.set()
            await self.turn(number)
            await asyncio.sleep(0.5)  # what was cancelled fades out
            self._speaker.wanted.clear()
            await self.settled()
            await asyncio.sleep(max(0.0, due - now()))
            self._tell(number, (time.process_time() - worked) * 1000.0)
            if (number + 1) % READ_EVERY == 0:
                reading = read(number + 1, store=Folders.find().data)
                tell("reading", **reading.as_json())

    def _tell(self, number: int, worked: float) -> None:
        record = self._desk.recorder.turns.get(self._conductor.turn)
        timeline = record.timeline if record is not None else None
        tell(
            "turn",
            at=number,
            mode=timeline.mode if timeline is not None else "",
            latency=timeline.latency_ms if timeline is not None else None,
            worked=worked,
            failure=str(record.error) if record is not None and record.error else "",
        )

    async def _use(self, *, is_realtime: bool) -> None:
        if is_realtime:
            await self._desk.reconnect()
            return
        history = self._desk.dialogue.before
        chain = Chain(Thinker(), Voice(), history=history, instructions="", run_tools=no_tools)
        await self._conductor.use_pipeline(ClassicPipeline(Ears(), chain, server="scripted"))
        await self._conductor.start()


def tell(kind: str, **what: Any) -> None:
    print(json.dumps({"kind": kind, **what}))


async def soak(turns: int) -> None:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, soak_clock.JumpingLoop)
    async with ScriptedServer() as server:
        server.default = answer
        server.expires_in = 3600.0
        settings = Settings()
        settings.servers["test"] = Server(
            name="Test", base_url=server.base_url, dialect="compatible"
        )
        settings.realtime.server = "test"
        settings.feedback.filler = False  # spoken by a process, which knows of no virtual clock
        person, speaker = Person(), Loudspeaker()
        speaker.open()
        desk = Desk(settings, microphone=person, speaker=speaker, keep=True)
        sounding = loop.create_task(speaker.sound())
        try:
            await desk.look_back()
            await desk.start()
            await Soak(loop, desk, person, speaker).run(turns)
        finally:
            with loop.held():
                await desk.close()
            sounding.cancel()
            await asyncio.gather(sounding, return_exceptions=True)
            speaker.close()


def main() -> None:
    with asyncio.Runner(loop_factory=soak_clock.JumpingLoop) as runner:
        runner.run(soak(int(sys.argv[1])))
    tell("end")


if __name__ == "__main__":
    main()
