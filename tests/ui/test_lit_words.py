"""The spoken word is lit as it sounds: the rest is dim, and all is in full ink when nothing sounds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from tests.ui.fake_control import FakeControl
from voicedesk.core.events import AudioEnded, AudioKey, Heard, Voiced
from voicedesk.core.turn import Trigger
from voicedesk.ui import theme
from voicedesk.ui.conversation_entries import Segment, still_to_sound
from voicedesk.ui.lit_words import LitWords
from voicedesk.ui.main_window import MainWindow


def dim_words(window: MainWindow) -> list[str]:
    selections = window.transcript.extraSelections()
    muted = theme.scheme(window.transcript.palette()).muted
    assert all(each.format.foreground().color() == muted for each in selections)
    return [each.cursor.selectedText() for each in selections]


@pytest.fixture
def speaking(window: MainWindow, control: FakeControl) -> FakeControl:
    """An answer of two units, of which the first is being spoken."""
    control.ask("😀 Tell me")
    control.says("😀 One two three. Four five.")
    for unit, (start, end) in enumerate([(0, 16), (16, 27)]):
        control.emit(
            Voiced(turn=1, at=0.0, key=unit_key(unit), words=control.key(), start=start, end=end)
        )
    control.heard = [Heard(unit_key(0), 400.0, 1000.0)]
    window.transcript.flush()
    control.fire(Trigger.SOUND)
    return control


def unit_key(unit: int) -> AudioKey:
    return AudioKey(1, "sound", "round-0", unit)


def test_what_is_still_to_be_said_is_dim(window: MainWindow, speaking: FakeControl) -> None:
    assert dim_words(window) == [" three. Four five."]


def test_the_light_goes_on_with_the_sound(
    qtbot: QtBot, window: MainWindow, speaking: FakeControl
) -> None:
    speaking.heard = [
        Heard(unit_key(0), 1000.0, 1000.0, finished=True),
        Heard(unit_key(1), 100.0, 800.0),
    ]
    qtbot.waitUntil(lambda: dim_words(window) == [" five."])


def test_words_that_come_meanwhile_are_dim_too(
    qtbot: QtBot, window: MainWindow, speaking: FakeControl
) -> None:
    speaking.says(" Six.")
    qtbot.waitUntil(lambda: dim_words(window) == [" three. Four five. Six."])


def lit_words(window: MainWindow) -> LitWords:
    (found,) = window.findChildren(LitWords)
    return found


def test_nothing_stays_dim_and_nothing_runs_when_it_is_over(
    window: MainWindow, speaking: FakeControl
) -> None:
    speaking.fire(Trigger.DONE)
    assert dim_words(window) == []
    assert not [t for t in lit_words(window).findChildren(QTimer) if t.isActive()]


def test_an_interrupted_answer_keeps_its_own_marks(
    window: MainWindow, speaking: FakeControl
) -> None:
    speaking.press()
    assert dim_words(window) == []


def test_without_sound_all_words_are_in_full_ink(window: MainWindow, control: FakeControl) -> None:
    control.ask("Hello")
    control.says("One two three.")
    window.transcript.flush()
    control.fire(Trigger.SOUND)
    assert dim_words(window) == []


def test_words_that_run_ahead_of_their_sound_are_not_lit_by_its_share(
    window: MainWindow, control: FakeControl
) -> None:
    control.ask("Hello")
    control.says("word " * 40)
    window.transcript.flush()
    control.heard = [Heard(control.key(), 90.0, 100.0)]
    control.fire(Trigger.SOUND)
    (rest,) = dim_words(window)
    assert len(rest) > 190
    control.emit(AudioEnded(turn=1, at=0.0, key=control.key()))
    for timer in lit_words(window).findChildren(QTimer):
        timer.timeout.emit()
    (rest,) = dim_words(window)
    assert len(rest) < 30


@given(
    st.text("ab ", min_size=1, max_size=40),
    st.lists(st.floats(0.0, 5000.0), min_size=1, max_size=10),
)
def test_the_light_never_goes_back_while_sound_comes_in(text: str, steps: list[float]) -> None:
    key = AudioKey(1, "response", "item")
    reached = 0
    for heard_ms in sorted(steps):
        heard = {key: Heard(key, heard_ms, heard_ms + 200.0)}
        ranges = list(still_to_sound([Segment(key, text)], heard))
        begin = ranges[0][0] if ranges else len(text)
        assert begin >= reached
        reached = begin
