"""Markdown in answers: read once when they are whole, with nothing loaded, and each word's place kept."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QUrl
from PySide6.QtGui import QFont, QGuiApplication, QTextCursor, QTextFrame, QTextTable
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from tests.ui.fake_control import FakeControl
from voicedesk.core.events import AudioKey, Heard, Interrupted, Removed, ReplyEnded
from voicedesk.core.turn import Trigger
from voicedesk.ui import theme
from voicedesk.ui.conversation_entries import Kind
from voicedesk.ui.transcript import Transcript
from voicedesk.ui.transcript_markdown import LONGEST, Shape, has_markup, read

CODE = "Do this:\n\n```python\nfor x in y:\n    print(x)\n\ndone()\n```\n\nThat is all."


@pytest.fixture
def control() -> FakeControl:
    return FakeControl()


@pytest.fixture
def transcript(qtbot: QtBot, control: FakeControl) -> Iterator[Transcript]:
    result = Transcript()
    qtbot.addWidget(result)
    result.resize(500, 400)
    control.observe(result.on_event)
    result.show()
    qtbot.waitExposed(result)
    yield result
    result.close()


def answer(transcript: Transcript, control: FakeControl, text: str) -> None:
    control.ask("Go on")
    control.says(text)
    control.emit(ReplyEnded(turn=control.turn, at=0.0))
    transcript.flush()


def words(transcript: Transcript) -> str:
    return transcript.toPlainText().split("VoiceDesk\n", 1)[1]


# ------------------------------------------------------------------------------------ reading


def test_each_shape_is_read() -> None:
    pieces = read(
        "# Head\n\nText **bold**\n\n- one\n  - two\n\n3. three\n\n> said\n\n---\n\n"
        "```\ncode\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |"
    )
    assert [piece.shape for piece in pieces] == [
        Shape.HEADING,
        Shape.TEXT,
        Shape.ITEM,
        Shape.ITEM,
        Shape.ITEM,
        Shape.QUOTE,
        Shape.RULE,
        Shape.CODE,
        Shape.TABLE,
    ]
    assert [run.text for run in pieces[1].runs if run.bold] == ["bold"]
    third = pieces[4].marks
    assert third is not None
    assert third.start() == 3
    assert [["".join(run.text for run in cell) for cell in row] for row in pieces[-1].rows] == [
        ["a", "b"],
        ["1", "2"],
    ]


def test_html_stays_text_and_an_image_is_its_name() -> None:
    (piece,) = read('<b>x</b> ![a cat](http://127.0.0.1:9/cat.png) <img src="x">')
    text = "".join(run.text for run in piece.runs)
    assert text == '<b>x</b> a cat <img src="x">'


def test_a_line_of_its_own_stays_one() -> None:
    assert [piece.runs[0].text for piece in read("one\ntwo *x*")] == ["one", "two "]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It is 3.5 degrees - cold, isn't it?\nYes!", False),
        ("a **b**", True),
        ("- one", True),
        ("1. one", True),
        ("https://example.org", True),
        ("**" + "x" * LONGEST, False),
    ],
)
def test_only_text_with_markup_is_read(text: str, expected: bool) -> None:
    assert has_markup(text) is expected


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from("ab *_`#>-|[](!)\n1.~😀&;\\"), max_size=80))
def test_words_are_found_again_in_order_and_within_the_text(qapp: object, text: str) -> None:
    before = 0
    for piece in read(text):
        for run in piece:
            assert before <= run.source <= len(text)
            before = run.source


# ------------------------------------------------------------------------------------ on the screen


def test_markup_streams_as_plain_text_and_is_read_once_it_is_whole(
    transcript: Transcript, control: FakeControl
) -> None:
    control.ask("Go on")
    control.says("This is **bold")
    transcript.flush()
    assert words(transcript) == "This is **bold"
    control.says("** and `code`.")
    transcript.flush()
    assert words(transcript) == "This is **bold** and `code`."
    control.emit(ReplyEnded(turn=control.turn, at=0.0))
    transcript.flush()
    assert words(transcript) == "This is bold and code."
    cursor = transcript.document().find("bold")
    assert cursor.charFormat().fontWeight() == QFont.Weight.DemiBold


def test_words_that_come_late_are_read_too(transcript: Transcript, control: FakeControl) -> None:
    answer(transcript, control, "One **two**")
    control.says(" and **three**")
    transcript.flush()
    assert words(transcript) == "One **two** and **three**"
    control.emit(ReplyEnded(turn=control.turn, at=0.0))
    transcript.flush()
    assert words(transcript) == "One two and three"


def test_code_stands_apart_and_is_copied_by_its_button(
    transcript: Transcript, control: FakeControl
) -> None:
    answer(transcript, control, CODE)
    frames = transcript.document().rootFrame().childFrames()
    assert len(frames) == 1
    assert not isinstance(frames[0], QTextTable)
    (button,) = copy_buttons(transcript)
    button.click()
    assert QGuiApplication.clipboard().text() == "for x in y:\n    print(x)\n\ndone()"
    assert transcript.viewport().rect().contains(button.geometry())


def copy_buttons(transcript: Transcript) -> list[QToolButton]:
    return [
        button
        for button in transcript.findChildren(QToolButton)
        if button.accessibleName() == "Copy code" and button.isVisible()
    ]


def test_the_button_of_long_code_stays_in_sight(
    transcript: Transcript, control: FakeControl
) -> None:
    lines = "\n".join(f"line {number}" for number in range(200))
    answer(transcript, control, f"Here:\n\n```\n{lines}\n```\n\n{'And more. ' * 400}")
    bar, sight = transcript.verticalScrollBar(), transcript.viewport().rect()
    assert bar.maximum() > 0
    places = set()
    for value in range(0, bar.maximum(), bar.pageStep() // 3):
        bar.setValue(value)
        for button in copy_buttons(transcript):
            assert sight.contains(button.geometry()) or button.y() > sight.height() // 2
            places.add(button.y())
    assert len(places) > 1
    bar.setValue(bar.maximum())
    assert copy_buttons(transcript) == [], "there is no code in sight"


def test_the_whole_message_is_copied_as_it_was_written(
    transcript: Transcript, control: FakeControl
) -> None:
    answer(transcript, control, CODE)
    menu = transcript.menu_at(
        transcript.cursorRect(transcript.document().find("That is all")).center()
    )
    (copy,) = [action for action in menu.actions() if action.text() == "Copy Message"]
    copy.trigger()
    assert QGuiApplication.clipboard().text() == CODE
    (code,) = [action for action in menu.actions() if action.text().startswith("Copy Code")]
    code.trigger()
    assert QGuiApplication.clipboard().text().startswith("for x in y:")
    menu.deleteLater()


def test_what_stands_after_tables_and_code_keeps_its_place(
    transcript: Transcript, control: FakeControl
) -> None:
    answer(transcript, control, "| a | b |\n|---|---|\n| 1 | 2 |")
    answer(transcript, control, CODE)
    answer(transcript, control, "- one\n- two")
    control.hears("Another first question", turn=1)
    transcript.flush()
    lines = [line for line in transcript.toPlainText().split("\n") if line]
    assert lines == [
        "You",
        "Another first question",
        "VoiceDesk",
        *"ab12",
        "You",
        "Go on",
        "VoiceDesk",
        "Do this:",
        "for x in y:",
        "    print(x)",
        "done()",
        "That is all.",
        "You",
        "Go on",
        "VoiceDesk",
        "one",
        "two",
    ]
    for turn in (2, 1, 3):  # and nothing is left behind by what goes
        transcript.log._drop_turn(turn, keep_question=False)
        transcript.flush()
    assert transcript.toPlainText() == ""
    assert _frames(transcript) == []


def _frames(transcript: Transcript) -> list[QTextFrame]:
    return transcript.document().rootFrame().childFrames()


def test_unheard_words_are_dim_where_they_stand_after_reading(
    transcript: Transcript, control: FakeControl
) -> None:
    control.ask("Tell me")
    control.says("**one** two `three` four")
    turn = control.turn
    control.fire(Trigger.SOUND)
    key = AudioKey(turn, "response", "item")
    control.emit(Interrupted(turn=turn, at=0.0, heard=(Heard(key, 400, 1000),)))
    transcript.flush()
    muted = theme.scheme(transcript.palette()).muted
    document = transcript.document()
    start = document.find("one two").selectionStart()
    dim = ""
    cursor = QTextCursor(document)
    for place in range(start, document.characterCount() - 1):
        cursor.setPosition(place + 1)
        if cursor.charFormat().foreground().color() == muted:
            dim += document.characterAt(place)
    assert dim.split() in (["three", "four"], ["two", "three", "four"])


def test_nothing_is_loaded_for_an_image(transcript: Transcript, control: FakeControl) -> None:
    answer(transcript, control, "![a cat](http://127.0.0.1:9/cat.png) **x**")
    assert words(transcript) == "a cat x"
    assert transcript.loadResource(2, QUrl("http://127.0.0.1:9/cat.png")) is None


def test_another_palette_keeps_what_was_read(transcript: Transcript, control: FakeControl) -> None:
    answer(transcript, control, CODE)
    before = transcript.toPlainText()
    transcript.setPalette(theme.dark_palette())
    transcript.flush()
    assert transcript.toPlainText() == before
    assert len(_frames(transcript)) == 1


PARTS = st.lists(
    st.sampled_from(
        (
            "**b** ",
            "- i\n",
            "```\ncode\n```\n",
            "| a | b |\n|---|---|\n| 1 | 2 |\n",
            "\n",
            "x 😀 ",
            "# h\n",
        )
    ),
    min_size=1,
    max_size=5,
).map("".join)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.lists(
        st.one_of(
            st.tuples(st.integers(1, 4), PARTS),
            st.tuples(st.integers(1, 4), st.sampled_from(["whole", "answer"])),
            st.tuples(st.integers(1, 4), st.floats(0.0, 1000.0)),
            st.just((0, "restyle")),
        ),
        max_size=15,
    )
)
def test_whatever_is_written_and_taken_out_leaves_the_rest_alone(
    qtbot: QtBot, steps: list[tuple[int, str | float]]
) -> None:
    transcript = Transcript()
    control = FakeControl()
    control.observe(transcript.on_event)
    for turn, what in steps:
        if what == "restyle":
            transcript.setPalette(theme.dark_palette())
        elif what in {"whole", "answer"}:
            control.emit(Removed(turn=turn, at=0.0, whole=what == "whole"))
        elif isinstance(what, float):
            key = AudioKey(turn, "response", "item")
            control.emit(Interrupted(turn=turn, at=0.0, heard=(Heard(key, what, 1000.0),)))
        else:
            control.hears(f"Question {turn}", turn=turn)
            control.says(what, turn=turn)
            transcript.flush()
            control.emit(ReplyEnded(turn=turn, at=0.0))
        transcript.flush()
        text = transcript.toPlainText()
        for entry in transcript.log:
            if entry.kind is Kind.USER:
                assert text.count(f"Question {entry.turn}") == 1
    for turn in range(1, 5):
        control.emit(Removed(turn=turn, at=0.0, whole=True))
    transcript.flush()
    assert transcript.toPlainText() == ""
    assert _frames(transcript) == []
    transcript.deleteLater()
