"""What can be done with a message of the past: hear it once more, ask it again, take it out of the conversation."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from typing import Protocol

from voicedesk.audio.io import RATE, SAMPLE_BYTES
from voicedesk.conversation.asked import Announcement, Asked
from voicedesk.conversation.conductor import Conductor
from voicedesk.conversation.pieces import Pieces
from voicedesk.conversation.take import is_silent
from voicedesk.core.clock import now
from voicedesk.core.errors import NoRecordingError, StorageError
from voicedesk.core.events import (
    AudioDelta,
    AudioEnded,
    AudioKey,
    Event,
    Hint,
    HintKind,
    PutBack,
    Removed,
    ReplyEnded,
    Retried,
    StateChanged,
    StoreTrouble,
    TakenOut,
)
from voicedesk.core.tasks import TaskSet
from voicedesk.core.turn import AT_REST, REPLYING, State

log = logging.getLogger(__name__)

REPLAY = "replay"
"""The response of sound that was heard before: it is no new answer."""

MOST_TURNS = 50
MOST_BYTES = 96_000_000
"""Half an hour of sound."""

_PIECE = RATE * SAMPLE_BYTES // 5


@dataclass(slots=True)
class _Sounds:
    """The sound of one turn: PCM16 mono 24 kHz in the order in which it came."""

    take: Pieces = field(default_factory=Pieces)
    reply: Pieces = field(default_factory=Pieces)
    size: int = 0


class SoundMemory:
    """The sound of the latest turns, bounded by their number and by bytes; the oldest go first.

    Attributes:
        evicted: Told which turn had to go.
    """

    def __init__(self, *, most_turns: int = MOST_TURNS, most_bytes: int = MOST_BYTES) -> None:
        self._turns: OrderedDict[int, _Sounds] = OrderedDict()
        self._most_turns = most_turns
        self._most_bytes = most_bytes
        self.evicted: Callable[[int], None] = lambda _turn: None
        self.size = 0

    def __len__(self) -> int:
        return len(self._turns)

    def add(self, turn: int, pcm: bytes, *, is_take: bool) -> None:
        """Keep a piece of the user's take, or of the reply to it."""
        if turn not in self._turns:
            for earlier in self._turns.values():
                earlier.take.pack()
                earlier.reply.pack()
        sounds = self._turns.setdefault(turn, _Sounds())
        (sounds.take if is_take else sounds.reply).add(pcm)
        sounds.size += len(pcm)
        self.size += len(pcm)
        while len(self._turns) > self._most_turns or self.size > self._most_bytes:
            oldest = next(iter(self._turns))
            self.forget(oldest)
            self.evicted(oldest)

    def take(self, turn: int) -> list[bytes]:
        """What the user said in a turn; empty when it is not kept."""
        sounds = self._turns.get(turn)
        return sounds.take.read() if sounds is not None else []

    def reply(self, turn: int) -> list[bytes]:
        """The sound of the reply of a turn, as far as it came; empty when it is not kept."""
        sounds = self._turns.get(turn)
        return sounds.reply.read() if sounds is not None else []

    def forget(self, turn: int) -> None:
        """Drop the sound of a turn."""
        sounds = self._turns.pop(turn, None)
        if sounds is not None:
            self.size -= sounds.size

    def forget_reply(self, turn: int) -> None:
        """Drop the sound of a reply."""
        sounds = self._turns.get(turn)
        if sounds is not None:
            freed = len(sounds.reply)
            sounds.reply.clear()
            sounds.size -= freed
            self.size -= freed


def in_pieces(pcm: bytes) -> list[bytes]:
    """Sound in pieces of a fifth of a second, as it would come from the microphone."""
    return [pcm[at : at + _PIECE] for at in range(0, len(pcm), _PIECE)]


def again(sound: list[bytes]) -> Announcement:
    """Sound that was heard before, as a reply without words."""

    async def events(turn: int) -> AsyncGenerator[Event, None]:
        key = AudioKey(turn, REPLAY, "1")
        for pcm in in_pieces(b"".join(sound)):
            yield AudioDelta(turn=turn, at=now(), key=key, pcm=pcm)
            await asyncio.sleep(0)  # a long one must not hold up the window
        yield AudioEnded(turn=turn, at=now(), key=key)
        yield ReplyEnded(turn=turn, at=now())

    return events


