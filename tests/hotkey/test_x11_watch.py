"""The talk key of the whole desktop on a real X server, pressed by its XTEST extension."""

import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import pytest

if not sys.platform.startswith("linux") or shutil.which("Xvfb") is None:
    pytest.skip("needs Xvfb", allow_module_level=True)

from Xlib import XK, X
from Xlib.display import Display
from Xlib.ext import xtest

from builder.screen import Screen
from voicedesk.core.clock import now
from voicedesk.core.errors import VoiceDeskError
from voicedesk.core.settings import TalkKeyName
from voicedesk.hotkey.base import KeyTakenError, KeyUnwatchableError, Told
from voicedesk.hotkey.x11 import X11Watch

T = TypeVar("T")

_PATIENCE_S = 10.0


class Keyboard:
    """Presses keys of a display, and counts the presses that a window there gets."""

    def __init__(self, display: str) -> None:
        self._display = Display(display)
        screen = self._display.screen()
        self._window = screen.root.create_window(
            0, 0, 100, 100, 0, screen.root_depth, event_mask=X.KeyPressMask | X.StructureNotifyMask
        )
        self._window.map()
        while self._display.next_event().type != X.MapNotify:
            pass
        self._window.set_input_focus(X.RevertToParent, X.CurrentTime)
        self._display.sync()

    def code(self, name: str) -> int:
        return int(self._display.keysym_to_keycode(XK.string_to_keysym(name)))

    def send(self, name: str, *, down: bool) -> None:
        xtest.fake_input(self._display, X.KeyPress if down else X.KeyRelease, self.code(name))
        self._display.sync()

    def tap(self, name: str) -> None:
        self.send(name, down=True)
        self.send(name, down=False)

    def presses(self) -> list[int]:
        """Codes of the keys whose presses the window has got since the last call."""
        self._display.sync()
        events = [self._display.next_event() for _ in range(self._display.pending_events())]
        return [event.detail for event in events if event.type == X.KeyPress]

    def close(self) -> None:
        self._display.close()


class Heard:
    """What a watch tells, to be waited for."""

    def __init__(self) -> None:
        self._news = threading.Condition()
        self.downs: list[float] = []
        self.ups: list[float] = []
        self.errors: list[VoiceDeskError] = []
        self.told = Told(self._adder(self.downs), self._adder(self.ups), self._adder(self.errors))

    def _adder(self, to: list[T]) -> Callable[[T], None]:
        def add(item: T) -> None:
            with self._news:
                to.append(item)
                self._news.notify_all()

        return add

    def wait(self, is_so: Callable[[], bool]) -> None:
        with self._news:
            assert self._news.wait_for(is_so, _PATIENCE_S), (self.downs, self.ups, self.errors)


@pytest.fixture
def display() -> Iterator[str]:
    with Screen() as screen:
        yield screen.display


@pytest.fixture
def keyboard(display: str) -> Iterator[Keyboard]:
    keyboard = Keyboard(display)
    yield keyboard
    keyboard.close()


def wait_until_taken(keyboard: Keyboard, heard: Heard, name: str) -> None:
    """A key that is sent before the watch has it goes to the window."""
    before = len(heard.downs)
    while len(heard.downs) == before:
        keyboard.tap(name)
        if not keyboard.presses():
            heard.wait(lambda: len(heard.downs) > before)
    heard.wait(lambda: len(heard.ups) == len(heard.downs))


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def watching(display: str, heard: Heard) -> Iterator[Callable[[TalkKeyName], X11Watch]]:
    watches: list[X11Watch] = []

    def watch(key: TalkKeyName) -> X11Watch:
        watches.append(X11Watch(key, heard.told, display))
        return watches[-1]

    yield watch
    for each in watches:
        each.close()


Watching = Callable[[TalkKeyName], X11Watch]


