"""A stage of the classic chain is killed at each moment of its work: is every take answered once, or offered again?

Each stage has a server of its own behind a proxy of its own, so that the others live.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from benchmarks.faults_desk import Crashes, Desk, desk_on
from benchmarks.faults_takes import TONE, Takes, Tally
from benchmarks.report import Result
from tests.providers.fake_http import FakeHttp, fake_http
from tests.support.proxy import Proxy
from tests.support.realtime_server import ScriptedServer
from voicedesk.core.dialogue import Dialogue
from voicedesk.pipelines.classic import ClassicPipeline
from voicedesk.pipelines.classic_turn import Chain
from voicedesk.providers.chat import ChatThinker
from voicedesk.providers.http import HttpServer, Source
from voicedesk.providers.profiles import QUIRKS, Address
from voicedesk.providers.speech import ServerVoice
from voicedesk.providers.stages import Transcriber
from voicedesk.providers.transcription import RestTranscriber
from voicedesk.providers.transcription_fallback import FallbackTranscriber
from voicedesk.providers.transcription_live import LiveTranscriber

STAGES = ("transcription", "chat", "speech")
MOMENTS = ("connecting", "asked", "mid-answer")
DROPS = 4
"""So many connections are not let in: some stages open several at once, and ask again by themselves."""
_KINDS = ("text/event-stream", "text/event-stream", "audio/pcm")


class Stage:
    """The server of one stage, and the proxy before it.

    Attributes:
        pieces: What it answers the next requests with, piece by piece.
        dies_after: Count of pieces after which the connection of the next request dies; None for none.
        asked: The bodies of its requests.
    """

    def __init__(self, kind: str, kill: Callable[[Stage, web.Request], None]) -> None:
        """Nothing is served yet.

        Args:
            kind: The type of its answers.
            kill: Kills the connections through its proxy, or that of a request.
        """
        self._kind = kind
        self._kill = kill
        self.pieces: list[bytes] = []
        self.dies_after: int | None = None
        self.http = FakeHttp(self._answer)
        self.proxy = Proxy("http://127.0.0.1:0")

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        async with fake_http(self._answer) as self.http, Proxy(self.http.base_url) as self.proxy:
            yield

    def source(self) -> Source:
        return source_of(self.proxy)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        dies_after, self.dies_after = self.dies_after, None
        response = web.StreamResponse(headers={"Content-Type": self._kind})
        if dies_after != 0:
            await response.prepare(request)
        for number, piece in enumerate(self.pieces):
            if number == dies_after:
                await asyncio.sleep(0.02)  # what was sent is on its way
                self._kill(self, request)
                await asyncio.Event().wait()  # until the client is gone
            await response.write(piece)
        return response


def source_of(proxy: Proxy) -> Source:
    """Gives the address of what is behind a proxy."""

    async def source() -> Address:
        return Address("Scripted", proxy.base_url, "", QUIRKS["compatible"])

    return source


def event(data: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(data).encode() + b"\n\n"


def _chunk(delta: dict[str, str], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return event(
        {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": "m"}
        | {"choices": [choice]}
    )


class StageKiller(Takes):
    """One desk on a chain whose stages die.

    Attributes:
        states: What can be disturbed, by its name.
    """

    def __init__(self, stages: dict[str, Stage], live: tuple[ScriptedServer, Proxy] | None) -> None:
        self.stages = stages
        self.live = live
        self.dialogue = Dialogue()
        self.states: dict[str, Callable[[], Awaitable[None]]] = {"idle": self._idle}
        for stage in STAGES if live is None else ():
            for moment, dies_after in zip(MOMENTS, (None, 0, 1), strict=True):
                self.states[f"{stage}, {moment}"] = self._killed(stage, dies_after)
        if live is not None:
            self.states |= {
                "live transcription, appending": self._appending,
                "live transcription, committing": self._committing,
                "both transcriptions": self._both,
            }

    def use(self, desk: Desk) -> None:
        super().__init__(desk)

    def pipeline(self) -> ClassicPipeline:
        """The chain on these servers."""
        sources = {name: stage.source() for name, stage in self.stages.items()}
        ears: Transcriber = RestTranscriber(HttpServer(sources["transcription"]), model="m")
        if self.live is not None:
            ears = FallbackTranscriber(LiveTranscriber(source_of(self.live[1]), model="m"), ears)
        chain = Chain(
            thinker=ChatThinker(HttpServer(sources["chat"]), "m"),
            voice=ServerVoice(HttpServer(sources["speech"]), name="s", model="m"),
            history=self.dialogue.before,
            instructions="",
        )
        return ClassicPipeline(ears, chain, server="Scripted")

    def kill(self, stage: Stage, request: web.Request) -> None:
        """Each time in another way."""
        how = self.number % 4
        if how == 0:
            stage.proxy.cut()
        elif how == 1:
            stage.proxy.reset()
        elif how == 2 and request.transport is not None:
            request.transport.abort()
        else:
            stage.proxy.half_close()

    async def take(self, state: str, tally: Tally) -> None:
        """One take, disturbed in a state."""
        if self.live is not None:  # a way that fails three times in a row is left alone
            await self.disturbed("undisturbed", self.desk.talk, self._prepare, tally)
        await self.disturbed(state, self.states[state], self._prepare, tally)
        for name, stage in self.stages.items():
            if stage.dies_after is not None or stage.proxy.drops == DROPS:
                raise AssertionError(f"{state}: {name} was not killed")
            stage.proxy.drops = 0

    def _prepare(self, question: str, answer: str) -> None:
        half = len(answer) // 2
        words = [
            {"type": "transcript.text.delta", "delta": part}
            for part in (question[:4], question[4:])
        ]
        self.stages["transcription"].pieces = [
            *map(event, words),
            event({"type": "transcript.text.done", "text": question}),
        ]
        self.stages["chat"].pieces = [
            _chunk({"role": "assistant", "content": f"This is {answer[:half]}"}),
            _chunk({"content": f"{answer[half:]}, and no other."}),
            _chunk({}, "stop"),
            b"data: [DONE]\n\n",
        ]
        self.stages["speech"].pieces = [TONE] * 3
        if self.live is not None:
            self.live[0].transcript = question

    async def _idle(self) -> None:
        for stage in self.stages.values():
            stage.proxy.cut()
        if self.live is not None:
            self.live[1].cut()
        await self.desk.talk()

    def _killed(self, name: str, dies_after: int | None) -> Callable[[], Awaitable[None]]:
        async def disturb() -> None:
            stage = self.stages[name]
            if dies_after is None:
                stage.proxy.cut()
                stage.proxy.drops = DROPS
            stage.dies_after = dies_after
            await self.desk.talk()

        return disturb

    async def _appending(self) -> None:
        assert self.live is not None
        server, proxy = self.live
        before = len(server.of("input_audio_buffer.append"))
        self.desk.conductor.press()
        await self.desk.until(lambda: len(server.of("input_audio_buffer.append")) > before + 4)
        (proxy.cut, proxy.reset, proxy.half_close)[self.number % 3]()
        await self.desk.microphone.spoken()
        self.desk.conductor.release()

    async def _committing(self) -> None:
        assert self.live is not None
        server, proxy = self.live

        async def die(*_: object) -> None:
            del server.answers["input_audio_buffer.commit"]
            (proxy.cut, proxy.reset, proxy.half_close)[self.number % 3]()

        server.answers["input_audio_buffer.commit"] = die
        await self.desk.talk()

    async def _both(self) -> None:
        self.stages["transcription"].dies_after = self.number % 2
        await self._committing()

    def not_told(self) -> int:
        """Messages before the latest question that its model was not told."""
        told = [m.get("content") for m in self.stages["chat"].http.asked[-1]["body"]["messages"]]
        said = [m.text for m in self.dialogue if m.text][:-1]
        return sum(text not in told for text in said[-6:])


@asynccontextmanager
async def killer_on(*, live: bool) -> AsyncIterator[StageKiller]:
    """A desk on a chain, and what kills it; its takes are transcribed while the user talks if ``live``."""
    async with ScriptedServer() as server, Proxy(server.base_url) as proxy:
        stages: dict[str, Stage] = {}
        killer = StageKiller(stages, (server, proxy) if live else None)
        for name, kind in zip(STAGES, _KINDS, strict=True):
            stages[name] = Stage(kind, killer.kill)
        ears, mind, voice = (stages[name].serving() for name in STAGES)
        async with ears, mind, voice, desk_on(killer.pipeline(), killer.dialogue) as desk:
            killer.use(desk)
            yield killer


async def measure(*, each: int) -> list[Result]:
    """Kill each stage ``each`` times at each moment."""
    crashes, total, states = Crashes(), Tally(), 0
    with crashes.watching():
        for live in (False, True):
            async with killer_on(live=live) as killer:
                states += len(killer.states)
                for _ in range(each):
                    for state in killer.states:
                        await killer.take(state, total)
                total.forgotten += killer.not_told()
    _tell((*total.notes, *crashes.lines))
    how = f"{total.takes} takes: {each} killed in each of {states} states of its stages, in four ways, the others in peace"
    return [
        *total.results("chain: ", how),
        Result("chain: errors that nobody had foreseen", float(len(crashes.lines)), "", 0.0),
    ]


def _tell(lines: Sequence[str]) -> None:
    for line in lines:
        print(line, file=sys.stderr)
