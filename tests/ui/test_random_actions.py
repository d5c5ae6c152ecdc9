"""Long runs of random actions: the window shows what the model says, and nothing is logged or left open."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from tests.ui.fake_control import (
    FakeControl,
    FakeKeys,
    FakeRecall,
    FakeTries,
    fake_devices,
    timeline_of,
)
from voicedesk.core.dialogue import Message, Role
from voicedesk.core.errors import (
    ConnectionLostError,
    NoMicrophoneError,
    StorageError,
    VoiceDeskError,
)
from voicedesk.core.events import ConversationOpened, Link, SoundTrouble, StoreTrouble
from voicedesk.core.settings import Settings
from voicedesk.core.turn import State, Trigger
from voicedesk.ui import theme
from voicedesk.ui.main_window import MainWindow
from voicedesk.ui.settings_schema import PAGES
from voicedesk.ui.settings_values import with_value
from voicedesk.ui.status import status_of, status_word
from voicedesk.ui.window_modes import WindowModes

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
        self.modes = WindowModes(self.window, self.control)
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

    @rule(
        change=st.sampled_from(
            [
                ("mode", ("realtime", "classic")),
                ("talk.style", ("both", "hold", "tap")),
                ("talk.key", ("space", "f9")),
                ("appearance.light_words", (True, False)),
                ("realtime.transcribe", (True, False)),
                ("realtime.server", ("builtin", "openai")),
            ]
        ),
        place=st.integers(0, 2),
    )
    def change_a_setting(self, change: tuple[str, tuple[object, ...]], place: int) -> None:
        path, values = change
        wanted = with_value(self.window.settings, path, values[place % len(values)])
        self.window.change_settings(wanted)
        assert self.window.settings == wanted

    @rule(name=st.sampled_from([page.name for page in PAGES]))
    def look_at_a_page_of_the_settings(self, name: str) -> None:
        self.window.open_settings(name)
        self._close_dialogs()

    @rule()
    def make_the_window_anew(self) -> None:
        if self.control.state in {State.READY, State.FAILED}:
            compact = self.modes.compact
            compact.set_on(is_on=False)
            self.modes.close()
            self.window.rebuild()
            self.modes = WindowModes(self.window, self.control)
            self.window.activateWindow()

    @rule(is_dark=st.booleans())
    def change_the_colours(self, is_dark: bool) -> None:
        self.window.setPalette(theme.dark_palette() if is_dark else theme.light_palette())

    @rule(is_mirrored=st.booleans())
    def read_from_the_other_side(self, is_mirrored: bool) -> None:
        sides = Qt.LayoutDirection
        self.window.setLayoutDirection(sides.RightToLeft if is_mirrored else sides.LeftToRight)

    @rule(size=st.tuples(st.integers(200, 1600), st.integers(150, 1200)))
    def resize(self, size: tuple[int, int]) -> None:
        self.window.resize(*size)

    @rule()
    def make_it_compact_or_whole(self) -> None:
        self.modes.compact.toggle()

    @rule()
    def mute_or_not(self) -> None:
        self.modes.mute_action.trigger()

    @rule()
    def look_at_the_figures(self) -> None:
        self.window.latency.open()
        self._close_dialogs()

    @rule(place=st.integers(0, 5), deed=st.integers(0, 5))
    def do_something_with_a_message(self, place: int, deed: int) -> None:
        transcript = self.window.transcript
        entries = transcript.log.entries
        if entries:
            entry = entries[place % len(entries)]
            possible = [each for each in transcript.tools.actions if each.is_possible(entry)]
            if possible:
                possible[deed % len(possible)].run(entry)

    @rule(is_yes=st.booleans())
    def answer_what_is_asked(self, is_yes: bool) -> None:
        name = "Allow" if is_yes else "Don't Allow"
        buttons = self.window.confirmations.findChildren(QPushButton)
        for button in [each for each in buttons if each.accessibleName() == name][:1]:
            button.click()

    def _close_dialogs(self) -> None:
        QApplication.processEvents()
        for window in QApplication.topLevelWidgets():
            if window.isVisible() and window is not self.window:
                window.close()
        self.window.activateWindow()

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

    @rule(error=st.sampled_from([NoMicrophoneError(), StorageError(reason="full", path="x")]))
    def trouble_comes(self, error: VoiceDeskError) -> None:
        kind = SoundTrouble if isinstance(error, NoMicrophoneError) else StoreTrouble
        self.control.emit(kind(turn=0, at=0.0, error=error))

    @rule(kind=st.sampled_from([SoundTrouble, StoreTrouble]))
    def trouble_goes(self, kind: type[SoundTrouble | StoreTrouble]) -> None:
        self.control.emit(kind(turn=0, at=0.0, error=None))

    @rule(is_there=st.booleans())
    def plug_the_microphone(self, is_there: bool) -> None:
        self.control.microphone_ready = is_there

    @rule()
    def another_conversation(self) -> None:
        if self.control.state in {State.READY, State.FAILED}:
            past = (Message(-1, Role.USER, "before"), Message(-1, Role.ASSISTANT, "**then**"))
            self.control.emit(ConversationOpened(turn=self.control.turn, at=0.0, messages=past))

    @precondition(lambda self: self.control.turn > 0)
    @rule(heard=st.integers(0, 1000))
    def interrupt(self, heard: int) -> None:
        self.control.interrupted(heard, 1000, turn=self.control.turn)

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


@pytest.mark.timeout(240)
def test_whatever_is_done_the_window_keeps_up(qapp: QApplication) -> None:
    del qapp
    machine = settings(
        max_examples=25,
        stateful_step_count=60,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    Desk.TestCase.settings = machine
    Desk.TestCase("runTest").runTest()
