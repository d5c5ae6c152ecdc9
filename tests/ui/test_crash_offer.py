"""The report of a run that ended badly is offered, and goes where the user takes it."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from tests.ui.finding import by_name
from voicedesk.ui.crash_offer import offer_report, tell_unexpected
from voicedesk.ui.main_window import MainWindow
from voicedesk.ui.widgets import IconButton


def test_the_report_is_copied_on_a_click(window: MainWindow) -> None:
    QGuiApplication.clipboard().setText("before")
    offer_report(window.messages, "the report")
    QApplication.processEvents()
    assert "the last time" in window.messages.sentences[0]
    assert QGuiApplication.clipboard().text() == "before"
    copy = by_name(window.messages, "Copy Report", QPushButton)
    QTest.mouseClick(copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "the report"
    assert window.messages.sentences == ["The report has been copied to the clipboard."]


def test_the_offer_can_be_closed(window: MainWindow) -> None:
    offer_report(window.messages, "the report")
    QApplication.processEvents()
    QTest.mouseClick(
        by_name(window.messages, "Close this message", IconButton), Qt.MouseButton.LeftButton
    )
    assert window.messages.sentences == []


def test_what_goes_wrong_unexpectedly_is_said_once(window: MainWindow) -> None:
    tell_unexpected(window.messages)
    tell_unexpected(window.messages)
    assert len(window.messages.sentences) == 1
