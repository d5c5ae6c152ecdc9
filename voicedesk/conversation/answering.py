"""The reply of a turn: from the request to its last sample, or to the silence that cuts it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from functools import partial
from typing import Protocol

from voicedesk.audio.cues import Cue
from voicedesk.audio.io import AudioOutput
from voicedesk.conversation.asked import Asked
from voicedesk.conversation.patience import Patience
from voicedesk.conversation.playout import FILLER, Playout
from voicedesk.conversation.timelines import Timelines
from voicedesk.conversation.word_places import WordPlaces
from voicedesk.core.clock import now
from voicedesk.core.errors import VoiceDeskError
from voicedesk.core.events import (
    AudioDelta,
    AudioEnded,
    AudioKey,
    Event,
    Heard,
    Interrupted,
    Reached,
    ReplyEnded,
    Sounded,
    TextDelta,
    TurnTimed,
    Underran,
)
from voicedesk.core.tasks import TaskSet
from voicedesk.core.timeline import Point
from voicedesk.pipelines.base import Pipeline


class AnswerListener(Protocol):
    """Who leads the turns. Called on the loop."""

    @property
    def turn(self) -> int:
        """The present turn; what comes for an older one is dropped."""

    def emit(self, event: Event) -> None:
        """Hand on an event."""

    def began_to_sound(self, turn: int) -> None:
        """Sound of the reply was handed to the device."""

    def answered(self, turn: int, failure: VoiceDeskError | None) -> None:
        """The reply is over and has been played."""

    def on_trouble(self, error: VoiceDeskError) -> None:
        """The speaker stopped by itself."""


class Answering:
    """One reply at a time, between the pipeline and the speaker.

    Attributes:
        timelines: When what happened, in the latest turns.
        patience: Says that it still takes a moment.
    """

    def __init__(
        self, listener: AnswerListener, tasks: TaskSet, speaker: AudioOutput | None
    ) -> None:
        """Nothing is asked yet.

        Args:
            listener: Who leads the turns.
            tasks: Where replies run; a failure of ours is told there.
            speaker: Where replies sound, open; None when there is none.
        """
        self.timelines = Timelines()
        self._listener = listener
        self._tasks = tasks
        self._playout = self._listen_to(speaker)
        self.patience = Patience(self._playout)
        self._replying: asyncio.Task[None] | None = None
        self._turn = 0
        self._stopping: asyncio.Task[None] | None = None
        self._cues = 0
        self._fading: set[object] = set()  # replies that are stopped and still heard
        self._after_silence: list[Callable[[], None]] = []
        self._places = WordPlaces()
        self._pipeline: Pipeline | None = None

    def _listen_to(self, speaker: AudioOutput | None) -> Playout:
        return Playout(
            speaker, self._on_played, self._on_heard, self._listener.on_trouble, self._on_underran
        )

    @property
    def underruns(self) -> int:
        """How often sound of a reply came too late for this speaker."""
        return self._playout.underruns

    def heard_so_far(self) -> Sequence[Heard]:
        """How much of each run of the present reply has left the DAC by now."""
        return self._playout.heard_so_far()

    def play_cue(self, cue: Cue, sounded: Callable[[Cue, float], None]) -> None:
        """Play a short sound of our own beside the replies; ``sounded`` is told when it leaves the DAC."""
        self._cues += 1
        key = AudioKey(0, FILLER, f"cue {self._cues}")

        def fill() -> None:
            self._playout.fill(key, cue.pcm, partial(sounded, cue))

        if self._fading:
            self._after_silence.append(fill)  # what is silenced now would take it along
        else:
            fill()

    def use(self, speaker: AudioOutput | None) -> None:
        """Play the next replies on another speaker."""
        self._playout = self._listen_to(speaker)
        self.patience.use(self._playout)

    async def close(self) -> None:
        """Leave nothing running but what is in the tasks."""
        await self.patience.close()

    # ------------------------------------------------------------------------------------ asking

    def ask(self, asked: Asked, pipeline: Pipeline, at: float) -> None:
        """Ask for the reply of the present turn, at once unless the last one is still being stopped."""
        turn = self._turn = self._listener.turn
        if pipeline is not self._pipeline:
            self._pipeline = pipeline
            self._places.forget_pace()
        # The one of now: before the task begins the new turn may be stopped too, by another that waits for this task.
        stopping = None if self._stopping is None or self._stopping.done() else self._stopping
        reply = asked.ask(pipeline, turn) if stopping is None else None
        answering = self._reply(turn, asked, pipeline, reply, stopping)
        self._replying = self._tasks.spawn(answering, name="reply")
        if asked.announcement is None:
            self.patience.begin(turn, self.timelines.at(turn, Point.KEY_UP) or at)

    async def _reply(
        self,
        turn: int,
        asked: Asked,
        pipeline: Pipeline,
        reply: AsyncGenerator[Event, None] | None,
        stopping: asyncio.Task[None] | None,
    ) -> None:
        if stopping is not None:
            await asyncio.wait([stopping])  # without ending it when this is cancelled
            if turn != self._listener.turn:
                return  # asked now, it would be asked in the name of the turn that came after it
        if reply is None:
            reply = asked.ask(pipeline, turn)
        failure: VoiceDeskError | None = None
        self._playout.begin(turn)
        self._places.begin(turn)
        try:
            async with aclosing(reply) as events:
                async for event in events:
                    if event.turn != self._listener.turn:
                        return
                    self._on_event(event)
        except VoiceDeskError as error:
            failure = error
        self.patience.end(turn)
        # What has come is played to its end, even if the rest is missing.
        await self._playout.finish(is_whole=failure is None)
        self._listener.answered(turn, failure)

    def _on_event(self, event: Event) -> None:
        mark = self.timelines.mark
        if isinstance(event, AudioDelta):
            mark(event.turn, Point.FIRST_DELTA, event.at)
            self._playout.play(event.key, event.pcm)
        elif isinstance(event, AudioEnded):
            self._playout.end(event.key, is_whole=event.is_whole)
        elif isinstance(event, TextDelta):
            mark(event.turn, Point.FIRST_TEXT, event.at)
        elif isinstance(event, Reached):
            mark(event.turn, event.point, event.at)
        elif isinstance(event, ReplyEnded):
            mark(event.turn, Point.REPLY_DONE, event.at)
        self._listener.emit(event)
        for placed in self._places.take(event):
            self._listener.emit(placed)

    def _on_played(self, turn: int, point: Point, at: float) -> None:
        """The speaker reached a point of a reply."""
        if point is Point.LAST_DAC:
            self.timelines.move(turn, point, at)
        elif self.timelines.mark(turn, point, at) and point is Point.FIRST_AUDIBLE:
            self.tell_times(turn)
        if point is Point.FIRST_QUEUED:
            self._listener.began_to_sound(turn)

    def _on_heard(self, heard: Heard, at: float) -> None:
        self._listener.emit(Sounded(turn=heard.key.turn, at=at, heard=heard))

    def _on_underran(self, turn: int, wanted_at: float) -> None:
        self._listener.emit(Underran(turn=turn, at=now(), wanted_at=wanted_at))

    def tell_times(self, turn: int) -> None:
        """Tell the timeline of a turn as far as it is known."""
        timeline = self.timelines.of(turn)
        if timeline is not None:
            self._listener.emit(TurnTimed(turn=turn, at=now(), timeline=timeline))

    # ---------------------------------------------------------------------------------- stopping

    def stop(self, pipeline: Pipeline, at: float) -> None:
        """Silence: on a barge-in the listener already counts the new turn."""
        playout = self._playout
        playout.hush()  # all that a press sets off (the take, the window) would come before the task
        turn, replying = self._turn, self._replying
        self._replying = None
        self.patience.end(turn)
        self.timelines.mark(turn, Point.INTERRUPTED, at)
        fading = object()
        self._fading.add(fading)
        silenced = partial(self._silenced, fading)
        silence = self._silence(turn, pipeline, replying, playout, silenced)
        self._stopping = self._tasks.spawn(silence, name="stop reply")
        # The task cannot tell it by itself when it is called off before it begins.
        self._stopping.add_done_callback(lambda _stopping: silenced())

    async def stopped(self) -> None:
        """Return when what was to be stopped has stopped."""
        if self._stopping is not None:
            await asyncio.wait([self._stopping])

    def _silenced(self, fading: object) -> None:
        """This one is heard no longer; it may be told more than once."""
        self._fading.discard(fading)
        if not self._fading:
            waiting, self._after_silence = self._after_silence, []
            for fill in waiting:
                fill()

    async def _silence(
        self,
        turn: int,
        pipeline: Pipeline,
        replying: asyncio.Task[None] | None,
        playout: Playout,
        silenced: Callable[[], None],
    ) -> None:
        try:
            try:
                heard = await playout.interrupt()
            finally:
                silenced()  # the rest may take a server's time
            if playout.silent_at is not None:
                self.timelines.mark(turn, Point.SILENT, playout.silent_at)
            for placed in self._places.of(heard):
                self._listener.emit(placed)
            self._listener.emit(Interrupted(turn=turn, at=now(), heard=tuple(heard)))
            await pipeline.interrupt(heard)
        finally:
            if replying is not None and replying is not asyncio.current_task():
                replying.cancel()
                await asyncio.wait([replying])
            self.tell_times(turn)
