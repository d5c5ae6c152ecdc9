"""The application without a window, on a scripted server behind a proxy: what faults are tried on."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Iterator

import numpy as np

from tests.support.proxy import Proxy
from tests.support.realtime_server import ScriptedServer
from voicedesk.audio.files import FileMicrophone, FileSpeaker
from voicedesk.audio.io import AudioOutput
from voicedesk.conversation.conductor import Conductor
from voicedesk.conversation.scribe import Scribe
from voicedesk.core.dialogue import Dialogue
from voicedesk.core.events import Event, Link
from voicedesk.core.settings import Realtime, Talk
from voicedesk.core.turn import State
from voicedesk.pipelines.base import Pipeline, RunTools, no_tools
from voicedesk.pipelines.realtime import RealtimePipeline
from voicedesk.providers.profiles import Address, Quirks
from voicedesk.providers.stages import ToolSpec

SPEECH = np.random.default_rng(1).normal(0, 3000, 9_600).astype("<i2").tobytes()  # 0.4 s
REST = frozenset({State.READY, State.FAILED})
TOOL = ToolSpec("now", "The time", {"type": "object", "properties": {}})


class Crashes(logging.Handler):
    """Counts what was logged as an error: a fault that nobody has foreseen."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.split(".")[0] in {"voicedesk", "asyncio"}:
            self.lines.append(self.format(record))

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Count from here to the end of the block."""
        logging.getLogger().addHandler(self)
        try:
            yield
        finally:
            logging.getLogger().removeHandler(self)


class Desk:
    """A conductor, what it told, and the conversation."""

    def __init__(self, pipeline: Pipeline, dialogue: Dialogue, speaker: AudioOutput) -> None:
        self.dialogue = dialogue
        self.events: list[Event] = []
        self.microphone = FileMicrophone(SPEECH)
        self.speaker = speaker
        self.conductor = Conductor(pipeline, self.microphone, speaker, Talk(tail_ms=20))
        self.conductor.observe(Scribe(dialogue))
        self.conductor.observe(self.events.append)

    async def until(self, condition: Callable[[], bool], *, seconds: float = 40.0) -> None:
        """Wait for a state of things.

        Raises:
            TimeoutError: It does not come about: something hangs.
        """
        async with asyncio.timeout(seconds):
            while not condition():  # noqa: ASYNC110 - there is no one event for all that is waited for
                await asyncio.sleep(0.002)

    async def talk(self) -> None:
        """Say something; returns as soon as the key is up."""
        self.conductor.press()
        await self.microphone.spoken()
        self.conductor.release()

    async def rest(self) -> State:
        """Wait until the turn is over."""
        await self.until(lambda: self.conductor.state in REST)
        return self.conductor.state

    async def ready(self) -> None:
        await self.until(lambda: self.conductor.link is Link.READY)


@contextlib.asynccontextmanager
async def desk_on(
    pipeline: Pipeline, dialogue: Dialogue, speaker: AudioOutput | None = None
) -> AsyncIterator[Desk]:
    """A desk that is open."""
    logging.getLogger("websockets").setLevel(logging.CRITICAL)  # the server's part of it
    desk = Desk(pipeline, dialogue, speaker or FileSpeaker())
    desk.speaker.open()
    desk.microphone.open()
    try:
        await desk.conductor.start()
        yield desk
    finally:
        await desk.conductor.close()
        desk.microphone.close()
        desk.speaker.close()


def realtime_on(
    base_url: Callable[[], str],
    dialogue: Dialogue,
    run_tools: RunTools = no_tools,
    quirks: Quirks | None = None,
) -> RealtimePipeline:
    """The realtime pipeline on a server at an address that is asked for each time."""

    async def source() -> Address:
        return Address("Scripted", base_url(), "", quirks or Quirks())

    return RealtimePipeline(
        source, Realtime(), "", history=dialogue.before, tools=[TOOL], run_tools=run_tools
    )


@contextlib.asynccontextmanager
async def scripted(
    run_tools: RunTools = no_tools,
) -> AsyncIterator[tuple[Desk, ScriptedServer, Proxy]]:
    """A desk, its server, and the proxy between them."""
    dialogue = Dialogue()
    async with ScriptedServer() as server, Proxy(server.base_url) as proxy:
        pipeline = realtime_on(lambda: proxy.base_url, dialogue, run_tools)
        async with desk_on(pipeline, dialogue) as desk:
            yield desk, server, proxy
