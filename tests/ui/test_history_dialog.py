"""The history as a person uses it, on a real store: find, read, continue, rename, export, delete."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QAction, QContextMenuEvent, QPalette, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QLineEdit,
    QListView,
    QMenu,
    QPushButton,
    QStyleOptionViewItem,
)
from pytestqt.qtbot import QtBot

from tests.end_to_end.desktop import run
from tests.ui.finding import by_name, read_on
from tests.ui.test_accessibility import clipped, unnamed
from voicedesk.conversation.figures.turns import Figures
from voicedesk.conversation.store.model import Outcome, Said, Turn
from voicedesk.conversation.store.store import Store
from voicedesk.core.dialogue import Role
from voicedesk.core.errors import StorageError
from voicedesk.ui import theme, translation
from voicedesk.ui.history_asking import Asking
from voicedesk.ui.history_deletion import Deletion
from voicedesk.ui.history_dialog import HistoryDialog
from voicedesk.ui.history_export import file_name
from voicedesk.ui.history_model import PAGE
from voicedesk.ui.history_ports import HistoryPorts
from voicedesk.ui.history_reader import HistoryReader
from voicedesk.ui.undo_bar import LASTS_MS, UndoBar

CONTROL = Qt.KeyboardModifier.ControlModifier
START = 1_750_000_000.0


class Person:
    """Somebody in front of the history."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = Store(folder / "data")
        self.current = ""
        self.is_kept = True
        self.continued: list[str] = []
        self.times: list[tuple[int, Figures]] = []
        self.sit_down()

    def sit_down(self) -> None:
        """In front of another dialog."""
        self.dialog = HistoryDialog(
            HistoryPorts(
                conversations=self.store.history,
                current=lambda: self.current,
                proceed=self._proceed,
                is_kept=lambda: self.is_kept,
                show_times=lambda turn, figures: self.times.append((turn, figures)),
            )
        )
        self.search = self.dialog.findChildren(QLineEdit)[0]  # in any language
        (self.list,) = self.dialog.findChildren(QListView)
        (self.reader,) = self.dialog.findChildren(HistoryReader)
        (self.asking,) = self.dialog.findChildren(Asking)

    async def _proceed(self, conversation: str) -> None:
        self.continued.append(conversation)

    def remember(self, number: int, question: str, answer: str, unheard: str = "") -> None:
        messages = (Said(Role.USER, question), Said(Role.ASSISTANT, answer, unheard))
        turn = Turn(f"t{number}", START + number, Outcome.ANSWERED, messages=messages)
        self.store.history.save(f"c{number}", turn, START + number)

    @property
    def titles(self) -> list[str]:
        model = self.list.model()
        return [model.index(row, 0).data() for row in range(model.rowCount())]

    def click(self, name: str) -> None:
        button = next(
            each
            for each in self.dialog.findChildren(QPushButton)
            if each.text() == name and each.isVisible() and each.isEnabled()
        )
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def export(self, kind: int) -> QFileDialog:
        """Ask for a file of this kind, counted from the top of the menu."""
        menu = by_name(self.dialog, "Export", QPushButton).menu()
        assert menu is not None
        menu.actions()[kind].trigger()
        (chooser,) = self.dialog.findChildren(QFileDialog)
        return chooser

    def can(self, name: str) -> bool:
        return any(
            each.isEnabled()
            for each in self.dialog.findChildren(QPushButton)
            if each.text() == name and each.isVisible()
        )

    @property
    def text(self) -> str:
        return self.reader.toPlainText()

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not condition():
                await asyncio.sleep(0.005)

    async def shown(self, *titles: str) -> None:
        await self.until(lambda: self.titles == list(titles))


@asynccontextmanager
async def person_in(folder: Path) -> AsyncIterator[Person]:
    person = Person(folder)
    try:
        yield person
    finally:
        await person.dialog.stop()
        await person.store.close()
        person.dialog.deleteLater()


