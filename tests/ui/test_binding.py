"""The binding itself: some releases of PySide6 lose a reference to True with every emit and abort on Python 3.11."""

from __future__ import annotations

import gc
import sys

from PySide6.QtCore import QObject, Signal


class Sender(QObject):
    plain = Signal()
    valued = Signal(object)


def test_two_thousand_emits_keep_the_reference_counts(qapp: object) -> None:
    sender = Sender()
    received: list[object] = []
    sender.plain.connect(lambda: received.append(None))
    sender.valued.connect(received.append)
    kept = (True, False, None)
    gc.collect()  # what earlier tests left holds references too
    before = [sys.getrefcount(value) for value in kept]
    for number in range(1000):
        sender.plain.emit()
        sender.valued.emit(number)
    assert len(received) == 2000
    received.clear()
    after = [sys.getrefcount(value) for value in kept]
    # From then on these objects are immortal and their counts mean nothing.
    if sys.version_info < (3, 12):
        # Other code may hold a few fewer; a lost reference for each emit would show as a thousand.
        assert all(then - now < 500 for now, then in zip(after, before, strict=True))
