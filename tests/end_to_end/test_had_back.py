"""What was said is had back in the real application: after a cancel, after a failure, and after a restart."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QListView, QPushButton
from pytestqt.qtbot import QtBot

from tests.end_to_end.desktop import Person, run, spoken
from tests.end_to_end.test_by_keyboard import Typist, typist
from tests.ui.finding import by_name
from voicedesk.app import Application
from voicedesk.audio.files import FileMicrophone, FileSpeaker
from voicedesk.conversation.recall import REPLAY
from voicedesk.conversation.storage import SettingsFile
from voicedesk.core.dialogue import Role
from voicedesk.core.events import Sounded
from voicedesk.core.settings import Server, Settings
from voicedesk.core.turn import State
from voicedesk.dialogs import Dialogs
from voicedesk.ui.unanswered_dialog import UnansweredDialog

pytestmark = pytest.mark.timeout(120)


class Speaker(Person):
    """Somebody who says one sentence."""

    def __init__(self, desktop: Application, microphone: FileMicrophone, dialogs: Dialogs) -> None:
        super().__init__(desktop)
        self.microphone = microphone
        self.dialogs = dialogs

    async def talk(self) -> None:
        """Hold the key and say the sentence, to its end."""
        self.hold()
        await self.microphone.spoken()

    def press(self, name: str) -> None:
        QTest.mouseClick(by_name(self.window, name, QPushButton), Qt.MouseButton.LeftButton)

    def press_key(self, key: Qt.Key) -> None:
        QTest.keyClick(self.window, key, Qt.KeyboardModifier.ControlModifier)

    async def answered(self, turn: int) -> str:
        """What the answer of a turn said."""
        await self.until(lambda: turn in self.records)
        await self.until(lambda: self.desktop.desk.conductor.turn >= turn)
        await self.rest()
        assert self.records[turn].error is None
        return self.records[turn].assistant_text

    def questions(self) -> list[tuple[int, str]]:
        said = self.desktop.desk.dialogue
        return [(m.turn, m.text) for m in said if m.role is Role.USER]

    async def unanswered(self) -> UnansweredDialog:
        """The dialog, when it lists something."""
        self.window.ways_back.unanswered.trigger()
        dialog = self.window.findChild(UnansweredDialog)
        assert isinstance(dialog, UnansweredDialog)
        await self.until(lambda: dialog.chosen is not None)
        return dialog

    async def heard_again(self, turn: int, *, take: bool) -> float:
        """Have a message played again; how long it sounded, in milliseconds."""
        before = len(self.events)
        recall = self.desktop.desk.recall
        await self.until(lambda: recall.can_replay(turn, take=take))
        recall.replay(turn, take=take)
        await self.until(lambda: self.state is State.SPEAKING)
        await self.rest()
        return sum(
            event.heard.heard_ms
            for event in self.events[before:]
            if isinstance(event, Sounded) and event.heard.key.response == REPLAY
        )


@asynccontextmanager
async def speaker_of(sentence: Path, home: Path, settings: Settings) -> AsyncIterator[Speaker]:
    microphone, loudspeaker = FileMicrophone(sentence), FileSpeaker()
    desktop = Application(
        settings, file=SettingsFile(home), microphone=microphone, speaker=loudspeaker
    )
    dialogs = Dialogs(desktop)
    try:
        microphone.open()
        loudspeaker.open()
        desktop.window.show()
        await desktop.start()
        yield Speaker(desktop, microphone, dialogs)
    finally:
        await dialogs.close()
        await desktop.close()
        microphone.close()
        loudspeaker.close()


@pytest.fixture(scope="module")
def sentence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sentence")
    return spoken("What is twelve plus thirty?", folder / "question.wav")


def nobody() -> str:
    """An address at which nothing answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/v1"


@pytest.mark.parametrize("mode", ["realtime", "classic"])
def test_a_take_that_was_cancelled_is_answered_after_all(
    qtbot: QtBot, sentence: Path, voicedesk_home: Path, mode: str
) -> None:
    del qtbot

    async def work() -> None:
        settings = Settings.model_validate({"mode": mode})
        async with speaker_of(sentence, voicedesk_home, settings) as person:
            await person.talk()
            QTest.keyClick(person.window.talk_button, Qt.Key.Key_Escape)
            person.let_go()
            await person.until(person.window.ways_back.undo_bar.isVisible)
            await person.until(
                lambda: person.window.ways_back.unanswered.text() == "Unanswered (1)…"
            )
            person.press("Undo")
            assert "forty-two" in await person.answered(2)
            assert [turn for turn, _ in person.questions()] == [2]
            await person.until(lambda: person.window.ways_back.unanswered.text() == "Unanswered…")

    run(work)


