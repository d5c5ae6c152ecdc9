"""No meaning by colour alone: where all colours of states are one, what differs still looks different."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace
from functools import partial
from itertools import combinations

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage, QPalette
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.fake_control import FakeControl, timeline_of
from voicedesk.core.events import TextDelta
from voicedesk.core.turn import Trigger
from voicedesk.ui import theme
from voicedesk.ui.figures import shares_in_words
from voicedesk.ui.first_run_step import Verdict
from voicedesk.ui.latency_strip import Waterfall
from voicedesk.ui.main_window import MainWindow
from voicedesk.ui.mode_switch import ModeSwitch
from voicedesk.ui.server_test import STAGE_ICONS
from voicedesk.ui.status import Status
from voicedesk.ui.talk_button import TalkButton
from voicedesk.ui.transcript_style import TranscriptStyle
from voicedesk.ui.tray import status_icon


@pytest.fixture(autouse=True)
def _one_colour(monkeypatch: pytest.MonkeyPatch, qapp: QApplication) -> None:
    """As for somebody who tells no colour from another, and no light one from a dark one either."""
    qapp.setPalette(theme.light_palette())
    scheme = theme.scheme(theme.light_palette())
    ink = theme.light_palette().color(QPalette.ColorRole.WindowText)
    ground = theme.light_palette().color(QPalette.ColorRole.Highlight)
    flat = replace(
        scheme,
        recording=ground,
        bubble=scheme.field,
        code=scheme.field,
        muted=ink,
        status=dict.fromkeys(scheme.status, ink),
        shares=dict.fromkeys(scheme.shares, scheme.field),
    )
    monkeypatch.setattr(theme, "scheme", lambda _palette: flat)


def all_different(pictures: dict[Hashable, QImage]) -> list[tuple[Hashable, Hashable]]:
    """Those of the pictures that look the same."""
    return [pair for pair in combinations(pictures, 2) if pictures[pair[0]] == pictures[pair[1]]]


def taken(
    qtbot: QtBot, widget: QWidget, states: dict[Hashable, Callable[[], object]]
) -> dict[Hashable, QImage]:
    qtbot.addWidget(widget)
    widget.resize(400, 80)
    widget.show()
    pictures: dict[Hashable, QImage] = {}
    for name, begin in states.items():
        begin()
        QApplication.processEvents()
        pictures[name] = widget.grab().toImage()
    return pictures


def test_the_states_of_the_window(qtbot: QtBot, window: MainWindow) -> None:
    shown = window.header.status
    pictures: dict[Hashable, QImage] = {}
    for status in Status:
        shown.show_status(status)
        QApplication.processEvents()
        pictures[status] = shown.grab().toImage()
    assert all_different(pictures) == []


def test_the_states_in_the_tray(window: MainWindow) -> None:
    """There they have no words; what connects and what connects again is alike in its tooltip only."""
    pictures: dict[Hashable, QImage] = {
        status: status_icon(status, window).pixmap(QSize(48, 48)).toImage() for status in Status
    }
    assert all_different(pictures) == [(Status.CONNECTING, Status.RECONNECTING)]


def test_what_a_press_does(qtbot: QtBot) -> None:
    button = TalkButton()
    pictures = taken(
        qtbot,
        button,
        {
            "at rest": lambda: button.show_status(Status.READY, is_locked=False),
            "held": lambda: button.show_status(Status.LISTENING, is_locked=False),
            "tapped": lambda: button.show_status(Status.LISTENING, is_locked=True),
            "speaking": lambda: button.show_status(Status.SPEAKING, is_locked=False),
        },
    )
    assert all_different(pictures) == []


def test_how_a_proof_went(qtbot: QtBot) -> None:
    verdict = Verdict()

    def say(*, is_good: bool | None) -> None:
        verdict.say("")
        verdict.say("The same sentence.", is_good=is_good)

    pictures = taken(
        qtbot,
        verdict,
        {
            "good": lambda: say(is_good=True),
            "bad": lambda: say(is_good=False),
            "open": lambda: say(is_good=None),
        },
    )
    assert all_different(pictures) == []


def test_which_pipeline_answers(qtbot: QtBot) -> None:
    switch = ModeSwitch()
    states: dict[Hashable, Callable[[], object]] = {
        mode: partial(switch.show_mode, mode) for mode in ("realtime", "classic")
    }
    assert all_different(taken(qtbot, switch, states)) == []


def test_how_a_stage_of_a_server_fares() -> None:
    icons = [name for name, _ in STAGE_ICONS.values()]
    assert len(set(icons)) == len(icons)


def test_where_the_time_went(qtbot: QtBot) -> None:
    """Each part of the bar has its name on it: two that took the same time look different."""
    bar = Waterfall()
    even = dict.fromkeys(("tail", "ours", "server", "buffer", "device", "silence"), 100.0)
    shares = timeline_of(1, **even).shares
    assert shares is not None
    states: dict[Hashable, Callable[[], object]] = {
        part.name: partial(bar.show_shares, [part]) for part in shares_in_words(shares)
    }
    assert len(states) == len(even)
    assert all_different(taken(qtbot, bar, states)) == []


def test_words_that_nobody_heard_and_what_was_said_by_whom(
    window: MainWindow, control: FakeControl
) -> None:
    control.ask("Question")
    control.emit(TextDelta(turn=1, at=0.0, key=control.key(), text="Answer"))
    control.fire(Trigger.SOUND)
    window.transcript.flush()
    assert window.transcript.toPlainText().split("\n") == ["You", "Question", "VoiceDesk", "Answer"]
    style = TranscriptStyle(window.palette(), window.font(), 16)
    assert style.unheard.fontItalic()
    assert style.link.fontUnderline()
