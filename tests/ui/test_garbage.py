"""Garbage collection stays on the GUI thread."""

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from voicedesk.ui.garbage import Garbage


def test_qt_objects_in_cycles_die_on_the_gui_thread(qtbot: QtBot) -> None:
    died_on: list[threading.Thread] = []

    class Cyclic(QObject):
        def __init__(self) -> None:
            super().__init__()
            self.me = self
            weakref.finalize(self, lambda: died_on.append(threading.current_thread()))

    def litter() -> None:
        for _ in range(200):
            _ = [[object()] for _ in range(100)]
            loop: list[object] = []
            loop.append(loop)

    gc.collect()
    gc.enable()  # as in the application; the tests run without
    garbage = Garbage()
    try:
        Cyclic()
        thread = threading.Thread(target=litter)
        thread.start()
        thread.join()
        assert not died_on  # not on the thread that made the garbage
        for _ in range(2000):  # enough to be due
            loop: list[object] = []
            loop.append(loop)
        garbage.look()
        qtbot.waitUntil(lambda: bool(died_on))
    finally:
        garbage.release()
    assert died_on == [threading.main_thread()]
    assert gc.isenabled()


class Kept:
    """Something in a cycle with itself."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture
def garbage(qtbot: QtBot) -> Iterator[Garbage]:
    del qtbot
    gc.collect()
    garbage = Garbage()
    yield garbage
    garbage.release()


def age(generation: int) -> None:
    """Have a generation be due by Python's own count, and what is there now be of that age."""
    for _ in range(gc.get_threshold()[generation] + 1):
        gc.collect(generation - 1)


@pytest.mark.parametrize("generation", [1, 2])
def test_older_garbage_waits_until_nothing_sounds(garbage: Garbage, generation: int) -> None:
    sounding = True
    garbage.is_quiet = lambda: not sounding
    kept = Kept()
    gone = weakref.ref(kept)
    age(generation)
    del kept
    garbage.look()
    assert gone() is not None
    sounding = False
    garbage.look()
    assert gone() is None


def test_it_does_not_wait_for_ever(garbage: Garbage) -> None:
    garbage.is_quiet = lambda: False
    kept = Kept()
    gone = weakref.ref(kept)
    age(2)
    del kept
    looks = 0
    while gone() is not None and looks < 2000:
        garbage.look()
        looks += 1
    assert 300 <= looks < 2000


def test_the_youngest_goes_while_something_sounds(garbage: Garbage) -> None:
    garbage.is_quiet = lambda: False
    age(1)
    kept = Kept()
    gone = weakref.ref(kept)
    del kept
    garbage.look()
    assert gone() is None


def test_what_is_there_when_it_has_come_to_rest_is_not_looked_through_again(
    garbage: Garbage,
) -> None:
    gc.unfreeze()  # other tests may have put theirs aside
    kept = Kept()
    age(2)
    garbage.look()
    assert gc.get_freeze_count() > 0
    before = gc.get_freeze_count()
    age(2)
    garbage.look()
    assert gc.get_freeze_count() <= before
    assert kept.me is kept