def go(folder: Path, work: Callable[[Person], Awaitable[None]]) -> None:
    async def whole() -> None:
        async with person_in(folder) as person:
            await work(person)

    run(whole)


def three(person: Person) -> None:
    person.remember(1, "How long is the Danube?", "It is 2,850 kilometres long.")
    person.remember(2, "Tell me a joke", "A horse walks into a bar.", "And asks for hay.")
    person.remember(3, "What is twelve plus thirty?", "Forty-two.")


def test_answers_are_shown_without_the_marks_of_markdown(qtbot: QtBot, tmp_path: Path) -> None:
    async def work(person: Person) -> None:
        person.remember(1, "How?", "Take **this**:\n\n```\nprint(1)\n```\n\n- `one`\n- two\n")
        person.remember(2, "Where?", "[Here](https://example.com) or **there**.")
        person.dialog.start()
        await person.until(lambda: "https://example.com" in person.text)
        QTest.keyClick(person.search, Qt.Key.Key_Down)
        QTest.keyClick(person.list, Qt.Key.Key_Down)
        await person.until(lambda: "Take this:" in person.text)
        assert [line for line in person.text.split("\n") if line] == [
            "You",
            "How?",
            "VoiceDesk",
            "Take this:",
            "print(1)",
            "one",
            "two",
        ]

    go(tmp_path, work)


def test_a_long_conversation_is_written_bit_by_bit(qtbot: QtBot) -> None:
    reader = HistoryReader()
    qtbot.addWidget(reader)
    turns = [
        Turn(f"t{number}", START, Outcome.ANSWERED, messages=(Said(Role.USER, f"Say {number}!"),))
        for number in range(600)
    ]
    reader.show_turns(turns)
    assert "Say 100!" in reader.toPlainText()
    qtbot.waitUntil(lambda: "Say 599!" in reader.toPlainText())
    shown = [line for line in reader.toPlainText().split("\n") if line.startswith("Say")]
    assert shown == [f"Say {number}!" for number in range(100, 600)]
    reader.show_turns(turns)
    reader.show_turns(())
    QApplication.processEvents()
    assert reader.toPlainText() == ""


def formats_of(reader: HistoryReader, words: str) -> set[tuple[str, bool]]:
    """The colours of words, and whether they are in italics."""
    cursor = reader.document().find(words)
    assert cursor.hasSelection(), words
    found = set()
    for place in range(cursor.selectionStart() + 1, cursor.selectionEnd() + 1):
        cursor.setPosition(place)
        look = cursor.charFormat()
        found.add((look.foreground().color().name(), look.fontItalic()))
    return found


def test_another_palette_is_taken_on_where_one_reads(qtbot: QtBot) -> None:
    reader = HistoryReader()
    qtbot.addWidget(reader)
    reader.setPalette(theme.light_palette())
    answer = "Take **this**:\n\n```\nprint(1)\n```\n\nAnd that."
    messages = (Said(Role.USER, "How?"), Said(Role.ASSISTANT, answer, "And more."))
    turns = [Turn(f"t{n}", START, messages=messages, error="It failed.") for n in range(40)]
    reader.resize(400, 300)
    reader.show()
    reader.show_turns(turns)
    qtbot.waitUntil(lambda: not reader._waiting)
    cursor = reader.document().find("this")
    reader.setTextCursor(cursor)
    reader.verticalScrollBar().setValue(1000)
    before = reader.toPlainText()
    reader.setPalette(theme.dark_palette())
    assert reader.toPlainText() == before
    assert reader.textCursor().selectedText() == "this"
    assert reader.verticalScrollBar().value() == 1000
    colours = theme.scheme(theme.dark_palette())
    ink = theme.dark_palette().color(QPalette.ColorRole.Text).name()
    assert formats_of(reader, "VoiceDesk") == {(ink, False)}
    assert formats_of(reader, "And more.") == {(colours.muted.name(), True)}
    assert formats_of(reader, "It failed.") == {(colours.muted.name(), False)}
    grounds = {
        frame.frameFormat().background().color().name()
        for frame in reader.document().rootFrame().childFrames()
    }
    assert grounds == {colours.code.name()}


