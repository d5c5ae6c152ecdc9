"""Words that were never heard: they look different, not only in colour, and say so where they are copied and spoken."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTextEdit
from pytestqt.qtbot import QtBot

from tests.ui.fake_control import FakeControl
from voicedesk.conversation.store.model import Outcome, Said, Turn
from voicedesk.core.dialogue import Role
from voicedesk.core.events import AudioKey, Heard, Interrupted
from voicedesk.core.turn import Trigger
from voicedesk.ui import transcript as transcript_module
from voicedesk.ui.history_reader import HistoryReader
from voicedesk.ui.main_window import MainWindow
from voicedesk.ui.transcript import Transcript
from voicedesk.ui.unheard_words import told


@pytest.fixture
def transcript(window: MainWindow) -> Transcript:
    return window.transcript


def slanted(view: QTextEdit) -> str:
    """The words in italics."""
    document = view.document()
    cursor = QTextCursor(document)
    found = ""
    for place in range(document.characterCount() - 1):
        cursor.setPosition(place + 1)
        if cursor.charFormat().fontItalic():
            found += document.characterAt(place)
    return found


def cut_off(transcript: Transcript, control: FakeControl, words: str) -> None:
    control.ask("Tell me")
    control.says(words)
    turn = control.turn
    control.fire(Trigger.SOUND)
    key = AudioKey(turn, "response", "item")
    control.emit(Interrupted(turn=turn, at=0.0, heard=(Heard(key, 400, 1000),)))
    transcript.flush()


def copied(view: QTextEdit) -> str:
    view.selectAll()
    view.copy()
    return QGuiApplication.clipboard().text()


@pytest.mark.parametrize("words", ["😀 one two three four", "😀 **one** two `three` four"])
def test_they_are_slanted_too(transcript: Transcript, control: FakeControl, words: str) -> None:
    cut_off(transcript, control, words)
    assert slanted(transcript).split() in (["three", "four"], ["two", "three", "four"])


def test_a_message_that_is_copied_or_read_out_says_which(
    transcript: Transcript, control: FakeControl, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoken: list[str] = []
    monkeypatch.setattr(transcript_module, "announce", lambda _widget, text: spoken.append(text))
    cut_off(transcript, control, "😀 one two three four")
    reply = transcript.log.entries[-1]
    assert transcript.message_text(reply) == "😀 one [not heard: two three four]"
    transcript.tools.choose(reply)
    assert spoken == ["VoiceDesk · interrupted: 😀 one [not heard: two three four]"]
    QTest.keyClick(transcript, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "😀 one [not heard: two three four]"


def test_a_selection_that_is_copied_says_which(
    transcript: Transcript, control: FakeControl
) -> None:
    cut_off(transcript, control, "😀 one two three four")
    assert copied(transcript).endswith("\n😀 one [not heard: two three four]")
    control.ask("And then?")
    control.says("All is well.")
    transcript.flush()
    assert "three four]\nYou\nAnd then?\n" in copied(transcript)


def test_they_go_on_from_line_to_line(transcript: Transcript, control: FakeControl) -> None:
    cut_off(transcript, control, "one **two**\n\n- three\n- four\n\n```\nfive\n```")
    text = copied(transcript)
    assert text.count("[not heard: ") == 1
    assert text.rstrip().endswith("five]")


def test_the_history_tells_them_in_the_same_ways(qtbot: QtBot) -> None:
    reader = HistoryReader()
    qtbot.addWidget(reader)
    heard = Said(Role.ASSISTANT, "A horse walks into a bar.", "And asks for hay.")
    reader.show_turns([Turn("t1", 0.0, Outcome.INTERRUPTED, messages=(heard,))])
    assert slanted(reader).strip() == "And asks for hay."
    assert "italics" in reader.accessibleDescription()
    assert copied(reader) == (
        "VoiceDesk · interrupted\nA horse walks into a bar. [not heard: And asks for hay.]"
    )
    reader.show_turns([Turn("t1", 0.0, messages=(Said(Role.ASSISTANT, "Forty-two."),))])
    assert reader.accessibleDescription() == ""
    assert copied(reader) == "VoiceDesk\nForty-two."


def test_the_space_around_them_stays_outside() -> None:
    assert told("one two three ", [(3, 7), (7, 14)]) == "one [not heard: two] [not heard: three] "
    assert told("one  ", [(3, 5)]) == "one  "
    assert told("one", []) == "one"
