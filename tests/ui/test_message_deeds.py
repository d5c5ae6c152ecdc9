"""What can be done with messages: by mouse, by menu, by keyboard; links are shown before they are opened."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.fake_control import FakeControl, FakeKeys, FakeRecall, FakeTries, fake_devices
from tests.ui.finding import by_name
from voicedesk.core.events import PutBack, Removed, ReplyEnded, Retried, TakenOut
from voicedesk.core.settings import BUILTIN, Settings
from voicedesk.providers.ways import Way
from voicedesk.ui import message_deeds
from voicedesk.ui.main_window import MainWindow


@pytest.fixture
def recall() -> FakeRecall:
    return FakeRecall()


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The pages that were opened."""
    pages: list[str] = []

    class Browser:
        @staticmethod
        def openUrl(url: QUrl) -> bool:
            pages.append(url.toString())
            return "cannot" not in url.toString()

    monkeypatch.setattr(message_deeds, "QDesktopServices", Browser)
    return pages


@pytest.fixture
def window(
    qtbot: QtBot, control: FakeControl, keys: FakeKeys, recall: FakeRecall
) -> Iterator[MainWindow]:
    result = MainWindow(
        control,
        Settings(),
        keys=keys,
        devices=fake_devices,
        changed=lambda _settings: None,
        recall=recall,
    )
    qtbot.addWidget(result)
    result.show()
    result.activateWindow()
    qtbot.waitUntil(result.isActiveWindow)
    control.turn_of("First question", "First answer")
    control.turn_of("Second question", "See [the page](https://example.org/a?b=1) **now**")
    control.emit(ReplyEnded(turn=control.turn, at=0.0))
    result.transcript.flush()
    yield result
    result.close()


