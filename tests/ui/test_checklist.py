"""The checklist that every screen is held to finds what it is for: see ``test_pictures`` for the screens themselves."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.ui.checklist import lacking
from voicedesk.ui import theme


@pytest.fixture
def board(qtbot: QtBot, qapp: QApplication) -> Iterator[QWidget]:
    """A window with three controls, of which nothing is to be said."""
    before, style = qapp.palette(), qapp.style().name()
    theme.install(qapp)
    window = QWidget()
    window.setWindowTitle("Board")
    qtbot.addWidget(window)
    layout = QVBoxLayout(window)
    for widget in (QPushButton("One"), QPushButton("Two"), QPushButton("Three")):
        layout.addWidget(widget)
    yield window
    qapp.setPalette(before)
    qapp.setStyle(style)


def found(qtbot: QtBot, board: QWidget, *announced: str) -> str:
    board.show()
    board.activateWindow()
    qtbot.waitUntil(board.isActiveWindow)
    return "\n".join(lacking(board, announced))


def add(board: QWidget, widget: QWidget) -> None:
    layout = board.layout()
    assert layout is not None
    layout.addWidget(widget)


def test_what_lacks_nothing(qtbot: QtBot, board: QWidget) -> None:
    label, line = QLabel("&Name"), QLineEdit()
    label.setBuddy(line)
    add(board, label)
    add(board, line)
    add(board, QLabel("Board"))
    assert found(qtbot, board) == ""


def test_a_control_without_a_name(qtbot: QtBot, board: QWidget) -> None:
    add(board, QLineEdit())
    assert "QLineEdit of QWidget has no name" in found(qtbot, board)


def test_a_label_that_is_nobodys_buddy(qtbot: QtBot, board: QWidget) -> None:
    line = QLineEdit()
    line.setAccessibleName("Name")
    add(board, QLabel("Name:"))
    add(board, line)
    assert "the label 'Name:' is nobody's buddy" in found(qtbot, board)


def test_an_abbreviation(qtbot: QtBot, board: QWidget) -> None:
    box = QComboBox()
    box.setAccessibleName("TTS model")
    add(board, box)
    assert "is told of with TTS" in found(qtbot, board)


def test_words_for_the_eye_alone(qtbot: QtBot, board: QWidget) -> None:
    add(board, QLabel("The disk is full."))
    assert "'The disk is full.' is there for the eye alone" in found(qtbot, board)
    assert found(qtbot, board, "The disk is full.") == ""
    board.findChildren(QPushButton)[0].setAccessibleDescription("The disk is full.")
    assert found(qtbot, board) == ""


def test_what_tab_leads_past(qtbot: QtBot, board: QWidget) -> None:
    class Leap(QPushButton):
        def focusNextPrevChild(self, forward: bool) -> bool:
            if not forward:
                return super().focusNextPrevChild(forward)
            board.findChildren(QPushButton)[0].setFocus(Qt.FocusReason.TabFocusReason)
            return True

    add(board, Leap("Leap"))
    add(board, QPushButton("Beyond"))
    assert found(qtbot, board) == "Tab does not lead to QPushButton 'Beyond'"


def test_a_trap(qtbot: QtBot, board: QWidget) -> None:
    class Trap(QPushButton):
        def keyPressEvent(self, event: QKeyEvent) -> None:
            event.accept()

        def focusNextPrevChild(self, forward: bool) -> bool:
            del forward
            return False  # the key goes to the button

    add(board, Trap("Trap"))
    told = found(qtbot, board)
    assert "Tab never comes back to" in told
    assert "Shift+Tab does not lead to QPushButton 'One'" in told


def test_an_order_that_nobody_expects(qtbot: QtBot, board: QWidget) -> None:
    one, two, three = board.findChildren(QPushButton)
    QWidget.setTabOrder(three, two)
    QWidget.setTabOrder(two, one)
    told = found(qtbot, board)
    assert "after QPushButton 'Three' Tab goes back to QPushButton 'Two'" in told


def test_a_focus_that_cannot_be_seen(qtbot: QtBot, board: QWidget) -> None:
    class Blank(QWidget):
        pass

    blank = Blank()
    blank.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    blank.setAccessibleName("Blank")
    blank.setFixedHeight(20)
    add(board, blank)
    assert found(qtbot, board) == "Blank 'Blank' looks the same with the keyboard in it"
