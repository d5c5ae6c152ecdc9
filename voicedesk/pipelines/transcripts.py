"""What the user said, placed by item: it arrives late, out of order, or never."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from typing import Any

from voicedesk.core.characters import whole_characters
from voicedesk.core.clock import now
from voicedesk.core.counts import counted
from voicedesk.core.events import Reached, UserText
from voicedesk.core.names import name_of
from voicedesk.core.timeline import Point
from voicedesk.pipelines.base import Emit
from voicedesk.pipelines.realtime_bounds import MOST_CHARACTERS
from voicedesk.providers.realtime import ServerEvent

_PREFIX = "conversation.item.input_audio_transcription."
_REMEMBERED_ITEMS = 64
_REMEMBERED_TYPED = 256  # a new session is told up to a hundred at once


class Transcripts:
    """Knows which conversation item belongs to which turn and gives the words to the right one.

    Args:
        emit: Is given the words.
        failed: Told each time that a transcription failed, so that another model may be tried.
    """

    def __init__(self, emit: Emit, failed: Callable[[], object] = lambda: None) -> None:
        self._emit = emit
        self._failed = failed
        # Bounded, since there are servers that never acknowledge or never transcribe.
        self._committed: deque[int] = deque(maxlen=_REMEMBERED_ITEMS)  # turns, not yet acknowledged
        self._typed: OrderedDict[str, None] = OrderedDict()  # by item id
        self._turns: OrderedDict[str, int] = OrderedDict()  # by item id
        self._open: deque[int] = deque(maxlen=_REMEMBERED_ITEMS)  # turns that wait, oldest first
        self._texts: OrderedDict[int, str] = OrderedDict()  # so far, by turn

    def committed_by(self, turn: int) -> None:
        """The take of a turn is about to be committed."""
        self._committed.append(turn)
        self._open.append(turn)
        if len(self._texts) > _REMEMBERED_ITEMS:
            self._texts.popitem(last=False)

    def refused(self, turn: int) -> None:
        """The take of a turn was not accepted: the next item is that of a later one."""
        for turns in (self._committed, self._open):
            if turn in turns:
                turns.remove(turn)

    def typed(self, item_id: str) -> None:
        """An item of ours holds a typed question: nothing is to be transcribed."""
        self._typed[item_id] = None
        if len(self._typed) > _REMEMBERED_TYPED:
            self._typed.popitem(last=False)

    def reset(self) -> None:
        """The connection is gone, and with it all items."""
        self._committed.clear()
        self._turns.clear()
        self._open.clear()
        self._texts.clear()
        self._typed.clear()

    def take(self, event: ServerEvent) -> bool:
        """Handle an event about the user's items. Returns whether it was one."""
        kind = event["type"]
        if kind == "input_audio_buffer.committed":
            self._place(event.get("item_id"))
        elif kind == "conversation.item.added":
            item = event.get("item")
            if isinstance(item, Mapping) and item.get("role") == "user":
                self._place(item.get("id"))
        elif kind.startswith(_PREFIX):
            self._transcribed(kind.removeprefix(_PREFIX), event)
        else:
            return False
        return True

    def _place(self, item_id: object) -> None:
        if not isinstance(item_id, str) or not self._committed:
            return
        item_id = name_of(item_id)
        if item_id in self._turns or item_id in self._typed:
            return
        turn = self._committed.popleft()
        self._turns[item_id] = turn
        while len(self._turns) > _REMEMBERED_ITEMS:
            self._turns.popitem(last=False)
        self._emit(Reached(turn=turn, at=now(), point=Point.COMMITTED))

    def _transcribed(self, what: str, event: ServerEvent) -> None:
        item_id = event.get("item_id")
        turn = self._turns.get(name_of(item_id)) if isinstance(item_id, str) else None
        if turn is None:
            if not self._open:
                return
            turn = self._open[0]  # no id: the oldest utterance that still waits
        if what == "delta" and isinstance(event.get("delta"), str):
            self._texts[turn] = (self._texts.get(turn, "") + event["delta"])[:MOST_CHARACTERS]
            self._say(turn, self._texts[turn], final=False)
        elif what == "completed":
            whole = event.get("transcript")
            self._say(
                turn,
                whole[:MOST_CHARACTERS] if isinstance(whole, str) else self._texts.get(turn, ""),
                final=True,
                usage=counted(event.get("usage")),
            )
        elif what == "failed":
            self._say(turn, self._texts.get(turn) or None, final=True)
            self._failed()

    def _say(
        self,
        turn: int,
        text: str | None,
        *,
        final: bool,
        usage: Mapping[str, Any] | None = None,
    ) -> None:
        if final:
            self._texts.pop(turn, None)
            if turn in self._open:
                self._open.remove(turn)
        text = text if text is None else whole_characters(text)
        self._emit(UserText(turn=turn, at=now(), text=text, final=final, usage=usage))