def test_a_hold_is_told_once_with_its_times(
    keyboard: Keyboard, heard: Heard, watching: Watching
) -> None:
    watching("f9").attend(is_on=True)
    wait_until_taken(keyboard, heard, "F9")
    before, count = now(), len(heard.downs)
    keyboard.send("F9", down=True)
    heard.wait(lambda: len(heard.downs) > count)
    keyboard.send("F9", down=False)
    heard.wait(lambda: len(heard.ups) > count)
    assert before <= heard.downs[-1] <= heard.ups[-1] <= now()
    assert len(heard.downs) == count + 1


def test_a_key_that_repeats_is_one_hold(
    keyboard: Keyboard, heard: Heard, watching: Watching, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_key, repeated = X11Watch._on_key, threading.Semaphore(0)

    def count(self: X11Watch, event: Any) -> None:
        on_key(self, event)
        if event.type == X.KeyRelease and self._held.is_down:
            repeated.release()

    monkeypatch.setattr(X11Watch, "_on_key", count)
    watching("f9").attend(is_on=True)
    wait_until_taken(keyboard, heard, "F9")
    before = len(heard.downs)
    keyboard.send("F9", down=True)
    heard.wait(lambda: len(heard.downs) > before)
    for _ in range(3):
        assert repeated.acquire(timeout=_PATIENCE_S)
    keyboard.tap("F7")  # goes to whoever has the keyboard, and means nothing there
    assert len(heard.ups) == before
    keyboard.send("F9", down=False)
    heard.wait(lambda: len(heard.ups) > before)
    assert len(heard.downs) == len(heard.ups) == before + 1


def test_only_this_key_is_taken_and_only_while_it_attends(
    keyboard: Keyboard, heard: Heard, watching: Watching
) -> None:
    watch = watching("pause")
    keyboard.tap("Pause")
    assert keyboard.presses() == [keyboard.code("Pause")]
    watch.attend(is_on=True)
    wait_until_taken(keyboard, heard, "Pause")
    count = len(heard.downs)
    keyboard.presses()
    keyboard.tap("a")
    keyboard.tap("Pause")
    heard.wait(lambda: len(heard.ups) > count)
    assert keyboard.presses() == [keyboard.code("a")]
    watch.attend(is_on=False)
    watch.close()
    keyboard.tap("Pause")
    assert keyboard.presses() == [keyboard.code("Pause")]
    assert len(heard.downs) == count + 1


def test_lock_keys_do_not_matter(keyboard: Keyboard, heard: Heard, watching: Watching) -> None:
    watching("insert").attend(is_on=True)
    wait_until_taken(keyboard, heard, "Insert")
    for lock in ("Num_Lock", "Caps_Lock"):
        keyboard.tap(lock)
        wait_until_taken(keyboard, heard, "Insert")  # with this lock it may be taken a moment later


def test_a_key_of_another_program_is_told(
    display: str, keyboard: Keyboard, heard: Heard, watching: Watching
) -> None:
    watching("f10").attend(is_on=True)
    wait_until_taken(keyboard, heard, "F10")
    other = Heard()
    watch = X11Watch("f10", other.told, display)
    try:
        watch.attend(is_on=True)
        other.wait(lambda: bool(other.errors))
    finally:
        watch.close()
    assert isinstance(other.errors[0], KeyTakenError)
    assert "F10" in str(other.errors[0])


def test_a_held_key_is_let_go_when_it_is_watched_no_longer(
    keyboard: Keyboard, heard: Heard, watching: Watching
) -> None:
    watch = watching("f9")
    watch.attend(is_on=True)
    wait_until_taken(keyboard, heard, "F9")
    count = len(heard.downs)
    keyboard.send("F9", down=True)
    heard.wait(lambda: len(heard.downs) > count)
    watch.close()
    assert len(heard.ups) == len(heard.downs)


def test_a_display_that_goes_is_told(heard: Heard) -> None:
    with Screen() as screen:
        watch = X11Watch("f9", heard.told, screen.display)
        watch.attend(is_on=True)
    heard.wait(lambda: bool(heard.errors))
    watch.close()
    assert isinstance(heard.errors[0], KeyUnwatchableError)


def test_no_display_is_refused(heard: Heard) -> None:
    with pytest.raises(KeyUnwatchableError):
        X11Watch("f9", heard.told, "nowhere")
