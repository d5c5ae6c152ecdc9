"""The classic chain as a pipeline: a transcriber, a model that writes, and a voice, streamed at every joint."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Sequence

from voicedesk.audio.io import RATE, SAMPLE_BYTES
from voicedesk.core.clock import now
from voicedesk.core.errors import ServerError, VoiceDeskError, VoiceError
from voicedesk.core.events import Event, Heard, Link, LinkChanged, UserText
from voicedesk.core.reasons import OUR_FAULT
from voicedesk.core.tasks import SharedAttempt, TaskSet
from voicedesk.pipelines.base import Emit, nobody
from voicedesk.pipelines.classic_turn import Chain, ClassicTurn
from voicedesk.providers.stages import Hearing, Transcriber, Words

log = logging.getLogger(__name__)


class ClassicPipeline:
    """A conversation with three stages, each of which may have a server of its own."""

    mode = "classic"

    def __init__(self, transcriber: Transcriber, chain: Chain, *, server: str) -> None:
        """Nothing is opened yet.

        Args:
            transcriber: Turns takes into words.
            chain: What follows.
            server: The server that thinks, for people.
        """
        self.server = server
        self.model = chain.thinker.model
        self._transcriber = transcriber
        self._chain = chain
        self._emit: Emit = nobody
        self._tasks = TaskSet()
        self._link = Link.CLOSED
        self._opening = SharedAttempt(self._tasks, self._open, name="warming the chain")
        self._turn = 0
        self._hearing: Hearing | None = None
        self._fed = 0
        self._has_speech = False
        self._running: tuple[ClassicTurn, asyncio.Task[None]] | None = None

    # ------------------------------------------------------------------------------ the contract

    def listen(self, emit: Emit) -> None:
        """Who takes the events that come outside of ``end_turn``."""
        self._emit = emit

    async def open(self) -> None:
        """Warm all stages at once.

        Raises:
            VoiceDeskError: Also told by a LinkChanged event.
        """
        await self._opening.join()

    async def _open(self) -> None:
        self._tell(Link.CONNECTING)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(_of_stage("transcription", self._transcriber.warm()))
                tasks.create_task(_of_stage("thinking", self._chain.thinker.warm()))
                tasks.create_task(_of_stage("speech", self._chain.voice.warm()))
        except* (ServerError, VoiceError) as group:
            error = group.exceptions[0]
            assert isinstance(error, VoiceDeskError)
            self._tell(Link.LOST, error)
            failure: VoiceDeskError | None = error
        else:
            self._tell(Link.READY)
            failure = None
        if failure is not None:
            raise failure

    def begin_turn(self, turn: int) -> None:
        """A turn begins: connections are warmed while the user talks."""
        self._turn = turn
        self._drop_take()
        self._tasks.spawn(self._warm(), name="warming the stages")

    async def _warm(self) -> None:
        stages = (self._transcriber.warm(), self._chain.thinker.warm(), self._chain.voice.warm())
        for result in await asyncio.gather(*stages, return_exceptions=True):
            if isinstance(result, VoiceDeskError):
                log.info("warming: %s (%s)", result, result.detail)  # told when it is needed
            elif isinstance(result, Exception):
                raise result

    def feed(self, pcm: bytes) -> None:
        """Sound of the take."""
        if self._hearing is None:
            turn = self._turn
            self._hearing = self._transcriber.begin(lambda words: self._on_words(turn, words))
        self._fed += len(pcm)
        self._has_speech = self._has_speech or _is_speech(pcm)
        self._hearing.feed(pcm)

    def _on_words(self, turn: int, words: Words) -> None:
        if turn == self._turn and words.text:
            self._emit(UserText(turn=turn, at=now(), text=words.text, final=False))

    def abort_turn(self) -> None:
        """The take is dropped."""
        self._drop_take()

    def _drop_take(self) -> None:
        hearing, self._hearing, self._fed = self._hearing, None, 0
        self._has_speech = False
        if hearing is not None:
            self._tasks.spawn(hearing.cancel(), name="dropping the take")

    def end_turn(self, text: str | None = None) -> AsyncGenerator[Event, None]:
        """Answer what was fed, or a typed question.

        Raises:
            VoiceDeskError: While reading: a stage failed; what came before stays valid.
        """
        hearing, self._hearing = self._hearing, None
        seconds = self._fed / (RATE * SAMPLE_BYTES)
        turn = ClassicTurn(
            self._turn,
            self._chain,
            hearing=hearing,
            text=text,
            recorded_s=seconds,
            has_speech=self._has_speech,
        )
        task = self._tasks.spawn(self._run(turn), name="classic turn", watched=False)
        self._running = (turn, task)
        return self._follow(turn, task)

    async def _run(self, turn: ClassicTurn) -> None:
        try:
            await turn.run()
        except BaseException as error:
            # Nobody must wait for what has ended, whatever ended it.
            if isinstance(error, asyncio.CancelledError):
                turn.interrupted()
            else:
                turn.queue.finish(VoiceDeskError(repr(error), reason=OUR_FAULT))
            raise
        if self._link is not Link.READY and not turn.queue.is_failed:
            self._tell(Link.READY)

    async def _follow(
        self, turn: ClassicTurn, task: asyncio.Task[None]
    ) -> AsyncGenerator[Event, None]:
        try:
            while (event := await turn.queue.get()) is not None:
                yield event
        finally:
            await self._stop(turn, task)

    async def _stop(self, turn: ClassicTurn, task: asyncio.Task[None]) -> None:
        if not task.done():
            turn.interrupted()
            task.cancel()
        results = await asyncio.gather(task, return_exceptions=True)
        for error in results:
            if isinstance(error, Exception) and not isinstance(error, VoiceDeskError):
                log.error("a turn of the chain failed unexpectedly", exc_info=error)

    async def interrupt(self, heard: Sequence[Heard]) -> None:
        """Cut every stage; when this returns nothing of the turn is left running.

        What was heard is in the conversation already, which the next request is told.
        """
        del heard
        running, self._running = self._running, None
        if running is not None:
            await self._stop(*running)

    async def close(self) -> None:
        """End every connection and task."""
        if self._running is not None:
            await self._stop(*self._running)
            self._running = None
        hearing, self._hearing = self._hearing, None
        if hearing is not None:
            await hearing.cancel()
        await self._tasks.close()
        await self._transcriber.close()
        await self._chain.thinker.close()
        await self._chain.voice.close()
        self._tell(Link.CLOSED)

    # ------------------------------------------------------------------------------------ telling

    def _tell(self, link: Link, error: VoiceDeskError | None = None) -> None:
        self._link = link
        self._emit(LinkChanged(turn=0, at=now(), link=link, error=error))


def _is_speech(pcm: bytes) -> bool:
    from voicedesk.audio.pcm import (  # late: the window paints before it is needed
        SPEECH_RMS,
        loudness,
    )

    return loudness(pcm) >= SPEECH_RMS


async def _of_stage(stage: str, work: Awaitable[None]) -> None:
    try:
        await work
    except VoiceDeskError as error:
        error.of_stage(stage)
        raise
