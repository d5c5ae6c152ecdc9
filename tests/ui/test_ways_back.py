"""What was said and not answered, or just deleted, can be had back: by mouse, by keyboard, and for a while only."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from tests.ui.fake_control import FakeControl, FakeKeys, FakeRecall, FakeTries, fake_devices
from tests.ui.finding import by_name, read_on
from voicedesk.core.events import ConversationOpened, Hint, HintKind, TakeOffered, TakesWaiting
from voicedesk.core.settings import BUILTIN, OPENAI, Appearance, Settings
from voicedesk.core.turn import Trigger
from voicedesk.providers.ways import Way
from voicedesk.ui.conversation_entries import Kind
from voicedesk.ui.looks import Looks
from voicedesk.ui.main_window import MainWindow
from voicedesk.ui.undo_bar import LASTS_MS, UndoBar


@pytest.fixture
def recall() -> FakeRecall:
    return FakeRecall()


@pytest.fixture
def tries() -> FakeTries:
    return FakeTries()


@pytest.fixture
def window(
    qtbot: QtBot, control: FakeControl, keys: FakeKeys, recall: FakeRecall, tries: FakeTries
) -> Iterator[MainWindow]:
    result = MainWindow(
        control,
        Settings(),
        keys=keys,
        devices=fake_devices,
        changed=lambda _settings: None,
        recall=recall,
        tries=tries,
    )
    qtbot.addWidget(result)
    result.show()
    result.activateWindow()
    qtbot.waitUntil(result.isActiveWindow)
    yield result
    result.close()


@pytest.fixture
def bar(window: MainWindow) -> UndoBar:
    return window.ways_back.undo_bar


def cancel(window: MainWindow) -> None:
    """Talk, and think better of it."""
    QTest.keyPress(window.talk_button, Qt.Key.Key_Space)
    QTest.keyClick(window.talk_button, Qt.Key.Key_Escape)
    QTest.keyRelease(window.talk_button, Qt.Key.Key_Space)


def undo_by_key(window: MainWindow) -> None:
    QTest.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)


# ---------------------------------------------------------------------------------- undo


def test_a_cancelled_take_is_sent_after_all(
    window: MainWindow, recall: FakeRecall, bar: UndoBar
) -> None:
    cancel(window)
    assert bar.isVisible()
    assert bar.sentence == "Your question was cancelled. It is kept."
    assert bar.action.isEnabled()
    by_name(window, "Undo", QPushButton).click()
    assert recall.calls == ["ask again 1 "]
    assert bar.isHidden()
    undo_by_key(window)
    assert recall.calls == ["ask again 1 "]  # once
    assert not bar.action.isEnabled()


def test_a_typed_question_is_asked_after_all_by_the_key_in_its_line(
    window: MainWindow, recall: FakeRecall, bar: UndoBar
) -> None:
    QTest.keyClicks(window.question, "What is late?")
    QTest.keyClick(window.question, Qt.Key.Key_Return)
    QTest.keyClick(window.question, Qt.Key.Key_Escape)
    assert bar.isVisible()
    QTest.keyClick(window.question, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert recall.calls == ["ask again 1 What is late?"]
    assert window.question.text() == ""


def test_what_is_being_typed_is_undone_before_anything_else(
    window: MainWindow, recall: FakeRecall, bar: UndoBar
) -> None:
    cancel(window)
    QTest.keyClicks(window.question, "What")
    QTest.keyClick(window.question, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert (window.question.text(), recall.calls) == ("", [])
    assert bar.isVisible()
    QTest.keyClick(window.question, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert recall.calls == ["ask again 1 "]


def test_a_take_in_which_nobody_was_heard_can_be_sent_all_the_same(
    window: MainWindow, control: FakeControl, recall: FakeRecall, bar: UndoBar
) -> None:
    control.press()
    control.release()
    control.fire(Trigger.TAKE_DROPPED)
    recall.can = False  # it was silent
    control.emit(Hint(turn=control.turn, at=0.0, hint=HintKind.NO_SPEECH))
    assert bar.isHidden()
    recall.can = True
    control.emit(Hint(turn=control.turn, at=0.0, hint=HintKind.NO_SPEECH))
    assert bar.isVisible()
    by_name(window, "Undo", QPushButton).click()
    assert recall.calls == ["ask again 1 "]


def test_a_cancelled_take_is_sent_after_all_by_keyboard(
    window: MainWindow, recall: FakeRecall, bar: UndoBar
) -> None:
    cancel(window)
    undo_by_key(window)
    assert recall.calls == ["ask again 1 "]
    cancel(window)
    window.transcript.setFocus()
    for _ in range(3):
        focused = QApplication.focusWidget()
        assert focused is not None
        if focused is bar.button:
            break
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is bar.button
    QTest.keyClick(bar.button, Qt.Key.Key_Space)
    assert recall.calls == ["ask again 1 ", "ask again 2 "]


def test_a_question_that_was_sent_already_is_asked_with_its_words(
    window: MainWindow, control: FakeControl, recall: FakeRecall
) -> None:
    control.ask("How late is it?")
    control.cancel()
    undo_by_key(window)
    assert recall.calls == ["ask again 1 How late is it?"]


def test_what_cannot_be_undone_is_not_offered(
    window: MainWindow, control: FakeControl, recall: FakeRecall, bar: UndoBar
) -> None:
    recall.can = False
    cancel(window)
    assert bar.isHidden()
    undo_by_key(window)
    assert recall.calls == []


def test_the_offer_ends_with_the_next_press_and_with_another_conversation(
    window: MainWindow, control: FakeControl, bar: UndoBar
) -> None:
    cancel(window)
    control.press()
    assert bar.isHidden()
    control.cancel()
    assert bar.isVisible()
    control.emit(ConversationOpened(turn=0, at=0.0))
    assert bar.isHidden()


def test_the_offer_ends_by_itself_but_not_under_the_users_hand(
    window: MainWindow, bar: UndoBar
) -> None:
    cancel(window)
    (timer,) = bar.findChildren(QTimer)
    assert timer.isActive()
    bar.button.setFocus()
    timer.timeout.emit()
    assert bar.isVisible()
    window.talk_button.setFocus()
    timer.timeout.emit()
    assert bar.isHidden()
    assert not timer.isActive()


def test_the_offer_is_announced_and_says_what_it_is_about(
    window: MainWindow, bar: UndoBar, said: list[str]
) -> None:
    cancel(window)
    assert "Your question was cancelled. It is kept. Ctrl+Z undoes it." in said
    interface = QAccessible.queryAccessibleInterface(bar.button)
    assert interface.text(QAccessible.Text.Name) == "Undo"
    assert interface.text(QAccessible.Text.Description) == bar.sentence


# --------------------------------------------------------------------- in a window made anew


@pytest.fixture
def german(looks: Looks) -> None:
    looks.apply(Appearance(language="de"))


def test_an_offer_goes_on_in_a_window_that_is_made_anew(
    window: MainWindow, recall: FakeRecall, bar: UndoBar, request: pytest.FixtureRequest
) -> None:
    cancel(window)
    bar._timer.start(5000)  # half of its time is over
    request.getfixturevalue("german")
    window.rebuild()
    QApplication.processEvents()
    new = window.ways_back.undo_bar
    assert new is not bar
    assert new.isVisible()
    assert new.sentence == "Ihre Frage wurde abgebrochen. Sie ist aufgehoben."
    assert new.button.accessibleDescription() == new.sentence
    assert 0 < new._timer.interval() < LASTS_MS
    assert not bar._timer.isActive()
    assert recall.calls == []
    undo_by_key(window)
    assert recall.calls == ["ask again 1 "]
    assert new.isHidden()
    undo_by_key(window)
    assert recall.calls == ["ask again 1 "]  # once


@pytest.mark.parametrize(
    ("whole", "sentence"),
    [
        (True, "Die Frage und ihre Antwort wurden gelöscht."),
        (False, "Die Antwort wurde gelöscht."),
    ],
)
def test_what_was_deleted_is_not_final_because_the_window_is_made_anew(
    window: MainWindow,
    control: FakeControl,
    recall: FakeRecall,
    request: pytest.FixtureRequest,
    *,
    whole: bool,
    sentence: str,
) -> None:
    control.turn_of("One", "Two")
    window.transcript.flush()
    kind = Kind.USER if whole else Kind.REPLY
    entry = next(each for each in window.transcript.log.entries if each.kind is kind)
    for put_back in (True, False):
        recall.calls.clear()
        delete = next(each for each in window.transcript.tools.actions if each.icon == "delete")
        delete.run(entry)
        request.getfixturevalue("german")
        window.rebuild()
        assert recall.calls == [f"remove {'all' if whole else 'answer'} 1"]
        bar = window.ways_back.undo_bar
        assert bar.sentence == sentence
        if put_back:
            bar.button.click()
            assert recall.calls[1:] == ["put back"]
        else:
            bar._timer.timeout.emit()
            assert recall.calls[1:] == ["settle"]


def test_an_offer_under_the_users_hand_lasts_its_whole_time_again(
    window: MainWindow, bar: UndoBar
) -> None:
    cancel(window)
    bar._timer.start(1)
    bar.button.setFocus()
    bar._timer.timeout.emit()
    assert bar._timer.interval() == LASTS_MS


def test_the_take_of_an_earlier_run_is_still_one_in_a_window_made_anew(
    window: MainWindow, control: FakeControl, tries: FakeTries
) -> None:
    control.can_retry = True
    tries.waiting = 1
    control.emit(TakesWaiting(turn=0, at=0.0, number=1))
    control.emit(TakeOffered(turn=0, at=0.0, seconds=12.3))
    shown = read_on(window.retry_bar)
    window.rebuild()
    QApplication.processEvents()
    assert read_on(window.retry_bar) == shown
    assert by_name(window, "Show It", QPushButton).isVisible()
    control.can_retry = False
    control.press()
    control.cancel()
    failed(control)
    assert read_on(window.retry_bar) == "Your question is kept."


# ---------------------------------------------------------------------------------- try again


def failed(control: FakeControl) -> None:
    control.ask("One")
    control.can_retry = True
    control.fire(Trigger.FAIL)


def test_what_failed_is_tried_again_in_another_way(
    window: MainWindow, control: FakeControl, keys: FakeKeys, tries: FakeTries
) -> None:
    keys.kept[OPENAI] = "key"
    failed(control)
    assert window.retry_bar.isVisible()
    menu = by_name(window, "Try Again With", QPushButton).menu()
    assert isinstance(menu, QMenu)
    menu.aboutToShow.emit()
    ways = {action.text(): action for action in menu.actions()}
    assert list(ways) == [
        "Realtime · Built-in",
        "Realtime · OpenAI",
        "Classic · Built-in",
        "Classic · OpenAI",
    ]
    ways["Classic · OpenAI"].trigger()
    assert tries.ways == [Way("classic", OPENAI)]
    assert control.calls[-1] == "retry"
    ways["Classic · Built-in"].trigger()
    assert tries.ways[-1] == Way("classic", BUILTIN)


def test_the_menu_says_how_many_takes_wait(window: MainWindow, control: FakeControl) -> None:
    entry = window.ways_back.unanswered
    menu = window.header.menu.menu()
    assert menu is not None
    assert entry in menu.actions()
    assert entry.text() == "Unanswered…"
    control.emit(TakesWaiting(turn=0, at=0.0, number=3))
    assert entry.text() == "Unanswered (3)…"
    control.emit(TakesWaiting(turn=0, at=0.0, number=0))
    assert entry.text() == "Unanswered…"


def test_the_number_is_known_to_a_window_that_is_made_anew(
    window: MainWindow, tries: FakeTries
) -> None:
    tries.waiting = 2
    window.rebuild()
    assert window.ways_back.unanswered.text() == "Unanswered (2)…"


def test_other_takes_that_wait_are_one_click_away(
    qtbot: QtBot, window: MainWindow, control: FakeControl
) -> None:
    failed(control)
    control.emit(TakesWaiting(turn=0, at=0.0, number=1))
    shown = [button.text() for button in window.retry_bar.buttons if button.isVisible()]
    assert shown == ["Try Again", "Try Again With"]  # it is this one
    control.emit(TakesWaiting(turn=0, at=0.0, number=2))
    with qtbot.waitSignal(window.unanswered_wanted):
        by_name(window, "Show All 2", QPushButton).click()
    with qtbot.waitSignal(window.unanswered_wanted):
        QTest.keyClick(window, Qt.Key.Key_U, Qt.KeyboardModifier.ControlModifier)


def test_a_take_of_an_earlier_run_is_offered_with_its_length(
    qtbot: QtBot, window: MainWindow, control: FakeControl
) -> None:
    control.can_retry = True
    control.emit(TakesWaiting(turn=0, at=0.0, number=1))
    control.emit(TakeOffered(turn=0, at=0.0, seconds=12.3))
    kept = "VoiceDesk ended before it could answer. What you said (12 s) is kept."
    assert read_on(window.retry_bar) == kept
    with qtbot.waitSignal(window.unanswered_wanted):
        by_name(window, "Show It", QPushButton).click()
    control.can_retry = False
    control.press()
    assert window.retry_bar.isHidden()
    control.cancel()
    failed(control)
    assert read_on(window.retry_bar) == "Your question is kept."
