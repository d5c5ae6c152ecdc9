"""What was copied is said and seen: a press that changes nothing else on the screen is pressed again by everybody."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from tests.ui.fake_control import FakeControl, FakeKeys
from tests.ui.finding import by_name
from voicedesk.core.events import ReplyEnded
from voicedesk.core.settings import OPENAI, Settings
from voicedesk.providers.probe import ServerReport
from voicedesk.ui.main_window import MainWindow
from voicedesk.ui.server_test import ServerTestDialog

CODE = "Like this:\n\n```\nprint(1)\n```\n"


def looks(button: QToolButton) -> QImage:
    return button.icon().pixmap(QSize(32, 32)).toImage()


def answered(window: MainWindow, control: FakeControl) -> None:
    control.turn_of("How?", CODE)
    control.emit(ReplyEnded(turn=control.turn, at=0.0))
    window.transcript.flush()


def test_code_that_was_copied(
    qtbot: QtBot, window: MainWindow, control: FakeControl, said: list[str]
) -> None:
    answered(window, control)
    button = by_name(window, "Copy code", QToolButton)
    before = looks(button)
    button.click()
    assert QGuiApplication.clipboard().text() == "print(1)"
    assert said[-1] == "Copied"
    assert looks(button) != before
    qtbot.waitUntil(lambda: looks(button) == before)


def test_a_message_that_was_copied(
    qtbot: QtBot, window: MainWindow, control: FakeControl, said: list[str]
) -> None:
    answered(window, control)
    question, answer = (entry for entry in window.transcript.log.entries if entry.text)
    tools = window.transcript.tools
    tools.choose(question)
    button = by_name(window, "Copy Message", QToolButton)
    before = looks(button)
    button.click()
    assert QGuiApplication.clipboard().text() == "How?"
    assert said[-1] == "Copied"
    assert looks(button) != before
    tools.choose(answer)
    assert looks(button) == before, "it is another message"


def test_code_that_was_copied_from_the_menu(
    window: MainWindow, control: FakeControl, said: list[str]
) -> None:
    answered(window, control)
    button = by_name(window, "Copy code", QToolButton)
    menu = window.transcript.menu_at(button.geometry().center())
    next(action for action in menu.actions() if action.text() == "Copy Code: print(1)").trigger()
    menu.close()
    assert said[-1] == "Copied"


def test_the_report_of_a_server_that_was_copied(qtbot: QtBot, said: list[str]) -> None:
    keys = FakeKeys()
    dialog = ServerTestDialog(Settings(), OPENAI, keys.test)
    qtbot.addWidget(dialog)
    dialog.show()
    keys.told(ServerReport("OpenAI", done=True))
    button = by_name(dialog, "Copy Report", QPushButton)
    button.click()
    assert said[-1] == button.text() == "Copied"
    dialog.start()
    assert button.text() == "Copy Report"
    dialog.close()
