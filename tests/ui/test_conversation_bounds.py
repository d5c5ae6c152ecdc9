"""What the window keeps of a conversation that does not end: the words of old answers, and no more of those than it can hold."""

from __future__ import annotations

import gc
from collections import Counter

import pytest

from voicedesk.core.events import (
    AudioEnded,
    AudioKey,
    Event,
    Heard,
    Interrupted,
    ReplyEnded,
    Sounded,
    TextDelta,
    TextEnded,
    UserText,
    Voiced,
)
from voicedesk.core.heard import Part
from voicedesk.ui import conversation_bounds
from voicedesk.ui.conversation_bounds import LATE_TURNS, MAX_CHARACTERS
from voicedesk.ui.conversation_entries import Entry, Kind, Segment
from voicedesk.ui.conversation_log import MAX_ENTRIES, ConversationLog

WORDS = "Twelve plus thirty is forty-two."


def new_log() -> ConversationLog:
    return ConversationLog(
        hint=lambda hint, _sent: hint.value,
        error=lambda event: (str(event.error), ""),
        tool=lambda name, _state: name,
        wait=lambda event: event.server,
    )


def words_key(turn: int) -> AudioKey:
    return AudioKey(turn, "response", "item")


def sound_key(turn: int, unit: int) -> AudioKey:
    return AudioKey(turn, "sound", "round", unit)


def spoken_turn(turn: int, *, cut: bool = False) -> list[Event]:
    """A question and an answer in two runs of sound, the second of which nobody hears where it is cut."""
    key = words_key(turn)
    units = [(0, 0, 12), (1, 12, len(WORDS))]
    voiced = [
        Voiced(turn=turn, at=0.0, key=sound_key(turn, unit), words=key, start=start, end=end)
        for unit, start, end in units
    ]
    whole = [Heard(sound_key(turn, unit), 500.0, 500.0, finished=True) for unit in (0, 1)]
    ended: list[Event] = (
        [Interrupted(turn=turn, at=0.0, heard=(whole[0], Heard(sound_key(turn, 1), 0.0, 500.0)))]
        if cut
        else [Sounded(turn=turn, at=0.0, heard=each) for each in whole]
    )
    return [
        UserText(turn=turn, at=0.0, text="What is twelve plus thirty?", final=True),
        *(TextDelta(turn=turn, at=0.0, key=key, text=word) for word in (WORDS[:12], WORDS[12:])),
        *voiced,
        *ended,
        ReplyEnded(turn=turn, at=0.0, interrupted=cut),
    ]


def talk(log: ConversationLog, first: int, last: int) -> None:
    for turn in range(first, last + 1):
        for event in spoken_turn(turn, cut=turn % 3 == 0):
            log.apply(event)
    log.take_changes()


def kept_of(log: ConversationLog) -> Counter[str]:
    """How many objects of each kind hang on the entries."""
    found: Counter[str] = Counter()
    waiting: list[object] = list(log.entries)
    while waiting:
        each = waiting.pop()
        found[type(each).__name__] += 1
        if isinstance(each, Entry | Segment | Part | Heard | AudioKey | dict | list | tuple):
            waiting += [r for r in gc.get_referents(each) if gc.is_tracked(r) and r is not Entry]
    return found


def reply(log: ConversationLog, turn: int) -> Entry:
    return next(e for e in log if e.turn == turn and e.kind is Kind.REPLY)


def test_of_old_answers_nothing_is_kept_but_the_words() -> None:
    log = new_log()
    talk(log, 1, 30)
    before = kept_of(log)
    talk(log, 31, 90)
    after = kept_of(log)
    assert before["Entry"] == 2 * 30
    assert after["Entry"] == 2 * 90
    assert after["Segment"] == before["Segment"] == LATE_TURNS
    assert {name: after[name] for name in ("Part", "Heard")} == {
        name: before[name] for name in ("Part", "Heard")
    }


def test_an_old_answer_says_which_of_its_words_were_never_heard() -> None:
    log = new_log()
    talk(log, 1, 3)
    fresh = reply(log, 3)
    text, unheard = fresh.text, fresh.unheard
    assert unheard
    talk(log, 4, 40)
    assert fresh.is_settled
    assert (fresh.text, fresh.unheard, fresh.interrupted) == (text, unheard, True)
    assert log.still_to_sound(3, {sound_key(3, 0): Heard(sound_key(3, 0), 1.0, 5.0)}) == (fresh, ())


def late_words(turn: int) -> list[Event]:
    key = words_key(turn)
    heard = Heard(key, 1.0, 5.0)
    return [
        TextDelta(turn=turn, at=0.0, key=key, text="late"),
        TextEnded(turn=turn, at=0.0, key=key, text="late"),
        Voiced(turn=turn, at=0.0, key=key, words=key, start=0, end=4),
        AudioEnded(turn=turn, at=0.0, key=key),
        Sounded(turn=turn, at=0.0, heard=heard),
        Interrupted(turn=turn, at=0.0, heard=(heard,)),
    ]


@pytest.mark.parametrize("late", late_words(2), ids=lambda event: type(event).__name__)
def test_words_that_come_far_too_late_change_no_old_answer(late: Event) -> None:
    log = new_log()
    talk(log, 1, 20)
    assert log.apply(late) is False
    old = reply(log, 2)
    assert (old.text, old.interrupted, old.segments, old.sounded) == (WORDS, False, [], {})


def test_words_of_the_latest_turns_still_count_when_they_come_late() -> None:
    log = new_log()
    talk(log, 1, 20)
    turn = 20 - LATE_TURNS + 1
    log.apply(TextEnded(turn=turn, at=0.0, key=words_key(turn), text="Forty-two."))
    assert reply(log, turn).text == "Forty-two."


def test_long_answers_leave_before_they_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation_bounds, "MAX_CHARACTERS", 10_000)
    log = new_log()
    lengths = []
    for turn in range(1, 400):
        log.apply(UserText(turn=turn, at=0.0, text=f"{turn:03}" + "x" * 97, final=True))
        lengths.append(sum(len(entry.text) for entry in log))
    assert max(lengths) == 10_100  # the one that was too much
    assert min(lengths[200:]) >= 9_500
    assert log.entries[-1].turn == 399
    assert [entry.turn for entry in log] == list(range(log.entries[0].turn, 400))


def test_what_was_just_said_stays_however_long_it_is() -> None:
    log = new_log()
    for turn in range(1, 21):
        log.apply(UserText(turn=turn, at=0.0, text="x" * MAX_CHARACTERS, final=True))
    assert [entry.turn for entry in log] == list(range(20 - LATE_TURNS, 21))


def test_usual_words_stay_until_there_are_too_many_of_them() -> None:
    log = new_log()
    talk(log, 1, MAX_ENTRIES // 2)
    assert len(log.entries) == MAX_ENTRIES
