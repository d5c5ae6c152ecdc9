"""Of a long conversation that goes on, the window shows the end, and more of it to who scrolls up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.fake_control import FakeControl
from voicedesk.core.dialogue import Message, Role
from voicedesk.core.events import ConversationOpened, Removed, UserText
from voicedesk.ui import conversation_bounds, conversation_log
from voicedesk.ui.conversation_entries import Entry, Kind
from voicedesk.ui.conversation_log import ConversationLog
from voicedesk.ui.conversation_past import Past
from voicedesk.ui.main_window import MainWindow
from voicedesk.ui.transcript import Transcript


def messages(turns: int) -> tuple[Message, ...]:
    """A conversation of so many turns, each a question and an answer."""
    return tuple(
        Message(turn, role, f"{word} {turn}")
        for turn in range(-turns, 0)
        for role, word in ((Role.USER, "Question"), (Role.ASSISTANT, "Answer"))
    )


def a_log() -> ConversationLog:
    return ConversationLog(
        hint=lambda _hint, _sent: "",
        error=lambda _event: ("", ""),
        tool=lambda _name, _state: "",
        wait=lambda _event: "",
    )


def turns(entries: list[Entry]) -> list[int]:
    return sorted({entry.turn for entry in entries})


# ------------------------------------------------------------------------------------- the messages


def test_only_what_is_shown_of_a_conversation_is_kept() -> None:
    tool = Message(-1, Role.TOOL_RESULT, "", None, None)
    past = Past((*messages(1), tool))
    assert [message.role for message in past.newest(10)] == [Role.USER, Role.ASSISTANT]


@given(st.integers(0, 30), st.integers(1, 12))
def test_turn_by_turn_all_of_it_is_given(count: int, most: int) -> None:
    all_of_it = messages(count)
    past = Past(all_of_it)
    given_so_far = list(past.newest(most))
    while given_so_far and past.has_before(given_so_far[0].turn, ()):
        more = past.before(given_so_far[0].turn, most, ())
        assert most <= len(more) <= most + 1 or more[0] is all_of_it[0]
        given_so_far = [*more, *given_so_far]
    assert given_so_far == list(all_of_it)


def test_of_long_messages_fewer_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation_bounds, "MAX_CHARACTERS", 40)
    assert len(Past(messages(20)).newest(30)) == 4
    huge = (Message(-1, Role.USER, "x" * 1000),)
    assert len(Past(huge).newest(30)) == 1, "never nothing"


# ------------------------------------------------------------------------------------------ the log


def test_older_messages_come_in_steps_and_leave_when_there_is_news(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(conversation_log, "MAX_ENTRIES", 20)
    log = a_log()
    log.apply(ConversationOpened(turn=0, at=0.0, conversation="c", messages=messages(50)))
    assert turns(log.entries) == list(range(-10, 0))
    log.take_changes()
    log.show_older(6)
    assert turns(log.entries) == list(range(-13, 0))
    removed, changed = log.take_changes()
    assert (removed, turns(changed)) == ([], [-13, -12, -11])
    while log.has_older:
        log.show_older(6)
    assert len(log.entries) == 40, "no more than twice as many"
    log.apply(UserText(turn=1, at=0.0, text="News", final=True))
    assert len(log.entries) == 20
    assert log.entries[-1].turn == 1
    assert log.has_older, "they can be had back"


def test_what_was_deleted_does_not_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation_log, "MAX_ENTRIES", 4)
    log = a_log()
    log.apply(ConversationOpened(turn=0, at=0.0, conversation="c", messages=messages(5)))
    log.apply(Removed(turn=-2, at=0.0, whole=True))
    log.show_older(2)
    assert turns(log.entries) == [-3, -1]


def test_of_a_new_conversation_nothing_is_older() -> None:
    log = a_log()
    log.apply(ConversationOpened(turn=0, at=0.0, conversation="c", messages=messages(3)))
    assert not log.has_older
    log.apply(ConversationOpened(turn=0, at=0.0, conversation=None, messages=()))
    assert not log.has_older
    log.show_older(5)
    assert log.entries == []


# --------------------------------------------------------------------------------------- the window


def first_in_sight(transcript: Transcript) -> tuple[str, int]:
    """The words at the upper edge, and where they stand."""
    cursor = transcript.cursorForPosition(QPoint(0, 0))
    return cursor.block().text(), transcript.cursorRect(cursor).top()


def test_scrolling_up_shows_what_is_older_and_keeps_what_is_in_sight(
    window: MainWindow, control: FakeControl, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversation_log, "MAX_ENTRIES", 60)
    transcript = window.transcript
    control.emit(ConversationOpened(turn=0, at=0.0, conversation="c", messages=messages(58)))
    qtbot.waitUntil(lambda: not transcript.is_behind)
    bar = transcript.verticalScrollBar()
    qtbot.waitUntil(lambda: transcript.follows)
    assert turns(transcript.log.entries)[0] == -30, "nothing comes unasked"
    bar.setValue(bar.minimum())
    seen = first_in_sight(transcript)
    assert transcript.is_behind
    qtbot.waitUntil(lambda: not transcript.is_behind)
    assert turns(transcript.log.entries)[0] == -55
    assert first_in_sight(transcript) == seen
    assert bar.value() > transcript.viewport().height()
    assert not transcript.follows
    text = transcript.toPlainText()
    assert text.index("Question -55") < text.index("Question -31") < text.index("Question -30")
    bar.setValue(bar.minimum())
    qtbot.waitUntil(lambda: not transcript.is_behind)
    assert turns(transcript.log.entries)[0] == -58
    bar.setValue(bar.minimum())
    QApplication.processEvents()
    assert not transcript.is_behind, "that was the beginning"


def test_a_message_that_came_back_can_be_used(
    window: MainWindow, control: FakeControl, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversation_log, "MAX_ENTRIES", 60)
    control.emit(ConversationOpened(turn=0, at=0.0, conversation="c", messages=messages(58)))
    transcript = window.transcript
    qtbot.waitUntil(lambda: not transcript.is_behind)
    transcript.verticalScrollBar().setValue(0)
    qtbot.waitUntil(lambda: not transcript.is_behind)
    entry = next(e for e in transcript.log if e.turn == -40 and e.kind is Kind.REPLY)
    assert transcript.message_text(entry) == "Answer -40"