def test_unheard_words_are_read_as_markdown_too(qtbot: QtBot) -> None:
    reader = HistoryReader()
    qtbot.addWidget(reader)
    said = Said(Role.ASSISTANT, "😀 Take **this**", "and **that**.\n\n```\nprint(1)\n```")
    reader.show_turns([Turn("t1", START, Outcome.INTERRUPTED, messages=(said,))])
    assert "**" not in reader.toPlainText()
    assert "```" not in reader.toPlainText()
    muted = theme.scheme(reader.palette()).muted.name()
    for words in ("and that.", "print(1)"):
        assert formats_of(reader, words) == {(muted, True)}
    assert {italic for _, italic in formats_of(reader, "Take this")} == {False}


@pytest.mark.parametrize(
    ("heard", "unheard", "read"),
    [
        ("I can tell the time and", "the date.", "I can tell the time and the date."),
        ("", "Never heard.", "Never heard."),
        ("All heard.", "", "All heard."),
        ("Take:\n\n- milk", "- bread", "Take:\nmilk\nbread"),
        ("# Shopping", "Take milk.", "Shopping\nTake milk."),
        ("```\nprint(1)", "print(2)\n```", "print(1)\nprint(2)"),
    ],
)
def test_an_answer_that_was_cut_in_a_sentence_goes_on_in_its_line(
    qtbot: QtBot, heard: str, unheard: str, read: str
) -> None:
    reader = HistoryReader()
    qtbot.addWidget(reader)
    said = Said(Role.ASSISTANT, heard, unheard)
    reader.show_turns([Turn("t1", START, Outcome.INTERRUPTED, messages=(said,))])
    assert read in "\n".join(filter(None, reader.toPlainText().split("\n")))


def test_conversations_are_listed_and_read(qtbot: QtBot, tmp_path: Path) -> None:
    async def work(person: Person) -> None:
        three(person)
        assert by_name(person.dialog, "Search what was said", QLineEdit) is person.search
        assert by_name(person.dialog, "Conversations", QListView) is person.list
        person.dialog.start()
        await person.shown(
            "What is twelve plus thirty?", "Tell me a joke", "How long is the Danube?"
        )
        await person.until(lambda: "Forty-two." in person.text)
        QTest.keyClick(person.search, Qt.Key.Key_Down)
        QTest.keyClick(person.list, Qt.Key.Key_Down)
        await person.until(lambda: "A horse walks into a bar." in person.text)
        assert "And asks for hay." in person.text
        assert "Forty-two." not in person.text

    go(tmp_path, work)


def test_a_search_narrows_as_one_types(qtbot: QtBot, tmp_path: Path) -> None:
    async def work(person: Person) -> None:
        three(person)
        person.dialog.start()
        await person.until(lambda: len(person.titles) == 3)
        QTest.keyClicks(person.search, "kilom")
        await person.shown("How long is the Danube?")
        index = person.list.currentIndex()
        excerpt = index.data(Qt.ItemDataRole.UserRole + 1)
        (start, end) = index.data(Qt.ItemDataRole.UserRole + 2)[0]
        assert excerpt[start:end].startswith("kilom")
        assert "kilometres" in index.data(Qt.ItemDataRole.AccessibleTextRole)
        person.search.setText("no such words at all")
        await person.shown()
        assert "Nothing was found." in read_on(person.dialog)
        QTest.keyClick(person.search, Qt.Key.Key_Escape)
        await person.until(lambda: len(person.titles) == 3)
        assert person.dialog.isVisible()
        QTest.keyClick(person.search, Qt.Key.Key_Escape)
        assert not person.dialog.isVisible()

    go(tmp_path, work)


