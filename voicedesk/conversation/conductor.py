"""The conductor: carries sound and words between microphone, pipeline and speaker, one turn at a time.

The table of ``core.turn`` says what has to be done; this file does it. Whatever arrives for an older turn is dropped
at the door. Observers watch the stream of events; one that fails or dawdles never holds up sound.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from voicedesk.audio.io import AudioInput, AudioOutput, CapturedBlock, Level
from voicedesk.conversation.control import Observer
from voicedesk.conversation.listening import Listening
from voicedesk.conversation.playout import Playout
from voicedesk.conversation.take import Take
from voicedesk.conversation.timelines import Timelines
from voicedesk.core.clock import now
from voicedesk.core.errors import NoMicrophoneError, VoiceDeskError
from voicedesk.core.events import (
    AudioDelta,
    AudioEnded,
    Event,
    Heard,
    Hint,
    HintKind,
    Interrupted,
    Link,
    LinkChanged,
    Reached,
    ReplyEnded,
    Sounded,
    SoundTrouble,
    StateChanged,
    TextDelta,
    TurnFailed,
    TurnTimed,
    UserText,
)
from voicedesk.core.settings import Talk
from voicedesk.core.tasks import TaskSet
from voicedesk.core.timeline import Point, Timeline
from voicedesk.core.turn import Effect, State, Trigger, TurnMachine
from voicedesk.pipelines.base import Pipeline

log = logging.getLogger(__name__)


class Conductor:
    """Leads the turns. All methods are called on the loop's thread and return at once, unless they are async."""

    def __init__(
        self,
        pipeline: Pipeline,
        microphone: AudioInput | None,
        speaker: AudioOutput | None,
        talk: Talk,
    ) -> None:
        """Nothing is opened yet; see ``start``.

        Args:
            pipeline: Answers the turns.
            microphone: None when there is none; typing works all the same.
            speaker: Where replies sound, open; None when there is none, and then they are read.
            talk: How the talk key behaves.
        """
        self._pipeline = pipeline
        self._listening = Listening(microphone, talk, self)
        self._machine = TurnMachine()
        self._tasks = TaskSet(self._on_task_failed)
        self._observers: list[Observer] = []
        self._link = Link.CLOSED
        self._timelines = Timelines()
        self._replying: asyncio.Task[None] | None = None
        self._reply_turn = 0
        self._stopping: asyncio.Task[None] | None = None
        self._question: str | None = None
        self._late: Event | None = (
            None  # a change of state that is told when the wire has been served
        )
        self._effects: dict[Effect, Callable[[float], None]] = {
            Effect.STOP_REPLY: self._stop_reply,
            Effect.NEW_TURN: self._new_turn,
            Effect.START_TAKE: self._start_take,
            Effect.RESUME_TAKE: self._resume_take,
            Effect.END_TAKE: self._end_take,
            Effect.ABORT_TAKE: self._abort_take,
            Effect.REQUEST_REPLY: self._request_reply,
        }
        self._playout = Playout(speaker, self._on_played, self._on_heard, self._on_trouble)
        self._adopt(pipeline)
        if microphone is not None:
            microphone.on_trouble(self._on_trouble)

    # -------------------------------------------------------------------------------- for the window

    @property
    def state(self) -> State:
        """Where the present turn is."""
        return self._machine.state

    @property
    def turn(self) -> int:
        """Number of the present turn, 0 before the first."""
        return self._machine.number

    @property
    def link(self) -> Link:
        """The connection to the server."""
        return self._link

    @property
    def level(self) -> Level:
        """Loudness at the microphone."""
        microphone = self._listening.microphone
        return microphone.level if microphone is not None else Level()

    @property
    def microphone_ready(self) -> bool:
        """Whether talking is possible."""
        microphone = self._listening.microphone
        return microphone is not None and microphone.is_open

    def press(self) -> None:
        """The talk key went down."""
        if not self.microphone_ready:
            self.emit(SoundTrouble(turn=0, at=now(), error=NoMicrophoneError()))
            return
        self._fire(Trigger.PRESS)

    def release(self) -> None:
        """The talk key went up."""
        self._fire(Trigger.RELEASE)

    def cancel(self) -> None:
        """Drop the take, or stop the reply."""
        state, turn = self.state, self.turn
        if self._fire(Trigger.CANCEL) and state is not State.FAILED:
            self.emit(Hint(turn=turn, at=now(), hint=HintKind.CANCELLED))

    def ask(self, text: str) -> None:
        """A typed question: its own turn."""
        text = text.strip()
        if text and self.state not in {State.LISTENING, State.ENDING}:
            self._question = text
            self._fire(Trigger.ASK)

    def observe(self, observer: Observer) -> Callable[[], None]:
        """Hand every event from now on to ``observer``; the returned call ends it."""
        self._observers.append(observer)

        def stop() -> None:
            if observer in self._observers:
                self._observers.remove(observer)

        return stop

    # -------------------------------------------------------------------------------- for the app

    async def start(self) -> None:
        """Open the connection. A failure is told by events and the next turn tries again."""
        try:
            await self.connect()
        except VoiceDeskError as error:
            log.info("not connected: %s (%s)", error, error.detail)

    async def connect(self) -> None:
        """Open the connection.

        Raises:
            VoiceDeskError: Why it failed.
        """
        await self._pipeline.open()

    def use_talk(self, talk: Talk) -> None:
        """Take new settings of the talk key; they count from the next press."""
        self._listening.talk = talk

    async def use_microphone(self, microphone: AudioInput | None) -> None:
        """Change the microphone. A take that is running on the old one is dropped."""
        if self.state in {State.LISTENING, State.ENDING}:
            self.cancel()
        self._listening.microphone = microphone
        if microphone is not None:
            microphone.on_trouble(self._on_trouble)

    async def use_speaker(self, speaker: AudioOutput | None) -> None:
        """Change the speaker. A reply that is under way is stopped, a take goes on."""
        if self.state in {State.THINKING, State.SPEAKING}:
            await self._settle()
        self._playout = Playout(speaker, self._on_played, self._on_heard, self._on_trouble)

    async def use_pipeline(self, pipeline: Pipeline) -> None:
        """Answer the next turns with another pipeline. The present turn is stopped, the old pipeline closed."""
        await self._settle()
        old, self._pipeline = self._pipeline, pipeline
        self._adopt(pipeline)
        await old.close()

    def _adopt(self, pipeline: Pipeline) -> None:
        def emit(event: Event) -> None:
            if self._pipeline is pipeline:
                self._on_pipeline_event(event)

        pipeline.listen(emit)

    async def _settle(self) -> None:
        self._fire(Trigger.CANCEL)
        if self._stopping is not None:
            await asyncio.gather(self._stopping, return_exceptions=True)

    async def close(self) -> None:
        """Stop everything that runs; microphone and speaker stay the caller's."""
        await self._listening.close()
        await self._tasks.close()
        await self._pipeline.close()
        self._link = Link.CLOSED

    # ------------------------------------------------------------------------------------- events

    def emit(self, event: Event) -> None:
        """Hand an event to all observers."""
        self._tell_late()
        self._hand_on(event)

    def _tell_late(self) -> None:
        late, self._late = self._late, None
        if late is not None:
            self._hand_on(late)

    def _hand_on(self, event: Event) -> None:
        for observer in list(self._observers):
            try:
                observer(event)
            except Exception:  # an observer's fault must not end the turn; it is logged whole
                log.exception("an observer failed at %s", type(event).__name__)

    def _fire(self, trigger: Trigger, at: float | None = None) -> bool:
        at = now() if at is None else at
        before = self.state
        transition = self._machine.fire(trigger)
        if transition is None:
            return False
        for effect in transition.effects:
            self._effects[effect](at)
        if self.state is not before or Effect.NEW_TURN in transition.effects:
            changed = StateChanged(turn=self.turn, at=at, state=self._machine.state)
            if Effect.REQUEST_REPLY in transition.effects:
                # The wire first, the screen after: painting a state takes longer than sending a question.
                self._late = changed
                asyncio.get_running_loop().call_soon(self._tell_late)
            else:
                self.emit(changed)
        return True

    def _on_task_failed(self, error: BaseException) -> None:
        if isinstance(error, VoiceDeskError):
            self._fail(self.turn, error)
            return
        log.error("a turn failed unexpectedly", exc_info=error)
        self._fail(self.turn, VoiceDeskError(repr(error), reason=type(error).__name__))

    def _fail(self, turn: int, error: VoiceDeskError) -> None:
        if turn != self.turn:
            return
        log.info("turn %d failed: %s (%s)", turn, error, error.detail)
        self.emit(TurnFailed(turn=turn, at=now(), error=error))
        self._fire(Trigger.FAIL)
        self._tell_times(turn)

    def _on_pipeline_event(self, event: Event) -> None:
        if isinstance(event, LinkChanged):
            self._link = event.link
        elif isinstance(event, Reached):
            self._timelines.mark(event.turn, event.point, event.at)
        self.emit(event)

    def _on_trouble(self, error: VoiceDeskError) -> None:
        self.emit(SoundTrouble(turn=0, at=now(), error=error))
        if self.state in {State.LISTENING, State.ENDING} and not self.microphone_ready:
            self._fail(self.turn, error)

    # --------------------------------------------------------------------------------- the timeline

    def _new_turn(self, at: float) -> None:
        turn, typed = self.turn, self._question is not None
        self._timelines.begin(
            Timeline(turn, mode=self._pipeline.mode, model=self._pipeline.model, typed=typed)
        )
        self._pipeline.begin_turn(turn)
        if typed:
            self._timelines.mark(turn, Point.KEY_UP, at)
            self._timelines.mark(turn, Point.TAKE_END, at)
        else:
            self._timelines.mark(turn, Point.KEY_DOWN, at)

    def _tell_times(self, turn: int) -> None:
        timeline = self._timelines.of(turn)
        if timeline is not None:
            self.emit(TurnTimed(turn=turn, at=now(), timeline=timeline))

    # -------------------------------------------------------------------------------------- the take

    def _start_take(self, at: float) -> None:
        self._listening.start(self.turn, at)

    def _resume_take(self, at: float) -> None:
        del at
        self._listening.resume()

    def _end_take(self, at: float) -> None:
        self._listening.end(at)

    def _abort_take(self, at: float) -> None:
        del at
        self._listening.abort()
        self._pipeline.abort_turn()

    def captured(self, take: Take, block: CapturedBlock, *, first: bool) -> None:
        """A piece of the take: on to the pipeline, while the key is still down."""
        if first:
            self._timelines.mark(take.turn, Point.FIRST_SAMPLE, block.captured_at)
        self._pipeline.feed(block.pcm)

    def taken(self, take: Take, hint: HintKind | None) -> None:
        """The take is over: ask for the reply, or drop it and say why."""
        self._timelines.mark(take.turn, Point.KEY_UP, take.key_up)
        self._timelines.mark(take.turn, Point.TAKE_END, now())
        if hint is None:
            self._fire(Trigger.TAKE_DONE)
        elif self._fire(Trigger.TAKE_DROPPED):
            self.emit(Hint(turn=take.turn, at=now(), hint=hint))

    def capped(self) -> None:
        """The key has been down for too long."""
        if self._fire(Trigger.RELEASE):
            self.emit(Hint(turn=self.turn, at=now(), hint=HintKind.CAP_REACHED))

    # ------------------------------------------------------------------------------------- the reply

    def _request_reply(self, at: float) -> None:
        text, self._question = self._question, None
        if text is not None:
            self.emit(UserText(turn=self.turn, at=at, text=text, final=True))
        self._reply_turn = self.turn
        stopped = self._stopping is None or self._stopping.done()
        reply = self._pipeline.end_turn(text) if stopped else None
        self._replying = self._tasks.spawn(self._reply(self.turn, text, reply), name="reply")

    async def _reply(
        self, turn: int, text: str | None, reply: AsyncGenerator[Event, None] | None
    ) -> None:
        if reply is None:
            if self._stopping is not None:
                await asyncio.gather(self._stopping, return_exceptions=True)
            reply = self._pipeline.end_turn(text)
        failure: VoiceDeskError | None = None
        self._playout.begin(turn)
        try:
            async with aclosing(reply) as events:
                async for event in events:
                    if event.turn != self.turn:
                        return
                    self._on_reply_event(event)
        except VoiceDeskError as error:
            failure = error
        # What has come is played to its end, even if the rest is missing.
        await self._playout.finish()
        if failure is not None:
            self._fail(turn, failure)
        elif turn == self.turn:
            self._fire(Trigger.DONE)
            self._tell_times(turn)

    def _on_reply_event(self, event: Event) -> None:
        if isinstance(event, AudioDelta):
            self._timelines.mark(event.turn, Point.FIRST_DELTA, event.at)
            self._playout.play(event.key, event.pcm)
        elif isinstance(event, AudioEnded):
            self._playout.end(event.key)
        elif isinstance(event, TextDelta):
            self._timelines.mark(event.turn, Point.FIRST_TEXT, event.at)
        elif isinstance(event, Reached):
            self._timelines.mark(event.turn, event.point, event.at)
        elif isinstance(event, ReplyEnded):
            self._timelines.mark(event.turn, Point.REPLY_DONE, event.at)
        self.emit(event)

    def _on_played(self, turn: int, point: Point, at: float) -> None:
        """The speaker reached a point of a reply."""
        if point is Point.LAST_DAC:
            self._timelines.move(turn, point, at)
        elif self._timelines.mark(turn, point, at):
            if point is Point.FIRST_QUEUED and turn == self.turn:
                self._fire(Trigger.SOUND)
            elif point is Point.FIRST_AUDIBLE:
                self._tell_times(turn)

    def _on_heard(self, heard: Heard, at: float) -> None:
        self.emit(Sounded(turn=heard.key.turn, at=at, heard=heard))

    def _stop_reply(self, at: float) -> None:
        # On a barge-in the machine already counts the new turn.
        turn, replying = self._reply_turn, self._replying
        self._replying = None
        self._timelines.mark(turn, Point.INTERRUPTED, at)
        self._stopping = self._tasks.spawn(self._silence(turn, replying), name="stop reply")

    async def _silence(self, turn: int, replying: asyncio.Task[None] | None) -> None:
        try:
            heard = await self._playout.interrupt()
            if self._playout.silent_at is not None:
                self._timelines.mark(turn, Point.SILENT, self._playout.silent_at)
            self.emit(Interrupted(turn=turn, at=now(), heard=tuple(heard)))
            await self._pipeline.interrupt(heard)
        finally:
            if replying is not None and replying is not asyncio.current_task():
                replying.cancel()
                await asyncio.gather(replying, return_exceptions=True)
            self._tell_times(turn)
