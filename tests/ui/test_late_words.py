"""The words of a question that come late: they stand where the question stands, and never bring back a deleted one."""

from __future__ import annotations

import pytest

from tests.ui.test_conversation_log import delta, new_log, outline, state
from voicedesk.core.events import PutBack, Removed, Retried, TakenOut, UserText
from voicedesk.core.turn import State
from voicedesk.ui.conversation_entries import Kind, UserState
from voicedesk.ui.conversation_log import ConversationLog


@pytest.fixture
def log() -> ConversationLog:
    """A turn whose answer has come before its words."""
    log = new_log()
    for event in (state(1, State.LISTENING), state(1, State.THINKING), delta(1, "Answer")):
        log.apply(event)
    return log


def words(text: str | None, *, final: bool = True) -> UserText:
    return UserText(turn=1, at=0.0, text=text, final=final)


def test_words_do_not_bring_back_what_is_taken_out(log: ConversationLog) -> None:
    log.apply(TakenOut(turn=1, at=0.0, whole=True))
    log.apply(words("Ques", final=False))
    log.apply(words("Question"))
    assert outline(log) == []
    log.apply(PutBack(turn=1, at=0.0))
    assert outline(log) == [(1, Kind.USER, "Question"), (1, Kind.REPLY, "Answer")]
    assert log.entries[0].user_state is UserState.FINAL


def test_words_do_not_bring_back_what_is_deleted_or_asked_again(log: ConversationLog) -> None:
    log.apply(TakenOut(turn=1, at=0.0, whole=True))
    log.apply(Removed(turn=1, at=0.0, whole=True))
    log.apply(words("Question"))
    log.apply(PutBack(turn=1, at=0.0))  # it is too late for that
    log.apply(words("Question"))
    assert outline(log) == []
    log.apply(state(2, State.LISTENING))
    log.apply(Retried(turn=3, at=0.0, of=2))
    log.apply(UserText(turn=2, at=0.0, text="Another", final=True))
    assert outline(log) == [(3, Kind.USER, "")], "it stands in its new turn, without late words"


def test_words_stand_where_only_the_answer_is_taken_out(log: ConversationLog) -> None:
    log.apply(TakenOut(turn=1, at=0.0, whole=False))
    log.apply(words("Question"))
    assert outline(log) == [(1, Kind.USER, "Question")]
    log.apply(PutBack(turn=1, at=0.0))
    assert outline(log) == [(1, Kind.USER, "Question"), (1, Kind.REPLY, "Answer")]


def test_words_that_could_not_be_transcribed_are_marked_when_put_back(log: ConversationLog) -> None:
    log.apply(TakenOut(turn=1, at=0.0, whole=True))
    log.apply(words(None))
    log.apply(PutBack(turn=1, at=0.0))
    assert log.entries[0].user_state is UserState.NOT_TRANSCRIBED