class SoundArchive(Protocol):
    """Sound that is on disk, by the numbers of turns."""

    async def look(self, turn: int) -> None:
        """Find out what is kept of a turn; raises StorageError."""

    def forget(self, turn: int) -> None:
        """Know nothing of a turn's sound any more."""

    def has(self, turn: int, *, take: bool) -> bool:
        """Whether the user's take (``take``) or the reply is kept."""

    async def sound(self, turn: int, *, take: bool) -> bytes:
        """The sound; raises NoRecordingError."""

    def offer(self, turn: int) -> None:
        """The take of a turn is about to be asked again."""


class Recall:
    """Serves the window's wishes about messages of the past. All methods are called on the loop's thread.

    Attributes:
        sounds: Of the latest turns.
        archive: Sound that memory does not hold; None where nothing is kept on disk.
    """

    def __init__(
        self,
        conductor: Conductor,
        *,
        removed: Callable[[], None],
        sounds: SoundMemory | None = None,
    ) -> None:
        """Watch the turns from now on.

        Args:
            conductor: Leads the turns.
            removed: Called when something was taken out of the conversation: who answers must be told.
            sounds: Where sound is kept.
        """
        self.sounds = sounds or SoundMemory()
        self.sounds.evicted = self._look
        self.archive: SoundArchive | None = None
        self._tasks = TaskSet()
        self._sounded = 0  # the latest turn whose reply was heard
        self._taken_out: TakenOut | None = None
        self._conductor = conductor
        self._removed = removed
        self._is_owed = (
            False  # somebody must be told of a removal when the turn that goes on is over
        )
        conductor.watch_takes(self._on_take)
        conductor.observe(self._on_event)

    def _on_take(self, turn: int, pcm: bytes) -> None:
        self.sounds.add(turn, pcm, is_take=True)

    def _on_event(self, event: Event) -> None:
        match event:
            case AudioDelta(key=key, pcm=pcm) if key.response != REPLAY:
                self.sounds.add(event.turn, pcm, is_take=False)
            case Hint(hint=HintKind.TOO_SHORT):
                self.sounds.forget(event.turn)
            case Hint(hint=HintKind.NO_SPEECH):
                # What is not quite silent may be a quiet voice.
                if all(map(is_silent, self.sounds.take(event.turn))):
                    self.sounds.forget(event.turn)
            case Retried(of=turn):
                self._move(turn, event.turn)
            case StateChanged(state=state):
                if state is State.SPEAKING:
                    self._sounded = event.turn
                self._tell()
            case _:
                pass

    def _move(self, old: int, new: int) -> None:
        """The same question in another turn: what was said counts for that one."""
        take = self.sounds.take(old)
        self.sounds.forget(old)
        for pcm in take:
            self.sounds.add(new, pcm, is_take=True)
        if self.archive is not None:
            self.archive.forget(old)
            if not take:
                asyncio.get_running_loop().call_soon(self._look, new)  # when it is written down

    def _look(self, turn: int) -> None:
        """Sound of a turn is not in memory: perhaps it is on disk."""
        if self.archive is not None:
            self._tasks.spawn(self._looked(self.archive, turn), name="looking for sound")

    @staticmethod
    async def _looked(archive: SoundArchive, turn: int) -> None:
        try:
            await archive.look(turn)
        except StorageError as error:
            log.info("the sound of turn %d is not known: %s", turn, error.detail)

    @property
    def _is_talking(self) -> bool:
        return self._conductor.state in {State.LISTENING, State.ENDING}

    def can_replay(self, turn: int, *, take: bool) -> bool:
        """Whether the user's take (``take``) or the reply of a turn can be heard again."""
        is_known = bool(self._sound(turn, take=take)) or self._is_kept(turn, take=take)
        return is_known and not self._is_talking

    def _sound(self, turn: int, *, take: bool) -> list[bytes]:
        return self.sounds.take(turn) if take else self.sounds.reply(turn)

    def _is_kept(self, turn: int, *, take: bool) -> bool:
        return self.archive is not None and self.archive.has(turn, take=take)

    def replay(self, turn: int, *, take: bool) -> None:
        """Play it again, in place of a reply that sounds. The talk key and Esc end it."""
        if not self.can_replay(turn, take=take):
            return
        if sound := self._sound(turn, take=take):
            self.play(sound)
        else:
            self._tasks.spawn(self._replay_kept(turn, take=take), name="replaying")

    def play(self, sound: list[bytes]) -> None:
        """Play sound of the past: PCM16 mono 24 kHz, in place of a reply that sounds; not while the user talks."""
        self._conductor.begin(Asked(announcement=again(sound)))

    async def _replay_kept(self, turn: int, *, take: bool) -> None:
        if (sound := await self._kept(turn, take=take)) is not None:
            self.play([sound])

    async def _kept(self, turn: int, *, take: bool) -> bytes | None:
        """Sound from the disk; None if it is gone, which the user is told."""
        assert self.archive is not None
        try:
            return await self.archive.sound(turn, take=take)
        except NoRecordingError as error:
            self._conductor.emit(StoreTrouble(turn=0, at=now(), error=error))
            return None

    def can_ask_again(self, turn: int, text: str) -> bool:
        """Whether the question of a turn can be asked again."""
        is_known = (
            bool(text.strip()) or bool(self.sounds.take(turn)) or self._is_kept(turn, take=True)
        )
        return is_known and turn != self._busy_with and not self._is_talking

    @property
    def _busy_with(self) -> int | None:
        """The turn that is being answered."""
        busy = self._conductor.state in REPLYING
        return self._conductor.turn if busy else None

    def ask_again(self, turn: int, text: str) -> None:
        """Ask once more what was asked in a turn, which then counts no longer.

        Args:
            turn: Which one.
            text: The question as it is known; the take is sent instead where it is kept.
        """
        if not self.can_ask_again(turn, text):
            return
        take = self.sounds.take(turn)
        if not take and self._is_kept(turn, take=True):
            self._tasks.spawn(self._ask_kept(turn, text), name="asking again")
            return
        asked = Asked(take=take, again=turn) if take else Asked(text.strip(), again=turn)
        self._conductor.begin(asked)

    async def _ask_kept(self, turn: int, text: str) -> None:
        assert self.archive is not None
        sound = await self._kept(turn, take=True)
        if not self.can_ask_again(turn, text):
            return  # the user talks by now, or nothing is left to ask
        if sound is None:
            self._conductor.begin(Asked(text.strip(), again=turn))
            return
        self.archive.offer(turn)
        self._conductor.begin(Asked(take=in_pieces(sound), again=turn))

    def can_undo(self, turn: int, text: str) -> bool:
        """Whether the question of a turn that was just cancelled can be asked after all: it was not answered."""
        asked = Asked(text.strip() or None, self.sounds.take(turn))
        is_answered = turn == self._sounded
        return asked.can_be_asked_again and not is_answered and self.can_ask_again(turn, text)

    def can_remove(self, turn: int) -> bool:
        """Whether messages of a turn can be taken out: not while it is going on."""
        return turn != self._busy_with and not (self._is_talking and turn == self._conductor.turn)

    def remove(self, turn: int, *, whole: bool) -> None:
        """Take the answer of a turn out of the conversation, or (``whole``) its question too.

        Who answers knows nothing of it from now on. It can be put back until ``settle``.
        """
        if not self.can_remove(turn):
            return
        self.settle()
        self._taken_out = TakenOut(turn=turn, at=now(), whole=whole)
        self._change(self._taken_out)

    def put_back(self) -> None:
        """Have in the conversation again what was taken out of it last, unless that is settled."""
        taken_out, self._taken_out = self._taken_out, None
        if taken_out is not None:
            self._change(PutBack(turn=taken_out.turn, at=now()))

    def settle(self) -> None:
        """What was taken out is gone for good, with its recordings."""
        taken_out, self._taken_out = self._taken_out, None
        if taken_out is None:
            return
        turn, whole = taken_out.turn, taken_out.whole
        if whole:
            self.sounds.forget(turn)
        else:
            self.sounds.forget_reply(turn)
        self._conductor.emit(Removed(turn=turn, at=now(), whole=whole))

    def _change(self, event: Event) -> None:
        self._conductor.emit(event)
        self._is_owed = True
        self._tell()

    async def close(self) -> None:
        """Settle, and let go of the disk. Safe to call twice."""
        self.settle()
        await self._tasks.close()

    def _tell(self) -> None:
        if self._is_owed and self._conductor.state in AT_REST:
            self._is_owed = False
            self._removed()
