"""The transcript's document: what can be read, selected and copied, and where the view stands."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QAccessible, QGuiApplication, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QToolButton
from pytestqt.qtbot import QtBot

from tests.ui.fake_control import FakeControl
from tests.ui.finding import by_name
from voicedesk.core.dialogue import ToolCall, ToolResult
from voicedesk.core.errors import WrongKeyError
from voicedesk.core.events import (
    Event,
    Hint,
    HintKind,
    ReplyEnded,
    StateChanged,
    ToolAnswered,
    ToolCalled,
    UserText,
    Waiting,
)
from voicedesk.core.turn import State, Trigger
from voicedesk.ui import theme
from voicedesk.ui.transcript import Transcript


@pytest.fixture
def control() -> FakeControl:
    return FakeControl()


@pytest.fixture
def transcript(qtbot: QtBot, control: FakeControl) -> Iterator[Transcript]:
    result = Transcript()
    qtbot.addWidget(result)
    result.resize(500, 300)
    control.observe(result.on_event)
    result.show()
    qtbot.waitExposed(result)
    yield result
    result.close()


def text(transcript: Transcript) -> str:
    transcript.flush()
    return transcript.toPlainText()


def test_both_sides_stand_in_order(transcript: Transcript, control: FakeControl) -> None:
    control.press()
    control.release()
    control.fire(Trigger.TAKE_DONE)
    assert text(transcript) == "You\n…"
    control.says("Forty-two.")
    assert text(transcript) == "You\n…\nVoiceDesk\nForty-two."
    control.hears("What is twelve plus thirty?")
    assert text(transcript) == "You\nWhat is twelve plus thirty?\nVoiceDesk\nForty-two."


def test_late_words_of_an_earlier_turn_go_up_to_it(
    transcript: Transcript, control: FakeControl
) -> None:
    for turn in (1, 2):
        control.press()
        control.release()
        control.fire(Trigger.TAKE_DONE)
        control.says(f"Reply {turn}.")
        transcript.flush()
    control.hears("First question", turn=1)
    control.hears(None, turn=2)
    assert text(transcript).split("\n") == [
        "You",
        "First question",
        "VoiceDesk",
        "Reply 1.",
        "You",
        "(not transcribed)",
        "VoiceDesk",
        "Reply 2.",
    ]


def test_many_deltas_are_one_layout(
    qtbot: QtBot, transcript: Transcript, control: FakeControl
) -> None:
    control.ask("Go on")
    control.says("First.")
    transcript.flush()
    layouts: list[int] = []
    transcript.document().contentsChange.connect(lambda *_: layouts.append(1))
    for _ in range(50):
        control.says(" word")
    assert not layouts
    qtbot.waitUntil(lambda: bool(layouts))
    assert len(layouts) == 1
    assert text(transcript).endswith("First." + " word" * 50)


def test_markup_of_a_model_stays_text(transcript: Transcript, control: FakeControl) -> None:
    control.ask("<b>bold</b>")
    markup = '<img src="http://127.0.0.1:9/x.png"> <a href="x">link</a> **stars** &amp;'
    control.says(markup)
    assert text(transcript) == f"You\n<b>bold</b>\nVoiceDesk\n{markup}"
    assert transcript.loadResource(2, QUrl("http://127.0.0.1:9/x.png")) is None


def test_an_interrupted_reply_is_marked_and_its_unheard_words_are_dim(
    transcript: Transcript, control: FakeControl
) -> None:
    control.ask("Tell me")
    control.says("😀 one two three four")
    turn = control.turn
    control.press()
    control.interrupted(400, 1000, turn=turn)
    assert "VoiceDesk · interrupted" in text(transcript)
    muted = theme.scheme(transcript.palette()).muted
    dim = "".join(
        character
        for character, colour in colours_of(transcript, "one two three four")
        if colour == muted.name()
    )
    assert dim.split() == ["two", "three", "four"], "a word that was cut was not heard"


def colours_of(transcript: Transcript, words: str) -> list[tuple[str, str]]:
    document = transcript.document()
    cursor = document.find(words)
    start, end = cursor.selectionStart(), cursor.selectionEnd()
    result = []
    for place in range(start, end):
        cursor.setPosition(place + 1)
        brush = cursor.charFormat().foreground()
        has_colour = brush.style() != Qt.BrushStyle.NoBrush
        colour = brush.color().name() if has_colour else ""
        result.append((document.characterAt(place), colour))
    return result


def test_a_note_leads_to_the_settings(
    qtbot: QtBot, transcript: Transcript, control: FakeControl
) -> None:
    control.ask("Hello")
    control.fails(WrongKeyError("401", server="OpenAI"))
    assert text(transcript).endswith("Enter a valid one in Settings, Servers. Open Settings")
    with qtbot.waitSignal(transcript.settings_wanted) as signal:
        cursor = transcript.document().find("Open Settings")
        transcript.anchorClicked.emit(QUrl(cursor.charFormat().anchorHref()))
    assert signal.args == ["server"]


def test_a_link_that_is_not_ours_does_nothing(qtbot: QtBot, transcript: Transcript) -> None:
    with qtbot.assertNotEmitted(transcript.settings_wanted):
        transcript.anchorClicked.emit(QUrl("http://127.0.0.1:9/"))


def test_the_view_keeps_to_the_end_until_the_user_scrolls_up(
    qtbot: QtBot, transcript: Transcript, control: FakeControl
) -> None:
    for number in range(20):
        control.turn_of(f"Question {number}", "Answer. " * 10)
    transcript.flush()
    bar = transcript.verticalScrollBar()
    assert bar.value() == bar.maximum() > 0
    control.ask("One more")
    control.says("It begins")
    transcript.flush()
    bar.setValue(bar.maximum() // 2)
    place = bar.value()
    assert not transcript.follows
    for _ in range(20):
        control.says(" and goes on and on and on")
        transcript.flush()
    assert bar.value() == place
    latest = by_name(transcript, "Show the latest words", QToolButton)
    assert latest.isVisible()
    latest.click()
    assert bar.value() == bar.maximum()
    assert not latest.isVisible()


def test_what_is_read_stays_in_place_when_words_come_in_above(
    transcript: Transcript, control: FakeControl
) -> None:
    control.press()
    control.release()
    control.fire(Trigger.TAKE_DONE)
    control.says("Reply 1.")
    for number in range(20):
        control.turn_of(f"Question {number}", "Answer. " * 10)
    transcript.flush()
    bar = transcript.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    cursor = transcript.document().find("Question 10")
    before = transcript.cursorRect(cursor).top()
    control.hears("a long question " * 30, turn=1)
    transcript.flush()
    # Lines have fractions of a pixel, scroll bars have not.
    assert abs(transcript.cursorRect(cursor).top() - before) <= 1


def test_a_new_question_of_the_user_goes_to_the_end(
    transcript: Transcript, control: FakeControl
) -> None:
    for number in range(20):
        control.turn_of(f"Question {number}", "Answer. " * 10)
    transcript.flush()
    bar = transcript.verticalScrollBar()
    bar.setValue(0)
    control.press()
    transcript.flush()
    assert bar.value() == bar.maximum()


def test_selected_text_is_copied_as_plain_text(
    transcript: Transcript, control: FakeControl
) -> None:
    control.turn_of("One\nline and another", "Two")
    transcript.flush()
    transcript.setFocus()
    transcript.selectAll()
    QTest.keyClick(transcript, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    data = QGuiApplication.clipboard().mimeData()
    assert data.text() == "You\nOne\nline and another\nVoiceDesk\nTwo"
    assert not data.hasHtml()


def test_the_menu_copies_a_whole_message(transcript: Transcript, control: FakeControl) -> None:
    control.turn_of("One", "Two\nlines")
    transcript.flush()
    cursor = transcript.document().find("lines")
    menu = transcript.menu_at(transcript.cursorRect(cursor).center())
    assert isinstance(menu, QMenu)
    (copy,) = [action for action in menu.actions() if action.text() == "Copy Message"]
    copy.trigger()
    assert QGuiApplication.clipboard().text() == "Two\nlines"
    menu.deleteLater()


def test_nothing_can_be_typed_into_it(transcript: Transcript, control: FakeControl) -> None:
    control.turn_of("One", "Two")
    before = text(transcript)
    QTest.keyClicks(transcript, "x")
    assert transcript.toPlainText() == before
    assert transcript.isReadOnly()


def test_another_palette_draws_everything_anew(
    transcript: Transcript, control: FakeControl
) -> None:
    control.turn_of("One", "Two")
    transcript.flush()
    before = transcript.toPlainText()
    for palette in (theme.dark_palette(), theme.light_palette()):
        transcript.setPalette(palette)
        assert transcript.toPlainText() == before
        cursor = QTextCursor(transcript.document())
        cursor.setPosition(1)
        muted = theme.scheme(palette).muted
        assert cursor.charFormat().foreground().color() == muted


def test_a_screen_reader_can_read_it(transcript: Transcript, control: FakeControl) -> None:
    control.turn_of("One", "Two")
    transcript.flush()
    interface = QAccessible.queryAccessibleInterface(transcript)
    assert interface.text(QAccessible.Text.Name) == "Conversation"
    assert interface.text(QAccessible.Text.Value) == "You\nOne\nVoiceDesk\nTwo"


def test_an_empty_transcript_says_what_to_do(transcript: Transcript) -> None:
    assert text(transcript) == ""
    assert transcript.accessibleDescription() == "Hold Space and talk, or type a question."


TURNS = st.integers(1, 3)
WORDS = st.text(st.sampled_from("ab 😀\n"), min_size=1, max_size=6)
STEPS = st.one_of(
    st.builds(
        lambda turn, words: UserText(turn=turn, at=0.0, text=words, final=True), TURNS, WORDS
    ),
    st.builds(lambda turn: StateChanged(turn=turn, at=0.0, state=State.LISTENING), TURNS),
    st.builds(
        lambda turn, hint: Hint(turn=turn, at=0.0, hint=hint),
        TURNS,
        st.sampled_from(list(HintKind)),
    ),
    st.builds(
        lambda turn, name: ToolCalled(turn=turn, at=0.0, call=ToolCall("a", name, "")),
        TURNS,
        st.sampled_from(["get_time", "b"]),
    ),
    st.builds(
        lambda turn, failed: ToolAnswered(
            turn=turn, at=0.0, result=ToolResult("a", "", "", failed)
        ),
        TURNS,
        st.booleans(),
    ),
    st.builds(
        lambda turn, at: Waiting(turn=turn, at=at, server="X", seconds=3.0),
        TURNS,
        st.floats(0.0, 9.0),
    ),
    st.builds(lambda turn: ReplyEnded(turn=turn, at=9.0), TURNS),
    st.tuples(TURNS, WORDS, st.sampled_from("xy")),
    st.tuples(TURNS, st.floats(0.0, 1000.0)),
    st.just("flush"),
    st.just("restyle"),
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(STEPS, max_size=25))
def test_the_document_says_what_the_log_says(
    qtbot: QtBot, steps: list[Event | tuple[int, str, str] | tuple[int, float] | str]
) -> None:
    transcript = Transcript()
    control = FakeControl()
    control.observe(transcript.on_event)
    for step in steps:
        match step:
            case "flush":
                transcript.flush()
            case "restyle":
                transcript.setPalette(theme.dark_palette())
            case (int() as turn, str() as words, str() as item):
                control.says(words, item=item, turn=turn)
            case (int() as turn, float() as heard):
                control.interrupted(heard, 1000.0, turn=turn)
            case Event():
                control.emit(step)
    transcript.flush()
    expected = []
    for entry in transcript.log:
        label = transcript._document.label(entry)
        expected.extend([label] if label else [])
        expected.append(transcript._document.words(entry))
    assert transcript.toPlainText() == "\n".join(expected)
    transcript.deleteLater()
