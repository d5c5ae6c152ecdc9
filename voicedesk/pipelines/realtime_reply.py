"""One reply of a realtime server, from the request to its last event."""

from __future__ import annotations

import asyncio
import base64
import binascii
import logging
from collections.abc import Callable, Mapping
from typing import Any

from voicedesk.audio.io import RATE, SAMPLE_BYTES
from voicedesk.core.characters import split_half, whole_characters
from voicedesk.core.clock import now
from voicedesk.core.counts import DEEPEST, counted
from voicedesk.core.dialogue import ToolCall
from voicedesk.core.errors import ReplyFailedError, VoiceDeskError
from voicedesk.core.events import (
    AudioDelta,
    AudioEnded,
    AudioKey,
    ReplyEnded,
    TextDelta,
    TextEnded,
    UsageTold,
)
from voicedesk.core.names import name_of
from voicedesk.pipelines.base import Emit, TurnQueue, nobody
from voicedesk.pipelines.realtime_bounds import MOST_CHARACTERS, Allowance
from voicedesk.pipelines.realtime_tools import CallCollector
from voicedesk.providers.failures import STOPPED
from voicedesk.providers.realtime import ServerEvent

log = logging.getLogger(__name__)

_TRANSCRIPT = "response.output_audio_transcript"
_TEXT = "response.output_text"
_AUDIO = "response.output_audio"


def added(
    first: Mapping[str, Any], second: Mapping[str, Any], levels: int = DEEPEST
) -> dict[str, Any]:
    """Two counts of usage as one: numbers are summed, whatever else is kept as the later one has it."""
    total = dict(first)
    for name, value in second.items():
        known = total.get(name)
        if isinstance(value, Mapping):
            if levels:
                known = known if isinstance(known, Mapping) else {}
                total[name] = added(known, value, levels - 1)
        elif isinstance(value, int | float) and isinstance(known, int | float):
            total[name] = known + value
        else:
            total[name] = value
    return total


