"""What can be done with a message of the past: hear it once more, ask it again, take it out of the conversation."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field

from voicedesk.audio.io import RATE, SAMPLE_BYTES
from voicedesk.conversation.asked import Announcement, Asked
from voicedesk.conversation.conductor import Conductor
from voicedesk.core.clock import now
from voicedesk.core.events import (
    AudioDelta,
    AudioEnded,
    AudioKey,
    Event,
    Hint,
    HintKind,
    Removed,
    ReplyEnded,
    Retried,
    StateChanged,
)
from voicedesk.core.turn import State

REPLAY = "replay"
"""The response of sound that was heard before: it is no new answer."""

MOST_TURNS = 50
MOST_BYTES = 96_000_000
"""Half an hour of sound."""

_PIECE = RATE * SAMPLE_BYTES // 5
_NOTHING_SAID = frozenset({HintKind.TOO_SHORT, HintKind.NO_SPEECH})


@dataclass(slots=True)
class _Sounds:
    """The sound of one turn: PCM16 mono 24 kHz in the order in which it came."""

    take: list[bytes] = field(default_factory=list)
    reply: list[bytes] = field(default_factory=list)
    size: int = 0


class SoundMemory:
    """The sound of the latest turns, bounded by their number and by bytes; the oldest go first."""

    def __init__(self, *, most_turns: int = MOST_TURNS, most_bytes: int = MOST_BYTES) -> None:
        self._turns: OrderedDict[int, _Sounds] = OrderedDict()
        self._most_turns = most_turns
        self._most_bytes = most_bytes
        self.size = 0

    def __len__(self) -> int:
        return len(self._turns)

    def add(self, turn: int, pcm: bytes, *, is_take: bool) -> None:
        """Keep a piece of the user's take, or of the reply to it."""
        sounds = self._turns.setdefault(turn, _Sounds())
        (sounds.take if is_take else sounds.reply).append(pcm)
        sounds.size += len(pcm)
        self.size += len(pcm)
        while len(self._turns) > self._most_turns or self.size > self._most_bytes:
            self.forget(next(iter(self._turns)))

    def take(self, turn: int) -> list[bytes]:
        """What the user said in a turn; empty when it is not kept."""
        sounds = self._turns.get(turn)
        return list(sounds.take) if sounds is not None else []

    def reply(self, turn: int) -> list[bytes]:
        """The sound of the reply of a turn, as far as it came; empty when it is not kept."""
        sounds = self._turns.get(turn)
        return list(sounds.reply) if sounds is not None else []

    def forget(self, turn: int) -> None:
        """Drop the sound of a turn."""
        sounds = self._turns.pop(turn, None)
        if sounds is not None:
            self.size -= sounds.size

    def forget_reply(self, turn: int) -> None:
        """Drop the sound of a reply."""
        sounds = self._turns.get(turn)
        if sounds is not None:
            freed = sum(map(len, sounds.reply))
            sounds.reply.clear()
            sounds.size -= freed
            self.size -= freed


def again(sound: list[bytes]) -> Announcement:
    """Sound that was heard before, as a reply without words."""

    async def events(turn: int) -> AsyncGenerator[Event, None]:
        key = AudioKey(turn, REPLAY, "1")
        pcm = b"".join(sound)
        for at in range(0, len(pcm), _PIECE):
            yield AudioDelta(turn=turn, at=now(), key=key, pcm=pcm[at : at + _PIECE])
            await asyncio.sleep(0)  # a long one must not hold up the window
        yield AudioEnded(turn=turn, at=now(), key=key)
        yield ReplyEnded(turn=turn, at=now())

    return events


class Recall:
    """Serves the window's wishes about messages of the past. All methods are called on the loop's thread.

    Attributes:
        sounds: Of the latest turns.
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
            case Hint(hint=hint) if hint in _NOTHING_SAID:
                self.sounds.forget(event.turn)
            case Retried(of=turn):
                self._move(turn, event.turn)
            case StateChanged():
                self._tell()
            case _:
                pass

    def _move(self, old: int, new: int) -> None:
        """The same question in another turn: what was said counts for that one."""
        take = self.sounds.take(old)
        self.sounds.forget(old)
        for pcm in take:
            self.sounds.add(new, pcm, is_take=True)

    @property
    def _is_talking(self) -> bool:
        return self._conductor.state in {State.LISTENING, State.ENDING}

    def can_replay(self, turn: int, *, take: bool) -> bool:
        """Whether the user's take (``take``) or the reply of a turn can be heard again."""
        found = self.sounds.take(turn) if take else self.sounds.reply(turn)
        return bool(found) and not self._is_talking

    def replay(self, turn: int, *, take: bool) -> None:
        """Play it again, in place of a reply that sounds. The talk key and Esc end it."""
        if self.can_replay(turn, take=take):
            sound = self.sounds.take(turn) if take else self.sounds.reply(turn)
            self._conductor.begin(Asked(announcement=again(sound)))

    def can_ask_again(self, turn: int, text: str) -> bool:
        """Whether the question of a turn can be asked again."""
        is_known = bool(text.strip()) or bool(self.sounds.take(turn))
        return is_known and turn != self._busy_with and not self._is_talking

    @property
    def _busy_with(self) -> int | None:
        """The turn that is being answered."""
        busy = self._conductor.state in {State.THINKING, State.SPEAKING}
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
        asked = Asked(take=take, again=turn) if take else Asked(text.strip(), again=turn)
        self._conductor.begin(asked)

    def can_remove(self, turn: int) -> bool:
        """Whether messages of a turn can be taken out: not while it is going on."""
        return turn != self._busy_with and not (self._is_talking and turn == self._conductor.turn)

    def remove(self, turn: int, *, whole: bool) -> None:
        """Take the answer of a turn out of the conversation, or (``whole``) its question too."""
        if not self.can_remove(turn):
            return
        if whole:
            self.sounds.forget(turn)
        else:
            self.sounds.forget_reply(turn)
        self._conductor.emit(Removed(turn=turn, at=now(), whole=whole))
        self._is_owed = True
        self._tell()

    def _tell(self) -> None:
        if self._is_owed and self._conductor.state in {State.READY, State.FAILED}:
            self._is_owed = False
            self._removed()
