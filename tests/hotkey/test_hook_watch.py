"""The talk key of Windows and macOS, behind a stand-in for pynput, which needs one of them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from enum import Enum
from types import ModuleType

import pytest

from voicedesk.core.errors import VoiceDeskError
from voicedesk.hotkey import base
from voicedesk.hotkey.base import KeyUnwatchableError, Told
from voicedesk.hotkey.hook import HookWatch


class Key(Enum):
    """pynput's name for keys that write nothing."""

    f9 = 1
    insert = 2


class Listener:
    """pynput's, without a keyboard."""

    latest: Listener
    IS_TRUSTED = True

    def __init__(
        self, on_press: Callable[[object], None], on_release: Callable[[object], None]
    ) -> None:
        self.press, self.release = on_press, on_release
        self.is_running = False
        Listener.latest = self

    def start(self) -> None:
        self.is_running = True

    def wait(self) -> None:
        assert self.is_running

    def stop(self) -> None:
        self.is_running = False

    def join(self) -> None:
        assert not self.is_running


@pytest.fixture(autouse=True)
def pynput(monkeypatch: pytest.MonkeyPatch) -> None:
    package, keyboard = ModuleType("pynput"), ModuleType("pynput.keyboard")
    keyboard.Key, keyboard.Listener = Key, Listener  # type: ignore[attr-defined] # made here
    package.keyboard = keyboard  # type: ignore[attr-defined] # the same
    monkeypatch.setitem(sys.modules, "pynput", package)
    monkeypatch.setitem(sys.modules, "pynput.keyboard", keyboard)


@pytest.fixture
def heard() -> list[str]:
    return []


@pytest.fixture
def told(heard: list[str]) -> Told:
    def fail(error: VoiceDeskError) -> None:
        heard.append(str(error))

    return Told(lambda _at: heard.append("down"), lambda _at: heard.append("up"), fail)


def test_one_key_is_told_and_its_repeats_are_not(told: Told, heard: list[str]) -> None:
    watch = base.watch("f9", told, "win32")
    watch.attend(is_on=True)
    listener = Listener.latest
    for key in (Key.insert, Key.f9, Key.f9, "a"):
        listener.press(key)
    listener.release(Key.insert)
    assert heard == ["down"]
    listener.release(Key.f9)
    watch.close()
    assert heard == ["down", "up"]
    assert not listener.is_running


def test_at_rest_only_a_key_up_is_told(told: Told, heard: list[str]) -> None:
    watch = HookWatch("f9", told)
    listener = Listener.latest
    listener.press(Key.f9)
    assert heard == []
    listener.release(Key.f9)
    watch.attend(is_on=True)
    listener.press(Key.f9)
    watch.attend(is_on=False)  # our own window came to the front while the key was held
    listener.release(Key.f9)
    assert heard == ["down", "up"]
    watch.close()


def test_a_held_key_is_let_go_at_the_end(told: Told, heard: list[str]) -> None:
    watch = HookWatch("f9", told)
    watch.attend(is_on=True)
    Listener.latest.press(Key.f9)
    watch.close()
    assert heard == ["down", "up"]


def test_a_key_that_the_keyboard_does_not_have(told: Told) -> None:
    with pytest.raises(KeyUnwatchableError, match="no such key"):
        HookWatch("scroll_lock", told)


def test_a_system_that_does_not_allow_it(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Listener, "IS_TRUSTED", False)
    with pytest.raises(KeyUnwatchableError, match="Input Monitoring"):
        HookWatch("f9", told)
    assert not Listener.latest.is_running


def test_each_system_needs_one_package() -> None:
    assert base.needed_package("linux") == "Xlib"
    assert base.needed_package("win32") == base.needed_package("darwin") == "pynput"
