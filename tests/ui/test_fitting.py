"""No dialog is larger than its screen; what there is no room for is scrolled, and the buttons stay in sight."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QDialogButtonBox,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.ui.fake_control import FakeControl
from tests.ui.finding import by_name
from tests.ui.test_accessibility import clipped, show_ways_back, unnamed
from voicedesk.core.errors import NoMicrophoneError
from voicedesk.ui import compact, fitting, roomy
from voicedesk.ui.crash_offer import offer_report
from voicedesk.ui.fitting import ButtonRow, FittedDialog
from voicedesk.ui.main_window import MainWindow
from voicedesk.ui.roomy import ContentArea
from voicedesk.ui.window_modes import WindowModes

LONG = "There is much to be said about this, and it goes on in the next line and the one after. "


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> QSize:
    """A screen with little room."""
    room = QSize(560, 330)
    for module in (compact, fitting, roomy):
        monkeypatch.setattr(module, "room_for", lambda _window: room)
    return room


class Board(FittedDialog):
    """Some words, and a button that has to be in sight."""

    def __init__(self, words: str) -> None:
        super().__init__()
        content = QWidget(self)
        self.label = QLabel(words, content)
        self.label.setWordWrap(True)
        inside = QVBoxLayout(content)
        inside.addWidget(self.label)
        self.area = ContentArea(content, "Words", self)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        layout = QVBoxLayout(self)
        layout.addWidget(self.area, 1)
        layout.addWidget(self.buttons)
        self.resize(700, 0)


def shown(qtbot: QtBot, dialog: Board) -> Board:
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitExposed(dialog)
    return dialog


def test_where_there_is_room_nothing_is_scrolled(qtbot: QtBot) -> None:
    dialog = shown(qtbot, Board(LONG * 5))
    assert dialog.width() == 700
    assert not dialog.area.verticalScrollBar().isVisible()
    assert dialog.area.focusPolicy() == Qt.FocusPolicy.NoFocus
    assert clipped(dialog) == []
    dialog.label.setText(LONG * 20)
    QApplication.processEvents()
    assert not dialog.area.verticalScrollBar().isVisible(), "the dialog has grown"
    assert clipped(dialog) == []


def test_on_a_small_screen_the_words_are_scrolled_and_the_button_is_in_sight(
    qtbot: QtBot, small: QSize
) -> None:
    dialog = shown(qtbot, Board(LONG * 60))
    assert (dialog.width(), dialog.height()) == (small.width(), small.height())
    bar = dialog.area.verticalScrollBar()
    assert bar.isVisible()
    assert clipped(dialog) == []
    assert unnamed(dialog) == []
    assert dialog.rect().contains(dialog.buttons.geometry())
    dialog.area.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(dialog.area, Qt.Key.Key_PageDown)
    assert bar.value() > 0, "by key too"
    dialog.label.setText("short")
    QApplication.processEvents()
    assert not bar.isVisible()
    assert dialog.area.focusPolicy() == Qt.FocusPolicy.NoFocus


def test_words_that_come_later_make_it_no_larger_than_the_screen(
    qtbot: QtBot, small: QSize
) -> None:
    dialog = shown(qtbot, Board("short"))
    assert dialog.height() < small.height()
    dialog.label.setText(LONG * 60)
    QApplication.processEvents()
    assert dialog.height() == small.height()
    assert dialog.rect().contains(dialog.buttons.geometry())


@pytest.mark.parametrize("direction", list(Qt.LayoutDirection)[:2])
def test_buttons_stand_in_one_line_or_in_more(qtbot: QtBot, direction: Qt.LayoutDirection) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    holder.setLayoutDirection(direction)
    row = ButtonRow(6)
    first, second, third, hidden = (QPushButton(name) for name in ("One", "Two", "Three", "None"))
    row.addWidget(first)
    row.add_gap()
    for each in (second, third, hidden):
        row.addWidget(each)
    outer = QVBoxLayout(holder)
    outer.setContentsMargins(0, 0, 0, 0)
    outer.addLayout(row)
    hidden.hide()
    whole = row.sizeHint().width()
    holder.resize(whole + 100, 40)
    holder.show()
    qtbot.waitExposed(holder)
    assert first.y() == second.y() == third.y()
    is_mirrored = direction == Qt.LayoutDirection.RightToLeft
    begin, end = (third, first) if is_mirrored else (first, third)
    assert begin.x() == 0
    assert end.geometry().right() == holder.rect().right()
    narrow = whole - 10
    assert row.heightForWidth(narrow) == 2 * row.heightForWidth(whole) + 6
    row.setGeometry(QRect(0, 0, narrow, row.heightForWidth(narrow)))
    assert first.y() == second.y() < third.y()
    assert row.minimumSize().width() < whole
    assert row.itemAt(9) is None
    assert row.takeAt(9) is None
    assert row.count() == 4


def test_notices_are_scrolled_where_the_screen_is_too_low_for_them(
    window: MainWindow, control: FakeControl, small: QSize
) -> None:
    del control
    for number in range(4):
        window.messages.show_message(str(number), lambda: LONG * 2, lambda: "Do It")
    offer_report(window.messages, "a report")
    window.show_error("sound", NoMicrophoneError())
    show_ways_back(window)
    window.resize(small.boundedTo(window.size()).expandedTo(window.minimumSize()))
    for _ in range(5):
        QApplication.processEvents()
    assert window.minimumHeight() <= small.height()
    assert clipped(window) == []
    assert window.talk_button.visibleRegion().boundingRect() == window.talk_button.rect()
    copy = by_name(window.messages, "Copy Report", QPushButton)
    holder = window.messages.parentWidget()
    assert holder is not None
    area = holder.parentWidget()
    while not isinstance(area, ContentArea):
        assert area is not None
        area = area.parentWidget()
    assert area.verticalScrollBar().isVisible()
    area.ensureWidgetVisible(copy)
    assert copy.visibleRegion().boundingRect() == copy.rect()


def test_the_compact_window_is_no_wider_than_the_screen(
    window: MainWindow, control: FakeControl, small: QSize
) -> None:
    modes = WindowModes(window, control)
    show_ways_back(window)
    modes.compact.set_on(is_on=True)
    QApplication.processEvents()
    assert window.width() <= max(small.width(), window.minimumWidth())
    modes.close()
