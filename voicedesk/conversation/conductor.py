"""The conductor: carries sound and words between microphone, pipeline and speaker, one turn at a time.

The table of ``core.turn`` says what has to be done; this file does it. Whatever arrives for an older turn is dropped
at the door. Observers watch the stream of events; one that fails or dawdles never holds up sound.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence

from voicedesk.audio.cues import Cue
from voicedesk.audio.io import AudioInput, AudioOutput, CapturedBlock, Level
from voicedesk.conversation.answering import Answering
from voicedesk.conversation.asked import Announcement, Asked
from voicedesk.conversation.audience import Audience
from voicedesk.conversation.control import Observer
from voicedesk.conversation.listening import Listening
from voicedesk.conversation.patience import Patience
from voicedesk.conversation.questions import Questions
from voicedesk.conversation.take import Take
from voicedesk.core.clock import now
from voicedesk.core.errors import NoMicrophoneError, VoiceDeskError
from voicedesk.core.events import (
    Event,
    Heard,
    Hint,
    HintKind,
    Link,
    LinkChanged,
    Reached,
    Retried,
    SoundTrouble,
    StateChanged,
    TurnFailed,
    UserText,
)
from voicedesk.core.reasons import OUR_FAULT
from voicedesk.core.settings import Talk
from voicedesk.core.tasks import TaskSet
from voicedesk.core.timeline import Point, Timeline
from voicedesk.core.turn import AT_REST, REPLYING, Effect, State, Trigger, TurnMachine
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
        self._audience = Audience()
        self._link = Link.CLOSED
        self._questions = Questions()
        self._take_watchers: list[Callable[[int, bytes], None]] = []
        self._effects: dict[Effect, Callable[[float], None]] = {
            Effect.STOP_REPLY: self._stop_reply,
            Effect.NEW_TURN: self._new_turn,
            Effect.START_TAKE: lambda at: self._listening.start(self.turn, at),
            Effect.RESUME_TAKE: lambda _at: self._listening.resume(),
            Effect.END_TAKE: self._listening.end,
            Effect.ABORT_TAKE: self._abort_take,
            Effect.REQUEST_REPLY: self._request_reply,
        }
        self._speaker = speaker
        self._answering = Answering(self, self._tasks, speaker)
        self._timelines = self._answering.timelines
        self._adopt(pipeline)
        if microphone is not None:
            microphone.on_trouble(self.on_trouble)

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
        return self.microphone.level if self.microphone is not None else Level()

    @property
    def microphone(self) -> AudioInput | None:
        """Where takes come from, None when there is none."""
        return self._listening.microphone

    @property
    def speaker(self) -> AudioOutput | None:
        """Where replies sound, None when there is none."""
        return self._speaker

    @property
    def underruns(self) -> int:
        """How often sound of a reply came too late for the speaker."""
        return self._answering.underruns

    def heard_so_far(self) -> Sequence[Heard]:
        """How much of each run of the present reply has left the DAC by now."""
        return self._answering.heard_so_far()

    @property
    def patience(self) -> Patience:
        """What is heard while an answer is waited for."""
        return self._answering.patience

    @property
    def microphone_ready(self) -> bool:
        """Whether talking is possible."""
        return self.microphone is not None and self.microphone.is_open

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
            self._begin(Asked(text))

    @property
    def can_retry(self) -> bool:
        """Whether there is a question that was not answered and can be asked again."""
        return self._questions.unanswered is not None and self.state in AT_REST

    def retry(self) -> None:
        """Ask again what the latest failed turn asked, whoever answers now."""
        if self._questions.unanswered is not None and self.can_retry:
            self._begin(self._questions.unanswered)

    def offer(self, asked: Asked) -> None:
        """Have a question of an earlier run be what ``retry`` asks, until the next turn."""
        self._questions.offer(asked)

    def withdraw(self, turn: int) -> None:
        """What this turn asked is not to be asked again by ``retry``: the user has deleted it."""
        self._questions.withdraw(turn)

    def announce(self, announcement: Announcement) -> None:
        """Say something of our own, in a turn of its own, as soon as nothing else is being said."""
        self._questions.announce(announcement)
        self._announce_next()

    def _announce_next(self) -> None:
        if self._questions.has_announcements and self.state in AT_REST:
            self._begin(self._questions.next_announcement())

    def begin(self, asked: Asked) -> None:
        """A turn whose question is complete already, in place of a reply that sounds; none while the user talks."""
        if self.state not in {State.LISTENING, State.ENDING}:
            self._begin(asked)

    def ask_anew(self, since: int) -> None:
        """Ask once more what was asked after turn ``since`` and is not answered."""
        asked = self._questions.present
        is_open = self.state in REPLYING or (self._questions.is_put_off and self.state in AT_REST)
        if self.turn > since and is_open and asked.announcement is None:
            self._begin(asked.repeat(self.turn))

    def _begin(self, asked: Asked) -> None:
        """A turn whose question is complete already."""
        self._questions.bring(asked)
        self._fire(Trigger.ASK)

    def observe(self, observer: Observer) -> Callable[[], None]:
        """Hand every event from now on to ``observer``; the returned call ends it."""
        return self._audience.add(observer)

    def watch_takes(self, watcher: Callable[[int, bytes], None]) -> None:
        """Hand every piece of every take to ``watcher``, in order, with the number of its turn."""
        self._take_watchers.append(watcher)

    def play_cue(self, cue: Cue) -> None:
        """Play a short sound beside the turns. It is no part of a take."""
        self._answering.play_cue(cue, self._listening.hush)

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
            microphone.on_trouble(self.on_trouble)

    async def use_speaker(self, speaker: AudioOutput | None) -> None:
        """Change the speaker. A reply that is under way is stopped, a take goes on."""
        if self.state in REPLYING:
            await self._settle()
        self._speaker = speaker
        self._answering.use(speaker)

    async def use_pipeline(self, pipeline: Pipeline, since: int | None = None) -> None:
        """Have another pipeline answer what comes after turn ``since``, the present one, which is stopped."""
        since = self.turn if since is None else since
        if self.state in REPLYING or (self.state not in AT_REST and self.turn == since):
            await self._settle()
        old, self._pipeline = self._pipeline, pipeline
        self._adopt(pipeline)
        if self.turn > since and self.state in {State.LISTENING, State.ENDING}:
            self._questions.present.begin_on(pipeline, self.turn)
        else:
            self.ask_anew(since)
        await self._answering.stopped()  # perhaps a reply of the old one
        await old.close()

    def _adopt(self, pipeline: Pipeline) -> None:
        def emit(event: Event) -> None:
            if self._pipeline is pipeline:
                self._on_pipeline_event(event)

        pipeline.listen(emit)

    async def _settle(self) -> None:
        self._questions.is_put_off |= self.state in REPLYING
        if self.state is State.SPEAKING:
            self._fire(Trigger.CANCEL)
        elif self.state is not State.FAILED:
            self.cancel()  # which is told: the user had something to say
        await self._answering.stopped()

    async def close(self) -> None:
        """Stop everything that runs; microphone and speaker stay the caller's."""
        self._questions.forget_announcements()
        await self._listening.close()
        await self._answering.close()
        await self._tasks.close()
        await self._pipeline.close()
        self._link = Link.CLOSED

    # ------------------------------------------------------------------------------------- events

    def emit(self, event: Event) -> None:
        """Hand an event to all observers."""
        self._audience.tell(event)

    def _fire(self, trigger: Trigger) -> bool:
        at = now()
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
                self._audience.tell_soon(changed)
            else:
                self._audience.tell(changed)
        if self.state is State.READY and self._questions.has_announcements:
            asyncio.get_running_loop().call_soon(self._announce_next)
        return True

    def _on_task_failed(self, error: BaseException) -> None:
        if isinstance(error, VoiceDeskError):
            self._fail(self.turn, error)
            return
        log.error("a turn failed unexpectedly", exc_info=error)
        self._fail(self.turn, VoiceDeskError(repr(error), reason=OUR_FAULT))

    def _fail(self, turn: int, error: VoiceDeskError) -> None:
        if turn != self.turn:
            return
        log.info("turn %d failed: %s (%s)", turn, error, error.detail)
        self._questions.fail(turn)
        self.emit(TurnFailed(turn=turn, at=now(), error=error))
        self._fire(Trigger.FAIL)
        self._answering.tell_times(turn)

    def _on_pipeline_event(self, event: Event) -> None:
        if isinstance(event, LinkChanged):
            self._link = event.link
        elif isinstance(event, Reached):
            self._timelines.mark(event.turn, event.point, event.at)
        self.emit(event)

    def on_trouble(self, error: VoiceDeskError) -> None:
        """A device stopped by itself."""
        self.emit(SoundTrouble(turn=0, at=now(), error=error))
        if self.state in {State.LISTENING, State.ENDING} and not self.microphone_ready:
            self._fail(self.turn, error)

    # --------------------------------------------------------------------------------- the timeline

    def _new_turn(self, at: float) -> None:
        turn = self.turn
        asked = self._questions.begin()
        if asked.announcement is None:
            mode, model = self._pipeline.mode, self._pipeline.model
            self._timelines.begin(Timeline(turn, mode=mode, model=model, typed=not asked.spoken))
            self._pipeline.begin_turn(turn)
        if asked.again:
            self.emit(Retried(turn=turn, at=at, of=asked.again))
        if asked.again or not asked.spoken:
            self._timelines.mark(turn, Point.KEY_UP, at)
            self._timelines.mark(turn, Point.TAKE_END, at)
        else:
            self._timelines.mark(turn, Point.KEY_DOWN, at)

    # -------------------------------------------------------------------------------------- the take

    def _abort_take(self, at: float) -> None:
        del at
        self._listening.abort()
        self._pipeline.abort_turn()

    def captured(self, take: Take, block: CapturedBlock, *, first: bool) -> None:
        """A piece of the take: on to the pipeline, while the key is still down."""
        if first:
            self._timelines.mark(take.turn, Point.FIRST_SAMPLE, block.captured_at)
        self._questions.present.take.append(block.pcm)
        for watcher in self._take_watchers:
            watcher(take.turn, block.pcm)
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
        asked = self._questions.present
        if asked.text is not None:
            self.emit(UserText(turn=self.turn, at=at, text=asked.text, final=True))
        self._answering.ask(asked, self._pipeline, at)

    def began_to_sound(self, turn: int) -> None:
        """Sound of the reply was handed to the speaker."""
        if turn == self.turn:
            self._fire(Trigger.SOUND)

    def answered(self, turn: int, failure: VoiceDeskError | None) -> None:
        """The reply is over and has been played."""
        if failure is not None:
            self._fail(turn, failure)
        elif turn == self.turn:
            self._fire(Trigger.DONE)
            self._answering.tell_times(turn)

    def _stop_reply(self, at: float) -> None:
        self._answering.stop(self._pipeline, at)
