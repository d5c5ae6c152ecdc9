"""The takes that were never answered, as a person goes through them: hear, ask again, delete."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QListView, QPushButton
from pytestqt.qtbot import QtBot

from tests.end_to_end.desktop import run
from tests.ui.fake_control import FakeControl, FakeKeys
from tests.ui.finding import by_name, read_on
from tests.ui.test_accessibility import clipped, unnamed
from voicedesk.conversation.store.model import Recording, TakeState, Unanswered
from voicedesk.core.errors import NoRecordingError, StorageError, VoiceDeskError
from voicedesk.core.events import TakesWaiting
from voicedesk.core.settings import BUILTIN, OPENAI, Settings
from voicedesk.core.turn import Trigger
from voicedesk.providers.ways import Way
from voicedesk.ui import theme, translation
from voicedesk.ui.history_asking import Asking
from voicedesk.ui.history_model import DATE_ROLE, EXCERPT_ROLE
from voicedesk.ui.unanswered_dialog import UnansweredDialog
from voicedesk.ui.unanswered_ports import UnansweredPorts

START = 1_750_000_000.0


def take(
    number: int,
    state: TakeState = TakeState.FAILED,
    *,
    words: str = "",
    error: str = "",
    cut: bool = False,
) -> Unanswered:
    recording = Recording(
        f"take-{number}", "take", f"turn-{number}", state, cut, 2.5 * number, START + number
    )
    return Unanswered(recording, words, error)


ALL = (
    take(4, words="How long is the Danube?", error="OpenAI is not reachable."),
    take(3, TakeState.CANCELLED, words="Nothing"),
    take(2, cut=True),
    take(1),
)


class Takes:
    """Takes in a list."""

    def __init__(self) -> None:
        self.kept = list(ALL)
        self.calls: list[str] = []
        self.failure: VoiceDeskError | None = None
        self.is_asked = True
        self.played: Callable[[], None] = lambda: None

    async def listed(self) -> Sequence[Unanswered]:
        if self.failure is not None:
            raise self.failure
        return list(self.kept)

    async def play(self, recording: Recording) -> None:
        if self.failure is not None:
            raise self.failure
        self.calls.append(f"play {recording.id}")
        self.played()

    async def ask(self, recording: Recording, way: Way) -> bool:
        self.calls.append(f"ask {recording.id} {way.mode} {way.server}")
        return self.is_asked

    async def delete(self, recordings: Sequence[Recording]) -> None:
        ids = [each.id for each in recordings]
        self.calls.append(f"delete {' '.join(ids)}")
        self.kept = [each for each in self.kept if each.recording.id not in ids]


class Person:
    """Somebody in front of the dialog."""

    def __init__(self) -> None:
        self.takes = Takes()
        self.control = FakeControl()
        self.keys = FakeKeys()
        self.settings = Settings()
        self.dialog = UnansweredDialog(
            UnansweredPorts(self.takes, self.control, lambda: self.settings, self.keys)
        )
        self.list = by_name(self.dialog, "Unanswered recordings", QListView)
        self.way = by_name(self.dialog, "Answered by", QComboBox)
        (self.asking,) = self.dialog.findChildren(Asking)

    @property
    def words(self) -> list[str]:
        model = self.list.model()
        return [model.index(row, 0).data() for row in range(model.rowCount())]

    def reasons(self) -> list[str]:
        model = self.list.model()
        return [model.index(row, 0).data(EXCERPT_ROLE) for row in range(model.rowCount())]

    def button(self, name: str) -> QPushButton:
        found = [
            each
            for each in self.dialog.findChildren(QPushButton)
            if each.text() == name and each.isVisible() and each.isEnabled()
        ]
        assert found, name
        return found[0]

    def can(self, name: str) -> bool:
        buttons = self.dialog.findChildren(QPushButton)
        return any(each.text() == name and each.isVisible() for each in buttons)

    def agree(self) -> None:
        """Answer what is asked with yes: with the button that does it, the first of the two."""
        self.asking.findChildren(QPushButton)[0].click()

    def click(self, name: str) -> None:
        QTest.mouseClick(self.button(name), Qt.MouseButton.LeftButton)

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not condition():
                await asyncio.sleep(0.005)

    async def shown(self, number: int) -> None:
        await self.until(lambda: len(self.words) == number)

    async def called(self, call: str) -> None:
        await self.until(lambda: call in self.takes.calls)


@asynccontextmanager
async def person() -> AsyncIterator[Person]:
    made = Person()
    try:
        made.dialog.start()
        await made.until(made.dialog.isActiveWindow)
        await made.shown(len(ALL))
        yield made
    finally:
        await made.dialog.stop()
        assert not made.control.is_observed
        made.dialog.deleteLater()


def go(work: Callable[[Person], Awaitable[None]]) -> None:
    async def whole() -> None:
        async with person() as made:
            await work(made)

    run(whole)


def test_each_take_says_when_how_long_what_and_why(qtbot: QtBot) -> None:
    del qtbot

    async def work(person: Person) -> None:
        await asyncio.sleep(0)
        assert person.words == [
            "How long is the Danube?",
            "Nothing",
            "Not understood yet",
            "Not understood yet",
        ]
        assert person.reasons() == [
            "OpenAI is not reachable.",
            "You cancelled it.",
            "VoiceDesk ended before there was an answer.",
            "There was no answer.",
        ]
        first = person.list.model().index(0, 0)
        assert first.data(DATE_ROLE).endswith("· 10.0 s")
        told = first.data(Qt.ItemDataRole.AccessibleTextRole)
        assert told.startswith("How long is the Danube?, ")
        assert told.endswith("10.0 s. OpenAI is not reachable.")
        interface = QAccessible.queryAccessibleInterface(person.list).child(0)
        assert interface.text(QAccessible.Text.Name) == told

    go(work)


def test_a_take_is_heard_and_silenced(qtbot: QtBot) -> None:
    del qtbot

    async def work(person: Person) -> None:
        def sound() -> None:
            person.control.ask("sound")
            person.control.fire(Trigger.SOUND)

        person.takes.played = sound
        person.click("Play")
        await person.called("play take-4")
        await person.until(lambda: person.can("Stop"))
        person.click("Stop")
        assert person.control.calls[-1] == "cancel"
        person.click("Play")  # again
        await person.until(lambda: person.can("Stop"))
        person.control.fire(Trigger.DONE)
        assert not person.can("Stop")
        person.takes.failure = NoRecordingError("gone")
        person.click("Play")
        await person.until(lambda: bool(person.dialog.note))
        assert person.dialog.note == str(NoRecordingError("gone"))

    go(work)


def test_a_take_is_asked_again_in_the_present_way_or_in_another(qtbot: QtBot) -> None:
    del qtbot

    async def work(person: Person) -> None:
        assert person.way.currentText() == "Realtime · Built-in"
        ways = [person.way.itemText(row) for row in range(person.way.count())]
        assert ways == ["Realtime · Built-in", "Classic · Built-in"]  # OpenAI has no key
        person.list.setCurrentIndex(person.list.model().index(1, 0))
        person.takes.is_asked = False
        person.click("Try Again")
        await person.called(f"ask take-3 realtime {BUILTIN}")
        await person.until(lambda: bool(person.dialog.note))
        assert person.dialog.note == "You are talking just now. Try again when that is done."
        person.takes.is_asked = True
        person.way.setCurrentText("Classic · Built-in")
        person.click("Try Again")
        await person.until(lambda: not person.dialog.isVisible())
        assert person.takes.calls[-1] == f"ask take-3 classic {BUILTIN}"
        person.keys.kept[OPENAI] = "key"
        person.settings.mode = "classic"
        person.dialog.start()
        assert person.way.count() == 4
        assert person.way.currentText() == "Classic · Built-in"
        assert person.dialog.note == ""
        QTest.keyClick(person.list, Qt.Key.Key_Return)
        await person.until(lambda: not person.dialog.isVisible())

    go(work)


def test_takes_are_deleted_after_a_question(qtbot: QtBot) -> None:
    del qtbot

    async def work(person: Person) -> None:
        person.click("Delete")
        person.click("Keep")
        person.list.setFocus()
        QTest.keyClick(person.list, Qt.Key.Key_Delete)
        assert person.asking.question == "Delete this recording for good?"
        person.agree()
        await person.shown(3)
        assert person.takes.calls == ["delete take-4"]
        assert person.dialog.note == "The recording was deleted."
        assert person.words[0] == "Nothing"
        assert person.list.currentIndex().row() == 0
        person.click("Delete All")
        person.agree()
        await person.shown(0)
        assert person.takes.calls[-1] == "delete take-3 take-2 take-1"
        assert "Everything you said has been answered." in read_on(person.dialog)
        buttons = [each for each in person.dialog.findChildren(QPushButton) if each.isVisible()]
        assert len(buttons) == 4
        assert not any(each.isEnabled() for each in buttons)

    go(work)


def test_the_list_follows_what_happens(qtbot: QtBot) -> None:
    del qtbot

    async def work(person: Person) -> None:
        person.list.setCurrentIndex(person.list.model().index(2, 0))
        del person.takes.kept[0]
        person.control.emit(TakesWaiting(turn=0, at=0.0, number=3))
        await person.shown(3)
        assert person.list.currentIndex().row() == 1  # the same take
        person.takes.failure = StorageError(reason="the disk is full")
        person.dialog.refresh()
        await person.until(lambda: "the disk is full" in person.dialog.note)

    go(work)


@pytest.mark.parametrize("points", [8.0, 10.0, 18.0])
@pytest.mark.parametrize("language", ["en", "de"])
def test_nothing_is_clipped_and_everything_has_a_name(
    qtbot: QtBot, qapp: QApplication, points: float, language: str
) -> None:
    del qtbot
    before = qapp.font()
    font = qapp.font()
    font.setPointSizeF(points)
    qapp.setFont(font)
    translators = translation.install(qapp, language)
    try:

        async def whole() -> None:
            settings = Settings()
            dialog = UnansweredDialog(
                UnansweredPorts(Takes(), FakeControl(), lambda: settings, FakeKeys())
            )
            dialog.start()
            async with asyncio.timeout(10):
                while not dialog.findChildren(QListView)[0].model().rowCount():
                    await asyncio.sleep(0.005)
            dialog.resize(dialog.minimumSizeHint())
            by_name(dialog, dialog.tr("Delete All"), QPushButton).click()
            QApplication.processEvents()
            assert unnamed(dialog) == []
            assert clipped(dialog) == []
            for palette in (theme.light_palette(), theme.dark_palette()):
                dialog.setPalette(palette)
                assert not dialog.grab().isNull()
            await dialog.stop()
            dialog.deleteLater()

        run(whole)
    finally:
        for translator in translators:
            qapp.removeTranslator(translator)
            translator.deleteLater()
        qapp.setFont(before)