def test_a_conversation_goes_on(qtbot: QtBot, tmp_path: Path) -> None:
    async def work(person: Person) -> None:
        three(person)
        person.current = "c3"
        person.dialog.start()
        await person.until(lambda: len(person.titles) == 3)
        assert not person.can("Continue")  # it goes on already
        QTest.keyClick(person.list, Qt.Key.Key_Down)
        person.click("Continue")
        await person.until(lambda: person.continued == ["c2"])
        await person.until(lambda: not person.dialog.isVisible())

    go(tmp_path, work)


def test_a_title_is_typed_in_its_place(qtbot: QtBot, tmp_path: Path) -> None:
    async def work(person: Person) -> None:
        three(person)
        person.dialog.start()
        await person.until(lambda: len(person.titles) == 3)
        person.click("Rename")
        editor = next(each for each in person.list.findChildren(QLineEdit) if each.isVisible())
        editor.selectAll()
        QTest.keyClicks(editor, "Sums")
        QTest.keyClick(editor, Qt.Key.Key_Return)
        await person.until(lambda: "Sums" in person.titles)
        assert person.dialog.isVisible()

    go(tmp_path, work)


def test_a_deleted_conversation_can_be_had_back(qtbot: QtBot, tmp_path: Path) -> None:
    async def work(person: Person) -> None:
        three(person)
        person.dialog.start()
        await person.until(lambda: len(person.titles) == 3)
        titles = person.titles
        person.list.setFocus()
        person.list.setCurrentIndex(person.list.model().index(1, 0))
        await person.until(lambda: person.can("Delete"))
        QTest.keyClick(person.list, Qt.Key.Key_Delete)
        await person.shown(titles[0], titles[2])
        assert person.list.currentIndex().row() == 1
        assert f"“{titles[1]}” was deleted." in read_on(person.dialog)
        assert clipped(person.dialog) == []
        assert unnamed(person.dialog) == []
        person.search.setText("Danube")
        await person.until(lambda: len(person.titles) < 2)
        person.search.clear()
        await person.shown(titles[0], titles[2])
        QTest.keyClick(person.list, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        await person.shown(*titles)
        assert "was deleted" not in read_on(person.dialog)
        assert await person.store.history.count() == 3

    go(tmp_path, work)


def test_a_deletion_is_final_with_the_next_one_and_when_the_dialog_closes(
    qtbot: QtBot, tmp_path: Path
) -> None:
    async def work(person: Person) -> None:
        three(person)
        person.dialog.start()
        await person.until(lambda: len(person.titles) == 3)
        last = person.titles[2]
        person.click("Delete")
        await person.until(lambda: len(person.titles) == 2)
        assert await person.store.history.count() == 3
        person.click("Delete")
        await person.shown(last)
        async with asyncio.timeout(10):
            while await person.store.history.count() != 2:
                await asyncio.sleep(0.005)
        await person.dialog.stop()
        assert await person.store.history.count() == 1

    go(tmp_path, work)


def test_a_deletion_that_can_be_had_back_goes_on_in_another_dialog(
    qtbot: QtBot, tmp_path: Path
) -> None:
    async def work(person: Person) -> None:
        three(person)
        old = person.dialog
        old.start()
        await person.until(lambda: len(person.titles) == 3)
        assert old.hand_over() is None
        everything = set(person.titles)
        person.click("Delete")
        await person.until(lambda: len(person.titles) == 2)
        for is_had_back in (True, False):
            (gone,) = everything - set(person.titles)
            deleted = person.dialog.hand_over()
            assert deleted is not None
            assert 0 < deleted.rest_ms <= LASTS_MS
            await person.dialog.stop()
            assert await person.store.history.count() == 3
            person.sit_down()
            person.dialog.start()
            person.dialog.take_over(deleted)
            await person.until(lambda: len(person.titles) == 2)
            assert gone not in person.titles
            (bar,) = person.dialog.findChildren(UndoBar)
            assert bar.sentence == f"“{gone}” was deleted."
            if is_had_back:
                bar.button.click()
                await person.until(lambda: len(person.titles) == 3)
                person.click("Delete")
                await person.until(lambda: len(person.titles) == 2)
        await person.dialog.stop()
        assert await person.store.history.count() == 2

    go(tmp_path, work)


def test_a_deletion_that_fails_is_told_and_listed_again(qtbot: QtBot, tmp_path: Path) -> None:
    async def work(person: Person) -> None:
        three(person)
        person.dialog.start()
        await person.until(lambda: len(person.titles) == 3)

        async def fail(_conversation: str) -> None:
            raise StorageError(reason="the disk is full")

        person.store.history.delete = fail  # type: ignore[method-assign, assignment]
        person.click("Delete")
        await person.until(lambda: len(person.titles) == 2)
        person.dialog.findChildren(UndoBar)[0].settle()
        await person.until(lambda: "the disk is full" in person.dialog.note)
        person.dialog.refresh()
        await person.until(lambda: len(person.titles) == 3)

    go(tmp_path, work)


async def test_pages_stay_whole_while_something_is_being_deleted(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for number in range(12):
        turn = Turn(f"t{number}", START + number, messages=(Said(Role.USER, f"Word {number}"),))
        store.history.save(f"c{number}", turn, START + number)
    deletion = Deletion(store.history)
    deletion.hide("c10")
    first = [each.id for each in await deletion.list(5)]
    assert first == ["c11", "c9", "c8", "c7", "c6"]
    second = [each.id for each in await deletion.list(5, 5)]
    assert len(second) == 5
    assert set(second) - set(first) == {"c5", "c4", "c3", "c2"}
    assert [each.conversation.id for each in await deletion.search("word 10", 5)] == []
    deletion.put_back("c10")
    assert [each.conversation.id for each in await deletion.search("word 10", 5)] == ["c10"]
    await deletion.finish("c10")
    assert await store.history.count() == 11
    await store.close()


def test_deleting_the_present_conversation_asks_first(qtbot: QtBot, tmp_path: Path) -> None:
    async def work(person: Person) -> None:
        three(person)
        person.dialog.start()
        await person.until(lambda: len(person.titles) == 3)
        assert person.dialog.chosen is not None
        person.current = person.dialog.chosen.id
        person.list.setFocus()
        QTest.keyClick(person.list, Qt.Key.Key_Delete)
        question = person.asking
        assert "twelve plus thirty" in question.question
        focus = QApplication.focusWidget()
        assert isinstance(focus, QPushButton)
        assert focus.text() == "Keep"
        QTest.keyClick(focus, Qt.Key.Key_Escape)
        assert question.question == ""
        assert person.dialog.isVisible()
        assert len(person.titles) == 3
        QTest.keyClick(person.list, Qt.Key.Key_Delete)
        by_name(question, "Delete", QPushButton).click()
        await person.shown("Tell me a joke", "How long is the Danube?")
        assert person.dialog.note == "The conversation was deleted."

    go(tmp_path, work)


def test_all_can_be_deleted(qtbot: QtBot, tmp_path: Path) -> None:
    async def work(person: Person) -> None:
        three(person)
        person.dialog.start()
        await person.until(lambda: len(person.titles) == 3)
        person.click("Delete All")
        assert "every conversation" in person.asking.question
        by_name(person.asking, "Delete All", QPushButton).click()
        await person.shown()
        assert "Nothing here yet" in read_on(person.dialog)
        assert person.text == ""
        for name in ("Continue", "Rename", "Export", "Delete", "Delete All"):
            assert not person.can(name)

    go(tmp_path, work)


@pytest.mark.parametrize(("number", "ending"), [(0, "md"), (2, "srt"), (3, "json")])
def test_a_conversation_is_written_to_a_file(
    qtbot: QtBot, tmp_path: Path, number: int, ending: str
) -> None:
    async def work(person: Person) -> None:
        three(person)
        person.dialog.start()
        await person.until(lambda: person.can("Export"))
        chooser = person.export(number)
        assert Path(chooser.selectedFiles()[0]).name == f"What is twelve plus thirty.{ending}"
        target = tmp_path / f"out.{ending}"
        chooser.fileSelected.emit(str(target))
        chooser.reject()
        await person.until(target.exists)
        await person.until(lambda: f"out.{ending}" in person.dialog.note)
        assert "Forty-two" in target.read_text("utf-8")

    go(tmp_path, work)


def test_a_file_that_cannot_be_written_is_said_in_words(qtbot: QtBot, tmp_path: Path) -> None:
    async def work(person: Person) -> None:
        three(person)
        person.dialog.start()
        await person.until(lambda: person.can("Export"))
        chooser = person.export(0)
        chooser.fileSelected.emit(str(tmp_path / "none" / "x.md"))
        chooser.reject()
        await person.until(lambda: "could not be written" in person.dialog.note)

    go(tmp_path, work)


def test_long_lists_come_page_by_page(qtbot: QtBot, tmp_path: Path) -> None:
    async def work(person: Person) -> None:
        for number in range(PAGE + 20):
            person.remember(number, f"Question {number}", "Answer")
        person.dialog.start()
        await person.until(lambda: len(person.titles) >= PAGE)
        person.list.scrollToBottom()
        await person.until(lambda: len(person.titles) == PAGE + 20)
        assert len(set(person.titles)) == PAGE + 20

    go(tmp_path, work)


def test_with_the_history_switched_off_it_says_so(qtbot: QtBot, tmp_path: Path) -> None:
    async def work(person: Person) -> None:
        person.is_kept = False
        person.dialog.start()
        await person.until(lambda: "not kept" in read_on(person.dialog))

    go(tmp_path, work)


def test_a_broken_disk_is_said_in_words(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_arguments: object) -> None:
        raise StorageError("broken", reason="the disk is full")

    async def work(person: Person) -> None:
        monkeypatch.setattr(person.store.history, "list", broken)
        person.dialog.start()
        await person.until(lambda: "the disk is full" in person.dialog.note)

    go(tmp_path, work)


def test_names_of_files_fit_every_file_system() -> None:
    assert file_name("What is 1/2 * 3?", "md") == "What is 1 2 3.md"
    assert file_name("..", "md") == "conversation.md"
    assert len(file_name("long " * 100, "wav")) < 80


@pytest.mark.parametrize("language", ["", "de"])
def test_everything_is_named_drawn_and_not_clipped(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, language: str
) -> None:
    translators = translation.install(qapp, language) if language else []

    async def work(person: Person) -> None:
        three(person)
        person.dialog.start()
        await person.until(lambda: len(person.titles) == 3)
        QTest.keyClick(person.list, Qt.Key.Key_Delete)
        by_name(person.dialog, person.dialog.tr("Delete All"), QPushButton).click()
        await person.until(lambda: clipped(person.dialog) == [])  # the loop lays out the buttons
        assert unnamed(person.dialog) == []
        for palette in (theme.light_palette(), theme.dark_palette()):
            person.dialog.setPalette(palette)
            for direction in (Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft):
                person.dialog.setLayoutDirection(direction)
                image = person.dialog.grab().toImage()
                colours = {
                    image.pixelColor(x, y).name()
                    for x in range(0, image.width(), 5)
                    for y in range(0, image.height(), 5)
                }
                assert len(colours) > 10
        option = QStyleOptionViewItem()
        assert person.list.itemDelegate().sizeHint(option, person.list.currentIndex()).height() > 20

    try:
        go(tmp_path, work)
    finally:
        for translator in translators:
            qapp.removeTranslator(translator)
            translator.deleteLater()


# ---------------------------------------------------------------------------- where the time went


def timed(person: Person, number: int, conversation: str, latency: float | None) -> None:
    """Keep a turn that took so many milliseconds; None for one whose times were not kept."""
    messages = (Said(Role.USER, f"Question {number}"), Said(Role.ASSISTANT, f"Answer {number}"))
    times: dict[str, float | None] = {}
    if latency is not None:
        times = {"key_up": 0.0, "first_audible": latency}
    turn = Turn(
        f"t{number}",
        START + number,
        Outcome.ANSWERED,
        "realtime",
        model="model-a",
        timeline=times,
        messages=messages,
    )
    person.store.history.save(conversation, turn, START + number)


def middle_of(reader: HistoryReader, text: str) -> QPoint:
    """Where these words stand in the view."""
    found = reader.document().find(text)
    assert not found.isNull()
    end = reader.cursorRect(found)
    found.setPosition(found.selectionStart())
    return QPoint((reader.cursorRect(found).left() + end.left()) // 2, end.center().y())


def test_how_long_an_answer_took_leads_to_where_that_time_went(
    qtbot: QtBot, tmp_path: Path
) -> None:
    async def work(person: Person) -> None:
        for number, latency in enumerate((640.0, 1250.0), 1):
            timed(person, number, "c", latency)
        person.dialog.start()
        await person.until(lambda: "Answer 2" in person.text)
        assert "VoiceDesk · 0.64 s\nAnswer 1" in person.text
        reader = person.reader
        QTest.mouseClick(
            reader.viewport(), Qt.MouseButton.LeftButton, pos=middle_of(reader, "1.25 s")
        )
        ((turn, figures),) = person.times
        assert turn == -1
        assert [each.timeline.latency_ms for each in figures] == [640.0, 1250.0]
        QTest.mouseClick(
            reader.viewport(), Qt.MouseButton.LeftButton, pos=middle_of(reader, "Answer 1")
        )
        assert len(person.times) == 1  # words lead nowhere
        person.click("Where the Time Went")
        assert person.times[-1][0] == -2  # where the cursor stands by then

    go(tmp_path, work)


def test_the_menu_of_an_answer_leads_there_too(qtbot: QtBot, tmp_path: Path) -> None:
    async def work(person: Person) -> None:
        timed(person, 1, "c", None)
        timed(person, 2, "c", 700.0)
        person.dialog.start()
        await person.until(lambda: "Answer 2" in person.text)
        reader = person.reader

        def entries(words: str) -> list[QAction]:
            place = middle_of(reader, words)
            event = QContextMenuEvent(
                QContextMenuEvent.Reason.Mouse, place, reader.viewport().mapToGlobal(place)
            )
            QApplication.sendEvent(reader.viewport(), event)
            (menu,) = [m for m in reader.findChildren(QMenu) if m.isVisible()]
            found = [a for a in menu.actions() if a.text() == "Where the Time Went"]
            for action in found:
                action.trigger()
            menu.close()
            QApplication.sendPostedEvents(None, int(QEvent.Type.DeferredDelete))
            return found

        assert entries("Answer 1") == []
        assert len(entries("Answer 2")) == 1
        assert person.times[0][0] == -1

    go(tmp_path, work)


def test_an_answer_is_chosen_and_copied_by_keyboard(qtbot: QtBot, tmp_path: Path) -> None:
    async def work(person: Person) -> None:
        for number, latency in enumerate((640.0, 1250.0), 1):
            timed(person, number, "c", latency)
        person.dialog.start()
        await person.until(lambda: "Answer 2" in person.text)
        reader = person.reader
        reader.setFocus(Qt.FocusReason.TabFocusReason)
        QTest.keyClick(reader, Qt.Key.Key_End, CONTROL)
        QTest.keyClick(reader, Qt.Key.Key_Home, Qt.KeyboardModifier.ShiftModifier)
        QTest.keyClick(reader, Qt.Key.Key_C, CONTROL)
        assert QApplication.clipboard().text() == "Answer 2"
        person.click("Where the Time Went")
        assert person.times[-1][0] == -1, "that of the answer in which the cursor stands"
        QTest.keyClick(reader, Qt.Key.Key_Home, CONTROL)
        person.click("Where the Time Went")
        assert person.times[-1][0] == -2
        QTest.keyClick(reader, Qt.Key.Key_End, CONTROL)
        anywhere = QPoint(2, 2)
        event = QContextMenuEvent(
            QContextMenuEvent.Reason.Keyboard, anywhere, reader.mapToGlobal(anywhere)
        )
        QApplication.sendEvent(reader, event)
        (menu,) = [m for m in reader.findChildren(QMenu) if m.isVisible()]
        next(a for a in menu.actions() if a.text() == "Where the Time Went").trigger()
        menu.close()
        assert person.times[-1][0] == -1
        QApplication.sendPostedEvents(None, int(QEvent.Type.DeferredDelete))

    go(tmp_path, work)


def test_what_a_search_finds_is_said(qtbot: QtBot, tmp_path: Path, said: list[str]) -> None:
    async def work(person: Person) -> None:
        three(person)
        person.dialog.start()
        await person.until(lambda: len(person.titles) == 3)
        said.clear()
        QTest.keyClicks(person.search, "danube")
        await person.shown("How long is the Danube?")
        assert said[-1].startswith("How long is the Danube?, ")
        QTest.keyClicks(person.search, "x")
        await person.shown()
        assert said[-1] == "Nothing was found."

    go(tmp_path, work)


def test_what_was_searched_for_is_in_sight(qtbot: QtBot, tmp_path: Path) -> None:
    async def work(person: Person) -> None:
        for number in range(80):
            answer = "As **wide** as the Dänube." if number == 40 else "Nobody knows."
            messages = (Said(Role.USER, f"Question {number}"), Said(Role.ASSISTANT, answer))
            turn = Turn(f"t{number}", START + number, Outcome.ANSWERED, messages=messages)
            person.store.history.save("c", turn, START + number)
        person.dialog.start()
        await person.until(lambda: "Question 79" in person.text)
        reader = person.reader
        assert reader.verticalScrollBar().value() == 0
        assert reader.extraSelections() == []
        QTest.keyClicks(person.search, "danu wid")
        await person.until(lambda: len(reader.extraSelections()) == 2)
        marks = [each.cursor.selectedText() for each in reader.extraSelections()]
        assert marks == ["wid", "Dänu"]
        assert reader.viewport().rect().contains(reader.cursorRect())
        cursor = reader.textCursor()
        cursor.select(QTextCursor.SelectionType.BlockUnderCursor)
        assert "Dänube" in cursor.selectedText()
        here = reader.verticalScrollBar().value()
        person.dialog.setPalette(theme.dark_palette())
        await person.until(lambda: len(reader.extraSelections()) == 2)
        assert reader.verticalScrollBar().value() == here
        person.search.clear()
        await person.until(lambda: reader.extraSelections() == [])

    go(tmp_path, work)


def test_where_no_times_were_kept_that_is_said(qtbot: QtBot, tmp_path: Path) -> None:
    async def work(person: Person) -> None:
        timed(person, 1, "old", None)
        timed(person, 2, "half", None)
        timed(person, 3, "half", 900.0)
        person.dialog.start()
        await person.until(lambda: "Answer 3" in person.text)
        person.click("Where the Time Went")
        assert person.times[0][0] == -1  # the nearest of which they are known
        QTest.keyClick(person.list, Qt.Key.Key_Down)
        await person.until(lambda: "Answer 1" in person.text)
        button = by_name(person.dialog, "Where the Time Went", QPushButton)
        assert not button.isEnabled()
        assert "No times" in button.toolTip()

    go(tmp_path, work)
