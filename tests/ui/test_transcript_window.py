"""A conversation without an end: the oldest messages leave the window, and what stays is whole."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint
from PySide6.QtGui import QTextCursor
from pytestqt.qtbot import QtBot

from voicedesk.core.dialogue import Message, Role
from voicedesk.core.events import Removed, UserText
from voicedesk.ui import conversation_log
from voicedesk.ui.conversation_entries import Kind
from voicedesk.ui.transcript import Transcript

MARKDOWN = "It **is**:\n\n- one\n- two\n\n```\ncode\n```\n\nThat is all."


@pytest.fixture
def transcript(qtbot: QtBot) -> Iterator[Transcript]:
    result = Transcript()
    qtbot.addWidget(result)
    result.resize(500, 300)
    result.show()
    qtbot.waitExposed(result)
    yield result
    result.close()


def past(turns: int) -> list[Message]:
    roles = ((Role.USER, "Question"), (Role.ASSISTANT, MARKDOWN))
    return [Message(turn, role, text) for turn in range(-turns, 0) for role, text in roles]


def fresh_text(transcript: Transcript) -> str:
    """The words as a transcript shows them that has never held anything else."""
    other = Transcript()
    roles = {Kind.USER: Role.USER, Kind.REPLY: Role.ASSISTANT}
    other.show_past([Message(each.turn, roles[each.kind], each.text) for each in transcript.log])
    other.flush()
    return other.toPlainText()


def test_the_oldest_leave_the_window_and_the_rest_stays_whole(
    transcript: Transcript, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversation_log, "MAX_ENTRIES", 60)
    transcript.show_past(past(30))
    transcript.flush()
    blocks = []
    for turn in range(1, 200):
        transcript.on_event(UserText(turn=turn, at=0.0, text=f"Number {turn}", final=True))
        transcript.flush()
        blocks.append(transcript.document().blockCount())
    assert [entry.text for entry in transcript.log][-2:] == ["Number 198", "Number 199"]
    assert max(blocks[100:]) <= 2 * 60
    assert transcript.toPlainText() == fresh_text(transcript)


@given(st.sets(st.integers(1, 12)), st.booleans())
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whichever_turns_leave_together_the_rest_stays_whole(
    transcript: Transcript,
    gone: set[int],
    whole: bool,
) -> None:
    transcript.show_past(past(12))
    transcript.flush()
    for turn in gone:
        transcript.on_event(Removed(turn=-turn, at=0.0, whole=whole))
    transcript.flush()
    assert len(transcript.log.entries) == 24 - len(gone) * (1 + whole)
    assert transcript.toPlainText() == fresh_text(transcript)


def test_a_reader_of_earlier_words_stays_where_they_are(
    transcript: Transcript, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversation_log, "MAX_ENTRIES", 60)
    transcript.show_past(past(30))
    transcript.flush()
    bar = transcript.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    in_sight = transcript.cursorForPosition(transcript.viewport().rect().topLeft()).block().text()
    top = transcript.cursorRect(
        transcript.cursorForPosition(transcript.viewport().rect().topLeft())
    ).top()
    transcript.on_event(Removed(turn=-30, at=0.0, whole=True))
    transcript.flush()
    cursor = transcript.cursorForPosition(transcript.viewport().rect().topLeft())
    assert not transcript.follows
    assert cursor.block().text() == in_sight
    assert transcript.cursorRect(cursor).top() == top


def test_paragraphs_are_looked_up_only_for_a_reader_of_earlier_words(
    transcript: Transcript, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each one that is looked up keeps about a kilobyte of what was found out until it leaves the window."""
    transcript.show_past(past(30))
    transcript.flush()
    asked: list[QPoint] = []
    find = transcript.cursorForPosition

    def count(place: QPoint) -> QTextCursor:
        asked.append(place)
        return find(place)

    monkeypatch.setattr(transcript, "cursorForPosition", count)
    for turn in range(1, 11):
        transcript.on_event(UserText(turn=turn, at=0.0, text=f"Number {turn}", final=True))
        transcript.flush()
    assert asked == []
    transcript.verticalScrollBar().setValue(0)
    transcript.on_event(Removed(turn=-30, at=0.0, whole=True))
    transcript.flush()
    assert len(asked) == 1
