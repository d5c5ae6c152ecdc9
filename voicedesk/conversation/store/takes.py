"""The journal of takes: nobody has to say again what was said once.

Each take is written to disk from its first sample and stays until it is answered, through failures, cancels and
crashes; then the user's setting says how long.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from voicedesk.audio.io import RATE, SAMPLE_BYTES
from voicedesk.conversation.store import queries
from voicedesk.conversation.store.database import Database, Urgency
from voicedesk.conversation.store.model import Recording, TakeState, Unanswered
from voicedesk.conversation.store.retention import may_go, outlived
from voicedesk.conversation.store.sound_files import SoundFiles, new_name
from voicedesk.conversation.take import MIN_TAKE_S, is_silent
from voicedesk.core.errors import NoRecordingError, VoiceDeskError
from voicedesk.core.events import (
    Event,
    Hint,
    HintKind,
    ReplyEnded,
    Retried,
    StateChanged,
    TurnFailed,
)
from voicedesk.core.settings import Privacy
from voicedesk.core.turn import State

SWEEP_S = 3600.0
"""How often the journal looks for what has been kept long enough."""

EARLIER = -1_000_000
"""Stands for the turn of an earlier run whose take is asked again; below every number of a conversation's past."""

_SPARE = 0.05  # of the room for recordings, made free at once when it is full
_KEPT = 64  # turns whose take may still be asked again
_UNANSWERED = "kind = 'take' AND state IN ('failed', 'cancelled')"
_OF_TURN = "turn = ? AND state NOT IN ('recording')"


@dataclass(slots=True)
class _Open:
    """A take of this run.

    Attributes:
        name: Its recording.
        began: When, seconds since 1970.
        state: As on disk.
        size: Bytes of sound so far.
        heard: Whether its reply has begun to sound, or is complete.
        is_silent: Whether there is nothing in it; what is known to be kept already is not thrown away for that.
    """

    name: str
    began: float
    state: TakeState = TakeState.RECORDING
    size: int = 0
    heard: bool = False
    is_silent: bool = False


