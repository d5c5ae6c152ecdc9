"""Long runs of random actions: the window shows what the model says, and nothing is logged or left open."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.ui.fake_control import (
    FakeControl,
    FakeKeys,
    FakeRecall,
    FakeTries,
    fake_devices,
    timeline_of,
)
from voicedesk.core.errors import ConnectionLostError, NoMicrophoneError
from voicedesk.core.events import Link
from voicedesk.core.settings import Settings
from voicedesk.core.turn import State, Trigger
from voicedesk.ui.main_window import MainWindow
from voicedesk.ui.status import status_of, status_word

_WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=40)


class Desk(RuleBasedStateMachine):
    """The window with a fake control behind it, in unquiet hands."""

    def __init__(self) -> None:
        super().__init__()
        self.control = FakeControl()
        self.window = MainWindow(
            self.control,
            Settings(),
            keys=FakeKeys(),
            devices=fake_devices,
            changed=lambda _settings: None,
            recall=FakeRecall(),
            tries=FakeTries(),
        )
        self.window.show()
        self.window.activateWindow()

    # ------------------------------------------------------------------------- the user's hand

    @rule()
    def press_the_key(self) -> None:
        self.window.talk_button.setFocus()
        QTest.keyPress(self.window.talk_button, Qt.Key.Key_Space)

    @rule()
    def release_the_key(self) -> None:
        QTest.keyRelease(self.window.talk_button, Qt.Key.Key_Space)

    @rule()
    def click_the_button(self) -> None:
        QTest.mouseClick(self.window.talk_button, Qt.MouseButton.LeftButton)

    @rule()
    def press_escape(self) -> None:
        QTest.keyClick(self.window.talk_button, Qt.Key.Key_Escape)

    @rule(words=_WORDS)
    def type_a_question(self, words: str) -> None:
        self.window.question.setText(words)
        QTest.keyClick(self.window.question, Qt.Key.Key_Return)

    @rule(
        key=st.sampled_from(
            [Qt.Key.Key_R, Qt.Key.Key_M, Qt.Key.Key_L, Qt.Key.Key_N, Qt.Key.Key_H, Qt.Key.Key_Z]
        )
    )
    def press_a_shortcut(self, key: Qt.Key) -> None:
        QTest.keyClick(self.window, key, Qt.KeyboardModifier.ControlModifier)

    @rule()
    def look_elsewhere(self) -> None:
        self.window.talk_input._on_application_state(Qt.ApplicationState.ApplicationInactive)

    # ------------------------------------------------------------------------------ the server

    @rule(trigger=st.sampled_from([Trigger.TAKE_DONE, Trigger.SOUND, Trigger.DONE]))
    def go_on(self, trigger: Trigger) -> None:
        self.control.fire(trigger)

    @precondition(lambda self: self.control.turn > 0)
    @rule(words=_WORDS, final=st.booleans())
    def hear_the_user(self, words: str, final: bool) -> None:
        self.control.hears(words, final=final)

    @precondition(lambda self: self.control.turn > 0)
    @rule(words=_WORDS)
    def answer(self, words: str) -> None:
        self.control.says(words)

    @precondition(lambda self: self.control.turn > 0)
    @rule()
    def time_it(self) -> None:
        self.control.timed(timeline_of(self.control.turn))

    @rule()
    def fail(self) -> None:
        self.control.fails(NoMicrophoneError())

    @rule(link=st.sampled_from([Link.READY, Link.CONNECTING, Link.CLOSED, Link.LOST]))
    def change_the_link(self, link: Link) -> None:
        lost = ConnectionLostError(server="OpenAI", reason="it is gone")
        self.control.links(link, lost if link is Link.LOST else None)

    @rule()
    def wait(self) -> None:
        QApplication.processEvents()

    # ----------------------------------------------------------------------- what must be so

    @invariant()
    def the_window_says_what_is_going_on(self) -> None:
        status = status_of(self.control.state, self.control.link)
        assert self.window.header.status.word == status_word(status)
        assert self.window.meter.is_running == (status.value == "listening")

    @invariant()
    def a_take_is_open_only_while_somebody_talks(self) -> None:
        if self.window.talk_input.key.is_locked:
            assert self.control.state is State.LISTENING

    @invariant()
    def nothing_records_that_nobody_keeps_open(self) -> None:
        if self.control.state is State.LISTENING:
            assert self.window.talk_input.key.is_active

    def teardown(self) -> None:
        shown = self.window.transcript
        shown.flush()
        for entry in shown.log:
            if entry.text:
                assert shown.message_text(entry)
        self.window.close()
        assert not self.control.is_observed
        self.window.deleteLater()
        QApplication.processEvents()


@pytest.mark.timeout(120)
def test_whatever_is_done_the_window_keeps_up(qapp: QApplication) -> None:
    del qapp
    machine = settings(
        max_examples=12,
        stateful_step_count=40,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    Desk.TestCase.settings = machine
    Desk.TestCase("runTest").runTest()
