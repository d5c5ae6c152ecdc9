"""A connection that is opened again by itself: the count to the next try, and the reason once it lasts."""

from __future__ import annotations

from PySide6.QtCore import QTimer

from tests.ui.fake_control import FakeControl
from tests.ui.finding import by_name
from voicedesk.core.clock import now
from voicedesk.core.errors import ConnectionLostError, UnreachableError
from voicedesk.core.events import Link
from voicedesk.core.settings import Appearance
from voicedesk.core.turn import Trigger
from voicedesk.ui.header import StatusView
from voicedesk.ui.looks import Looks
from voicedesk.ui.main_window import MainWindow
from voicedesk.ui.next_try import NextTry
from voicedesk.ui.talk_button import TalkButton
from voicedesk.ui.widgets import IconButton

LOST = ConnectionLostError("1006", server="OpenAI", reason="the server closed it")
AWAY = UnreachableError("refused", server="OpenAI", reason="nothing listens there")


def count(window: MainWindow) -> None:
    """A second of the count has passed."""
    for each in window.findChildren(NextTry):
        each.tick()


def status(window: MainWindow) -> StatusView:
    return by_name(window, "Status", StatusView)


def test_the_next_try_stands_beside_the_word(window: MainWindow, control: FakeControl) -> None:
    control.links(Link.RECONNECTING, AWAY, now() + 4.0)
    assert status(window).word == "Reconnecting in 4 s"
    assert status(window).accessibleDescription() == "Reconnecting"
    control.links(Link.RECONNECTING, AWAY, now() - 1.0)
    assert status(window).word == "Reconnecting"
    control.links(Link.READY)
    assert status(window).word == "Ready"


def test_a_blink_is_not_told_and_what_lasts_is(window: MainWindow, control: FakeControl) -> None:
    control.links(Link.RECONNECTING, AWAY, now() + 0.3)
    assert window.messages.sentences == []
    count(window)
    assert window.messages.sentences == [str(AWAY)]
    control.links(Link.READY)
    assert window.messages.sentences == []


def test_what_was_closed_is_told_again_for_another_reason_alone(
    window: MainWindow, control: FakeControl
) -> None:
    control.links(Link.RECONNECTING, AWAY, now() + 4.0)
    count(window)
    by_name(window.messages, "Close this message", IconButton).click()
    control.links(Link.RECONNECTING, AWAY, now() + 8.0)
    count(window)
    count(window)
    assert window.messages.sentences == []
    control.links(Link.RECONNECTING, LOST, now() + 8.0)
    count(window)
    assert window.messages.sentences == [str(LOST)]
    control.links(Link.READY)
    control.links(Link.RECONNECTING, AWAY, now() + 4.0)
    count(window)
    assert window.messages.sentences == [str(AWAY)]


def test_the_word_of_a_turn_hides_the_count(window: MainWindow, control: FakeControl) -> None:
    control.links(Link.RECONNECTING, AWAY, now() + 8.0)
    control.press()
    assert status(window).word == "Listening"


def test_after_the_turn_that_it_broke_the_status_counts_too(
    window: MainWindow, control: FakeControl
) -> None:
    control.ask("Hello")
    control.links(Link.RECONNECTING, LOST, now() + 4.0)
    control.fails(LOST)
    assert status(window).word == "Reconnecting in 4 s"
    control.links(Link.RECONNECTING, AWAY, now() + 8.0)
    assert status(window).word == "Reconnecting in 8 s"
    count(window)
    assert window.messages.sentences == [str(AWAY)]
    window.transcript.flush()
    assert str(LOST) in window.transcript.toPlainText()
    control.links(Link.READY)
    assert status(window).word == "Error"


def test_the_reason_is_there_though_the_turn_has_told_it(
    window: MainWindow, control: FakeControl
) -> None:
    control.ask("Hello")
    control.fails(LOST)
    control.links(Link.RECONNECTING, LOST, now() + 4.0)
    count(window)
    assert window.messages.sentences == []
    assert status(window).toolTip() == str(LOST)
    control.links(Link.READY)
    assert status(window).toolTip() == ""


def test_a_turn_that_waits_for_the_connection_says_so_and_can_be_interrupted(
    window: MainWindow, control: FakeControl
) -> None:
    control.ask("Hello")
    control.links(Link.RECONNECTING, LOST, now() + 4.0)
    assert status(window).word == "Reconnecting in 4 s"
    assert by_name(window, "Talk", TalkButton).caption == "Hold to interrupt"
    control.links(Link.READY)
    assert status(window).word == "Thinking"
    control.fire(Trigger.SOUND)
    control.links(Link.RECONNECTING, LOST, now() + 4.0)
    assert status(window).word == "Speaking"


def test_the_count_goes_on_in_a_window_that_is_made_anew(
    window: MainWindow, control: FakeControl, looks: Looks
) -> None:
    control.links(Link.RECONNECTING, AWAY, now() + 8.0)
    looks.apply(Appearance(language="de"))
    window.rebuild()
    assert window.header.status.word == "Verbindet neu in 8 s"
    assert window.header.status.toolTip() not in {"", str(AWAY)}
    (still_counting,) = window.findChildren(NextTry)
    (timer,) = still_counting.findChildren(QTimer)
    assert timer.isActive()
    still_counting._retry_at = now() + 3.0  # five seconds later
    count(window)
    assert window.header.status.word == "Verbindet neu in 3 s"
    assert len(window.messages.sentences) == 1
    control.links(Link.READY)
    assert not timer.isActive()
    assert window.header.status.word == "Bereit"
    window.rebuild()
    assert window.header.status.word == "Bereit"
    assert window.header.status.toolTip() == ""
