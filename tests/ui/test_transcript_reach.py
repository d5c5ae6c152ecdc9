"""Of a long transcript only the latest messages are laid out; those above come for whoever goes up to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from voicedesk.core.dialogue import Message, Role
from voicedesk.core.events import (
    AudioKey,
    ConversationOpened,
    PutBack,
    TakenOut,
    TextDelta,
    UserText,
)
from voicedesk.ui import transcript_reach
from voicedesk.ui.conversation_entries import Entry, Kind
from voicedesk.ui.transcript import Transcript
from voicedesk.ui.transcript_reach import Reach

MOST, LEAVING, AT_ONCE = 20, 4, 6


@pytest.fixture(autouse=True)
def little(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transcript_reach, "MOST", MOST)
    monkeypatch.setattr(transcript_reach, "LEAVING", LEAVING)
    monkeypatch.setattr(transcript_reach, "AT_ONCE", AT_ONCE)


@pytest.fixture
def transcript(qtbot: QtBot) -> Iterator[Transcript]:
    """Thirty questions with their answers."""
    result = Transcript()
    qtbot.addWidget(result)
    result.resize(500, 300)
    result.show()
    result.activateWindow()
    qtbot.waitUntil(result.isActiveWindow)
    result.show_past(past(30))
    result.flush()
    yield result
    result.close()


def past(turns: int) -> list[Message]:
    roles = ((Role.USER, "Question"), (Role.ASSISTANT, "Answer"))
    return [
        Message(turn, role, f"{text} {-turn}.") for turn in range(-turns, 0) for role, text in roles
    ]


def talk(transcript: Transcript, turns: range) -> None:
    for turn in turns:
        transcript.on_event(UserText(turn=turn, at=0.0, text=f"Number {turn}.", final=True))
        transcript.flush()


def settle(transcript: Transcript, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not transcript.is_behind)


def first_in_sight(transcript: Transcript) -> tuple[str, int]:
    """The words at the upper edge, and where they stand."""
    cursor = transcript.cursorForPosition(QPoint(0, 0))
    return cursor.block().text(), transcript.cursorRect(cursor).top()


def go_to_the_top(transcript: Transcript, qtbot: QtBot) -> None:
    """As far as there is anything above."""
    bar = transcript.verticalScrollBar()
    while True:
        bar.setValue(bar.minimum())
        if not transcript.is_behind:
            return
        settle(transcript, qtbot)


# --------------------------------------------------------------------------------------- what is there


def test_only_the_latest_of_a_long_conversation_are_laid_out(transcript: Transcript) -> None:
    assert len(transcript.log.entries) == 60
    text = transcript.toPlainText()
    assert "Question 10." in text
    assert "Answer 1." in text
    assert "Answer 11." not in text


def test_a_conversation_that_is_opened_begins_with_its_latest(
    transcript: Transcript, qtbot: QtBot
) -> None:
    go_to_the_top(transcript, qtbot)
    transcript.on_event(
        ConversationOpened(turn=0, at=0.0, conversation="c", messages=tuple(past(40)))
    )
    settle(transcript, qtbot)
    assert len(transcript.log.entries) == 80
    assert "Question 11." not in transcript.toPlainText()


def test_a_long_talk_leaves_no_more_than_that(transcript: Transcript) -> None:
    blocks = []
    for turn in range(1, 101):
        talk(transcript, range(turn, turn + 1))
        blocks.append(transcript.document().blockCount())
    assert max(blocks) <= 2 * (MOST + LEAVING)  # a name and a paragraph each
    assert len(transcript.log.entries) == 160, "the words themselves are kept"
    assert transcript.toPlainText().endswith("Number 100.")


# --------------------------------------------------------------------------------------- going up


def test_going_up_shows_what_is_above_and_keeps_what_is_in_sight(
    transcript: Transcript, qtbot: QtBot
) -> None:
    bar = transcript.verticalScrollBar()
    bar.setValue(bar.minimum())
    seen = first_in_sight(transcript)
    assert transcript.is_behind
    settle(transcript, qtbot)
    assert first_in_sight(transcript) == seen
    go_to_the_top(transcript, qtbot)
    text = transcript.toPlainText()
    assert text.index("Question 30.") < text.index("Answer 11.") < text.index("Answer 1.")


def test_what_was_gone_up_to_leaves_when_the_newest_words_are_in_sight_again(
    transcript: Transcript, qtbot: QtBot
) -> None:
    go_to_the_top(transcript, qtbot)
    key = AudioKey(1, "r", "i")
    transcript.on_event(TextDelta(turn=1, at=0.0, key=key, text="An answer."))
    transcript.flush()
    assert "Question 30." in transcript.toPlainText(), "somebody reads there"
    transcript.show_latest()
    transcript.on_event(UserText(turn=2, at=0.0, text="Number 2.", final=True))
    settle(transcript, qtbot)
    assert "Answer 11." not in transcript.toPlainText()
    assert transcript.toPlainText().endswith("Number 2.")
    bar = transcript.verticalScrollBar()
    assert bar.value() == bar.maximum()


def test_the_keyboard_reaches_the_first_message(transcript: Transcript) -> None:
    for _ in range(60):
        QTest.keyClick(transcript, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    chosen = transcript.tools.chosen
    assert chosen is transcript.log.entries[0]
    area = transcript.tools.area_of(chosen)
    assert not area.isEmpty()
    assert 0 <= area.top() < transcript.viewport().height()


def test_a_message_that_is_chosen_stays(transcript: Transcript) -> None:
    QTest.keyClick(transcript, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    transcript.show_latest()
    talk(transcript, range(1, 2 * MOST))
    assert transcript.tools.chosen is not None
    assert not transcript.tools.area_of(transcript.tools.chosen).isEmpty()


def test_what_is_put_back_out_of_sight_is_there_for_who_goes_up(
    transcript: Transcript, qtbot: QtBot
) -> None:
    transcript.on_event(TakenOut(turn=-25, at=0.0, whole=True))
    transcript.flush()
    transcript.on_event(PutBack(turn=-25, at=0.0))
    transcript.flush()
    assert "Question 25." not in transcript.toPlainText()
    go_to_the_top(transcript, qtbot)
    text = transcript.toPlainText()
    assert text.index("Answer 26.") < text.index("Question 25.") < text.index("Question 24.")


# --------------------------------------------------------------------------------------- selecting


def test_all_that_was_said_can_be_selected_by_keyboard(
    transcript: Transcript, qtbot: QtBot
) -> None:
    QTest.keyClick(transcript, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    settle(transcript, qtbot)
    words = transcript.createMimeDataFromSelection().text()
    assert "Question 30." in words
    assert words.endswith("Answer 1.")
    talk(transcript, range(1, 3))
    assert "Question 30." in transcript.createMimeDataFromSelection().text()


def test_all_that_was_said_can_be_selected_by_the_menu(
    transcript: Transcript, qtbot: QtBot
) -> None:
    menu = transcript.menu_at(QPoint(60, 40))
    (action,) = (each for each in menu.actions() if each.text().startswith("Select All"))
    action.trigger()
    settle(transcript, qtbot)
    assert "Question 30." in transcript.createMimeDataFromSelection().text()
    menu.close()


def test_selected_words_stay_until_something_else_is_selected(
    transcript: Transcript, qtbot: QtBot
) -> None:
    cursor = transcript.document().find("Answer 10.")
    transcript.setTextCursor(cursor)
    transcript.show_latest()
    talk(transcript, range(1, 2 * MOST))
    assert transcript.textCursor().selectedText() == "Answer 10."
    transcript.setTextCursor(QTextCursor(transcript.document()))
    transcript.show_latest()
    transcript.on_event(UserText(turn=2 * MOST, at=0.0, text="Number 40.", final=True))
    settle(transcript, qtbot)
    assert "Answer 10." not in transcript.toPlainText()


# --------------------------------------------------------------------------------------- the reckoning


def entries(count: int) -> list[Entry]:
    return [Entry(Kind.USER, turn, serial=turn) for turn in range(1, count + 1)]


def laid_out(reach: Reach, all_of_them: Sequence[Entry]) -> list[Entry]:
    return [entry for entry in all_of_them if entry in reach]


@given(st.integers(0, 80), st.lists(st.integers(1, 30), max_size=5), st.integers(0, 40))
def test_what_is_laid_out_ends_with_the_newest_and_has_no_gap(
    count: int, steps: list[int], more: int
) -> None:
    later = entries(count + more)
    there = later[:count]
    reach = Reach()
    reach.begin(there)
    shown = laid_out(reach, there)
    assert shown == there[-MOST:]
    for step in steps:
        shown = [*reach.widen(there, step), *shown]
        assert shown == laid_out(reach, there) == there[len(there) - len(shown) :]
    shown += later[count:]
    while gone := reach.narrow(later):
        assert len(gone) <= AT_ONCE
        assert list(gone) == shown[: len(gone)]
        shown = shown[len(gone) :]
        assert laid_out(reach, later) == shown
    assert len(shown) <= MOST + LEAVING


@given(st.integers(1, 80), st.data())
def test_it_reaches_up_to_an_entry(count: int, data: st.DataObject) -> None:
    there = entries(count)
    reach = Reach()
    reach.begin(there)
    wanted = data.draw(st.sampled_from(there))
    was_there = wanted in reach
    new = reach.widen_to(there, wanted)
    assert wanted in reach
    assert (not new) == was_there
    assert was_there or new[0] is wanted
    assert reach.has_above(there) == (there[0] not in reach)
