"""Asking for leave: beside the conversation, by keyboard, taken back by a cancel, and never left open."""

from __future__ import annotations

import asyncio

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from tests.ui.fake_control import FakeControl
from tests.ui.finding import by_name
from voicedesk.ui.confirmations import shortened
from voicedesk.ui.main_window import MainWindow

QUESTION = "The assistant wants to open a link."
LINK = "https://example.org/<b>page</b>"


async def asked(window: MainWindow, detail: str = LINK) -> asyncio.Task[bool]:
    """A question that is on the screen."""
    task = asyncio.create_task(window.confirm(QUESTION, detail))
    await asyncio.sleep(0)
    return task


async def answer_of(task: asyncio.Task[bool]) -> bool:
    async with asyncio.timeout(5):
        return await task


def texts(window: MainWindow) -> list[str]:
    labels = window.confirmations.findChildren(QLabel)
    return [label.text().replace("\N{ZERO WIDTH SPACE}", "") for label in labels]


@pytest.mark.parametrize(("button", "answer"), [("Allow", True), ("Don't Allow", False)])
async def test_a_button_answers(window: MainWindow, button: str, answer: bool) -> None:
    task = await asked(window)
    assert window.confirmations.isVisible()
    assert texts(window) == [QUESTION, LINK]
    by_name(window.confirmations, button, QPushButton).click()
    assert await answer_of(task) is answer
    assert not window.confirmations.isVisible()


@pytest.mark.parametrize(
    ("key", "button", "answer"),
    [(Qt.Key.Key_A, "Allow", True), (Qt.Key.Key_D, "Don't Allow", False)],
)
async def test_keys_answer_without_the_focus(
    qtbot: QtBot, window: MainWindow, key: Qt.Key, button: str, answer: bool
) -> None:
    task = await asked(window)
    # A button that is pressed by its letter shows that it is down before it clicks.
    with qtbot.waitSignal(by_name(window.confirmations, button, QPushButton).clicked):
        QTest.keyClick(window.talk_button, key, Qt.KeyboardModifier.AltModifier)
    assert await answer_of(task) is answer


async def test_the_talk_key_stays_with_whoever_talks(
    window: MainWindow, control: FakeControl
) -> None:
    window.talk_button.setFocus()
    task = await asked(window)
    assert QApplication.focusWidget() is window.talk_button
    QTest.keyPress(window.talk_button, Qt.Key.Key_Space)
    assert control.calls == ["press"]
    assert not task.done()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_cancel_takes_the_question_back(window: MainWindow) -> None:
    task = await asked(window)
    task.cancel()
    (result,) = await asyncio.gather(task, return_exceptions=True)
    assert isinstance(result, asyncio.CancelledError)
    assert not window.confirmations.isVisible()


async def test_two_questions_are_answered_each_for_itself(window: MainWindow) -> None:
    first, second = await asked(window, "one"), await asked(window, "two")
    assert texts(window) == [QUESTION, "one", QUESTION, "two"]
    buttons = window.confirmations.findChildren(QPushButton)
    [button for button in buttons if button.accessibleName() == "Allow"][1].click()
    assert await answer_of(second) is True
    assert not first.done()
    assert window.confirmations.isVisible()
    by_name(window.confirmations, "Don't Allow", QPushButton).click()
    assert await answer_of(first) is False


async def test_a_closed_window_says_no(window: MainWindow) -> None:
    task = await asked(window)
    window.close()
    assert await answer_of(task) is False
    assert await window.confirm(QUESTION) is False


def test_a_long_detail_keeps_its_beginning_and_its_end() -> None:
    text = shortened("https://example.org/" + "a" * 5000 + "/end\n\tof it")
    assert len(text) <= 300
    assert text.startswith("https://example.org/")
    assert text.endswith("/end of it")


def test_signs_that_turn_text_round_are_not_shown() -> None:
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in shortened("https://a\N{RIGHT-TO-LEFT OVERRIDE}gro.b")