class TakeJournal:
    """Writes takes down as they are captured, and their fate as it is told by the events of the turns.

    An observer of the conductor, and its journal.

    Attributes:
        privacy: How long recordings are kept; see ``retain``.
        changed: Called when other takes may be unanswered than before.
    """

    def __init__(
        self,
        database: Database,
        files: SoundFiles,
        *,
        turn_id: Callable[[int], str],
        privacy: Privacy | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Nothing is read or written yet.

        Args:
            database: Whose thread writes the sound too.
            files: The sound.
            turn_id: The id of a turn of this run by its number.
            privacy: To begin with.
            clock: Seconds since 1970.
        """
        self.privacy = privacy or Privacy()
        self._database = database
        database.caught_up = lambda: self.changed()  # noqa: PLW0108 - who is told may be another by then
        database.begun_anew = self._begin_anew
        self._files = files
        self._turn_id = turn_id
        self._clock = clock
        self.changed: Callable[[], None] = lambda: None
        self._takes: dict[int, _Open] = {}
        self._sweeping: asyncio.TimerHandle | None = None

    # ---------------------------------------------------------------------------------- recording

    def captured(self, turn: int, pcm: bytes) -> None:
        """A piece of a take: PCM16 mono 24 kHz. Returns at once."""
        take = self._takes.get(turn)
        is_new = take is None
        if take is None:
            at = self._clock()
            take = self._takes[turn] = _Open(new_name(at), at, is_silent=True)
            self._forget_old(turn)
        take.size += len(pcm)
        take.is_silent = take.is_silent and is_silent(pcm)
        # The file comes first: a database that is locked or broken must not hold up what cannot be said again.
        self._database.post_file(partial(self._files.append, take.name, pcm))
        if is_new:
            self._write(turn, take, TakeState.RECORDING)

    def __call__(self, event: Event) -> None:
        """Take an event of the stream."""
        if isinstance(event, Retried):
            self._retried(event.turn, event.of)
        elif isinstance(event, StateChanged):
            self._settle_before(event.turn)
        take = self._takes.get(event.turn)
        if take is None:
            return
        match event:
            case StateChanged(state=state):
                self._moved(event.turn, take, state)
            case Hint(hint=HintKind.TOO_SHORT):
                self._discard(event.turn, take)
            case Hint(hint=HintKind.NO_SPEECH):
                self._unheard(event.turn, take)
            case ReplyEnded():
                take.heard = True
            case TurnFailed():
                self._set(event.turn, take, TakeState.FAILED)
            case _:
                pass

    def _moved(self, turn: int, take: _Open, state: State) -> None:
        if state is State.THINKING:
            self._set(turn, take, TakeState.WAITING)
        elif state is State.SPEAKING:
            take.heard = True
        elif state is State.READY:
            self._end(turn, take)

    def _settle_before(self, turn: int) -> None:
        """The turns before this one are over, whatever has been told of them."""
        for number, take in list(self._takes.items()):
            if EARLIER < number < turn:
                self._end(number, take)

    def _end(self, turn: int, take: _Open) -> None:
        if take.state is TakeState.RECORDING:
            self._set(turn, take, TakeState.CANCELLED)
        elif take.state is TakeState.WAITING:
            self._set(turn, take, TakeState.ANSWERED if take.heard else TakeState.CANCELLED)

    def _set(self, turn: int, take: _Open, state: TakeState) -> None:
        if take.state is state:
            return
        is_lost_for_no_one = state in {TakeState.FAILED, TakeState.CANCELLED}
        if is_lost_for_no_one and take.size < MIN_TAKE_S * RATE * SAMPLE_BYTES:
            self._discard(turn, take)
            return
        take.state = state
        self._write(turn, take, state)
        if state is not TakeState.WAITING:
            self.sweep()

    def _unheard(self, turn: int, take: _Open) -> None:
        """Nobody was heard to speak in it. That may be a quiet voice: it is thrown away only if it is silent."""
        if take.is_silent:
            self._discard(turn, take)
        elif take.state in {TakeState.RECORDING, TakeState.WAITING}:
            self._set(turn, take, TakeState.CANCELLED)

    def _write(self, turn: int, take: _Open, state: TakeState) -> None:
        turn_id = self._turn_id(turn)
        if state is not TakeState.RECORDING:
            # Whatever the database does: a take that is over can be deleted.
            self._database.post_file(partial(self._files.end, take.name))
        self._database.post(
            lambda connection: self._files.settle(
                connection, take.name, state, turn_id, take.began
            ),
            Urgency.RECORDING,
            key=_key(take.name),
        )
        self.changed()

    def _discard(self, turn: int, take: _Open) -> None:
        self._takes.pop(turn, None)
        self._database.post(
            lambda connection: self._files.discard(connection, take.name),
            Urgency.RECORDING,
            key=_key(take.name),
        )
        self.changed()

    def _retried(self, turn: int, of: int) -> None:
        """The take of a turn is asked again in another."""
        take = self._takes.pop(of, None)
        if take is None:
            return
        take.heard = False
        take.state = TakeState.WAITING
        self._takes[turn] = take
        self._write(turn, take, TakeState.WAITING)

    def _forget_old(self, turn: int) -> None:
        for number in [n for n in self._takes if EARLIER < n <= turn - _KEPT]:
            del self._takes[number]

    # ------------------------------------------------------------------------------ what is kept

    async def unanswered(self) -> list[Recording]:
        """The takes that were never answered, the latest first; those of the present turn left out.

        Raises:
            StorageError: They cannot be read.
        """
        return await self._listed(_UNANSWERED)

    async def waiting(self) -> list[Unanswered]:
        """What is known of the takes that were never answered and are long enough to hold words, the latest first.

        Raises:
            StorageError: They cannot be read.
        """

        def work(connection: sqlite3.Connection) -> list[Unanswered]:
            return [
                Unanswered(each, *queries.asked_in(connection, each.turn))
                for each in self._files.listed(connection, _UNANSWERED)
                if each.seconds >= MIN_TAKE_S
            ]

        return await self._database.read(work)

    async def count_waiting(self) -> int:
        """How many ``waiting`` gives.

        Raises:
            StorageError: They cannot be counted.
        """
        return await self._database.read(
            lambda c: self._files.count(c, _UNANSWERED, at_least=MIN_TAKE_S)
        )

    def turn_of(self, recording: str) -> int | None:
        """The number of the turn of this run that a take belongs to; None for a take of an earlier run."""
        numbers = (n for n, take in self._takes.items() if n > 0 and take.name == recording)
        return next(numbers, None)

    async def of_turns(self, turn_ids: Iterable[str]) -> list[Recording]:
        """What is kept of the sound of these turns.

        Raises:
            StorageError: It cannot be read.
        """
        ids = list(turn_ids)
        return await self._database.read(
            lambda c: [each for turn in ids for each in self._files.listed(c, _OF_TURN, turn)]
        )

    async def _listed(self, where: str, *arguments: object) -> list[Recording]:
        return await self._database.read(lambda c: self._files.listed(c, where, *arguments))

    async def sound(self, recording: str) -> bytes:
        """The sound of a recording: PCM16 mono 24 kHz.

        Raises:
            NoRecordingError: It is not kept any more.
        """
        return await asyncio.to_thread(self.sound_now, recording)

    def sound_now(self, recording: str) -> bytes:
        """As ``sound``, waiting for the disk.

        Raises:
            NoRecordingError: It is not kept any more.
        """
        from voicedesk.audio.wav import read_wav  # late: it loads numpy

        path = self._files.path(recording)
        if path is None:
            raise NoRecordingError(recording)
        try:
            return read_wav(path)
        except VoiceDeskError as error:
            raise NoRecordingError(error.detail or str(error)) from error

    def offer(self, recording: Recording, turn: int = EARLIER) -> None:
        """A take that is kept is about to be asked again, as what this turn asked."""
        size = round(recording.seconds * RATE) * SAMPLE_BYTES
        self._takes[turn] = _Open(
            recording.id, recording.created_at, recording.state, size, heard=False
        )

    @property
    def offered(self) -> str:
        """The take of an earlier run that is offered; empty for none."""
        take = self._takes.get(EARLIER)
        return take.name if take is not None else ""

    async def delete(self, recordings: Iterable[str]) -> None:
        """Delete recordings for good.

        Raises:
            StorageError: They could not be deleted.
        """
        names = list(recordings)
        if self.offered in names:
            del self._takes[EARLIER]
        await self._database.write(lambda connection: self._files.drop(connection, names))
        self.changed()

    def keep_reply(self, turn_id: str, pcm: bytes, at: float) -> None:
        """Keep what was heard of a turn's reply: PCM16 mono 24 kHz. Nothing is kept if the user wants that."""
        if self.privacy.takes == "none" or not pcm:
            return
        name = f"{new_name(at)[:16]}{turn_id}-reply"
        self._database.post(lambda c: self._files.add_reply(c, name, turn_id, pcm, at))

    # ------------------------------------------------------------------------------------- order

    async def recover(self) -> list[Recording]:
        """Bring order into what an earlier run has left. Returns the takes that were cut by its end, latest first.

        Raises:
            StorageError: It cannot be read or written.
        """
        at = self._clock()
        own = {take.name for take in self._takes.values()}  # the user may be talking already
        cut = await self._database.write(
            lambda c: self._files.recover(c, at, own), Urgency.RECORDING
        )
        self._sweep_later()
        self.sweep(is_start=True)
        listed = await self._listed("cut AND state = 'failed'")
        return [each for each in listed if each.id in cut and each.seconds >= MIN_TAKE_S]

    def _begin_anew(self) -> None:
        """The rows are lost with their file: they are made once more, of what is known and of what lies in the folder."""
        at = self._clock()
        takes = {turn: take for turn, take in self._takes.items() if turn > EARLIER}
        own = {take.name for take in takes.values()}
        self._database.post(lambda c: self._files.recover(c, at, own), Urgency.RECORDING)
        for turn, take in takes.items():
            self._write(turn, take, take.state)
        self.changed()

    def retain(self, privacy: Privacy) -> None:
        """Keep recordings as this says, from now on."""
        self.privacy = privacy
        self.sweep()

    def sweep(self, *, is_start: bool = False) -> None:
        """Delete what has been kept long enough."""
        at, privacy = self._clock(), self.privacy

        def work(connection: sqlite3.Connection) -> None:
            # After each turn; to look at every recording then would take longer and longer.
            if may_go(self._files.totals(connection), privacy, at, is_start=is_start):
                every = self._files.listed(connection, "1")
                gone = outlived(every, privacy, at, is_start=is_start, spare=_SPARE)
                self._files.drop(connection, gone)

        self._database.post(work)
        self.changed()

    def _sweep_later(self) -> None:
        self._stop_sweeping()

        def sweep() -> None:
            self.sweep()
            self._sweep_later()

        self._sweeping = asyncio.get_running_loop().call_later(SWEEP_S, sweep)

    def _stop_sweeping(self) -> None:
        if self._sweeping is not None:
            self._sweeping.cancel()
            self._sweeping = None

    def close(self) -> None:
        """The application ends: what is still being recorded stays as a take that was cancelled."""
        self._stop_sweeping()
        for number, take in list(self._takes.items()):
            if number > EARLIER:
                self._end(number, take)
        if self.privacy.takes == "none":
            self.sweep(is_start=True)
        self._database.post_file(self._files.release, Urgency.LAST)


def _key(recording: str) -> str:
    return f"take {recording}"
