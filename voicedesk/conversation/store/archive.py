"""Which sound of the present conversation is on disk, so that it can be heard and asked again after it left memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from voicedesk.conversation.store.model import Recording
from voicedesk.conversation.store.takes import TakeJournal
from voicedesk.core.errors import NoRecordingError

MOST_KEPT = 2_000
"""Recordings that are known of: those of about as many turns as the window shows."""


class Archive:
    """Knows the recordings of turns by the numbers that these have now. All methods are called on the loop.

    What it knows may be gone from the disk meanwhile: whoever wants to hear it is told then.
    """

    def __init__(self, takes: TakeJournal, turn_id: Callable[[int], str]) -> None:
        """Nothing is known yet.

        Args:
            takes: The recordings.
            turn_id: The id of a turn of this run by its number.
        """
        self._takes = takes
        self._turn_id = turn_id
        self._past: dict[int, str] = {}
        self._kept: dict[tuple[int, str], Recording] = {}

    async def begin(self, past: Mapping[int, str]) -> None:
        """Another conversation goes on.

        Args:
            past: The ids of the turns of earlier runs in it, by the numbers that they have now.

        Raises:
            StorageError: It cannot be read.
        """
        self._past = dict(past)
        self._kept.clear()
        await self._read(past)

    async def look(self, turn: int) -> None:
        """Find out what is kept of a turn.

        Raises:
            StorageError: It cannot be read.
        """
        self.forget(turn)
        await self._read({turn: self._past.get(turn) or self._turn_id(turn)})

    async def _read(self, turns: Mapping[int, str]) -> None:
        numbers = {name: number for number, name in turns.items()}
        for each in await self._takes.of_turns(numbers):
            self._kept[numbers[each.turn], each.kind] = each
        if len(self._kept) > MOST_KEPT:
            for key in sorted(self._kept)[:-MOST_KEPT]:
                del self._kept[key]

    def forget(self, turn: int, kinds: Iterable[str] = ("take", "reply")) -> None:
        """Know nothing of a turn's sound any more."""
        for kind in kinds:
            self._kept.pop((turn, kind), None)

    def has(self, turn: int, *, take: bool) -> bool:
        """Whether the user's take (``take``) or what was heard of the reply is kept."""
        return (turn, _kind(take=take)) in self._kept

    async def sound(self, turn: int, *, take: bool) -> bytes:
        """The sound: PCM16 mono 24 kHz.

        Raises:
            NoRecordingError: It is not kept any more.
        """
        recording = self._kept.get((turn, _kind(take=take)))
        if recording is None:
            raise NoRecordingError(f"turn {turn}")
        try:
            return await self._takes.sound(recording.id)
        except NoRecordingError:
            self.forget(turn, [recording.kind])
            raise

    def offer(self, turn: int) -> None:
        """The take of a turn is about to be asked again: it waits for its answer then, on disk too."""
        recording = self._kept.get((turn, "take"))
        if recording is not None:
            self._takes.offer(recording, turn)


def _kind(*, take: bool) -> str:
    return "take" if take else "reply"
