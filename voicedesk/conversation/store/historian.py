"""Writes the history from the events of the turns: what was said, what was heard, and what was only meant."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from voicedesk.audio.io import RATE, SAMPLE_BYTES
from voicedesk.conversation.recall import REPLAY
from voicedesk.conversation.record import Recorder
from voicedesk.conversation.scribe import Scribe
from voicedesk.conversation.store.history import History
from voicedesk.conversation.store.model import Outcome, Said, Turn
from voicedesk.conversation.store.takes import TakeJournal
from voicedesk.core.clock import now
from voicedesk.core.dialogue import Role
from voicedesk.core.events import (
    AudioDelta,
    AudioKey,
    Event,
    Interrupted,
    PutBack,
    Removed,
    ReplyEnded,
    Retried,
    Sounded,
    StateChanged,
    ToolAnswered,
    TurnFailed,
    TurnTimed,
    UsageTold,
    UserText,
)
from voicedesk.core.turn import State

LONGEST_REPLY_BYTES = 600 * RATE * SAMPLE_BYTES
"""Of a reply's sound no more is kept: ten minutes."""

_KEPT = 8  # turns whose late events still count


def new_id() -> str:
    """An id of a conversation or of a run."""
    return os.urandom(8).hex()


@dataclass(slots=True)
class _Open:
    """A turn that may still change.

    Attributes:
        conversation: Which it belongs to.
        started_at: Seconds since 1970.
        server: The one that was chosen when it began.
        outcome: So far.
        meant: The last known words of each round of the answer.
        sound: The reply's sound by key, as far as it is to be kept.
        size: Bytes of it.
        kept: Whether the reply's sound has been handed over.
    """

    conversation: str
    started_at: float
    server: str
    outcome: Outcome = Outcome.OPEN
    meant: dict[int, str] = field(default_factory=dict)
    sound: dict[AudioKey, bytearray] = field(default_factory=dict)
    size: int = 0
    kept: bool = False