def test_what_one_pipeline_could_not_answer_the_other_does(
    qtbot: QtBot, sentence: Path, voicedesk_home: Path
) -> None:
    del qtbot

    async def work() -> None:
        settings = Settings()
        settings.servers["gone"] = Server(name="Gone", base_url=nobody(), dialect="compatible")
        settings.realtime.server = "gone"
        async with speaker_of(sentence, voicedesk_home, settings) as person:
            await person.talk()
            person.let_go()
            await person.until(person.window.retry_bar.isVisible)
            menu = by_name(person.window, "Try Again With", QPushButton).menu()
            assert menu is not None
            menu.aboutToShow.emit()
            (classic,) = [a for a in menu.actions() if a.text() == "Classic · Built-in"]
            classic.trigger()
            assert "forty-two" in await person.answered(2)
            timeline = person.records[2].timeline
            assert timeline is not None
            assert timeline.mode == "classic"
            assert person.window.settings.mode == "classic"
            assert [turn for turn, _ in person.questions()] == [2]

    run(work)


def test_after_a_restart_takes_are_listed_asked_again_and_heard(
    qtbot: QtBot, sentence: Path, voicedesk_home: Path
) -> None:
    del qtbot

    async def before() -> None:
        async with speaker_of(sentence, voicedesk_home, Settings()) as person:
            await person.talk()
            person.let_go()
            assert "forty-two" in await person.answered(1)
            await person.talk()
            QTest.keyClick(person.window.talk_button, Qt.Key.Key_Escape)
            person.let_go()

    async def after() -> None:
        async with speaker_of(sentence, voicedesk_home, Settings()) as person:
            entry = person.window.ways_back.unanswered
            await person.until(lambda: entry.text() == "Unanswered (1)…")
            keeping = person.desktop.desk.keeping
            assert keeping is not None
            (earlier,) = await keeping.history.list()
            await person.desktop.open_conversation(earlier.id)
            length = person.microphone.duration * 1000.0
            assert await person.heard_again(-1, take=True) >= length
            assert await person.heard_again(-1, take=False) > 500
            assert not person.desktop.desk.recall.can_replay(-2, take=True)

            dialog = await person.unanswered()
            listed = by_name(dialog, "Unanswered recordings", QListView).model()
            assert listed.rowCount() == 1
            turn = person.desktop.desk.conductor.turn
            by_name(dialog, "Answered by", QComboBox).setCurrentText("Classic · Built-in")
            by_name(dialog, "Try Again", QPushButton).click()
            assert "forty-two" in await person.answered(turn + 1)
            assert not dialog.isVisible()
            await person.until(lambda: entry.text() == "Unanswered…")
            assert [number for number, _ in person.questions()] == [-1, turn + 1]
            assert await person.heard_again(turn + 1, take=True) >= length

    run(before)
    run(after)


def test_a_deleted_answer_is_unknown_to_the_server_until_it_is_put_back(
    qtbot: QtBot, sentence: Path, voicedesk_home: Path
) -> None:
    del qtbot

    async def work() -> None:
        async with speaker_of(sentence, voicedesk_home, Settings(mode="classic")) as person:
            person.type("my name is Ada")
            await person.answered(1)
            (entry, *_) = person.window.transcript.log.entries
            (delete,) = [a for a in person.window.transcript.tools.actions if a.text == "Delete"]
            delete.run(entry)
            assert person.questions() == []
            person.type("what is my name")
            assert "Ada" not in await person.answered(2)
            (entry, *_) = person.window.transcript.log.entries
            assert entry.turn == 2
            person.type("my name is Bob")
            await person.answered(3)
            entry = next(each for each in person.window.transcript.log if each.turn == 3)
            delete.run(entry)
            person.press_key(Qt.Key.Key_Z)
            person.type("what is my name")
            assert "Bob" in await person.answered(4)

    run(work)


def test_what_was_cancelled_is_reached_by_keyboard_alone(
    qtbot: QtBot, voicedesk_home: Path
) -> None:
    del qtbot

    async def cancel(person: Typist) -> None:
        focus = person.focus
        QTest.keyPress(focus, Qt.Key.Key_Space)
        await person.microphone.spoken()
        QTest.keyClick(focus, Qt.Key.Key_Escape)
        QTest.keyRelease(focus, Qt.Key.Key_Space)

    async def work() -> None:
        async with typist(voicedesk_home) as person:
            window = person.window
            await cancel(person)
            bar = window.ways_back.undo_bar
            await person.until(lambda: not bar.visibleRegion().isEmpty())  # it is laid out
            assert person.walk(window) == set()
            person.go_to("Undo")
            person.key(Qt.Key.Key_Space)
            await person.until(lambda: 2 in person.records)
            await person.rest()
            person.go_to("Talk")
            await cancel(person)
            await person.until(lambda: window.ways_back.unanswered.text() == "Unanswered (1)…")
            person.key(Qt.Key.Key_U, ctrl=True)
            dialog = await person.window_is(lambda: window.findChild(UnansweredDialog))
            assert isinstance(dialog, UnansweredDialog)
            await person.until(lambda: dialog.chosen is not None)
            assert person.walk(dialog) == set()
            person.go_to("Unanswered recordings")
            person.key(Qt.Key.Key_Return)
            await person.back_from(dialog)
            await person.until(lambda: 4 in person.records)
            await person.rest()
            await person.until(lambda: window.ways_back.unanswered.text() == "Unanswered…")

    run(work)
