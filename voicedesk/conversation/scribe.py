"""Writes the dialogue from the events of the turns: what was said, and of the answers what was really heard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from voicedesk.core.dialogue import Dialogue, Message, Role
from voicedesk.core.events import (
    AudioDelta,
    AudioKey,
    Event,
    Heard,
    Interrupted,
    PutBack,
    Removed,
    ReplyEnded,
    Retried,
    Sounded,
    TakenOut,
    TextDelta,
    TextEnded,
    ToolAnswered,
    ToolCalled,
    TurnFailed,
    UserText,
    Voiced,
)
from voicedesk.core.heard import Part, heard_length


@dataclass(slots=True)
class _Reply:
    """One reply as far as it is known. Words by key, in the order in which they came.

    Attributes:
        rounds: The round of tools that each key's words belong to: those after a call belong to the next.
    """

    texts: dict[AudioKey, str] = field(default_factory=dict)
    rounds: dict[AudioKey, int] = field(default_factory=dict)
    round: int = 0
    silent: set[AudioKey] = field(default_factory=set)
    parts: dict[AudioKey, dict[AudioKey, Part]] = field(default_factory=dict)
    heard: dict[AudioKey, Heard] = field(default_factory=dict)
    has_sound: bool = False
    cut: bool = False

    def set_text(self, key: AudioKey, text: str) -> None:
        self.texts[key] = text
        self.rounds.setdefault(key, self.round)

    def by_rounds(self, words: Callable[[AudioKey], str]) -> dict[int, str]:
        """What ``words`` says of each key, joined for each round."""
        joined: dict[int, str] = {}
        for key, number in self.rounds.items():
            joined[number] = f"{joined.get(number, '')} {words(key).strip()}".strip()
        return joined

    def heard_text(self, key: AudioKey) -> str:
        text = self.texts[key]
        if key in self.silent:
            return text  # was there to be read
        parts = tuple(self.parts.get(key, {}).values()) or (Part(key, 0, len(text)),)
        return text[: heard_length(text, parts, self.heard)]


_KEPT = 4
"""Replies whose late events still count."""


class Scribe:
    """An observer of the conductor's events.

    Attributes:
        dialogue: What it writes.
    """

    def __init__(self, dialogue: Dialogue) -> None:
        self.dialogue = dialogue
        self._replies: dict[int, _Reply] = {}
        self._forgotten: set[int] = set()
        self._taken_out: dict[int, tuple[Message, ...]] = {}
        self._unasked: dict[
            int, str | None
        ] = {}  # taken out with their questions: words that came since
        self._since = 0

    def __call__(self, event: Event) -> None:
        """Take an event of the stream."""
        if event.turn in self._forgotten or 0 < event.turn < self._since:
            return
        match event:
            case UserText(text=text, final=True):
                if event.turn in self._unasked:
                    self._unasked[event.turn] = text
                else:
                    self.dialogue.say(event.turn, Role.USER, text or "")
            case ToolCalled(call=call):
                self._reply(event.turn).round = event.round + 1
                self.dialogue.called(event.turn, call, round=event.round)
            case ToolAnswered(result=result):
                self.dialogue.answered(event.turn, result, round=event.round)
            case TextDelta() | TextEnded() | Voiced() | AudioDelta() | Sounded():
                self._note(self._reply(event.turn), event)
            case Interrupted(heard=heard):
                reply = self._reply(event.turn)
                reply.heard.update({part.key: part for part in heard})
                reply.cut = True
                self._write(event.turn)
            case Retried() | TakenOut() | PutBack() | Removed():
                self._change(event)
            case ReplyEnded() | TurnFailed():
                self._write(event.turn)
            case _:
                pass

    def _change(self, event: Retried | TakenOut | PutBack | Removed) -> None:
        """What was said counts no longer, or again."""
        match event:
            case Retried(of=failed):
                self._forgotten.add(failed)  # late words of it count no longer
                self.dialogue.forget(failed)
            case TakenOut(turn=turn, whole=whole):
                self._replies.pop(turn, None)
                self._taken_out[turn] = self.dialogue.forget(turn, keep_question=not whole)
                if whole:
                    self._unasked[turn] = None
            case PutBack(turn=turn):
                self.dialogue.put_back(self._taken_out.pop(turn, ()))
                if (late := self._unasked.pop(turn, None)) is not None:
                    self.dialogue.say(turn, Role.USER, late)
            case Removed(turn=turn, whole=whole):
                self._replies.pop(turn, None)
                self._taken_out.pop(turn, None)
                self._unasked.pop(turn, None)
                self.dialogue.forget(turn, keep_question=not whole)
                if whole and turn > 0:
                    self._forgotten.add(turn)

    def meant(self, turn: int) -> dict[int, str]:
        """What the assistant was about to say in a turn, by rounds, heard or not; empty for a turn long over."""
        reply = self._replies.get(turn)
        return reply.by_rounds(reply.texts.__getitem__) if reply is not None else {}

    def forget_before(self, turn: int) -> None:
        """Late events of the turns before this one count no longer: another conversation has begun."""
        self._since = turn
        self._replies.clear()
        self._taken_out.clear()
        self._unasked.clear()

    def _reply(self, turn: int) -> _Reply:
        reply = self._replies.get(turn)
        if reply is None:
            reply = self._replies[turn] = _Reply()
            self._replies.pop(min(self._replies) if len(self._replies) > _KEPT else -1, None)
        return reply

    @staticmethod
    def _note(reply: _Reply, event: Event) -> None:
        match event:
            case TextDelta(key=key, text=text, spoken=spoken):
                reply.set_text(key, reply.texts.get(key, "") + text)
                if not spoken:
                    reply.silent.add(key)
            case TextEnded(key=key, text=text):
                reply.set_text(key, text)
            case Voiced(key=key, words=words):
                reply.parts.setdefault(words, {})[key] = Part.of(event)
            case AudioDelta():
                reply.has_sound = True
            case Sounded(heard=heard):
                reply.heard[heard.key] = heard
            case _:
                pass

    def _write(self, turn: int) -> None:
        """The whole answer, or what was heard of one that was cut."""
        reply = self._replies.get(turn)
        if reply is None:
            return
        words = reply.heard_text if reply.cut else reply.texts.__getitem__
        for number, said in reply.by_rounds(words).items():
            self.dialogue.say(turn, Role.ASSISTANT, said, round=number)
        self.dialogue.settle(turn)
