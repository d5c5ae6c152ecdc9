"""Between the turns and the disk: which conversation goes on, and which takes wait to be asked again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path

from voicedesk.conversation.asked import Asked
from voicedesk.conversation.conductor import Conductor
from voicedesk.conversation.figures.turns import Figures
from voicedesk.conversation.recall import in_pieces
from voicedesk.conversation.record import Recorder
from voicedesk.conversation.scribe import Scribe
from voicedesk.conversation.store.archive import Archive
from voicedesk.conversation.store.figures_kept import KeptFigures, as_kept
from voicedesk.conversation.store.history import History, as_past
from voicedesk.conversation.store.model import Recording
from voicedesk.conversation.store.store import Store
from voicedesk.conversation.store.takes import EARLIER, TakeJournal
from voicedesk.conversation.store.tidying import Tidying
from voicedesk.core.clock import now
from voicedesk.core.errors import NoRecordingError, StorageError, VoiceDeskError
from voicedesk.core.events import (
    ConversationOpened,
    Event,
    Removed,
    StoreTrouble,
    TakeOffered,
    TakesWaiting,
)
from voicedesk.core.settings import Privacy
from voicedesk.core.tasks import TaskSet
from voicedesk.core.turn import State

log = logging.getLogger(__name__)

CLOSING_S = 10.0
"""A disk that hangs must not keep the window from closing for longer."""


class Keeping:
    """Keeps what is said, and brings it back.

    Attributes:
        history: The conversations.
        takes: The recordings.
        archive: The recordings of the present conversation.
        leaving: Called before another conversation is opened, while this one's turns still have their numbers.
    """

    def __init__(
        self,
        folder: Path,
        conductor: Conductor,
        scribe: Scribe,
        recorder: Recorder,
        *,
        privacy: Privacy,
        server: Callable[[], str],
        renew: Callable[[], Awaitable[None]],
        connect: Callable[[], Awaitable[None]],
    ) -> None:
        """Watch the turns from now on; nothing is read or written yet.

        Args:
            folder: Where the data of this user goes.
            conductor: Leads the turns.
            scribe: Observes them already.
            recorder: Observes them already.
            privacy: What the user wants to be kept.
            server: The name of the server that answers now.
            renew: Ends the present turn and has another session answer, which knows the dialogue as it is then.
            connect: Opens that session.
        """
        self._conductor, self._scribe = conductor, scribe
        self._renew, self._connect = renew, connect
        self._tasks = TaskSet()
        self._store = Store(folder, privacy)
        self._store.on_trouble(self._on_trouble)
        self.history: History = self._store.history
        self.takes: TakeJournal = self._store.takes
        self.takes.changed = self._count_soon
        self.archive = Archive(self.takes, self._store.turn_id)
        self._tidying = Tidying(self.history, lambda: self.conversation, privacy.history_span)
        self.leaving: Callable[[], None] = lambda: None
        self._figures = Figures()
        self._waiting: int | None = None  # takes, as it was told last
        self._counting: asyncio.Task[None] | None = None
        self._is_stale = False
        self._historian = self._store.watch(scribe, recorder, server)
        self._stop_watching: Callable[[], None] = lambda: None
        self.history.deleted = self._on_deleted
        conductor.watch_takes(self.takes.captured)
        for observer in (self.takes, self._historian, self._on_event):
            conductor.observe(observer)

    def keep_figures(self, figures: Figures) -> None:
        """Keep with each turn what is known of its times and cost, and have it known again when it goes on."""
        self._figures = figures
        historian = self._historian
        historian.figures = lambda turn: as_kept(figures.of(turn))
        self._stop_watching = figures.watch(lambda turn: historian.note_figures(turn.turn))

    @property
    def conversation(self) -> str:
        """The id of the present conversation; in the history as soon as something was said in it."""
        return self._historian.conversation

    @property
    def waiting(self) -> int:
        """How many takes were never answered, as far as it is known."""
        return self._waiting or 0

    def use(self, privacy: Privacy) -> None:
        """Keep what this says, from now on."""
        self._store.use(privacy)
        self._tidying.use(privacy.history_span)

    async def start(self) -> None:
        """Look for what an earlier run has left; a take that was cut by its end is offered for another try."""
        cut = await self._store.recover()
        self._tidying.start()
        self._count_soon()
        if cut and self._conductor.turn == 0:
            await self._offer(cut[0])

    async def _offer(self, recording: Recording) -> None:
        try:
            pcm = await self.takes.sound(recording.id)
        except NoRecordingError as error:
            log.info("a take that was cut cannot be read: %s", error.detail)
            return
        if self._conductor.turn == 0:
            self._adopt(recording)
            self._conductor.offer(Asked(take=in_pieces(pcm), again=EARLIER))
            self._conductor.emit(TakeOffered(turn=0, at=now(), seconds=recording.seconds))

    def _adopt(self, recording: Recording) -> None:
        self.takes.offer(recording)
        self._historian.adopt(EARLIER, recording.turn)

    def _on_event(self, event: Event) -> None:
        if isinstance(event, Removed):
            self._count_soon()  # a take went with it

    def _count_soon(self) -> None:
        """Once for all that happens in the same moment, and once more for what happens meanwhile."""
        self._is_stale = True
        if self._counting is None or self._counting.done():
            self._counting = self._tasks.spawn(self._count(), name="counting takes")

    async def _count(self) -> None:
        while self._is_stale:
            self._is_stale = False
            try:
                number = await self.takes.count_waiting()
            except StorageError as error:
                log.info("the takes are not counted: %s", error.detail)
                return
            if number != self._waiting:
                self._waiting = number
                self._conductor.emit(TakesWaiting(turn=0, at=now(), number=number))

    async def delete(self, recordings: Iterable[str]) -> None:
        """Delete takes for good; none of them can be tried again then.

        Raises:
            StorageError: They could not be deleted.
        """
        names = list(recordings)
        turns = [turn for name in names if (turn := self.takes.turn_of(name)) is not None]
        is_offered = self.takes.offered in names
        await self.takes.delete(names)
        for turn in [*turns, *([EARLIER] if is_offered else [])]:
            self._conductor.withdraw(turn)

    async def ask_again(self, recording: Recording) -> bool:
        """Ask what a kept take asked, whoever answers now, as a turn of its own in the present conversation.

        Returns:
            Whether it was asked; not while the user talks.

        Raises:
            NoRecordingError: The take is not kept any more.
        """
        pcm = await self.takes.sound(recording.id)
        if self._conductor.state in {State.LISTENING, State.ENDING}:
            return False
        turn = self.takes.turn_of(recording.id)
        if turn is None:
            turn = EARLIER
            self._adopt(recording)
        self._conductor.begin(Asked(take=in_pieces(pcm), again=turn))
        return True

    async def open(self, conversation: str | None = None) -> None:
        """Begin a new conversation, or go on with one of the history: who answers is told what was said in it.

        The present turn is stopped.

        Raises:
            StorageError: It cannot be read.
        """
        self.leaving()
        latest = self._conductor.turn
        turns = await self.history.turns(conversation) if conversation else []
        past = as_past(turns)
        await self._renew()
        # Who has begun to talk since then talks in the conversation that is being opened.
        is_talking = self._conductor.state in {State.LISTENING, State.ENDING}
        self._scribe.forget_before(self._conductor.turn + (not is_talking))
        self._scribe.dialogue.begin(past)
        ids = {number - len(turns): turn.id for number, turn in enumerate(turns)}
        self._figures.recall(KeptFigures(turns))
        self._historian.begin(conversation if turns else None, ids)
        opened = conversation if turns else None
        self._conductor.emit(
            ConversationOpened(turn=0, at=now(), conversation=opened, messages=past)
        )
        self._conductor.ask_anew(latest)  # meanwhile somebody may have typed, in what is open now
        await self._look_for_sound(ids)
        await self._connect()

    async def _look_for_sound(self, ids: Mapping[int, str]) -> None:
        try:
            await self.archive.begin(ids)
        except StorageError as error:
            log.info("the sound of the conversation is not known: %s", error.detail)

    def _on_deleted(self, conversations: frozenset[str]) -> None:
        """What the user has deleted is not to be known to who answers either."""
        self._count_soon()  # takes went with it
        if self.conversation in conversations:
            self._tasks.spawn(self.open(), name="a new conversation")

    def _on_trouble(self, error: VoiceDeskError | None) -> None:
        self._conductor.emit(StoreTrouble(turn=0, at=now(), error=error))

    async def close(self) -> None:
        """Write what is still to be written. The conductor is closed before. Safe to call twice."""
        self.takes.changed = lambda: None
        self._stop_watching()
        await self._tidying.close()
        await self._tasks.close()
        try:
            async with asyncio.timeout(CLOSING_S):
                await self._store.close()
        except TimeoutError:
            log.warning("the disk did not take everything within %.0f s", CLOSING_S)