def hover(window: MainWindow, words: str) -> None:
    view = window.transcript
    place = view.cursorRect(view.document().find(words)).center()
    event = QMouseEvent(
        QMouseEvent.Type.MouseMove,
        QPointF(place),
        view.viewport().mapToGlobal(QPointF(place)),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(view.viewport(), event)


def buttons(window: MainWindow) -> list[str]:
    bar = window.transcript.tools.bar
    return [b.accessibleName() for b in bar.findChildren(QToolButton) if b.isVisible()]


def press(window: MainWindow, name: str) -> None:
    by_name(window.transcript.tools.bar, name, QToolButton).click()


def answer(window: MainWindow, caption: str) -> None:
    by_name(window.confirmations, caption, QPushButton).click()


def test_the_message_under_the_mouse_has_buttons(window: MainWindow, recall: FakeRecall) -> None:
    assert buttons(window) == []
    hover(window, "First question")
    assert buttons(window) == ["Copy Message", "Play Again", "Ask Again", "Delete"]
    press(window, "Play Again")
    press(window, "Ask Again")
    press(window, "Copy Message")
    assert QGuiApplication.clipboard().text() == "First question"
    hover(window, "First answer")
    press(window, "Play Again")
    press(window, "Ask Again")
    assert recall.calls == [
        "replay take 1",
        "ask again 1 First question",
        "replay answer 1",
        "ask again 1 First question",
    ]


def test_only_what_is_possible_is_offered(window: MainWindow, recall: FakeRecall) -> None:
    recall.can = False
    hover(window, "First question")
    assert buttons(window) == ["Copy Message"]


@pytest.mark.parametrize(
    ("words", "sentence", "call"),
    [
        ("First question", "The question and its answer were deleted.", "remove all 1"),
        ("First answer", "The answer was deleted.", "remove answer 1"),
    ],
)
def test_a_message_is_deleted_and_can_be_had_back(
    window: MainWindow, recall: FakeRecall, words: str, sentence: str, call: str
) -> None:
    bar = window.ways_back.undo_bar
    assert bar.isHidden()
    hover(window, words)
    press(window, "Delete")
    assert recall.calls == [call]
    assert bar.sentence == sentence
    by_name(window, "Undo", QPushButton).click()
    assert recall.calls == [call, "put back"]
    assert bar.isHidden()
    press(window, "Delete")
    press(window, "Delete")  # the one before is final then
    assert recall.calls[2:] == [call, "settle", call]


def test_a_deletion_is_final_when_the_user_goes_on(
    window: MainWindow, control: FakeControl, recall: FakeRecall
) -> None:
    hover(window, "First answer")
    press(window, "Delete")
    control.press()
    assert recall.calls == ["remove answer 1", "settle"]
    assert window.ways_back.undo_bar.isHidden()
    QTest.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert recall.calls == ["remove answer 1", "settle"]


def test_a_deletion_is_final_when_the_window_closes(window: MainWindow, recall: FakeRecall) -> None:
    hover(window, "First answer")
    press(window, "Delete")
    window.close()
    assert recall.calls == ["remove answer 1", "settle"]


def test_what_was_taken_out_leaves_the_screen(window: MainWindow, control: FakeControl) -> None:
    hover(window, "First answer")
    control.emit(Removed(turn=1, at=0.0, whole=False))
    window.transcript.flush()
    assert "First answer" not in window.transcript.toPlainText()
    assert "First question" in window.transcript.toPlainText()
    assert buttons(window) == []
    control.emit(Removed(turn=1, at=0.0, whole=True))
    control.emit(Retried(turn=3, at=0.0, of=2))
    window.transcript.flush()
    # What is asked again stands in its new turn before its words are known.
    assert window.transcript.toPlainText() == "You\n…"


@pytest.mark.parametrize("is_laid_out", [True, False])
def test_what_is_put_back_stands_where_it_stood(
    window: MainWindow, control: FakeControl, is_laid_out: bool
) -> None:
    before = window.transcript.toPlainText()
    for whole in (True, False):
        control.emit(TakenOut(turn=1, at=0.0, whole=whole))
        if is_laid_out:
            window.transcript.flush()
            assert "First answer" not in window.transcript.toPlainText()
        control.emit(PutBack(turn=1, at=0.0))
        window.transcript.flush()
        assert window.transcript.toPlainText() == before
    control.emit(PutBack(turn=1, at=0.0))  # nothing is out
    control.emit(TakenOut(turn=1, at=0.0, whole=True))
    control.emit(Removed(turn=1, at=0.0, whole=True))
    control.emit(PutBack(turn=1, at=0.0))
    window.transcript.flush()
    assert "First" not in window.transcript.toPlainText()


def test_a_message_is_asked_again_in_another_way(
    window: MainWindow, control: FakeControl, recall: FakeRecall
) -> None:
    hover(window, "First question")
    assert "Ask Again With…" not in buttons(window)  # this window knows no other way
    tries = FakeTries()
    other = MainWindow(
        control,
        Settings(),
        keys=FakeKeys(),
        devices=fake_devices,
        changed=lambda _settings: None,
        recall=recall,
        tries=tries,
    )
    other.transcript.log = window.transcript.log
    other.show()
    other.transcript.restyle()
    other.transcript.flush()
    hover(other, "First question")
    press(other, "Ask Again With…")
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    ways = {action.text(): action for action in menu.actions()}
    assert list(ways) == ["Realtime · Built-in", "Classic · Built-in"]  # OpenAI has no key
    assert ways["Realtime · Built-in"].isChecked()
    ways["Classic · Built-in"].trigger()
    menu.close()
    assert tries.ways == [Way("classic", BUILTIN)]
    assert recall.calls == ["ask again 1 First question"]
    other.close()
    other.deleteLater()


def test_messages_are_chosen_by_keyboard(window: MainWindow, recall: FakeRecall) -> None:
    view = window.transcript
    view.setFocus()
    alt = Qt.KeyboardModifier.AltModifier
    for _ in range(4):
        QTest.keyClick(view, Qt.Key.Key_Up, alt)
    assert view.tools.chosen is not None
    assert view.tools.chosen.text == "First question"
    QTest.keyClick(view, Qt.Key.Key_Up, alt)  # there is none before it
    QTest.keyClick(view, Qt.Key.Key_Down, alt)
    assert view.tools.chosen.text == "First answer"
    QTest.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "First answer"
    assert buttons(window)
    QTest.keyClick(view, Qt.Key.Key_Tab)
    focused = QApplication.focusWidget()
    assert focused is not None
    assert focused.accessibleName() == "Copy Message"
    QTest.keyClick(focused, Qt.Key.Key_Tab)
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClick(focused, Qt.Key.Key_Space)
    assert recall.calls == ["replay answer 1"]


def test_the_menu_key_opens_the_menu_of_the_chosen_message(window: MainWindow) -> None:
    view = window.transcript
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    QApplication.sendEvent(
        view.viewport(),
        QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(0, 0), QPoint(0, 0)),
    )
    menu = QApplication.activePopupWidget()
    assert menu is not None
    texts = [action.text() for action in menu.actions() if action.text()]
    assert texts[-5:] == [
        "Copy Message",
        "Play Again",
        "Ask Again",
        "Delete",
        "Open Link: the page",
    ]
    menu.close()


def test_a_link_is_opened_after_it_was_shown(window: MainWindow, opened: list[str]) -> None:
    link = window.transcript.document().find("the page").charFormat().anchorHref()
    window.transcript.anchorClicked.emit(QUrl(link))
    assert opened == []
    asked = {
        widget.accessibleName(): widget.accessibleDescription()
        for widget in window.confirmations.findChildren(QWidget)
    }
    assert asked["Open this page in the browser?"] == "https://example.org/a?b=1"
    answer(window, "Cancel")
    assert opened == []
    window.transcript.anchorClicked.emit(QUrl(link))
    answer(window, "Open")
    assert opened == ["https://example.org/a?b=1"]


@pytest.mark.parametrize("link", ["file:///etc/passwd", "javascript:alert(1)", "http://a@b/"])
def test_what_is_no_web_page_is_never_opened(
    window: MainWindow, opened: list[str], link: str
) -> None:
    window.transcript.anchorClicked.emit(QUrl(link))
    assert window.confirmations.isHidden()
    assert window.messages.sentences == ["This link leads to no web page, so it is not opened."]
    assert opened == []


def test_a_page_that_cannot_be_opened_is_told(window: MainWindow, opened: list[str]) -> None:
    window.transcript.link_wanted.emit("https://cannot.example.org/")
    answer(window, "Open")
    assert window.messages.sentences == ["The page could not be opened."]
