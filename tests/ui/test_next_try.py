"""A connection that is opened again by itself: the count to the next try, and the reason once it lasts."""

from __future__ import annotations

from tests.ui.fake_control import FakeControl
from tests.ui.finding import by_name
from voicedesk.core.clock import now
from voicedesk.core.errors import UnreachableError
from voicedesk.core.events import Link
from voicedesk.ui.header import StatusView
from voicedesk.ui.main_window import MainWindow

AWAY = UnreachableError("refused", server="OpenAI", reason="nothing listens there")


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
    window._next_try.tick()
    assert window.messages.sentences == [str(AWAY)]
    control.links(Link.READY)
    assert window.messages.sentences == []


def test_the_word_of_a_turn_hides_the_count(window: MainWindow, control: FakeControl) -> None:
    control.links(Link.RECONNECTING, AWAY, now() + 8.0)
    control.press()
    assert status(window).word == "Listening"
