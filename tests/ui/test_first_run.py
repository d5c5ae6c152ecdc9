"""The first run as a person goes through it: proof by proof, skipping, failing, and coming back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from tests.end_to_end.desktop import run
from tests.ui.fake_control import FakeControl, FakeKeys, fake_devices
from tests.ui.finding import by_name
from tests.ui.test_accessibility import clipped, unnamed
from voicedesk.audio.io import Level
from voicedesk.conversation.stages import Stage, Told
from voicedesk.core.errors import NoMicrophoneError, NoSpeakerError, VoiceDeskError, WrongKeyError
from voicedesk.core.events import Link, SoundTrouble
from voicedesk.core.settings import OPENAI, Settings
from voicedesk.core.turn import State, Trigger
from voicedesk.ui import theme, translation
from voicedesk.ui.first_run import FirstRun
from voicedesk.ui.first_run_ports import FirstRunPorts
from voicedesk.ui.first_run_sound import MicrophoneStep
from voicedesk.ui.ports import DeviceLister, Devices


class FakeTester:
    """Tries nothing; a test tells what became of it."""

    def __init__(self) -> None:
        self.level = Level()
        self.calls: list[str] = []
        self.tell: Told = lambda _news: None

    def play_sound(self, tell: Told) -> None:
        self.calls.append("play")
        self.tell = tell

    def hear_yourself(self, tell: Told) -> None:
        self.calls.append("hear")
        self.tell = tell

    def stop(self) -> None:
        self.calls.append("stop")


class Server:
    """Answers with what a test wants."""

    def __init__(self) -> None:
        self.failure: VoiceDeskError | None = None
        self.asked = 0
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def connect(self) -> None:
        self.asked += 1
        await self.may_answer.wait()
        if self.failure is not None:
            raise self.failure


class Person:
    """Somebody in front of the dialog."""

    def __init__(
        self, control: FakeControl, keys: FakeKeys, devices: DeviceLister = fake_devices
    ) -> None:
        self.settings = Settings()
        self.control = control
        self.keys = keys
        self.tester = FakeTester()
        self.server = Server()
        self.dialog = FirstRun(
            FirstRunPorts(
                control=control,
                settings=lambda: self.settings,
                change=self._change,
                keys=keys,
                devices=devices,
                tester=self.tester,
                connect=self.server.connect,
            )
        )

    def _change(self, settings: Settings) -> None:
        self.settings = settings

    @property
    def verdict(self) -> str:
        return self.dialog.step.verdict.sentence

    @property
    def state(self) -> State:
        return self.control.state

    def click(self, name: str) -> None:
        button = by_name(self.dialog.step, name, QPushButton) if name not in _BELOW else None
        button = button or by_name(self.dialog, name, QPushButton)
        assert button.isVisible(), name
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def go_to(self, number: int) -> None:
        for _ in range(number - 1):
            self.click(self.onward)

    @property
    def onward(self) -> str:
        """What leads to the next step."""
        return "Next" if self.dialog.step.is_proven else "Skip This"

    def choose(self, name: str, index: int) -> None:
        box = by_name(self.dialog.step, name, QComboBox)
        box.setCurrentIndex(index)
        box.activated.emit(index)


_BELOW = {"Skip This", "Next", "Back", "Finish", "Skip the Rest"}


@pytest.fixture
def person(qtbot: QtBot, control: FakeControl, keys: FakeKeys) -> Iterator[Person]:
    result = Person(control, keys)
    qtbot.addWidget(result.dialog)
    result.dialog.start()
    qtbot.waitUntil(result.dialog.isActiveWindow)
    yield result
    result.dialog.close()


def test_each_step_can_be_skipped_and_gone_back_to(qtbot: QtBot, person: Person) -> None:
    titles = []
    for _ in range(3):
        titles.append(person.dialog.step.title)
        person.click(person.onward)
    titles.append(person.dialog.step.title)
    assert titles == ["Your microphone", "Your speaker", "Who answers", "Your first question"]
    person.click("Back")
    assert person.dialog.step.title == "Who answers"
    person.click(person.onward)
    with qtbot.waitSignal(person.dialog.over):
        person.click("Finish")
    assert not person.dialog.isVisible()
    assert person.settings == Settings()
    assert person.control.calls == []


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_it_can_be_left_at_any_step(qtbot: QtBot, person: Person, number: int) -> None:
    person.go_to(number)
    with qtbot.waitSignal(person.dialog.over):
        QTest.keyClick(person.dialog, Qt.Key.Key_Escape)
    assert not person.dialog.isVisible()
    assert not person.control.is_observed
    person.dialog.start()
    assert person.dialog.step.title == "Your microphone"


def test_the_meter_proves_the_microphone(qtbot: QtBot, person: Person) -> None:
    step = person.dialog.step
    assert isinstance(step, MicrophoneStep)
    assert step.meter.is_running
    qtbot.waitUntil(lambda: step.meter.held_peak == 0.0)
    assert person.verdict == ""
    person.tester.level = Level(rms=0.2, peak=0.5)
    qtbot.waitUntil(lambda: person.verdict == "Your microphone hears you.")
    person.click("Next")
    assert not step.meter.is_running


@pytest.mark.parametrize(
    ("frames", "is_voice"),
    [
        ("X....." * 10, False),  # knocks
        ("XX...." * 5, False),
        ("XXXX.....XXXX", False),
        ("XXXXX", True),
        ("XX..XXX", True),  # a word with a stop in it
        ("X.....XX...XXX", True),
    ],
)
def test_knocks_are_no_voice(person: Person, frames: str, is_voice: bool) -> None:
    step = person.dialog.step
    assert isinstance(step, MicrophoneStep)
    step.meter.set_running(is_on=False)
    for frame in f".....{frames}":
        step.meter.measured.emit(0.6 if frame == "X" else 0.1)
    assert step.is_proven == is_voice


def test_one_hears_oneself(person: Person) -> None:
    person.click("Hear Yourself")
    assert person.tester.calls[-1] == "hear"
    person.tester.tell(Stage.LISTENING)
    assert "recorded" in person.verdict
    assert not by_name(person.dialog, "Hear Yourself", QPushButton).isEnabled()
    person.tester.tell(Stage.PLAYING)
    person.tester.tell(Stage.DONE)
    assert person.verdict == "Your microphone hears you."
    assert by_name(person.dialog, "Hear Yourself", QPushButton).isEnabled()


@pytest.mark.parametrize(
    ("news", "words"),
    [
        (Stage.NOTHING_HEARD, "Nothing was heard"),
        (Stage.INTERRUPTED, "cut short"),
        (NoMicrophoneError(), "No microphone was found"),
    ],
)
def test_a_deaf_microphone_is_said_in_words(
    person: Person, news: Stage | VoiceDeskError, words: str
) -> None:
    person.click("Hear Yourself")
    person.tester.tell(news)
    assert words in person.verdict
    assert not person.dialog.step.is_proven
    assert by_name(person.dialog, "Skip This", QPushButton).isVisible()


def test_another_microphone_is_used_at_once(person: Person) -> None:
    person.choose("Microphone", 1)
    assert person.settings.sound.microphone is not None
    assert person.settings.sound.microphone.name == "Desk Microphone"
    person.choose("Microphone", 0)
    assert person.settings.sound.microphone is None


def test_the_user_says_whether_the_speaker_was_heard(person: Person) -> None:
    person.go_to(2)
    heard = by_name(person.dialog.step, "I Heard It", QPushButton)
    assert not heard.isEnabled()
    person.click("Play a Sound")
    person.tester.tell(Stage.PLAYING)
    person.tester.tell(Stage.DONE)
    assert not person.dialog.step.is_proven
    QTest.mouseClick(heard, Qt.MouseButton.LeftButton)
    assert person.verdict == "Your speaker works."
    person.click("Next")
    assert person.tester.calls[-1] == "stop"


def test_a_missing_speaker_is_said_in_words(person: Person) -> None:
    person.go_to(2)
    person.click("Play a Sound")
    person.tester.tell(NoSpeakerError())
    assert "No speaker was found" in person.verdict
    person.choose("Speaker", 1)
    assert person.settings.sound.speaker is not None
    assert person.verdict == ""


def test_a_machine_without_a_microphone_is_told_so_at_once(
    qtbot: QtBot, control: FakeControl, keys: FakeKeys
) -> None:
    there = [Devices()]
    control.microphone_ready = False
    person = Person(control, keys, devices=lambda: there[0])
    qtbot.addWidget(person.dialog)
    person.dialog.start()
    assert "No microphone was found" in person.verdict
    there[0], control.microphone_ready = fake_devices(), True
    control.emit(SoundTrouble(turn=0, at=0.0, error=None))
    assert person.verdict == "", "one was plugged in"
    assert by_name(person.dialog.step, "Microphone", QComboBox).count() > 1
    there[0] = Devices()
    control.emit(SoundTrouble(turn=0, at=0.0, error=NoMicrophoneError()))
    assert "No microphone was found" in person.verdict
    person.dialog.close()
    assert not control.is_observed


def test_enter_goes_on_where_something_is_proven_and_presses_what_has_the_keyboard(
    person: Person,
) -> None:
    first = person.dialog.step
    devices = by_name(first, "Microphone", QComboBox)
    devices.setFocus()
    QTest.keyClick(devices, Qt.Key.Key_Return)
    assert person.dialog.step is first, "nothing is proven"
    person.click("Hear Yourself")
    person.tester.tell(Stage.DONE)
    devices.setFocus()
    QTest.keyClick(devices, Qt.Key.Key_Return)
    assert person.dialog.step.title == "Your speaker"
    back = by_name(person.dialog, "Back", QPushButton)
    back.setFocus()
    QTest.keyClick(back, Qt.Key.Key_Return)
    assert person.dialog.step is first


def test_another_microphone_has_to_be_proven_anew(person: Person) -> None:
    person.click("Hear Yourself")
    person.tester.tell(Stage.DONE)
    assert by_name(person.dialog, "Next", QPushButton).isVisible()
    person.choose("Microphone", 1)
    assert person.verdict == ""
    assert by_name(person.dialog, "Skip This", QPushButton).isVisible()


def test_the_built_in_server_needs_no_key_and_no_test(person: Person) -> None:
    person.go_to(3)
    assert not by_name(person.dialog.step, "Key", QLineEdit).isVisible()
    assert person.verdict == "The built-in assistant is ready to answer."
    assert by_name(person.dialog.step, "Server", QComboBox).currentText() == "Built-in assistant"
    test = by_name(person.dialog.step, "Test It", QPushButton)
    assert test.width() < person.dialog.step.width() / 3
    person.click("Next")


def test_the_built_in_server_can_be_tested_all_the_same(person: Person) -> None:
    async def work() -> None:
        person.control.link = Link.CLOSED
        person.go_to(3)
        assert person.verdict == ""
        person.click("Test It")
        await _until(lambda: person.dialog.step.is_proven)
        assert "built-in assistant is ready" in person.verdict
        assert by_name(person.dialog, "Test It", QPushButton).isEnabled()
        await person.dialog.stop()

    run(work)


def test_what_comes_of_another_server_is_said_by_itself(person: Person) -> None:
    person.go_to(3)
    person.choose("Server", 1)
    assert person.verdict == ""
    assert by_name(person.dialog, "Skip This", QPushButton).isVisible()
    person.control.links(Link.CONNECTING)
    person.control.links(Link.LOST, WrongKeyError(server="OpenAI"))
    assert "refused the key" in person.verdict
    assert not person.dialog.step.is_proven
    person.control.links(Link.READY)
    assert person.verdict == "OpenAI is there and ready to answer."
    person.control.links(Link.LOST, WrongKeyError(server="OpenAI"))
    assert not person.dialog.step.is_proven


def test_in_classic_mode_the_key_is_tested_where_connecting_says_nothing_of_it(
    person: Person,
) -> None:
    async def work() -> None:
        person.settings = Settings(mode="classic")
        person.go_to(3)
        person.choose("Server", 1)
        assert person.settings.classic.thinking_server == OPENAI
        person.server.failure = WrongKeyError(server="OpenAI")
        person.control.links(Link.READY)  # somebody is there
        await _until(lambda: "refused the key" in person.verdict)
        assert person.server.asked == 1
        assert not person.dialog.step.is_proven
        person.server.failure = None
        person.control.links(Link.READY)
        await _until(lambda: person.dialog.step.is_proven)
        assert person.verdict == "OpenAI is there and ready to answer."
        await person.dialog.stop()

    run(work)


def test_in_classic_mode_the_key_is_tested_as_soon_as_the_step_is_there(person: Person) -> None:
    async def work() -> None:
        person.settings = Settings(mode="classic")
        person.settings.classic.thinking_server = OPENAI
        assert person.control.link is Link.READY
        person.go_to(3)
        await _until(lambda: person.dialog.step.is_proven)
        assert person.server.asked == 1
        await person.dialog.stop()

    run(work)


def test_a_key_is_stored_and_tested_and_its_refusal_is_said(person: Person) -> None:
    async def work() -> None:
        person.go_to(3)
        person.choose("Server", 1)
        assert person.settings.realtime.server == OPENAI
        key = by_name(person.dialog.step, "Key", QLineEdit)
        assert key.isVisible()
        assert key.echoMode() == QLineEdit.EchoMode.Password
        QTest.keyClicks(key, "sk-wrong")
        person.server.failure = WrongKeyError(server="OpenAI")
        person.click("Test It")
        assert key.text() == ""
        assert person.keys.kept == {OPENAI: "sk-wrong"}
        await _until(lambda: "refused the key" in person.verdict)
        assert not person.dialog.step.is_proven
        key.setFocus()
        QTest.keyClicks(key, "sk-right")
        person.server.failure = None
        QTest.keyClick(key, Qt.Key.Key_Return)
        await _until(lambda: person.dialog.step.is_proven)
        assert person.keys.kept == {OPENAI: "sk-right"}
        assert "sk-" not in person.verdict
        await person.dialog.stop()

    run(work)


def test_a_test_that_hangs_can_be_left(person: Person) -> None:
    async def work() -> None:
        person.control.link = Link.CLOSED
        person.go_to(3)
        person.server.may_answer.clear()
        person.click("Test It")
        await _until(lambda: person.server.asked == 1)
        assert not by_name(person.dialog, "Test It", QPushButton).isEnabled()
        person.click("Skip This")
        assert person.dialog.step.title == "Your first question"
        await person.dialog.stop()

    run(work)


async def _until(condition: object) -> None:
    async with asyncio.timeout(10):
        while not condition():  # type: ignore[operator] # a function
            await asyncio.sleep(0.005)


def test_it_ends_in_a_spoken_turn(person: Person) -> None:
    person.go_to(4)
    button = person.dialog.focusWidget()
    assert button is not None
    QTest.keyPress(button, Qt.Key.Key_Space)
    assert person.state is State.LISTENING
    assert person.verdict == "Listening…"
    person.dialog.step._input.key._down_at -= 10  # type: ignore[attr-defined] # held for ten seconds
    QTest.keyRelease(button, Qt.Key.Key_Space)
    assert person.control.calls == ["press", "release"]
    person.control.fire(Trigger.TAKE_DONE)
    person.control.hears("What time is it?")
    person.control.fire(Trigger.SOUND)
    person.control.says("It is noon.")
    person.control.fire(Trigger.DONE)
    assert person.verdict == "That was your first turn. Everything works."
    assert person.dialog.step.is_proven


def test_a_first_turn_that_fails_says_why(person: Person) -> None:
    person.go_to(4)
    QTest.mousePress(person.dialog.step.talk_button, Qt.MouseButton.LeftButton)  # type: ignore[attr-defined] # of this step
    person.control.fails(WrongKeyError(server="OpenAI"))
    assert "refused the key" in person.verdict
    assert not person.dialog.step.is_proven


def test_the_key_means_nothing_in_the_other_steps(person: Person) -> None:
    person.dialog.setFocus()
    QTest.keyClick(person.dialog, Qt.Key.Key_Space)
    person.go_to(4)
    person.click("Back")
    person.dialog.setFocus()
    QTest.keyClick(person.dialog, Qt.Key.Key_Space)
    assert person.control.calls == []


def test_the_chosen_key_is_named(person: Person) -> None:
    person.settings.talk.key = "f9"
    person.settings.talk.style = "tap"
    person.go_to(4)
    assert person.dialog.step.words.text().startswith("Tap F9,")


@pytest.mark.parametrize("language", ["", "de"])
@pytest.mark.parametrize("points", [10.0, 18.0])
def test_everything_is_named_and_nothing_is_clipped(
    qtbot: QtBot,
    qapp: QApplication,
    control: FakeControl,
    keys: FakeKeys,
    language: str,
    points: float,
) -> None:
    translators = translation.install(qapp, language) if language else []
    before = qapp.font()
    font = qapp.font()
    font.setPointSizeF(points)
    qapp.setFont(font)
    try:
        person = Person(control, keys)
        qtbot.addWidget(person.dialog)
        person.settings.realtime.server = OPENAI
        person.dialog.start()
        for palette in (theme.light_palette(), theme.dark_palette()):
            person.dialog.setPalette(palette)
            person.dialog.start()
            for _ in person.dialog.steps:
                person.dialog.step.verdict.say(str(NoSpeakerError()), is_good=False)
                QApplication.processEvents()
                assert unnamed(person.dialog) == []
                assert clipped(person.dialog) == [], person.dialog.step.title
                person.dialog.go(1)
        assert not person.dialog.isVisible()
    finally:
        qapp.setFont(before)
        for translator in translators:
            qapp.removeTranslator(translator)
            translator.deleteLater()
