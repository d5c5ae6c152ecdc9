"""What stands in the transcript, without Qt: entries in the order of turns, kept up to date by events.

The user's words of a turn stand above its reply whenever they arrive, and notes stand below both. The log keeps what
has changed since it was last asked, so that the view can take many changes in one go.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from voicedesk.core.dialogue import Message
from voicedesk.core.events import (
    AudioEnded,
    AudioKey,
    ConversationOpened,
    Event,
    Heard,
    Hint,
    HintKind,
    Interrupted,
    PutBack,
    Removed,
    ReplyEnded,
    Retried,
    Sounded,
    StateChanged,
    TakenOut,
    TextDelta,
    TextEnded,
    ToolAnswered,
    ToolCalled,
    TurnFailed,
    UserText,
    Voiced,
    Waiting,
)
from voicedesk.core.heard import Part
from voicedesk.core.turn import State
from voicedesk.ui.conversation_bounds import is_long, is_too_late, leaving, settle
from voicedesk.ui.conversation_entries import (
    Entry,
    Kind,
    Note,
    Segment,
    ToolState,
    UserState,
    clean,
    outcome,
    still_to_sound,
)
from voicedesk.ui.conversation_entry_list import EntryList
from voicedesk.ui.conversation_past import KINDS, Past

MAX_ENTRIES = 2_000
"""Beyond this, or beyond a length, a twentieth of them leaves the window, the oldest first."""

HintSentence = Callable[[HintKind, bool], str]
ErrorSentence = Callable[[TurnFailed], tuple[str, str]]
ToolSentence = Callable[[str, ToolState], str]
WaitSentence = Callable[[Waiting], str]

_DROPPED = frozenset({HintKind.TOO_SHORT, HintKind.NO_SPEECH, HintKind.CANCELLED})


class ConversationLog(EntryList):
    """The entries, and what changed.

    Attributes:
        transcribing: Whether the server is asked for the user's words.
    """

    def __init__(
        self,
        *,
        hint: HintSentence,
        error: ErrorSentence,
        tool: ToolSentence,
        wait: WaitSentence,
    ) -> None:
        """Each gives the sentence of a note.

        ``hint`` is also told whether the take had been sent, ``error`` names the page of the settings
        where it can be mended, ``tool`` is told the tool's name and how far it is.
        """
        super().__init__()
        self.transcribing = True
        self._hint = hint
        self._error = error
        self._tool = tool
        self._wait = wait
        self._past = Past(())
        self._calls: dict[tuple[int, str], Entry] = {}
        self._waits: dict[int, Entry] = {}
        self._taken_out: dict[int, list[Entry]] = {}
        self._gone: set[int] = set()  # turns whose question does not stand here any more

    def show_past(self, messages: Sequence[Message]) -> None:
        """Let what was said before stand in place of all entries, but for what the user is just saying."""
        for entry in [each for each in self.entries if not each.is_being_said]:
            self._drop(entry)
        self._gone.clear()
        self._past = Past(messages)
        self._recall(self._past.newest(MAX_ENTRIES))

    @property
    def has_older(self) -> bool:
        """Whether there is more of what was said before than stands here, and room for it."""
        has_room = len(self.entries) < 2 * MAX_ENTRIES and not is_long(self.entries)
        if not self.entries or not has_room:
            return False
        return self._past.has_before(self.entries[0].turn, self._gone)

    def show_older(self, most: int) -> None:
        """Let so many more of what was said before stand above all; they leave again when there is news."""
        if self.has_older:
            most = min(most, 2 * MAX_ENTRIES - len(self.entries))
            self._recall(self._past.before(self.entries[0].turn, most, self._gone))

    def _recall(self, messages: Sequence[Message]) -> None:
        for message in messages:
            kind = KINDS[message.role]
            entry = self._find(message.turn, kind) or self._enter(message.turn, kind)
            entry.recall(message)

    def apply(self, event: Event) -> bool:
        """Take in an event. Returns whether anything waits for ``take_changes``."""
        if self._waits:
            self._end_wait(event)
        handler = self._HANDLERS.get(type(event))
        if handler is not None and not is_too_late(event, self._find(event.turn, Kind.REPLY)):
            handler(self, event)
        return bool(self._changed or self._removed)

    def _add(self, turn: int, kind: Kind) -> Entry:
        for oldest in leaving(self.entries, MAX_ENTRIES):
            self._drop(oldest)
        settle(self.entries, turn)
        return self._enter(turn, kind)

    def _drop(self, entry: Entry) -> None:
        super()._drop(entry)
        self._calls.pop((entry.turn, entry.call_id), None)
        if self._waits.get(entry.turn) is entry:
            del self._waits[entry.turn]

    def _user(self, turn: int) -> Entry:
        entry = self._find(turn, Kind.USER)
        if entry is None:
            self._sweep(turn)
            entry = self._add(turn, Kind.USER)
        return entry

    def _sweep(self, turn: int) -> None:
        """Remove the fleeting notes of earlier turns: they were about what is over."""
        for entry in reversed(self.entries[-8:]):
            if entry.fleeting and entry.turn < turn:
                self._drop(entry)

    def _on_state(self, event: StateChanged) -> None:
        if event.state is State.LISTENING:
            self._user(event.turn)
        elif event.state is State.THINKING:
            entry = self._find(event.turn, Kind.USER)
            if entry is None:
                return
            entry.sent = True
            if entry.user_state is UserState.WAITING and not self.transcribing:
                entry.user_state = UserState.WITHOUT_TEXT
                self._touch(entry)

    def _on_user_text(self, event: UserText) -> None:
        if event.turn in self._gone:
            # Late words show nothing again that is deleted; they stand there if it is put back.
            for out in self._taken_out.get(event.turn, ()):
                if out.kind is Kind.USER:
                    out.hear(event.text, is_final=event.final)
            return
        entry = self._user(event.turn)
        entry.hear(event.text, is_final=event.final)
        self._touch(entry)

    def _segment(self, event: TextDelta | TextEnded) -> tuple[Entry, Segment]:
        entry = self._find(event.turn, Kind.REPLY) or self._add(event.turn, Kind.REPLY)
        return entry, entry.segment(event.key)

    def _on_delta(self, event: TextDelta) -> None:
        text = clean(event.text)
        if not text:
            return
        entry, segment = self._segment(event)
        entry.is_whole = False
        goes_on = bool(segment.text) and segment is entry.segments[-1]
        segment.text += text
        segment.is_spoken = event.spoken
        if goes_on and entry.heard is None:
            entry.text += text
        else:
            entry.join()
        self._touch(entry)

    def _on_text_ended(self, event: TextEnded) -> None:
        text = clean(event.text)
        if not text and self._find(event.turn, Kind.REPLY) is None:
            return
        entry, segment = self._segment(event)
        if segment.text != text:
            segment.text = text
            entry.join()
            self._touch(entry)

    def _on_voiced(self, event: Voiced) -> None:
        entry = self._find(event.turn, Kind.REPLY)
        for segment in entry.segments if entry is not None else ():
            if segment.key == event.words:
                segment.parts[event.key] = Part.of(event)

    def _on_audio_ended(self, event: AudioEnded) -> None:
        entry = self._find(event.turn, Kind.REPLY)
        for segment in entry.segments if entry is not None else ():
            if segment.key == event.key:
                segment.is_complete = event.is_whole

    def still_to_sound(
        self, turn: int, heard: Mapping[AudioKey, Heard]
    ) -> tuple[Entry, tuple[tuple[int, int], ...]] | None:
        """The reply of a turn, and the ranges of its words that are still to be said; None for no such reply."""
        entry = self._find(turn, Kind.REPLY)
        if entry is None or entry.heard is not None or not heard:
            return None
        return entry, tuple(still_to_sound(entry.segments, heard))

    def _on_sounded(self, event: Sounded) -> None:
        entry = self._find(event.turn, Kind.REPLY)
        if entry is not None:
            entry.sounded[event.heard.key] = event.heard

    def _on_hint(self, event: Hint) -> None:
        user = self._find(event.turn, Kind.USER)
        if event.hint is HintKind.CANCELLED and user is None:
            return  # nothing was asked: what was stopped is a sound of our own
        sent = user is not None and user.sent
        if user is not None and not sent and event.hint in _DROPPED:
            self._drop(user)
        if event.hint is HintKind.CANCELLED and self._find(event.turn, Kind.REPLY) is not None:
            return  # the reply itself is marked as cut off
        self._note(event.turn, self._hint(event.hint, sent), fleeting=event.hint in _DROPPED)

    def _on_failure(self, event: TurnFailed) -> None:
        self._end_words(event.turn)
        user = self._find(event.turn, Kind.USER)
        if user is not None and user.user_state is UserState.WAITING:
            user.user_state = UserState.NOT_TRANSCRIBED
            self._touch(user)
        sentence, page = self._error(event)
        entry = self._note(event.turn, sentence)
        entry.note = Note.ERROR
        entry.settings_page = page

    def _note(self, turn: int, sentence: str, *, fleeting: bool = False) -> Entry:
        """A note in a turn; the same sentence twice in one turn is one note."""
        sentence = clean(sentence)
        entry = self._find(turn, Kind.NOTE)
        if entry is None or entry.text != sentence:
            self._sweep(turn)
            entry = self._add(turn, Kind.NOTE)
        entry.text = sentence
        entry.fleeting = fleeting
        self._touch(entry)
        return entry

    def _end_words(self, turn: int) -> None:
        """No more words come in this turn, and no tool runs on."""
        self._stop_calls(turn)
        entry = self._find(turn, Kind.REPLY)
        if entry is not None and not entry.is_whole:
            entry.is_whole = True
            self._touch(entry)

    def _mark_interrupted(self, turn: int) -> Entry | None:
        entry = self._find(turn, Kind.REPLY)
        if entry is not None and not entry.interrupted:
            entry.interrupted = True
            self._touch(entry)
        return entry

    def _on_reply_ended(self, event: ReplyEnded) -> None:
        self._end_words(event.turn)
        if event.interrupted:
            self._mark_interrupted(event.turn)

    def _on_interrupted(self, event: Interrupted) -> None:
        self._end_words(event.turn)
        entry = self._mark_interrupted(event.turn)
        if entry is None:
            return
        entry.heard = entry.sounded | {heard.key: heard for heard in event.heard}
        entry.join()
        self._touch(entry)

    # ------------------------------------------------------------------------ tools and waiting

    def _on_tool_called(self, event: ToolCalled) -> None:
        entry = self._add(event.turn, Kind.TOOL)
        entry.tool, entry.call_id = event.call.name, event.call.call_id
        entry.text = clean(self._tool(entry.tool, entry.tool_state))
        self._calls[event.turn, entry.call_id] = entry

    def _on_tool_answered(self, event: ToolAnswered) -> None:
        self._end_call(event.turn, event.result.call_id, outcome(event.result))

    def _stop_calls(self, turn: int) -> None:
        """The turn is over: no tool runs on."""
        for number, call_id in [key for key in self._calls if key[0] == turn]:
            self._end_call(number, call_id, ToolState.STOPPED)

    def _end_call(self, turn: int, call_id: str, state: ToolState) -> None:
        entry = self._calls.pop((turn, call_id), None)
        if entry is not None:
            entry.tool_state = state
            entry.text = clean(self._tool(entry.tool, state))
            self._touch(entry)

    def _on_waiting(self, event: Waiting) -> None:
        """One note for each turn says how long the server asks to wait; it goes when the wait is over."""
        entry = self._waits.get(event.turn)
        if entry is None:
            entry = self._waits[event.turn] = self._add(event.turn, Kind.NOTE)
        entry.text = clean(self._wait(event))
        entry.note, entry.fleeting = Note.WAIT, True
        entry.until = event.at + event.seconds
        self._touch(entry)

    def _end_wait(self, event: Event) -> None:
        ends_turn = isinstance(event, TurnFailed | ReplyEnded | Interrupted)
        for turn, entry in list(self._waits.items()):
            is_over = event.at >= entry.until or (ends_turn and turn == event.turn)
            if is_over and not isinstance(event, Waiting):
                self._drop(entry)

    # -------------------------------------------------------------------------- what is taken out

    def _on_taken_out(self, event: TakenOut) -> None:
        self._taken_out[event.turn] = self._drop_turn(event.turn, keep_question=not event.whole)

    def _on_put_back(self, event: PutBack) -> None:
        if event.turn in self._taken_out:
            self._gone.discard(event.turn)
        for entry in self._taken_out.pop(event.turn, ()):
            self._removed.pop(entry.serial, None)
            self._insert(entry)

    def _on_removed(self, event: Removed) -> None:
        self._taken_out.pop(event.turn, None)
        self._drop_turn(event.turn, keep_question=not event.whole)

    def _on_retried(self, event: Retried) -> None:
        """The question stands in its new turn."""
        self._drop_turn(event.of, keep_question=False)
        self._user(event.turn)  # at once, whether its words are known or not

    def _on_opened(self, event: ConversationOpened) -> None:
        self.show_past(event.messages)

    def _drop_turn(self, turn: int, *, keep_question: bool) -> list[Entry]:
        if not keep_question:
            self._gone.add(turn)
        begin = bisect_left(self.entries, turn, key=lambda entry: entry.turn)
        end = bisect_right(self.entries, turn, key=lambda entry: entry.turn)
        gone = [e for e in self.entries[begin:end] if not (keep_question and e.kind is Kind.USER)]
        for entry in gone:
            self._drop(entry)
        return gone

    _HANDLERS: ClassVar[dict[type[Event], Callable[[ConversationLog, Any], None]]] = {
        TextDelta: _on_delta,
        UserText: _on_user_text,
        TextEnded: _on_text_ended,
        Voiced: _on_voiced,
        AudioEnded: _on_audio_ended,
        StateChanged: _on_state,
        Hint: _on_hint,
        TurnFailed: _on_failure,
        Sounded: _on_sounded,
        Interrupted: _on_interrupted,
        ReplyEnded: _on_reply_ended,
        ToolCalled: _on_tool_called,
        ToolAnswered: _on_tool_answered,
        Waiting: _on_waiting,
        TakenOut: _on_taken_out,
        PutBack: _on_put_back,
        Removed: _on_removed,
        Retried: _on_retried,
        ConversationOpened: _on_opened,
    }