class Historian:
    """An observer of the conductor's events; comes after the scribe and the recorder, whose work it keeps.

    Attributes:
        conversation: The id of the present one; it is on disk as soon as something was said in it.
        active: Whether conversations are kept.
        figures: What is known of a turn's times and cost, by its number; set by whoever gathers that.
    """

    def __init__(
        self,
        history: History,
        takes: TakeJournal,
        scribe: Scribe,
        recorder: Recorder,
        *,
        turn_id: Callable[[int], str],
        server: Callable[[], str],
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Nothing is kept yet.

        Args:
            history: Where conversations are kept.
            takes: Where the sound of replies is kept.
            scribe: Knows what was heard and what was meant.
            recorder: Knows the figures.
            turn_id: The id of a turn of this run by its number.
            server: The name of the server that answers now.
            clock: Seconds since 1970.
        """
        self.conversation = new_id()
        self.active = True
        self.figures: Callable[[int], Mapping[str, Any]] = lambda _turn: {}
        self._history = history
        self._takes = takes
        self._scribe = scribe
        self._recorder = recorder
        self._turn_id = turn_id
        self._server = server
        self._clock = clock
        # Times of one run follow each other even if the computer's clock is set meanwhile.
        self._offset = clock() - now()
        self._turns: dict[int, _Open] = {}
        self._past: dict[int, str] = {}
        self._changed: set[int] = set()

    def begin(self, conversation: str | None = None, past: Mapping[int, str] | None = None) -> str:
        """The turns from now on belong to this conversation, or to a new one.

        Args:
            conversation: Its id; None for a new one.
            past: The ids of the turns in it by the numbers that they have now.

        Returns:
            Its id.
        """
        self.flush()
        self._turns.clear()
        self._past = dict(past or {})
        self.conversation = conversation or new_id()
        return self.conversation

    def adopt(self, number: int, turn: str) -> None:
        """What this number stands for is a turn of an earlier run, by its id."""
        self._past[number] = turn

    def note_figures(self, number: int) -> None:
        """The figures of a turn are known better now."""
        if self.active and number in self._turns:
            self._save_soon(number)

    def __call__(self, event: Event) -> None:
        """Take an event of the stream."""
        if isinstance(event, Removed):
            self._removed(event.turn, whole=event.whole)
            return
        if event.turn <= 0 or not self.active:
            return
        turn = self._turns.get(event.turn)
        if turn is None:
            if not isinstance(event, StateChanged | Retried | UserText):
                return  # late, of a turn that counts no longer
            turn = self._open(event)
            if turn is None:
                return
        if self._note(turn, event):
            self._save_soon(event.turn)

    def _open(self, event: Event) -> _Open | None:
        if self._turns and event.turn < max(self._turns):
            return None
        turn = self._turns[event.turn] = _Open(
            self.conversation, event.at + self._offset, self._server()
        )
        for number in [n for n in self._turns if n <= event.turn - _KEPT]:
            del self._turns[number]
        return turn

    def _note(self, turn: _Open, event: Event) -> bool:
        """Take an event of a turn. Returns whether it is worth writing."""
        match event:
            case AudioDelta(key=key, pcm=pcm):
                if key.response != REPLAY:  # which is kept already
                    self._keep_sound(turn, key, pcm)
                return False
            case Retried(of=failed):
                self._drop(failed, "reply")  # the take goes on in this turn
                return False
            case StateChanged(state=state):
                return self._moved(event.turn, turn, state)
            case Interrupted():
                if turn.outcome is not Outcome.FAILED:
                    turn.outcome = Outcome.INTERRUPTED
            case TurnFailed():
                turn.outcome = Outcome.FAILED
            case UserText(final=final):
                return final
            case ReplyEnded() | UsageTold() | TurnTimed() | ToolAnswered() | Sounded() | PutBack():
                return True
            case _:
                return False
        self._hand_over_sound(event.turn, turn)
        return True

    def _drop(self, number: int, *sound: str) -> None:
        """Take a turn out, with these kinds of its recordings."""
        self._turns.pop(number, None)
        self._changed.discard(number)
        self._history.drop_turn(self._id(number), *sound)

    def _removed(self, number: int, *, whole: bool) -> None:
        """The user does not want it to have been said, whether conversations are kept now or not."""
        if whole:
            self._drop(number, "take", "reply")
            return
        turn = self._turns.get(number)
        if turn is not None:
            turn.meant.clear()
        self._history.drop_answer(self._id(number))

    def _id(self, number: int) -> str:
        return self._past.get(number) or self._turn_id(number)

    def _moved(self, number: int, turn: _Open, state: State) -> bool:
        if state is not State.READY:
            return False
        if turn.outcome is Outcome.OPEN:
            turn.outcome = Outcome.ANSWERED  # a cut is told afterwards
        asyncio.get_running_loop().call_soon(self._hand_over_if_whole, number)
        return True

    # -------------------------------------------------------------------------------- the sound

    def _keep_sound(self, turn: _Open, key: AudioKey, pcm: bytes) -> None:
        if turn.kept or self._takes.privacy.takes == "none":
            return
        if turn.size + len(pcm) <= LONGEST_REPLY_BYTES:
            turn.sound.setdefault(key, bytearray()).extend(pcm)
            turn.size += len(pcm)

    def _hand_over_if_whole(self, number: int) -> None:
        """At rest, without a cut: everything was heard. A cut is told a moment later, with what was heard."""
        turn = self._turns.get(number)
        record = self._recorder.turns.get(number)
        if turn is None or record is None:
            return
        if all(key in record.heard and record.heard[key].finished for key in turn.sound):
            self._hand_over_sound(number, turn)

    def _hand_over_sound(self, number: int, turn: _Open) -> None:
        """Keep of the reply's sound what was heard."""
        record = self._recorder.turns.get(number)
        if turn.kept or record is None:
            return
        turn.kept = True
        heard = b"".join(
            bytes(sound[: round(part.heard_ms * RATE / 1000.0) * SAMPLE_BYTES])
            for key, sound in turn.sound.items()
            if (part := record.heard.get(key)) is not None
        )
        turn.sound.clear()
        turn.size = 0
        self._takes.keep_reply(self._turn_id(number), heard, self._clock())

    # ------------------------------------------------------------------------------- the words

    def _save_soon(self, number: int) -> None:
        """Once for all that happens in the same moment."""
        if not self._changed:
            asyncio.get_running_loop().call_soon(self.flush)
        self._changed.add(number)

    def flush(self) -> None:
        """Hand over what has changed."""
        changed, self._changed = self._changed, set()
        for number in sorted(changed):
            turn = self._turns.get(number)
            if turn is not None:
                kept = self._as_kept(number, turn)
                if not kept.is_empty:
                    self._history.save(turn.conversation, kept, self._clock())

    def _as_kept(self, number: int, turn: _Open) -> Turn:
        record = self._recorder.turns.get(number)
        timeline = record.timeline if record else None
        return Turn(
            id=self._turn_id(number),
            started_at=turn.started_at,
            outcome=turn.outcome,
            mode=timeline.mode if timeline else "",
            server=turn.server,
            model=timeline.model if timeline else "",
            typed=timeline.typed if timeline else False,
            heard_ms=round(record.heard_ms, 1) if record else 0.0,
            reply_ms=round(record.reply_ms, 1) if record else 0.0,
            usage=record.usage if record else None,
            timeline=timeline.as_milliseconds() if timeline else {},
            figures=self.figures(number),
            error=str(record.error) if record and record.error else "",
            messages=self._said(number, turn),
        )

    def _said(self, number: int, turn: _Open) -> tuple[Said, ...]:
        """Of the answer what was heard, and apart from it what was only meant."""
        turn.meant |= self._scribe.meant(number)
        left = dict(turn.meant) if turn.outcome is not Outcome.OPEN else {}
        said = []
        for message in self._scribe.dialogue:
            if message.turn != number:
                continue
            unheard = ""
            if message.role is Role.ASSISTANT:
                unheard = _rest(left.pop(message.round, ""), message.text)
            said.append(
                Said(
                    *(message.role, message.text, unheard, message.round),
                    call=message.call,
                    result=message.result,
                )
            )
        never = [Said(Role.ASSISTANT, "", text, round) for round, text in left.items() if text]  # noqa: A001 - the field's name
        return tuple(sorted([*said, *never], key=lambda each: each.as_message(number).place))


def _rest(meant: str, heard: str) -> str:
    return meant[len(heard) :].strip() if meant.startswith(heard) else ""