class Reply:
    """Turns the events of one response into events of the turn.

    A response may hold several audio items; each is a key of its own. Ids that a server leaves out are made up from
    what is going on: the response is this one, the item is the latest one.

    Attributes:
        turn: Whose reply it is.
        text: The typed question; None for a spoken one.
        take: The spoken question, once it is sent, for as long as it may have to be sent again: PCM16 mono 24 kHz.
        session: Number of the session that was asked.
        is_lost: Whether it failed because its connection was lost.
        response_id: The server's name for it, empty until it is created or when the server gives none.
        created: Whether the server has begun it.
        cancelled: Whether we do not want it any more.
        round: Count of the rounds of tools so far.
        ended: Set once the server is through with it.
        queue: What the conductor reads.
        bad_audio: Count of pieces of sound that were not valid base64.
        words_in_step: Whether the server sends words just before the sound that begins with them.
    """

    def __init__(self, turn: int, text: str | None = None, emit: Emit = nobody) -> None:
        """Nothing has come. ``emit`` takes what is known of it when nobody reads it any more."""
        self.turn = turn
        self.text = text
        self.take: tuple[bytes, ...] = ()
        self.session = 0
        self.is_lost = False
        self.response_id = ""
        self.created = False
        self.cancelled = False
        self.round = 0
        self.ended = asyncio.Event()
        self.queue = TurnQueue()
        self.bad_audio = 0
        self.words_in_step = False
        self._item = ""
        self._items = 0
        self._allowance = Allowance()
        self._calls = CallCollector()
        self._usage: dict[str, Any] = {}
        self._emit = emit
        self._texts: dict[AudioKey, str] = {}
        self._halves: dict[AudioKey, str] = {}  # of characters, which go on in the next piece
        self._carry: dict[AudioKey, bytes] = {}
        self._received: dict[AudioKey, int] = {}  # bytes
        self._sounding: dict[AudioKey, None] = {}  # keys whose sound has not ended, in order
        self._latest_end: AudioKey | None = None  # of the sound of the present response
        self._is_completed = False  # its item, as the server has said
        self._handlers: dict[str, Callable[[ServerEvent], None]] = {
            "response.output_item.added": self._on_item_added,
            "response.output_item.done": self._on_item_done,
            f"{_AUDIO}.delta": self._on_audio,
            f"{_AUDIO}.done": self._on_audio_done,
            f"{_TRANSCRIPT}.delta": self._on_transcript,
            f"{_TRANSCRIPT}.done": self._on_transcript_done,
            f"{_TEXT}.delta": self._on_text,
            f"{_TEXT}.done": self._on_text_done,
        }

    def again(self) -> Reply:
        """A reply to the same question, which another session is to be asked."""
        reply = Reply(self.turn, self.text, self._emit)
        reply.take, self.take = self.take, ()
        return reply

    def on_event(self, event: ServerEvent, server: str = "") -> bool:
        """Handle an event of this response. Returns whether it was of a known kind.

        A reply that does not end fails; ``server`` is whose fault it is, for the sentence.
        """
        if self._calls.take(event):
            return True
        handler = self._handlers.get(event["type"])
        if handler is None:
            return False
        if not self._allowance.is_exceeded():
            handler(event)
            if self._allowance.is_exceeded():
                self._cut_off()
                reason = STOPPED["length"]
                self.queue.finish(ReplyFailedError("endless reply", server=server, reason=reason))
        return True

    def calls(self, response: Mapping[str, Any]) -> tuple[ToolCall, ...]:
        """The tools that a finished response wants; none when nobody wants the reply any more."""
        return () if self.cancelled else self._calls.finish(response)

    def pause(self, response: Mapping[str, Any]) -> None:
        """The response has ended, and another one follows on its tools."""
        self._end_all()
        self.count(response)
        self._calls = CallCollector()
        self._latest_end = None
        self.created = False
        self.response_id = ""
        self.ended.clear()

    def count(self, response: Mapping[str, Any]) -> None:
        """What a response took is told with the reply's end, or by itself if that is over."""
        usage = counted(response.get("usage"))
        if usage is not None:
            self._usage = added(self._usage, usage)
        if self.queue.is_finished:
            self._tell_usage()

    def _tell_usage(self) -> None:
        if self._usage:
            self._emit(UsageTold(turn=self.turn, at=now(), usage=self._usage))

    def cancel(self) -> None:
        """Nobody wants the rest: drop what waits and what comes, and let the reader go."""
        self.cancelled = True
        self.take = ()
        self.queue.interrupt()
        usage = self._usage or None
        self.queue.put(ReplyEnded(turn=self.turn, at=now(), usage=usage, interrupted=True))
        self.queue.finish()
        self._tell_usage()  # who begins to talk reads no further

    def finish(
        self, response: Mapping[str, Any], error: VoiceDeskError | None, server: str = ""
    ) -> None:
        """The server is through with the response: ``response`` is its last word on it.

        An answer in which there is nothing at all fails, unless tools have done what was asked.
        """
        self.take = ()  # replies are remembered for long
        if not self._texts and not self.cancelled:
            self._take_texts(response)
        if error is None and not (self.cancelled or self.round) and self._allowance.is_untouched:
            error = ReplyFailedError("no sound, no words", server=server, reason="it was empty.")
        if error is None:
            self._end_all()
        else:
            self._cut_off(response)
        self.count(response)
        self.queue.put(
            ReplyEnded(
                turn=self.turn,
                at=now(),
                usage=self._usage or None,
                interrupted=self.cancelled,
            )
        )
        self.queue.finish(error)
        self.ended.set()

    def fail(self, error: VoiceDeskError) -> None:
        """The reply cannot go on (the connection is gone, say)."""
        self.give_up(error)
        self.ended.set()
        self._tell_usage()

    def give_up(self, error: VoiceDeskError) -> None:
        """Nobody waits for the rest, though the server may still be at it."""
        if not self.is_lost:
            self.take = ()
        self._cut_off()
        self.queue.finish(error)

    def _key(self, event: ServerEvent) -> AudioKey:
        self._item = name_of(event.get("item_id")) or self._item or self._next_item()
        content = event.get("content_index")
        index = content if isinstance(content, int) else 0
        return AudioKey(self.turn, self.response_id, self._item, index)

    def _next_item(self) -> str:
        self._items += 1
        self._item = f"item-{self._items}"
        return self._item

    def _on_item_added(self, event: ServerEvent) -> None:
        item = event.get("item")
        item_id = name_of(item.get("id")) if isinstance(item, Mapping) else ""
        self._item = item_id or self._next_item()

    def _on_item_done(self, event: ServerEvent) -> None:
        item = event.get("item")
        item = item if isinstance(item, Mapping) else {}
        name = name_of(item.get("id")) or self._item
        for key in [k for k in self._sounding if k.item == name]:
            self._end(key)
        if self._latest_end is not None and self._latest_end.item == name:
            self._is_completed = item.get("status") == "completed"

    def _on_audio(self, event: ServerEvent) -> None:
        at = now()
        delta = event.get("delta")
        try:
            data = base64.b64decode(delta if isinstance(delta, str) else b"?", validate=True)
        except (binascii.Error, ValueError):
            self.bad_audio += 1
            if self.bad_audio == 1:
                log.info("a piece of sound was not valid base64 and was left out")
            return
        key = self._key(event)
        if not data or not self._allowance.part(key):
            return
        data = self._carry.pop(key, b"") + data
        odd = len(data) % SAMPLE_BYTES
        if odd:
            # A sample may be split between two pieces.
            self._carry[key] = data[-odd:]
            data = data[:-odd]
        if data := self._allowance.sound(data):
            self._sounding[key] = None
            self._received[key] = self._received.get(key, 0) + len(data)
            self.queue.put(AudioDelta(turn=self.turn, at=at, key=key, pcm=data))

    def _on_audio_done(self, event: ServerEvent) -> None:
        key = self._key(event)
        if key in self._sounding:
            self._end(key)

    def _on_transcript(self, event: ServerEvent) -> None:
        self._add_text(event, spoken=True)

    def _on_text(self, event: ServerEvent) -> None:
        self._add_text(event, spoken=False)

    def _add_text(self, event: ServerEvent, *, spoken: bool) -> None:
        delta = event.get("delta")
        if not isinstance(delta, str) or not delta:
            return
        key = self._key(event)
        delta, self._halves[key] = split_half(self._halves.pop(key, "") + delta)
        delta = self._allowance.words(delta) if self._allowance.part(key) else ""
        if not delta:
            return
        self._texts[key] = self._texts.get(key, "") + delta
        begins_ms = None
        if spoken and self.words_in_step:
            begins_ms = self._received.get(key, 0) * 1000.0 / (RATE * SAMPLE_BYTES)
        self.queue.put(
            TextDelta(
                turn=self.turn, at=now(), key=key, text=delta, spoken=spoken, begins_ms=begins_ms
            )
        )

    def _on_transcript_done(self, event: ServerEvent) -> None:
        self._end_text(event, event.get("transcript"))

    def _on_text_done(self, event: ServerEvent) -> None:
        self._end_text(event, event.get("text"))

    def _end_text(self, event: ServerEvent, whole: object) -> None:
        key = self._key(event)
        # An empty closing text (some servers send one) must not wipe out what the deltas said.
        text = whole_characters(whole[:MOST_CHARACTERS]) if isinstance(whole, str) else ""
        text = text or self._texts.get(key, "")
        if text and self._allowance.part(key):
            self._texts[key] = text
            self.queue.put(TextEnded(turn=self.turn, at=now(), key=key, text=text))

    def _take_texts(self, response: Mapping[str, Any]) -> None:
        """Words that a server put only into the finished response."""
        for item in response.get("output") or ():
            if not isinstance(item, Mapping):
                continue
            for index, part in enumerate(item.get("content") or ()):
                text = (
                    part.get("transcript") or part.get("text")
                    if isinstance(part, Mapping)
                    else None
                )
                text = (
                    self._allowance.words(whole_characters(text)) if isinstance(text, str) else ""
                )
                if text:
                    name = name_of(item.get("id")) or "item"
                    key = AudioKey(self.turn, self.response_id, name, index)
                    self._texts[key] = text
                    self.queue.put(TextEnded(turn=self.turn, at=now(), key=key, text=text))

    def _end(self, key: AudioKey, *, is_whole: bool = True) -> None:
        del self._sounding[key]
        self._latest_end, self._is_completed = key, False
        if self._carry.pop(key, b""):
            log.info("the reply's sound ended in half a sample")
        self.queue.put(AudioEnded(turn=self.turn, at=now(), key=key, is_whole=is_whole))

    def _end_all(self, *, is_whole: bool = True) -> None:
        for key in list(self._sounding):
            self._end(key, is_whole=is_whole)

    def _cut_off(self, response: Mapping[str, Any] | None = None) -> None:
        """Nothing more comes, in the middle of the answer: its words may run ahead of their sound.

        That the sound has ended says nothing, since servers end the sound of what they cut as if it were whole. So the
        end of the latest is taken back, unless the server has called its item complete: another one was cut then.
        """
        cut = None if self._sounding else self._latest_end
        self._end_all(is_whole=False)
        if cut is not None and not self._is_whole(cut.item, response or {}):
            self.queue.put(AudioEnded(turn=self.turn, at=now(), key=cut, is_whole=False))

    def _is_whole(self, item_id: str, response: Mapping[str, Any]) -> bool:
        """Whether the item whose sound ended last is complete: the response knows best, if it says anything of it."""
        output = response.get("output")
        for item in output if isinstance(output, list) else ():
            if isinstance(item, Mapping) and name_of(item.get("id")) == item_id:
                return bool(item.get("status") == "completed")
        return self._is_completed
