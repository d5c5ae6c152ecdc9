"""One turn of the classic chain: transcribe, think, speak, each stage beginning with the first piece of the one before."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from voicedesk.core.clock import now
from voicedesk.core.dialogue import Message, Role, ToolCall, ToolResult
from voicedesk.core.errors import NoWordsError, VoiceDeskError
from voicedesk.core.events import (
    AudioDelta,
    AudioEnded,
    AudioKey,
    Hint,
    HintKind,
    Progress,
    Reached,
    ReplyEnded,
    TextDelta,
    TextEnded,
    ToolAnswered,
    ToolCalled,
    UserText,
    Voiced,
)
from voicedesk.core.placed import Placed, Speech
from voicedesk.core.timeline import Point
from voicedesk.pipelines.base import RunTools, TurnQueue, no_tools
from voicedesk.pipelines.chunker import Chunker, Chunking
from voicedesk.pipelines.classic_voice import Said, UnitBegun, UnitSound, UnitSpeaker
from voicedesk.pipelines.gate import VoicePace
from voicedesk.providers.stages import (
    Hearing,
    Question,
    TextPiece,
    Thinker,
    ThoughtEnded,
    ToolSpec,
    Voice,
)
from voicedesk.tools.registry import MAX_ROUNDS

log = logging.getLogger(__name__)
ASK_AGAIN_S = 0.1
"""How often it is looked whether words that wait should wait no longer."""


@dataclass(frozen=True, slots=True)
class Chain:
    """What the turns of one pipeline share.

    Attributes:
        thinker: Answers.
        voice: Speaks.
        pace: What is known of the voice's speed.
        history: The conversation before a turn.
        instructions: The system's part.
        chunking: How text is cut into units.
        language: Of the answers, as in "en"; empty when unknown.
        tools: What the model may call.
        run_tools: Runs calls side by side, and tells each result as it comes.
    """

    thinker: Thinker
    voice: Voice
    history: Callable[[int], Sequence[Message]]
    instructions: str
    run_tools: RunTools = no_tools
    chunking: Chunking = Chunking.AUTO
    language: str = ""
    tools: Sequence[ToolSpec] = ()
    pace: VoicePace = field(default_factory=VoicePace)


class ClassicTurn:
    """One turn, from the end of the take to the last sample.

    Attributes:
        turn: Its number.
        queue: What the conductor reads.
    """

    def __init__(
        self,
        turn: int,
        chain: Chain,
        *,
        hearing: Hearing | None,
        text: str | None,
        recorded_s: float,
        has_speech: bool = False,
    ) -> None:
        """Nothing is asked yet; see ``run``.

        Args:
            turn: Its number.
            chain: The stages.
            hearing: The take, being transcribed; None for a typed question.
            text: The typed question.
            recorded_s: Length of the take in seconds.
            has_speech: Whether anything in it is as loud as speech.
        """
        self.turn = turn
        self.queue = TurnQueue()
        self._chain = chain
        self._hearing = hearing
        self._text = text
        self._recorded_s = recorded_s
        self._has_speech = has_speech
        self._speaker = UnitSpeaker(chain.voice, chain.pace, asked=self._first_unit)
        self._usage: dict[str, Any] = {}
        self._chunker: Chunker | None = None
        self._round_now = 0
        self._characters = 0
        self._told: tuple[
            Placed, ...
        ] = ()  # the present unit's words, from a voice that places them
        self._failure: VoiceDeskError | None = None

    async def run(self) -> None:
        """Take the turn to its end. Cancelling it is the interruption."""
        try:
            async with asyncio.TaskGroup() as tasks:
                speaking = tasks.create_task(self._speak(tasks), name="speaking")
                words = await self._transcribe()
                if words:
                    asking = tasks.create_task(self._ask_again(), name="asking the chunker")
                    await self._think(words)
                    asking.cancel()
                self._speaker.end()
                await speaking
        except BaseExceptionGroup as group:
            self._failure = _first_error(group) or self._failure
            if self._failure is None:
                raise
        failure = self._failure or self._speaker.failure
        self._progress()
        self.queue.put(ReplyEnded(turn=self.turn, at=now(), usage=self._usage or None))
        self.queue.finish(failure)

    def interrupted(self) -> None:
        """Nobody wants the rest: drop what waits and what comes, and let the reader go."""
        self.queue.interrupt()
        self.queue.put(ReplyEnded(turn=self.turn, at=now(), interrupted=True))
        self.queue.finish()

    # ------------------------------------------------------------------------------- transcribe

    async def _transcribe(self) -> str:
        self._reach(Point.COMMIT_SENT)
        if self._hearing is None:
            return self._text or ""
        try:
            words = await self._hearing.finish()
        except VoiceDeskError as error:
            self._failure = error.of_stage("transcription")
            return ""
        if words.usage:
            self._usage["transcription"] = dict(words.usage)
        text = words.text.strip()
        self.queue.put(UserText(turn=self.turn, at=now(), text=text, final=True))
        if not any(map(str.isalnum, text)):
            self._nothing_found()
            return ""
        return text

    def _nothing_found(self) -> None:
        """Silence asks nothing. What somebody said must not be lost because a server heard no words in it."""
        if self._has_speech:
            self._failure = NoWordsError("an empty transcript").of_stage("transcription")
        else:
            self.queue.put(Hint(turn=self.turn, at=now(), hint=HintKind.NO_SPEECH))

    # ------------------------------------------------------------------------------------ think

    async def _think(self, words: str) -> None:
        """The answer and its rounds of tools. A failure ends it; what came before is spoken all the same."""
        self._reach(Point.TRANSCRIBED)
        messages = [*self._chain.history(self.turn), Message(self.turn, Role.USER, words)]
        try:
            for round_ in range(MAX_ROUNDS + 1):
                tools = self._chain.tools if round_ < MAX_ROUNDS else ()
                text, calls = await self._round(
                    round_, Question(self._chain.instructions, messages, tools)
                )
                if not calls or not tools:
                    return
                if text:
                    messages.append(Message(self.turn, Role.ASSISTANT, text, round=round_))
                messages += await self._call(round_, calls)
        except VoiceDeskError as error:
            self._failure = error.of_stage("thinking")

    async def _round(self, round_: int, question: Question) -> tuple[str, Sequence[ToolCall]]:
        key = AudioKey(self.turn, "words", f"round-{round_}")
        chunker = self._chunker = Chunker(self._chain.chunking, self._chain.language)
        self._round_now = round_
        text = ""
        calls: Sequence[ToolCall] = ()
        try:
            async with aclosing(self._chain.thinker.think(question)) as thoughts:
                async for thought in thoughts:
                    if isinstance(thought, ThoughtEnded):
                        calls = thought.calls
                        self._count_usage(thought)
                    elif text or thought.text.strip():
                        text += thought.text
                        self._piece(key, chunker, round_, thought)
        finally:
            # What has come is spoken to its end, whatever became of the rest.
            self._chunker = None
            for unit in chunker.flush():
                self._speaker.add(round_, unit)
            if text:
                self.queue.put(TextEnded(turn=self.turn, at=now(), key=key, text=text))
        return text, calls

    def _piece(self, key: AudioKey, chunker: Chunker, round_: int, piece: TextPiece) -> None:
        self._characters += len(piece.text)
        self.queue.put(TextDelta(turn=self.turn, at=now(), key=key, text=piece.text))
        for unit in chunker.add(piece.text, buffered_s=self._speaker.covered_s):
            self._speaker.add(round_, unit)

    async def _ask_again(self) -> None:
        """Words that waited for company leave when the sound before them runs out and no others have come."""
        while True:
            await asyncio.sleep(ASK_AGAIN_S)
            if self._chunker is not None:
                for unit in self._chunker.add("", buffered_s=self._speaker.covered_s):
                    self._speaker.add(self._round_now, unit)

    def _count_usage(self, thought: ThoughtEnded) -> None:
        if thought.usage:
            rounds = self._usage.setdefault("thinking", [])
            rounds.append(dict(thought.usage))

    async def _call(self, round_: int, calls: Sequence[ToolCall]) -> list[Message]:
        for call in calls:
            self.queue.put(ToolCalled(turn=self.turn, at=now(), call=call, round=round_))

        def answered(result: ToolResult) -> None:
            self.queue.put(ToolAnswered(turn=self.turn, at=now(), result=result, round=round_))

        results = await self._chain.run_tools(calls, answered)
        return [
            *(Message(self.turn, Role.TOOL_CALL, call=call, round=round_) for call in calls),
            *(Message(self.turn, Role.TOOL_RESULT, result=r, round=round_) for r in results),
        ]

    # ------------------------------------------------------------------------------------ speak

    async def _speak(self, tasks: asyncio.TaskGroup) -> None:
        bad = 0
        async with aclosing(self._speaker.run(tasks)) as said:
            async for event in said:
                self._tell(event)
                if self._speaker.bad_pieces and not bad:
                    bad = self._speaker.bad_pieces
                    log.info("pieces of the answer's sound were damaged and left out")
                    self.queue.put(Hint(turn=self.turn, at=now(), hint=HintKind.BAD_SOUND))
        if self._speaker.failure is not None:
            log.info("the voice failed: %s", self._speaker.failure.detail)

    def _tell(self, said: Said) -> None:
        unit = said.unit
        key = AudioKey(self.turn, "sound", f"round-{said.round}", unit.index)
        if isinstance(said, UnitBegun):
            self._told = ()
            self._voiced(key, said, said.expected_ms)
            self._progress()
        elif isinstance(said, UnitSound):
            if isinstance(said.pcm, Speech) and said.pcm.words:
                self._told += unit.in_stream(said.pcm.words)
                self._voiced(key, said, 0.0)
            self.queue.put(AudioDelta(turn=self.turn, at=now(), key=key, pcm=said.pcm))
        else:
            if said.is_whole:  # of what was cut the length that was expected says more
                self._voiced(key, said, 0.0)
            ended = AudioEnded(turn=self.turn, at=now(), key=key, is_whole=said.is_whole)
            self.queue.put(ended)
            self._progress()

    def _voiced(self, key: AudioKey, said: Said, expected_ms: float) -> None:
        words = AudioKey(self.turn, "words", f"round-{said.round}")
        self.queue.put(
            Voiced(
                turn=self.turn,
                at=now(),
                key=key,
                words=words,
                start=said.unit.start,
                end=said.unit.end,
                expected_ms=expected_ms,
                said=said.unit.words,
                placed=self._told,
                is_told=bool(self._told),
            )
        )

    # ------------------------------------------------------------------------------------- tell

    def _first_unit(self) -> None:
        self._reach(Point.FIRST_UNIT)

    def _reach(self, point: Point) -> None:
        self.queue.put(Reached(turn=self.turn, at=now(), point=point))

    def _progress(self) -> None:
        self.queue.put(
            Progress(
                turn=self.turn,
                at=now(),
                recorded_s=self._recorded_s,
                characters=self._characters,
                units_waiting=self._speaker.waiting,
                synthesised_s=self._speaker.synthesised_s,
            )
        )


def _first_error(group: BaseExceptionGroup[BaseException]) -> VoiceDeskError | None:
    for error in group.exceptions:
        found = (
            _first_error(error)
            if isinstance(error, BaseExceptionGroup)
            else error
            if isinstance(error, VoiceDeskError)
            else None
        )
        if found is not None:
            return found
    return None
