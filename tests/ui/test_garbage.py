"""Garbage collection stays on the GUI thread."""

import gc
import threading
import weakref

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
